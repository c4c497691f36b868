"""A college that submits and resumes in virtual time: what the commands do around sending, in a mortal process."""

from __future__ import annotations

import asyncio
import copy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bulk_import.actions import Create, Update
from bulk_import.api import OneFile
from bulk_import.check import payload
from bulk_import.decide import Rules, decide_all
from bulk_import.errors import StoppedEarly
from bulk_import.findings import Place
from bulk_import.journal import Journal, RunStart, RunState, State, Unresolved
from bulk_import.run.fates import decisions
from bulk_import.run.planning import left_to_do
from bulk_import.run.world import completed, listed
from bulk_import.submit import CALL_LIFETIME, SETTLE_WAIT, carry_out
from tests.state.mortal import Died, Life, MortalJournal
from tests.state.server import ORGANISATION, TOKEN, Server, Wire
from tests.unit.virtual_time import Clock

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    from bulk_import.actions import Action, Change
    from bulk_import.check import Record
    from bulk_import.directory import Directory
    from bulk_import.journal import Key, Operation, Run
    from bulk_import.submit import Carried
    from tests.state.server import FaultKind, Manners
    from tests.state.server import Operation as Call

BASE = "https://onefile.example.com/api/v2.1"
SECRET = b"a secret of the site, for tests"
NOVEMBER_2026 = 1_795_000_000.0
ENVIRONMENT, HOST = "sandbox", "onefile.example.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """What one process meets.

    Attributes:
        faults: of the next calls of each operation.
        latency: seconds that an answer takes.
        lag: seconds until searches show a new account.
        dies_at: the step at which the process dies.
        dies_sending: the step, of those that concern the sending of a row, at which it dies.
        full_from: the write from which the journal's disk is full.
        stop_after: seconds after which somebody asks it to stop.
        concurrency: calls in flight.
        failures_to_stop: as the setting.
    """

    faults: Mapping[Call, Sequence[FaultKind | None]] = field(default_factory=dict)
    latency: float = 0.0
    lag: float = 0.0
    dies_at: int | None = None
    dies_sending: int | None = None
    full_from: int | None = None
    stop_after: float | None = None
    concurrency: int = 2
    failures_to_stop: int = 5


CALM = Weather()


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended, and what its run looked like before and after it.

    Attributes:
        run: the run, None if the process died before there was one.
        resumed: whether it went on with a run.
        before: its operations as they stood in the journal.
        changes: the rows that it was to send.
        carried: what it came to, None if it died or was kept from beginning.
        died: between which steps it died.
        arrived: how many creates and updates of each row had arrived before it.
        full: whether the journal's disk may have been full.
    """

    run: str | None
    resumed: bool
    before: Sequence[Operation]
    changes: Collection[Key]
    carried: Carried | None
    died: str | None
    arrived: Mapping[str, int]
    full: bool


