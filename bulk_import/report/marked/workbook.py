"""The user's own workbook with marks in it: a few parts are changed, all others stay as they are."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from bulk_import.catalogue import PROBLEM_HEADINGS, without_column
from bulk_import.errors import InputUnreadable
from bulk_import.findings import column_letters
from bulk_import.read.package import open_package
from bulk_import.read.workbook import read_workbook
from bulk_import.read.xlsx import listed
from bulk_import.report.marked.carried import carried
from bulk_import.report.marked.listing import Listing, Section, own_heading, problems_sheet, sheet_name
from bulk_import.report.marked.marks import IN_PLACE, Move
from bulk_import.report.marked.notes import MOST_NOTES, with_notes
from bulk_import.report.marked.parts import OFFICE, Parts
from bulk_import.report.marked.room import make_room
from bulk_import.report.marked.rows import find_rows
from bulk_import.report.marked.sheet import Marking, marked, open_sheet
from bulk_import.report.marked.splice import CannotMarkError, outline, spliced
from bulk_import.report.marked.splice import content as escaped
from bulk_import.report.marked.style_sheet import with_looks

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bulk_import.read.content import Content
    from bulk_import.read.table import Table
    from bulk_import.read.xlsx import Book
    from bulk_import.report.marked.marks import Marks
    from bulk_import.report.marked.sheet import Sheet
    from bulk_import.report.marked.style_sheet import Looks

BOOK: Final = "xl/workbook.xml"
SHEET_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
COMMENTS_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
DRAWING_TYPE: Final = "application/vnd.openxmlformats-officedocument.vmlDrawing"

ENDINGS: Final = {
    "macroEnabled.main+xml": ".xlsm",
    "template.main+xml": ".xltx",
    "macroEnabledTemplate.main+xml": ".xltm",
}
"""What the list of content types says of a workbook → the ending without which Excel does not open it."""

HOW_TO: Final = (
    "Correct the marked cells in your own sheet, save this file, and submit it as it is. This sheet, the column "
    "{headings} and the marks are left out when the file is read; rows that are done are recognised and left alone."
)
FIRST: Final = (
    "What is wrong with a row stands in column A, “{heading}”. Your own columns follow, each one further right than in "
    "your file: what the run's report calls A{row} is B{row} here."
)
AGAIN: Final = "What is wrong with a row stands in column A, “{heading}”."
LAST: Final = (
    "What is wrong with a row stands in column {letters}, “{heading}”, right of your own columns, because not all that "
    "your file holds can be moved with certainty: addresses are those of the run's report."
)
FEW_NOTES: Final = "Only the first {most:,} marked cells carry a note, because Excel becomes slow with more."


@dataclass(frozen=True, slots=True)
class MarkedBook:
    """A marked workbook: its bytes, and the ending that its name needs."""

    data: bytes
    ending: str


@dataclass(frozen=True, slots=True)
class ToMark:
    """A sheet that was read.

    Attributes:
        table: what was read from it.
        marks_at: gives its marks, where the source's cells stand as they are told.
        needed: whether somebody has to correct anything there.
    """

    table: Table
    marks_at: Callable[[Move], Marks]
    needed: bool

    @property
    def name(self) -> str:
        """The sheet's."""
        return self.table.source.sheet or ""

    @property
    def marked_before(self) -> bool:
        """Whether marks of an earlier run stand there, to be replaced or taken away."""
        return self.table.marks is not None and self.table.marks.problem_column is not None


def mark_workbook(content: Content, sheets: Sequence[ToMark], read_with: Sequence[tuple[str, str]]) -> MarkedBook:
    """Writes the marks into the workbook's XML.

    Args:
        content: the source, an XLSX or XLSM.
        sheets: those that were read, in order.
        read_with: the options with which they were.

    Raises:
        CannotMarkError: it could not be done without touching what the workbook holds. The message says why.
    """
    try:
        return _marked(content, sheets, read_with)
    except (InputUnreadable, KeyError, IndexError, ValueError):
        # Foreign parts may lack what the standard demands, or have something else in its place.
        raise CannotMarkError("its parts are not as Excel writes them") from None


