"""An event loop whose time passes only when everybody waits for it: tests of waits and time-outs take no time."""

from __future__ import annotations

import asyncio
import selectors
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Coroutine

T = TypeVar("T")


class Clock:
    """Virtual seconds, which go on from one loop to the next."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """The time now."""
        return self.now

    def run(self, work: Coroutine[object, object, T]) -> T:
        """`asyncio.run` in virtual time."""
        with asyncio.Runner(loop_factory=lambda: _Loop(self)) as runner:
            return runner.run(work)


class _JumpingSelector(selectors.SelectSelector):
    """Instead of waiting it puts the clock forward."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """What is ready now; if nothing is, the time that would have been waited has passed."""
        ready = super().select(0)
        if not ready and timeout is None:
            raise AssertionError("everybody waits for something that will never happen")
        if not ready and timeout is not None:
            self._clock.now += max(timeout, 0.0)
        return ready


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self, clock: Clock) -> None:
        self._virtual = clock
        super().__init__(_JumpingSelector(clock))

    def time(self) -> float:
        """Virtual seconds."""
        return self._virtual.now


def run(work: Coroutine[object, object, T]) -> T:
    """`asyncio.run` in virtual time."""
    return Clock().run(work)


def now() -> float:
    """The virtual time of the running loop, in seconds."""
    return asyncio.get_running_loop().time()
