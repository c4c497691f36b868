"""results.xlsx: it opens, it says everything, and the source's cells arrive as they were."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from bulk_import.findings import Finding, Place, Severity
from bulk_import.report import Leaver, RowFate, Status, write_workbook
from bulk_import.report.problems import HEADINGS as PROBLEM_HEADINGS
from tests.unit.reporting import HEADINGS, Cell, Day, assessor, report, table, workbook

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

    from bulk_import.report import Report

OWN = ("Sheet", "Row", "Status", "User ID", "What happened", "What to do")
HOSTILE = ["=1+1", "+447700900123", "-", "-1", "@x", "0012345678", "1E5", "TRUE", "#N/A", "'", '=HYPERLINK("http://x")']
CREATED = RowFate(Status.CREATED, user_id=5740, attempts=1, http_status=200)


def _opened(made: Report) -> openpyxl.Workbook:
    return openpyxl.load_workbook(workbook(made))


def _lines(sheet: Worksheet) -> list[tuple[Any, ...]]:
    return list(sheet.iter_rows(min_row=2, values_only=True))


def _last(sheet: Worksheet, row: int = 2) -> Any:  # noqa: ANN401 - what a cell holds
    """The value of the last of the source's own columns."""
    return sheet.cell(row, len(OWN) + len(HEADINGS)).value


def _facts(made: Report) -> dict[object, object]:
    """The Summary's labels and what stands beside them."""
    return {row[0]: row[1] for row in _opened(made)["Summary"].iter_rows(values_only=True) if row[0]}


def test_the_sheets_are_the_three_that_were_promised() -> None:
    """results.xlsx has Summary, Results and Problems, in that order, and opens on the first."""
    book = _opened(report(table([assessor(1)])))
    assert book.sheetnames == ["Summary", "Results", "Problems"]
    assert book.active is not None
    assert book.active.title == "Summary"


def test_leavers_have_a_sheet_of_their_own_where_there_are_any() -> None:
    """Who they are stands there, text as text and the number as a number, and Summary says that they are to be seen."""
    people = (Leaver(5740, "0012", "Learner", "Asha Khan"), Leaver(5741, None, "IQA", "=1+1"), Leaver(5742))
    made = replace(report(table([assessor(1)]), fates=[{2: CREATED}]), leavers=people)
    book = _opened(made)
    assert book.sheetnames == ["Summary", "Results", "Problems", "Leavers"]
    assert list(book["Leavers"].iter_rows(values_only=True)) == [
        ("User ID", "Name", "MISID", "Role"),
        (5740, "Asha Khan", "0012", "Learner"),
        (5741, "=1+1", None, "IQA"),
        (5742, None, None, None),
    ]
    assert book["Leavers"]["B3"].data_type == "s"
    assert str(_facts(made)["1"]).startswith("3 people are no longer in the file")


def test_the_summary_shows_the_mapping_column_by_column() -> None:
    """Each column of the source stands in Summary with the field it holds, or with why it is not sent."""
    facts = _facts(report(table([assessor(1)])))
    assert facts["B  First Name"] == "FirstName"
    assert facts["G  Remarks"] == "Not sent: its heading is not known."


def test_two_sheets_of_one_file_are_told_apart() -> None:
    """Which sheet lacks a column, which the columns are of, and where a problem of a whole sheet stands is said."""
    headings = [*HEADINGS[:4], "Post", "OrganisationID"]
    sheets = [table([assessor(1)[:6]], headings, sheet=sheet) for sheet in ("Staff", "New")]
    book = _opened(report(*sheets))
    told = [str(text) for row in book["Summary"].iter_rows(values_only=True) for text in row if text]
    for sheet in ("Staff", "New"):
        assert f"Columns of staff.xlsx: {sheet}" in told
        assert any(text.startswith(f"staff.xlsx (sheet “{sheet}”) has no column for Role") for text in told)
    labels = [line[0] for line in _lines(book["Problems"]) if line[1] is None and line[6] == "column-missing"]
    assert labels == ["staff.xlsx: Staff", "staff.xlsx: New"]


