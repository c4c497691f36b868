"""The plan of a run: made anew each time OneFile has been looked at, and what of it is left when a run is resumed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bulk_import.actions import Create, Hold, Skip, Unchanged, Update
from bulk_import.check import payload
from bulk_import.decide import Rules
from bulk_import.findings import Finding, Place
from bulk_import.journal import Done, Rejected, State, payload_digest
from bulk_import.plan import NOTHING_EARLIER, Earlier, Plan, make_plan
from bulk_import.run.fates import refusal_words
from bulk_import.run.known_people import made_before
from bulk_import.site_key import site_secret
from bulk_import.submit import IN_DOUBT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from collections.abc import Set as AbstractSet

    from bulk_import.actions import Action, Change
    from bulk_import.check import Record
    from bulk_import.journal import Decision, Key, Operation
    from bulk_import.kinds import Awaited
    from bulk_import.run.desk import Desk
    from bulk_import.run.target import Target
    from bulk_import.run.world import World

_UNTOUCHED = frozenset({State.PLANNED, State.NOT_SENT})
CHANGED_SINCE = "the account has changed so much since that it may be another person's by now"
PROTECTED_SINCE = "the settings protect the account by now, and it does not hold what was sent"
_NOWHERE = Place("")
"""Decisions are kept without a place; the report knows their row."""


def plan_of(
    desk: Desk,
    world: World,
    target: Mapping[str, object],
    *,
    made: AbstractSet[Awaited] = frozenset(),
    earlier: Earlier = NOTHING_EARLIER,
) -> Plan:
    """What would be done for every row.

    Args:
        desk: the sources, and what was asked for.
        world: OneFile as it was found.
        target: what else the plan depends on, for its digest.
        made: rows whose accounts are there already, or are being made by an earlier part of the same run.
        earlier: what is not sent again, from `done_or_refused_before`.
    """
    return make_plan(
        desk.checked,
        world.directory,
        organisations=world.organisations.keys(),
        target=target,
        rules=Rules(desk.job.mode, desk.settings.update_undocumented, desk.job.rows, desk.settings.protect),
        made=made,
        earlier=earlier,
    )


def done_or_refused_before(desk: Desk, target: Target) -> Earlier:
    """What earlier runs did: whose account they made, and rows of marked files that stand there as OneFile had them.

    A marked file comes back to be corrected, so that what was not corrected is not sent again; any other file is
    taken as it is, because what was refused may have been put right in OneFile, or what was done undone.
    """
    made = made_before(desk, target)
    marked = [source for source in desk.checked if source.table.marks is not None]
    if not marked:
        return Earlier(made=made)
    secret = site_secret(desk.settings)
    known, superseded = desk.journal.history(target.environment, target.host).last_outcomes()
    rows = {record.key: payload_digest(secret, payload(record)) for source in marked for record in source.valid}
    ended = [(key, known[digest]) for key, digest in rows.items() if digest in known]
    return Earlier(
        done={key: outcome.user_id for key, outcome in ended if isinstance(outcome, Done)},
        superseded=frozenset(key for key, digest in rows.items() if digest in superseded),
        refused={key: refusal_words(outcome) for key, outcome in ended if isinstance(outcome, Rejected)},
        made=made,
    )


@dataclass(frozen=True, slots=True)
class Left:
    """What a run that stopped early still has to send.

    Attributes:
        changes: to be sent, or looked up first where they are in doubt.
        decided: what is decided otherwise than it was, or again.
        given_up: rows in doubt of which nothing more is sent, and why not.
        done: rows that are done, as they were meant.
    """

    changes: tuple[Change, ...]
    decided: tuple[Action, ...]
    given_up: Mapping[Key, str]
    done: tuple[Change, ...] = ()


def left_to_do(
    actions: Iterable[Action],
    decisions: Iterable[Decision],
    operations: Mapping[Key, Operation],
) -> Left:
    """What is left of a run, decided anew where nothing has left yet.

    Since the run stopped somebody may have typed a person in, changed an account, or submitted the file again: what
    is there by now is not created, what agrees by now is not updated, and nothing is sent that was not meant then.
    A create in doubt stays one, and sending looks it up itself; an update in doubt does as long as the account is
    still plainly its row's.

    Args:
        actions: what would be done for the rows of the run by a plan made now, one for each.
        decisions: what the run's own plan said.
        operations: how far its rows got.
    """
    meant = {one.key: one for one in decisions if one.kind in {"create", "update"}}
    state = {key: operations[key].state if key in operations else State.PLANNED for key in meant}
    now = {key: action for action in actions if (key := action.record.key) in meant}
    doubtful = [key for key in now if state[key] in IN_DOUBT]
    given_up = {key: why for key in doubtful if (why := _why_not(now[key], meant[key]))}
    anew = [_still(now[key], meant[key]) for key in now if state[key] in _UNTOUCHED]
    left = [_as_meant(now[key].record, meant[key]) for key in doubtful if key not in given_up]
    sent = (action for action in anew if isinstance(action, Create | Update))
    done = [_as_meant(now[key].record, meant[key]) for key in now if state[key] is State.DONE]
    return Left((*left, *sent), tuple(anew), given_up, tuple(done))


def _why_not(action: Action, decision: Decision) -> str:
    """Why an update in doubt is not sent again; empty where it may be, and for a create, which is looked up first."""
    if decision.kind == "create" or (isinstance(action, Update | Unchanged) and action.user_id == decision.user_id):
        return ""
    return PROTECTED_SINCE if isinstance(action, Skip) and action.user_id == decision.user_id else CHANGED_SINCE


def _as_meant(record: Record, decision: Decision) -> Change:
    """The change that a decision in the journal stands for."""
    if decision.kind == "create":
        return Create(record)
    assert decision.user_id is not None  # noqa: S101 - what `decisions` wrote for an update
    return Update(record, decision.user_id, decision.changes)


def _still(action: Action, decision: Decision) -> Action:
    """What to do now for a row that was meant otherwise: whatever became of it in between is left to a person."""
    match action:
        case Create() if decision.kind == "update":
            detail = f"; it had user id {decision.user_id} when the run began"
            return Hold(action.record, Finding("account-missing", _NOWHERE, detail=detail), decision.user_id)
        case Update(user_id=user_id, changes=changes) if decision.kind == "create":
            detail = f"user id {user_id}, which was not there when the run began, differs in {', '.join(changes)}"
            return Hold(action.record, Finding("account-exists", _NOWHERE, detail=detail), user_id)
        case Update(user_id=user_id) | Unchanged(user_id=user_id) if decision.user_id not in {None, user_id}:
            detail = (
                f"user id {decision.user_id} when the run began, {user_id} now (user ids {decision.user_id}, {user_id})"
            )
            return Hold(action.record, Finding("account-ambiguous", _NOWHERE, detail=detail), user_id)
        case Update(user_id=user_id, changes=changes):
            return _no_more_than_meant(action, set(changes) - set(decision.changes))
        case _:
            return action


def _no_more_than_meant(action: Update, more: set[str]) -> Action:
    if not more:
        return action
    detail = f"user id {action.user_id} has come to differ in {', '.join(sorted(more))} since the run began"
    return Hold(action.record, Finding("account-exists", _NOWHERE, detail=detail), action.user_id)
