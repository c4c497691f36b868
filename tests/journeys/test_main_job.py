"""The main job, end to end: the command against a practice OneFile on a socket."""

from __future__ import annotations

import json
import os
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest

from bulk_import import sandbox
from tests.journeys.command import enrol, learner, report_of, run, run_fresh, tutor, write_csv

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bulk_import.sandbox import Running

pytestmark = pytest.mark.journey

PERSONAL = ("Asha", "Khan", "@example.com", "2007-09-01", "01/09/2007", "9276308686", "AA000001A")


@pytest.fixture
def onefile() -> Iterator[Running]:
    """A practice OneFile that tests can look into."""
    with sandbox.running() as running:
        yield running


def settings(onefile: Running) -> dict[str, str]:
    """The environment variables that lead to it as if it were the beta OneFile."""
    return {
        "BULK_IMPORT_ENVIRONMENT": "beta",
        "BULK_IMPORT_BASE_URL": onefile.base_url,
        "BULK_IMPORT_CUSTOMER_TOKEN": onefile.customer_token,
    }


def test_from_a_sheet_to_accounts(tmp_path: Path, onefile: Running) -> None:
    """Check sends nothing, a dry run sends nothing, submit does what the dry run said, a second submit nothing."""
    people = [tutor(1), learner(1), learner(2), learner(3, ClassroomID=""), learner(4, DefaultAssessorID="112")]
    write_csv(tmp_path / "people.csv", people)
    env = settings(onefile)
    before = {user["ID"] for user in onefile.world.users()}

    checked = run_fresh(tmp_path, "check", "people.csv", "--json", env=env)
    assert (checked.code, checked.json["totals"]) == (1, {"valid": 4, "invalid": 1, "read": 5, "blank": 0})
    assert onefile.world.calls() == []

    rehearsed = run_fresh(tmp_path, "dry-run", "people.csv", "--json", env=env)
    assert rehearsed.json["totals"] == {"would-create": 4, "invalid": 1, "read": 5, "blank": 0}
    assert rehearsed.json["organisation"] == {"id": 1, "name": "Northbridge College"}
    assert {user["ID"] for user in onefile.world.users()} == before

    digest = rehearsed.json["digest"]
    submitted = run(tmp_path, "submit", "people.csv", "--json", "--yes", "--only-if", digest, env=env)
    assert submitted.code == 1
    assert submitted.json["totals"] == {"created": 3, "invalid": 1, "rejected": 1, "read": 5, "blank": 0}
    report = report_of(submitted)
    created = {row["user_id"]: row["misid"] for row in report["rows"] if row["status"] == "created"}
    held = {user["ID"]: user["MISID"] for user in onefile.world.users() if user["ID"] not in before}
    assert created == held
    (refused,) = [row for row in report["rows"] if row["status"] == "rejected"]
    assert (refused["http_status"], refused["findings"][0]["code"]) == (400, "refused")

    again = run(tmp_path, "submit", "people.csv", "--json", "--yes", env=env)
    assert again.json["totals"] == {"unchanged": 3, "invalid": 1, "rejected": 1, "read": 5, "blank": 0}
    assert {user["ID"] for user in onefile.world.users()} - before == set(held)


