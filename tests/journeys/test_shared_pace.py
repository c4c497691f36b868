"""Two processes with one token: together they keep the limit that each of them would keep alone."""

from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from bulk_import.sandbox import Switches, running
from tests.journeys.command import ROOT, environment, run, tutor, write_csv

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bulk_import.sandbox import Running

pytestmark = pytest.mark.journey

PER_MINUTE = 60
SPEED = 20
"""All clocks run so many times faster, so that a minute passes in three seconds."""

CALLER = """
import asyncio, sys, time
from pathlib import Path
from bulk_import.api import OneFile

url, token, file, per_minute, speed, minutes = sys.argv[1:]

def clock():
    return time.monotonic() * float(speed)

async def sleep(seconds):
    await asyncio.sleep(seconds / float(speed))

async def main():
    api = OneFile(url, token, calls_per_minute=int(per_minute), pace_file=Path(file), clock=clock, sleep=sleep)
    async with api:
        end = clock() + float(minutes) * 60

        async def worker():
            while clock() < end:
                await api.customer()

        await asyncio.gather(*(worker() for _ in range(4)))
        print(api.calls.total)

asyncio.run(main())
"""


def call_together(onefile: Running, files: Sequence[Path], minutes: float) -> list[int]:
    """Lets a process for each file call for so many fast minutes; how many calls each of them made."""
    processes = [
        subprocess.Popen(
            [
                *(sys.executable, "-c", CALLER, onefile.base_url, onefile.customer_token, str(file)),
                *(str(PER_MINUTE), str(SPEED), str(minutes)),
            ],
            cwd=ROOT,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for file in files
    ]
    ended = [(*process.communicate(timeout=60), process.returncode) for process in processes]
    assert [(err, code) for _, err, code in ended] == [("", 0)] * len(files)
    return [int(out) for out, _, _ in ended]


def fast_clock() -> float:
    """Seconds since 1970, of which many pass in a second."""
    return 1_795_000_000 + time.monotonic() * SPEED


def test_two_processes_keep_the_limit_together(tmp_path: Path) -> None:
    """Two processes at the server's own limit, one file between them, are never answered with 429, and both call."""
    with running(switches=Switches(calls_per_minute=PER_MINUTE), clock=fast_clock) as onefile:
        made = call_together(onefile, [tmp_path / "journal.db.pace"] * 2, minutes=2.2)
        stamps = onefile.world.admitted()
        share = (len(stamps) - 1) / (stamps[-1] - stamps[0]) * 60 / PER_MINUTE
        worst = onefile.world.worst_minute()
        print(f"calls {made}, most in a minute {worst} of {PER_MINUTE}, pace {share:.1%}")  # noqa: T201 - for pytest -s
        assert onefile.world.rate.refused == 0
        assert worst <= PER_MINUTE
        assert sum(made) == len(stamps) > PER_MINUTE
        assert min(made) >= 0.25 * sum(made)


def test_without_a_common_file_they_break_it(tmp_path: Path) -> None:
    """The same two processes with a file each are answered with 429: the test above can fail."""
    with running(switches=Switches(calls_per_minute=PER_MINUTE), clock=fast_clock) as onefile:
        call_together(onefile, [tmp_path / "one.pace", tmp_path / "other.pace"], minutes=0.8)
        assert onefile.world.rate.refused > 0


def test_two_commands_with_one_journal_share_the_pace(tmp_path: Path) -> None:
    """Two dry runs at once, each of four calls a second, make four a second together, and no file shows the token."""
    write_csv(tmp_path / "people.csv", [tutor(number) for number in range(3)])
    with running() as onefile, ThreadPoolExecutor() as threads:
        env = {
            "BULK_IMPORT_ENVIRONMENT": "beta",
            "BULK_IMPORT_BASE_URL": onefile.base_url,
            "BULK_IMPORT_CUSTOMER_TOKEN": onefile.customer_token,
            "BULK_IMPORT_CALLS_PER_MINUTE": "240",
        }
        both = [threads.submit(run, tmp_path, "dry-run", "people.csv", "--quiet", env=env) for _ in range(2)]
        assert [(each.result().err, each.result().code) for each in both] == [("", 0)] * 2
        stamps = onefile.world.admitted()
    assert len(stamps) == 22
    for first, tenth in zip(stamps, stamps[9:], strict=False):
        assert tenth - first >= 2.0
    files = sorted((tmp_path / "reports").glob("journal.db.pace*"))
    assert files
    assert not [file for file in files if onefile.customer_token.encode() in file.read_bytes()]
