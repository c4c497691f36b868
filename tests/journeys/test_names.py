"""Names in place of ids, end to end: the command against a practice OneFile on a socket."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import openpyxl
import pytest

from bulk_import import sandbox
from bulk_import.sandbox import Fault, Faults, Switches
from bulk_import.sandbox.seed import FIRST_NEW_USER_ID
from tests.journeys.command import Ended, enrol, learner, report_of, tutor, write_csv
from tests.journeys.killing import ended_of, toward

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bulk_import.sandbox import Running
    from tests.journeys.killing import Starter

pytestmark = pytest.mark.journey

NO_SETTINGS: Mapping[str, str] = {}
NAMED = {"DefaultAssessorID": "helen  MARSH", "ClassroomID": "cl-care3", "PlacementID": "Alder Joinery"}
EMPLOYER = {"Role": "Employer", "DefaultAssessorID": "", "ClassroomID": "", "MISID": "E1", "Email": "boss@example.com"}


class Run(Protocol):
    """Runs a command in a folder to its end."""

    def __call__(self, folder: Path, *words: str, env: Mapping[str, str] = NO_SETTINGS) -> Ended:
        """Returns when it has ended."""
        ...


@pytest.fixture
def run(start: Starter) -> Run:
    """Runs a command in a folder to its end, as a process that has imported everything already."""

    def ended(folder: Path, *words: str, env: Mapping[str, str] = NO_SETTINGS) -> Ended:
        return ended_of(start(folder, *words, env=env))

    return ended


@pytest.fixture
def onefile() -> Iterator[Running]:
    """A practice OneFile that tests can look into."""
    with sandbox.running() as running:
        yield running


def made(onefile: Running) -> dict[str, dict[str, Any]]:
    """MISID → the accounts made since the practice OneFile was filled."""
    users = [user for user in onefile.world.users() if int(str(user["ID"])) >= FIRST_NEW_USER_ID]
    return {str(user.get("MISID")): dict(user) for user in users}


def told(ended: Ended) -> list[tuple[str, int, str, list[tuple[str, str | None]]]]:
    """Source, row, status, and code and cell of each finding."""
    return [
        (row["source"], row["row"], row["status"], [(one["code"], one["cell"]) for one in row["findings"]])
        for row in report_of(ended)["rows"]
    ]


def test_a_sheet_of_names_becomes_accounts(tmp_path: Path, run: Run, onefile: Running) -> None:
    """Names, e-mail addresses and MIS values are looked up once and sent as ids; check asks nobody about them."""
    people = [
        learner(1, **NAMED, LearnerStatusID="on programme", ProviderID="Northbridge Main Site"),
        learner(2, **{**NAMED, "DefaultAssessorID": "person102@example.com", "DefaultEmployerID": "frank álder"}),
        learner(3, DefaultEmployerID="0"),
    ]
    write_csv(tmp_path / "people.csv", people)
    env = toward(onefile)
    assert run(tmp_path, "check", "people.csv", env=env).code == 0
    assert onefile.world.calls() == []
    digest = run(tmp_path, "dry-run", "people.csv", "--json", env=env).json["digest"]
    done = run(tmp_path, "submit", "people.csv", "--json", "--yes", "--only-if", digest, env=env)
    assert done.json["totals"] == {"created": 3, "read": 3, "blank": 0}
    wanted = ("DefaultAssessorID", "ClassroomID", "PlacementID", "LearnerStatusID", "ProviderID", "DefaultEmployerID")
    assert [[one.get(name) for name in wanted] for one in made(onefile).values()] == [
        [105, 203, 301, 501, 401, None],
        [102, 203, 301, None, None, 601],
        [101, 201, 301, None, None, None],
    ]
    again = run(tmp_path, "submit", "people.csv", "--json", "--yes", env=env)
    assert again.json["totals"] == {"unchanged": 3, "read": 3, "blank": 0}


def test_what_a_name_does_not_decide_is_left_to_a_person(tmp_path: Path, run: Run, onefile: Running) -> None:
    """Unknown and ambiguous names are errors at their cells, with the near and the possible ones; nobody is guessed."""
    people = [
        learner(1, ClassroomID="Carpentry Levl 2 A"),
        learner(2, DefaultAssessorID="Priya Nair", PlacementID="Ivy House Day Nursery"),
        learner(3, ClassroomID="207", PlacementID="999"),
        learner(4),
    ]
    write_csv(tmp_path / "people.csv", people)
    done = run(tmp_path, "submit", "people.csv", "--json", "--yes", env=toward(onefile))
    assert [row[2:] for row in told(done)] == [
        ("invalid", [("reference-unknown", "G2")]),
        ("invalid", [("reference-ambiguous", "F3"), ("reference-ambiguous", "H3")]),
        ("invalid", [("reference-unknown", "G4"), ("reference-unknown", "H4")]),
        ("created", []),
    ]
    (unknown, ambiguous, *_rest) = [row["findings"] for row in report_of(done)["rows"]]
    assert "“Carpentry Level 2 A” (id 201, MIS value CL-CARP2A)" in unknown[0]["message"]
    assert "“Ivy House Day Nursery” (id 309, MIS value PL-0309)" in ambiguous[1]["message"]
    files = (Path(done.json["report"]).parent / "log.jsonl", tmp_path / "reports" / "journal.db")
    assert [name for name in (b"Priya", b"Ivy House", b"Levl") for file in files if name in file.read_bytes()] == []
    rebuilt = run(tmp_path, "report", done.json["run"], "--json")
    assert "“Carpentry Level 2 A”" in report_of(rebuilt)["rows"][0]["findings"][0]["message"]
    assert "left as they are" in rebuilt.err
    Path(done.json["report"]).unlink()
    rebuilt = run(tmp_path, "report", done.json["run"], "--json")
    assert told(rebuilt) == told(done)
    assert "id 201" in report_of(rebuilt)["rows"][0]["findings"][0]["message"]


def test_ids_and_names_side_by_side(tmp_path: Path, run: Run, onefile: Running) -> None:
    """The id counts, the name where it is empty; where both mean somebody, and not the same, the row stays behind."""
    text = (
        "OrganisationID,FirstName,LastName,Email,Role,Tutor,Assessor ID,Group,Employer,MISID\r\n"
        "1,Asha,Khana,a1@example.com,Learner,Helen Marsh,105,201,301,J1\r\n"
        "1,Asha,Khanb,a2@example.com,Learner,Helen Marsh,,201,301,J2\r\n"
        "1,Asha,Khanc,a3@example.com,Learner,Helen Marsh,102,201,301,J3\r\n"
        "1,Asha,Khand,a4@example.com,Learner,H. Marsh,105,201,301,J4\r\n"
        "1,Asha,Khane,a5@example.com,Learner,Priya Nair,101,201,301,J5\r\n"
        "1,Asha,Khanf,a6@example.com,Learner,Nobody,,201,301,J6\r\n"
    )
    (tmp_path / "people.csv").write_text(text, encoding="utf-8", newline="")
    done = run(tmp_path, "submit", "people.csv", "--json", "--yes", env=toward(onefile))
    assert [row[2:] for row in told(done)] == [
        ("created", []),
        ("created", []),
        ("invalid", [("reference-contradiction", "G4")]),
        ("created", [("reference-name-unknown", "G5")]),
        ("created", []),
        ("invalid", [("reference-unknown", "F7")]),
    ]
    assert {misid: one["DefaultAssessorID"] for misid, one in made(onefile).items()} == {
        "J1": 105,
        "J2": 105,
        "J4": 105,
        "J5": 101,
    }


def test_people_of_the_same_run_may_be_named(tmp_path: Path, run: Run, onefile: Running) -> None:
    """Learners of one file name the new tutor and employer of another; these go first, and their ids are filled in."""
    write_csv(
        tmp_path / "learners.csv",
        [
            learner(1, DefaultAssessorID="Nia Newtutor", DefaultEmployerID="boss@example.com"),
            learner(2, DefaultAssessorID="T0002"),
            learner(3, DefaultAssessorID="Priya Nair"),
            learner(4, DefaultAssessorID="Ned Newtutor"),
        ],
    )
    staff = [
        tutor(1, FirstName="Nia", LastName="Newtutor"),
        tutor(2, FirstName="Tess", LastName="Newtutor"),
        tutor(3, FirstName="Priya", LastName="Nair"),
        tutor(4, FirstName="Ned", LastName="Newtutor", Email="nobody"),
        learner(9, **EMPLOYER),
    ]
    write_csv(tmp_path / "staff.csv", staff)
    env = toward(onefile)
    rehearsed = run(tmp_path, "dry-run", "learners.csv", "staff.csv", "--json", env=env)
    assert rehearsed.json["totals"] == {"would-create": 6, "invalid": 2, "held": 1, "read": 9, "blank": 0}
    digest = rehearsed.json["digest"]
    done = run(tmp_path, "submit", "learners.csv", "staff.csv", "--json", "--yes", "--only-if", digest, env=env)
    assert told(done)[2:4] == [
        ("learners.csv", 4, "invalid", [("reference-ambiguous", "F4")]),
        ("learners.csv", 5, "held", [("reference-not-made", "F5")]),
    ]
    accounts = made(onefile)
    assert accounts["J0001"]["DefaultAssessorID"] == accounts["T0001"]["ID"]
    assert accounts["J0001"]["DefaultEmployerID"] == accounts["E1"]["ID"]
    assert accounts["J0002"]["DefaultAssessorID"] == accounts["T0002"]["ID"]
    again = run(tmp_path, "submit", "learners.csv", "staff.csv", "--json", "--yes", env=env)
    assert again.json["totals"] == {"unchanged": 6, "invalid": 2, "held": 1, "read": 9, "blank": 0}


def test_the_sheets_of_one_workbook_may_name_each_others_people(tmp_path: Path, run: Run, onefile: Running) -> None:
    """Both sheets are read when both are named, once each; without that, which one is meant is asked."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, person in (
        ("Learners", learner(1, DefaultAssessorID="Newtutor, Tess")),
        ("Staff", tutor(1, FirstName="Tess", LastName="Newtutor")),
    ):
        sheet = book.create_sheet(title)
        sheet.append([*person])
        sheet.append([*person.values()])
    book.save(tmp_path / "people.xlsx")
    env = toward(onefile)
    unsaid = run(tmp_path, "submit", "people.xlsx", "--yes", env=env)
    assert (unsaid.code, "“Learners”, “Staff”" in unsaid.err) == (6, True)
    both = ("--sheet", "Staff", "--sheet", "learners", "--sheet", "Staff")
    done = run(tmp_path, "submit", "people.xlsx", *both, "--json", "--yes", env=env)
    assert done.json["totals"] == {"created": 2, "read": 2, "blank": 0}
    assert [(row["sheet"], row["row"]) for row in report_of(done)["rows"]] == [("Staff", 2), ("Learners", 2)]
    assert made(onefile)["J0001"]["DefaultAssessorID"] == made(onefile)["T0001"]["ID"]
    again = run(tmp_path, "submit", "people.xlsx", *both, "--json", "--yes", env=env)
    assert again.json["totals"] == {"unchanged": 2, "read": 2, "blank": 0}
    rebuilt = run(tmp_path, "report", done.json["run"], "--json")
    assert told(rebuilt) == told(done)


