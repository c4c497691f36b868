"""Resuming what cannot be resumed, a journal that cannot be trusted, and a OneFile that goes away in mid-run."""

from __future__ import annotations

import json
import os
import re
import socket
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from bulk_import import sandbox
from bulk_import.sandbox import Fault, Faults, Switches
from tests.journeys.command import learner, write_csv
from tests.journeys.killing import code_of, kill, said, summary_of, toward, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from bulk_import.sandbox import Running
    from tests.journeys.killing import Command, Starter

pytestmark = pytest.mark.journey

PEOPLE = 10
LET_IN = 3
ALL_FAST = Switches(calls_per_minute=10**6)


@dataclass
class Office:
    """A folder with a sheet of people, the OneFile they go to, and what starts commands there."""

    folder: Path
    onefile: Running
    start: Starter

    def __post_init__(self) -> None:
        write_csv(self.folder / "people.csv", [learner(number) for number in range(PEOPLE)])

    @property
    def journal(self) -> Path:
        """The journal's file."""
        return self.folder / "reports" / "journal.db"

    def begin(self, *words: str, **settings: str) -> Command:
        """Starts a command."""
        return self.start(self.folder, *words, env=toward(self.onefile, **settings))

    def do(self, *words: str, **settings: str) -> tuple[int, str]:
        """A command's exit code and what it said."""
        command = self.begin(*words, **settings)
        return code_of(command), said(command)

    def summary(self, *words: str, **settings: str) -> Any:  # noqa: ANN401 - what --json prints is asserted on
        """What a command with --json prints."""
        command = self.begin(*words, "--json", **settings)
        code_of(command)
        return summary_of(command)

    def stop_early(self) -> str:
        """Lets a submit stop after some people; its run."""
        self.onefile.world.faults = Faults(
            [Fault(on="create", kind="unauthorised", calls=tuple(range(LET_IN + 1, 99)))]
        )
        stopped = self.summary("submit", "people.csv", "--yes", concurrency="1")
        assert (stopped["exit_code"], stopped["totals"]["created"]) == (3, LET_IN)
        self.onefile.world.faults = Faults()
        return str(stopped["run"])

    def creates(self) -> int:
        """How many creates came in."""
        calls = self.onefile.world.calls()
        return sum(call.method == "POST" and call.path.endswith("/User") for call in calls)

    def accounts(self) -> Counter[object]:
        """How many accounts each of the sheet's people has."""
        return Counter(user["Email"] for user in self.onefile.world.users() if str(user["Email"]).startswith("learner"))

    def everybody_has_one(self) -> bool:
        """Whether everybody has exactly one account."""
        return Counter(self.accounts().values()) == {1: PEOPLE}


@pytest.fixture
def office(tmp_path: Path, start: Starter) -> Iterator[Office]:
    """An office with a OneFile that does as it should."""
    with sandbox.running(switches=ALL_FAST) as onefile:
        yield Office(tmp_path, onefile, start)


def test_an_unknown_run(office: Office) -> None:
    """Exit code 2 and where the known ones are listed."""
    code, words = office.do("resume", "20260101-000000-abcd")
    assert (code, "bulk-import runs" in words) == (2, True)


def test_a_run_of_another_onefile_is_refused(office: Office) -> None:
    """Another environment or host ends with 4, before any call, and the run stays as it was."""
    run = office.stop_early()
    calls = len(office.onefile.world.calls())
    elsewhere = toward(office.onefile)["BULK_IMPORT_BASE_URL"].replace("127.0.0.1", "localhost")
    for settings in ({"environment": "live"}, {"base_url": elsewhere}):
        code, words = office.do("resume", run, **settings)
        assert code == 4
        assert "base_url" in words
    assert len(office.onefile.world.calls()) == calls
    assert office.do("resume")[0] == 0
    assert office.everybody_has_one()


def test_a_source_that_was_moved(office: Office) -> None:
    """Exit code 6, the file's name, and what to do; once it is back the run goes on."""
    run = office.stop_early()
    calls = len(office.onefile.world.calls())
    moved = (office.folder / "people.csv").rename(office.folder / "moved.csv")
    code, words = office.do("resume", run)
    assert (code, "people.csv" in words, len(words.strip().splitlines())) == (6, True, 2)
    assert len(office.onefile.world.calls()) == calls
    moved.rename(office.folder / "people.csv")
    assert office.do("resume", run)[0] == 0
    assert office.everybody_has_one()


