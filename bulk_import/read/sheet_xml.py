"""What the fast reader does not tell about a sheet: errors, formulas without a result, what is hidden, true extent.

The fast reader gives an empty text for `#N/A` and for a formula that was never calculated, says nothing of hidden
rows and columns, and sets aside room for the whole rectangle round all cells, however far apart they stand. So the
sheet's XML is swept once beforehand, in the plain form in which Excel and the usual libraries write it; XML of any
other form is parsed properly, which is slower and finds the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from bulk_import.read.limits import LARGEST_CELL_XML, MOST_CELLS, MOST_COLUMNS, MOST_FAILED_CELLS, MOST_ROWS
from bulk_import.read.package import parse, safe_parser

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np

    from bulk_import.read.package import Package


@dataclass(slots=True)
class SheetFacts:
    """Facts of one sheet; rows and columns are counted from 1.

    Attributes:
        first_row, first_column, last_row, last_column: the rectangle round all cells; 0 for a sheet without any.
        errors: (row, column) → the error as it stands, such as "#N/A".
        uncalculated: (row, column) of formulas without a stored result.
        hidden: rows that are hidden or filtered away.
        hidden_columns: first and last column of each stretch of hidden ones.
    """

    first_row: int = 0
    first_column: int = 0
    last_row: int = 0
    last_column: int = 0
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    uncalculated: set[tuple[int, int]] = field(default_factory=set)
    hidden: set[int] = field(default_factory=set)
    hidden_columns: set[tuple[int, int]] = field(default_factory=set)

    def hides(self, column: int) -> bool:
        """Whether a column is hidden."""
        return any(first <= column <= last for first, last in self.hidden_columns)

    def reach(self, row: int, column: int) -> None:
        """Widens the rectangle so that it holds a cell."""
        self.first_row = min(self.first_row or row, row)
        self.first_column = min(self.first_column or column, column)
        self.last_row = max(self.last_row, row)
        self.last_column = max(self.last_column, column)

    def too_many_failed(self) -> bool:
        """Whether so many cells are errors or formulas without a result that the sheet as a whole is at fault."""
        return len(self.errors) + len(self.uncalculated) > MOST_FAILED_CELLS

    def too_large(self) -> str | None:
        """What is too large about the rectangle, None if nothing is."""
        if self.last_row > MOST_ROWS:
            return f"it claims more than {MOST_ROWS:,} rows"
        if self.last_column > MOST_COLUMNS:
            return f"it claims more than {MOST_COLUMNS:,} columns"
        rows, columns = self.last_row - self.first_row + 1, self.last_column - self.first_column + 1
        if rows * columns > MOST_CELLS:
            return (
                f"the sheet stretches over {rows:,} rows × {columns:,} columns, and the limit is {MOST_CELLS:,} cells"
            )
        return None


def sheet_facts(package: Package, part: str) -> SheetFacts:
    """Sweeps one sheet.

    Raises:
        InputUnreadable: the part is missing or damaged.
    """
    swept = _sweep(package, part)
    if swept is None or swept.too_large():
        return _parsed(package, part)
    return swept


REFERENCE: Final = re.compile(r"([A-Za-z]{1,9})([0-9]{1,9})")
ROW: Final = re.compile(rb'<row\b[^>]*\bhidden="(?:1|true)"[^>]*>')
COLUMN: Final = re.compile(rb'<col\b[^>]*\bhidden="(?:1|true)"[^>]*>')
COLUMN_ENDS: Final = tuple(re.compile(rb"\b" + end + rb'="([0-9]{1,9})"') for end in (b"min", b"max"))
ROW_NUMBER: Final = re.compile(rb'\br="([0-9]{1,9})"')
ERROR_CELL: Final = re.compile(rb'<c r="([A-Z]+[0-9]+)"[^>]* t="e"[^>]*>(?:(?!</c>).)*?<v>([^<]*)</v>', re.DOTALL)
FORMULA_CELL: Final = re.compile(
    rb'<c r="([A-Z]+[0-9]+)"([^>]*)>\s*<f[^>]*(?:/>|>[^<]*</f>)\s*(?:</c>|<v\s*/>|<v>\s*</v>)'
)
HAS_RESULT: Final = re.compile(rb' t="(?:str|e)"')
"""A formula that gave an empty text is calculated; an error is told as an error."""
ROOT: Final = re.compile(rb"<(\w+:)worksheet\b")
END: Final = b"</sheetData"
NO_DATA: Final = re.compile(rb"<sheetData\s*/")


def position(reference: str) -> tuple[int, int] | None:
    """Row and column, counted from 1, of a reference such as "H7"; None if it is not one."""
    match = REFERENCE.fullmatch(reference)
    if match is None:
        return None
    column = 0
    for letter in match[1].upper():
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(match[2]), column


def _sweep(package: Package, part: str) -> SheetFacts | None:
    facts = SheetFacts()
    pieces = _pieces(package, part, _prefix(package, part))
    first = next(pieces, b"")
    if b"<worksheet" not in first[:4096] or NO_DATA.search(first):
        return None
    if not _take(first[first.find(b"<worksheet") :], facts):
        return None
    for piece in pieces:
        if not _take(piece, facts):
            return None
        if facts.too_many_failed():
            break
    return facts


def _prefix(package: Package, part: str) -> bytes:
    """What some libraries put before the name of each element, such as `x:`."""
    root = ROOT.search(next(package.chunks(part), b"")[:4096])
    return root[1] if root else b""


def _pieces(package: Package, part: str, prefix: bytes) -> Iterator[bytes]:
    """The sheet's data in pieces that end between two cells, without prefix; what follows the data is dropped."""
    rest, done = b"", False
    for chunk in package.chunks(part):
        if done:
            continue
        rest += chunk
        if prefix:
            rest = rest.replace(b"<" + prefix, b"<").replace(b"</" + prefix, b"</")
        end = rest.find(END)
        done = end >= 0
        cut = end if done else max(rest.rfind(b"<c "), rest.rfind(b"<row"), 0)
        yield rest[:cut]
        rest = rest[cut:]
        if len(rest) > LARGEST_CELL_XML and not done:
            raise package.damaged("a cell in it is millions of characters long")
    if not done:
        yield rest