def test_whoever_names_somebody_refused_is_held(tmp_path: Path, run: Run) -> None:
    """Where OneFile refuses the employer, her learner is not sent, and the report says why, then and afterwards."""
    people = [
        learner(1, DefaultEmployerID="E1"),
        learner(2),
        learner(9, **{**EMPLOYER, "Email": "person101@example.com"}),
    ]
    write_csv(tmp_path / "people.csv", people)
    with sandbox.running(switches=Switches(duplicate_email="reject")) as onefile:
        env = toward(onefile)
        done = run(tmp_path, "submit", "people.csv", "--json", "--yes", env=env)
        assert done.code == 1
        assert [row[2:] for row in told(done)] == [
            ("held", [("reference-not-made", "J2")]),
            ("created", []),
            ("rejected", [("refused", "D4")]),
        ]
        assert told(run(tmp_path, "report", done.json["run"], "--json")) == told(done)
        assert "nothing to resume" in run(tmp_path, "resume", env=env).err


def test_whoever_names_somebody_unsettled_waits_for_resume(tmp_path: Path, run: Run) -> None:
    """A tutor of whom nobody can tell leaves her learner not sent; resume settles the one and then sends the other."""
    unclear = Faults([Fault(kind="status-before", on="create", times=5)])
    write_csv(tmp_path / "people.csv", [learner(1, DefaultAssessorID="tutor1@example.com"), tutor(1)])
    with sandbox.running(faults=unclear) as onefile:
        env = toward(onefile, settle_wait="0.1", call_lifetime="0.2")
        done = run(tmp_path, "submit", "people.csv", "--json", "--yes", env=env)
        assert [row[2] for row in told(done)] == ["not-sent", "unresolved"]
        assert done.code == 3
        resumed = run(tmp_path, "resume", "--json", env=env)
        assert resumed.json["totals"] == {"created": 2, "read": 2, "blank": 0}
        assert made(onefile)["J0001"]["DefaultAssessorID"] == made(onefile)["T0001"]["ID"]


