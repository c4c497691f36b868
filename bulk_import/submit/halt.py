"""The end of a run before its last row: by a signal from outside, or for a reason that concerns all rows."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Protocol, TypeVar

from bulk_import.errors import StoppedEarly

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

T = TypeVar("T")


class StopSignal(Protocol):
    """What tells a run to stop; an `asyncio.Event` will do."""

    async def wait(self) -> object:
        """Returns when the run is to stop."""
        ...


class Halted(Exception):  # noqa: N818 - it is what happened, not a mistake
    """No further call is made; raised inside `submit` alone."""


class Streak:
    """The rows whose creates, one after another, got no clear answer, while searches may well have been answered.

    Creates that were in flight together fail together, and count as one; so do the attempts of one row, so that a
    row that fails each time does not stop all others.
    """

    def __init__(self) -> None:
        self._rows: set[tuple[int, int]] = set()
        self._last = float("-inf")

    def end(self) -> None:
        """A create got a clear answer."""
        self._rows.clear()

    def add(self, row: tuple[int, int], *, left_at: float, now: float) -> int:
        """A row's create got none; tells how many rows have now in a row.

        Args:
            row: source and row.
            left_at: when the create left, in seconds.
            now: when it failed.
        """
        if left_at >= self._last and row not in self._rows:
            self._rows.add(row)
            self._last = now
        return len(self._rows)


def our_mistake(bug: Exception) -> StoppedEarly:
    """What to say when this program itself fails; its kind alone, because the rest may hold anybody's data."""
    return StoppedEarly(
        f"The program made a mistake of its own ({type(bug).__name__}), and nothing more was sent.",
        "Please report it with the name in brackets. `bulk-import resume` goes on; rows in doubt are looked up first.",
    )


class Halt:
    """Says whether the run has been stopped, and why; the first reason counts."""

    def __init__(self, sleep: Callable[[float], Awaitable[object]]) -> None:
        self._event = asyncio.Event()
        self._sleep = sleep
        self.reason: StoppedEarly | None = None

    def stop(self, reason: StoppedEarly) -> None:
        """No call leaves from now on."""
        if self.reason is None:
            self.reason = reason
        self._event.set()

    @property
    def stopped(self) -> bool:
        """Whether the run has been stopped."""
        return self._event.is_set()

    def check(self) -> None:
        """Raises `Halted` if the run has been stopped."""
        if self.stopped:
            raise Halted

    async def pause(self, seconds: float) -> None:
        """Waits; cut short by `Halted`."""
        self.check()
        if seconds > 0:
            await self.watch(_resting(self._sleep, seconds))

    async def watch(self, work: Coroutine[object, object, T], *, finish: Callable[[], bool] = lambda: False) -> T:
        """Does some work unless the run is stopped.

        Args:
            work: what to do; cancelled when the run is stopped.
            finish: whether the work has come so far that it must be seen through.

        Raises:
            Halted: the run was stopped, and the work was cancelled.
        """
        task = asyncio.ensure_future(work)
        halted = asyncio.ensure_future(self._event.wait())
        try:
            await asyncio.wait({task, halted}, return_when=asyncio.FIRST_COMPLETED)
            if not task.done() and not finish():
                raise Halted
            return await task
        finally:
            await _cancelled(task, halted)


async def _resting(sleep: Callable[[float], Awaitable[object]], seconds: float) -> None:
    await sleep(seconds)


async def _cancelled(*tasks: asyncio.Future[object] | asyncio.Task[object]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
