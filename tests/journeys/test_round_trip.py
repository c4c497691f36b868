"""The round trip: a workbook is submitted, comes back marked, is corrected there, and is submitted again as it is."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest

from bulk_import import sandbox
from bulk_import.sandbox import Fault, Faults
from tests.data.rich_workbook import FIRST_ROW, HEADINGS, MACROS, PEOPLE, rich_workbook
from tests.journeys.command import learner, report_of, run, write_csv
from tests.journeys.test_main_job import settings
from tests.unit.marking import parts
from tests.unit.test_marked_workbook import LOST_BY_OPENPYXL, person

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bulk_import.sandbox import Running
    from tests.journeys.command import Ended

pytestmark = [pytest.mark.journey, pytest.mark.filterwarnings(LOST_BY_OPENPYXL)]

LEFT = "112"
"""A tutor who has left: OneFile's list shows her, and it refuses learners of hers."""


@pytest.fixture
def onefile() -> Iterator[Running]:
    """A practice OneFile that tests can look into."""
    with sandbox.running() as running:
        yield running


def people(onefile: Running) -> set[str]:
    """Who is there."""
    return {str(user["Email"]) for user in onefile.world.users()}


def creates(onefile: Running) -> list[object]:
    """The calls that were to make accounts."""
    return [call for call in onefile.world.calls() if call.method == "POST" and call.path.endswith("/User")]


def statuses(ended: Ended) -> dict[int, str]:
    """Row number → status."""
    return {row["row"]: row["status"] for row in report_of(ended)["rows"]}


def to_fix(ended: Ended) -> Path:
    """The file to correct of a run."""
    (file,) = Path(ended.json["report"]).parent.glob("*-to-fix*")
    return file


def correct(file: Path, cells: Mapping[str, str], sheet: str) -> None:
    """Corrects cells of a marked file and saves it, as a spreadsheet program does."""
    book = openpyxl.load_workbook(file, keep_vba=file.suffix == ".xlsm")
    for address, text in cells.items():
        book[sheet][address] = text
    book.save(file)


def test_only_the_corrected_rows_go(tmp_path: Path, onefile: Running) -> None:
    """Of a workbook that came back marked, what is done and what was not corrected stays, what was corrected goes."""
    column = {heading: chr(ord("A") + at) for at, heading in enumerate(HEADINGS)}
    rows = [
        person(1),
        person(2, Email_Address="nobody"),
        *(person(number, DefaultAssessorID=LEFT) for number in (3, 4)),
    ]
    source = tmp_path / "people.xlsm"
    source.write_bytes(workbook := rich_workbook(rows))
    before, env = people(onefile), settings(onefile)

    first = run(tmp_path, "submit", "people.xlsm", "--json", "--yes", env=env)
    assert statuses(first) == {4: "created", 5: "invalid", 6: "rejected", 7: "rejected"}
    marked = to_fix(first)
    assert marked.name == "people-to-fix.xlsm"
    assert source.read_bytes() == workbook
    assert parts(marked.read_bytes())["xl/vbaProject.bin"] == MACROS
    if os.name == "posix":
        assert marked.parent.stat().st_mode & 0o077 == 0
    sheet = openpyxl.load_workbook(marked)[PEOPLE]
    noted = {cell.coordinate for row in sheet.iter_rows(min_row=FIRST_ROW) for cell in row if cell.comment}
    assert noted == {
        "A4",
        f"{column['Email Address']}5",
        f"{column['DefaultAssessorID']}6",
        f"{column['DefaultAssessorID']}7",
    }

    sent = len(creates(onefile))
    again = run(tmp_path, "submit", str(marked), "--json", "--yes", env=env)
    assert statuses(again) == {4: "unchanged", 5: "invalid", 6: "held", 7: "held"}
    assert len(creates(onefile)) == sent

    correct(marked, {"D5": "asha2@example.com", "G6": "102"}, PEOPLE)
    second = run(tmp_path, "submit", str(marked), "--json", "--yes", env=env)
    assert statuses(second) == {4: "unchanged", 5: "created", 6: "created", 7: "held"}
    (held,) = [row for row in report_of(second)["rows"] if row["status"] == "held"]
    assert (held["findings"][0]["code"], held["findings"][0]["cell"]) == (
        "refused-before",
        f"{column['DefaultAssessorID']}7",
    )
    assert people(onefile) - before == {f"asha{number}@example.com" for number in (1, 2, 3)}

    sent = len(creates(onefile))
    third = run(tmp_path, "submit", str(marked), "--json", "--yes", env=env)
    assert len(creates(onefile)) == sent
    assert statuses(third) == {4: "unchanged", 5: "unchanged", 6: "unchanged", 7: "held"}
    left = openpyxl.load_workbook(to_fix(third))[PEOPLE]
    assert {row for row in range(FIRST_ROW, 8) if left.cell(row, 16).value} == {7}

    correct(to_fix(third), {"G7": "102"}, PEOPLE)
    last = run(tmp_path, "submit", str(to_fix(third)), "--json", "--yes", env=env)
    assert (last.code, last.json["totals"]) == (0, {"unchanged": 3, "created": 1, "read": 4, "blank": 0})
    assert not [*Path(last.json["report"]).parent.glob("*-to-fix*")]


