"""In maintenance hours no call leaves, and the run goes on by itself afterwards."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from bulk_import.api import OneFile
from bulk_import.sandbox import CUSTOMER_TOKEN
from bulk_import.wire import get_user
from tests.unit.practice import BASE, Practice

if TYPE_CHECKING:
    from pathlib import Path

AFTER = 1000.0


def test_calls_wait_until_the_hours_are_over(tmp_path: Path) -> None:
    """All calls wait, logging in too; whoever waits is told once, and everybody is answered afterwards."""
    practice = Practice(tmp_path)
    opens = practice.clock.now + AFTER
    told: list[float] = []

    async def ask() -> list[float]:
        onefile = OneFile(
            *(BASE, CUSTOMER_TOKEN),
            transport=practice.transport,
            clock=practice.clock,
            closed_for=lambda: max(opens - practice.clock.now, 0.0),
            on_rest=told.append,
        )
        async with onefile as api, asyncio.TaskGroup() as group:
            for _ in range(5):
                group.create_task(api.call(get_user(101)))
        return [call.time - practice.server_time() + practice.clock.now for call in practice.world.calls()]

    times = practice.run(ask())
    assert len(times) == 6
    assert min(times) >= opens
    assert told == [AFTER]
