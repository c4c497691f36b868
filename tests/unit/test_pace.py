"""The pace: the limit holds as the server counts, and little of what is permitted is given away."""

from __future__ import annotations

import asyncio
import heapq
import random
from collections import deque
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulk_import.pace import MINUTE, Pace, Pacer
from tests.unit import virtual_time

if TYPE_CHECKING:
    from collections.abc import Callable


def _stamps(calls_per_minute: int, flights: Callable[[], tuple[float, float]], count: int, at_once: int) -> list[float]:
    """When the server sees each of so many calls, if each flies (out, back) seconds and so many may fly at once."""
    pace, now, stamps, back = Pace(calls_per_minute), 0.0, list[float](), list[tuple[float, float]]()
    while len(stamps) < count:
        wait = pace.wait(now) if len(back) < at_once else None
        if wait == 0:
            pace.left(now)
            out, home = flights()
            stamps.append(now + out)
            heapq.heappush(back, (now + out + home, now))
        elif wait is None or (back and back[0][0] <= now + wait):
            answered, left = heapq.heappop(back)
            now = max(now, answered)
            pace.answered(now, left)
        else:
            now += wait
    return sorted(stamps)


def _most_in_a_minute(stamps: list[float]) -> int:
    window: deque[float] = deque()
    most = 0
    for stamp in stamps:
        window.append(stamp)
        while stamp - window[0] > MINUTE:
            window.popleft()
        most = max(most, len(window))
    return most


@given(
    calls_per_minute=st.integers(1, 60),
    at_once=st.integers(1, 12),
    seed=st.integers(0, 2**32),
    slowest=st.sampled_from([0.0, 0.01, 0.5, 3.0, 40.0, 90.0]),
)
def test_no_rolling_minute_of_the_server_has_more_calls(
    calls_per_minute: int, at_once: int, seed: int, slowest: float
) -> None:
    """However calls are delayed on their way, no rolling minute by the server's clock has more than permitted."""
    chance = random.Random(seed)

    def flights() -> tuple[float, float]:
        return chance.uniform(0, slowest), chance.choice([0.0, chance.uniform(0, slowest)])

    assert _most_in_a_minute(_stamps(calls_per_minute, flights, 250, at_once)) <= calls_per_minute


@pytest.mark.parametrize("latency", [0.02, 0.5, 1.5])
def test_little_of_the_permitted_pace_is_given_away(latency: float) -> None:
    """At 300 a minute and up to 1.5 s of latency, at least 97 % of what is permitted leaves in warm minutes."""
    stamps = _stamps(300, lambda: (latency / 2, latency / 2), 3300, at_once=8)
    warm = [stamp for stamp in stamps if stamp >= 2 * MINUTE]
    for first, last in zip(warm, warm[291:], strict=False):
        assert last - first <= MINUTE


def test_calls_leave_evenly() -> None:
    """A full minute's allowance never leaves in a burst: any ten seconds have a sixth of it, and at most one more."""
    stamps = _stamps(300, lambda: (0.0, 0.1), 900, at_once=8)
    for first, eleventh_second in zip(stamps, stamps[51:], strict=False):
        assert eleventh_second - first > 10.0


def test_a_call_that_leaves_late_does_not_push_back_the_next() -> None:
    """Waking up late by a few milliseconds each time costs no pace."""
    pace, now = Pace(300), 0.0
    for _ in range(100):
        now += pace.wait(now) or 0.0
        now += 0.01
        pace.left(now)
        pace.answered(now, now)
    assert now <= 100 * pace.spacing + 0.02


def test_a_hold_stops_all_calls_and_a_shorter_one_does_not_cut_it() -> None:
    """After a 429 no call leaves until the longest hold is over."""
    pace = Pace(300)
    pace.hold(60.0)
    pace.hold(10.0)
    assert pace.wait(0.0) == 60.0
    assert pace.wait(60.0) == 0.0


def test_all_places_in_flight_means_waiting_for_an_answer() -> None:
    """With every place filled by a call in flight the next waits for an answer, and then for a whole minute."""
    pace = Pace(1)
    pace.left(0.0)
    assert pace.wait(1000.0) is None
    pace.answered(1000.0, 0.0)
    wait = pace.wait(1000.0)
    assert wait is not None
    assert wait >= MINUTE


def test_a_pace_without_calls_is_refused() -> None:
    """Fewer than one call a minute is no pace."""
    with pytest.raises(ValueError, match="at least 1"):
        Pace(0)


def test_waiting_tasks_go_one_by_one_and_a_hold_reaches_those_that_wait() -> None:
    """Tasks leave in the order of asking, spaced, and a hold that comes while they wait holds them too."""
    left: list[tuple[int, float]] = []

    async def main() -> None:
        pacer = Pacer(60, clock=virtual_time.now, sleep=asyncio.sleep)
        began = virtual_time.now()

        async def call(number: int) -> None:
            async with pacer.place():
                left.append((number, round(virtual_time.now() - began, 3)))
                if number == 1:
                    pacer.hold(30.0)

        await asyncio.gather(*(call(number) for number in range(4)))

    virtual_time.run(main())
    assert [number for number, _ in left] == [0, 1, 2, 3]
    assert [round(when) for _, when in left] == [0, 1, 31, 32]


def test_a_task_that_is_cancelled_while_waiting_blocks_nobody() -> None:
    """A task that gives up its turn leaves it to the next."""

    async def main() -> float:
        pacer = Pacer(1, clock=virtual_time.now, sleep=asyncio.sleep)
        began = virtual_time.now()

        async def call() -> float:
            async with pacer.place():
                return virtual_time.now() - began

        await call()
        waiting = asyncio.create_task(call())
        await asyncio.sleep(1)
        waiting.cancel()
        await asyncio.wait({waiting})
        return await call()

    assert 60.0 <= virtual_time.run(main()) < 61.0