def test_only_what_differs_is_sent(tmp_path: Path, onefile: Running) -> None:
    """A dry run names the fields, submit changes them and no others, a second submit changes nothing."""
    there = [learner(1, ClassroomID="202"), learner(2), learner(3, MISID="")]
    ids = enrol(onefile, there)
    here = [learner(1), learner(2), learner(3, MISID="", MobileNumber="07700 900123", HomeAddress=""), learner(4)]
    write_csv(tmp_path / "people.csv", here)
    env = settings(onefile)
    before = [onefile.world.user(id_) for id_ in ids]

    rehearsed = run(tmp_path, "dry-run", "people.csv", "--json", env=env)
    counts = {"read": 4, "blank": 0, "unchanged": 1}
    assert rehearsed.json["totals"] == {"would-create": 1, "would-update": 2, **counts}
    rows = [(row["status"], row["user_id"], row["changes"]) for row in report_of(rehearsed)["rows"]]
    assert rows[0] == ("would-update", ids[0], ["ClassroomID"])
    assert rows[2] == ("would-update", ids[2], ["MobileNumber"])

    done = run(tmp_path, "submit", "people.csv", "--json", "--yes", env=env)
    assert (done.code, done.json["totals"]) == (0, {"created": 1, "updated": 2, **counts})
    assert [row["changes"] for row in report_of(done)["rows"]] == [["ClassroomID"], [], ["MobileNumber"], []]
    now = [{**onefile.world.user(id_), "LastModified": None} for id_ in ids]
    moved: tuple[dict[str, object], ...] = {"ClassroomID": 201}, {}, {"MobileNumber": "07700 900123"}
    assert now == [{**one, **change, "LastModified": None} for one, change in zip(before, moved, strict=True)]
    rebuilt = run(tmp_path, "report", done.json["run"], "--json")
    assert report_of(rebuilt)["rows"] == report_of(done)["rows"]

    again = run(tmp_path, "submit", "people.csv", "--json", "--yes", env=env)
    assert again.json["totals"] == {"unchanged": 4, "read": 4, "blank": 0}


@pytest.mark.parametrize(
    ("mode", "totals"), [("create", {"created": 1, "held": 1}), ("update", {"updated": 1, "held": 1})]
)
def test_the_mode_says_which_accounts_may_be_touched(
    tmp_path: Path, onefile: Running, mode: str, totals: dict[str, int]
) -> None:
    """Create leaves accounts alone that exist, update makes no new ones; those rows are held."""
    enrol(onefile, [learner(1, ClassroomID="202")])
    write_csv(tmp_path / "people.csv", [learner(1), learner(2)])
    done = run(tmp_path, "submit", "people.csv", "--mode", mode, "--json", "--yes", env=settings(onefile))
    assert (done.code, done.json["totals"]) == (1, {**totals, "read": 2, "blank": 0})


