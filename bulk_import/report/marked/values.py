"""A copy of the values, marked: for sources that are no XLSX, are very long, or could not be marked as they are."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, Final

from bulk_import.catalogue import PROBLEM_HEADINGS, ROW_HEADINGS, without_column
from bulk_import.findings import Severity, column_letters
from bulk_import.report import cells
from bulk_import.report.cells import LINE, height_of, safe_heading
from bulk_import.report.marked.listing import TITLE_HEIGHT, Listing, Section, own_heading, sheet_name
from bulk_import.report.marked.marks import Marks, Move, make_marks
from bulk_import.report.marked.notes import CHARACTERS_A_LINE, MOST_NOTES
from bulk_import.report.marked.rows import column_number
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
COPY: Final = "This is a copy of the values, because {why}."
NOT_IN_IT: Final = (
    "Formats, formulas, drop-downs, pictures and other sheets of your own file are not in it, and no row is hidden."
)
ADDED: Final = (
    "Sheet “{sheet}”: the column “{heading}” was added before your own, so what the run's report calls A{row} is "
    "B{row} here."
)
ATTENTION_ONLY: Final = (
    "Sheet “{sheet}”: your file has {rows:,} rows. Only the {here:,} that need attention are here, right below the "
    "headings; “{heading}” says where each stands in your own file."
)
NOT_ALL: Final = "{left:,} more rows need attention; correct these first, or see results.xlsx of the run for them all."


@dataclass(frozen=True, slots=True)
class Copy:
    """What the copy holds of one source.

    Attributes:
        source: it.
        sheet: the name of the sheet that it becomes.
        rows: the rows of the source that come back, in order.
        headings: of our own columns, which stand before the source's.
        move: where the source's cells stand in it.
        remarks: what there is to know about it.
        marks: what is said in it.
    """

    source: SourceReport
    sheet: str
    rows: Sequence[int]
    headings: tuple[str, ...]
    move: Move
    remarks: tuple[str, ...]
    marks: Marks

    @property
    def table(self) -> Table:
        """What was read."""
        return self.source.checked.table


def copy_values(report: Report, sources: Sequence[tuple[SourceReport, Sequence[int]]], why: str) -> bytes:
    """A new workbook of the values, marked.

    Text is text, whatever it begins with, and so are numbers; real dates are real dates.

    Args:
        report: of the run.
        sources: those that come back, the sheets of one file, each with the rows of it that need attention.
        why: why it is a copy, as the end of a sentence.

    Raises:
        CannotMarkError: there is no room for our columns.
    """
    copies: list[Copy] = []
    for source, rows in sources:
        if rows or (len(source.checked.table.frame) and not too_long(source.checked.table)):
            copies.append(_planned(report, source, rows, [copy.sheet for copy in copies]))
    skeleton = _skeleton(report, copies, why)
    looks = _looks_in(skeleton, copies[0].move.row(copies[0].table.heading_row) + 1)
    stream = io.BytesIO()
    write_package(skeleton, {part(at): _body(copy, looks) for at, copy in enumerate(copies, start=1)}, stream)
    return stream.getvalue()


def _skeleton(report: Report, copies: Sequence[Copy], why: str) -> bytes:
    """The workbook without its rows; below the headings, a row carries the formats."""
    from xlsxwriter import Workbook  # noqa: PLC0415 - heavy

    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
    with Workbook(stream, options) as book:
        book.set_properties({"author": "bulk-import", "created": report.finished.astimezone(UTC).replace(tzinfo=None)})
        looks = formats(book)
        for copy in copies:
            _head(book.add_worksheet(copy.sheet), looks, copy)
        _list(book, looks, _listing(report, copies, why))
    return stream.getvalue()


def _listing(report: Report, copies: Sequence[Copy], why: str) -> Listing:
    """What the sheet Problems says."""
    own = dict.fromkeys(heading for copy in copies for heading in copy.headings)
    columns = " and ".join(f"“{heading}”" for heading in own)
    remarks = [
        HOW_TO.format(own=f"the column {columns}" if len(own) == 1 else f"the columns {columns}"),
        COPY.format(why=why),
        *([NOT_IN_IT] if copies[0].table.source.sheet is not None else []),
        *(remark for copy in copies for remark in copy.remarks),
    ]
    sections = [Section(copy.sheet, len(copy.headings) + 1, copy.marks.lines, copy.headings) for copy in copies]
    moved = copies[0].move.columns
    return Listing(sections, remarks, [(option, _placed(value, moved)) for option, value in report.read_with])


def _placed(value: str, moved: int) -> str:
    """An option's value, in which a heading may be told by its column, as “Date (column H)=StartOn”."""
    heading, equals, name = value.rpartition("=")
    found = re.fullmatch(r"(.*\(column )([A-Z]{1,3})(\)\s*)", heading, re.IGNORECASE)
    if found is None or without_column(heading) == heading:
        return value
    return f"{found[1]}{column_letters(column_number(found[2].upper()) + moved)}{found[3]}{equals}{name}"


