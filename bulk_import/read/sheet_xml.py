"""What the fast reader does not tell about a sheet: errors, formulas without a result, what is hidden, true extent.

The fast reader gives an empty text for `#N/A` and for a formula that was never calculated, says nothing of hidden
rows and columns, and sets aside room for the whole rectangle round all cells, however far apart they stand. So the
sheet's XML is swept once beforehand, in the plain form in which Excel and the usual libraries write it; XML of any
other form is parsed properly, which is slower and finds the same.

The fast reader is lax: it takes as a cell whatever looks like one, in XML that is not well-formed too. So the sweep
takes nothing for granted: a sheet is plain only if nothing in it could be a cell that the sweep does not see.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from bulk_import.read.facts import SheetFacts
from bulk_import.read.limits import LARGEST_CELL_XML, LARGEST_PARSED
from bulk_import.read.package import declares_plain_encoding
from bulk_import.read.sheet_parser import parsed_facts, position

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np

    from bulk_import.read.package import Package


def sheet_facts(package: Package, part: str) -> SheetFacts:
    """Sweeps one sheet.

    Raises:
        InputUnreadable: the part is missing or damaged.
    """
    swept = _sweep(package, part)
    if swept and swept.stretches_too_far():
        # Cells that are formatted but empty do no harm.
        swept = _sweep(package, part, leaving_out=EMPTY_CELL)
    small = package.entry(part).file_size <= LARGEST_PARSED
    if swept is None or (swept.stretches_too_far() and small):
        return parsed_facts(package, part)
    return swept


EMPTY_CELL: Final = re.compile(rb'<c r="[A-Z]{1,3}[0-9]{1,7}"(?: s="[0-9]{1,9}")?+(?: t="[nsbe]")?+ ?/>')
BEGINNING: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml([^<>]*)\?>)?\s*(?:<!--(?:(?!--)[\s\S])*+-->\s*)*+(?=<worksheet[\s>])"
)
ROW: Final = re.compile(rb'<row\b(?:(?!\bhidden=)[^<>])*+\bhidden="(?:1|true)"[^<>]*+>')
COLUMN: Final = re.compile(rb'<col\b(?:(?!\bhidden=)[^<>])*+\bhidden="(?:1|true)"[^<>]*+>')
COLUMN_ENDS: Final = tuple(re.compile(rb"\b" + end + rb'="([0-9]{1,9})"') for end in (b"min", b"max"))
ROW_NUMBER: Final = re.compile(rb'\br="([0-9]{1,9})"')
ERROR_CELL: Final = re.compile(
    rb'<c r="([A-Z]+[0-9]+)"(?:(?! t="e")[^<>])*+ t="e"[^<>]*+(?<!/)>'
    rb"(?:(?!</?c[\s/>])[\s\S])*?<v>([^<]+)</v>"
)
FORMULA_CELL: Final = re.compile(
    rb'<c r="([A-Z]+[0-9]+)"([^<>]*+)>\s*+<f[^<>]*+(?:(?<=/)>|>[^<]*+</f>)\s*+(?:</c>|<v\s*+/>|<v>\s*+</v>)'
)
HAS_RESULT: Final = re.compile(rb' t="(?:str|e)"')
"""A formula that gave an empty text is calculated; an error is told as an error."""
ROOT: Final = re.compile(rb"<(\w+:)worksheet\b")
END: Final = re.compile(rb"</sheetData\s*>")
NO_DATA: Final = re.compile(rb"<sheetData\s*/")
PREFIXED: Final = re.compile(rb":(?:c|row|sheetData)[\s/>]")
CELLS_AFTER: Final = re.compile(rb"[<:](?:c|row|sheetData)[\s/>]")
LONGEST_AFTER: Final = 16
UNUSUAL_REFERENCE: Final = re.compile(rb"r(?:\s+=|=[\s'])")
ANY_REFERENCE: Final = re.compile(rb"[\s\"']r\s*=")
ROW_REFERENCE: Final = re.compile(rb"<row\s(?:[^<>]*[\s\"'])?r\s*=")


def _sweep(package: Package, part: str, leaving_out: re.Pattern[bytes] | None = None) -> SheetFacts | None:
    """The facts, None if the sheet is not in the plain form; cells that match `leaving_out` do not count."""
    facts = SheetFacts()
    pieces = _pieces(package, part, _prefix(package, part))
    first, _ = next(pieces, (b"", True))
    beginning = BEGINNING.match(first)
    if not beginning or not declares_plain_encoding(beginning[1] or b"") or NO_DATA.search(first):
        return None
    if not _take(_without(leaving_out, first[beginning.end() :]), facts):
        return None
    for piece, has_data in pieces:
        if facts.beyond_excel() or facts.too_many_failed():
            break
        if not (_take(_without(leaving_out, piece), facts) if has_data else CELLS_AFTER.search(piece) is None):
            return None
    return facts


def _without(pattern: re.Pattern[bytes] | None, piece: bytes) -> bytes:
    return pattern.sub(b"", piece) if pattern else piece


def _prefix(package: Package, part: str) -> bytes:
    """What some libraries put before the name of each element, such as `x:`."""
    root = ROOT.search(next(package.chunks(part), b"")[:4096])
    return root[1] if root else b""


def _pieces(package: Package, part: str, prefix: bytes) -> Iterator[tuple[bytes, bool]]:
    """The sheet without prefix in pieces that end between two cells, and whether each belongs to the data."""
    rest, done = b"", False
    for chunk in package.chunks(part):
        rest += chunk
        if prefix:
            rest = rest.replace(b"<" + prefix, b"<").replace(b"</" + prefix, b"</")
        if not done:
            end = END.search(rest)
            cut = end.start() if end else max(rest.rfind(b"<c "), rest.rfind(b"<row"), 0)
            yield rest[:cut], True
            rest, done = rest[cut:], end is not None
        if done:
            yield rest, False
            rest = rest[-LONGEST_AFTER:]
        elif len(rest) > LARGEST_CELL_XML:
            raise package.damaged("a cell in it is millions of characters long")
    if not done:
        yield rest, True


def _take(piece: bytes, facts: SheetFacts) -> bool:
    """Adds a piece's facts; False if its form is not the plain one."""
    unusual = _holds(piece, b"!", b"<!") or _holds(piece, b"?", b"<?") or PREFIXED.search(piece)
    if unusual or not _reach_all(piece, facts):
        return False
    if _holds(piece, b"e", b't="e"'):
        for reference, text in ERROR_CELL.findall(piece):
            facts.errors[_known_position(reference)] = text.decode("utf-8", "replace")
    if _holds(piece, b"f", b"<f"):
        for reference, attributes in FORMULA_CELL.findall(piece):
            if not HAS_RESULT.search(attributes):
                facts.uncalculated.add(_known_position(reference))
    return not _holds(piece, b"h", b"hidden=") or _take_hidden(piece, facts)