def test_the_lists_of_a_centre(tmp_path: Path, run: Run, onefile: Running) -> None:
    """The workbook has a sheet for each list, and a cell that begins like a formula stays text."""
    onefile_misid = "=2+2"
    write_csv(tmp_path / "tutor.csv", [tutor(1, MISID=onefile_misid)])
    env = toward(onefile)
    assert run(tmp_path, "submit", "tutor.csv", "--yes", env=env).code == 0
    done = run(tmp_path, "lists", "--out", "lists.xlsx", env=env)
    assert done.code == 0, done.err
    book = openpyxl.load_workbook(tmp_path / "lists.xlsx")
    assert book.sheetnames == [
        "Assessors",
        "Employers",
        "Classes",
        "Placements",
        "Providers",
        "Learner statuses",
        "Templates",
        "Standards",
    ]
    assessors = [[cell.value for cell in row] for row in book["Assessors"].iter_rows(min_row=2)]
    assert [1, "Northbridge College", "Helen Marsh", 105, "STF-0105"] in [row[:5] for row in assessors]
    (mine,) = [row for row in book["Assessors"].iter_rows(min_row=2) if row[4].value == onefile_misid]
    assert mine[4].data_type == "s"
    nowhere = {**env, "BULK_IMPORT_BASE_URL": "http://127.0.0.1:9"}
    refused = run(tmp_path, "lists", "--out", "lists.xlsx", env=nowhere)
    assert refused.code == 2
    assert "lists.xlsx is there already." in refused.err


