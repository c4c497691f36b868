"""The journal: what it promises across crashes, and how it fails."""

from __future__ import annotations

import sqlite3
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bulk_import.errors import JournalError
from bulk_import.journal import (
    Decision,
    Done,
    Journal,
    NotSent,
    Outcome,
    Planned,
    Rejected,
    RunStart,
    RunState,
    SourceRead,
    State,
    Unresolved,
    keyed_token,
    payload_digest,
)
from bulk_import.journal.store import APPLICATION_ID, MIGRATIONS, SCHEMA_VERSION, said

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

BEGUN = datetime(2026, 11, 23, 18, 15, tzinfo=UTC)
START = RunStart(
    mode="submit",
    environment="sandbox",
    host="127.0.0.1",
    organisation_id=1,
    sources=(SourceRead("enrolments.xlsx", "ab" * 32, "Sheet1", 60), SourceRead("more.csv", "cd" * 32, None, 2)),
    digest="0123",
    options={"date_order": "dmy", "columns": {"Forename": "FirstName"}},
)
ROW = Planned((0, 7), 1, "identity-7", "digest-7")
OTHER = Planned((0, 8), 5, "identity-8", "digest-8")


class Clock:
    """A time that goes on by a second at each look."""

    def __init__(self) -> None:
        self.time = BEGUN

    def __call__(self) -> datetime:
        """The time, and then a second later."""
        self.time += timedelta(seconds=1)
        return self.time


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the journal is, in a folder that is not there yet."""
    return tmp_path / "reports" / "journal.db"


def _begun(file: Path) -> tuple[Journal, str]:
    journal = Journal.open(file, now=Clock(), suffix=lambda: "ab12")
    run = journal.begin_run(START)
    journal.plan(run, [ROW, OTHER])
    return journal, run


def test_a_run_comes_back_as_it_was_written(file: Path) -> None:
    """All that is known of a run survives closing and opening, under a name that can be read and sorted."""
    journal, run = _begun(file)
    journal.close()
    with Journal.open(file) as again:
        found = again.run(run)
    assert run == "20261123-181501-ab12"
    assert found is not None
    assert found.start == START
    assert (found.state, found.finished, found.exit_code, found.calls) == (RunState.RUNNING, None, None, 0)
    assert found.counts == {State.PLANNED: 2}


def test_an_intent_without_an_outcome_is_found_after_a_crash(file: Path) -> None:
    """What was meant stands in the file before anything is sent: another opening sees it without any closing."""
    journal, run = _begun(file)
    assert journal.intent(run, ROW.key) == 1
    with Journal.open(file) as after_the_crash:
        operation = after_the_crash.operations(run)[0]
    assert (operation.state, operation.attempts, operation.outcome) == (State.OPEN, 1, None)
    assert operation.sent_at == BEGUN + timedelta(seconds=2)
    journal.close()


@pytest.mark.parametrize(
    "outcome",
    [
        Done(5001, 200),
        Done(5001, None, confirmed=True),
        Rejected(400, -57, "Placement not found"),
        Rejected(422, None, ""),
        Unresolved("several new accounts fit", 503),
        NotSent("the run stopped before this row", attempts=1),
    ],
    ids=lambda outcome: type(outcome).__name__,
)
def test_each_outcome_comes_back_as_it_was_written(file: Path, outcome: Outcome) -> None:
    """Whatever became of a row reads back the same, with its number of attempts, and leaves other rows alone."""
    journal, run = _begun(file)
    with journal:
        journal.intent(run, ROW.key)
        journal.outcome(run, ROW.key, outcome, verdict="Accepted")
        mine, other = journal.operations(run)
    assert mine.outcome == outcome
    assert mine.planned == ROW
    assert (other.planned, other.state, other.outcome) == (OTHER, State.PLANNED, None)


def test_every_attempt_is_kept(file: Path) -> None:
    """Each attempt stands in the journal with its own verdict, the last one by the outcome."""
    journal, run = _begun(file)
    with journal:
        journal.intent(run, ROW.key)
        journal.tried(run, ROW.key, "MaybeSent", 503)
        assert journal.intent(run, ROW.key) == 2
        journal.outcome(run, ROW.key, Done(5001, 200, attempts=2), verdict="Accepted")
    raw = sqlite3.connect(file)
    rows = raw.execute("SELECT number, verdict, http_status FROM attempts ORDER BY number").fetchall()
    raw.close()
    assert rows == [(1, "MaybeSent", 503), (2, "Accepted", 200)]


def test_planning_again_changes_nothing(file: Path) -> None:
    """A resumed run may plan its rows again: those that are known stay as they are."""
    journal, run = _begun(file)
    with journal:
        journal.intent(run, ROW.key)
        journal.outcome(run, ROW.key, Done(5001, 200))
        journal.plan(run, [Planned(ROW.key, 1, "identity-7", "another digest"), OTHER])
        mine, _ = journal.operations(run)
    assert mine.outcome == Done(5001, 200)
    assert mine.planned.payload_digest == "digest-7"


def test_the_first_snapshot_counts(file: Path) -> None:
    """The accounts known before a run are those of its first beginning, an empty set too, whatever is given later."""
    journal, run = _begun(file)
    with journal:
        assert journal.remember_known(run, [3, 4, 4]) == {3, 4}
        assert journal.remember_known(run, [3, 4, 5001]) == {3, 4}
        other = journal.begin_run(RunStart("submit", "sandbox", "127.0.0.1", 1))
        assert journal.remember_known(other, []) == frozenset()
        assert journal.remember_known(other, [5001]) == frozenset()


def test_runs_are_listed_newest_first_and_resume_finds_the_newest_unfinished(file: Path) -> None:
    """Finished runs and dry runs are not resumed; a run that was killed is, like one that stopped."""
    names = iter(["aaaa", "bbbb", "cccc", "dddd"])
    with Journal.open(file, now=Clock(), suffix=lambda: next(names)) as journal:
        killed, stopped, finished = (journal.begin_run(START) for _ in range(3))
        journal.begin_run(RunStart("dry-run", "sandbox", "127.0.0.1", 1))
        journal.finish_run(finished, RunState.FINISHED, exit_code=0, calls=12)
        journal.finish_run(stopped, RunState.STOPPED, exit_code=3, calls=5)
        assert [run.id[-4:] for run in journal.runs()] == ["dddd", "cccc", "bbbb", "aaaa"]
        newest = journal.newest_unfinished()
        assert newest is not None
        assert (newest.id, newest.state, newest.exit_code, newest.calls) == (stopped, RunState.STOPPED, 3, 5)
        journal.reopen_run(stopped)
        journal.finish_run(stopped, RunState.FINISHED, exit_code=0, calls=7)
        newest = journal.newest_unfinished()
        assert newest is not None
        assert newest.id == killed
        done = journal.run(stopped)
        assert done is not None
        assert done.calls == 12


def test_an_unknown_run_is_said_to_be_unknown(file: Path) -> None:
    """Asking for a run that is not there gives nothing, changing it says so."""
    with Journal.open(file) as journal:
        assert journal.run("20200101-000000-0000") is None
        assert journal.newest_unfinished() is None
        with pytest.raises(JournalError, match="knows no run"):
            journal.reopen_run("20200101-000000-0000")


def test_no_value_of_a_person_is_in_the_file(file: Path) -> None:
    """Neither the person nor what is sent can be read from the file: both stand there as keyed tokens."""
    journal, run = _begun(file)
    secret = b"0123456789abcdef"
    sent = {"FirstName": "Zebedee", "Email": "zebedee@example.com", "ULN": "9276308686"}
    row = Planned((1, 2), 1, keyed_token(secret, 1, 1, sent["Email"]), payload_digest(secret, sent))
    with journal:
        journal.plan(run, [row])
        journal.intent(run, row.key)
        journal.outcome(run, row.key, Done(5001, 200), verdict="Accepted")
    content = b"".join(part.read_bytes() for part in file.parent.iterdir()).lower()
    assert b"zebedee" not in content
    assert b"9276308686" not in content
    assert row.identity.encode() in content


def test_tokens_need_the_secret_and_know_the_same_again() -> None:
    """The same person gives the same token under the same secret, in any order of fields, and another otherwise."""
    assert keyed_token(b"a", 1, "x") == keyed_token(b"a", 1, "x")
    assert keyed_token(b"a", 1, "x") != keyed_token(b"b", 1, "x")
    assert keyed_token(b"a", "1x") != keyed_token(b"a", "1", "x")
    assert payload_digest(b"a", {"A": 1, "B": "ß"}) == payload_digest(b"a", {"B": "ß", "A": 1})
    assert payload_digest(b"a", {"A": 1}) != payload_digest(b"a", {"A": "1"})


def _newer(file: Path) -> None:
    Journal.open(file).close()
    raw = sqlite3.connect(file)
    raw.execute("UPDATE schema_version SET version = ?", (SCHEMA_VERSION + 1,))
    raw.commit()
    raw.close()


def _foreign(file: Path) -> None:
    file.parent.mkdir()
    raw = sqlite3.connect(file)
    raw.execute("CREATE TABLE invoices (id INTEGER)")
    raw.commit()
    raw.close()


def _no_database(file: Path) -> None:
    file.parent.mkdir()
    file.write_bytes(b"This is no database at all, but a letter.\n" * 200)


def _damaged(file: Path) -> None:
    journal, run = _begun(file)
    journal.plan(run, [Planned((2, row), 1, "identity" * 20, "digest" * 20) for row in range(500)])
    journal.close()
    content = bytearray(file.read_bytes())
    content[3 * 4096 : 12 * 4096] = b"\xa5" * (9 * 4096)
    file.write_bytes(content)


def _a_folder(file: Path) -> None:
    file.mkdir(parents=True)


def _below_a_file(file: Path) -> None:
    file.parent.write_text("not a folder", encoding="utf-8")


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (_newer, "newer version"),
        (_foreign, "no journal of this program"),
        (_no_database, "damaged"),
        (_damaged, "damaged"),
        (_a_folder, "cannot be opened"),
        (_below_a_file, "cannot be opened"),
    ],
)
def test_a_journal_that_cannot_be_trusted_is_not_opened(file: Path, spoil: Callable[[Path], None], words: str) -> None:
    """A newer, foreign, damaged or unusable file is refused with a sentence that says what to do, and left as it is."""
    spoil(file)
    before = file.read_bytes() if file.is_file() else b""
    with pytest.raises(JournalError, match=words) as caught:
        Journal.open(file)
    assert caught.value.fix
    assert (file.read_bytes() if file.is_file() else b"") == before


def test_a_locked_journal_stops_before_the_next_call(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While another program holds the file no intent can be written, and that is said."""
    monkeypatch.setattr("bulk_import.journal.store.WAIT_FOR_LOCK", 0.0)
    journal, run = _begun(file)
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(JournalError, match="in use by another program"):
        journal.intent(run, ROW.key)
    other.execute("ROLLBACK")
    other.close()
    assert journal.intent(run, ROW.key) == 1
    journal.close()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on the size of files to test with")
