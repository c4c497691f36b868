"""Purging: old runs go and leave a receipt, and the journal keeps what “never twice” needs."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bulk_import.errors import JournalError, UsageError
from bulk_import.journal import Decision, Done, Journal, Planned, Rejected, RunStart, RunState, SourceRead, Unresolved
from bulk_import.lock import holding
from bulk_import.run import purge, runs
from bulk_import.run.past import rebuild
from bulk_import.settings import Settings, load

if TYPE_CHECKING:
    from pathlib import Path

    from bulk_import.journal import Outcome

DONE, REFUSED, DOUBT = Done(5740, 200), Rejected(400, -57, "no such placement"), Unresolved("no answer")


def _settings(folder: Path, retention: str | None = "30d") -> Settings:
    return load(cwd=folder, environ={}, options={} if retention is None else {"retention": retention})


SAID = {"notices": ["told nobody"]}
REFUSAL = ["The heading “Notes of Mr Zz” means nothing."]


def _run(
    folder: Path, *, days: int, outcomes: tuple[Outcome, ...] = (DONE, REFUSED), state: RunState = RunState.FINISHED
) -> str:
    """A submit that ended some days ago, with its folder; its name."""
    settings = _settings(folder)
    began = datetime.now(UTC) - timedelta(days=days)
    said = {"started": began.isoformat(), "folder": str(settings.out), "by": "somebody"}
    options = {"job": {"files": ["x"]}, "refusal": REFUSAL, **said}
    sources = (SourceRead("/home/zz/people.csv", "ab" * 32, None, 2),)
    with Journal.open(settings.journal, now=lambda: began) as journal:
        keys = [(0, row) for row in range(2, 2 + len(outcomes))]
        decisions = [Decision(key, "create", detail="detail") for key in keys]
        start = RunStart("submit", "sandbox", "127.0.0.1", 1, sources, options=options)
        name = journal.begin_run(start, decisions, known=[1, 2, 3])
        journal.plan(name, [Planned(key, 1, f"token{key}", f"digest{key}") for key in keys])
        for key, outcome in zip(keys, outcomes, strict=True):
            journal.intent(name, key)
            journal.outcome(name, key, outcome, verdict="Accepted")
        if state is not RunState.RUNNING:
            journal.finish_run(name, state, exit_code=0, calls=2, closing={**SAID, "retried": 1})
    home = settings.out / name
    home.mkdir(parents=True)
    for file in ("results.xlsx", "report.html", "log.jsonl"):
        (home / file).write_text("12345678")
    return name


def test_an_old_run_goes_and_leaves_a_receipt(tmp_path: Path) -> None:
    """Folder and details go, rows that were made stay as tokens, younger runs stay whole, and a receipt says so."""
    old, young = _run(tmp_path, days=31), _run(tmp_path, days=29)
    done = purge(_settings(tmp_path), rehearse=False)
    assert [(one.run, one.files, one.bytes, one.journal_kept, one.left) for one in done.runs] == [(old, 3, 24, 1, "")]
    assert not (tmp_path / "reports" / old).exists()
    assert (tmp_path / "reports" / young / "results.xlsx").exists()
    assert done.receipt is not None
    receipt = json.loads(done.receipt.read_text(encoding="utf-8"))
    assert (receipt["retention_days"], [run["run"] for run in receipt["runs"]]) == (30, [old])
    with Journal.open(tmp_path / "reports" / "journal.db") as journal:
        (kept,) = journal.operations(old)
        assert (kept.outcome, kept.planned.identity) == (DONE, "token(0, 2)")
        assert (journal.decisions(old), journal.known_before(old)) == ((), None)
        assert [len(journal.attempts(old, (0, row))) for row in (2, 3)] == [1, 0]
        assert (len(journal.decisions(young)), len(journal.operations(young))) == (2, 2)


def test_a_purged_run_keeps_its_line_and_no_path_or_option(tmp_path: Path) -> None:
    """It is listed as purged; how its rows were read is gone, and its reports cannot be written again."""
    name = _run(tmp_path, days=31)
    purge(_settings(tmp_path), rehearse=False)
    ((listed, _, state, *_, source),) = runs(_settings(tmp_path))
    assert (listed, state, source) == (name, "finished (exit 0), purged", "people.csv")
    kept = (tmp_path / "reports" / "journal.db").read_bytes()
    assert [text for text in (b"/home/zz", b"Notes of Mr Zz", b"told nobody") if text in kept] == []
    with pytest.raises(UsageError, match=f"Run {name} has been purged"):
        rebuild(name, _settings(tmp_path))
    again = purge(_settings(tmp_path), rehearse=False)
    assert (again.runs, again.receipt) == ((), None)


@pytest.mark.parametrize("state", [RunState.STOPPED, RunState.RUNNING])
def test_a_run_that_has_not_finished_keeps_all_that_the_journal_knows(tmp_path: Path, state: RunState) -> None:
    """Its folder goes with the people in it; what `resume` needs stays to the last entry, however it was cut off."""
    name = _run(tmp_path, days=31, outcomes=(DONE, DOUBT), state=state)
    (purged,) = purge(_settings(tmp_path), rehearse=False).runs
    assert f"bulk-import resume {name}" in purged.left
    assert not (tmp_path / "reports" / name).exists()
    with Journal.open(tmp_path / "reports" / "journal.db") as journal:
        assert (len(journal.decisions(name)), len(journal.operations(name))) == (2, 2)
        assert journal.history("sandbox", "127.0.0.1").in_doubt_since() is not None
        with pytest.raises(JournalError):
            journal.forget(name)


def test_a_run_that_may_be_at_work_is_let_alone(tmp_path: Path) -> None:
    """Whatever the age that is asked for, a run of today that has not ended stays whole."""
    name = _run(tmp_path, days=0, state=RunState.RUNNING)
    (purged,) = purge(_settings(tmp_path, "0d"), rehearse=False).runs
    assert "may still be at work" in purged.left
    assert len(list((tmp_path / "reports" / name).iterdir())) == 3


def test_a_run_that_holds_its_organisation_is_let_alone(tmp_path: Path) -> None:
    """A submit of last week that is still sending keeps its folder, however long ago it began."""
    name = _run(tmp_path, days=31, state=RunState.RUNNING)
    with holding(_settings(tmp_path).journal, "sandbox-127.0.0.1", [7]):
        (purged,) = purge(_settings(tmp_path), rehearse=False).runs
    assert ("may still be at work" in purged.left, purged.files, purged.failed) == (True, 0, False)
    assert len(list((tmp_path / "reports" / name).iterdir())) == 3


def test_a_removal_that_fails_in_the_middle_is_told_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where two of three files went, the receipt says two, and why the third is still there."""
    _run(tmp_path, days=31)

    def stopped(folder: Path) -> None:
        for file in sorted(folder.iterdir())[:2]:
            file.unlink()
        raise PermissionError(13, "Access is denied")

    monkeypatch.setattr("shutil.rmtree", stopped)
    done = purge(_settings(tmp_path), rehearse=False)
    ((files, size, left),) = [(one.files, one.bytes, one.left) for one in done.runs]
    assert (files, size, "Access is denied" in left, done.failed) == (2, 16, True, True)
    assert done.receipt is not None
    (told,) = json.loads(done.receipt.read_text(encoding="utf-8"))["runs"]
    assert (told["files"], told["bytes"], told["left"]) == (2, 16, left)


