"""What would be done for every row, decided before anything is done.

A plan can be printed, compared by its digest and refused as unsafe. It never holds more than one create for one row,
and whatever cannot be decided safely is held for a person.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, assert_never

from bulk_import.catalogue import FIELDS, Role
from bulk_import.check import payload
from bulk_import.difference import agreeing, differing
from bulk_import.directory import Account, Directory, Nobody, One, Several
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
Mode = Literal["upsert", "create", "update"]


@dataclass(frozen=True, slots=True)
class Create:
    """A new account."""

    record: Record


@dataclass(frozen=True, slots=True)
class Update:
    """Some fields of an account that is there.

    Attributes:
        record: the row.
        user_id: the account's.
        changes: the fields to send, in the API's order; at least one.
        finding: what is left out of them, and why.
    """

    record: Record
    user_id: int
    changes: tuple[str, ...]
    finding: Finding | None = None


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The account already holds all that the row says and that may be sent; `finding` says what may not."""

    record: Record
    user_id: int
    finding: Finding | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """Not to be decided without a person; `finding` says why."""

    record: Record
    finding: Finding
    user_id: int | None = None


Change = Create | Update
Action = Create | Update | Unchanged | Hold


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
    def changes(self) -> tuple[Change, ...]:
        """All that would be sent, in the order of sending."""
        return tuple(action for action in self.actions if isinstance(action, Create | Update))

    @property
    def counts(self) -> Mapping[str, int]:
        """How many rows of each action, by its name in lower case."""
        return Counter(type(action).__name__.lower() for action in self.actions)


@dataclass(frozen=True, slots=True)
class Rules:
    """What a plan may do.

    Attributes:
        mode: whether accounts are made, changed, or both.
        updated: the fields that may be changed though nobody documents that OneFile changes them.
    """

    mode: Mode = "upsert"
    updated: frozenset[str] = field(default_factory=frozenset)

    def may_change(self, name: str) -> bool:
        """Whether a field of an account that is there may be sent."""
        updatable = FIELDS[name].updatable
        return updatable is True or (updatable is None and name in self.updated)


def make_plan(
    checked: Sequence[Checked],
    directory: Directory,
    *,
    organisations: Collection[int],
    target: Mapping[str, object],
    rules: Rules = Rules(),
) -> Plan:
    """Decides every row that passed the check.

    Args:
        checked: the sources of the run.
        directory: the accounts of the organisations named, complete where `Directory.candidates` asked for it.
        organisations: the ids of the organisations that the customer token may use.
        target: what else the plan depends on (environment, options), for the digest.
        rules: what it may do.
    """
    records = [record for source in checked for record in source.records()]
    decided = [decide(record, directory, organisations, rules, _place(checked, record)) for record in records]
    actions = sorted(_one_row_an_account(decided, checked), key=lambda one: SENDING_ORDER.index(one.record.role))
    return Plan(tuple(actions), _digest(checked, actions, target))


def _place(checked: Sequence[Checked], record: Record) -> Place:
    source = checked[record.source].table.source
    return Place(source.name, source.sheet, record.row)


def decide(record: Record, directory: Directory, organisations: Collection[int], rules: Rules, place: Place) -> Action:
    """What would be done for one row by itself; arguments as for `make_plan`, and where the row stands."""
    organisation = record.values["OrganisationID"]
    if organisation not in organisations:
        listed = ", ".join(map(str, sorted(organisations)))
        detail = f"; it may use {listed}" if listed else ""
        return Hold(record, Finding("organisation-unknown", place, detail=f"{organisation}{detail}"))
    match directory.find(record):
        case Nobody() if rules.mode == "update":
            return Hold(record, Finding("account-missing", place))
        case Nobody():
            return Create(record)
        case One(account=account, by=by):
            return _compare(record, account, by, rules, place)
        case Several(accounts=accounts, why=why):
            ids = ", ".join(str(account.id) for account in accounts)
            return Hold(record, Finding("account-ambiguous", place, detail=f"{why} (user ids {ids})"))
        case other:
            assert_never(other)


def _compare(record: Record, account: Account, by: str, rules: Rules, place: Place) -> Action:
    fields = differences(record, account)
    if why := contradiction(record, account, by):
        detail = f"user id {account.id}, found by {by}, {why}"
        return Hold(record, Finding("account-contradicted", place, detail=detail), account.id)
    if fields and rules.mode == "create":
        detail = f"user id {account.id}, found by {by}, differs in {', '.join(fields)}"
        return Hold(record, Finding("account-exists", place, detail=detail), account.id)
    changes = tuple(name for name in fields if rules.may_change(name))
    left = [name for name in fields if name not in changes]
    finding = Finding("update-undocumented", place, detail=", ".join(left)) if left else None
    if changes:
        return Update(record, account.id, changes, finding)
    return Unchanged(record, account.id, finding)


def differences(record: Record, account: Account) -> tuple[str, ...]:
    """The fields whose value in OneFile is another than the row's, in the API's order."""
    return differing(payload(record), account.values)


_NAMES = frozenset({"FirstName", "LastName"})
_NUMBERS = frozenset({"ULN", "DOB"})


def contradiction(record: Record, account: Account, by: str) -> str:
    """Why an account may be another person's after all, though MISID, or e-mail address and name, found it.

    A MISID that was used again, or typed into the wrong row, would otherwise turn one person's account into
    another's: so something else that identifies a person must agree with it. Sensitive values stay out of the words.
    """
    wanted = payload(record)
    differs = _NAMES | _NUMBERS | {"Email"}
    differs &= frozenset(differing(wanted, account.values))
    agrees = agreeing(wanted, account.values)
    told = {name for name in differs if account.text(name)}
    if by != "MISID":
        return "has another " + " and ".join(sorted(told & _NUMBERS)) if told & _NUMBERS else ""
    if told & _NAMES and told & _NUMBERS:
        return f"has another {' and '.join(sorted(told))}"
    if told & _NAMES and not agrees & (_NUMBERS | {"Email"}):
        return "has another name, and neither e-mail address nor ULN nor date of birth says that it is the same person"
    return ""


def _one_row_an_account(actions: Sequence[Action], checked: Sequence[Checked]) -> list[Action]:
    """The actions, those held of which several rows mean one account: the last would win, night after night."""
    rows: dict[int, list[Action]] = {}
    for action in actions:
        if isinstance(action, Update | Unchanged):
            rows.setdefault(action.user_id, []).append(action)
    shared = {user_id for user_id, alike in rows.items() if len(alike) > 1}
    return [_held_as_shared(one, rows, shared, checked) for one in actions]


def _held_as_shared(
    action: Action, rows: Mapping[int, Sequence[Action]], shared: Collection[int], checked: Sequence[Checked]
) -> Action:
    if not isinstance(action, Update | Unchanged) or action.user_id not in shared:
        return action
    others = [_place(checked, one.record) for one in rows[action.user_id] if one is not action]
    listed = ", ".join(f"{place.file} row {place.row}" for place in others)
    detail = f"user id {action.user_id} is what this row means and {listed} too"
    return Hold(action.record, Finding("account-shared", _place(checked, action.record), detail=detail), action.user_id)


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
            + ([*action.changes] if isinstance(action, Update) else [])
            for action in actions
        ],
    }
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=True, default=str)
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()[:16]