def _marked(content: Content, sheets: Sequence[ToMark], read_with: Sequence[tuple[str, str]]) -> MarkedBook:
    parts, book = _opened(content)
    at = {sheet.name: sheet.part for sheet in book.sheets}
    styles, looks = _styles(parts)
    parts.write(*styles)
    by_letters = any(option == "--map" and without_column(value) != value for option, value in _headings(read_with))
    moves = [_move(parts, one, at[one.name], by_letters=by_letters) for one in sheets]
    told = [_mark(parts, one, at[one.name], move, looks) for one, move in zip(sheets, moves, strict=True)]
    sections = [section for section, _ in told]
    headings = " or ".join(f"“{heading}”" for heading in dict.fromkeys(one.own[0] for one in sections if one.own))
    remarks = (
        HOW_TO.format(headings=headings),
        *dict.fromkeys(remark for _, remarks in told for remark in remarks),
        *carried(parts, book),
    )
    _list_problems(parts, book, sheets, problems_sheet(Listing(sections, remarks, read_with), looks))
    stream = io.BytesIO()
    parts.save(stream)
    _prove(stream.getvalue(), content, sheets, moves)
    kind = parts.main_content_type()
    return MarkedBook(stream.getvalue(), next((end for mark, end in ENDINGS.items() if kind.endswith(mark)), ".xlsx"))


def _headings(read_with: Sequence[tuple[str, str]]) -> Sequence[tuple[str, str]]:
    """The options with the headings that they name, without the fields behind them."""
    return [(option, value.rpartition("=")[0]) for option, value in read_with]


def _mark(parts: Parts, one: ToMark, part: str, move: Move, looks: Looks) -> tuple[Section, tuple[str, ...]]:
    """Marks one sheet; what is listed of it, and what there is to know about it."""
    table = one.table
    first = table.headings[0].column + move.columns
    if not one.needed and not one.marked_before:
        return Section(one.name, first, (), ()), ()
    marks = one.marks_at(move)
    own = table.marks.problem_column if table.marks else None
    sheet = open_sheet(parts.read(part))
    rows = find_rows(sheet.data, None if own else {table.heading_row, *marks.problems})
    column = own or (1 if move.columns else max(rows.last_column, sheet.merged) + 1)
    heading = own_heading(PROBLEM_HEADINGS, [one.text for one in table.headings])
    drawing = _notes(parts, parts.real(part), sheet, marks)
    marking = Marking(column, table.heading_row, heading, marks.problems, marks.cells, looks, drawing)
    parts.write(part, marked(sheet, rows, marking))
    remarks = (
        f"Sheet “{one.name}”: {_where(table, column, heading)}",
        *([FEW_NOTES.format(most=MOST_NOTES)] if len(marks.cells) > MOST_NOTES else []),
    )
    beside = table.marks.beside if table.marks else ()
    return Section(one.name, first, marks.lines, (heading, *beside)), remarks


def _move(parts: Parts, one: ToMark, part: str, *, by_letters: bool) -> Move:
    """Where the source's cells will stand: one column further right, where the column Problem can be the first."""
    headings = [heading.text.strip().casefold() for heading in one.table.headings if heading.text.strip()]
    if one.marked_before or not one.needed:
        return IN_PLACE
    # Headings that stand twice are told apart by their column, so that it may not become another.
    if by_letters or len(set(headings)) < len(headings) or not make_room(parts, one.name, part):
        return IN_PLACE
    return Move(1)


def _where(table: Table, column: int, heading: str) -> str:
    """What to say of the column Problem."""
    if column > 1:
        return LAST.format(letters=column_letters(column), heading=heading)
    if table.marks is not None:
        return AGAIN.format(heading=heading)
    return FIRST.format(heading=heading, row=table.heading_row + 1)


