"""Asked to stop: calls in flight finish, reports are written, and resume does the rest."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from bulk_import import sandbox
from bulk_import.sandbox import Faults, Switches
from tests.journeys.command import environment, learner, write_csv
from tests.journeys.killing import code_of, fresh, said, summary_of, toward, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bulk_import.sandbox import Running
    from tests.journeys.killing import Command, Starter

pytestmark = pytest.mark.journey

PEOPLE = 40
ON_WINDOWS = os.name == "nt"
SIGNALS = [getattr(signal, name) for name in (("CTRL_BREAK_EVENT",) if ON_WINDOWS else ("SIGINT", "SIGTERM"))]


@contextmanager
def onefile_that_takes(seconds: float) -> Iterator[Running]:
    """A OneFile that takes so long to answer."""
    with sandbox.running(switches=Switches(calls_per_minute=10**6), faults=Faults(latency=seconds)) as onefile:
        yield onefile


def accounts(onefile: Running) -> Counter[object]:
    """How many accounts each of the sheet's people has."""
    return Counter(user["Email"] for user in onefile.world.users() if str(user["Email"]).startswith("learner"))


def sending(start: Starter, folder: Path, onefile: Running, **settings: str) -> Command:
    """A submit that has made some accounts and is at work on more."""
    write_csv(folder / "people.csv", [learner(number) for number in range(PEOPLE)])
    env = toward(onefile, **settings)
    command = start(folder, "submit", "people.csv", "--yes", "--json", env=env)
    assert wait_until(command, lambda: len(accounts(onefile)) > 3), said(command)
    return command


def report_in(folder: Path) -> Any:  # noqa: ANN401 - what report.json holds is asserted on, not typed
    """The one report.json."""
    (file,) = folder.glob("reports/2*/report.json")
    return json.loads(file.read_text(encoding="utf-8"))


def finish(start: Starter, folder: Path, onefile: Running, **settings: str) -> None:
    """Resumes, and looks whether everybody has one account."""
    done = start(folder, "resume", "--json", env=toward(onefile, **settings))
    assert code_of(done) == 0, said(done)
    assert summary_of(done)["totals"] == {"created": PEOPLE, "read": PEOPLE, "blank": 0}
    assert Counter(accounts(onefile).values()) == {1: PEOPLE}


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_a_signal_lets_calls_in_flight_finish(tmp_path: Path, start: Starter, number: signal.Signals) -> None:
    """No new call, exit code 3, whole reports, the command that goes on is named; resume makes the rest once."""
    with onefile_that_takes(0.3) as onefile:
        command = sending(start, tmp_path, onefile)
        sent = len(onefile.world.calls())
        os.kill(command.pid, number)
        assert code_of(command) == 3, said(command)
        stopped = summary_of(command)
        assert stopped["balanced"]
        # those in flight, and one that was just leaving
        assert len(onefile.world.calls()) - sent <= 4 + 1
        assert f"bulk-import resume {stopped['run']}" in said(command)
        assert "Traceback" not in said(command)
        report = report_in(tmp_path)
        assert report["totals"]["created"] == len(accounts(onefile))
        assert report["totals"]["not-sent"] == PEOPLE - len(accounts(onefile))
        assert len(list(tmp_path.glob("reports/2*/results.xlsx"))) == 1
        onefile.world.faults = Faults()
        finish(start, tmp_path, onefile)


@pytest.mark.skipif(ON_WINDOWS, reason="the console's own Ctrl-C reaches every process at it")
def test_ctrl_c_reaches_a_fresh_process_too(tmp_path: Path) -> None:
    """What holds in a forked process holds in one that a shell starts."""
    with onefile_that_takes(0.3) as onefile:
        command = sending(fresh, tmp_path, onefile)
        os.kill(command.pid, signal.SIGINT)
        assert code_of(command) == 3, said(command)
        assert "bulk-import resume" in said(command)


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_a_second_signal_stops_at_once_and_is_safe(tmp_path: Path, start: Starter, number: signal.Signals) -> None:
    """Calls are not waited for, there is no traceback, and resume finds out what became of them."""
    with onefile_that_takes(0.0) as onefile:
        command = sending(start, tmp_path, onefile, timeout="30", calls_per_minute="1500")
        onefile.world.faults = Faults(latency=4.0)  # done after two seconds, answered after four
        calls = len(onefile.world.calls())
        wait_until(command, lambda: False, within=0.5)
        os.kill(command.pid, number)
        assert command.ended(0.3) is None
        os.kill(command.pid, number)
        assert command.ended(2.0) == 3, said(command)
        assert "Traceback" not in said(command)
        assert "bulk-import resume" in said(command)
        assert len(onefile.world.calls()) <= calls + 1
        onefile.world.faults = Faults()
        finish(start, tmp_path, onefile, call_lifetime="2.5")


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_a_signal_in_the_look_ups_ends_with_no_run(tmp_path: Path, start: Starter, number: signal.Signals) -> None:
    """Exit code 3 and a sentence; nothing was sent, and there is nothing to resume."""
    with onefile_that_takes(0.5) as onefile:
        write_csv(tmp_path / "people.csv", [learner(1)])
        command = start(tmp_path, "submit", "people.csv", "--yes", env=toward(onefile, timeout="5"))
        assert wait_until(command, lambda: bool(onefile.world.calls())), said(command)
        os.kill(command.pid, number)
        assert code_of(command) == 3, said(command)
        assert 1 <= len(said(command).strip().splitlines()) <= 2
        assert not accounts(onefile)
        listed = start(tmp_path, "runs", env=toward(onefile))
        assert code_of(listed) == 0
        assert "no runs yet" in said(listed)


@pytest.mark.skipif(ON_WINDOWS, reason="a terminal made by a program is POSIX's")
def test_ctrl_c_at_the_question_ends_with_no_run(tmp_path: Path) -> None:
    """At the question Ctrl-C is no yes: exit code 3, nobody is sent, no run is left."""
    import pty  # noqa: PLC0415 - POSIX only

    with onefile_that_takes(0.0) as onefile:
        write_csv(tmp_path / "people.csv", [learner(1)])
        ours, theirs = pty.openpty()
        command = [sys.executable, "-m", "bulk_import", "submit", "people.csv"]
        with subprocess.Popen(
            command,
            cwd=tmp_path,
            env=environment(toward(onefile)),
            stdin=theirs,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        ) as process:
            os.close(theirs)
            assert process.stderr is not None
            printed = b""
            while b"Type yes" not in printed and (more := os.read(process.stderr.fileno(), 4096)):
                printed += more
            os.kill(process.pid, signal.SIGINT)
            try:
                _, err = process.communicate(timeout=30)
            finally:
                process.kill()
        os.close(ours)
        assert process.returncode == 3, err
        assert b"Traceback" not in err
        assert not accounts(onefile)
        assert "no runs yet" in said_by(tmp_path, "runs", toward(onefile))


def said_by(folder: Path, word: str, env: dict[str, str]) -> str:
    """What a short command says."""
    command = fresh(folder, word, env=env)
    code_of(command)
    return said(command)