def test_a_full_disk_stops_before_the_next_call(file: Path) -> None:
    """When nothing more can be written the intent fails, is not half there, and works again once there is room."""
    import resource  # noqa: PLC0415 - not on Windows

    journal, run = _begun(file)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1024, hard))
    try:
        with pytest.raises(JournalError, match="disk is full"):
            journal.intent(run, ROW.key)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert journal.operations(run)[0].state is State.PLANNED
    assert journal.intent(run, ROW.key) == 1
    journal.close()


def test_a_read_only_journal_is_said_to_be_so(file: Path) -> None:
    """A file that may only be read gives a sentence about just that."""
    Journal.open(file).close()
    raw = sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, isolation_level=None)
    with pytest.raises(sqlite3.OperationalError) as caught:
        raw.execute("DELETE FROM runs")
    raw.close()
    assert "cannot be written" in said(caught.value, file).message


def test_an_unforeseen_failure_names_only_its_kind(file: Path) -> None:
    """What SQLite says may quote what was written, so only the name of the failure is passed on."""
    journal, run = _begun(file)
    with journal, pytest.raises(JournalError, match=r"SQLITE_CONSTRAINT") as caught:
        journal.plan(run, [Planned((0, 9), 1, None, "x")])  # type: ignore[arg-type]  # a hole in our own data
    assert "identity" not in str(caught.value)


