"""A copy of the values, marked: for sources that are no XLSX, are very long, or could not be marked as they are."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, Final

from bulk_import.catalogue import PROBLEM_HEADINGS, PROBLEMS_MARK, ROW_HEADINGS
from bulk_import.findings import Severity, column_letters
from bulk_import.report import cells
from bulk_import.report.cells import LINE, safe_heading
from bulk_import.report.marked.listing import (
    HEADINGS,
    TITLE_HEIGHT,
    WIDTHS,
    cells_of,
    height_of,
    own_heading,
    place_of,
    sheet_name,
    shown_lines,
    target_of,
)
from bulk_import.report.marked.marks import Marks, Move, make_marks
from bulk_import.report.marked.notes import CHARACTERS_A_LINE, MOST_NOTES
from bulk_import.report.marked.sheet import MOST_COLUMNS
from bulk_import.report.marked.splice import CannotMarkError
from bulk_import.report.package import Body, part, write_package
from bulk_import.report.results import Looks, source_cells
from bulk_import.report.styles import ROW_STYLES, Style, formats
from bulk_import.report.workbook import EXCEL_ROWS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from bulk_import.read.table import Table
    from bulk_import.report.assemble import Report, SourceReport

MOST_ROWS: Final = 20_000
"""Above it only the rows that need attention come back, and no more than so many of them."""

OWN_WIDTHS: Final = (60, 12)
"""Of the columns Problem and Original row, in characters."""

LOOKED_AT: Final = 1_000
"""Rows that decide how wide a column is."""

NARROWEST, WIDEST = 9, 40
ROWS_AT_A_TIME: Final = 5_000

LONGEST_SHEET_NAME: Final = 31
RESERVED: Final = "history"
"""Excel keeps this name for itself."""

NOT_IN_SHEET_NAMES: Final = re.compile(r"[\[\]:*?/\\\x00-\x1f]|^'|'$")

HOW_TO: Final = (
    "Correct the marked cells, save this file, and submit it as it is. This sheet and {own} are left out "
    "when the file is read; rows that are done are recognised and left alone."
)
COPY: Final = "This is a copy of the values, without the looks of your own file, because {why}."
ATTENTION_ONLY: Final = (
    "Your file has {rows:,} rows. Only the {here:,} that need attention are here; “{heading}” says where each stands "
    "in your own file."
)
NOT_ALL: Final = "{left:,} more rows need attention; correct these first, or see results.xlsx of the run for them all."


@dataclass(frozen=True, slots=True)
class Copy:
    """What the copy holds.

    Attributes:
        rows: the rows of the source that come back, in order.
        headings: of our own columns, which stand before the source's.
        move: where the source's cells stand in it.
        remarks: what there is to know about it.
    """

    rows: Sequence[int]
    headings: tuple[str, ...]
    move: Move
    remarks: tuple[str, ...]


def copy_values(report: Report, source: SourceReport, rows_to_correct: Sequence[int], why: str) -> bytes:
    """A new workbook of the values, marked.

    Text is text, whatever it begins with, and so are numbers; real dates are real dates.

    Args:
        report: of the run.
        source: the source that comes back.
        rows_to_correct: the rows of it that need attention.
        why: why it is a copy, as the end of a sentence.

    Raises:
        CannotMarkError: there is no room for our columns.
    """
    copy = _planned(source, rows_to_correct, why)
    marks = make_marks(report, source, copy.rows, copy.move)
    skeleton = _skeleton(report, source, copy, marks)
    looks = _looks_in(skeleton, copy.move.row(source.checked.table.heading_row) + 1)
    stream = io.BytesIO()
    write_package(skeleton, {part(1): _body(source, copy, marks, looks)}, stream)
    return stream.getvalue()


def _skeleton(report: Report, source: SourceReport, copy: Copy, marks: Marks) -> bytes:
    """The workbook without its rows; below the headings, a row carries the formats."""
    from xlsxwriter import Workbook  # noqa: PLC0415 - heavy

    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
    with Workbook(stream, options) as book:
        book.set_properties({"author": "bulk-import", "created": report.finished.astimezone(UTC).replace(tzinfo=None)})
        looks = formats(book)
        name = _sheet_name(source)
        _head(book.add_worksheet(name), looks, source.checked.table, copy, marks)
        _list(book, looks, copy, marks, name)
    return stream.getvalue()


def _planned(source: SourceReport, rows_to_correct: Sequence[int], why: str) -> Copy:
    """All rows where they stood; of a long source those that need attention, one below the other."""
    table = source.checked.table
    taken = [heading.text for heading in table.headings]
    problem, row = own_heading(PROBLEM_HEADINGS, taken), own_heading(ROW_HEADINGS, taken)
    told = COPY.format(why=why)
    if table.headings[-1].column + len(ROW_HEADINGS) > MOST_COLUMNS:
        raise CannotMarkError("it has as many columns as a sheet can have")
    if not too_long(table):
        return Copy(table.frame.index.tolist(), (problem,), Move(1), (_how_to(problem), told))
    here = rows_to_correct[:MOST_ROWS]
    numbers = {table.heading_row: 1, **{row_: at for at, row_ in enumerate(here, start=2)}}
    remarks = [_how_to(problem, row), told, ATTENTION_ONLY.format(rows=len(table.frame), here=len(here), heading=row)]
    if len(here) < len(rows_to_correct):
        remarks.append(NOT_ALL.format(left=len(rows_to_correct) - len(here)))
    return Copy(here, (problem, row), Move(2, numbers), tuple(remarks))


def too_long(table: Table) -> bool:
    """Whether only the rows that need attention come back."""
    return len(table.frame) > MOST_ROWS or int(table.frame.index[-1]) > EXCEL_ROWS


def _how_to(*own: str) -> str:
    columns = " and ".join(f"“{heading}”" for heading in own)
    return HOW_TO.format(own=f"the column {columns}" if len(own) == 1 else f"the columns {columns}")


def _sheet_name(source: SourceReport) -> str:
    """The source's own, or its file's where it has none."""
    origin = source.checked.table.source
    text = origin.sheet or re.split(r"[/\\]", origin.name)[-1].rpartition(".")[0] or "People"
    name = NOT_IN_SHEET_NAMES.sub("_", text)[:LONGEST_SHEET_NAME]
    return f"{name} people" if name.casefold() == RESERVED else name


def _head(page: Worksheet, looks: Mapping[Style, Format], table: Table, copy: Copy, marks: Marks) -> None:
    """The headings, widths and notes of the sheet with the people, and a row of formats below the headings."""
    heading_row, own = copy.move.row(table.heading_row), len(copy.headings)
    for at, (heading, width) in enumerate(zip(copy.headings, OWN_WIDTHS, strict=False)):
        page.write_string(heading_row - 1, at, heading, looks[Style.OWN_HEADING])
        page.set_column(at, at, width)
    for at, heading_ in enumerate(table.headings):
        column = heading_.column + own - 1
        if heading_.text:
            page.write_string(heading_row - 1, column, safe_heading(heading_.text), looks[Style.HEADING])
        page.set_column(column, column, _width(heading_.text, table.frame.iloc[:LOOKED_AT, at].dropna().tolist()))
    for at, style in enumerate(ROW_STYLES):
        page.write_blank(heading_row, at, None, looks[style])
    for mark in marks.cells[:MOST_NOTES]:
        lines = height_of([mark.note], [CHARACTERS_A_LINE]) / LINE
        box = {"author": "bulk-import", "x_scale": 2.2, "y_scale": max(1, lines / 4)}
        page.write_comment(mark.row - 1, mark.column - 1, mark.note, box)
    page.ignore_errors({"number_stored_as_text": _range(table, copy)})
    page.freeze_panes(heading_row, own)
    page.set_landscape()
    page.set_paper(9)


def _looks_in(skeleton: bytes, row: int) -> Looks:
    """Each format's number, as the row below the headings carries them."""
    with zipfile.ZipFile(io.BytesIO(skeleton)) as package:
        found = re.search(rb'<row r="%d".*?</row>' % row, package.read(part(1)), re.DOTALL)
    numbers = re.findall(r'<c r="[A-Z]+[0-9]+" s="([0-9]+)"', found[0].decode()) if found else []
    return dict(zip(ROW_STYLES, numbers, strict=True))