def test_results_shows_every_row_in_order_and_what_became_of_it() -> None:
    """Each source row stands in Results with its number, its status in words, its account, and all its cells."""
    refused = Finding("refused", Place("staff.xlsx", "Staff", 5), detail="no such placement (code -57)")
    fates = {2: CREATED, 5: RowFate(Status.REJECTED, attempts=1, http_status=400, findings=(refused,))}
    rows = [assessor(1, "fine"), assessor(2, Email="nobody"), assessor(3)]
    sheet = _opened(report(table(rows, blank=(4,)), fates=[fates]))["Results"]
    assert [cell.value for cell in sheet[1]] == [*OWN, *HEADINGS]
    first, second, third = _lines(sheet)
    assert first[:6] == ("Staff", 2, "Created", 5740, "The account was created.", "Nothing needs doing.")
    assert first[6:] == tuple(assessor(1, "fine"))
    assert second[1:4] == (3, "Needs correcting (invalid)", None)
    assert third[1:3] == (5, "Refused by OneFile (rejected)")
    assert "no such placement (code -57)" in third[4]
    assert third[5] == "Read what OneFile says, correct the row, and submit the file again."


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.lists(
            st.none() | st.sampled_from(HOSTILE) | st.text(st.characters(exclude_categories=["Cs"]), min_size=1),
            max_size=3,
        ),
        min_size=1,
        max_size=6,
    )
)
def test_whatever_stands_in_a_cell_arrives_unharmed(rows: list[list[str | None]]) -> None:
    """Read back cell by cell, the source's columns hold exactly the texts that the source held."""
    width = max(1, *map(len, rows))
    extra = [f"Extra {at}" for at in range(width)]
    padded = [[*row, *[None] * (width - len(row))] for row in rows]
    made = report(table([[*assessor(at), *row] for at, row in enumerate(padded)], [*HEADINGS, *extra]))
    sheet = CalamineWorkbook.from_filelike(workbook(made)).get_sheet_by_name("Results")
    shown = [row[len(OWN) + len(HEADINGS) :] for row in sheet.to_python(skip_empty_area=False)[1:]]
    assert [[cell or None for cell in row] + [None] * (width - len(row)) for row in shown] == padded


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_that_looks_like_a_formula_stays_text(text: str) -> None:
    """A cell that begins with =, +, - or @, or looks like a number, is a cell of text formatted as text."""
    sheet = _opened(report(table([assessor(1, text)])))["Results"]
    cell = sheet.cell(2, len(OWN) + len(HEADINGS))
    assert (cell.data_type, cell.value, cell.number_format) == ("s", text, "@")


def test_dates_are_real_dates_and_look_british() -> None:
    """A date cell of the source is a date in Results, shown day first; text beside it in the column stays text."""
    rows = [assessor(1, Day("2026-09-01")), assessor(2, "1/9/2026"), assessor(3, Day("2026-09-01T13:30:00"))]
    sheet = _opened(report(table(rows)))["Results"]
    cells = [sheet.cell(row, len(OWN) + len(HEADINGS)) for row in (2, 3, 4)]
    assert [(cell.value, cell.number_format) for cell in cells] == [
        (datetime(2026, 9, 1), "dd/mm/yyyy"),  # noqa: DTZ001 - a cell knows no zone
        ("1/9/2026", "@"),
        (datetime(2026, 9, 1, 13, 30), "dd/mm/yyyy hh:mm"),  # noqa: DTZ001 - likewise
    ]
    assert sheet.cell(2, 2).data_type == "n"


def test_a_date_before_excels_calendar_stays_text() -> None:
    """A date that Excel would show a day off arrives as the text it was."""
    sheet = _opened(report(table([assessor(1, Day("1899-05-01"))])))["Results"]
    assert _last(sheet) == "1899-05-01"


