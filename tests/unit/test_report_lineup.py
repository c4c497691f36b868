"""Results lines up with the source: each result row holds the very cells of the source row that it names.

Both files are read by other people's libraries (openpyxl, csv), the source from the file itself.
"""

from __future__ import annotations

import csv
import hashlib
import io
import shutil
from datetime import date, datetime, time
from pathlib import Path

import openpyxl
import pytest

from bulk_import.catalogue import fields_for_heading
from bulk_import.check import Options, check_all
from bulk_import.read import read_table
from bulk_import.report import Report, SourceReport, Status, write_workbook
from tests.benchmarks.people import write_csv, write_xlsx
from tests.unit.reporting import FINISHED, STARTED

SAMPLES = Path(__file__).parents[2] / "samples"
OWN = 6
MADE_UP_ROWS = 1_500


def _canonical(cell: object) -> str:
    match cell:
        case None:
            return ""
        case bool():
            return str(cell).upper()
        case datetime() if cell.time() == time():
            return cell.date().isoformat()
        case datetime() | date() | time():
            return cell.isoformat()
        case float() if cell.is_integer():
            return str(int(cell))
        case _:
            return str(cell)


def _hash(cells: list[object]) -> str:
    return hashlib.sha256("\x1f".join(map(_canonical, cells)).encode()).hexdigest()


def _source_rows(path: Path) -> dict[int, list[object]]:
    """Row number → cells, as openpyxl or csv see them in the source file."""
    if path.suffix == ".xlsx":
        sheet = openpyxl.load_workbook(path, data_only=True).worksheets[0]
        return {number: list(row) for number, row in enumerate(sheet.iter_rows(values_only=True), start=1)}
    text = path.read_bytes().decode("utf-8-sig" if path.name != "enrolments.csv" else "cp1252")
    dialect = csv.Sniffer().sniff(text[:2_000], delimiters=",;")
    return {number: list(row) for number, row in enumerate(csv.reader(io.StringIO(text, newline=""), dialect), start=1)}


def _result_rows(path: Path) -> tuple[list[tuple[object, ...]], Report]:
    table = read_table(path, known=lambda heading: bool(fields_for_heading(heading)))
    (checked,) = check_all([table], options=Options(today=date(2026, 11, 25)))
    report = Report("RUN", "check", STARTED, FINISHED, "sandbox", None, (SourceReport(checked, {}, Status.VALID),))
    stream = io.BytesIO()
    write_workbook(report, stream)
    return list(
        openpyxl.load_workbook(stream, read_only=True)["Results"].iter_rows(min_row=2, values_only=True)
    ), report


@pytest.mark.parametrize("name", ["enrolments.xlsx", "enrolments.csv", "clean.csv", "made-up.xlsx", "made-up.csv"])
def test_each_result_row_is_the_source_row_that_it_names(tmp_path: Path, name: str) -> None:
    """Over the whole file, the hash of a result row's cells equals that of the source row with its number."""
    path = tmp_path / name
    if name.startswith("made-up"):
        (write_csv if path.suffix == ".csv" else write_xlsx)(path, MADE_UP_ROWS)
    else:
        shutil.copyfile(SAMPLES / name, path)
    rows, report = _result_rows(path)
    source = _source_rows(path)
    width = len(report.sources[0].checked.table.headings)
    numbers = [row[1] for row in rows]
    assert numbers == sorted(numbers, key=lambda number: int(str(number)))
    assert len(rows) == report.totals["read"] - report.totals["blank"]
    differing = []
    for row in rows:
        number = int(str(row[1]))
        if _hash(list(row[OWN : OWN + width])) != _hash((source[number] + [None] * width)[:width]):
            differing.append(number)
    assert differing == []