def _body(source: SourceReport, copy: Copy, marks: Marks, looks: Looks) -> Body:
    """The rows that come back, with our columns before the source's."""
    table = source.checked.table
    batches = (_batch(table, copy, marks, looks, start) for start in range(0, len(copy.rows), ROWS_AT_A_TIME))
    return Body(_range(table, copy), batches, iter(()))


def _range(table: Table, copy: Copy) -> str:
    """The cells that the copy fills."""
    last = column_letters(table.headings[-1].column + copy.move.columns)
    return f"A{copy.move.row(table.heading_row)}:{last}{copy.move.row(copy.rows[-1])}"


def _batch(table: Table, copy: Copy, marks: Marks, looks: Looks, start: int) -> memoryview:
    """Some rows as XML."""
    import numpy as np  # noqa: PLC0415 - heavy

    originals = list(copy.rows[start : start + ROWS_AT_A_TIME])
    here = [copy.move.row(row) for row in originals]
    rows = cells.Rows(cells.as_text([str(row) for row in here]))
    problems = cells.as_text([marks.problems.get(row) for row in here])
    own = [cells.text_cells("A", rows, problems, looks[Style.WORDS])]
    if len(copy.headings) > 1:
        own.append(cells.number_cells("B", rows, cells.as_text([str(row) for row in originals]), looks[Style.NUMBER]))
    positions = np.flatnonzero(table.frame.index.isin(originals))
    frame, types = table.frame.iloc[positions], table.types[positions]
    weights = _weights(marks, {row: at for at, row in enumerate(here)})
    for at, heading in enumerate(table.headings):
        column = heading.column + copy.move.columns
        texts = cells.fitted(cells.whole(cells.column(frame.iloc[:, at])))[0]
        own.append(source_cells(column_letters(column), rows, texts, (types[:, at], weights.get(column)), looks))
    return rows.joined(own, cells.row_heights(cells.lines_of(problems, OWN_WIDTHS[0])))