def _holds(piece: bytes, rare: bytes, token: bytes) -> bool:
    """Whether a piece holds a token; asking for its rarest byte first is many times faster where there is none."""
    return rare in piece and token in piece


def _take_hidden(piece: bytes, facts: SheetFacts) -> bool:
    rows = [ROW_NUMBER.search(row) for row in ROW.findall(piece)]
    columns = [[end.search(column) for end in COLUMN_ENDS] for column in COLUMN.findall(piece)]
    for number in rows:
        if number:
            facts.hide(int(number[1]), int(number[1]))
    facts.hidden_columns.update((int(first[1]), int(last[1])) for first, last in columns if first and last)
    return all(rows) and all(all(ends) for ends in columns) and b"hidden='" not in piece


def _known_position(reference: bytes) -> tuple[int, int]:
    found = position(reference.decode("ascii"))
    return found or (0, 0)


LONGEST_LETTERS: Final = 4
LONGEST_DIGITS: Final = 8


def _reach_all(piece: bytes, facts: SheetFacts) -> bool:
    """Widens the rectangle by every cell of a piece, a column of bytes at a time; False if a cell is not plain."""
    import numpy as np  # noqa: PLC0415 - heavy, and only needed here

    # The padding lets the last reference be looked at as far as a reference may go.
    text = np.frombuffer(piece + b"\0" * 24, dtype=np.uint8)
    opened = np.flatnonzero((text[:-24] == ord("<")) & (text[1:-23] == ord("c")))
    after = text[opened + 2]
    if np.isin(after, np.frombuffer(b">/\t\r\n", dtype=np.uint8)).any():
        return False
    cells = opened[after == ord(" ")]
    if not len(cells):
        return True
    if not all((text[cells + 3 + i] == byte).all() for i, byte in enumerate(b'r="')):
        return False
    rows, columns, plain = _references(text, cells + 6)
    if plain:
        facts.reach(int(rows.min()), int(columns.min()))
        facts.reach(int(rows.max()), int(columns.max()))
    return plain and _one_reference_each(piece, len(cells))


def _one_reference_each(piece: bytes, cells: int) -> bool:
    """Whether no cell names its place twice; the fast reader would heed the second."""
    if piece.count(b'r="') == cells + piece.count(b'<row r="') and not UNUSUAL_REFERENCE.search(piece):
        return True
    return len(ANY_REFERENCE.findall(piece)) == cells + len(ROW_REFERENCE.findall(piece))


def _references(text: np.ndarray, at: np.ndarray) -> tuple[np.ndarray, np.ndarray, bool]:
    """Rows and columns of the references that begin at the positions `at`, and whether all are well-formed."""
    import numpy as np  # noqa: PLC0415 - heavy, and only needed here

    rows, columns = np.zeros(len(at), np.int64), np.zeros(len(at), np.int64)
    for _ in range(LONGEST_LETTERS):
        byte = text[at]
        letter = (byte >= ord("A")) & (byte <= ord("Z"))
        if not letter.any():
            break
        columns = np.where(letter, columns * 26 + byte - (ord("A") - 1), columns)
        at = at + letter
    for _ in range(LONGEST_DIGITS):
        byte = text[at]
        digit = (byte >= ord("0")) & (byte <= ord("9"))
        if not digit.any():
            break
        rows = np.where(digit, rows * 10 + byte - ord("0"), rows)
        at = at + digit
    plain = bool((text[at] == ord('"')).all() and rows.all() and columns.all())
    return rows, columns, plain
