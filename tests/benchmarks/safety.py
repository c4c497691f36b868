"""Benchmark of the cost of safety: a submit whose journal waits for the disk, beside one whose journal does not.

Run as `python -m tests.benchmarks.safety ARGUMENTS` this is the baseline: `bulk-import ARGUMENTS` with a journal that
writes the same and never waits until it is on the disk (SQLite's `synchronous=OFF`), so a power cut could lose it.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from bulk_import.sandbox import Faults, Switches, running
from tests.benchmarks.measure import measured, python, say, shown, verdict
from tests.benchmarks.sending import GOAL, share_of_pace, variables_for, write_people

if TYPE_CHECKING:
    import sqlite3

    from tests.benchmarks.measure import Run

PER_MINUTE = 1000
LATENCY = 0.5


def safety(rows: int) -> None:
    """Sends `rows` new people at 1,000 calls a minute with and without a durable journal, in turn."""
    say(f"the cost of safety: submit of {rows:,} rows at {PER_MINUTE:,} calls a minute, answers after {LATENCY:g} s:")
    careless, careless_pace = _sent("tests.benchmarks.safety", rows)
    durable, durable_pace = _sent("bulk_import.cli", rows)
    shown("bulk-import, journal on the disk", durable, f"{durable_pace:.1%} of the pace")
    shown("the same, journal that waits for no disk", careless, f"{careless_pace:.1%} of the pace")
    verdict(f"{durable_pace:.1%} of the pace once warm (goal {GOAL:.0%})", held=durable_pace >= GOAL)
    ratio = durable_pace / careless_pace
    verdict(f"{ratio:.3f} of the pace without durability (goal {GOAL:.2f})", held=ratio >= GOAL)


def _sent(module: str, rows: int) -> tuple[Run, float]:
    """A submit by one of the two programs, and the part of the pace that it kept once warm."""
    switches, faults = Switches(calls_per_minute=10 * PER_MINUTE), Faults(latency=LATENCY)
    with tempfile.TemporaryDirectory() as name, running(switches=switches, faults=faults) as onefile:
        folder = Path(name)
        variables = {**variables_for(onefile, PER_MINUTE), "BULK_IMPORT_CONCURRENCY": "16"}
        settings = folder / "bulk-import.toml"
        settings.touch()
        words = ("--config", settings, "submit", write_people(folder, rows), "--yes", "--allow-large", "--quiet")
        run = measured(python("-m", module, *words), log=folder / "submit.log", variables=variables)
        return run, share_of_pace(onefile.world, PER_MINUTE)


def main() -> None:
    """The command line with a journal that waits for no disk."""
    from bulk_import.cli import main as command_line  # noqa: PLC0415 - the benchmark itself does without
    from bulk_import.journal import book  # noqa: PLC0415 - likewise

    durable = vars(book)["connect"]

    def connect(path: Path) -> sqlite3.Connection:
        connection: sqlite3.Connection = durable(path)
        connection.execute("PRAGMA synchronous = OFF")
        return connection

    vars(book)["connect"] = connect
    sys.argv[0] = "bulk-import"
    command_line()


if __name__ == "__main__":
    main()
