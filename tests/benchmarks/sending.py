"""What the benchmarks of `bulk-import submit` share: whom they send, where to, and how its pace is judged."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from bulk_import.sandbox import World
    from bulk_import.sandbox.server import Running

GOAL = 0.97
WARM_AFTER = 10.0
"""Seconds from the first create, after which the pace counts."""


def write_people(folder: Path, rows: int) -> Path:
    """A CSV of new assessors, each with a MISID and an address of their own."""
    path = folder / "people.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["MISID", "First Name", "Last Name", "Email", "Role", "OrganisationID"])
        for number in range(rows):
            writer.writerow([f"B{number:06d}", "Asha", "Khan", f"bench{number}@example.com", "Assessor", "1"])
    return path


def variables_for(onefile: Running, per_minute: int) -> dict[str, str]:
    """The environment variables under which a command sends to a practice server at a pace of calls a minute."""
    return {
        "BULK_IMPORT_ENVIRONMENT": "practice",
        "BULK_IMPORT_BASE_URL": onefile.base_url,
        "BULK_IMPORT_CUSTOMER_TOKEN": onefile.customer_token,
        "BULK_IMPORT_CALLS_PER_MINUTE": str(per_minute),
    }


def share_of_pace(world: World, per_minute: int) -> float:
    """The part of the permitted pace that was used, from when it was warm to the last create."""
    calls = world.calls()
    created = [call.time for call in calls if call.method == "POST" and call.path.rstrip("/").endswith("User")]
    warm = [time for time in world.rate.admitted() if created[0] + WARM_AFTER <= time <= created[-1]]
    return (len(warm) - 1) / (warm[-1] - warm[0]) * 60 / per_minute