def _weights(marks: Marks, place: Mapping[int, int]) -> dict[int, np.ndarray]:
    """Column → how strongly each cell of a batch is marked: 2 for an error, 1 for a warning, else 0."""
    import numpy as np  # noqa: PLC0415 - heavy

    found: dict[int, np.ndarray] = {}
    for mark in marks.cells:
        if (at := place.get(mark.row)) is not None:
            column = found.setdefault(mark.column, np.zeros(len(place), dtype=np.int64))
            column[at] = 2 if mark.weight is Severity.ERROR else 1
    return found


def _width(heading: str, texts: Sequence[str]) -> int:
    widest = max([len(heading) + 3, *(len(text) + 2 for text in texts)])
    return min(WIDEST, max(NARROWEST, widest))


def _list(book: Workbook, looks: Mapping[Style, Format], copy: Copy, marks: Marks, sheet: str) -> None:
    """The sheet Problems."""
    lines, cut = shown_lines(marks.lines)
    page = book.add_worksheet(sheet_name([sheet]))
    above = [PROBLEMS_MARK, *copy.remarks, *cut]
    for at, text in enumerate(above):
        page.write_string(at, 0, text, looks[Style.PLAIN if at else Style.TITLE])
    for at, (heading, width) in enumerate(zip(HEADINGS, WIDTHS, strict=True)):
        page.write_string(len(above), at, heading, looks[Style.OWN_HEADING])
        page.set_column(at, at, width)
    first = len(copy.headings) + 1
    for at, line in enumerate(lines, start=len(above) + 1):
        target = target_of(line, sheet, first)
        page.set_row(at, height_of(cells_of(line), WIDTHS))
        for column, text in enumerate(cells_of(line)):
            page.write_string(at, column, text, looks[Style.WORDS])
        if target is not None:
            page.write_url(at, 0, f"internal:{target}", looks[Style.LINK], place_of(line))
    page.set_row(0, TITLE_HEIGHT)
    page.freeze_panes(len(above) + 1, 0)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.hide_gridlines(2)
