"""What one would write without this product: pandas with openpyxl, pandera on object columns, openpyxl for results.

Run as `python -m tests.benchmarks.baseline FILE RESULTS`. It judges the same kind of rules, and writes the same kind
of workbook with openpyxl's write-only mode, which is its fastest.
"""

from __future__ import annotations

import sys
from datetime import datetime
from typing import TYPE_CHECKING

import pandas as pd
import pandera.pandas as pa
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font, PatternFill

if TYPE_CHECKING:
    from collections.abc import Sequence

    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

Value = str | float | datetime | None

REQUIRED = (
    "First Name",
    "Last Name",
    "Email Address",
    "Role",
    "OrganisationID",
    "DefaultAssessorID",
    "ClassroomID",
    "PlacementID",
)
PATTERNS = {
    "Email Address": r"[^@\s]+@[^@\s]+\.[^@\s]+",
    "OrganisationID": r"[0-9]+",
    "DefaultAssessorID": r"[0-9]+",
    "ClassroomID": r"[0-9]+",
    "PlacementID": r"[0-9]+",
    "ULN": r"[0-9]{10}",
    "NINO": r"[A-Z]{2}[0-9]{6}[ABCD]",
    "MobileNumber": r"[0-9 +]+",
    "Telephone": r"[0-9 +]+",
    "ProviderID": r"[0-9]+",
    "DefaultEmployerID": r"[0-9]+",
    "L12": r"[0-9]{2}",
    "L13": r"[MF]",
    "L14": r"[129]",
    "SupportFunding": r"(?i)yes|no",
}
UNIQUE = ("MISID", "Email Address", "ULN")


def check_digit(texts: pd.Series[str]) -> pd.Series[bool]:
    """True where the ULN's last digit is right."""
    digits = pd.DataFrame({at: texts.str[at].astype(int) * (10 - at) for at in range(9)})
    sums = digits.sum(axis="columns") % 11
    return (10 - sums).eq(texts.str[9].astype(int)) & sums.ne(0)


def schema() -> pa.DataFrameSchema:
    """A column each with its checks, as the documentation of pandera shows it."""
    columns = {}
    for name in sorted({*REQUIRED, *PATTERNS, *UNIQUE}):
        checks = []
        if name in PATTERNS:
            pattern = PATTERNS[name]
            checks.append(pa.Check(lambda texts, pattern=pattern: texts.str.fullmatch(pattern), name=f"{name} format"))
        if name == "ULN":
            checks.append(pa.Check(check_digit, name="ULN check digit"))
        columns[name] = pa.Column(object, checks, nullable=name not in REQUIRED, unique=name in UNIQUE)
    order = pa.Check(lambda frame: frame["PlannedEndDate"] > frame["StartOn"], name="dates", n_failure_cases=1)
    return pa.DataFrameSchema(columns, checks=order)


def mistakes(frame: pd.DataFrame) -> dict[tuple[int, str], str]:
    """(row of the frame, column) → the name of the check that failed there."""
    try:
        schema().validate(frame, lazy=True)
    except pa.errors.SchemaErrors as wrong:
        cases = wrong.failure_cases.dropna(subset=["index"])
        cells = zip(cases["index"].astype(int), cases["column"].astype(str), cases["check"].astype(str), strict=True)
        return {(row, column): check for row, column, check in cells}
    return {}


def write_results(frame: pd.DataFrame, found: dict[tuple[int, str], str], path: str) -> None:
    """Every row with its status and message, and the bad cells filled."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Results")
    fill, bold = PatternFill("solid", fgColor="FFC7CE"), Font(bold=True)
    columns = [str(column) for column in frame.columns]
    headings = ["Sheet", "Row", "Status", "User ID", "What happened", "What to do", *columns]
    sheet.append([_styled(sheet, heading, bold, None) for heading in headings])
    by_row: dict[int, dict[str, str]] = {}
    for (row, column), check in found.items():
        by_row.setdefault(row, {})[column] = check
    filled = frame.astype(object).where(frame.notna(), None)
    for at, values in enumerate(filled.itertuples(index=False, name=None)):
        wrong = by_row.get(at, {})
        own = ["Enrolments", at + 2, "invalid" if wrong else "valid", None, "; ".join(wrong.values()), ""]
        sheet.append([*own, *_cells(sheet, columns, values, wrong, fill)])
    problems = book.create_sheet("Problems")
    for (row, column), check in found.items():
        problems.append([row + 2, column, check])
    book.save(path)


def _cells(
    sheet: WriteOnlyWorksheet,
    columns: Sequence[str],
    values: Sequence[Value],
    wrong: dict[str, str],
    fill: PatternFill,
) -> Sequence[object]:
    if not wrong:
        return values
    return [
        _styled(sheet, value, None, fill) if column in wrong else value
        for column, value in zip(columns, values, strict=True)
    ]


def _styled(sheet: WriteOnlyWorksheet, value: Value, font: Font | None, fill: PatternFill | None) -> object:
    cell = WriteOnlyCell(sheet, value=value)
    if font is not None:
        cell.font = font
    if fill is not None:
        cell.fill = fill
    return cell


def main(source: str, results: str) -> None:
    """Reads, judges and writes."""
    frame = pd.read_excel(source, dtype=object, engine="openpyxl")
    for column in PATTERNS:
        frame[column] = frame[column].where(frame[column].isna(), frame[column].astype(str))
    write_results(frame, mistakes(frame), results)


if __name__ == "__main__":
    main(*sys.argv[1:])
