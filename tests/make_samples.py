"""Writes the files in samples/: `python -m tests.make_samples`. The same bytes every time."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

from bulk_import.templates.workbook import workbook_bytes
from tests.invented import clean, enrolments, learners
from tests.invented.rows import Cell, Failed, Formula, Sample, Unquoted

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell as SheetCell
    from openpyxl.cell.cell import MergedCell
    from openpyxl.worksheet.worksheet import Worksheet

SAMPLES = (enrolments.SAMPLE, learners.SAMPLE, clean.SAMPLE)
FOLDER = Path(__file__).parent.parent / "samples"

_WIDTHS = {"Email Address": 32, "Home Address": 26, "Course Title": 27, "Unique Learner Number": 16}
_LINE = Side(style="thin", color="A6A6A6")


def sample_bytes(sample: Sample) -> bytes:
    """A sample as the bytes of its file; the name's ending and the sample's encoding say how it is written."""
    return _workbook(sample) if sample.name.endswith(".xlsx") else _csv(sample)


def write_samples(folder: Path) -> tuple[Path, ...]:
    """Writes every sample into a folder that exists."""
    paths = []
    for sample in SAMPLES:
        path = folder / sample.name
        path.write_bytes(sample_bytes(sample))
        paths.append(path)
    return tuple(paths)


def _csv(sample: Sample) -> bytes:
    rows = [sample.headings, *([row.cells.get(h) for h in sample.headings] if row else [] for row in sample.rows)]
    text = "".join(sample.separator.join(_quoted(cell, sample.separator) for cell in row) + "\r\n" for row in rows)
    return text.encode(sample.encoding)


def _quoted(cell: Cell, separator: str) -> str:
    text = "" if cell is None else str(cell)
    if isinstance(cell, Unquoted) or not any(mark in text for mark in (separator, '"', "\n")):
        return text
    return '"' + text.replace('"', '""') + '"'


def _workbook(sample: Sample) -> bytes:
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.title = "Enrolments"
    for line in (*sample.above, sample.headings):
        sheet.append([*line])
    for number, row in enumerate(sample.rows, start=sample.first_row):
        for column, heading in enumerate(sample.headings, start=1):
            if row is not None and row.cells.get(heading) is not None:
                _put(sheet.cell(number, column), row.cells[heading])
    _dress(sheet, sample)
    _selection(workbook)
    return workbook_bytes(workbook)


def _put(cell: SheetCell | MergedCell, value: Cell) -> None:
    cell.value = f"={value}" if isinstance(value, Formula) else value
    if isinstance(value, Failed):
        cell.data_type = "e"
    elif isinstance(value, str) and not isinstance(value, Formula):
        cell.data_type = "s"  # else a name that begins with = would become a formula
        cell.quotePrefix = value.startswith(("=", "-"))
    elif isinstance(value, date):
        cell.number_format = "dd/mm/yyyy"
    cell.alignment = Alignment(vertical="top", wrap_text=isinstance(value, str) and "\n" in value)


def _dress(sheet: Worksheet, sample: Sample) -> None:
    """Title, bold headings, widths and a frozen heading row, as report writers make them."""
    sheet["A1"].font = Font(bold=True, size=14)
    for title in sheet[2]:
        title.font = Font(italic=True, color="595959")
    sheet["G2"].number_format = "dd/mm/yyyy"
    heading_row = sample.first_row - 1
    for column, heading in enumerate(sample.headings, start=1):
        head = sheet.cell(heading_row, column)
        head.font = Font(bold=True)
        head.fill = PatternFill("solid", start_color="D9E1F2")
        head.border = Border(bottom=_LINE)
        head.alignment = Alignment(wrap_text=True, vertical="center")
        sheet.column_dimensions[get_column_letter(column)].width = _WIDTHS.get(heading, 14)
    sheet.row_dimensions[heading_row].height = 32
    sheet.freeze_panes = f"E{sample.first_row}"
    sheet.page_setup.orientation = "landscape"


def _selection(workbook: Workbook) -> None:
    """The second sheet of such reports: what was asked for."""
    sheet = workbook.create_sheet("Report parameters")
    for line in (("Academic year", "2026/27"), ("Status", "Continuing and new"), ("Run by", "MIS reporting")):
        sheet.append(line)
    sheet.column_dimensions["A"].width = 20
    sheet.column_dimensions["B"].width = 24


def main() -> None:
    """Writes the samples where they are committed."""
    for path in write_samples(FOLDER):
        sys.stdout.write(f"{path.name}\n")


if __name__ == "__main__":
    main()