def test_templates_with_the_lists_of_a_centre(tmp_path: Path, run: Run, onefile: Running) -> None:
    """The drop-downs of assessor, class and placement offer what OneFile has, and what is chosen is understood."""
    env = {**toward(onefile), "BULK_IMPORT_ORGANISATION_ID": "1"}
    done = run(tmp_path, "templates", "--live", "--out", "blank", env=env)
    assert done.code == 0, done.err
    book = openpyxl.load_workbook(tmp_path / "blank" / "learner.xlsx")
    sheet, lists = book["Learners"], book["Lists"]
    offered = {lists.cell(1, column).value: column for column in range(2, lists.max_column + 1)}
    texts = [cell.value for cell in lists[openpyxl.utils.get_column_letter(offered["Values for Classroom ID"])]]
    assert "Carpentry Level 2 A" in texts
    placements = [cell.value for cell in lists[openpyxl.utils.get_column_letter(offered["Values for Placement ID"])]]
    assert "PL-0309" in placements or "309" in placements
    headings = {str(cell.value).split(" (")[0]: cell.column for cell in sheet[1]}
    values = {
        "Organisation ID": "1",
        "First name": "Asha",
        "Last name": "Khan",
        "Email": "asha@example.com",
        "Role": "Learner",
        "Default assessor ID": "Helen Marsh",
        "Classroom ID": "Carpentry Level 2 A",
        "Placement ID": "Alder Joinery",
    }
    for heading, value in values.items():
        sheet.cell(4, headings[heading] or 0, value)
    book.save(tmp_path / "filled.xlsx")
    filled = run(tmp_path, "submit", "filled.xlsx", "--yes", "--json", env=env)
    assert filled.json["totals"]["created"] == 1, filled.err


def test_an_account_is_moved_to_a_tutor_of_the_same_run(tmp_path: Path, run: Run, onefile: Running) -> None:
    """An update waits for whom it names as a new account does, and the next run finds nothing to do."""
    env = toward(onefile)
    write_csv(tmp_path / "people.csv", [learner(1)])
    assert run(tmp_path, "submit", "people.csv", "--yes", env=env).code == 0
    write_csv(tmp_path / "people.csv", [learner(1, DefaultAssessorID="tutor1@example.com"), tutor(1)])
    done = run(tmp_path, "submit", "people.csv", "--yes", "--json", env=env)
    assert done.json["totals"] == {"created": 1, "updated": 1, "read": 2, "blank": 0}
    assert report_of(done)["rows"][0]["changes"] == ["DefaultAssessorID"]
    assert made(onefile)["J0001"]["DefaultAssessorID"] == made(onefile)["T0001"]["ID"]
    again = run(tmp_path, "submit", "people.csv", "--yes", "--json", env=env)
    assert again.json["totals"] == {"unchanged": 2, "read": 2, "blank": 0}


@pytest.mark.parametrize("misid", ["", "T0001"])
def test_a_chosen_row_may_name_somebody_whose_row_is_not_chosen(
    tmp_path: Path, run: Run, onefile: Running, misid: str
) -> None:
    """The tutor's row is left out, and the tutor known all the same."""
    there = tutor(1, MISID=misid)
    (user_id,) = enrol(onefile, [there])
    write_csv(tmp_path / "people.csv", [there, learner(2, DefaultAssessorID="tutor1@example.com")])
    done = run(tmp_path, "submit", "people.csv", "--only", "3", "--json", "--yes", env=toward(onefile))
    assert [row[2:] for row in told(done)] == [("skipped", []), ("created", [])]
    assert made(onefile)["J0002"]["DefaultAssessorID"] == user_id
