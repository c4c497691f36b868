"""The workbook without its many rows: sheets, headings, widths, filters, print set-up, properties."""

from __future__ import annotations

import io
from datetime import UTC
from typing import TYPE_CHECKING

import pyarrow.compute as pc

from bulk_import.findings import column_letters
from bulk_import.report import cells, problems, results
from bulk_import.report.facts import TITLE
from bulk_import.report.layout import OWN_COLUMNS, OWN_WIDTHS
from bulk_import.report.package import Body
from bulk_import.report.styles import ROW_STYLES, Style, formats
from bulk_import.report.summary import write_summary

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from bulk_import.report.assemble import Leaver, Report
    from bulk_import.report.layout import Layout, ResultsSheet

_LEAVER_COLUMNS = {"User ID": 10, "Name": 34, "MISID": 18, "Role": 24}
"""Heading → width in characters."""

_NARROWEST, _WIDEST = 9, 40
_LOOKED_AT = 1_000
"""Rows that decide how wide a column is."""

_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}


def make_skeleton(report: Report, layout: Layout) -> bytes:
    """The workbook with headings only; row 2 of each sheet to be filled carries the cell formats."""
    from xlsxwriter import Workbook  # noqa: PLC0415 - heavy

    buffer = io.BytesIO()
    with Workbook(buffer, _OPTIONS) as book:
        book.set_properties(
            {
                "title": f"{TITLE}: run {report.run}",
                "subject": "What became of every row",
                "author": "bulk-import",
                "created": report.finished.astimezone(UTC).replace(tzinfo=None),
            }
        )
        looks = formats(book)
        write_summary(book, book.add_worksheet("Summary"), looks, report)
        for sheet in layout.sheets:
            _results(book, looks, report, sheet)
        for number, lines in enumerate(_problem_sheets(report), start=1):
            _problems(book, looks, report, number, lines)
        if report.leavers:
            _leavers(book, looks, report.leavers)
    return buffer.getvalue()


def bodies(report: Report, layout: Layout, looks: results.Looks) -> dict[int, Body]:
    """Sheet number (from 1) → the rows that belong in it."""
    filled: dict[int, Body] = {}
    for sheet in layout.sheets:
        batches = results.sheet_batches(report, sheet, looks)
        filled[2 + len(filled)] = Body(f"A1:{column_letters(sheet.columns)}{sheet.last_row}", batches, iter(()))
    lines = problems.problems(report, layout)
    last = column_letters(len(problems.HEADINGS))
    for count in filter(None, _problem_sheets(report)):
        links: list[str] = []
        batches = problems.sheet_batches(lines, looks, links)
        filled[2 + len(filled)] = Body(f"A1:{last}{count + 1}", batches, iter(links))
    return filled


def _problem_sheets(report: Report) -> list[int]:
    """How many lines each Problems sheet has; one sheet at least."""
    lines = problems.count_problems(report)
    return [min(problems.MOST_LINES, lines - start) for start in range(0, lines, problems.MOST_LINES)] or [0]


def _results(book: Workbook, looks: Mapping[Style, Format], report: Report, sheet: ResultsSheet) -> None:
    page = book.add_worksheet(sheet.name)
    for at, heading in enumerate(OWN_COLUMNS):
        page.write_string(0, at, heading, looks[Style.OWN_HEADING])
        page.set_column(at, at, OWN_WIDTHS[at] if at else _label_width(report))
    own = len(OWN_COLUMNS)
    for at, (heading, width) in enumerate(zip(sheet.headings, _widths(report, sheet), strict=True), start=own):
        if heading:
            page.write_string(0, at, cells.safe_heading(heading), looks[Style.HEADING])
        else:
            page.write_blank(0, at, None, looks[Style.HEADING])
        page.set_column(at, at, width)
    _style_row(page, looks)
    last = f"${column_letters(sheet.columns)}${sheet.last_row}"
    book.define_name(f"{sheet.name.partition(' (')[0].replace(' ', '_')}_rows", f"='{sheet.name}'!$A$1:{last}")
    page.freeze_panes(1, 3)
    page.autofilter(0, 0, max(1, sheet.last_row - 1), sheet.columns - 1)
    page.ignore_errors({"number_stored_as_text": f"A1:{column_letters(sheet.columns)}{max(2, sheet.last_row)}"})
    page.repeat_columns(0, 2)
    page.set_print_scale(65)
    _print_set_up(page)


def _widths(report: Report, sheet: ResultsSheet) -> list[int]:
    widths = [len(heading) + 3 for heading in sheet.headings]
    for block in sheet.blocks[:1]:
        frame = report.sources[block.source].checked.table.frame.iloc[block.start : block.start + _LOOKED_AT]
        for at in range(len(widths)):
            longest = pc.max(pc.utf8_length(cells.column(frame.iloc[:, at]))).as_py() or 0
            widths[at] = max(widths[at], longest + 2)
    return [min(_WIDEST, max(_NARROWEST, width)) for width in widths]


def _label_width(report: Report) -> int:
    """Of the column that names file and sheet."""
    longest = max((len(report.label(number)) for number in range(len(report.sources))), default=0)
    return min(_WIDEST, max(OWN_WIDTHS[0], longest + 2))


def _problems(book: Workbook, looks: Mapping[Style, Format], report: Report, number: int, lines: int) -> None:
    name = "Problems" if number == 1 else f"Problems {number}"
    page = book.add_worksheet(name)
    for at, (heading, width) in enumerate(zip(problems.HEADINGS, problems.WIDTHS, strict=True)):
        page.write_string(0, at, heading, looks[Style.OWN_HEADING])
        page.set_column(at, at, width if at else _label_width(report))
    page.freeze_panes(1, 3)
    if lines:
        _style_row(page, looks)
        columns = [{"header": heading, "header_format": looks[Style.OWN_HEADING]} for heading in problems.HEADINGS]
        table = {"name": name.replace(" ", "_"), "columns": columns, "style": "Table Style Light 1"}
        page.add_table(0, 0, lines, len(columns) - 1, table)
    else:
        page.write_string(1, 0, "No problems were found.", looks[Style.PLAIN])
    page.fit_to_pages(1, 0)
    _print_set_up(page)


def _leavers(book: Workbook, looks: Mapping[Style, Format], leavers: Sequence[Leaver]) -> None:
    """The sheet Leavers, last and written whole: it is never as long as the others."""
    page = book.add_worksheet("Leavers")
    for at, (heading, width) in enumerate(_LEAVER_COLUMNS.items()):
        page.write_string(0, at, heading, looks[Style.OWN_HEADING])
        page.set_column(at, at, width)
    for row, one in enumerate(leavers, start=1):
        page.write_number(row, 0, one.user_id, looks[Style.NUMBER])
        for at, text in enumerate((one.name, one.misid, one.role), start=1):
            if text:
                page.write_string(row, at, cells.safe_heading(text), looks[Style.TEXT])
    page.freeze_panes(1, 1)
    page.autofilter(0, 0, len(leavers), len(_LEAVER_COLUMNS) - 1)
    page.ignore_errors({"number_stored_as_text": f"B1:D{len(leavers) + 1}"})
    page.fit_to_pages(1, 0)
    _print_set_up(page)


def _style_row(page: Worksheet, looks: Mapping[Style, Format]) -> None:
    for at, style in enumerate(ROW_STYLES):
        page.write_blank(1, at, None, looks[style])


def _print_set_up(page: Worksheet) -> None:
    page.set_landscape()
    page.set_paper(9)
    page.repeat_rows(0)
    page.print_across()
    page.hide_gridlines(0)
    page.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    page.set_footer("&L&F: &A&RPage &P of &N")
