"""The Summary sheet: what ran, what became of the rows, and what to do next, on one page."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bulk_import.findings import fix, message
from bulk_import.report.assemble import Status
from bulk_import.report.cells import LINE
from bulk_import.report.facts import MEANINGS, TITLE, adding_up, column_facts, file_facts, run_facts, steps
from bulk_import.report.styles import Style
from bulk_import.report.words import MODES, SEVERITIES, STATUS_WORDS, by_weight, uk_time

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from bulk_import.report.assemble import Report

_WIDTHS = (32, 90, 12)
_CHART_COLUMN = 4


@dataclass(slots=True)
class _Page:
    """A sheet being written from top to bottom; `at` is the next row, counted from 0."""

    sheet: Worksheet
    looks: Mapping[Style, Format]
    at: int = 0

    def line(self, *cells: tuple[str | int, Style]) -> None:
        """One row: text stays text whatever it begins with, numbers are numbers."""
        for column, (value, style) in enumerate(cells):
            if isinstance(value, str):
                self.sheet.write_string(self.at, column, value, self.looks[style])
            else:
                self.sheet.write_number(self.at, column, value, self.looks[style])
        last, style = cells[-1]
        if style is Style.WORDS and isinstance(last, str):
            self.sheet.set_row(self.at, LINE * max(1, math.ceil(len(last) / (1.1 * _WIDTHS[1]))))
        self.at += 1

    def section(self, title: str) -> None:
        """A heading with an empty row above it."""
        self.at += 1
        self.line((title, Style.SECTION), ("", Style.SECTION), ("", Style.SECTION))

    def facts(self, facts: Iterable[tuple[str, str]]) -> None:
        """A row for each label and what is said under it."""
        for label, value in facts:
            self.line((label, Style.LABEL), (value, Style.WORDS))


def write_summary(book: Workbook, sheet: Worksheet, looks: Mapping[Style, Format], report: Report) -> None:
    """Fills the Summary sheet of a workbook that is being made."""
    for column, width in enumerate(_WIDTHS):
        sheet.set_column(column, column, width)
    page = _Page(sheet, looks)
    sheet.set_row(0, 2 * LINE)
    page.line((TITLE, Style.TITLE))
    page.line((f"{MODES[report.mode]}. {uk_time(report.finished)} (UK time)", Style.SUBTITLE))
    page.section("What to do next")
    page.facts((str(number), step) for number, step in enumerate(steps(report), start=1))
    page.section("What became of the rows")
    _write_counts(book, page, report)
    if report.notices:
        page.section("Good to know")
        page.facts(("•", notice) for notice in report.notices)
    page.section("What ran")
    page.facts(run_facts(report))
    page.section("Files")
    page.facts(file_facts(report))
    _write_file_findings(page, report)
    for title, facts in column_facts(report):
        page.section(title)
        page.facts(facts)
    _print_set_up(sheet, page.at)


def _write_counts(book: Workbook, page: _Page, report: Report) -> None:
    totals = report.totals
    occurring = [status for status in Status if totals.get(status)]
    page.line(("Status", Style.OWN_HEADING), ("What it means", Style.OWN_HEADING), ("Rows", Style.COUNT_HEADING))
    first = page.at
    for status in occurring:
        name = STATUS_WORDS[status].name
        page.line((name, Style.LABEL), (MEANINGS[status], Style.WORDS), (totals[status], Style.COUNT))
    if occurring:
        page.sheet.insert_chart(first - 1, _CHART_COLUMN, *_chart(book, page, first, len(occurring)))
    page.line(("Blank", Style.LABEL), ("Wholly empty rows, left out", Style.WORDS), (totals["blank"], Style.COUNT))
    accounted = sum(totals.values()) - totals["read"]
    page.line(
        ("Together", Style.TOTAL_LABEL), ("Rows accounted for above", Style.TOTAL_LABEL), (accounted, Style.TOTAL)
    )
    page.line(("Read", Style.LABEL), ("Data rows found in the files", Style.LABEL), (totals["read"], Style.TOTAL))
    page.facts([("Do they add up?", adding_up(report))])


def _chart(book: Workbook, page: _Page, first: int, rows: int) -> tuple[object, dict[str, object]]:
    chart = book.add_chart({"type": "bar"})
    name = page.sheet.get_name()
    chart.add_series(
        {
            "name": "Rows",
            "categories": [name, first, 0, first + rows - 1, 0],
            "values": [name, first, 2, first + rows - 1, 2],
            "data_labels": {"value": True, "num_format": "#,##0"},
            "fill": {"color": "#2E75B6"},
            "gap": 60,
        }
    )
    chart.set_title({"name": "Rows by status", "name_font": {"size": 12}})
    chart.set_legend({"none": True})
    chart.set_y_axis({"reverse": True})
    chart.set_x_axis({"visible": False, "major_gridlines": {"visible": False}})
    chart.set_size({"width": 460, "height": 90 + 34 * rows})
    return chart, {"description": "Bar chart of the table beside it: how many rows ended in each status"}


def _write_file_findings(page: _Page, report: Report) -> None:
    findings = by_weight(report.file_findings(), report.severities)
    if findings:
        page.section("About the files")
        page.facts((SEVERITIES[weight], f"{message(finding)} {fix(finding)}") for weight, finding in findings)


def _print_set_up(sheet: Worksheet, rows: int) -> None:
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.print_area(0, 0, max(rows, 20), _CHART_COLUMN + 7)
    sheet.set_footer("&L&F&RPage &P of &N")