class College:
    """A file of rows, a journal, and OneFile.

    Attributes:
        clock: virtual seconds, the same for all.
        server: OneFile.
        file: the journal's.
        rows: the file's.
        standing: the accounts of rows that are there from the start, as they were then, by tag.
        reader: the journal, for looking into from outside.
    """

    journal_class: type[MortalJournal] = MortalJournal
    onefile_class: type[OneFile] = OneFile

    def __init__(self, folder: Path, rows: Sequence[Record], manners: Manners, *, seed: int = 0) -> None:
        self.clock = Clock()
        self.server = Server(manners, self.clock, seed=seed)
        self.file = folder / "journal.db"
        self.rows = rows
        self.standing: dict[str, Mapping[str, object]] = {}
        self._changes: frozenset[Key] = frozenset()
        self.reader = Journal.open(self.file, now=self.utc_now)

    def add_standing(self, fields: Mapping[str, object]) -> None:
        """Somebody of the file who has an account already."""
        user = self.server.add(fields)
        self.standing[user.tag] = user.fields

    def utc_now(self) -> datetime:
        """The time on the wall."""
        return datetime.fromtimestamp(NOVEMBER_2026 + self.clock.now, UTC)

    def process(self, weather: Weather, *, anew: bool = False) -> Ended:
        """One process: `resume` where a run is unfinished, else, or if asked to, `submit`."""
        life = Life(weather.dies_at, weather.dies_sending, weather.full_from)
        server = self.server
        server.plan(weather.faults)
        server.latency, server.lag = weather.latency, weather.lag
        arrived = copy.copy(server.arrived)
        self._changes = frozenset()
        runs = {run.id for run in self.reader.runs()}
        unfinished = None if anew else self.reader.newest_unfinished()
        before = () if unfinished is None else self.reader.operations(unfinished.id)
        carried = self._carried(weather, life, unfinished)
        begun = next((run.id for run in self.reader.runs() if run.id not in runs), None)
        run = begun if unfinished is None else unfinished.id
        full = weather.full_from is not None
        return Ended(run, unfinished is not None, before, self._changes, carried, life.cause, arrived, full)

    def _carried(self, weather: Weather, life: Life, unfinished: Run | None) -> Carried | None:
        journal = self.journal_class.of(self.file, self.utc_now, life)
        try:
            return self.clock.run(self._live(journal, weather, unfinished))
        except (Died, BaseExceptionGroup):
            if life.cause is None:
                raise
            return None
        except StoppedEarly:
            return None
        finally:
            journal.close()

    async def _live(self, journal: MortalJournal, weather: Weather, unfinished: Run | None) -> Carried:
        stop = asyncio.Event()
        if weather.stop_after is not None:
            asyncio.get_running_loop().call_later(weather.stop_after, stop.set)
        async with self._onefile(journal.life, weather) as api:
            if unfinished is None:
                await self._let_doubts_settle(journal)
                run, known, changes = await self._begin(journal, api)
            else:
                run, known = unfinished.id, frozenset[int]()
                journal.reopen_run(run)
                changes = await self._go_on(journal, run, api)
            self._changes = frozenset(change.record.key for change in changes)
            carried = await carry_out(
                changes,
                api=api,
                journal=journal,
                run=run,
                known_before=known,
                secret=SECRET,
                payload=payload,
                failures_to_stop=weather.failures_to_stop,
                stop=stop,
            )
            state = RunState.FINISHED if carried.stopped is None else RunState.STOPPED
            journal.finish_run(run, state, exit_code=0, calls=api.calls.total)
            return carried

    def _onefile(self, life: Life, weather: Weather) -> OneFile:
        return self.onefile_class(
            BASE,
            TOKEN,
            calls_per_minute=600,
            concurrency=weather.concurrency,
            transport=Wire(self.server, life.step),
            clock=self.clock,
            sleep=life.sleep,
        )

    async def _let_doubts_settle(self, journal: MortalJournal) -> None:
        since = journal.history(ENVIRONMENT, HOST).in_doubt_since()
        if since is not None:
            passed = (self.utc_now() - since).total_seconds()
            await asyncio.sleep(max(CALL_LIFETIME + SETTLE_WAIT - passed, 0.0))

    async def _begin(self, journal: MortalJournal, api: OneFile) -> tuple[str, frozenset[int], list[Change]]:
        """A new run and its plan."""
        # the product waits until searches show what the run before this one made, which this does for sure
        await asyncio.sleep(SETTLE_WAIT)
        directory, actions = await self._planned(api)
        known = frozenset(directory.accounts)
        run = journal.begin_run(RunStart("submit", ENVIRONMENT, HOST, 1), decisions(actions), known)
        return run, known, [action for action in actions if isinstance(action, Create | Update)]

    async def _go_on(self, journal: MortalJournal, run: str, api: OneFile) -> list[Change]:
        """What is left of a run."""
        _, actions = await self._planned(api)
        operations = {operation.planned.key: operation for operation in journal.operations(run)}
        left = left_to_do(actions, journal.decisions(run), operations)
        journal.redecide(run, decisions(left.decided))
        for key in left.given_up:
            journal.outcome(run, key, Unresolved("given up", attempts=operations[key].attempts))
        return [*left.changes]

    async def _planned(self, api: OneFile) -> tuple[Directory, list[Action]]:
        directory = (await completed(await listed(self.rows, api), self.rows, api)).directory
        return directory, decide_all(
            [(row, Place("people.csv")) for row in self.rows], directory, {ORGANISATION}, Rules()
        )

    def unfinished(self) -> bool:
        """Whether a run is to be resumed, or the file to be submitted at all, or once more for rows left in doubt."""
        runs = self.reader.runs()
        doubtful = runs and runs[0].counts.get(State.UNRESOLVED, 0) > 0
        return not runs or doubtful or any(run.state is not RunState.FINISHED for run in runs)

    def elapse(self, seconds: float) -> None:
        """Time passes without anybody doing anything."""
        self.clock.now += seconds
        self.server.settle()

    def excuse(self, run: str) -> None:
        """Notes the rows whose last attempt has no outcome in the journal: they are in doubt from now on."""
        for operation in self.reader.operations(run):
            if operation.state is State.OPEN:
                self.server.unclear.add(self.tag(operation.planned.key))

    def tag(self, key: tuple[int, int]) -> str:
        """What a row's account is known by, see `User.tag`."""
        return next(tag_of(row) for row in self.rows if row.key == key)


def tag_of(row: Record) -> str:
    """What the row's account is known by."""
    return str(row.values["Telephone"])