def test_failing_cells_are_filled_and_named() -> None:
    """A failing cell is filled even where it is empty, a doubtful one differently, and What happened names both."""
    made = report(table([assessor(1), assessor(2, First_Name=None, Last_Name="Khan (2)")]))
    sheet = _opened(made)["Results"]
    plain, missing, doubtful = sheet["H2"], sheet["H3"], sheet["I3"]
    assert plain.fill.fill_type is None
    assert (missing.value, missing.fill.fill_type, missing.font.bold) == (None, "solid", True)
    assert doubtful.fill.fill_type == "solid"
    assert doubtful.fill.fgColor.rgb != missing.fill.fgColor.rgb
    said = sheet["E3"].value.split("\n")
    assert said[1].startswith("Error in “First Name” (cell B3 of your file): ")
    assert said[2].startswith("Warning in “Last Name” (cell C3 of your file): ")


def test_a_note_fills_no_cell() -> None:
    """What the settings weigh as a note is told and not marked."""
    made = report(table([assessor(1, First_Name="Khan (2)")]), severities={"name-characters": Severity.NOTE})
    sheet = _opened(made)["Results"]
    assert sheet["H2"].fill.fill_type is None
    assert "Note in “First Name”" in sheet["E2"].value


def test_each_problem_has_a_line_and_a_link_to_its_cell() -> None:
    """Each finding has one line in Problems, and its link leads to the cell of Results that it speaks of."""
    made = report(table([assessor(1), assessor(2, Email="nobody"), assessor(3, Role="Wizard")]))
    book = _opened(made)
    sheet, results = book["Problems"], book["Results"]
    assert tuple(cell.value for cell in sheet[1]) == PROBLEM_HEADINGS
    assert [line[:7] for line in _lines(sheet)] == [
        ("Staff", None, None, None, None, "Note", "column-unknown"),
        ("Staff", 3, "D3", "Email", "Email", "Error", "email-format"),
        ("Staff", 4, "E4", "Role", "Role", "Error", "role-unknown"),
    ]
    targets = {row: str(link.location) for row in (3, 4) if (link := sheet.cell(row, 2).hyperlink)}
    assert targets == {3: "'Results'!J3", 4: "'Results'!K4"}
    assert [results[target.split("!")[1]].value for target in targets.values()] == ["nobody", "Wizard"]
    assert sheet.tables["Problems"].ref == "A1:I4"


def test_without_problems_the_sheet_says_so() -> None:
    """An empty list of problems is a sentence and not an empty sheet."""
    sheet = _opened(report(table([assessor(1)[:6]], HEADINGS[:6])))["Problems"]
    assert sheet["A2"].value == "No problems were found."


def test_sixty_thousand_problems_go_on_on_a_second_sheet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Excel follows some 65,000 links a sheet, so the lines after 60,000 stand on a second one, none lost."""
    monkeypatch.setattr("bulk_import.check.verdict.MOST_PROBLEMS", 75_000)  # several files may have as many together
    headings = [*HEADINGS[:6], "DefaultAssessorID", "ClassroomID", "PlacementID"]
    empty: list[Cell] = [None, None, None, None, "Learner", None, None, None, None]
    made = report(table([empty] * 8_600, headings))
    book = CalamineWorkbook.from_filelike(workbook(made))
    lines = {name: book.get_sheet_by_name(name).height - 1 for name in book.sheet_names if name.startswith("Problems")}
    found = sum(1 for row in made.rows() for _ in row.findings) + len(made.file_findings())
    assert found > 60_000
    assert lines == {"Problems": 60_000, "Problems 2": found - 60_000}


def test_a_report_too_long_for_a_sheet_goes_on_in_a_second_one() -> None:
    """No row is lost at Excel's limit, and links lead to the sheet where the row stands."""
    stream = io.BytesIO()
    rows = [assessor(at, Email="nobody" if at == 6 else f"a{at}@example.com") for at in range(7)]
    write_workbook(report(table(rows)), stream, most_rows=4)
    book = openpyxl.load_workbook(stream)
    shown = {name: [line[1] for line in _lines(book[name])] for name in book.sheetnames if name.startswith("Results")}
    assert shown == {"Results": [2, 3, 4], "Results 2": [5, 6, 7], "Results 3": [8]}
    link = book["Problems"].cell(3, 2).hyperlink
    assert link is not None
    assert link.location == "'Results 3'!J2"


