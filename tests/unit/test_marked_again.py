"""A file to correct is submitted as it is: the same sheets are read with the same options, and nothing else is lost."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from bulk_import.catalogue import MARKED_SHEET, PROBLEMS_MARK, READ_WITH, Role, fields_for_heading
from bulk_import.errors import UsageError
from bulk_import.read import read_tables
from bulk_import.report import files_to_fix
from bulk_import.run import Job, rebuild
from bulk_import.run import check as run_check
from bulk_import.settings import load
from tests.data.workbooks import saved
from tests.unit.reporting import assessor, report, table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bulk_import.read import Table
    from bulk_import.run import Finished
    from bulk_import.settings import Settings

HEADINGS = ["First Name", "Last Name", "Email", "Role", "OrganisationID"]
GOOD = ["Asha", "Khan", "asha@example.com", "Tutor", "1"]
BAD = ["Ben", "Hill", "nobody", "Tutor", "1"]
FINE = ["Dee", "Owen", "dee@example.com", "Tutor", "1"]
OTHER = ["Cai", "Rees", "cai@example", "Tutor", "1"]


def book(path: Path, **sheets: Sequence[Sequence[object]]) -> Path:
    """A workbook of sheets."""
    made = openpyxl.Workbook()
    for name, rows in sheets.items():
        page = made.create_sheet(name)
        for row in rows:
            page.append(list(row))
    made.remove(made.worksheets[0])
    path.write_bytes(saved(made))
    return path


def settings(folder: Path) -> Settings:
    """Settings of somebody whose runs are kept in a folder."""
    return replace(load(environ={}, cwd=folder), journal=folder / "journal.db", out=folder / "reports")


def checked(job: Job, folder: Path) -> tuple[Finished, Path]:
    """A check, and its file to correct as another program saves it."""
    finished = run_check(job, settings(folder))
    (made,) = (file for file in finished.files if "-to-fix" in file.name)
    back = folder / made.name
    openpyxl.load_workbook(made).save(back)
    return finished, back


def links(opened: Any) -> list[tuple[str, str]]:  # noqa: ANN401 - openpyxl's types are wider than what is asked here
    """Where the lines of the sheet Problems lead, and what stands in their second column."""
    rows = [row for row in opened["Problems"].iter_rows() if row[0].hyperlink]
    return [(row[0].hyperlink.location, row[1].value) for row in rows]


def tables(path: Path, *sheets: str) -> tuple[Table, ...]:
    """The sheets of a file as the product reads them."""
    return read_tables(path, sheets=sheets, known=lambda text: bool(fields_for_heading(text)))


def test_one_of_several_sheets_comes_back(tmp_path: Path) -> None:
    """What was read with --sheet is read again without it, though other sheets have known headings too."""
    path = book(tmp_path / "staff.xlsx", Old=[HEADINGS, OTHER], Now=[HEADINGS, BAD])
    _, back = checked(Job(files=(path,), sheets=("Now",)), tmp_path)
    assert [one.source.sheet for one in tables(back)] == ["Now"]
    assert [one.source.sheet for one in tables(back, "Old")] == ["Old"]


def test_several_sheets_come_back_in_one_file(tmp_path: Path) -> None:
    """All sheets of a run are marked in one workbook and read in one run, in its order; a sound one is left alone."""
    path = book(tmp_path / "staff.xlsx", A=[HEADINGS, BAD], B=[HEADINGS, GOOD], C=[["Staff"], HEADINGS, FINE, OTHER])
    first, back = checked(Job(files=(path,), sheets=("C", "B", "A")), tmp_path)
    assert back.name == "staff-to-fix.xlsx"
    made = openpyxl.load_workbook(back)
    assert made.sheetnames == ["A", "B", "C", "Problems"]
    assert [made[name]["A1"].value for name in "AB"] == ["Problem", "First Name"]
    assert [cell.value for cell in made["C"]["A"]][1:3] == ["Problem", None]
    assert links(made) == [("'C'!D4", "C"), ("'A'!D2", "A")]
    assert [one.source.sheet for one in tables(back)] == ["C", "B", "A"]
    again, _ = checked(Job(files=(back,)), tmp_path)
    assert again.report.totals == first.report.totals
    assert [file.name for file in again.files if "-to-fix" in file.name] == ["staff-to-fix.xlsx"]


def test_several_sheets_come_back_as_one_copy() -> None:
    """So they do where only a copy of the values can be marked; the sheet of each problem is named there."""
    rows = [assessor(1, Email=""), assessor(2)]
    made = report(table(rows), table([assessor(3)], sheet="Other"), table([assessor(4, Email="")], sheet="Third"))
    (file,) = files_to_fix(made)
    copy = openpyxl.load_workbook(io.BytesIO(file.data))
    assert copy.sheetnames == ["Staff", "Other", "Third", "Problems"]
    assert links(copy) == [("'Staff'!E2", "Staff"), ("'Third'!E2", "Third")]


def test_columns_of_the_users_own_are_never_taken_for_ours(tmp_path: Path) -> None:
    """Headings like ours are dropped only in a sheet that was marked, and only where ours stood."""
    own = [*HEADINGS, "Original row", "Problem"]
    path = book(tmp_path / "staff.xlsx", Now=[own, [*BAD, "T7", "none"]], Next=[own, [*GOOD, "T8", "some"]])
    _, back = checked(Job(files=(path,), sheets=("Now",)), tmp_path)
    for sheet in ("Now", "Next"):
        (found,) = tables(back, sheet)
        assert [heading.text for heading in found.headings] == own


def test_our_column_is_known_in_a_sheet_of_another_name(tmp_path: Path) -> None:
    """Somebody who gives the marked sheet another name gets it read, and marked in the same column."""
    path = book(tmp_path / "staff.xlsx", Now=[HEADINGS, BAD])
    _, back = checked(Job(files=(path,)), tmp_path)
    made = openpyxl.load_workbook(back)
    made["Now"].title = "Now corrected"
    made.save(back)
    (found,) = tables(back)
    assert [heading.text for heading in found.headings] == HEADINGS


def test_the_options_are_remembered(tmp_path: Path) -> None:
    """What --role, --set, --map and --date-order said is used again, and again in the round after, and is told."""
    path = book(
        tmp_path / "staff.xlsx", Now=[["Given", "Surname", "Mail"], ["Ben", "Hill", "nobody"], ["Asha", "Khan", ""]]
    )
    columns = {"Given": "FirstName", "Mail": "Email"}
    job = Job(files=(path,), role=Role.ASSESSOR, columns=columns, values={"OrganisationID": "1"}, date_order="mdy")
    first, back = checked(job, tmp_path)
    codes = [finding.code for finding in first.report.rows().__next__().findings]
    assert codes == ["email-format"]
    for _ in range(2):
        again, back = checked(Job(files=(back,)), tmp_path)
        assert [row.findings[0].code for row in again.report.rows()] == ["email-format", "required"]
        assert again.report.read_with == first.report.read_with
        (told,) = (one.detail for one in again.report.file_findings() if one.code == "options-remembered")
        assert told.startswith('--role "Assessor", --set "OrganisationID=1", --map "Given=FirstName", --map "Mail=')
        assert told.endswith('--date-order "mdy"')
    otherwise, _ = checked(Job(files=(back,), values={"organisationid": "2"}), tmp_path)
    assert [one for one in otherwise.report.read_with if one[0] == "--set"] == [("--set", "organisationid=2")]


def test_what_is_remembered_is_never_guessed_about(tmp_path: Path) -> None:
    """Settings that say something else, or files that were read otherwise, stop the command with a sentence."""
    path = book(tmp_path / "staff.xlsx", Now=[HEADINGS[:4], BAD[:4]])
    _, back = checked(Job(files=(path,), values={"OrganisationID": "1"}), tmp_path)
    with pytest.raises(UsageError, match="first read with --set OrganisationID=1, and the settings say 2"):
        run_check(Job(files=(back,)), replace(settings(tmp_path), organisation_id=2))
    with pytest.raises(UsageError, match="different options"):
        run_check(Job(files=(back, path)), settings(tmp_path))


def test_a_report_written_again_has_the_same_file(tmp_path: Path) -> None:
    """The journal keeps what the command line said apart from the settings, so that no second file comes about."""
    path = book(tmp_path / "staff.xlsx", Now=[HEADINGS[:4], BAD[:4]])
    chosen = replace(settings(tmp_path), organisation_id=1, columns={"A heading of other files": "ULN"})
    first = run_check(Job(files=(path,), role=Role.ASSESSOR), chosen)
    again = rebuild(first.report.run, chosen)
    assert [file.name for file in again.files] == [file.name for file in first.files]
    assert first.report.read_with == again.report.read_with == (("--role", "Assessor"),)


def forged(folder: Path, facts: Sequence[Sequence[str]], **sheets: Sequence[Sequence[object]]) -> Path:
    """A workbook with a sheet Problems that somebody wrote by hand."""
    return book(folder / "forged.xlsx", **sheets, Problems=[[PROBLEMS_MARK], *facts])


def test_a_forged_sheet_takes_no_columns_of_the_users_own(tmp_path: Path) -> None:
    """Only headings that this program writes are taken for its own, whatever the sheet Problems claims."""
    people = [["Email", *HEADINGS[:2], *HEADINGS[3:]], ["a@example.com", "Asha", "Khan", "Tutor", "1"]]
    path = forged(tmp_path, [[MARKED_SHEET, "Data", "Email", "First Name"]], Data=people)
    (read,) = tables(path)
    assert [heading.text for heading in read.headings] == people[0]


def test_sheets_that_are_not_read_are_told(tmp_path: Path) -> None:
    """A sheet that was added to a file to correct is named, and a hidden one is not read for the shown one."""
    path = forged(tmp_path, [[MARKED_SHEET, "Now"]], Now=[HEADINGS, GOOD], Late=[HEADINGS, FINE])
    (read,) = tables(path)
    assert (read.source.sheet, [(one.code, one.detail) for one in read.findings]) == (
        "Now",
        [("sheet-unread", "“Late”")],
    )
    opened = openpyxl.load_workbook(path)
    opened["Now"].sheet_state = "veryHidden"
    opened.save(path)
    (read,) = tables(path)
    assert (read.source.sheet, [(one.code, one.detail) for one in read.findings]) == (
        "Late",
        [("hidden-sheet", "“Now”")],
    )


@pytest.mark.parametrize(
    ("option", "value"), [("--set", "OrganisationID =2"), ("--set", "organisationid=2"), ("--map", "E-mail=MISID")]
)
def test_what_the_settings_say_is_not_changed_in_silence(tmp_path: Path, option: str, value: str) -> None:
    """However its name is written, a remembered option that contradicts the settings stops the command."""
    people: list[list[object]] = [[*HEADINGS[:2], "E-mail", *HEADINGS[3:]], [*GOOD[:4], None]]
    path = forged(tmp_path, [[MARKED_SHEET, "Data"], [READ_WITH, option, value]], Data=people)
    own = replace(settings(tmp_path), organisation_id=1, columns={"E-mail": "Email"})
    with pytest.raises(UsageError, match="and the settings say"):
        run_check(Job(files=(path,)), own)


def test_only_options_that_count_are_told(tmp_path: Path) -> None:
    """What the command line overrules, and what no option is, is not said to be in force."""
    facts = [[MARKED_SHEET, "Data"], [READ_WITH, "--date-order", "mdy"], [READ_WITH, "--only", "1"]]
    path = forged(tmp_path, [*facts, [READ_WITH, "--role", "Tutor"]], Data=[HEADINGS, GOOD])
    finished = run_check(Job(files=(path,), date_order="dmy"), settings(tmp_path))
    told = [one.detail for source in finished.report.sources for one in source.checked.findings]
    assert told == ['--role "Assessor"']


def test_a_row_is_high_enough_for_its_problem(tmp_path: Path) -> None:
    """What wraps is seen whole; a row that is higher already, or has no problem, stays as it is."""
    path = book(
        tmp_path / "staff.xlsx", Now=[HEADINGS, ["", "", "nobody", "Nobody", "x"], GOOD, [*BAD[:2], "b", *BAD[3:]]]
    )
    opened = openpyxl.load_workbook(path)
    opened["Now"].row_dimensions[4].height = 200
    opened.save(path)
    _, back = checked(Job(files=(path,)), tmp_path)
    rows = openpyxl.load_workbook(back)["Now"].row_dimensions
    assert (rows[2].height or 0) > 60
    assert (rows[3].height, rows[4].height) == (None, 200)
