"""The run as a whole: groups in their order, so many rows at a time, one outcome for each row."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING

from bulk_import.actions import Create, Update
from bulk_import.errors import CanaryDiffers, Interrupted, JournalError, RefusedAsUnsafe, StoppedEarly
from bulk_import.folding import folded, plainly_folded
from bulk_import.journal import Done, NotSent, Planned, Rejected, State, Unresolved, keyed_token, payload_digest
from bulk_import.plan import SENDING_GROUPS
from bulk_import.steps import api_down
from bulk_import.submit.canary import Compared, first_rows, look_back, what_is_sent
from bulk_import.submit.halt import Halt, Halted, StopSignal, our_mistake
from bulk_import.submit.row import HALTED, HALTED_IN_DOUBT, IN_DOUBT, Office, Row
from bulk_import.submit.settle import CALL_LIFETIME, SETTLE_WAIT, Settler
from bulk_import.submit.task import Alteration, Claims, Creation, Task
from bulk_import.submit.waiting import Accounts

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from datetime import datetime

    from bulk_import.actions import Change
    from bulk_import.api import OneFile
    from bulk_import.check import Record
    from bulk_import.journal import Journal, Operation, Outcome
    from bulk_import.journal.entries import Key
    from bulk_import.kinds import Awaited

FAILURES_TO_STOP = 5
NO_ACCOUNTS: Mapping[Key, int] = MappingProxyType({})
WAITING = "it names somebody whose own row is not settled"
_WAITING_ROWS = "Some rows name people whose own rows are not settled, and wait for these."


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run has got, in rows; `failed` counts all that were neither created nor updated."""

    done: int
    total: int
    succeeded: int
    failed: int


@dataclass(frozen=True, slots=True)
class Carried:
    """What a run came to.

    Attributes:
        outcomes: one for each row that was to be sent, by source and row.
        stopped: why the run ended early, None if it did not; never None where a row was not sent that can be.
        compared: what came back of the first rows; None where none were to go first, or it did not get so far.
        in_vain: rows that were not sent because whom they name was refused or is held: field → that other row.
    """

    outcomes: Mapping[Key, Outcome]
    stopped: StoppedEarly | None = None
    in_vain: Mapping[Key, Mapping[str, Awaited]] = field(default_factory=dict)
    compared: Compared | None = None


