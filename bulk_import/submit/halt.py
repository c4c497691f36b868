"""The end of a run before its last row: by a signal from outside, or for a reason that concerns all rows."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

    from bulk_import.errors import StoppedEarly

T = TypeVar("T")


class StopSignal(Protocol):
    """What tells a run to stop; an `asyncio.Event` will do."""

    async def wait(self) -> object:
        """Returns when the run is to stop."""
        ...


class Halted(Exception):  # noqa: N818 - it is what happened, not a mistake
    """No further call is made; raised inside `submit` alone."""


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
