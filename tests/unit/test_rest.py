"""In maintenance hours no call leaves, and the run goes on by itself afterwards."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, NoReturn

import pytest

from bulk_import.api import OneFile
from bulk_import.errors import StoppedEarly
from bulk_import.pace import MINUTE
from bulk_import.sandbox import CUSTOMER_TOKEN, Fault, Faults
from bulk_import.wire import get_user
from tests.unit.practice import BASE, Practice

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bulk_import.sandbox.faults import On

AFTER = 1000.0
TICK = 0.001


async def answered(
    practice: Practice,
    hours: tuple[float, float],
    *,
    told: list[float],
    count: int = 5,
    calls_per_minute: int = 240,
    pace_file: Path | None = None,
) -> Sequence[float]:
    """When the calls came in that were made until so many questions were answered; nothing may leave in the hours."""
    closes, opens = hours
    onefile = OneFile(
        *(BASE, CUSTOMER_TOKEN),
        calls_per_minute=calls_per_minute,
        pace_file=pace_file,
        transport=practice.transport,
        clock=practice.clock,
        closed_for=lambda: opens - practice.clock.now if closes <= practice.clock.now < opens else 0.0,
        on_rest=told.append,
    )
    async with onefile as api, asyncio.TaskGroup() as group:
        for _ in range(count):
            group.create_task(api.ask(get_user(101)))
    return [call.time - practice.server_time() + practice.clock.now for call in practice.world.calls()]


def test_calls_wait_until_the_hours_are_over(tmp_path: Path) -> None:
    """All calls wait, logging in too; whoever waits is told once, and everybody is answered afterwards."""
    practice = Practice(tmp_path)
    opens = practice.clock.now + AFTER
    told: list[float] = []
    times = practice.run(answered(practice, (practice.clock.now, opens), told=told))
    assert len(times) == 6
    assert min(times) >= opens - TICK
    assert told == [AFTER]


def test_who_does_not_want_to_wait_need_not(tmp_path: Path) -> None:
    """What is raised when the waiting begins ends the call, and nothing was sent: in hours that began meanwhile too."""
    practice = Practice(tmp_path)
    closes = practice.clock.now + MINUTE / 2

    def not_now(_seconds: float) -> NoReturn:
        raise StoppedEarly("closed")

    async def ask() -> None:
        onefile = OneFile(
            *(BASE, CUSTOMER_TOKEN),
            calls_per_minute=1,
            transport=practice.transport,
            clock=practice.clock,
            closed_for=lambda: AFTER if practice.clock.now >= closes else 0.0,
            on_rest=not_now,
        )
        async with onefile as api:
            await api.ask(get_user(101))

    with pytest.raises(StoppedEarly, match="closed"):
        practice.run(ask())
    assert len(practice.world.calls()) == 1


@pytest.mark.parametrize("shared", [False, True], ids=["alone", "shared pace"])
@pytest.mark.parametrize("on", ["get", "authentication"])
def test_hours_that_begin_while_calls_wait_for_the_pace_are_kept(tmp_path: Path, on: On, *, shared: bool) -> None:
    """After a 429 all wait for a minute: none of them leaves in hours that have begun meanwhile, logging in neither."""
    practice = Practice(tmp_path, faults=Faults([Fault(kind="throttle", on=on, times=1)]))
    closes, opens = practice.clock.now + MINUTE / 2, practice.clock.now + AFTER
    told: list[float] = []
    file = tmp_path / "journal.db.pace" if shared else None
    times = practice.run(answered(practice, (closes, opens), told=told, pace_file=file))
    assert len(times) == 7
    assert [time for time in times if closes <= time < opens - TICK] == []
    assert len(told) == 1


@pytest.mark.parametrize("shared", [False, True], ids=["alone", "shared pace"])
def test_a_place_that_came_in_the_hours_breaks_no_limit(tmp_path: Path, *, shared: bool) -> None:
    """Places that were not used are not used twice: after the hours too no minute has more calls than permitted."""
    practice = Practice(tmp_path)
    closes, opens = practice.clock.now + MINUTE / 2, practice.clock.now + 1.5 * MINUTE
    file = tmp_path / "journal.db.pace" if shared else None
    hours = (closes, opens)
    times = practice.run(answered(practice, hours, told=[], count=7, calls_per_minute=2, pace_file=file))
    assert len(times) == 8
    assert [time for time in times if closes <= time < opens - TICK] == []
    assert min(third - first for first, third in zip(times, times[2:], strict=False)) > MINUTE
