"""Benchmark of `bulk-import submit`: how much of the permitted pace it uses, as the practice server counts."""

from __future__ import annotations

import tempfile
from pathlib import Path

from bulk_import.sandbox import Faults, World, running
from tests.benchmarks.measure import measured, python, say, verdict
from tests.benchmarks.sending import GOAL, share_of_pace, variables_for, write_people

PER_MINUTE = 300
LATENCIES = (0.5, 1.5)
_TOO_MANY = 429


def submit(rows: int) -> None:
    """Sends `rows` new people at 300 calls a minute to a server that answers late, for each lateness."""
    for latency in LATENCIES:
        say(f"submit of {rows:,} rows at {PER_MINUTE} calls a minute, answers after {latency:g} s:")
        with tempfile.TemporaryDirectory() as name, running(faults=Faults(latency=latency)) as onefile:
            folder = Path(name)
            command = python("-m", "bulk_import.cli", "submit", write_people(folder, rows), "--yes", "--allow-large")
            variables = {
                **variables_for(onefile, PER_MINUTE),
                "BULK_IMPORT_REPORTS": str(folder / "reports"),
                "BULK_IMPORT_JOURNAL": str(folder / "journal.db"),
            }
            measured([*command, "--quiet"], log=folder / "submit.log", variables=variables)
            _judge(onefile.world)


def _judge(world: World) -> None:
    share = share_of_pace(world, PER_MINUTE)
    throttled = sum(call.status == _TOO_MANY for call in world.calls()) + world.rate.refused
    verdict(f"{share:.1%} of the permitted pace once warm (goal {GOAL:.0%})", held=share >= GOAL)
    verdict(f"answers with 429: {throttled}", held=throttled == 0)
    verdict(f"most calls in any rolling minute: {world.worst_minute()}", held=world.worst_minute() <= PER_MINUTE)