def _opened(content: Content) -> tuple[Parts, Book]:
    """The parts of a workbook that may be changed at all."""
    package = open_package(content)
    if any(part.startswith("_xmlsignatures/") for part in package.parts):
        raise CannotMarkError("it is signed, and any change would break its signature")
    if any(part.startswith("xl/revisions/") for part in package.parts):
        raise CannotMarkError("it is shared and keeps a history of changes, which a change from outside would break")
    return Parts(package), listed(package)


def _styles(parts: Parts) -> tuple[tuple[str, bytes], Looks]:
    """The style sheet's part with our formats, and these."""
    part = next((relation.part for relation in parts.relations(BOOK) if relation.kind == "styles"), None)
    if part is None or not parts.has(part):
        raise CannotMarkError("it has no list of cell formats")
    data, looks = with_looks(parts.read(part))
    return (part, data), looks


def _notes(parts: Parts, sheet: str, opened: Sheet, marks: Marks) -> str | None:
    """Puts the notes into their parts; the id of the relation to a drawing that the sheet did not have before."""
    relations = parts.relations(sheet)
    comments = next((relation.part for relation in relations if relation.kind == "comments"), None)
    # Pictures in headers have a drawing of the same kind: the sheet says which is the one of its cells.
    drawing = next((relation.part for relation in relations if relation.id == opened.drawing), None)
    if not marks.cells and comments is None:
        return None
    texts, boxes = with_notes(
        parts.read(comments) if comments else None, parts.read(drawing) if drawing else None, marks.cells
    )
    if comments is None:
        comments = parts.free("xl/comments{}.xml")
        parts.add(comments, texts, COMMENTS_TYPE)
        parts.relate(sheet, "comments", comments)
    parts.write(comments, texts)
    if drawing is not None:
        parts.write(drawing, boxes)
        return None
    drawing = parts.free("xl/drawings/vmlDrawing{}.vml")
    parts.know("vml", DRAWING_TYPE)
    parts.write(drawing, boxes)
    return parts.relate(sheet, "vmlDrawing", drawing)


def _list_problems(parts: Parts, book: Book, sheets: Sequence[ToMark], data: bytes) -> None:
    """The sheet Problems, in the place of an earlier one or as the last sheet."""
    earlier = {one.table.marks.sheet for one in sheets if one.table.marks is not None}
    if earlier:
        parts.write(next(sheet.part for sheet in book.sheets if sheet.name in earlier), data)
        return
    part = parts.free("xl/worksheets/sheet{}.xml")
    parts.add(part, data, SHEET_TYPE)
    id_ = parts.relate(BOOK, "worksheet", part)
    workbook = outline(parts.read(BOOK), depth=2)
    (listed_,) = workbook.root.named("sheets")
    taken = [int(node.attributes.get("sheetId", 0)) for node in listed_.children]
    own = escaped(sheet_name([node.attributes.get("name", "") for node in listed_.children]))
    item = f'<{workbook.prefix}sheet xmlns:r="{OFFICE}" name="{own}" sheetId="{max(taken) + 1}" r:id="{id_}"/>'
    parts.write(BOOK, spliced(workbook.data, workbook.appended(listed_, [item.encode()])))


def _prove(data: bytes, content: Content, sheets: Sequence[ToMark], moves: Sequence[Move]) -> None:
    """Reads the marked workbook as it will be read when it comes back: it must hold what the source held.

    Raises:
        CannotMarkError: it does not.
        InputUnreadable: it cannot be read.
    """
    again = replace(content, data=data, sha256=hashlib.sha256(data).hexdigest())
    headings = {heading.text for one in sheets for heading in one.table.headings}
    found = read_workbook(again, known=headings.__contains__)
    if len(found) != len(sheets) or not all(map(_same, found, (one.table for one in sheets), moves)):
        raise CannotMarkError("with marks in it, it would no longer have been read as before")


def _same(found: Table, table: Table, move: Move) -> bool:
    """Whether a sheet was read as before, but for what was moved."""
    moved = tuple(replace(heading, column=heading.column + move.columns) for heading in table.headings)
    return (
        (found.source.sheet, found.headings, found.heading_row) == (table.source.sheet, moved, table.heading_row)
        and found.frame.equals(table.frame)
        and bool((found.types == table.types).all())
    )
