"""The course of one row, from its intent to its outcome."""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, assert_never

from bulk_import.errors import JournalError, StoppedEarly
from bulk_import.journal import Done, NotSent, Rejected, State, Unresolved
from bulk_import.steps import Finish, GiveUp, LookUp, SendAgain, Why, after_absent, api_down, next_step, stopped
from bulk_import.submit.halt import Halted, Streak, our_mistake
from bulk_import.submit.settle import Absent, Doubtful, Found
from bulk_import.wire import (
    Accepted,
    MaybeSent,
    NeverSent,
    Refused,
    Throttled,
    Unauthorised,
    Verdict,
)

if TYPE_CHECKING:
    from datetime import datetime

    from bulk_import.api import OneFile
    from bulk_import.journal import Journal, Operation, Outcome
    from bulk_import.submit.halt import Halt
    from bulk_import.submit.settle import Settler, Sight
    from bulk_import.submit.task import Claims, Task

HALTED = "the run stopped before this row"
HALTED_IN_DOUBT = "the run stopped before it could be looked up"
MISTAKEN_IN_DOUBT = "the program made a mistake of its own after sending it"
IN_DOUBT = frozenset({State.OPEN, State.UNRESOLVED})


@dataclass(frozen=True, slots=True)
class Office:
    """What every row of a run works with."""

    api: OneFile
    journal: Journal
    run: str
    halt: Halt
    settler: Settler
    claims: Claims
    failures_to_stop: int
    unclear: Streak = field(default_factory=Streak)

    def heed(self, failures_in_a_row: int) -> None:
        """Stops the run once so many calls in a row failed, those of look-ups among them."""
        if failures_in_a_row >= self.failures_to_stop:
            self.halt.stop(api_down(f"{failures_in_a_row} calls in a row failed"))