def test_a_csv_makes_the_round_trip(tmp_path: Path, onefile: Running) -> None:
    """A CSV comes back as a workbook, in which the one row that is corrected goes, and no other is undone."""
    env = settings(onefile)
    write_csv(tmp_path / "people.csv", [learner(1), learner(2, Email=""), learner(3)])
    first = run(tmp_path, "submit", "people.csv", "--json", "--yes", env=env)
    assert statuses(first) == {2: "created", 3: "invalid", 4: "created"}
    marked = to_fix(first)
    sheet = openpyxl.load_workbook(marked)["people"]
    at = [cell.value for cell in sheet[1]].index("Email") + 1
    correct(marked, {sheet.cell(3, at).coordinate: "learner2@example.com"}, "people")
    second = run(tmp_path, "submit", str(marked), "--json", "--yes", env=env)
    assert statuses(second) == {2: "unchanged", 3: "created", 4: "unchanged"}
    assert second.code == 0
    write_csv(tmp_path / "later.csv", [learner(3, ClassroomID="202")])
    assert statuses(run(tmp_path, "submit", "later.csv", "--json", "--yes", env=env)) == {2: "updated"}
    third = run(tmp_path, "submit", str(marked), "--json", "--yes", env=env)
    assert statuses(third) == {2: "unchanged", 3: "unchanged", 4: "held"}


def test_what_was_corrected_in_it_is_never_overwritten(tmp_path: Path) -> None:
    """Writing a run's reports again leaves a file to correct alone once somebody has worked in it."""
    write_csv(tmp_path / "people.csv", [learner(1, Email="")])
    checked = run(tmp_path, "check", "people.csv", "--json")
    marked = to_fix(checked)
    untouched = marked.read_bytes()
    run(tmp_path, "report", checked.json["run"])
    assert [file.name for file in marked.parent.glob("*-to-fix*")] == [marked.name]
    correct(marked, {"B2": "corrected"}, "people")
    worked_in = marked.read_bytes()
    run(tmp_path, "report", checked.json["run"])
    assert marked.read_bytes() == worked_in
    assert (marked.parent / "people-to-fix (2).xlsx").read_bytes() == untouched
    assert io.BytesIO(untouched).read(2) == b"PK"


def test_a_resumed_run_gives_the_file_too(tmp_path: Path, onefile: Running) -> None:
    """Rows that a run did not come to need no correcting; what OneFile refuses after `resume` does, and is marked."""
    env = {**settings(onefile), "BULK_IMPORT_CONCURRENCY": "1"}
    write_csv(tmp_path / "people.csv", [learner(1), learner(2, DefaultAssessorID=LEFT), learner(3)])
    onefile.world.faults = Faults([Fault(on="create", kind="unauthorised", calls=tuple(range(2, 99)))])
    stopped = run(tmp_path, "submit", "people.csv", "--json", "--yes", env=env)
    assert statuses(stopped) == {2: "created", 3: "not-sent", 4: "not-sent"}
    assert not [*Path(stopped.json["report"]).parent.glob("*-to-fix*")]
    onefile.world.faults = Faults()
    resumed = run(tmp_path, "resume", "--json", env=env)
    assert statuses(resumed) == {2: "created", 3: "rejected", 4: "created"}
    sheet = openpyxl.load_workbook(to_fix(resumed))["people"]
    assert [cell.row for cell in sheet["A"] if cell.value] == [1, 3]
