"""Room for the column Problem before the user's own: the sheet, and all that points into it, moves one column right.

Only where everything in the workbook is of a kind of which it is known what to move. A workbook with anything else
(macros, pivot tables, controls) keeps its columns where they are.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape, unescape

from bulk_import.read.package import part_name
from bulk_import.report.marked.references import CannotMoveError, moved_formula, moved_ranges
from bulk_import.report.marked.rows import OPENED, data_span
from bulk_import.report.marked.sheet import MOST_COLUMNS, open_sheet
from bulk_import.report.marked.splice import outline

if TYPE_CHECKING:
    from collections.abc import Callable

    from bulk_import.report.marked.parts import Parts

MOVABLE: Final = re.compile(
    r"\[content_types\]\.xml|(?:.*/)?_rels/[^/]*\.rels|docprops/.*|customxml/.*|"
    r"xl/(?:workbook|styles|sharedstrings|calcchain|metadata)\.xml|xl/comments[^/]*\.xml|xl/drawings/[^/]+\.(?:xml|vml)|"
    r"xl/(?:worksheets|chartsheets)/[^/]+\.xml|"
    r"xl/(?:theme|media|printersettings|persons|threadedcomments|comments|tables|charts|externallinks)/.*"
)
CHILDREN: Final = frozenset(
    (
        *("sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "sheetCalcPr", "sheetProtection"),
        *("protectedRanges", "autoFilter", "sortState", "mergeCells", "phoneticPr", "conditionalFormatting"),
        *("dataValidations", "hyperlinks", "printOptions", "pageMargins", "pageSetup", "headerFooter", "rowBreaks"),
        *("ignoredErrors", "drawing", "legacyDrawing", "legacyDrawingHF", "tableParts", "extLst"),
    )
)
"""What may stand in the sheet itself."""

EXTENSIONS: Final = frozenset({"ext", "dataValidations", "conditionalFormattings", "sparklineGroups"})
OF_THE_SHEET: Final = frozenset({"comments", "threadedComment", "table", "drawing", "vmlDrawing"})
"""Its further parts in which addresses stand."""

ELEMENT: Final = re.compile(
    rb"<(?:[\w.-]+:)?(?!(?:c|v|t|is|row)[\s/>])([\w.-]+)(?:\s(?:[^<>\"']|\"[^\"]*\"|'[^']*')*)?>([^<]*)"
)
FORMULAS: Final = frozenset(
    (
        *("f", "formula", "formula1", "formula2", "definedName", "calculatedColumnFormula", "totalsRowFormula"),
        "sqref",  # of a chart: with the sheet's name before it
    )
)
ADDRESS: Final = re.compile(rb"(\s(?:ref|sqref|r1|r2|activeCell|topLeftCell)\s*=\s*)(\"[^\"]*\"|'[^']*')")
OF_A_CELL: Final = re.compile(rb"(\sr\s*=\s*)(\"[^\"]*\"|'[^']*')")
OF_COLUMNS: Final = re.compile(rb"(\s(?:min|max|xSplit)\s*=\s*)(\"[0-9]+\"|'[0-9]+')")
LETTERS: Final = re.compile(rb"(<(?:\w+:)?c(?=\s)[^<>]*?\sr\s*=\s*[\"'])([A-Z]{1,3})(?=[0-9])")
SPANS: Final = re.compile(rb"(<(?:\w+:)?row(?=\s)[^<>]*?\sspans\s*=\s*[\"'])([0-9]+):([0-9]+)")
LINK: Final = re.compile(rb"(\s(?:location|textlink|cellRange)\s*=\s*)(\"[^\"]*\"|'[^']*')")
THRESHOLD: Final = re.compile(rb"(\sval\s*=\s*)(\"[^\"]*\"|'[^']*')")
ANCHOR: Final = re.compile(rb"(<(?:\w+:)?Anchor>\s*)([0-9]+)((?:\s*,\s*[0-9]+){3}\s*,\s*)([0-9]+)")
NOTE_COLUMN: Final = re.compile(rb"(<(?:\w+:)?Column>\s*)([0-9]+)")
DRAWN_COLUMN: Final = re.compile(rb"(<(?:\w+:)?col>)([0-9]+)(?=<)")
CALCULATED: Final = re.compile(rb"<c\s[^<>]*>")
POINTING: Final = ("xl/workbook.xml", "xl/worksheets/", "xl/tables/", "xl/charts/", "xl/drawings/")
"""The parts in which formulas may stand."""

STRETCH: Final = 1 << 20
ENTITIES: Final = {"&quot;": '"', "&apos;": "'"}


def make_room(parts: Parts, sheet: str, part: str) -> bool:
    """Moves everything in a sheet one column right, or nothing at all.

    Args:
        parts: of the workbook; those that change are changed.
        sheet: the sheet's name.
        part: the sheet's part.

    Returns:
        Whether there is room now.
    """
    try:
        changed = _moved_parts(parts, sheet, parts.real(part))
    except CannotMoveError:
        return False
    for name, data in changed.items():
        parts.write(name, data)
    return True


def _moved_parts(parts: Parts, sheet: str, part: str) -> dict[str, bytes]:
    names = [entry.filename for entry in parts.package.parts.values() if not entry.is_dir()]
    if not all(MOVABLE.fullmatch(part_name(name)) for name in names):
        raise CannotMoveError
    _look_over(parts.read(part))
    own = {part} | {relation.part for relation in parts.relations(part) if relation.kind in OF_THE_SHEET}
    moved = {name: _moved_part(parts, sheet, name, own=name in own) for name in names}
    moved[part] = _cells(moved[part] or b"")
    return {name: data for name, data in moved.items() if data is not None}


def _moved_part(parts: Parts, sheet: str, name: str, *, own: bool) -> bytes | None:
    """A part with what it holds moved, but for the cells of the sheet; None where nothing in it can move."""
    known = part_name(name)
    if known.endswith(".rels"):
        if b'Target="#' in parts.read(name):
            raise CannotMoveError  # a picture that is a link into the workbook
        return None
    if known.endswith(".vml"):
        return _drawing_of_notes(parts.read(name)) if own else None
    if known == "xl/calcchain.xml":
        return _calculated(parts, sheet, name)
    if own:
        return DRAWN_COLUMN.sub(_one_more, _moved(parts.read(name), sheet, own=True))
    return _moved(parts.read(name), sheet, own=False) if known.startswith(POINTING) else None


def _look_over(data: bytes) -> None:
    """Raises CannotMoveError where the sheet holds what is not known to move."""
    sheet = open_sheet(data)
    lists = [outline(data[child.start : child.stop], depth=2) for child in sheet.children if child.name == "extLst"]
    within = [part for one in lists for ext in one.root.children for part in (ext, *ext.children)]
    if not {child.name for child in sheet.children} <= CHILDREN or not {part.name for part in within} <= EXTENSIONS:
        raise CannotMoveError


def _moved(data: bytes, sheet: str, *, own: bool) -> bytes:
    """A part with its references to the sheet moved; of the sheet's own parts, all addresses."""
    if b"<!" in data or not data.lstrip().startswith((b"<", b"\xef\xbb\xbf")):
        raise CannotMoveError

    def moved(found: re.Match[bytes]) -> bytes:
        name = found[1].decode("ascii", "replace")
        tag, text = found[0][: len(found[0]) - len(found[2])], found[2]
        for pattern in (LINK, THRESHOLD) if name == "cfvo" else (LINK,):
            tag = pattern.sub(lambda one: _quoted(one, lambda value: moved_formula(value, sheet, own=own)), tag)
        tag = _moved_tag(tag, name) if own else tag
        if text.strip():
            text = _moved_text(text, tag, name, sheet, own=own)
        return tag + text

    return ELEMENT.sub(moved, data)


