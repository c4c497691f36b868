"""When the next call may leave, so that the documented limit of calls a minute (article 76000033860) always holds.

The limit holds by the server's clock, and we do not see when a call arrives: somewhere between its sending and its
answer. So a call fills one of the `calls_per_minute` places from its sending until a whole minute after its *answer*.
Proof: take calls that the server counts within one minute, and let the last of them leave at time a. Each other one
was stamped no more than a minute before the last was, hence was answered later than a minute before a, hence still
fills a place at a. As many as there are places never all do.

The price is the answering time a minute: 1.5 s of latency leaves 60 / 61.55 = 97.5 % of the permitted pace. Calls leave
evenly at that pace, with the answering time as it has been of late, so that a centre's other tools find room at any
moment. A call that leaves late by up to half the spacing does not push back the next.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

MINUTE = 60.0
CLOCK_MARGIN = 0.05
_CATCH_UP = 0.5
_SMOOTHING = 0.05
_MOST_SPREAD = 3.0


@dataclass(frozen=True, slots=True)
class Beat:
    """What times the next call besides the places: a value, so that it can live in memory or in a file.

    Attributes:
        due: when the next call leaves if all leave evenly.
        held_until: before this moment no call leaves.
        latency: the answering time of late, in seconds.
        answers: how many answers that was learnt from.
    """

    due: float = -math.inf
    held_until: float = -math.inf
    latency: float = 0.0
    answers: int = 0

    def spacing(self, calls_per_minute: int) -> float:
        """Seconds from one call to the next, such that the places last for just a minute and its answering time."""
        return (MINUTE + CLOCK_MARGIN + self.latency) / calls_per_minute

    def opens(self, room: float) -> float:
        """When the next call may leave, if there is a place for it from `room` on."""
        return max(self.due, self.held_until, room)

    def left(self, now: float, calls_per_minute: int) -> Beat:
        """A call leaves."""
        spacing = self.spacing(calls_per_minute)
        in_time = now - self.due <= spacing * _CATCH_UP
        return replace(self, due=(self.due if in_time else now) + spacing)

    def answered(self, seconds: float) -> Beat:
        """A call was answered, or given up, after so many seconds."""
        answers = self.answers + 1
        share = max(_SMOOTHING, 1 / answers)
        return replace(
            self, answers=answers, latency=self.latency + share * (min(seconds, _MOST_SPREAD) - self.latency)
        )

    def held(self, until: float) -> Beat:
        """No call leaves before that moment; a shorter hold never cuts a longer one."""
        return replace(self, held_until=max(self.held_until, until))


def free_again(answered: float) -> float:
    """When the place of a call that was answered at that moment is free again."""
    return answered + MINUTE + CLOCK_MARGIN


class Pace:
    """The decision, without a clock of its own: all times are seconds on one monotonic clock."""

    def __init__(self, calls_per_minute: int) -> None:
        if calls_per_minute < 1:
            raise ValueError("calls_per_minute must be at least 1")
        self.calls_per_minute = calls_per_minute
        self._beat = Beat()
        self._in_flight = 0
        self._answered: deque[float] = deque()

    @property
    def spacing(self) -> float:
        """Seconds from one call to the next."""
        return self._beat.spacing(self.calls_per_minute)

    def wait(self, now: float) -> float | None:
        """Seconds until the next call may leave, 0 for at once; None until a call in flight is answered."""
        self._forget(now)
        room = -math.inf
        if self._in_flight + len(self._answered) >= self.calls_per_minute:
            if not self._answered:
                return None
            room = free_again(self._answered[0])
        return max(self._beat.opens(room) - now, 0.0)

    def left(self, now: float) -> None:
        """A call leaves; `wait` was 0 at this moment."""
        self._beat = self._beat.left(now, self.calls_per_minute)
        self._in_flight += 1

    def answered(self, now: float, left: float) -> None:
        """A call that had left at `left` was answered, or given up."""
        self._beat = self._beat.answered(now - left)
        self._in_flight -= 1
        self._answered.append(now)

    def hold(self, until: float) -> None:
        """No call leaves before that moment; a shorter hold never cuts a longer one."""
        self._beat = self._beat.held(until)

    def _forget(self, now: float) -> None:
        while self._answered and now >= free_again(self._answered[0]):
            self._answered.popleft()


class Pacer:
    """The same for tasks: one at a time waits for its turn, in the order of asking."""

    def __init__(
        self,
        calls_per_minute: int,
        *,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[object]],
    ) -> None:
        self._pace = Pace(calls_per_minute)
        self._clock = clock
        self._sleep = sleep
        self._turn = asyncio.Lock()
        self._answer = asyncio.Event()

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Waits for a turn; inside, the call is made. Its place is kept until a minute after the block ends."""
        async with self._turn:
            while (wait := self._pace.wait(self._clock())) != 0:
                await self._rest(wait)
            left = self._clock()
            self._pace.left(left)
        try:
            yield
        finally:
            self._pace.answered(self._clock(), left)
            self._answer.set()

    def hold(self, seconds: float) -> None:
        """All calls that have not left yet wait at least so long."""
        self._pace.hold(self._clock() + seconds)

    async def _rest(self, wait: float | None) -> None:
        if wait is not None:
            await self._sleep(wait)
            return
        self._answer.clear()
        await self._answer.wait()
