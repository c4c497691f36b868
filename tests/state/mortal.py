"""A process that may die between any two of its steps, after which nothing of it leaves a trace any more."""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING, Self

from bulk_import.errors import JournalError
from bulk_import.journal import Journal
from bulk_import.journal.store import connect

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from datetime import datetime
    from pathlib import Path

    from bulk_import.journal import Decision, Key, Outcome, Planned, RunStart


class Died(BaseException):
    """The process is gone. No exception of the product's own, so that nothing but `finally` runs."""


_SENDING = ("create", "update", "intent", "attempt", "outcome")


class Life:
    """Counts steps.

    Attributes:
        dies_at: the step at which the process dies, None if it lives.
        dies_sending: the same, of the steps alone that concern the sending of a row.
        cause: between which steps it died, None as long as it lives.
        full_from: the write from which the journal's disk is full, None if there is room.
    """

    def __init__(
        self, dies_at: int | None = None, dies_sending: int | None = None, full_from: int | None = None
    ) -> None:
        self.dies_at = dies_at
        self.dies_sending = dies_sending
        self.full_from = full_from
        self.cause: str | None = None
        self._steps = 0
        self._sending = 0
        self._writes = 0

    def step(self, where: str) -> None:
        """A moment at which the process may die; once dead it stays dead."""
        self._steps += 1
        self._sending += any(word in where for word in _SENDING)
        if self.cause is None and (self._steps == self.dies_at or self._sending == self.dies_sending):
            self.cause = where
        if self.cause is not None:
            raise Died(self.cause)

    def write(self, what: str) -> None:
        """A moment before the journal is written."""
        self.step(f"before the journal's {what}")
        self._writes += 1
        if self.full_from is not None and self._writes >= self.full_from:
            raise JournalError("The journal cannot be written: the disk is full.")

    async def sleep(self, seconds: float) -> None:
        """Waits, unless it dies before or after."""
        self.step("before a wait")
        await asyncio.sleep(seconds)
        self.step("after a wait")


class MortalJournal(Journal):
    """The journal of such a process; open it with `of`.

    Attributes:
        life: counts its steps.
        owed: intents not written yet, which only the counter-proof has.
    """

    life: Life
    owed: dict[Key, str]

    @classmethod
    def of(cls, path: Path, now: Callable[[], datetime], life: Life) -> Self:
        """The journal in a file, opened by a new process."""
        journal = cls(connect(path), path, now, lambda: secrets.token_hex(4))
        journal.life = life
        journal.owed = {}
        return journal

    def begin_run(
        self, start: RunStart, decisions: Iterable[Decision] = (), known: Collection[int] | None = None
    ) -> str:
        """As the journal's."""
        self.life.write("beginning of a run")
        run = super().begin_run(start, decisions, known)
        self.life.step("after the journal's beginning of a run")
        return run

    def plan(self, run: str, planned: Iterable[Planned]) -> None:
        """As the journal's."""
        self.life.write("plan")
        super().plan(run, planned)
        self.life.step("after the journal's plan")

    def remember_known(self, run: str, user_ids: Collection[int]) -> frozenset[int]:
        """As the journal's."""
        self.life.write("accounts known before")
        known = super().remember_known(run, user_ids)
        self.life.step("after the journal's accounts known before")
        return known

    def intent(self, run: str, key: Key) -> int:
        """As the journal's."""
        self.life.write("intent")
        attempt = super().intent(run, key)
        self.life.step("after the journal's intent")
        return attempt

    def tried(self, run: str, key: Key, verdict: str, http_status: int | None) -> None:
        """As the journal's."""
        self.life.write("attempt")
        super().tried(run, key, verdict, http_status)
        self.life.step("after the journal's attempt")

    def outcome(self, run: str, key: Key, outcome: Outcome, *, verdict: str | None = None) -> None:
        """As the journal's."""
        self.life.write("outcome")
        super().outcome(run, key, outcome, verdict=verdict)
        self.life.step("after the journal's outcome")


class Forgetful(MortalJournal):
    """The counter-proof: it writes an intent down only when the call is over."""

    def intent(self, run: str, key: Key) -> int:
        """Nothing is written yet."""
        self.life.step("before the journal's intent")
        (operation,) = (one for one in self.operations(run) if one.planned.key == key)
        self.owed[key] = run
        return operation.attempts + 1

    def tried(self, run: str, key: Key, verdict: str, http_status: int | None) -> None:
        """As the journal's, after the intent."""
        self._pay(key)
        super().tried(run, key, verdict, http_status)

    def outcome(self, run: str, key: Key, outcome: Outcome, *, verdict: str | None = None) -> None:
        """As the journal's, after the intent."""
        self._pay(key)
        super().outcome(run, key, outcome, verdict=verdict)

    def _pay(self, key: Key) -> None:
        run = self.owed.pop(key, None)
        if run is not None:
            self.life.step("before the journal's intent, too late")
            Journal.intent(self, run, key)
