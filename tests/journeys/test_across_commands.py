"""Commands one after another: what one leaves behind, the next takes up, and nobody is made twice."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from bulk_import import sandbox
from bulk_import.journal import Journal, State
from tests.journeys.command import Ended, learner, report_of, run, write_csv

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bulk_import.sandbox import Running

pytestmark = pytest.mark.journey

QUICK = {
    "BULK_IMPORT_SETTLE_WAIT": "0.3",
    "BULK_IMPORT_CALL_LIFETIME": "1",
    "BULK_IMPORT_TIMEOUT": "2",
    "BULK_IMPORT_CONCURRENCY": "2",
    "BULK_IMPORT_FAILURES_TO_STOP": "2",
}
PEOPLE = 12


@contextmanager
def failing_after(creates: int) -> Iterator[tuple[Running, dict[str, str]]]:
    """A OneFile that lets nobody in from a create on, until its faults are taken away, and what leads to it."""
    fault = sandbox.Fault(on="create", kind="unauthorised", calls=tuple(range(creates + 1, 500)))
    with sandbox.running(faults=sandbox.Faults((fault,))) as onefile:
        yield (
            onefile,
            {
                **QUICK,
                "BULK_IMPORT_ENVIRONMENT": "beta",
                "BULK_IMPORT_BASE_URL": onefile.base_url,
                "BULK_IMPORT_CUSTOMER_TOKEN": onefile.customer_token,
            },
        )


def mended(onefile: Running) -> None:
    """Takes the faults away."""
    onefile.world.faults = sandbox.Faults(())


def accounts(onefile: Running) -> Counter[object]:
    """How many accounts each of the sheet's people has."""
    misids = [user.get("MISID") for user in onefile.world.users()]
    return Counter(misid for misid in misids if str(misid).startswith("J"))


def stopped_submit(folder: Path, env: dict[str, str], *words: str) -> Ended:
    """A submit that OneFile's failures stop early."""
    write_csv(folder / "people.csv", [learner(number) for number in range(PEOPLE)])
    ended = run(folder, "submit", "people.csv", "--yes", "--json", *words, env=env)
    assert ended.code == 3, ended.err
    assert ended.json["balanced"]
    assert ended.json["totals"]["not-sent"] > 0
    return ended


def test_a_run_that_stopped_is_finished_by_resume(tmp_path: Path) -> None:
    """The message names the command; resume makes the rest, and the report of the run is whole."""
    with failing_after(4) as (onefile, env):
        first = stopped_submit(tmp_path, env)
        assert f"bulk-import resume {first.json['run']}" in first.err
        assert "stopped (exit 3)" in run(tmp_path, "runs").out
        mended(onefile)
        done = run(tmp_path, "resume", "--json", env=env)
        assert (done.code, done.json["run"]) == (0, first.json["run"]), done.err
        assert done.json["totals"] == {"created": PEOPLE, "read": PEOPLE, "blank": 0}
        assert set(accounts(onefile).values()) == {1}
        assert len(accounts(onefile)) == PEOPLE
        assert done.json["calls"]["total"] > first.json["calls"]["total"]
        ids = {row["user_id"] for row in report_of(done)["rows"]}
        assert ids <= {user["ID"] for user in onefile.world.users()}
        again = run(tmp_path, "resume", env=env)
        assert (again.code, "nothing to resume" in again.err) == (0, True)


def test_a_submit_between_stop_and_resume_makes_nobody_twice(tmp_path: Path) -> None:
    """Whoever was made by a second submit is recognised by resume, and left alone."""
    with failing_after(4) as (onefile, env):
        first = stopped_submit(tmp_path, env)
        mended(onefile)
        second = run(tmp_path, "submit", "people.csv", "--yes", "--json", env=env)
        assert second.code == 0, second.err
        resumed = run(tmp_path, "resume", first.json["run"], "--json", env=env)
        assert resumed.code == 0, resumed.err
        assert resumed.json["balanced"]
        assert len(accounts(onefile)) == PEOPLE
        assert set(accounts(onefile).values()) == {1}


def test_writing_reports_again_changes_nothing_about_a_stopped_run(tmp_path: Path) -> None:
    """After bulk-import report the run is as resumable, and its report the same, as before."""
    with failing_after(4) as (onefile, env):
        first = stopped_submit(tmp_path, env)
        before = report_of(first)
        rebuilt = run(tmp_path, "report", first.json["run"], "--json", env=env)
        assert rebuilt.code == 3
        assert report_of(rebuilt) == before
        mended(onefile)
        done = run(tmp_path, "resume", "--json", env=env)
        assert done.json["totals"]["created"] == PEOPLE
        assert set(accounts(onefile).values()) == {1}


def test_a_row_that_was_under_way_is_never_called_not_sent(tmp_path: Path) -> None:
    """The report of a run that was killed says of a row with an open intent that nobody knows yet."""
    with failing_after(4) as (_, env):
        first = stopped_submit(tmp_path, env)
        with Journal.open(tmp_path / "reports" / "journal.db") as journal:
            left = journal.operations(first.json["run"])[-1]
            assert left.state in {State.PLANNED, State.NOT_SENT}
            journal.intent(first.json["run"], left.planned.key)
        rebuilt = run(tmp_path, "report", first.json["run"], "--json", env=env)
        rows = {row["row"]: row["status"] for row in report_of(rebuilt)["rows"]}
        assert rows[left.planned.key[1]] == "unresolved"


def test_out_moves_the_reports_and_nothing_else(tmp_path: Path) -> None:
    """Journal, lock and state stay where the settings say, and resume and report go on in the run's own folder."""
    with failing_after(4) as (onefile, env):
        first = stopped_submit(tmp_path, env, "--out", "elsewhere")
        folder = tmp_path / "elsewhere" / first.json["run"]
        assert (folder / "results.xlsx").is_file()
        assert (tmp_path / "reports" / "journal.db").is_file()
        mended(onefile)
        done = run(tmp_path, "resume", "--json", env=env)
        assert done.json["report"] == str(folder / "report.json")
        assert set(accounts(onefile).values()) == {1}


def test_the_weights_of_findings_stay_those_of_the_run(tmp_path: Path) -> None:
    """What the settings softened, and what they translated, is so in a report that is written again without them."""
    settings = '[severity]\nnumber-damaged = "note"\n[codes]\nL12 = "hesa"\n'
    (tmp_path / "bulk-import.toml").write_text(settings, encoding="utf-8")
    write_csv(tmp_path / "people.csv", [learner(1, ULN="9.27631E+09", L12="31")])
    done = run(tmp_path, "submit", "people.csv", "--yes", "--json")
    assert done.json["totals"]["created"] == 1
    (tmp_path / "bulk-import.toml").unlink()
    rebuilt = run(tmp_path, "report", done.json["run"], "--json")
    assert report_of(rebuilt) == report_of(done)
    assert report_of(rebuilt)["rows"][0]["findings"][0]["severity"] == "note"
    assert [one["code"] for one in report_of(rebuilt)["findings"]] == ["misid-shared", "codes-translated"]


def test_a_second_run_on_the_same_organisation_is_refused(tmp_path: Path) -> None:
    """Exit code 5 and who holds it, wherever its reports go."""
    from bulk_import.lock import holding  # noqa: PLC0415 - to stand in for the other run

    write_csv(tmp_path / "people.csv", [learner(1)])
    (tmp_path / "reports").mkdir()
    with holding(tmp_path / "reports" / "journal.db", "sandbox-127.0.0.1", [1]):
        done = run(tmp_path, "submit", "people.csv", "--yes", "--out", "elsewhere")
    assert done.code == 5
    assert "process" in done.err