def _take(piece: bytes, facts: SheetFacts) -> bool:
    """Adds a piece's facts; False if its form is not the plain one."""
    unusual = _holds(piece, b"!", b"<!") or _holds(piece, b"?", b"<?") or _holds(piece, b":", b":c ")
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
    numbers = [ROW_NUMBER.search(row) for row in ROW.findall(piece)]
    facts.hidden.update(int(number[1]) for number in numbers if number)
    columns = [[end.search(column) for end in COLUMN_ENDS] for column in COLUMN.findall(piece)]
    facts.hidden_columns.update((int(first[1]), int(last[1])) for first, last in columns if first and last)
    return all(numbers) and all(all(ends) for ends in columns)


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
    return plain


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


def _parsed(package: Package, part: str) -> SheetFacts:
    reader = _SheetReader()
    parser = safe_parser(package)
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parse(parser, package, part)
    return reader.facts


class _SheetReader:
    """Follows a sheet's XML element by element, whatever its form; only cells that hold something count."""

    def __init__(self) -> None:
        self.facts = SheetFacts()
        self._row = self._column = 0
        self._type = self._value = ""
        self._formula = self._in_value = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element opens."""
        match name.rpartition(":")[2]:
            case "row":
                number = attributes.get("r", "")
                self._row = int(number) if number.isdecimal() else self._row + 1
                self._column = 0
                if attributes.get("hidden") in {"1", "true"}:
                    self.facts.hidden.add(self._row)
            case "col":
                ends = attributes.get("min", ""), attributes.get("max", "")
                if attributes.get("hidden") in {"1", "true"} and all(
                    end.isdecimal() and len(end) <= LONGEST_DIGITS for end in ends
                ):
                    self.facts.hidden_columns.add((int(ends[0]), int(ends[1])))
            case "c":
                self._open_cell(attributes)
            case "f":
                self._formula = True
            case "v" | "t":
                self._in_value = True
            case _:
                pass

    def _open_cell(self, attributes: dict[str, str]) -> None:
        here = position(attributes.get("r", ""))
        self._row, self._column = here or (self._row or 1, self._column + 1)
        self._type, self._value, self._formula = attributes.get("t", ""), "", False

    def text(self, data: str) -> None:
        """Text between tags."""
        if self._in_value:
            self._value += data

    def end(self, name: str) -> None:
        """An element closes."""
        match name.rpartition(":")[2]:
            case "v" | "t":
                self._in_value = False
            case "c":
                self._close_cell()
            case _:
                pass

    def _close_cell(self) -> None:
        here = (self._row, self._column)
        if self._value or self._formula:
            self.facts.reach(*here)
        if self._type == "e":
            self.facts.errors[here] = self._value
        elif self._formula and self._type != "str" and not self._value.strip():
            self.facts.uncalculated.add(here)
