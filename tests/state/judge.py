"""What must hold after every process, whatever it met."""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, assert_never

from bulk_import.check import payload
from bulk_import.journal import Decision, Done, NotSent, Rejected, State, Unresolved
from bulk_import.run.ending import Ending, assemble
from bulk_import.run.fates import fates
from tests.state.college import tag_of
from tests.unit.reporting import FINISHED, STARTED, assessor, checked, table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bulk_import.check import Checked
    from bulk_import.journal import Key, Operation, Outcome
    from tests.state.college import College, Ended
    from tests.state.server import User


def judge(college: College, ended: Ended) -> None:
    """Everything that must hold after a process."""
    nobody_twice(college)
    if ended.run is None:
        return
    journal = college.reader
    written = {operation.planned.key: operation for operation in journal.operations(ended.run)}
    decided = journal.decisions(ended.run)
    runs = len(journal.runs())
    for key, operation in written.items():
        if operation.outcome is not None:
            outcome_is_true(college, key, operation.outcome, only_run=runs == 1)
    no_account_belongs_to_two(written)
    nothing_sent_again(college, ended)
    if ended.carried is not None:
        outcomes_agree(college, ended, ended.carried.outcomes, written, only_run=runs == 1)
        report_balances(college, ended.carried.outcomes, decided, stopped=ended.carried.stopped is not None)


def nobody_twice(college: College) -> None:
    """No row has two accounts, not even when all that is still under way has arrived."""
    made = Counter(user.tag for user in college.server.users.values() if user.tag)
    made.update(college.server.pending())
    twice = [tag for tag, count in made.items() if count > 1]
    assert not twice, f"two accounts for one row: {twice}"


def outcome_is_true(college: College, key: Key, outcome: Outcome, *, only_run: bool) -> None:
    """What is said of a row is so."""
    tag = college.tag(key)
    users = college.server.users
    there = [user.id for user in users.values() if user.tag == tag]
    there += [0 for asked in college.server.pending() if asked == tag]
    if tag in college.standing:
        there = [*changed(college, tag), *(0 for asked in college.server.changing() if asked == tag)]
    match outcome:
        case Done(user_id=user_id):
            assert user_id in users, f"{key} is said to have account {user_id}, which does not exist"
            assert users[user_id].tag == tag, f"{key} is said to have somebody else's account {user_id}"
            assert not wanting(college, users[user_id]), f"{key} is said to be done, and its account differs"
        case Rejected():
            assert not there, f"{key} is said to be refused and has account {there}"
        case NotSent():
            assert not there or not only_run, f"{key} is said not to be sent and has account {there}"
        case Unresolved():
            assert tag in college.server.unclear, f"{key} is unresolved without need: {outcome.reason}"
        case other:
            assert_never(other)


def no_account_belongs_to_two(written: Mapping[Key, Operation]) -> None:
    """No account is said to be of two rows."""
    ids = [one.outcome.user_id for one in written.values() if isinstance(one.outcome, Done)]
    assert len(ids) == len(set(ids)), "one account for two rows"


def nothing_sent_again(college: College, ended: Ended) -> None:
    """Nothing was sent for rows that were done or refused before the process began."""
    for operation in ended.before:
        if isinstance(operation.outcome, Done | Rejected):
            tag = college.tag(operation.planned.key)
            assert college.server.arrived[tag] == ended.arrived.get(tag, 0), f"{tag} was sent though it was settled"


def outcomes_agree(
    college: College,
    ended: Ended,
    outcomes: Mapping[Key, Outcome],
    written: Mapping[Key, Operation],
    *,
    only_run: bool,
) -> None:
    """Each row has one outcome, and it is the journal's, unless the journal could not be written any more.

    A row that this process never came to stands in the journal as an earlier one left it: planned or open.
    """
    assert set(outcomes) == set(ended.changes), "rows without an outcome, or outcomes without a row"
    for key, outcome in outcomes.items():
        outcome_is_true(college, key, outcome, only_run=only_run)
        operation = written[key]
        if operation.outcome == outcome:
            continue
        never_reached = (operation.state, type(outcome)) in {(State.PLANNED, NotSent), (State.OPEN, Unresolved)}
        unwritten = ended.full and not isinstance(operation.outcome, Done | Rejected)
        assert never_reached or unwritten, f"{key}: returned {outcome}, but the journal says {operation.outcome}"


def report_balances(
    college: College, outcomes: Mapping[Key, Outcome], decided: Iterable[Decision], *, stopped: bool
) -> None:
    """The report accounts for each row once and counts as many created and updated as there are."""
    sources = _checked(len(college.rows))
    plan = {one.key: Decision(one.key, "unchanged", 1) for one in college.rows}
    plan |= {decision.key: decision for decision in decided if decision.key in outcomes}
    ending = Ending("run", "submit", STARTED, FINISHED, "sandbox", stopped=stopped)
    report = assemble(sources, fates(sources, plan.values(), outcomes), ending)
    assert report.balanced
    done = Counter(plan[key].kind for key, outcome in outcomes.items() if isinstance(outcome, Done))
    assert (report.totals.get("created", 0), report.totals.get("updated", 0)) == (done["create"], done["update"])


def every_row_has_its_account(college: College) -> None:
    """When all is calm again and the last run is done, each row has one account that says what the row says.

    Or it has none, or an unchanged one, where OneFile refuses it.
    """
    nobody_twice(college)
    made = Counter(user.tag for user in college.server.users.values() if user.tag)
    told = [college.reader.operations(run.id) for run in college.reader.runs()]
    refused = {college.tag(one.planned.key) for all_ in told for one in all_ if isinstance(one.outcome, Rejected)}
    for row in college.rows:
        tag = tag_of(row)
        expected = 0 if tag in refused and tag not in college.standing else 1
        assert made[tag] == expected, f"{tag} has {made[tag]} accounts at the end"
        left = [user for user in college.server.users.values() if user.tag == tag and wanting(college, user)]
        assert not left or tag in refused, f"{tag}'s account is not what the row says at the end"


def wanting(college: College, user: User) -> tuple[str, ...]:
    """The fields of a row's account that are not what the row says, by the server's own word."""
    (row,) = [row for row in college.rows if tag_of(row) == user.tag]
    return tuple(name for name, value in payload(row).items() if user.fields.get(name) != value)


def changed(college: College, tag: str) -> list[int]:
    """The account of a row that was there from the start, if it has been changed since."""
    users = [user for user in college.server.users.values() if user.tag == tag]
    return [user.id for user in users if user.fields != college.standing[tag]]


@cache
def _checked(rows: int) -> tuple[Checked, ...]:
    return checked(table([assessor(number) for number in range(rows)]))
