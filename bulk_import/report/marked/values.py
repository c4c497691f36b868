"""A copy of the values, marked: for sources that are no XLSX, are very long, or could not be marked as they are."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Final

from bulk_import.catalogue import PROBLEM_HEADINGS, PROBLEMS_MARK, ROW_HEADINGS
from bulk_import.findings import Severity
from bulk_import.read.table import CellType
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
from bulk_import.report.styles import Style, formats
from bulk_import.report.workbook import EXCEL_ROWS

if TYPE_CHECKING:
    from collections.abc import Sequence

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
FIRST_TRUE_DAY: Final = date(1900, 3, 1)
"""Excel believes in 29 February 1900."""

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

_LOOKS = {
    Severity.ERROR: (Style.TEXT_WRONG, Style.DATE_WRONG, Style.MOMENT_WRONG),
    Severity.WARNING: (Style.TEXT_DOUBTFUL, Style.DATE_DOUBTFUL, Style.MOMENT_DOUBTFUL),
    None: (Style.TEXT, Style.DATE, Style.MOMENT),
}


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
    from xlsxwriter import Workbook  # noqa: PLC0415 - heavy

    copy = _planned(source, rows_to_correct, why)
    marks = make_marks(report, source, copy.rows, copy.move)
    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
    with Workbook(stream, options) as book:
        book.set_properties({"author": "bulk-import", "created": report.finished.astimezone(UTC).replace(tzinfo=None)})
        looks = formats(book)
        name = _sheet_name(source)
        _Page(book.add_worksheet(name), looks, source.checked.table, copy, marks).fill()
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


@dataclass(frozen=True, slots=True)
class _Page:
    """The sheet with the people while it is being filled."""

    sheet: Worksheet
    looks: dict[Style, Format]
    table: Table
    copy: Copy
    marks: Marks

    def fill(self) -> None:
        """Our own columns, then the source's, then the notes."""
        heading_row, own = self.copy.move.row(self.table.heading_row), len(self.copy.headings)
        for at, (heading, width) in enumerate(zip(self.copy.headings, OWN_WIDTHS, strict=False)):
            self.sheet.write_string(heading_row - 1, at, heading, self.looks[Style.OWN_HEADING])
            self.sheet.set_column(at, at, width)
        self._source_columns(heading_row)
        self._own_columns()
        for mark in self.marks.cells[:MOST_NOTES]:
            lines = height_of([mark.note], [CHARACTERS_A_LINE]) / LINE
            box = {"author": "bulk-import", "x_scale": 2.2, "y_scale": max(1, lines / 4)}
            self.sheet.write_comment(mark.row - 1, mark.column - 1, mark.note, box)
        self.sheet.freeze_panes(heading_row, own)
        self.sheet.set_landscape()
        self.sheet.set_paper(9)

    def _own_columns(self) -> None:
        for row, text in self.marks.problems.items():
            self.sheet.write_string(row - 1, 0, text, self.looks[Style.WORDS])
            self.sheet.set_row(row - 1, height_of([text], OWN_WIDTHS))
        if len(self.copy.headings) > 1:
            for original in self.copy.rows:
                self.sheet.write_number(self.copy.move.row(original) - 1, 1, original, self.looks[Style.NUMBER])

    def _source_columns(self, heading_row: int) -> None:
        frame = self.table.frame.loc[list(self.copy.rows)]
        types = self.table.types[self.table.frame.index.get_indexer(frame.index)]
        weights = {(mark.row, mark.column): mark.weight for mark in self.marks.cells}
        rows = [self.copy.move.row(row) for row in self.copy.rows]
        for at, heading in enumerate(self.table.headings):
            column = heading.column + self.copy.move.columns
            texts = [text if isinstance(text, str) else None for text in frame.iloc[:, at].tolist()]
            if heading.text:
                self.sheet.write_string(
                    heading_row - 1, column - 1, safe_heading(heading.text), self.looks[Style.HEADING]
                )
            self.sheet.set_column(column - 1, column - 1, _width(heading.text, texts))
            for row, text, kind in zip(rows, texts, types[:, at].tolist(), strict=True):
                _write(self.sheet, (row, column), text, kind, weights.get((row, column)), self.looks)


def _width(heading: str, texts: list[str | None]) -> int:
    widest = max([len(heading) + 3, *(len(text) + 2 for text in texts[:LOOKED_AT] if text)])
    return min(WIDEST, max(NARROWEST, widest))


def _write(
    page: Worksheet,
    at: tuple[int, int],
    text: str | None,
    kind: int,
    weight: Severity | None,
    looks: dict[Style, Format],
) -> None:
    """One cell of the source; a marked one is filled even where it is empty."""
    as_text, as_date, as_moment = (looks[style] for style in _LOOKS[weight])
    row, column = at[0] - 1, at[1] - 1
    if text is None:
        if weight is not None:
            page.write_blank(row, column, None, as_text)
        return
    moment = _moment(text) if kind in {CellType.DATE, CellType.DATETIME} else None
    if moment is None:
        page.write_string(row, column, safe_heading(text), as_text)
    else:
        page.write_datetime(row, column, moment, as_date if kind == CellType.DATE else as_moment)


def _moment(text: str) -> datetime | None:
    """A day or moment that Excel would show as it is meant; None for others."""
    moment = datetime.fromisoformat(text)
    return moment if moment.date() >= FIRST_TRUE_DAY else None


def _list(book: Workbook, looks: dict[Style, Format], copy: Copy, marks: Marks, sheet: str) -> None:
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