def test_a_source_that_was_changed(office: Office) -> None:
    """Exit code 4 and what to do; submitting the changed file makes nobody twice."""
    run = office.stop_early()
    calls = len(office.onefile.world.calls())
    file = office.folder / "people.csv"
    file.write_bytes(file.read_bytes().replace(b"Asha", b"Usha", 1))
    code, words = office.do("resume", run)
    assert (code, "changed" in words, "submit the changed file" in words) == (4, True, True)
    assert len(office.onefile.world.calls()) == calls
    assert office.do("submit", "people.csv", "--yes")[0] in {0, 1}
    assert set(office.accounts().values()) == {1}


def _newer(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE schema_version SET version = version + 1")


def _corrupt(file: Path) -> None:
    for beside in file.parent.glob(f"{file.name}-*"):
        beside.unlink()
    content = bytearray(file.read_bytes())
    content[4096:] = os.urandom(len(content) - 4096)
    file.write_bytes(content)


def _no_journal(file: Path) -> None:
    file.write_bytes(b"Minutes of the meeting of the MIS team.\n" * 200)


def _folder_in_its_place(file: Path) -> None:
    file.unlink()
    file.mkdir()


def _read_only(file: Path) -> None:
    for beside in file.parent.glob(f"{file.name}-*"):
        beside.unlink()
    file.chmod(0o400)
    file.parent.chmod(0o500)


SPOILT = {
    "of a newer version": (_newer, "newer version"),
    "corrupt": (_corrupt, "damaged"),
    "no journal": (_no_journal, "no journal"),
    "a folder": (_folder_in_its_place, "cannot be opened"),
    "read-only": (_read_only, "cannot be"),
}


@pytest.mark.parametrize(("spoil", "words"), SPOILT.values(), ids=SPOILT)
def test_a_journal_that_cannot_be_trusted(office: Office, spoil: Callable[[Path], None], words: str) -> None:
    """Neither resume nor submit makes a call: exit code 3, one or two sentences, no run."""
    if spoil is _read_only and getattr(os, "geteuid", lambda: 1)() == 0:
        pytest.skip("the superuser may write everywhere")
    run = office.stop_early()
    calls = len(office.onefile.world.calls())
    mode = office.folder.joinpath("reports").stat().st_mode
    spoil(office.journal)
    for command in (("resume",), ("resume", run), ("submit", "people.csv", "--yes"), ("report", run), ("runs",)):
        code, printed = office.do(*command)
        assert (code, words in printed) == (3, True), printed
        assert 1 <= len(printed.strip().splitlines()) <= 2
    assert len(office.onefile.world.calls()) == calls
    office.folder.joinpath("reports").chmod(mode)


def test_a_journal_that_another_program_holds(office: Office) -> None:
    """Exit code 3 before any call, and nothing is lost: resume goes on once it is free."""
    run = office.stop_early()
    calls = len(office.onefile.world.calls())
    with closing(sqlite3.connect(office.journal, isolation_level=None)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        commands = [office.begin("resume", run), office.begin("submit", "people.csv", "--yes")]
        for command in commands:
            assert code_of(command) == 3, said(command)
            assert "in use" in said(command)
            assert "Traceback" not in said(command)
    assert len(office.onefile.world.calls()) == calls
    assert office.do("resume", run)[0] == 0
    assert office.everybody_has_one()


def test_a_journal_that_fails_in_mid_run(office: Office) -> None:
    """Nothing more is sent once nothing more can be written down; exit code 3, and resume does the rest."""
    office.onefile.world.faults = Faults(latency=0.2)
    running = office.begin("submit", "people.csv", "--yes", concurrency="2")
    assert wait_until(running, lambda: bool(office.accounts())), said(running)
    with closing(sqlite3.connect(office.journal, isolation_level=None, timeout=20)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        held = office.creates()
        code = code_of(running)
        holder.execute("ROLLBACK")
    assert code == 3, said(running)
    assert office.creates() - held <= 2
    assert "Traceback" not in said(running)
    assert "bulk-import resume" in said(running)
    office.onefile.world.faults = Faults()
    assert office.do("resume")[0] == 0
    assert office.everybody_has_one()


def test_a_second_run_while_one_is_at_work(office: Office) -> None:
    """Exit code 5 with host, process and since when; the lock of a killed process is free at once."""
    office.onefile.world.faults = Faults(latency=0.5)
    first = office.begin("submit", "people.csv", "--yes", concurrency="1")
    assert wait_until(first, lambda: bool(office.accounts())), said(first)
    listed = office.do("runs")[1]
    assert "running" in listed
    creates = office.creates()
    for words in (("submit", "people.csv", "--yes"), ("resume",)):
        code, printed = office.do(*words, call_lifetime="0", settle_wait="0")
        assert code == 5, printed
        assert f"process {first.pid}" in printed
        assert socket.gethostname() in printed
        assert re.search(r"since \d\d/\d\d/\d{4} \d\d:\d\d:\d\d", printed)
    assert first.ended() is None, "the first run ended too soon to be in the way"
    kill(first)
    assert office.creates() - creates < PEOPLE
    office.onefile.world.faults = Faults()
    code, printed = office.do("resume")
    assert code == 0, printed
    assert office.everybody_has_one()
    assert "finished (exit 0)" in office.do("runs")[1]


def test_the_report_of_a_killed_run(office: Office) -> None:
    """Every row is made, in doubt or not sent, as the journal knows; resume is named, and still possible."""
    office.onefile.world.faults = Faults(latency=0.3)
    command = office.begin("submit", "people.csv", "--yes", concurrency="3")
    assert wait_until(command, lambda: len(office.accounts()) > 3), said(command)
    kill(command)
    with closing(sqlite3.connect(office.journal)) as connection:
        ((run,),) = connection.execute("SELECT id FROM runs").fetchall()
        states = Counter(state for (state,) in connection.execute("SELECT state FROM operations"))
    rebuilt = office.summary("report", run)
    assert (rebuilt["exit_code"], rebuilt["balanced"]) == (3, True)
    known = {"created": states["done"], "unresolved": states["open"], "not-sent": states["planned"]}
    expected = {status: rows for status, rows in known.items() if rows}
    assert {status: rows for status, rows in rebuilt["totals"].items() if status in known} == expected
    assert sum(expected.values()) == PEOPLE
    assert states["open"]
    office.onefile.world.faults = Faults()
    assert office.do("resume")[0] == 0
    assert office.everybody_has_one()


def test_a_onefile_that_answers_with_503_only(office: Office) -> None:
    """The run stops after the failures of the setting instead of burning through the file; resume goes on."""
    office.do("dry-run", "people.csv")
    look_ups = len(office.onefile.world.calls())
    office.onefile.world.faults = Faults([Fault(kind="status-before", calls=tuple(range(look_ups + 4, 999)))])
    stopped = office.summary("submit", "people.csv", "--yes", concurrency="1", failures_to_stop="3")
    assert (stopped["exit_code"], stopped["balanced"]) == (3, True)
    made = len(office.accounts())
    assert stopped["totals"]["created"] == made
    assert stopped["totals"]["not-sent"] >= PEOPLE - made - 1
    assert sum(call.status == 503 for call in office.onefile.world.calls()) == 3
    office.onefile.world.faults = Faults()
    creates = office.creates()
    assert office.do("resume")[0] == 0
    assert office.creates() - creates == PEOPLE - made
    assert office.everybody_has_one()


def test_a_onefile_that_is_gone_in_mid_run(tmp_path: Path, start: Starter) -> None:
    """Without any connection the run stops with 3, and goes on where it stopped once OneFile is back."""
    state = tmp_path / "onefile.db"
    with sandbox.running(state=state, switches=ALL_FAST, faults=Faults(latency=0.2)) as onefile:
        office = Office(tmp_path, onefile, start)
        command = office.begin("submit", "people.csv", "--yes", "--json", concurrency="1", failures_to_stop="3")
        assert wait_until(command, lambda: len(office.accounts()) > 2), said(command)
    assert code_of(command) == 3, said(command)
    stopped = summary_of(command)
    assert stopped["balanced"]
    assert stopped["totals"]["not-sent"] > 0
    with sandbox.running(state=state, switches=ALL_FAST) as back:
        office = Office(tmp_path, back, start)
        code, printed = office.do("resume")
        assert code == 0, printed
        assert office.everybody_has_one()
    report = json.loads((tmp_path / "reports" / stopped["run"] / "report.json").read_text(encoding="utf-8"))
    assert report["totals"] == {"created": PEOPLE, "read": PEOPLE, "blank": 0}