def test_every_version_leads_to_the_present_one(tmp_path: Path) -> None:
    """A journal of each earlier version opens, keeps its runs, and is of the present version then."""
    for version in range(1, SCHEMA_VERSION + 1):
        file = tmp_path / f"version-{version}.db"
        raw = sqlite3.connect(file, isolation_level=None)
        raw.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        raw.execute("CREATE TABLE schema_version (version INTEGER NOT NULL)")
        raw.execute("INSERT INTO schema_version VALUES (?)", (version,))
        for statements in MIGRATIONS[:version]:
            for statement in statements:
                raw.execute(statement)
        raw.execute(
            "INSERT INTO runs (id, mode, started, environment, host, sources, options, state) VALUES"
            " ('20260901-080000-0001', 'submit', '2026-09-01T08:00:00+00:00', 'beta', 'h', '[]', '{}', 'stopped')"
        )
        raw.execute(
            "INSERT INTO decisions (run, source, row, kind, detail) VALUES ('20260901-080000-0001', 0, 2, 'create', '')"
        )
        raw.close()
        with Journal.open(file) as journal:
            assert [run.id for run in journal.runs()] == ["20260901-080000-0001"]
            assert journal.decisions("20260901-080000-0001") == (Decision((0, 2), "create"),)


def test_migrations_run_once_each_in_order(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new version's statements are applied to an older journal on opening, once."""
    journal, run = _begun(file)
    journal.close()
    monkeypatch.setattr(
        "bulk_import.journal.store.MIGRATIONS", (*MIGRATIONS, ("ALTER TABLE runs ADD COLUMN colour TEXT",))
    )
    monkeypatch.setattr("bulk_import.journal.store.SCHEMA_VERSION", SCHEMA_VERSION + 1)
    for _ in range(2):
        with Journal.open(file) as again:
            assert again.run(run) is not None


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps rights in the folder's list")
def test_only_the_owner_may_read_the_journal(file: Path) -> None:
    """Nobody else on the machine can open the file or what SQLite keeps beside it."""
    journal, _ = _begun(file)
    assert {part.stat().st_mode & 0o077 for part in file.parent.iterdir()} == {0}
    journal.close()


def test_it_knows_what_a_run_left_in_doubt(file: Path) -> None:
    """Open and unresolved rows count, for the same OneFile only; the last to leave is what there is to wait for."""
    journal, run = _begun(file)
    with journal:
        assert journal.history("sandbox", "127.0.0.1").in_doubt_since() is None
        journal.intent(run, ROW.key)
        sent = journal.operations(run)[0].sent_at
        assert journal.history("sandbox", "127.0.0.1").in_doubt_since() == sent
        assert journal.history("live", "127.0.0.1").in_doubt_since() is None
        assert journal.history("sandbox", "example.com").in_doubt_since() is None
        journal.outcome(run, ROW.key, Done(5001, 200))
        assert journal.history("sandbox", "127.0.0.1").in_doubt_since() is None
        journal.outcome(run, ROW.key, Unresolved("no answer"))
        assert journal.history("sandbox", "127.0.0.1").in_doubt_since() == sent


def test_it_knows_how_a_row_ended_last(file: Path) -> None:
    """What a row said is refused until it is taken, and told apart where the account was given something else since."""
    journal, run = _begun(file)
    refused = Rejected(422, -57, "placement not found")

    def end(key: tuple[int, int], outcome: Done | Rejected) -> None:
        journal.intent(run, key)
        journal.outcome(run, key, outcome)

    with journal:
        assert journal.history("sandbox", "127.0.0.1").last_outcomes() == ({}, frozenset())
        end(ROW.key, refused)
        assert journal.history("sandbox", "127.0.0.1").last_outcomes() == ({"digest-7": refused}, frozenset())
        assert journal.history("live", "127.0.0.1").last_outcomes() == ({}, frozenset())
        end(ROW.key, done := Done(5001, 200))
        assert journal.history("sandbox", "127.0.0.1").last_outcomes() == ({"digest-7": done}, frozenset())
        end(OTHER.key, done)
        assert journal.history("sandbox", "127.0.0.1").last_outcomes() == (
            {"digest-7": done, "digest-8": done},
            frozenset({"digest-7"}),
        )


def test_it_knows_what_was_made_lately(file: Path) -> None:
    """Accounts made since a moment, of the roles asked for, in the same OneFile."""
    journal, run = _begun(file)
    with journal:
        journal.intent(run, ROW.key)
        journal.outcome(run, ROW.key, Done(5001, 200))
        assert journal.history("sandbox", "127.0.0.1").made_since(BEGUN, {1, 4}) == {5001}
        assert journal.history("sandbox", "127.0.0.1").made_since(BEGUN, {5}) == frozenset()
        assert journal.history("live", "127.0.0.1").made_since(BEGUN, {1}) == frozenset()
        assert journal.history("sandbox", "127.0.0.1").made_since(BEGUN + timedelta(hours=1), {1}) == frozenset()


def test_a_plan_comes_back_as_it_was_decided(file: Path) -> None:
    """A run and its plan are written together, and read back the same."""
    plan = (
        Decision((0, 7), "create"),
        Decision((0, 8), "hold", 77, "account-exists", "differs in Email"),
        Decision((1, 2), "unchanged", 78),
    )
    with Journal.open(file) as journal:
        run = journal.begin_run(START, reversed(plan))
        assert journal.decisions(run) == plan
        assert journal.decisions("another") == ()


def test_people_are_known_again_by_each_of_their_tokens(file: Path) -> None:
    """Whoever was made or changed is known by each token, after a purge too; who was refused or is new is not."""
    journal, run = _begun(file)
    made, changed, refused = ((0, row) for row in (11, 12, 13))
    journal.plan(
        run,
        [
            Planned(made, 1, "a", "a", tokens=("misid-a", "person-a")),
            Planned(changed, 1, "b", "b", "update", tokens=("misid-b",)),
            Planned(refused, 1, "c", "c", tokens=("misid-c",)),
        ],
    )
    journal.outcome(run, made, Done(7, 200))
    journal.outcome(run, changed, Done(8, 200))
    journal.outcome(run, refused, Rejected(400, -1, "no"))
    known = {"misid-a": 7, "person-a": 7, "misid-b": 8}
    assert journal.history(START.environment, START.host).made() == known
    assert journal.history("live", START.host).made() == {}
    journal.finish_run(run, RunState.FINISHED, exit_code=0, calls=0)
    journal.forget(run)
    assert journal.history(START.environment, START.host).made() == known
