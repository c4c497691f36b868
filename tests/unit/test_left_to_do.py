"""What a run that stopped early still has to send: decided anew where nothing has left, kept where there is doubt."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bulk_import.actions import Create, Hold, Skip, Unchanged, Update
from bulk_import.findings import Finding, Place
from bulk_import.journal import Decision, Done, Operation, Planned, Rejected, State
from bulk_import.run.planning import CHANGED_SINCE, PROTECTED_SINCE, Left, left_to_do
from tests.unit.practice import row

if TYPE_CHECKING:
    from bulk_import.actions import Action
    from bulk_import.journal import Outcome

RECORD = row(2).record
KEY = (0, 2)
WANTED = {"create": Decision(KEY, "create"), "update": Decision(KEY, "update", 7, changes=("Email", "Telephone"))}
HELD = Hold(RECORD, Finding("account-ambiguous", Place("people.csv")))
MEANT = Update(RECORD, 7, ("Email", "Telephone"))
SOME_OF_IT = Update(RECORD, 7, ("Telephone",))


def _left(meant: str, state: State | None, now: Action) -> Left:
    """What is left of a run of one row."""
    outcomes: dict[State, Outcome] = {State.DONE: Done(7, 200), State.REJECTED: Rejected(400, -1, "no")}
    operations = {}
    if state is not None:
        planned = Planned(KEY, 5, "identity", "digest")
        operations = {KEY: Operation(planned, state, 1, None, outcomes.get(state))}
    return left_to_do([now], [WANTED[meant]], operations)


NEVER_LEFT = pytest.mark.parametrize("state", [None, State.PLANNED, State.NOT_SENT])
IN_DOUBT = pytest.mark.parametrize("state", [State.OPEN, State.UNRESOLVED])


@NEVER_LEFT
@pytest.mark.parametrize(
    ("meant", "now"),
    [
        *[("create", now) for now in (Create(RECORD), Unchanged(RECORD, 7), HELD)],
        *[("update", now) for now in (MEANT, SOME_OF_IT, Unchanged(RECORD, 7), HELD)],
    ],
)
def test_a_row_that_never_left_is_decided_anew(meant: str, state: State | None, now: Action) -> None:
    """What is there by now is not made, what agrees by now is not sent."""
    sent = (now,) if isinstance(now, Create | Update) else ()
    assert _left(meant, state, now) == Left(sent, (now,), {})


@NEVER_LEFT
@pytest.mark.parametrize(
    ("meant", "now", "code"),
    [
        ("create", MEANT, "account-exists"),
        ("update", Create(RECORD), "account-missing"),
        ("update", Update(RECORD, 8, ("Email",)), "account-ambiguous"),
        ("update", Unchanged(RECORD, 8), "account-ambiguous"),
        ("update", Update(RECORD, 7, ("LastName",)), "account-exists"),
        ("update", Update(RECORD, 7, ("FirstName", "Email")), "account-exists"),
    ],
)
def test_nothing_is_sent_that_was_not_meant_when_the_run_began(
    meant: str, now: Action, code: str, state: State | None
) -> None:
    """Another account, or other fields, are left to a person; so is an account that came or went."""
    left = _left(meant, state, now)
    assert left.changes == ()
    (held,) = left.decided
    assert isinstance(held, Hold)
    assert held.finding.code == code


@IN_DOUBT
@pytest.mark.parametrize("now", [Create(RECORD), Unchanged(RECORD, 7), MEANT, HELD])
def test_a_create_in_doubt_stays_one(state: State, now: Action) -> None:
    """Whatever OneFile shows by now, sending looks the person up itself."""
    assert _left("create", state, now) == Left((Create(RECORD),), (), {})


@IN_DOUBT
@pytest.mark.parametrize("now", [MEANT, SOME_OF_IT, Unchanged(RECORD, 7)])
def test_an_update_in_doubt_is_compared_while_the_account_is_its_rows(state: State, now: Action) -> None:
    """The fields that were sent are compared, whatever has come to differ besides."""
    assert _left("update", state, now) == Left((MEANT,), (), {})


@IN_DOUBT
@pytest.mark.parametrize("now", [Create(RECORD), HELD, Update(RECORD, 8, ("Email",)), Unchanged(RECORD, 8)])
def test_an_update_in_doubt_is_given_up_where_the_account_may_be_anothers(state: State, now: Action) -> None:
    """Nothing more is sent to it, and the row stays unresolved."""
    assert _left("update", state, now) == Left((), (), {KEY: CHANGED_SINCE})


@IN_DOUBT
def test_an_update_in_doubt_of_a_protected_account_says_so(state: State) -> None:
    """Nothing more is sent to an account that the settings protect by now."""
    protected = Skip(RECORD, 7, Finding("account-protected", Place("")))
    assert _left("update", state, protected) == Left((), (), {KEY: PROTECTED_SINCE})


@pytest.mark.parametrize("state", [State.DONE, State.REJECTED])
@pytest.mark.parametrize("meant", WANTED)
def test_a_row_that_is_settled_is_left_alone(meant: str, state: State) -> None:
    """Nothing is sent or decided for what was done or refused; what is done is known, to be compared."""
    left = _left(meant, state, MEANT)
    assert (left.changes, left.decided, dict(left.given_up)) == ((), (), {})
    assert len(left.done) == (1 if state is State.DONE else 0)
