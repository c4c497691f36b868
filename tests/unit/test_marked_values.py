"""The marked copy of the values: every cell arrives unharmed, and the copy is read as its source was."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bulk_import.report import files_to_fix
from tests.data.other_workbooks import ods, ods_cell
from tests.unit.marking import checked_file, read, to_fix
from tests.unit.reading import texts
from tests.unit.reporting import HEADINGS, Day, assessor, report, table

if TYPE_CHECKING:
    from pathlib import Path

HOSTILE = (
    *("=1+1", "+447700900123", "-", "-1", "@SUM(A1)", "0012345678", "1E5", "TRUE", " two spaces ", "\ttab", "#N/A"),
    *('a & <b> "c"', "_x0041_", "Łódź 🎓", "two\nlines", '=cmd|" /C calc"!A0', "01/09/2007", "https://example.com"),
)


def csv_of(folder: Path, rows: list[list[str]], name: str = "people.csv") -> Path:
    """A CSV in which each cell has quotation marks."""
    path = folder / name
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, quoting=csv.QUOTE_ALL).writerows(rows)
    return path


def back(folder: Path, data: bytes) -> Path:
    """A file to correct, come back."""
    path = folder / "back-to-fix.xlsx"
    path.write_bytes(data)
    return path


def opened(data: bytes) -> Any:  # noqa: ANN401 - openpyxl's types are wider than what is asked of them here
    """The workbook as another program sees it."""
    return openpyxl.load_workbook(io.BytesIO(data))


def test_a_csv_comes_back_as_a_workbook(tmp_path: Path) -> None:
    """Rows keep their numbers, the first column says what is wrong, cells are filled and noted, text stays text."""
    people = [["T1", "Asha", "", "a@example.com", "Tutor", "1", text] for text in HOSTILE]
    path = csv_of(tmp_path, [["Enrolments"], [*HEADINGS[:4], "Role", "OrganisationID", "Remarks"], [], *people])
    file = to_fix(path)
    assert file.name == "people-to-fix.xlsx"
    book = opened(file.data)
    assert book.sheetnames == ["people", "Problems"]
    sheet = book["people"]
    assert [cell.value for cell in sheet[1]][:3] == [None, "Enrolments", None]
    assert [cell.value for cell in sheet[2]][:3] == ["Problem", "MISID", "First Name"]
    # openpyxl leaves Excel's own way of writing an underscore as it is
    shown = [sheet.cell(row, 8).value.replace("_x005F_", "_") for row in range(4, 4 + len(HOSTILE))]
    assert shown == list(HOSTILE)
    assert {cell.data_type for row in sheet.iter_rows(min_row=4) for cell in row} <= {"s", "n"}
    assert not [cell for row in sheet.iter_rows(min_row=4) for cell in row if cell.data_type == "n" and cell.value]
    assert sheet.cell(4, 1).value.startswith("D4: “Last Name” (LastName) is missing")
    assert sheet.cell(4, 4).fill.fgColor.rgb == "FFFFC7CE"
    assert sheet.cell(4, 4).comment.author == "bulk-import"
    assert sheet.freeze_panes == "B3"
    assert "because a CSV or text file has no place for marks" in book["Problems"]["A3"].value
    assert "what the run's report calls A3 is B3 here" in book["Problems"]["A4"].value
    again, before = read(back(tmp_path, file.data)), read(path)
    assert texts(again) == texts(before)
    assert again.frame.index.tolist() == before.frame.index.tolist()
    assert [heading.text for heading in again.headings] == [heading.text for heading in before.headings]


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20).filter(
    lambda text: not text.isspace()
)


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(TEXTS, min_size=20, max_size=40))
def test_any_text_arrives(tmp_path: Path, remarks: list[str]) -> None:
    """Whatever characters a cell holds, the copy is read back with the same."""
    (file,) = files_to_fix(report(table([assessor(at, text, Email="") for at, text in enumerate(remarks)])))
    assert [row[-1] for row in texts(read(back(tmp_path, file.data)))] == remarks


def test_dates_stay_dates(tmp_path: Path) -> None:
    """Real dates are real dates in the copy, or text where Excel would show another day; all are read as they were."""
    days = [Day("2007-09-01"), Day("2026-09-01T13:30:00"), Day("1900-01-05"), Day("0999-01-01")]
    (file,) = files_to_fix(report(table([assessor(at, day, Email="") for at, day in enumerate(days)])))
    cells = [row[-1] for row in opened(file.data)["Staff"].iter_rows(min_row=2)]
    assert [cell.is_date for cell in cells] == [True, True, False, False]
    assert cells[0].number_format == "dd/mm/yyyy"
    assert [row[-1] for row in texts(read(back(tmp_path, file.data)))] == [day.iso for day in days]


def test_only_what_needs_attention_of_a_long_source(tmp_path: Path) -> None:
    """Of more than 20,000 rows those that need attention come back, with their numbers in the source."""
    rows = [assessor(at, "x", **({"Email": ""} if at % 5_000 == 7 else {})) for at in range(20_001)]
    (file,) = files_to_fix(report(table(rows)))
    sheet = opened(file.data)["Staff"]
    listed = list(sheet.iter_rows(values_only=True))
    assert listed[0][:3] == ("Problem", "Original row", "MISID")
    assert [row[1:3] for row in listed[1:]] == [(at + 2, f"T{at:03}") for at in (7, 5007, 10007, 15007)]
    assert [row[0].hyperlink.location for row in opened(file.data)["Problems"].iter_rows() if row[0].hyperlink] == [
        f"'Staff'!F{row}" for row in range(2, 6)
    ]
    again = read(back(tmp_path, file.data))
    assert [heading.text for heading in again.headings] == list(HEADINGS)
    assert again.frame.index.tolist() == [2, 3, 4, 5]


def test_other_workbooks_come_back_as_copies(tmp_path: Path) -> None:
    """An OpenDocument workbook comes back as a copy that says why."""
    path = tmp_path / "people.ods"
    cells = [("First Name", "Last Name", "Email"), ("Asha", "Khan", "nobody")]
    rows = "".join(f"<table:table-row>{''.join(map(ods_cell, row))}</table:table-row>" for row in cells)
    path.write_bytes(ods(rows))
    file = to_fix(path)
    assert file.name == "people-to-fix.xlsx"
    problems = opened(file.data)["Problems"]
    assert "it is an OpenDocument workbook" in problems["A3"].value
    assert "formulas, drop-downs, pictures and other sheets of your own file are not in it" in problems["A4"].value


def test_a_source_that_changed_comes_back_as_a_copy(tmp_path: Path) -> None:
    """What was read and checked comes back, not what the file holds by now."""
    path = csv_of(tmp_path, [["First Name", "Last Name"], ["Asha", "Khan"]])
    made = checked_file(path)
    path.write_text("something else", encoding="utf-8")
    (file,) = files_to_fix(made)
    book = opened(file.data)
    assert "your own file has changed since it was read" in book["Problems"]["A3"].value
    assert book["people"]["B2"].value == "Asha"


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("a.csv", "a"),
        ("a-to-fix.csv", "a"),
        ("a-to-fix (2).csv", "a"),
        ("a-to-fix-to-fix.csv", "a"),
        ("a-to-fix 2.csv", "a"),
        ("a.b", "a"),
    ],
)
def test_the_name_does_not_grow(tmp_path: Path, name: str, stem: str) -> None:
    """A file that came back once comes back under the same name."""
    path = csv_of(tmp_path, [["First Name", "Last Name"], ["Asha", "Khan"]], name)
    assert to_fix(path).name == f"{stem}-to-fix.xlsx"


def test_two_sources_of_one_name(tmp_path: Path) -> None:
    """Files of the same name from two folders come back under two names."""
    rows = [assessor(1, Email="")]
    made = report(table(rows, name="a/staff.xlsx"), table([assessor(2, Email="")], name="b/staff.xlsx"))
    assert [file.name for file in files_to_fix(made)] == ["staff-to-fix.xlsx", "staff-to-fix 2.xlsx"]