def test_files_with_the_same_headings_share_a_sheet() -> None:
    """Sources with the same headings stand below each other under their names; others get a sheet of their own."""
    other = [*HEADINGS[:6], "Shoe size"]
    made = report(
        table([assessor(1)], name="a.xlsx"),
        table([assessor(2)], name="b.csv", sheet=None),
        table([assessor(3)], other, name="c.xlsx"),
    )
    book = _opened(made)
    assert [line[:2] for line in _lines(book["Results"])] == [("a.xlsx: Staff", 2), ("b.csv", 2)]
    assert [line[:2] for line in _lines(book["Results 2 (Staff)"])] == [("c.xlsx: Staff", 2)]
    assert book["Results 2 (Staff)"].cell(1, 13).value == "Shoe size"
    assert "Results_2_rows" in book.defined_names


def test_a_text_of_several_lines_is_shown_whole() -> None:
    """A cell with line breaks wraps, and its row is high enough for them."""
    rows = [assessor(1, "1 Mill Lane\nNorthbridge\nNB1 2AB"), assessor(2, "one line"), assessor(3, Day("2026-09-01"))]
    sheet = _opened(report(table(rows)))["Results"]
    column = len(OWN) + len(HEADINGS)
    assert [sheet.cell(row, column).alignment.wrap_text for row in (2, 3)] == [True, None]
    assert [sheet.row_dimensions[row].height for row in (2, 3)] == [45, None]
    assert [sheet.cell(row, column).number_format for row in (2, 4)] == ["@", "dd/mm/yyyy"]


def test_headings_arrive_as_they_stand() -> None:
    """Headings that repeat, are empty or look like formulas are kept in their places."""
    headings = [*HEADINGS[:6], "Note", "Note", "", "=1+1"]
    sheet = _opened(report(table([[*assessor(1)[:6], "a", "b", "c", "d"]], headings)))["Results"]
    assert [cell.value for cell in sheet[1]][6:] == [*HEADINGS[:6], "Note", "Note", None, "=1+1"]
    assert sheet.cell(1, 16).data_type == "s"
    assert _lines(sheet)[0][12:] == ("a", "b", "c", "d")


def test_a_text_that_is_too_long_is_cut_and_says_so() -> None:
    """What Excel cannot hold is cut with a mark, and What happened says which column is affected."""
    sheet = _opened(report(table([assessor(1, "x" * 40_000)])))["Results"]
    shown = _last(sheet)
    assert len(shown) == 32_767
    assert shown.endswith("[cut]")
    assert "Column “Remarks” is too long" in sheet["E2"].value


def test_a_sheet_with_headings_only_is_a_report_too() -> None:
    """A source without rows gives a workbook that opens and says that nothing was read."""
    made = report(table([]))
    assert _lines(_opened(made)["Results"]) == []
    assert _facts(made)["Read"] == "Data rows found in the files"


def test_the_summary_says_what_ran_and_that_the_counts_add_up() -> None:
    """The Summary names mode, time in the UK, organisation, file and sheet, notices, and the next step."""
    made = report(table([assessor(1), assessor(2, Email="nobody")]), notices=("1 person would be e-mailed.",))
    facts = _facts(made)
    assert facts["What was asked for"] == "Checked only: nothing was sent to OneFile"
    assert facts["Started"] == "01/09/2026 07:00:05 (UK time)"
    assert facts["Organisation"] == "Northgate College (1)"
    assert facts["File"] == "staff.xlsx"
    assert facts["What was read"] == "Data rows: 2, sheet “Staff”, headings in row 1"
    assert facts["•"] == "1 person would be e-mailed."
    assert facts["Do they add up?"] == "Yes: every row that was read is accounted for exactly once."
    assert str(facts["1"]).startswith("Rows that need correcting: 1.")