def test_what_it_leaves_behind(tmp_path: Path, onefile: Running) -> None:
    """Reports whole, log and journal without personal data, the folder for the owner alone."""
    write_csv(tmp_path / "people.csv", [learner(1, DOB="01/09/2007", ULN="9276308686", NINO="AA000001A")])
    done = run(tmp_path, "submit", "people.csv", "--json", "--yes", env=settings(onefile))
    assert done.code == 0
    folder = Path(done.json["report"]).parent
    assert sorted(file.name for file in folder.iterdir()) == ["log.jsonl", "report.html", "report.json", "results.xlsx"]
    book = openpyxl.load_workbook(folder / "results.xlsx")
    assert book.sheetnames == ["Summary", "Results", "Problems"]
    texts = (folder / "log.jsonl").read_bytes() + (tmp_path / "reports" / "journal.db").read_bytes()
    leaked = [secret for secret in (*PERSONAL, onefile.customer_token) if secret.encode() in texts]
    assert leaked == []
    assert onefile.customer_token not in done.out + done.err
    if os.name == "posix":
        assert folder.stat().st_mode & 0o077 == 0
    events = [json.loads(line) for line in (folder / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    assert Counter(event["event"] for event in events)["call"] == done.json["calls"]["total"]


def test_reports_can_be_written_again(tmp_path: Path, onefile: Running) -> None:
    """From journal and source alone the same rows come to the same fates; a changed source is refused."""
    file = write_csv(tmp_path / "people.csv", [learner(1), learner(2, DefaultAssessorID="112"), learner(3, Email="")])
    done = run(tmp_path, "submit", "people.csv", "--json", "--yes", env=settings(onefile))
    name = done.json["run"]
    rows = report_of(done)["rows"]
    rebuilt = run(tmp_path, "report", name, "--json")
    assert rebuilt.code == done.code
    assert report_of(rebuilt)["rows"] == rows
    assert rebuilt.json["totals"] == done.json["totals"]
    listed = run(tmp_path, "runs")
    assert name in listed.out
    file.write_bytes(file.read_bytes() + b"\r\n")
    refused = run(tmp_path, "report", name)
    assert refused.code == 4
    assert "has changed" in refused.err


def test_reports_of_a_run_of_an_earlier_version_can_be_written_again(tmp_path: Path, onefile: Running) -> None:
    """What that version could not be told, and so did not write down, is missing without harm."""
    write_csv(tmp_path / "people.csv", [learner(1), learner(2)])
    done = run(tmp_path, "submit", "people.csv", "--json", "--yes", env=settings(onefile))
    with closing(sqlite3.connect(tmp_path / "reports" / "journal.db", isolation_level=None)) as journal:
        newer = ", ".join(
            f"'$.job.{name}'" for name in ("apostrophes", "bad_optional", "codes", "unknown_codes", "updated")
        )
        journal.execute(f"UPDATE runs SET options = json_remove(options, {newer})")  # noqa: S608 - written here
    rebuilt = run(tmp_path, "report", done.json["run"], "--json")
    assert (rebuilt.code, rebuilt.json["totals"]) == (0, done.json["totals"])


def test_learners_go_after_the_staff(tmp_path: Path, onefile: Running) -> None:
    """Whatever the order of the sheet, assessors are sent before employers, and these before learners."""
    people = [
        learner(1),
        learner(2, Role="Employer", DefaultAssessorID="", ClassroomID="", MISID="E1", Email="e1@example.com"),
        tutor(1),
    ]
    write_csv(tmp_path / "people.csv", people)
    assert run(tmp_path, "submit", "people.csv", "--yes", env=settings(onefile)).code == 0
    made = sorted(onefile.world.users(), key=lambda user: int(str(user["ID"])))[-3:]
    assert [user["MISID"] for user in made] == ["T0001", "E1", "J0001"]


def test_without_settings_the_practice_onefile_remembers(tmp_path: Path) -> None:
    """The built-in server keeps its state from command to command."""
    write_csv(tmp_path / "people.csv", [learner(1)])
    assert run(tmp_path, "submit", "people.csv", "--yes", "--json").json["totals"]["created"] == 1
    assert (tmp_path / "reports" / "sandbox.db").is_file()
    assert run(tmp_path, "submit", "people.csv", "--yes", "--json").json["totals"]["unchanged"] == 1


def test_a_plan_that_is_another_now_is_refused(tmp_path: Path, onefile: Running) -> None:
    """--only-if with yesterday's digest sends nothing and ends with 4."""
    write_csv(tmp_path / "people.csv", [learner(1)])
    before = len(onefile.world.users())
    done = run(tmp_path, "submit", "people.csv", "--yes", "--only-if", "0123456789abcdef", env=settings(onefile))
    assert (done.code, len(onefile.world.users())) == (4, before)
    assert "Nothing was sent" in done.err


def test_a_refusal_names_what_has_changed_since_the_dry_run(tmp_path: Path, onefile: Running) -> None:
    """More rows, and an account that somebody changed in OneFile, are told in numbers; the plan was kept in a file."""
    enrol(onefile, [learner(1, ClassroomID="202")])
    write_csv(tmp_path / "people.csv", [learner(1), learner(2)])
    env = settings(onefile)
    rehearsed = run(tmp_path, "dry-run", "people.csv", "--json", "--save-plan", "plan.json", env=env)
    kept = json.loads((tmp_path / "plan.json").read_text(encoding="utf-8"))
    assert kept["digest"] == rehearsed.json["digest"]
    assert [(row["row"], row["action"], row["changes"]) for row in kept["rows"]] == [
        (2, "update", ["ClassroomID"]),
        (3, "create", []),
    ]
    assert not [secret for secret in PERSONAL if secret in json.dumps(kept["rows"])]
    write_csv(tmp_path / "people.csv", [learner(1, LastName="Married"), learner(2), learner(3), learner(4)])
    refused = run(tmp_path, "submit", "people.csv", "--yes", "--only-if", kept["digest"], env=env)
    assert refused.code == 4
    said = " ".join(refused.err.split())
    assert "The file is not the one that run" in said
    assert "2 more creates, 1 account changed in OneFile." in said


def test_a_plan_that_would_e_mail_people_by_now_is_another(tmp_path: Path, onefile: Running) -> None:
    """Somebody looked at a dry run that e-mails nobody, and switched e-mails on before the submit."""
    write_csv(tmp_path / "people.csv", [learner(1)])
    switch, env = "UPDATE organisations SET keychain_creation = 1, email_suppression = ?", settings(onefile)
    onefile.world.store.run(switch, 1)
    digest = run(tmp_path, "dry-run", "people.csv", "--json", env=env).json["digest"]
    onefile.world.store.run(switch, 0)
    refused = run(tmp_path, "submit", "people.csv", "--yes", "--only-if", digest, env=env)
    assert (refused.code, "e-mails new people" in " ".join(refused.err.split())) == (4, True)
    onefile.world.store.run(switch, 1)
    assert run(tmp_path, "submit", "people.csv", "--yes", "--only-if", digest, env=env).code == 0


def test_a_plan_is_never_written_over_the_sheet(tmp_path: Path, onefile: Running) -> None:
    """It ends with 2, and nobody has asked OneFile."""
    before = write_csv(tmp_path / "people.csv", [learner(1)]).read_bytes()
    done = run(tmp_path, "dry-run", "people.csv", "--save-plan", "people.csv", env=settings(onefile))
    assert (done.code, (tmp_path / "people.csv").read_bytes()) == (2, before)
    assert "people.csv: that is there already, and is not a plan of an earlier dry run." in done.err
    assert not (tmp_path / "reports").exists()


def test_a_plan_over_the_limit_needs_to_be_allowed(tmp_path: Path, onefile: Running) -> None:
    """max_changes stops a submit with 4; --allow-large lets it pass."""
    write_csv(tmp_path / "people.csv", [learner(1), learner(2)])
    env = {**settings(onefile), "BULK_IMPORT_MAX_CHANGES": "1"}
    refused = run(tmp_path, "submit", "people.csv", "--yes", env=env)
    assert refused.code == 4
    assert "--allow-large" in refused.err
    assert run(tmp_path, "submit", "people.csv", "--yes", "--allow-large", env=env).code == 0


def test_a_file_that_was_cut_off_needs_to_be_allowed(tmp_path: Path, onefile: Running) -> None:
    """The second night's file has a third of the rows: 4, unless somebody says that it is meant; the report tells."""
    everybody = [learner(number) for number in range(30)]
    write_csv(tmp_path / "people.csv", everybody)
    env = settings(onefile)
    assert run(tmp_path, "submit", "people.csv", "--yes", env=env).code == 0
    write_csv(tmp_path / "people.csv", [one | {"ClassroomID": "202"} for one in everybody[:10]])
    rehearsed = run(tmp_path, "dry-run", "people.csv", env=env)
    shown = " ".join(rehearsed.out.split())
    assert (rehearsed.code, "Do not send this yet" in shown, "Was it cut off?" in shown) == (1, True, True)
    refused = run(tmp_path, "submit", "people.csv", "--yes", env=env)
    assert (refused.code, "Was it cut off?" in " ".join(refused.err.split())) == (4, True)
    allowed = run(tmp_path, "submit", "people.csv", "--yes", "--allow-large", "--json", env=env)
    passed = [notice for notice in report_of(allowed)["notices"] if notice.startswith("Passed with --allow-large")]
    assert (allowed.code, len(passed), "Was it cut off?" in passed[0]) == (0, 1, True)


def test_a_refused_submit_leaves_a_report_of_what_it_would_have_done(tmp_path: Path, onefile: Running) -> None:
    """Whoever comes in the morning finds why nothing was sent, and what would have been; so does a script."""
    write_csv(tmp_path / "people.csv", [learner(1), learner(2)])
    env = {**settings(onefile), "BULK_IMPORT_MAX_CHANGES": "1"}
    refused = run(tmp_path, "submit", "people.csv", "--yes", "--json", env=env)
    assert (refused.code, refused.json["exit_code"], "report.html" in refused.err) == (4, 4, True)
    report = report_of(refused)
    assert (report["mode"], report["exit_code"], report["totals"]["would-create"]) == ("dry-run", 4, 2)
    assert report["notices"][0].startswith("Nothing was sent: the submit was refused.")
    page = Path(refused.json["report"]).with_name("report.html")
    before = page.read_text(encoding="utf-8")
    assert (
        before.index("What to do next")
        < before.index("Nothing was sent: the submit was refused.")
        < before.index("Good to know")
    )
    assert "Send them with" not in before
    assert "exit 4" in run(tmp_path, "runs", env=env).out
    page.unlink()
    assert run(tmp_path, "report", report["run"], env=env).code == 4
    assert page.read_text(encoding="utf-8") == before


def test_a_plan_that_is_another_and_too_large_is_told_to_be_both(tmp_path: Path, onefile: Running) -> None:
    """Nobody is handed a command that passes a limit of which the report says nothing, nor one where there is none."""
    write_csv(tmp_path / "people.csv", [learner(1), learner(2)])
    for most, passes in (("1", True), ("9", False)):
        env = {**settings(onefile), "BULK_IMPORT_MAX_CHANGES": most}
        words = ("submit", "people.csv", "--yes", "--json", "--only-if", "0123456789abcdef")
        said = report_of(run(tmp_path, *words, env=env))["notices"]
        assert any("(max_changes)" in notice for notice in said) is passes
        (command,) = [notice for notice in said if notice.startswith("To send exactly this plan")]
        assert command.endswith("--allow-large") is passes


def test_a_refusal_is_one_whatever_becomes_of_its_report(tmp_path: Path, onefile: Running) -> None:
    """The reason is told, and the run stands in the journal with the code that the command ended with."""
    write_csv(tmp_path / "people.csv", [learner(1), learner(2)])
    (tmp_path / "taken").write_text("a file where the reports were to go", encoding="utf-8")
    env = {**settings(onefile), "BULK_IMPORT_MAX_CHANGES": "1", "BULK_IMPORT_OUT": "taken"}
    env["BULK_IMPORT_JOURNAL"] = str(tmp_path / "journal.db")
    refused = run(tmp_path, "submit", "people.csv", "--yes", env=env)
    assert refused.code == 4
    assert "(max_changes)" in refused.err
    assert "There is no report of it." in refused.err
    assert "exit 4" in run(tmp_path, "runs", env=env).out


def test_rows_can_be_chosen(tmp_path: Path, onefile: Running) -> None:
    """Only the chosen rows are sent, the others are accounted for as left out; a row that is not there is refused."""
    write_csv(tmp_path / "people.csv", [learner(number) for number in range(5)])
    env = settings(onefile)
    done = run(tmp_path, "submit", "people.csv", "--yes", "--only", "2,4-6", "--skip", "5", "--json", env=env)
    assert (done.code, done.json["totals"]) == (0, {"skipped": 2, "created": 3, "read": 5, "blank": 0})
    assert [one["status"] for one in report_of(done)["rows"]] == ["created", "skipped", "created", "skipped", "created"]
    again = run(tmp_path, "report", done.json["run"], "--json", env=env)
    assert again.json["totals"] == done.json["totals"]
    wrong = run(tmp_path, "submit", "people.csv", "--yes", "--only", "7-9", env=env)
    assert (wrong.code, "no data in row 7 to 9, as --only says" in wrong.err) == (2, True)
    write_csv(tmp_path / "others.csv", [learner(7)])
    both = run(tmp_path, "dry-run", "people.csv", "others.csv", "--skip", "2", env=env)
    assert (both.code, "rows of one file and sheet" in both.err) == (2, True)


def test_without_a_terminal_nothing_is_sent_unasked(tmp_path: Path, onefile: Running) -> None:
    """A scheduler that forgot --yes gets a sentence and exit code 2, and nobody an account."""
    write_csv(tmp_path / "people.csv", [learner(1)])
    before = len(onefile.world.users())
    done = run_fresh(tmp_path, "submit", "people.csv", env=settings(onefile), typed="yes\n")
    assert (done.code, len(onefile.world.users())) == (2, before)
    assert "--yes" in done.err


def test_several_files_are_one_run(tmp_path: Path) -> None:
    """Rows of all files are counted, and a person in two of them is found."""
    write_csv(tmp_path / "one.csv", [learner(1), learner(2)])
    write_csv(tmp_path / "two.csv", [learner(3), learner(1, Email="other@example.com")])
    done = run(tmp_path, "check", "one.csv", "two.csv", "--json")
    assert done.json["totals"] == {"valid": 3, "invalid": 1, "read": 4, "blank": 0}
    (wrong,) = [row for row in report_of(done)["rows"] if row["status"] == "invalid"]
    assert (wrong["source"], wrong["row"], wrong["findings"][0]["code"]) == ("two.csv", 3, "duplicate-misid")


def test_options_reach_the_check(tmp_path: Path) -> None:
    """--role, --map, --set and --date-order do what they say."""
    text = "Given,Surname,Email,Case No,Born\r\nAsha,Khan,asha@example.com,J1,03/25/2007\r\n"
    (tmp_path / "odd.csv").write_text(text, encoding="utf-8", newline="")
    words = ["check", "odd.csv", "--json", "--role", "Learner", "--date-order", "mdy"]
    words += ["--map", "Given=FirstName", "--map", "Case No=MISID", "--map", "Born=DOB"]
    for value in ("OrganisationID=1", "DefaultAssessorID=101", "ClassroomID=201", "PlacementID=301"):
        words += ["--set", value]
    done = run(tmp_path, *words)
    assert (done.code, done.json["totals"]) == (0, {"valid": 1, "read": 1, "blank": 0})
    assert report_of(done)["rows"][0]["misid"] == "J1"


def test_demo_does_the_real_job(tmp_path: Path) -> None:
    """The demo shows created, invalid and rejected rows, and what it reports as created is what the sandbox holds."""
    done = run(tmp_path, "demo", "--quiet")
    assert done.code == 0, done.err
    for words in (
        "Created",
        "Needs correcting",
        "Refused by OneFile",
        "holds 48 accounts more than before: exactly those",
    ):
        assert words in done.out


def test_a_submit_right_after_another_makes_nobody_twice(tmp_path: Path) -> None:
    """Searches that lag do not hide from a second run whom the first has just made."""
    lag = sandbox.Faults((sandbox.Fault(on="create", kind="search-lag", seconds=4.0),))
    write_csv(tmp_path / "people.csv", [learner(1), learner(2)])
    with sandbox.running(faults=lag) as onefile:
        env = {**settings(onefile), "BULK_IMPORT_SETTLE_WAIT": "6"}
        assert run(tmp_path, "submit", "people.csv", "--yes", env=env).code == 0
        again = run(tmp_path, "submit", "people.csv", "--yes", "--json", env=env)
        assert again.json["totals"] == {"unchanged": 2, "read": 2, "blank": 0}
        assert "Looking again" in again.err
        assert Counter(user.get("MISID") for user in onefile.world.users())["J0001"] == 1
