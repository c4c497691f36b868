"""What would be done for every row, decided before anything is done.

A plan can be printed, compared by its digest and refused as unsafe. It never holds more than one create for one row,
and whatever cannot be decided safely is held for a person.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, assert_never
from zoneinfo import ZoneInfo

from bulk_import.catalogue import FIELDS, Role
from bulk_import.check import payload
from bulk_import.directory import Account, Directory, Nobody, One, Several, folded
from bulk_import.findings import Finding, Place

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from bulk_import.check import Checked, Record

# Staff before the employers and observers, and all of them before the learners that name them.
SENDING_GROUPS = (
    (Role.ASSESSOR, Role.TRAINEE_ASSESSOR, Role.IQA),
    (Role.EMPLOYER, Role.OBSERVER),
    (Role.LEARNER,),
)
SENDING_ORDER = tuple(role for group in SENDING_GROUPS for role in group)
UK = ZoneInfo("Europe/London")


@dataclass(frozen=True, slots=True)
class Create:
    """A new account."""

    record: Record


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The account already holds all that the row says."""

    record: Record
    user_id: int


@dataclass(frozen=True, slots=True)
class Hold:
    """Not to be decided without a person; `finding` says why."""

    record: Record
    finding: Finding
    user_id: int | None = None


Action = Create | Unchanged | Hold


@dataclass(frozen=True, slots=True)
class Plan:
    """An action for every row that passed the check, in the order of sending.

    Attributes:
        actions: staff first, then employers and observers, then learners; within a role in the order of the source.
        digest: changes when sources, reading, target or any action changes; the same for the same.
    """

    actions: tuple[Action, ...]
    digest: str

    @property
    def creates(self) -> tuple[Create, ...]:
        """The accounts to make, in the order of sending."""
        return tuple(action for action in self.actions if isinstance(action, Create))

    @property
    def counts(self) -> Mapping[str, int]:
        """How many rows of each action, by its name in lower case."""
        return Counter(type(action).__name__.lower() for action in self.actions)


@dataclass(frozen=True, slots=True)
class Limits:
    """When a plan is too large to be meant: a number of changes, and a share of the centre's accounts in per cent."""

    max_changes: int
    max_change_percent: int | None = None


def make_plan(
    checked: Sequence[Checked],
    directory: Directory,
    *,
    organisations: Collection[int],
    target: Mapping[str, object],
) -> Plan:
    """Decides every row that passed the check.

    Args:
        checked: the sources of the run.
        directory: the accounts of the organisations named, complete where `Directory.candidates` asked for it.
        organisations: the ids of the organisations that the customer token may use.
        target: what else the plan depends on (environment, options), for the digest.
    """
    records = [record for source in checked for record in source.records()]
    actions = sorted(
        (_decide(record, directory, organisations, _place(checked, record)) for record in records),
        key=lambda action: SENDING_ORDER.index(action.record.role),
    )
    return Plan(tuple(actions), _digest(checked, actions, target))


def _place(checked: Sequence[Checked], record: Record) -> Place:
    source = checked[record.source].table.source
    return Place(source.name, source.sheet, record.row)


def _decide(record: Record, directory: Directory, organisations: Collection[int], place: Place) -> Action:
    organisation = record.values["OrganisationID"]
    if organisation not in organisations:
        listed = ", ".join(map(str, sorted(organisations)))
        detail = f"; it may use {listed}" if listed else ""
        return Hold(record, Finding("organisation-unknown", place, detail=f"{organisation}{detail}"))
    match directory.find(record):
        case Nobody():
            return Create(record)
        case One(account=account, by=by):
            return _compare(record, account, by, place)
        case Several(accounts=accounts, why=why):
            ids = ", ".join(str(account.id) for account in accounts)
            return Hold(record, Finding("account-ambiguous", place, detail=f"{why} (user ids {ids})"))
        case other:
            assert_never(other)


def _compare(record: Record, account: Account, by: str, place: Place) -> Action:
    fields = differences(record, account)
    if not fields:
        return Unchanged(record, account.id)
    detail = f"user id {account.id}, found by {by}, differs in {', '.join(fields)}"
    return Hold(record, Finding("account-exists", place, detail=detail), account.id)


def differences(record: Record, account: Account) -> tuple[str, ...]:
    """The fields whose value in OneFile is another than the row's, in the API's order.

    Only fields that OneFile answered are compared (any may be missing from its answer), each in its own terms: text
    with white space and case folded, days in the United Kingdom's time, numbers as numbers. Null equals empty.
    """
    wanted = payload(record)
    return tuple(
        name
        for name in FIELDS
        if name in wanted and name in account.values and not _equal(wanted[name], account.values[name])
    )


def _equal(ours: object, theirs: object) -> bool:
    if isinstance(ours, str) and isinstance(theirs, str) and ours.endswith("T00:00:00.000Z"):
        return ours[:10] == _uk_day(theirs)
    if isinstance(ours, bool) or isinstance(theirs, bool):
        return folded(ours) == folded(theirs)
    return folded(ours) == folded("" if theirs is None else theirs)


def _uk_day(moment: str) -> str:
    """The day of a moment in the UK: a date typed in summer can come back as 23:00 UTC of the day before."""
    try:
        parsed = datetime.fromisoformat(moment)
    except ValueError:
        return moment[:10]
    return (parsed.astimezone(UK) if parsed.tzinfo else parsed).date().isoformat()


def _digest(checked: Sequence[Checked], actions: Iterable[Action], target: Mapping[str, object]) -> str:
    content = {
        "sources": [[source.table.source.sha256, source.table.source.sheet] for source in checked],
        "columns": [
            {name: source.table.headings[position].column for name, position in source.columns.field_at.items()}
            for source in checked
        ],
        "target": dict(target),
        "actions": [
            [type(action).__name__, action.record.source, action.record.row, int(action.record.role)]
            + ([] if isinstance(action, Create) else [action.user_id])
            for action in actions
        ],
    }
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=True, default=str)
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()[:16]


def objections(plan: Plan, limits: Limits, *, accounts: int) -> tuple[str, ...]:
    """Why a plan should not be carried out without being looked at twice, a sentence each.

    Args:
        plan: the plan.
        limits: what is normal.
        accounts: how many accounts the centre has.
    """
    changes = len(plan.creates)
    said = []
    if changes > limits.max_changes:
        said.append(f"The file would make {changes:,} changes; the limit is {limits.max_changes:,} (max_changes).")
    percent = limits.max_change_percent
    if percent is not None and changes * 100 > percent * accounts:
        said.append(
            f"The file would make {changes:,} changes where the centre has {accounts:,} accounts; "
            f"the limit is {percent} per cent (max_change_percent)."
        )
    return tuple(said)