def test_the_summary_counts_what_the_report_counts() -> None:
    """The table of the Summary has a line for each status, the blank rows, their sum, and the rows read."""
    made = report(table([assessor(1), assessor(2, Email="nobody"), assessor(3)], blank=(3,)))
    sheet = _opened(made)["Summary"]
    counts = {row[0]: row[2] for row in sheet.iter_rows(values_only=True) if isinstance(row[2], int)}
    assert counts == {"Valid": 2, "Needs correcting (invalid)": 1, "Blank": 1, "Together": 4, "Read": 4}


def test_the_summary_does_not_hide_a_lost_row() -> None:
    """Counts that do not add up are said in capitals, and the row that is lost is named in Results."""
    made = report(table([assessor(1), assessor(2)]), fates=[{2: CREATED}])
    assert str(_facts(made)["Do they add up?"]).startswith("NO. ")
    assert _opened(made)["Results"]["C3"].value == "Not accounted for"


def test_the_headings_stay_in_sight_and_can_be_filtered() -> None:
    """Results keeps its heading row and first columns in sight, can be filtered, and repeats headings in print."""
    sheet = _opened(report(table([assessor(1), assessor(2)])))["Results"]
    assert sheet.freeze_panes == "D2"
    assert sheet.auto_filter.ref == "A1:M3"
    assert sheet.print_title_rows == "$1:$1"
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.merged_cells.ranges == set()
    assert sheet.dimensions == "A1:M3"


def test_the_document_has_a_title_and_a_language() -> None:
    """The file's properties name the run, its language and its time, and nobody who made it."""
    properties = _opened(report(table([assessor(1)]))).properties
    assert properties.title == "OneFile import: run 20260901-070005"
    assert properties.language == "en-GB"
    assert properties.creator == "bulk-import"
    assert properties.created.replace(tzinfo=None) == datetime(2026, 9, 1, 6, 1)  # noqa: DTZ001 - the format has none


def test_the_same_report_gives_the_same_bytes() -> None:
    """Nothing but the report decides about the file: no clock, no path, no order of a set."""
    rows = [assessor(1), assessor(2, Email="nobody", First_Name=None)]
    assert workbook(report(table(rows))).getvalue() == workbook(report(table(rows))).getvalue()
    with zipfile.ZipFile(workbook(report(table(rows)))) as package:
        assert {entry.date_time for entry in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_nothing_in_the_file_points_outside() -> None:
    """No part of the package has a relation to anything outside it, and no formula stands in Results."""
    rows = [assessor(1, '=HYPERLINK("http://x")'), assessor(2, "http://example.com")]
    with zipfile.ZipFile(workbook(report(table(rows)))) as package:
        parts = {name: package.read(name).decode() for name in package.namelist()}
    assert not [name for name, text in parts.items() if "TargetMode" in text]
    assert "<f>" not in parts["xl/worksheets/sheet2.xml"]


def test_a_ni_number_stands_in_its_own_cell_alone() -> None:
    """The user's own column keeps the value; no message repeats it."""
    headings = [*HEADINGS[:6], "NINO"]
    row = [*assessor(1)[:6], "QQ 98 76 54 Z"]
    with zipfile.ZipFile(workbook(report(table([row], headings)))) as package:
        texts = [package.read(name).decode() for name in package.namelist()]
    assert sum(len(re.findall("98 76 54", text)) for text in texts) == 1


@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25)])
def test_dates_do_not_shift_when_the_clocks_change(day: date) -> None:
    """A date on which the UK's clocks change is that date in Results."""
    sheet = _opened(report(table([assessor(1, Day(day.isoformat()))])))["Results"]
    assert _last(sheet).date() == day