def test_a_folder_that_is_not_where_it_was_is_told(tmp_path: Path) -> None:
    """A folder that was renamed is said to be missing, once; the journal lets go of the run."""
    name = _run(tmp_path, days=31)
    folder = tmp_path / "reports" / name
    folder.rename(folder.with_name("kept"))
    done = purge(_settings(tmp_path), rehearse=False)
    ((left, kept),) = [(one.left, one.journal_kept) for one in done.runs]
    assert (f"Its folder {name} was not in" in left, kept, done.failed) == (True, 1, True)
    assert purge(_settings(tmp_path), rehearse=False).runs == ()


def test_a_drive_that_is_missing_keeps_the_journal_from_forgetting(tmp_path: Path) -> None:
    """Where the folder of all runs is gone nothing is forgotten, and the run is purged once it is back."""
    name = _run(tmp_path, days=31)
    drive = tmp_path / "reports"
    settings = load(cwd=tmp_path, environ={}, options={"retention": "30d", "journal": "journal.db"})
    (drive / "journal.db").rename(tmp_path / "journal.db")
    drive.rename(tmp_path / "unplugged")
    done = purge(settings, rehearse=False)
    assert ("is not there, so all of it stays" in done.runs[0].left, done.failed) == (True, True)
    with Journal.open(settings.journal) as journal:
        assert len(journal.decisions(name)) == 2
    (tmp_path / "unplugged" / name).rename(drive / name)  # the receipt has made a folder in its place
    assert [(one.files, one.left) for one in purge(settings, rehearse=False).runs] == [(3, "")]


def test_the_question_names_what_would_go(tmp_path: Path) -> None:
    """How many runs, the newest of them, and how many files that somebody may have corrected."""
    assert purge(_settings(tmp_path), rehearse=True).lines() == ()
    _run(tmp_path, days=40)
    newest = _run(tmp_path, days=31)
    (tmp_path / "reports" / newest / "people-to-fix.xlsx").write_text("corrected")
    first, second, third = purge(_settings(tmp_path), rehearse=True).lines()
    assert "removed for good: 2, with 7 files" in first
    assert second.startswith(f"The newest is {newest}, which ended ")
    assert third.endswith("corrected in them: 1.")


def test_a_rehearsal_removes_nothing(tmp_path: Path) -> None:
    """It tells what would go, and leaves folder, journal and receipts as they were."""
    name = _run(tmp_path, days=31)
    seen = purge(_settings(tmp_path), rehearse=True)
    assert ([(one.run, one.files) for one in seen.runs], seen.receipt) == ([(name, 3)], None)
    assert (tmp_path / "reports" / name).exists()
    assert not (tmp_path / "reports" / "purges").exists()


def test_a_link_in_place_of_a_run_is_not_followed(tmp_path: Path) -> None:
    """Whatever a link with a run's name leads to is not the program's to remove."""
    name = _run(tmp_path, days=31)
    folder, elsewhere = tmp_path / "reports" / name, tmp_path / "elsewhere"
    folder.rename(elsewhere)
    folder.symlink_to(elsewhere, target_is_directory=True)
    done = purge(_settings(tmp_path), rehearse=False)
    assert (done.failed, "is a link" in done.runs[0].left) == (True, True)
    assert len(list(elsewhere.iterdir())) == 3


def test_without_an_age_nothing_goes(tmp_path: Path) -> None:
    """How old is old must be said, on the command line or in the settings."""
    with pytest.raises(UsageError, match="how old"):
        purge(_settings(tmp_path, None), rehearse=False)
    assert purge(_settings(tmp_path), rehearse=False).runs == ()
