"""The rows of the journal's tables as values, and values as rows."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, assert_never, cast

from bulk_import.journal.entries import (
    Attempt,
    Decision,
    Done,
    NotSent,
    Operation,
    Outcome,
    Planned,
    Rejected,
    Run,
    RunStart,
    RunState,
    SourceRead,
    State,
    Unresolved,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bulk_import.journal.entries import DecisionKind, Verb


def said_of(decision: Decision) -> tuple[object, ...]:
    """What a decision says of its row, in the order of the table; names of fields have no spaces."""
    changes = " ".join(decision.changes)
    return decision.kind, decision.user_id, decision.code, decision.detail, changes, decision.found_by


def decision_of(row: tuple[object, ...]) -> Decision:
    """A row of `decisions`, all of its columns."""
    _, source, line, kind, user_id, code, detail, changes, found_by = row
    return Decision(
        key=(whole(source), whole(line)),
        kind=cast("DecisionKind", kind),
        user_id=whole_or_none(user_id),
        code=None if code is None else str(code),
        detail=str(detail),
        changes=tuple(str(changes).split()),
        found_by=str(found_by),
    )


def columns_of(outcome: Outcome) -> tuple[State, int | None, int | None, int | None, str | None, bool]:
    """State, user id, HTTP status, code, reason and confirmed."""
    match outcome:
        case Done(user_id=user_id, http_status=status, confirmed=confirmed):
            return State.DONE, user_id, status, None, None, confirmed
        case Rejected(http_status=status, code=code, message=message):
            return State.REJECTED, None, status, code, message, False
        case Unresolved(reason=reason, http_status=status):
            return State.UNRESOLVED, None, status, None, reason, False
        case NotSent(reason=reason):
            return State.NOT_SENT, None, None, None, reason, False
        case other:
            assert_never(other)


def operation_of(row: tuple[object, ...]) -> Operation:
    """A row of `operations`, with when its last attempt was sent at the end."""
    (
        source,
        number,
        verb,
        role,
        identity,
        digest,
        state,
        attempts,
        user_id,
        status,
        code,
        reason,
        confirmed,
        sent_at,
    ) = row
    key = whole(source), whole(number)
    return Operation(
        planned=Planned(key, whole(role), str(identity), str(digest), cast("Verb", verb)),
        state=State(str(state)),
        attempts=whole(attempts),
        sent_at=None if sent_at is None else datetime.fromisoformat(str(sent_at)),
        outcome=_outcome_of(
            State(str(state)), whole(attempts), user_id, status, code, reason, confirmed=bool(confirmed)
        ),
    )


def _outcome_of(
    state: State, attempts: int, user_id: object, status: object, code: object, reason: object, *, confirmed: bool
) -> Outcome | None:
    match state:
        case State.PLANNED | State.OPEN:
            return None
        case State.DONE:
            return Done(whole(user_id), whole_or_none(status), confirmed, attempts)
        case State.REJECTED:
            return Rejected(whole(status), whole_or_none(code), str(reason), attempts)
        case State.UNRESOLVED:
            return Unresolved(str(reason), whole_or_none(status), attempts)
        case State.NOT_SENT:
            return NotSent(str(reason), attempts)
        case other:
            assert_never(other)


def attempt_of(row: tuple[object, ...]) -> Attempt:
    """The call that a row of the table of attempts holds: number, when it was sent, verdict and status."""
    number, sent_at, verdict, status = row
    return Attempt(
        number=whole(number),
        sent_at=datetime.fromisoformat(str(sent_at)),
        verdict=None if verdict is None else str(verdict),
        http_status=whole_or_none(status),
    )


def run_of(row: tuple[object, ...], counts: Mapping[State, int]) -> Run:
    """A row of `runs`, and how many of its operations are in which state."""
    (
        name,
        mode,
        started,
        finished,
        environment,
        host,
        organisation,
        sources,
        digest,
        options,
        state,
        code,
        calls,
        closing,
    ) = row
    return Run(
        id=str(name),
        start=RunStart(
            mode=str(mode),
            environment=str(environment),
            host=str(host),
            organisation_id=whole_or_none(organisation),
            sources=tuple(SourceRead(*part) for part in json.loads(str(sources))),
            digest=None if digest is None else str(digest),
            options=json.loads(str(options)),
        ),
        state=RunState(str(state)),
        started=datetime.fromisoformat(str(started)),
        finished=None if finished is None else datetime.fromisoformat(str(finished)),
        exit_code=whole_or_none(code),
        calls=whole(calls),
        counts=counts,
        closing=json.loads(str(closing)),
    )


def whole(value: object) -> int:
    """A column of whole numbers that is never null."""
    assert isinstance(value, int)  # noqa: S101 - the schema says so
    return value


def whole_or_none(value: object) -> int | None:
    """A column of whole numbers that may be null."""
    return None if value is None else whole(value)