def _moved_text(text: bytes, tag: bytes, name: str, sheet: str, *, own: bool) -> bytes:
    """The text of an element with its references moved."""
    if name == "sqref" and own:
        return _as_xml(moved_ranges(_plain(text)), text)
    if name not in FORMULAS:
        return text
    titles = b"_xlnm.Print_Titles" in tag
    moved = moved_formula(_plain(text), sheet, own=own, absolute=name == "definedName", titles=titles)
    return _as_xml(moved, text)


def _cells(data: bytes) -> bytes:
    """The worksheet with its cells moved, a stretch at a time because there may be a million."""
    at, stop = data_span(data)
    pieces = [data[:at]]
    following = _Following()
    while at < stop:
        end = data.find(b"<", at + STRETCH, stop)
        stretch = data[at : stop if end < 0 else end]
        moved, count = LETTERS.subn(lambda found: found[1] + following[found[2]], stretch)
        if count != len(OPENED.findall(stretch)):
            raise CannotMoveError  # a cell without an address stands where those before it end
        pieces.append(SPANS.sub(lambda found: found[1] + b"%d:%d" % (int(found[2]) + 1, int(found[3]) + 1), moved))
        at += len(stretch)
    return b"".join([*pieces, data[stop:]])


class _Following(dict[bytes, bytes]):
    """The letters of a column → those of the next."""

    def __missing__(self, letters: bytes) -> bytes:
        self[letters] = moved_ranges(f"{letters.decode()}1")[:-1].encode()
        return self[letters]


