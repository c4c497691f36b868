"""Three sound learners as a file, with whatever a test changes in their cells."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

import openpyxl
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from tests.data import workbooks as made

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FIELDS: Final = (
    *("FirstName", "LastName", "Email", "Role", "OrganisationID", "DefaultAssessorID", "ClassroomID"),
    *("PlacementID", "MISID", "ULN", "MobileNumber", "DOB", "StartOn", "PlannedEndDate"),
)
"""The columns, A to N."""
COMMON: Final = ("Learner", "1", "101", "201", "301")
PEOPLE: Final[Sequence[tuple[str, ...]]] = (
    ("Asha", "Khan", "asha@example.com", *COMMON, "L1", "9276308686", "07700 900123", "14/02/2006", "", ""),
    ("Tom", "O'Neil", "tom@example.com", *COMMON, "L2", "1000000124", "07700 900124", "15/03/2005", "", ""),
    ("Zoë", "Lee", "zoe@example.com", *COMMON, "L3", "1011000562", "07700 900125", "16/04/2004", "", ""),
)
Changes = "Mapping[tuple[int, str], object]"


def rows(changes: Mapping[tuple[int, str], object] | None = None) -> list[list[object]]:
    """The headings in row 1 and the people below; `changes` by row number and field."""
    table: list[list[object]] = [list(FIELDS)]
    table += [[cell or None for cell in person] for person in PEOPLE]
    for (row, name), value in (changes or {}).items():
        table[row - 1][FIELDS.index(name)] = value
    return table


def as_csv(
    changes: Mapping[tuple[int, str], object] | None = None, *, separator: str = ",", line_end: str = "\r\n"
) -> str:
    """The people as separated text."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=separator, lineterminator=line_end).writerows(rows(changes))
    return out.getvalue()


def as_xlsx(changes: Mapping[tuple[int, str], object] | None = None, *, epoch_1904: bool = False) -> bytes:
    """The people as a workbook; a value that begins with `=` is a formula without a result, `#N/A` an error."""
    book = openpyxl.Workbook()
    if epoch_1904:
        book.epoch = CALENDAR_MAC_1904
    sheet = made.sheet_of(book, "Learners")
    made.fill(sheet, rows(changes))
    for (row, name), value in (changes or {}).items():
        cell = sheet.cell(row, FIELDS.index(name) + 1)
        if isinstance(value, str) and value.startswith(("=", "#")):
            cell.data_type = "f" if value.startswith("=") else "e"
    return made.saved(book)


def sheets(*listed: tuple[str, str, Sequence[Sequence[object]]]) -> bytes:
    """A workbook of several sheets: name, state, rows."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, state, body in listed:
        sheet = book.create_sheet(name)
        sheet.sheet_state = state
        made.fill(sheet, body)
    return made.saved(book)
