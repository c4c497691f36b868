"""Benchmark of `bulk-import submit`: how much of the permitted pace it uses, as the practice server counts."""

from __future__ import annotations

import csv
import tempfile
from pathlib import Path

from bulk_import.sandbox import Faults, World, running
from tests.benchmarks.measure import measured, python, say, verdict

PER_MINUTE = 300
LATENCIES = (0.5, 1.5)
GOAL = 0.97
WARM_AFTER = 10.0
"""Seconds from the first create, after which the pace counts."""

_TOO_MANY = 429


def submit(rows: int) -> None:
    """Sends `rows` new people at 300 calls a minute to a server that answers late, for each lateness."""
    for latency in LATENCIES:
        say(f"submit of {rows:,} rows at {PER_MINUTE} calls a minute, answers after {latency:g} s:")
        with tempfile.TemporaryDirectory() as name, running(faults=Faults(latency=latency)) as onefile:
            folder = Path(name)
            command = python("-m", "bulk_import.cli", "submit", _people(folder, rows), "--yes", "--allow-large")
            variables = {
                "BULK_IMPORT_ENVIRONMENT": "practice",
                "BULK_IMPORT_BASE_URL": onefile.base_url,
                "BULK_IMPORT_CUSTOMER_TOKEN": onefile.customer_token,
                "BULK_IMPORT_CALLS_PER_MINUTE": str(PER_MINUTE),
                "BULK_IMPORT_REPORTS": str(folder / "reports"),
                "BULK_IMPORT_JOURNAL": str(folder / "journal.db"),
            }
            measured([*command, "--quiet"], log=folder / "submit.log", variables=variables)
            _judge(onefile.world)


def _people(folder: Path, rows: int) -> Path:
    path = folder / "people.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["MISID", "First Name", "Last Name", "Email", "Role", "OrganisationID"])
        for number in range(rows):
            writer.writerow([f"B{number:06d}", "Asha", "Khan", f"bench{number}@example.com", "Assessor", "1"])
    return path


def _judge(world: World) -> None:
    calls = world.calls()
    created = [call.time for call in calls if call.method == "POST" and call.path.rstrip("/").endswith("User")]
    warm = [time for time in world.rate.admitted() if created[0] + WARM_AFTER <= time <= created[-1]]
    share = (len(warm) - 1) / (warm[-1] - warm[0]) * 60 / PER_MINUTE
    throttled = sum(call.status == _TOO_MANY for call in calls) + world.rate.refused
    verdict(f"{share:.1%} of the permitted pace once warm (goal {GOAL:.0%})", held=share >= GOAL)
    verdict(f"answers with 429: {throttled}", held=throttled == 0)
    verdict(f"most calls in any rolling minute: {world.worst_minute()}", held=world.worst_minute() <= PER_MINUTE)
