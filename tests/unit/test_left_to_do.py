"""What a run that stopped early still has to send: decided anew where nothing has left, kept where there is doubt."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bulk_import.findings import Finding, Place
from bulk_import.journal import Decision, Done, Operation, Planned, Rejected, State
from bulk_import.plan import Create, Hold, Unchanged, Update
from bulk_import.run.planning import left_to_do
from tests.unit.practice import row

if TYPE_CHECKING:
    from bulk_import.journal import Outcome
    from bulk_import.plan import Action

RECORD = row(2).record
KEY = (0, 2)
WANTED = {"create": Decision(KEY, "create"), "update": Decision(KEY, "update", 7, changes=("Email",))}
HELD = Hold(RECORD, Finding("account-ambiguous", Place("people.csv")))
MOVED = Update(RECORD, 7, ("LastName",))


def _left(meant: str, state: State | None, now: Action) -> tuple[list[Action], list[Action]]:
    """What is left of a run of one row, and what was decided anew."""
    outcomes: dict[State, Outcome] = {State.DONE: Done(7, 200), State.REJECTED: Rejected(400, -1, "no")}
    operations = {}
    if state is not None:
        planned = Planned(KEY, 5, "identity", "digest")
        operations = {KEY: Operation(planned, state, 1, None, outcomes.get(state))}
    left, anew = left_to_do([RECORD], [now], [WANTED[meant]], operations)
    return [*left], anew


@pytest.mark.parametrize("state", [None, State.PLANNED, State.NOT_SENT])
@pytest.mark.parametrize(
    ("meant", "now"),
    [
        *[("create", now) for now in (Create(RECORD), Unchanged(RECORD, 7), HELD)],
        *[("update", now) for now in (MOVED, Unchanged(RECORD, 7), HELD)],
    ],
)
def test_a_row_that_never_left_is_decided_anew(meant: str, state: State | None, now: Action) -> None:
    """What is there by now is not made, what agrees by now is not sent, what differs otherwise is sent so."""
    left, anew = _left(meant, state, now)
    assert anew == [now]
    assert left == ([now] if isinstance(now, Create | Update) else [])


@pytest.mark.parametrize(
    ("meant", "now", "code"), [("create", MOVED, "account-exists"), ("update", Create(RECORD), "account-missing")]
)
def test_a_row_that_became_something_else_is_left_to_a_person(meant: str, now: Action, code: str) -> None:
    """An account that came or went since the run began is neither changed nor made by it."""
    left, (anew,) = _left(meant, State.PLANNED, now)
    assert left == []
    assert isinstance(anew, Hold)
    assert (anew.finding.code, anew.user_id) == (code, 7)


@pytest.mark.parametrize("state", [State.OPEN, State.UNRESOLVED])
@pytest.mark.parametrize("now", [Create(RECORD), Unchanged(RECORD, 7), MOVED, HELD])
def test_a_row_in_doubt_stays_what_it_was(state: State, now: Action) -> None:
    """Whatever OneFile shows by now, sending settles the doubt itself, with the fields that were sent."""
    assert _left("create", state, now) == ([Create(RECORD)], [])
    assert _left("update", state, now) == ([Update(RECORD, 7, ("Email",))], [])


@pytest.mark.parametrize("state", [State.DONE, State.REJECTED])
@pytest.mark.parametrize("meant", WANTED)
def test_a_row_that_is_settled_is_left_alone(meant: str, state: State) -> None:
    """Nothing is sent or decided for what was done or refused."""
    assert _left(meant, state, MOVED) == ([], [])
