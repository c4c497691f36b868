"""Whole processes, timed from start to end, with the most memory they held."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parents[2]


class Broken(Exception):  # noqa: N818 - what happened to a benchmark
    """A process under measurement failed, so its time means nothing."""


@dataclass(frozen=True, slots=True)
class Run:
    """One process from start to end.

    Attributes:
        seconds: on the clock.
        cpu: seconds of computing, over all cores, which other work on the machine hardly changes; None as below.
        peak_mib: the most memory it held, None where the operating system does not tell.
    """

    seconds: float
    cpu: float | None
    peak_mib: float | None


def python(*arguments: str | Path) -> list[str]:
    """A command line for this Python."""
    return [sys.executable, *map(str, arguments)]


def measured(
    command: list[str],
    *,
    good: frozenset[int] = frozenset({0}),
    log: Path | None = None,
    variables: Mapping[str, str] | None = None,
) -> Run:
    """Runs a command in a process of its own.

    Args:
        command: the program and its arguments.
        good: exit codes that mean success.
        log: where its output goes; nowhere if None.
        variables: environment variables to add.

    Raises:
        Broken: it exited with another code.
    """
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1", **(variables or {})}
    with (log or Path(os.devnull)).open("w", encoding="utf-8") as out:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, env=environment)
        code, cpu, peak = _wait(process)
        seconds = time.perf_counter() - start
    if code not in good:
        raise Broken(f"{' '.join(command)} exited with {code}; its output is in {log or 'no file'}.")
    return Run(seconds, cpu, peak)


def _wait(process: subprocess.Popen[bytes]) -> tuple[int, float | None, float | None]:
    if sys.platform == "win32":
        return process.wait(), None, None
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    return process.returncode, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / unit


def median(runs: list[Run]) -> Run:
    """The middle times, and the most memory any of the runs held."""
    cpus = [run.cpu for run in runs if run.cpu is not None]
    peaks = [run.peak_mib for run in runs if run.peak_mib is not None]
    seconds = statistics.median(run.seconds for run in runs)
    return Run(seconds, statistics.median(cpus) if cpus else None, max(peaks, default=None))


def shown(name: str, run: Run, note: str = "") -> None:
    """One line of figures."""
    peak = "memory not measured here" if run.peak_mib is None else f"{run.peak_mib:7.0f} MiB"
    cpu = "" if run.cpu is None else f"(computing {run.cpu:.2f} s)"
    say(f"  {name:<44}{run.seconds:8.2f} s {cpu:<21} {peak}   {note}".rstrip())


def verdict(what: str, *, held: bool | None) -> None:
    """One line that says whether a goal was reached; None: it could not be measured."""
    word = {True: "reached", False: "MISSED", None: "not measured"}[held]
    say(f"  goal {word}: {what}")


def say(line: str) -> None:
    """Prints a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
