"""The plan of a run: made anew each time OneFile has been looked at, and what of it is left when a run is resumed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bulk_import.check import payload
from bulk_import.findings import Finding, Place
from bulk_import.journal import State, payload_digest
from bulk_import.plan import NOTHING_REFUSED, Create, Hold, Plan, Rules, Update, make_plan
from bulk_import.run.fates import key_of, refusal_words
from bulk_import.settings import site_secret

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bulk_import.check import Record
    from bulk_import.journal import Decision, Key, Operation
    from bulk_import.plan import Action, Change
    from bulk_import.run.desk import Desk
    from bulk_import.run.target import Target
    from bulk_import.run.world import World

_IN_DOUBT = frozenset({State.OPEN, State.UNRESOLVED})
_UNTOUCHED = frozenset({State.PLANNED, State.NOT_SENT})
_NOWHERE = Place("")
"""Decisions are kept without a place; the report knows their row."""


def plan_of(
    desk: Desk, world: World, target: Mapping[str, object], refused: Mapping[Key, str] = NOTHING_REFUSED
) -> Plan:
    """What would be done for every row.

    Args:
        desk: the sources, and what was asked for.
        world: OneFile as it was found.
        target: what else the plan depends on, for its digest.
        refused: what is not sent again, from `refused_before`.
    """
    rules = Rules(desk.job.mode, desk.settings.update_undocumented)
    return make_plan(
        desk.checked,
        world.directory,
        organisations=world.organisations.keys(),
        target=target,
        rules=rules,
        refused=refused,
    )


def refused_before(desk: Desk, target: Target) -> dict[Key, str]:
    """The rows of marked files that stand there exactly as OneFile refused them, with what it said.

    A marked file comes back to be corrected, so that what was not corrected is not sent again; any other file is
    taken as it is, because what was refused may have been put right in OneFile.
    """
    marked = [source for source in desk.checked if source.table.marks is not None]
    if not marked:
        return {}
    secret = site_secret(desk.settings)
    known = desk.journal.refusals(target.environment, target.host)
    rows = {key_of(record): payload_digest(secret, payload(record)) for source in marked for record in source.records()}
    return {key: refusal_words(known[digest]) for key, digest in rows.items() if digest in known}


def left_to_do(
    records: Iterable[Record],
    actions: Iterable[Action],
    decisions: Iterable[Decision],
    operations: Mapping[Key, Operation],
) -> tuple[list[Change], list[Action]]:
    """What a run that stopped early still has to send, and what is decided otherwise than it was.

    Since the run stopped somebody may have typed a person in, changed an account, or submitted the file again: what
    is there by now is not created, and what agrees by now is not updated. Rows that are in doubt stay what they were;
    sending looks them up itself.

    Args:
        records: the rows of the run.
        actions: what would be done for them by a plan made now.
        decisions: what the run's own plan said.
        operations: how far its rows got.
    """
    meant = {one.key: one for one in decisions if one.kind in {"create", "update"}}
    state = {key: operations[key].state if key in operations else State.PLANNED for key in meant}
    left = [_as_meant(one, meant[key]) for one in records if state.get(key := key_of(one)) in _IN_DOUBT]
    anew = [_still(one, meant[key]) for one in actions if state.get(key := key_of(one.record)) in _UNTOUCHED]
    return [*left, *(one for one in anew if isinstance(one, Create | Update))], anew


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
            detail = f"user id {user_id}, made since the run began, differs in {', '.join(changes)}"
            return Hold(action.record, Finding("account-exists", _NOWHERE, detail=detail), user_id)
        case _:
            return action
