"""A practice OneFile, a journal and made-up rows, for tests of sending; all in virtual time."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

from bulk_import.actions import Create
from bulk_import.api import OneFile
from bulk_import.catalogue import Role
from bulk_import.check import Record, payload
from bulk_import.journal import Journal, RunStart
from bulk_import.sandbox import CUSTOMER_TOKEN, Faults, InProcess, Switches, create_app
from bulk_import.submit import CALL_LIFETIME, SETTLE_WAIT, Carried, Progress, carry_out
from tests.unit.virtual_time import Clock

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence
    from datetime import date
    from pathlib import Path

    import httpx

    from bulk_import.actions import Change
    from bulk_import.kinds import Awaited

BASE = "https://sandbox.example.com/api/v2.1"
SECRET = b"a secret of the site, for tests"
NOVEMBER_2026 = 1_795_000_000.0
FIRST_NAMES = ("Ada", "Ben", "Cleo", "Dev", "Ema", "Finn", "Gus", "Hana")
T = TypeVar("T")


def row(number: int, role: Role = Role.ASSESSOR, **values: str | int | date | Awaited | None) -> Create:
    """A made-up person in a row; values that are None are left out."""
    fields: dict[str, str | int | date | Awaited | None] = {
        "OrganisationID": 1,
        "FirstName": FIRST_NAMES[number % len(FIRST_NAMES)],
        "LastName": f"Example{number // len(FIRST_NAMES)}",
        "Email": f"person{number}@example.com",
        "Role": role,
        "MISID": f"N{number:05}",
    }
    if role is Role.LEARNER:
        fields |= {"DefaultAssessorID": 101, "ClassroomID": 201}
    if role in {Role.LEARNER, Role.EMPLOYER, Role.OBSERVER}:
        fields |= {"PlacementID": 301}
    fields |= values
    return Create(Record(0, number, role, {name: value for name, value in fields.items() if value is not None}))


def rows(count: int, role: Role = Role.ASSESSOR, **values: str | int | date | Awaited | None) -> list[Create]:
    """So many made-up people, in rows from 2."""
    return [row(number, role, **values) for number in range(2, count + 2)]


class Practice:
    """A practice OneFile and what a college has beside it; `process` may be called again and again, as after a crash.

    Attributes:
        clock: virtual seconds, the same for all.
        world: the inside of the practice OneFile.
        run_name: the run's name, None before the first process.
        known: the ids of the accounts that were there at first.
        calls: how many calls all processes made.
        transport: what carries the calls.
    """

    def __init__(self, folder: Path, faults: Faults | None = None, switches: Switches | None = None) -> None:
        self.clock = Clock()
        app = create_app(switches=switches or Switches(), faults=faults, clock=self.server_time, sleep=asyncio.sleep)
        self.world = app.state.world
        self.file = folder / "journal.db"
        self.run_name: str | None = None
        self.known = {user["ID"] for user in self.world.users()}
        self.calls = 0
        self.transport: httpx.AsyncBaseTransport = InProcess(app)

    def server_time(self) -> float:
        """Seconds since 1970 by the server's clock."""
        return NOVEMBER_2026 + self.clock.now

    def utc_now(self) -> datetime:
        """The time on the wall."""
        return datetime.fromtimestamp(self.server_time(), UTC)

    def run(self, work: Coroutine[object, object, T]) -> T:
        """`asyncio.run` in virtual time."""
        return self.clock.run(work)

    async def process(
        self,
        creates: Sequence[Change],
        *,
        stop: asyncio.Event | None = None,
        on_progress: Callable[[Progress], None] | None = None,
        on_journal: Callable[[Journal], None] | None = None,
        settle_wait: float = SETTLE_WAIT,
        call_lifetime: float = CALL_LIFETIME,
        failures_to_stop: int = 1000,
        concurrency: int = 8,
        calls_per_minute: int = 300,
        token: str = CUSTOMER_TOKEN,
        canary: int = 0,
        done_before: Sequence[Change] = (),
    ) -> Carried:
        """What one process does: it opens the journal, begins the run or goes on with it, and carries out the rows."""
        known = {user["ID"] for user in self.world.users()}
        with Journal.open(self.file, now=self.utc_now) as journal:
            if self.run_name is None:
                self.run_name = journal.begin_run(RunStart("submit", "sandbox", "sandbox.example.com", 1))
            if on_journal is not None:
                on_journal(journal)
            async with self.onefile(token, concurrency, calls_per_minute) as api:
                try:
                    return await carry_out(
                        creates,
                        api=api,
                        journal=journal,
                        run=self.run_name,
                        known_before=known,
                        secret=SECRET,
                        payload=payload,
                        settle_wait=settle_wait,
                        call_lifetime=call_lifetime,
                        failures_to_stop=failures_to_stop,
                        canary=canary,
                        done_before=done_before,
                        stop=stop,
                        on_progress=on_progress,
                    )
                finally:
                    self.calls += api.calls.total

    def onefile(self, token: str, concurrency: int, calls_per_minute: int) -> OneFile:
        """A connection to it, without a socket."""
        return OneFile(
            BASE,
            token,
            calls_per_minute=calls_per_minute,
            concurrency=concurrency,
            transport=self.transport,
            clock=self.clock,
        )

    def made(self) -> dict[int, str]:
        """The accounts that were not there at first: id → e-mail."""
        return {user["ID"]: str(user["Email"]) for user in self.world.users() if user["ID"] not in self.known}

    def twice(self) -> list[str]:
        """The e-mail addresses that have got more than one account."""
        return [email for email, count in Counter(self.made().values()).items() if count > 1]

    def creates_seen(self) -> int:
        """How many creates arrived."""
        return sum(call.method == "POST" and call.path.lower().endswith("/user") for call in self.world.calls())