def _planned(report: Report, source: SourceReport, rows_to_correct: Sequence[int], taken: Sequence[str]) -> Copy:
    """All rows where they stood; of a long source those that need attention, one below the other."""
    table, sheet = source.checked.table, _sheet_name(source, taken)
    headings = [heading.text for heading in table.headings]
    problem, row = own_heading(PROBLEM_HEADINGS, headings), own_heading(ROW_HEADINGS, headings)
    if table.headings[-1].column + len(ROW_HEADINGS) > MOST_COLUMNS:
        raise CannotMarkError("it has as many columns as a sheet can have")
    if not too_long(table):
        own: tuple[str, ...] = (problem,)
        here, move = table.frame.index.tolist(), Move(1)
        remarks = [ADDED.format(sheet=sheet, heading=problem, row=table.heading_row + 1)]
    else:
        here, own = list(rows_to_correct[:MOST_ROWS]), (problem, row)
        move = Move(2, {table.heading_row: 1, **{row_: at for at, row_ in enumerate(here, start=2)}})
        remarks = [ATTENTION_ONLY.format(sheet=sheet, rows=len(table.frame), here=len(here), heading=row)]
        remarks += [NOT_ALL.format(left=left)] if (left := len(rows_to_correct) - len(here)) else []
    return Copy(source, sheet, here, own, move, tuple(remarks), make_marks(report, source, here, move))


def too_long(table: Table) -> bool:
    """Whether only the rows that need attention come back."""
    return len(table.frame) > MOST_ROWS or (len(table.frame) > 0 and int(table.frame.index[-1]) > EXCEL_ROWS)


def _sheet_name(source: SourceReport, taken: Sequence[str]) -> str:
    """The source's own, or its file's where it has none."""
    origin = source.checked.table.source
    text = origin.sheet or re.split(r"[/\\]", origin.name)[-1].rpartition(".")[0] or "People"
    name = NOT_IN_SHEET_NAMES.sub("_", text)[:LONGEST_SHEET_NAME]
    name = f"{name} people" if name.casefold() == RESERVED else name
    others = {one.casefold() for one in taken}
    names = [name, *(f"{name[: LONGEST_SHEET_NAME - 4]} {number}" for number in range(2, len(taken) + 3))]
    return next(one for one in names if one.casefold() not in others)


def _head(page: Worksheet, looks: Mapping[Style, Format], copy: Copy) -> None:
    """The headings, widths and notes of the sheet with the people, and a row of formats below the headings."""
    table, own = copy.table, len(copy.headings)
    heading_row = copy.move.row(table.heading_row)
    _above(page, looks, copy)
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
    for mark in copy.marks.cells[:MOST_NOTES]:
        lines = height_of([mark.note], [CHARACTERS_A_LINE]) / LINE
        box = {"author": "bulk-import", "x_scale": 2.2, "y_scale": max(1, lines / 4)}
        page.write_comment(mark.row - 1, mark.column - 1, mark.note, box)
    page.ignore_errors({"number_stored_as_text": _range(copy)})
    page.freeze_panes(heading_row, own)
    page.set_landscape()
    page.set_paper(9)


def _above(page: Worksheet, looks: Mapping[Style, Format], copy: Copy) -> None:
    """What stands above the headings, where these stand in the row in which they stood."""
    if copy.move.rows is not None:
        return
    for at, texts in enumerate(copy.table.above):
        for column, text in enumerate(texts, start=copy.move.columns):
            if text and column < MOST_COLUMNS:
                page.write_string(at, column, safe_heading(text), looks[Style.PLAIN])


def _looks_in(skeleton: bytes, row: int) -> Looks:
    """Each format's number, as the row below the headings carries them."""
    with zipfile.ZipFile(io.BytesIO(skeleton)) as package:
        found = re.search(rb'<row r="%d".*?</row>' % row, package.read(part(1)), re.DOTALL)
    numbers = re.findall(r'<c r="[A-Z]+[0-9]+" s="([0-9]+)"', found[0].decode()) if found else []
    return dict(zip(ROW_STYLES, numbers, strict=True))


def _body(copy: Copy, looks: Looks) -> Body:
    """The rows that come back, with our columns before the source's."""
    batches = (_batch(copy, looks, start) for start in range(0, len(copy.rows), ROWS_AT_A_TIME))
    return Body(_range(copy), batches, iter(()), copy.move.row(copy.table.heading_row) + 1)


def _range(copy: Copy) -> str:
    """The cells that the copy fills."""
    last = column_letters(copy.table.headings[-1].column + copy.move.columns)
    first = copy.move.row(copy.table.heading_row) if copy.move.rows or not copy.table.above else 1
    return f"A{first}:{last}{copy.move.row(copy.rows[-1])}"


def _batch(copy: Copy, looks: Looks, start: int) -> memoryview:
    """Some rows as XML."""
    import numpy as np  # noqa: PLC0415 - heavy

    table, marks = copy.table, copy.marks
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


def _list(book: Workbook, looks: Mapping[Style, Format], listing: Listing) -> None:
    """The sheet Problems."""
    above, widths = listing.above, listing.widths
    page = book.add_worksheet(sheet_name([section.sheet for section in listing.sections]))
    for at, texts in enumerate(above):
        for column, text in enumerate(texts):
            page.write_string(at, column, text, looks[Style.PLAIN if at else Style.TITLE])
    for at, (heading, width) in enumerate(widths.items()):
        page.write_string(len(above), at, heading, looks[Style.OWN_HEADING])
        page.set_column(at, at, width)
    for at, (texts, target) in enumerate(listing.lines(), start=len(above) + 1):
        page.set_row(at, height_of(texts, widths.values()))
        for column, text in enumerate(texts):
            page.write_string(at, column, text, looks[Style.WORDS])
        if target is not None:
            page.write_url(at, 0, f"internal:{target}", looks[Style.LINK], texts[0])
    page.set_row(0, TITLE_HEIGHT)
    page.freeze_panes(len(above) + 1, 0)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.hide_gridlines(2)
