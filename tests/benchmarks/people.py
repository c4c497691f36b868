"""Invented enrolments for the benchmarks: the same number of rows gives the same file.

Run as `python -m tests.benchmarks.people FILE ROWS`; the ending of FILE decides between a workbook and a CSV. Three
columns are real dates in the workbook, 5 % of the ULNs are stored as numbers, and 1 % of the rows have a mistake.
"""

from __future__ import annotations

import csv
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

Cell = str | int | date

HEADINGS = (
    "MISID",
    "First Name",
    "Last Name",
    "Email Address",
    "Role",
    "OrganisationID",
    "DefaultAssessorID",
    "ClassroomID",
    "PlacementID",
    "ULN",
    "NINO",
    "DOB",
    "StartOn",
    "PlannedEndDate",
    "MobileNumber",
    "Telephone",
    "HomeAddress",
    "WorkAddress",
    "CompanyName",
    "Website",
    "EpisodeName",
    "ProviderID",
    "DefaultEmployerID",
    "L12",
    "L13",
    "L14",
    "SupportFunding",
    "Course Code",
    "Tutor Group",
    "Comments",
)

DATES = (11, 12, 13)
ULN = 9
_EVERY_HUNDREDTH = 100
_EVERY_TWENTIETH = 20

_FIRST = ("Asha", "Ben", "Chloë", "Dafydd", "Efua", "Farah", "Gwen", "Hamza", "Isla", "Jakub", "Kwame", "Līga")
_LAST = ("Khan", "O'Connor", "Smith", "Nowak", "Okafor", "Patel", "Evans", "MacLeod", "Begum", "Taylor-Jones")
_MISTAKES: tuple[tuple[int, Cell], ...] = ((3, "not an address"), (ULN, "1234567890"), (7, ""), (13, date(2020, 1, 6)))


def uln(number: int) -> str:
    """The `number`-th ULN: nine digits and their check digit (LRS: weights 10 to 2, 10 minus the sum modulo 11)."""
    digits = 100_000_000 + 9 * number
    while (rest := _weighted(digits) % 11) == 0:
        digits += 1
    return f"{digits}{10 - rest}"


def _weighted(digits: int) -> int:
    return sum(int(digit) * weight for digit, weight in zip(str(digits), range(10, 1, -1), strict=True))


def person(number: int) -> list[Cell]:
    """One row, with a mistake in every hundredth."""
    first, last, second = (names[number // step % len(names)] for names, step in ((_FIRST, 1), (_LAST, 7), (_LAST, 83)))
    # some eighty people of each name in 100,000, more than any centre has
    last = last if last == second else f"{last} {second}"
    born = date(2000, 1, 1) + timedelta(days=number * 7 % 2900)
    start = date(2026, 9, 1) + timedelta(days=number % 28)
    key = uln(number)
    row: list[Cell] = [
        f"L{number:07d}",
        first,
        last,
        f"learner{number}@example.com",
        "Learner",
        "1",
        str(900 + number % 40),
        str(3000 + number % 200),
        str(7000 + number % 350),
        int(key) if number % _EVERY_TWENTIETH == 0 else key,
        f"AB{number % 1_000_000:06d}{'ABCD'[number % 4]}",
        born,
        start,
        start + timedelta(days=400 + number % 300),
        f"07700 900{number % 1000:03d}",
        f"0161 496 0{number % 1000:03d}",
        f"{1 + number % 180} Mill Lane, Northgate",
        f"Unit {1 + number % 60}, Canal Street, Northgate" if number % 3 else "",
        f"Company {number % 350}" if number % 3 else "",
        "",
        f"Level {2 + number % 4} programme {number % 90}",
        "12",
        str(5000 + number % 350),
        str(31 + number % 17),
        "F" if number % 2 else "M",
        str(1 + number % 2),
        "Yes" if number % 9 == 0 else "No",
        f"C{number % 90:03d}/26",
        f"{10 + number % 4}{'ABCD'[number % 4]}",
        f"Spoke to the employer, note {number}" if number % 5 == 0 else "",
    ]
    if number % _EVERY_HUNDREDTH == _EVERY_HUNDREDTH - 1:
        column, wrong = _MISTAKES[number // _EVERY_HUNDREDTH % len(_MISTAKES)]
        row[column] = wrong
    return row


def people(rows: int) -> Iterator[list[Cell]]:
    """The first `rows` rows."""
    return map(person, range(rows))


def write_csv(path: Path, rows: int) -> None:
    """The rows as UTF-8 CSV, dates as a person in the UK writes them."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(HEADINGS)
        for row in people(rows):
            writer.writerow([f"{cell:%d/%m/%Y}" if isinstance(cell, date) else cell for cell in row])


def write_xlsx(path: Path, rows: int) -> None:
    """The rows as a workbook with shared strings, as Excel writes it."""
    from xlsxwriter import Workbook  # noqa: PLC0415 - only here

    with Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet, day = book.add_worksheet("Enrolments"), book.add_format({"num_format": "dd/mm/yyyy"})
        sheet.write_row(0, 0, HEADINGS)
        for at, row in enumerate(people(rows), start=1):
            for column, cell in enumerate(row):
                match cell:
                    case date():
                        sheet.write_datetime(at, column, cell, day)
                    case int():
                        sheet.write_number(at, column, cell)
                    case str():
                        sheet.write(at, column, cell or None)


def main(name: str, rows: str) -> None:
    """Writes the file named."""
    path = Path(name)
    write = write_csv if path.suffix == ".csv" else write_xlsx
    write(path, int(rows))


if __name__ == "__main__":
    main(*sys.argv[1:])