def _moved_tag(tag: bytes, name: str) -> bytes:
    """An opening tag of a part of the sheet's with its addresses moved."""
    match name:
        case "sheetView":
            return tag  # it shows as much of the left as before
        case "pane" if b"xSplit" not in tag:
            return tag
        case "col" | "pane":
            tag = OF_COLUMNS.sub(lambda found: _quoted(found, _next), tag)
        case _:
            pass
    return ADDRESS.sub(lambda found: _quoted(found, moved_ranges), tag)


def _quoted(found: re.Match[bytes], change: Callable[[str], str]) -> bytes:
    """An attribute with its value changed."""
    quote, value = found[2][:1], found[2][1:-1]
    return found[1] + quote + _as_xml(change(_plain(value)), value) + quote


def _plain(text: bytes) -> str:
    try:
        return unescape(text.decode("utf-8"), ENTITIES)
    except UnicodeDecodeError:
        raise CannotMoveError from None


def _as_xml(text: str, before: bytes) -> bytes:
    """A text as XML; as it stood where it is the same."""
    return before if text == _plain(before) else escape(text, {'"': "&quot;", "'": "&apos;"}).encode()


def _next(number: str) -> str:
    """The number of the next column; a stretch that reaches to the last column still does."""
    return str(min(int(number) + 1, MOST_COLUMNS))


def _one_more(found: re.Match[bytes]) -> bytes:
    return found[1] + str(int(found[2]) + 1).encode()


def _drawing_of_notes(data: bytes) -> bytes:
    """The boxes of the sheet's notes; controls are drawn in the same part, and are not known to move."""
    notes = data.count(b'ObjectType="Note"')
    if not data.count(b"ObjectType") == notes == len(NOTE_COLUMN.findall(data)):
        raise CannotMoveError
    data = NOTE_COLUMN.sub(_one_more, data)
    return ANCHOR.sub(lambda found: _one_more(found) + found[3] + _next(found[4].decode()).encode(), data)


def _calculated(parts: Parts, sheet: str, name: str) -> bytes:
    """The order in which cells are calculated; a sheet's number stands at its first cell only, or at each."""
    sheets = outline(parts.read("xl/workbook.xml"), depth=2).root.named("sheets")
    numbers = {one.attributes.get("name"): one.attributes.get("sheetId") for list_ in sheets for one in list_.children}
    current: str | None = None

    def moved(found: re.Match[bytes]) -> bytes:
        nonlocal current
        told = re.search(rb"\si=\"([0-9]+)\"", found[0])
        current = told[1].decode() if told else current
        mine = current == numbers.get(sheet)
        return OF_A_CELL.sub(lambda one: _quoted(one, moved_ranges), found[0]) if mine else found[0]

    data = parts.read(name)
    if CALCULATED.search(data) is None:
        raise CannotMoveError
    return CALCULATED.sub(moved, data)
