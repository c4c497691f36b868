"""The user's own workbook with marks in it: a few parts are changed, all others stay as they are."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from bulk_import.catalogue import PROBLEM_HEADINGS
from bulk_import.errors import InputUnreadable
from bulk_import.findings import column_letters
from bulk_import.read.package import open_package
from bulk_import.read.workbook import read_workbook
from bulk_import.read.xlsx import listed
from bulk_import.report.marked.carried import carried
from bulk_import.report.marked.listing import own_heading, problems_sheet, sheet_name
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
    from collections.abc import Callable

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
    "“{heading}” and the marks are left out when the file is read; rows that are done are recognised and left alone."
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


def mark_workbook(content: Content, table: Table, marks_at: Callable[[Move], Marks]) -> MarkedBook:
    """Writes the marks into the workbook's XML.

    Args:
        content: the source, an XLSX or XLSM.
        table: what was read from it.
        marks_at: gives the marks, where the source's cells stand as they are told.

    Raises:
        CannotMarkError: it could not be done without touching what the workbook holds. The message says why.
    """
    try:
        return _marked(content, table, marks_at)
    except (InputUnreadable, KeyError, IndexError, ValueError):
        # Foreign parts may lack what the standard demands, or have something else in its place.
        raise CannotMarkError("its parts are not as Excel writes them") from None


def _marked(content: Content, table: Table, marks_at: Callable[[Move], Marks]) -> MarkedBook:
    parts, book = _opened(content)
    part = next(sheet.part for sheet in book.sheets if sheet.name == table.source.sheet)
    move = _move(parts, table, part)
    marks = marks_at(move)
    styles, looks = _styles(parts)
    problem_column = table.marks.problem_column if table.marks else None
    sheet = open_sheet(parts.read(part))
    rows = find_rows(sheet.data, None if problem_column else {table.heading_row, *marks.problems})
    column = problem_column or (1 if move.columns else max(rows.last_column, sheet.merged) + 1)
    heading = own_heading(PROBLEM_HEADINGS, [one.text for one in table.headings])
    remarks = (
        HOW_TO.format(heading=heading),
        _where(table, column, heading),
        *([FEW_NOTES.format(most=MOST_NOTES)] if len(marks.cells) > MOST_NOTES else []),
        *carried(parts, book),
    )
    drawing = _notes(parts, parts.real(part), sheet, marks)
    marking = Marking(column, table.heading_row, heading, marks.problems, marks.cells, looks, drawing)
    parts.write(part, marked(sheet, rows, marking))
    parts.write(*styles)
    first = table.headings[0].column + move.columns
    _list_problems(parts, book, table, problems_sheet(marks.lines, remarks, table.source.sheet or "", first, looks))
    stream = io.BytesIO()
    parts.save(stream)
    _prove(stream.getvalue(), content, table, move)
    kind = parts.main_content_type()
    return MarkedBook(stream.getvalue(), next((end for mark, end in ENDINGS.items() if kind.endswith(mark)), ".xlsx"))


def _move(parts: Parts, table: Table, part: str) -> Move:
    """Where the source's cells will stand: one column further right, where the column Problem can be the first."""
    headings = [heading.text.strip().casefold() for heading in table.headings if heading.text.strip()]
    if table.marks is not None and table.marks.problem_column is not None:
        return IN_PLACE
    # Headings that stand twice are told apart by their column, so that it may not become another.
    if len(set(headings)) < len(headings) or not make_room(parts, table.source.sheet or "", part):
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


def _list_problems(parts: Parts, book: Book, table: Table, data: bytes) -> None:
    """The sheet Problems, in the place of an earlier one or as the last sheet."""
    if table.marks is not None:
        parts.write(next(sheet.part for sheet in book.sheets if sheet.name == table.marks.sheet), data)
        return
    part = parts.free("xl/worksheets/sheet{}.xml")
    parts.add(part, data, SHEET_TYPE)
    id_ = parts.relate(BOOK, "worksheet", part)
    workbook = outline(parts.read(BOOK), depth=2)
    (sheets,) = workbook.root.named("sheets")
    taken = [int(node.attributes.get("sheetId", 0)) for node in sheets.children]
    own = escaped(sheet_name([node.attributes.get("name", "") for node in sheets.children]))
    item = f'<{workbook.prefix}sheet xmlns:r="{OFFICE}" name="{own}" sheetId="{max(taken) + 1}" r:id="{id_}"/>'
    parts.write(BOOK, spliced(workbook.data, workbook.appended(sheets, [item.encode()])))


def _prove(data: bytes, content: Content, table: Table, move: Move) -> None:
    """Reads the marked workbook as it will be read when it comes back: it must hold what the source held.

    Raises:
        CannotMarkError: it does not.
        InputUnreadable: it cannot be read.
    """
    again = replace(content, data=data, sha256=hashlib.sha256(data).hexdigest())
    headings = {heading.text for heading in table.headings}
    moved = tuple(replace(heading, column=heading.column + move.columns) for heading in table.headings)
    found = read_workbook(again, sheet=table.source.sheet, known=headings.__contains__)
    same = (
        found.headings == moved
        and found.heading_row == table.heading_row
        and found.frame.equals(table.frame)
        and bool((found.types == table.types).all())
    )
    if not same:
        raise CannotMarkError("with marks in it, it would no longer have been read as before")
