"""results.xlsx in LibreOffice: what a spreadsheet program makes of the file; only with --office."""

from __future__ import annotations

import csv
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.unit.reporting import HEADINGS, Day, assessor, report, table, workbook

if TYPE_CHECKING:
    from pathlib import Path

    from bulk_import.report import Report

SOFFICE = shutil.which("soffice") or shutil.which("libreoffice")
HOSTILE = [
    "=1+1",
    "+447700900123",
    "-",
    "-1",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "0012345678",
    "1E5",
    "TRUE",
    " two spaces ",
    "a & <b> \"c\" 'd'",
    "_x0041_",
    "Łódź 🎓",
    "two\nlines",
    '=cmd|" /C calc"!A0',
]

pytestmark = [pytest.mark.journey, pytest.mark.office]


def test_libreoffice_reads_every_cell_unharmed(tmp_path: Path) -> None:
    """Opened in LibreOffice and saved as CSV, Results holds what the source held, and no formula was calculated."""
    rows = [*(assessor(at, text) for at, text in enumerate(HOSTILE)), assessor(99, Day("2026-09-01"))]
    shown = _results(tmp_path, report(table(rows)))
    assert shown[0][6:] == list(HEADINGS)
    assert [row[-1] for row in shown[1:]] == [*HOSTILE, "01/09/2026"]
    assert [row[1] for row in shown[1:]] == [str(row) for row in range(2, len(rows) + 2)]


def _results(folder: Path, made: Report) -> list[list[str]]:
    (folder / "results.xlsx").write_bytes(workbook(made).getvalue())
    # Comma, quotation mark, UTF-8, all rows, cells as shown, and the second sheet.
    csv_filter = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,true,false,false,2"
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [str(SOFFICE), profile, "--headless", "--convert-to", csv_filter, "results.xlsx"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=120)
    (converted,) = folder.glob("results-*.csv")
    with converted.open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))