class Row:
    """One row on its way; `carry` is called once.

    Args:
        office: what every row works with.
        operation: the row as the journal knows it.
        task: what is to be done for it.
        elsewhere: when another run asked for the same person's account, so lately that a search may not show it yet.
    """

    def __init__(self, office: Office, operation: Operation, task: Task, elsewhere: datetime | None = None) -> None:
        self._office = office
        self._elsewhere = elsewhere
        self._key = operation.planned.key
        self._before = operation
        self._task = task
        self._attempts = operation.attempts
        self._in_doubt = operation.state in IN_DOUBT
        self._was_in_doubt = self._in_doubt
        self._earlier_in_doubt = False
        self._left_at = 0.0
        self._doubted_at: float | None = None
        self._unwritten: Verdict | None = None

    async def carry(self) -> Outcome:
        """Sees the row through, or as far as the run goes; its outcome is in the journal when this returns.

        A mistake of this program's own stops the run, but throws away neither the calls in flight nor the report.
        """
        try:
            return await self._carry()
        except Exception as bug:  # noqa: BLE001 - it stops the whole run, by its name
            self._office.halt.stop(our_mistake(bug))
            return self._written(self._left_mistaken())

    async def _carry(self) -> Outcome:
        office = self._office
        try:
            outcome = await self._course()
        except Halted:
            outcome = self._left_there()
        except JournalError as error:
            # nothing can be written down any more, so the outcome is not either
            office.halt.stop(error)
            return self._left_there()
        except StoppedEarly as reason:
            office.halt.stop(reason)
            outcome = self._left_there()
        return self._written(outcome)

    def _left_there(self) -> Outcome:
        if self._in_doubt:
            return Unresolved(HALTED_IN_DOUBT, attempts=self._attempts)
        return NotSent(HALTED, attempts=self._attempts)

    def _left_mistaken(self) -> Outcome:
        if self._in_doubt or self._attempts > self._before.attempts:
            return Unresolved(MISTAKEN_IN_DOUBT, attempts=self._attempts)
        return NotSent(HALTED, attempts=self._attempts)

    def _written(self, outcome: Outcome) -> Outcome:
        verdict = None if self._unwritten is None else type(self._unwritten).__name__
        try:
            self._office.journal.outcome(self._office.run, self._key, outcome, verdict=verdict)
        except JournalError as error:
            self._office.halt.stop(error)
        return outcome

    async def _course(self) -> Outcome:
        if self._in_doubt or self._elsewhere is not None:
            sight = await self._task.settle(self._office.settler, running_for=self._running_since_before())
            if (outcome := self._settled(sight, None)) is not None:
                return outcome
        tries = 0
        while True:
            tries += 1
            verdict = await self._send(tries)
            if (outcome := await self._after(verdict, tries)) is not None:
                return outcome

    def _running_since_before(self) -> float:
        """Seconds since the last attempt of an earlier process or another run left, by the clock on the wall."""
        moments = [moment for moment in (self._before.sent_at, self._elsewhere) if moment is not None]
        return max((self._office.journal.now() - max(moments)).total_seconds(), 0.0) if moments else 0.0

    async def _send(self, tries: int) -> Verdict:
        office = self._office
        left = False

        def before() -> None:
            nonlocal left
            office.halt.check()
            self._attempts = office.journal.intent(office.run, self._key)
            left = self._in_doubt = True
            self._left_at = office.api.clock()

        call = office.api.call(self._task.request, attempt=tries, row=self._key, before=before)
        verdict = await office.halt.watch(call, finish=lambda: left)
        self._unwritten = verdict
        self._in_doubt = isinstance(verdict, MaybeSent) or self._earlier_in_doubt
        if isinstance(verdict, MaybeSent):
            self._doubted_at = self._left_at
        self._was_in_doubt = self._was_in_doubt or self._in_doubt
        self._heed_unclear(verdict)
        return verdict

    def _heed_unclear(self, verdict: Verdict) -> None:
        """Stops the run where nothing but writes fails: a gateway may let searches through and no write."""
        office = self._office
        match verdict:
            case Accepted() | Refused():
                office.unclear.end()
            case MaybeSent(reason=reason):
                rows = office.unclear.add(self._key, left_at=self._left_at, now=office.api.clock())
                if rows >= office.failures_to_stop:
                    office.halt.stop(api_down(f"{rows} rows in a row got no clear answer, the last one: {reason}"))
            case _:
                pass

    async def _after(self, verdict: Verdict, tries: int) -> Outcome | None:
        """The row's outcome after an attempt; None if it is to be sent again."""
        match next_step(self._task.request.kind, verdict, tries):
            case Finish():
                return await self._finished(verdict)
            case SendAgain(after=after):
                self._note(verdict)
                await self._office.halt.pause(after)
                return None
            case LookUp(running=running):
                self._note(verdict)
                return await self._looked_up(running=running, tries=tries, status=status_of(verdict))
            case GiveUp(why=why):
                return self._given_up(why, verdict)
            case other:
                assert_never(other)

    def _note(self, verdict: Verdict) -> None:
        self._office.journal.tried(self._office.run, self._key, type(verdict).__name__, status_of(verdict))
        self._unwritten = None

    async def _finished(self, verdict: Verdict) -> Outcome:
        match verdict:
            case Accepted(status=status, body=body):
                return self._done(body, status)
            case Refused() if self._was_in_doubt:
                return await self._refused_after_doubt(verdict)
            case Refused(status=status, code=code, message=message):
                return Rejected(status, code, message, attempts=self._attempts)
            case _:
                raise AssertionError(f"no end of a row: {type(verdict).__name__}")

    def _done(self, answered: object, status: int | None, *, confirmed: bool = False) -> Outcome:
        user_id = self._task.account(self._office.claims, self._key, answered)
        if user_id is not None:
            return Done(user_id, status, confirmed, self._attempts)
        why = f"OneFile answered with an account that was there already or belongs to another row (user id {answered})"
        return Unresolved(why, status, self._attempts)

    async def _refused_after_doubt(self, refused: Refused) -> Outcome:
        """An earlier attempt may have arrived late, and this one been refused because the person is there."""
        self._in_doubt = True
        clock = self._office.api.clock()
        running_for = self._running_since_before() if self._doubted_at is None else clock - self._doubted_at
        sight = await self._task.look_thoroughly(self._office.settler, running_for=running_for)
        rejected = Rejected(refused.status, refused.code, refused.message, attempts=self._attempts)
        return self._settled(sight, refused.status) or rejected

    async def _looked_up(self, *, running: bool, tries: int, status: int | None) -> Outcome | None:
        office = self._office
        running_for = office.api.clock() - self._left_at if running else None
        outcome = self._settled(await self._task.settle(office.settler, running_for=running_for), status)
        if outcome is None and isinstance(given_up := after_absent(tries), GiveUp):
            return Unresolved(given_up.why.value, status, self._attempts)
        return outcome

    def _settled(self, sight: Sight, status: int | None) -> Outcome | None:
        """The outcome that a look-up gives; None if what was sent is not there."""
        match sight:
            case Found(user_id=user_id):
                self._office.unclear.end()  # a write got through, whatever the answer looked like
                return self._done(user_id, status, confirmed=True)
            case Doubtful(why=why):
                return Unresolved(why, status, self._attempts)
            case Absent():
                self._in_doubt = self._earlier_in_doubt = not self._task.absence_is_certain
                return None
            case other:
                assert_never(other)

    def _given_up(self, why: Why, verdict: Verdict) -> Outcome:
        reason = stopped(why, verdict)
        if why is not Why.DOWN:
            self._office.halt.stop(reason)
        if self._in_doubt:
            return Unresolved(reason.message, attempts=self._attempts)
        return NotSent(reason.message, attempts=self._attempts)


def status_of(verdict: Verdict) -> int | None:
    """The HTTP status behind a verdict; None where there was no answer."""
    match verdict:
        case Accepted(status=status) | Refused(status=status) | Unauthorised(status=status):
            return status
        case MaybeSent(status=status):
            return status
        case Throttled():
            return HTTPStatus.TOO_MANY_REQUESTS
        case NeverSent():
            return None
        case other:
            assert_never(other)
