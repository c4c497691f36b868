"""What became of each row that the check let through: from decisions and outcomes to statuses and findings."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, assert_never

from bulk_import.actions import Create, Hold, Skip, Unchanged, Update
from bulk_import.catalogue import ONEFILE_ID
from bulk_import.decide import NOT_THERE
from bulk_import.findings import Finding, Place
from bulk_import.journal import Decision, Done, NotSent, Outcome, Rejected, Unresolved
from bulk_import.plan import NOT_MADE, REFUSED_BEFORE
from bulk_import.refusal import field_refused
from bulk_import.report import RowFate, Status
from bulk_import.submit import HALTED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bulk_import.actions import Action
    from bulk_import.check import Checked
    from bulk_import.journal import Key

FIELD_OF_HOLD = {"organisation-unknown": "OrganisationID", NOT_THERE: ONEFILE_ID}
_PEOPLE_NAMED = ("DefaultAssessorID", "DefaultEmployerID")


_AS_DECIDED = {"unchanged": Status.UNCHANGED, "hold": Status.HELD, "skip": Status.SKIPPED}


def decisions(actions: Iterable[Action]) -> tuple[Decision, ...]:
    """What the journal keeps of a plan."""
    return tuple(_decision(action) for action in actions)


def held_after_all(decided: Iterable[Decision], held: Iterable[Decision]) -> tuple[Decision, ...]:
    """The decisions, those replaced that sending has overtaken."""
    now = {decision.key: decision for decision in held}
    return tuple(now.get(decision.key, decision) for decision in decided)


def _decision(action: Action) -> Decision:
    key = action.record.key
    match action:
        case Create():
            return Decision(key, "create")
        case Update(user_id=user_id, finding=finding, changes=changes, by=by):
            return Decision(key, "update", user_id, *_said(finding), changes, by)
        case Unchanged(user_id=user_id, finding=finding, by=by):
            return Decision(key, "unchanged", user_id, *_said(finding), found_by=by)
        case Hold(finding=finding, user_id=user_id):
            return Decision(key, "hold", user_id, *_said(finding))
        case Skip(finding=finding, user_id=user_id):
            return Decision(key, "skip", user_id, *_said(finding))
        case other:
            assert_never(other)


def _said(finding: Finding | None) -> tuple[str | None, str]:
    return (None, "") if finding is None else (finding.code, finding.detail)


def fates(
    checked: Sequence[Checked], decided: Iterable[Decision], outcomes: Mapping[Key, Outcome] | None
) -> list[dict[int, RowFate]]:
    """For each source, row number → fate.

    Args:
        checked: the sources.
        decided: the plan, a decision for each row that passed the check.
        outcomes: what became of the rows that were to be sent; None where nothing was meant to be sent.
    """
    found: list[dict[int, RowFate]] = [{} for _ in checked]
    for decision in decided:
        source, row = decision.key
        found[source][row] = _fate(decision, checked[source], outcomes)
    return found


def _fate(decision: Decision, checked: Checked, outcomes: Mapping[Key, Outcome] | None) -> RowFate:
    place = Place(checked.table.source.name, checked.table.source.sheet, decision.key[1])
    said = _finding(decision, checked, place)
    match decision.kind:
        case "unchanged" | "hold" | "skip" as kind:
            return RowFate(_AS_DECIDED[kind], decision.user_id, findings=said, found_by=decision.found_by)
        case "create":
            if outcomes is None:
                return RowFate(Status.WOULD_CREATE)
            return _of_outcome(outcomes[decision.key], checked, place)
        case "update":
            if outcomes is None:
                status, found_by = Status.WOULD_UPDATE, decision.found_by
                return RowFate(status, decision.user_id, decision.changes, findings=said, found_by=found_by)
            return _of_update(_of_outcome(outcomes[decision.key], checked, place), decision, said)


def _finding(decision: Decision, checked: Checked, place: Place) -> tuple[Finding, ...]:
    """What the plan found about a row, at the cell that it is about."""
    if decision.code is None:
        return ()
    finding = Finding(decision.code, place, detail=decision.detail)
    return (_at_field(finding, _field_of_hold(finding), checked),)


def _field_of_hold(finding: Finding) -> str | None:
    if finding.code == REFUSED_BEFORE:
        return field_refused(finding.detail)
    if finding.code == NOT_MADE:
        return next((name for name in _PEOPLE_NAMED if finding.detail.startswith(name)), None)
    return FIELD_OF_HOLD.get(finding.code)


def _of_update(fate: RowFate, decision: Decision, said: tuple[Finding, ...]) -> RowFate:
    """The fate of a row whose account was to be changed: its id is known from the start."""
    status = Status.UPDATED if fate.status is Status.CREATED else fate.status
    findings = (*said, *fate.findings)
    return replace(
        fate,
        status=status,
        user_id=decision.user_id,
        changes=decision.changes,
        findings=findings,
        found_by=decision.found_by,
    )


def _of_outcome(outcome: Outcome, checked: Checked, place: Place) -> RowFate:
    match outcome:
        case Done(user_id=user_id, http_status=status, confirmed=confirmed, attempts=attempts):
            proof = (Finding("confirmed-by-lookup", place, detail=f" (user id {user_id})"),) if confirmed else ()
            return RowFate(Status.CREATED, user_id, attempts=attempts, http_status=status, findings=proof)
        case Rejected(http_status=status, attempts=attempts):
            refused = _refusal(outcome, checked, place)
            return RowFate(Status.REJECTED, attempts=attempts, http_status=status, findings=(refused,))
        case Unresolved(reason=reason, http_status=status, attempts=attempts):
            doubt = Finding("unresolved", place, detail=reason)
            return RowFate(Status.UNRESOLVED, attempts=attempts, http_status=status, findings=(doubt,))
        case NotSent(reason=reason, attempts=attempts):
            left = Finding("stopped", place, detail="" if reason == HALTED else f": {reason.rstrip('.')}")
            return RowFate(Status.NOT_SENT, attempts=attempts, findings=(left,))
        case other:
            assert_never(other)


def _refusal(refused: Rejected, checked: Checked, place: Place) -> Finding:
    """The refusal, at the cell that it is about where its code or its message tells."""
    finding = Finding("refused", place, detail=refusal_words(refused))
    return _at_field(finding, field_refused(finding.detail), checked)


def refusal_words(refused: Rejected) -> str:
    """What OneFile said of a row, in words, its code behind them."""
    said = refused.message or f"status {refused.http_status}"
    return said.rstrip(".") + ("" if refused.code is None else f" (code {refused.code})")


def _at_field(finding: Finding, field: str | None, checked: Checked) -> Finding:
    """The finding at the cell of a field, where there is one and the source has a column for it."""
    if field is None:
        return finding
    position = checked.columns.position(field)
    if position is None:
        return replace(finding, field=field)
    heading = checked.table.headings[position]
    return replace(finding, field=field, heading=heading.text, place=replace(finding.place, column=heading.column))