async def carry_out(
    changes: Sequence[Change],
    *,
    api: OneFile,
    journal: Journal,
    run: str,
    known_before: Collection[int],
    secret: bytes,
    payload: Callable[[Record], Mapping[str, object]],
    accounts: Mapping[Key, int] = NO_ACCOUNTS,
    settle_wait: float = SETTLE_WAIT,
    call_lifetime: float = CALL_LIFETIME,
    failures_to_stop: int = FAILURES_TO_STOP,
    canary: int = 0,
    done_before: Sequence[Change] = (),
    stop: StopSignal | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> Carried:
    """Makes and updates the accounts of a run, or goes on with a run that ended early.

    Rows that the journal knows to be done or refused are not touched again; those it knows to be meant without an
    outcome, or unresolved, are looked up before anything is sent; so is whoever was sent by another run only just now.

    Args:
        changes: the rows to create, which nobody fitted when OneFile was looked at just now, and those to update;
            those of an earlier part of the same run may be left out.
        api: OneFile, open.
        journal: the journal, open.
        run: the run's name, from `Journal.begin_run`.
        known_before: the ids of the accounts that stood in OneFile before the run. What the run itself had made
            before a crash may be among them the second time: the set given first is kept in the journal and counts.
        secret: the site's own, for the tokens in the journal.
        payload: what a row says, by the API's names; an update sends some of it.
        accounts: the accounts of rows that are there already, for the rows that name these.
        settle_wait: seconds that a search may lag behind.
        call_lifetime: seconds after its sending when a call without answer is taken to be over.
        failures_to_stop: how many failures in a row, over all rows, stop the run.
        canary: how many rows of each role go first and must come back as they were sent, or nothing else is sent.
        done_before: rows of an earlier part of the run that are done, which may be among these.
        stop: tells the run to stop; calls in flight are seen through.
        on_progress: is told after each row.

    Raises:
        JournalError: the journal failed before the first call. Later it stops the run like other reasons.
        RefusedAsUnsafe: a row would now be sent with other content than when the run began.
    """
    halt = Halt(api.sleep)
    said = {change.record.key: payload(change.record) for change in changes}
    operations = _operations(changes, said, journal, run, secret)
    made = _accounts_made(journal, run)
    claims = Claims(journal.remember_known(run, known_before), made)
    settler = Settler(api, halt, settle_wait, call_lifetime, claims.taken)
    office = Office(api, journal, run, halt, settler, claims, failures_to_stop)
    # sent so lately by another run that the caller's look at OneFile may not have shown it
    lately = journal.now() - timedelta(seconds=call_lifetime + settle_wait)
    crew = _Crew(
        office, operations, said, Accounts({**accounts, **made}), journal.sent_elsewhere(run, lately), on_progress
    )
    api.on_failure = office.heed
    compared = None
    try:
        if canary and changes:
            said_then = {change.record.key: payload(change.record) for change in done_before}
            rows = {change.record.key: change for change in (*done_before, *changes)}
            compared = await _Canary(crew, rows, said_then | said, _done(journal, run), canary).fly(stop)
        for group in _groups(changes):
            await crew.work(group, stop)
    finally:
        api.on_failure = None
    return replace(crew.result(), compared=compared)


def _task(change: Change, sent: Mapping[str, object]) -> Task:
    return Alteration(change.user_id, sent) if isinstance(change, Update) else Creation(sent)


def _groups(changes: Sequence[Change]) -> Iterator[list[Change]]:
    for roles in SENDING_GROUPS:
        yield [change for change in changes if change.record.role in roles]


def _operations(
    changes: Sequence[Change], said: Mapping[Key, Mapping[str, object]], journal: Journal, run: str, secret: bytes
) -> Mapping[Key, Operation]:
    """The rows as the journal knows them, after those it did not know have been written down.

    Raises:
        RefusedAsUnsafe: it knows one of them with other content.
    """
    planned = {change.record.key: _planned(change, said[change.record.key], secret) for change in changes}
    if len(planned) != len(changes):
        raise ValueError("a row stands twice in the plan")
    journal.plan(run, planned.values())
    known = {operation.planned.key: operation for operation in journal.operations(run)}
    if any(_other(known[key].planned, row) for key, row in planned.items()):
        raise RefusedAsUnsafe(
            f"What would be sent is no longer what run {run} began with: the file or the settings have changed.",
            "Submit the file again instead; people who are in OneFile already are recognised.",
        )
    return {key: known[key] for key in planned}


def _other(known: Planned, planned: Planned) -> bool:
    return (known.verb, known.payload_digest) != (planned.verb, planned.payload_digest)


def _planned(change: Change, said: Mapping[str, object], secret: bytes) -> Planned:
    return Planned(
        key=change.record.key,
        role=int(change.record.role),
        identity=keyed_token(secret, *_person(said), folded(said.get("MISID", ""))),
        payload_digest=payload_digest(secret, said),
        verb="create" if isinstance(change, Create) else "update",
        tokens=tokens_of(said, secret),
    )


def tokens_of(said: Mapping[str, object], secret: bytes) -> tuple[str, ...]:
    """Keyed tokens by each of which a person is known again: the MISID; the e-mail address together with the names."""
    seat = tuple(folded(said.get(name, "")) for name in ("OrganisationID", "Role"))
    misid, email = (folded(said.get(name, "")) for name in ("MISID", "Email"))
    names = tuple(plainly_folded(said.get(name, "")) for name in ("FirstName", "LastName"))
    by_misid = [keyed_token(secret, "MISID", *seat, misid)] if misid else []
    return (*by_misid, *([keyed_token(secret, "person", *seat, email, *names)] if email else []))


def _person(said: Mapping[str, object]) -> tuple[str, ...]:
    """What makes two rows the same person, who must not be in doubt twice at a time."""
    return tuple(folded(said.get(name, "")) for name in ("OrganisationID", "Role", "Email"))


def _done(journal: Journal, run: str) -> dict[Key, Done]:
    return {one.planned.key: one.outcome for one in journal.operations(run) if isinstance(one.outcome, Done)}


def _accounts_made(journal: Journal, run: str) -> Mapping[Key, int]:
    return {
        operation.planned.key: operation.outcome.user_id
        for operation in journal.operations(run)
        if operation.planned.verb == "create" and isinstance(operation.outcome, Done)
    }


@dataclass(frozen=True, slots=True)
class _Canary:
    """The first rows of each role, before all others.

    Attributes:
        crew: sends them.
        rows: those of the run.
        said: what each of them says.
        done: what became of those that an earlier part of the run sent.
        number: how many of each role go first.
    """

    crew: _Crew
    rows: Mapping[Key, Change]
    said: Mapping[Key, Mapping[str, object]]
    done: Mapping[Key, Done]
    number: int

    async def fly(self, stop: StopSignal | None) -> Compared | None:
        """Sends the first rows and compares what comes back; stops the run unless it agrees and rows are left."""
        crew = self.crew
        while waiting := [change for change in self._first() if change.record.key not in self._outcomes()]:
            for group in _groups(waiting):
                await crew.work(group, stop)
            if crew.office.halt.stopped:
                return None
        compared = await self._compared(stop)
        if compared is not None and not compared.agrees and self.rows.keys() - self._outcomes().keys():
            crew.office.halt.stop(CanaryDiffers("The first rows did not come back as they were sent."))
        return compared

    def _outcomes(self) -> Mapping[Key, Outcome]:
        return {**self.done, **self.crew.outcomes}

    def _first(self) -> list[Change]:
        return first_rows(self.rows, self.number, self._outcomes(), self.crew.in_vain)

    def _what_was_sent(self, change: Change) -> Mapping[str, object]:
        """What was sent for a row, with ids in place of rows; as it is where it waits for one, and was not sent."""
        sent = what_is_sent(change, self.said[change.record.key])
        return sent if self.crew.accounts.missing(sent) else self.crew.accounts.filled(sent)

    async def _compared(self, stop: StopSignal | None) -> Compared | None:
        office = self.crew.office
        outcomes = self._outcomes()
        chosen = [(change, outcomes.get(change.record.key), self._what_was_sent(change)) for change in self._first()]
        watch = None if stop is None else asyncio.ensure_future(_heed(stop, office.halt))
        try:
            return await look_back(chosen, office.api, office.halt, office.settler.settle_wait)
        except Halted:
            return None
        except StoppedEarly as reason:
            office.halt.stop(reason)
            return None
        finally:
            if watch is not None:
                watch.cancel()


class _Crew:
    """So many rows at a time."""

    def __init__(
        self,
        office: Office,
        operations: Mapping[Key, Operation],
        said: Mapping[Key, Mapping[str, object]],
        accounts: Accounts,
        elsewhere: Mapping[str, datetime],
        on_progress: Callable[[Progress], None] | None,
    ) -> None:
        self.office = office
        self._operations = operations
        self._said = said
        self.accounts = accounts
        self.in_vain: dict[Key, Mapping[str, Awaited]] = {}
        self._person = {key: _person(fields) for key, fields in said.items()}
        self._elsewhere = elsewhere
        self._on_progress = on_progress
        self.outcomes: dict[Key, Outcome] = {
            key: operation.outcome
            for key, operation in operations.items()
            if isinstance(operation.outcome, Done | Rejected)
        }
        self._tally = Counter(_tallied(outcome) for outcome in self.outcomes.values())
        people = Counter(self._person.values())
        self._turns = {person: asyncio.Lock() for person, rows in people.items() if rows > 1}

    async def work(self, group: Sequence[Change], stop: StopSignal | None) -> None:
        """Carries a group out; returns early once the run has been stopped."""
        waiting = [change for change in group if change.record.key not in self.outcomes]
        # rows in doubt come last: by then searches have caught up with what an earlier process had sent
        queue = iter(sorted(waiting, key=lambda change: self._operations[change.record.key].state in IN_DOUBT))
        async with asyncio.TaskGroup() as tasks:
            watch = None if stop is None else tasks.create_task(_heed(stop, self.office.halt))
            workers = [tasks.create_task(self._worker(queue)) for _ in range(self.office.api.concurrency)]
            await asyncio.wait(workers)
            if watch is not None:
                watch.cancel()

    async def _worker(self, queue: Iterator[Change]) -> None:
        for change in queue:
            if self.office.halt.stopped:
                return
            key = change.record.key
            sent = what_is_sent(change, self._said[key])
            if missing := self.accounts.missing(sent):
                self._left_waiting(key, missing)
                continue
            operation = self._operations[key]
            task = _task(change, self.accounts.filled(sent))
            row = Row(self.office, operation, task, self._since_elsewhere(operation.planned))
            turn = self._turns.get(self._person[key])
            if turn is None:
                self._ended(key, await row.carry())
                continue
            async with turn:
                self._ended(key, await row.carry())

    def _left_waiting(self, key: Key, missing: Mapping[str, Awaited]) -> None:
        """Leaves a row that names somebody without an account: to a resumed run, or for good."""
        vain = {name: where for name, where in missing.items() if not self._may_come(where)}
        if vain:
            self.in_vain[key] = vain
        outcome = _left(self._operations[key])
        if not isinstance(outcome, Unresolved):
            outcome = NotSent(WAITING, attempts=outcome.attempts)
            try:
                self.office.journal.outcome(self.office.run, key, outcome)
            except JournalError as error:
                self.office.halt.stop(error)
        self._ended(key, outcome)

    def _may_come(self, where: Awaited) -> bool:
        """Whether a resumed run may still make the account of another row."""
        return where in self._operations and not isinstance(self.outcomes.get(where), Rejected)

    def _since_elsewhere(self, planned: Planned) -> datetime | None:
        """When another run asked for the account of a person who is to get one, if it was only just now."""
        return self._elsewhere.get(planned.identity) if planned.verb == "create" else None

    def _ended(self, key: Key, outcome: Outcome) -> None:
        self.outcomes[key] = outcome
        self.accounts.add(key, outcome)
        self._tally[_tallied(outcome)] += 1
        if self._on_progress is None:
            return
        succeeded, failed = self._tally["succeeded"], self._tally["failed"]
        try:
            self._on_progress(Progress(len(self.outcomes), len(self._operations), succeeded, failed))
        except Exception as bug:  # noqa: BLE001 - it stops the whole run, by its name
            self.office.halt.stop(our_mistake(bug))

    def result(self) -> Carried:
        """An outcome for every row, those too that the run never came to."""
        left = {key: _left(operation) for key, operation in self._operations.items() if key not in self.outcomes}
        outcomes = {key: self.outcomes.get(key) or left[key] for key in self._operations}
        reason = self.office.halt.reason
        left_over = [outcome for key, outcome in outcomes.items() if key not in self.in_vain]
        unsent = [outcome.reason for outcome in left_over if isinstance(outcome, NotSent)]
        if reason is None and unsent:
            waiting = all(why == WAITING for why in unsent)
            reason = StoppedEarly(_WAITING_ROWS) if waiting else api_down("some rows could not be sent")
        return Carried(outcomes, reason, self.in_vain)


def _tallied(outcome: Outcome) -> str:
    return "succeeded" if isinstance(outcome, Done) else "failed"


def _left(operation: Operation) -> Outcome:
    match operation.outcome:
        case Unresolved() | NotSent() as outcome:
            return outcome
        case _ if operation.state is State.OPEN:
            return Unresolved(HALTED_IN_DOUBT, attempts=operation.attempts)
        case _:
            return NotSent(HALTED, attempts=operation.attempts)


async def _heed(stop: StopSignal, halt: Halt) -> None:
    await stop.wait()
    halt.stop(Interrupted("The run was stopped before its last row.", "bulk-import resume goes on where it stopped."))
