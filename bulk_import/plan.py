"""What would be done for every row, decided before anything is done.

A plan can be printed, compared by its digest and refused as unsafe. It never holds more than one create for one row,
and whatever cannot be decided safely is held for a person.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bulk_import.actions import Create, Hold, Skip, Unchanged, Update
from bulk_import.catalogue import ONEFILE_ID, Role
from bulk_import.decide import EVERYTHING, Rules, decide_all
from bulk_import.findings import Finding, Place
from bulk_import.folding import folded
from bulk_import.kinds import Awaited

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from bulk_import.actions import Action, Change
    from bulk_import.check import Checked, Record
    from bulk_import.directory import Directory

# Staff before the employers and observers, and all of them before the learners that name them.
SENDING_GROUPS = (
    (Role.ASSESSOR, Role.TRAINEE_ASSESSOR, Role.IQA),
    (Role.EMPLOYER, Role.OBSERVER),
    (Role.LEARNER,),
)
SENDING_ORDER = tuple(role for group in SENDING_GROUPS for role in group)

MADE_BEFORE = "account-made-before"
REFUSED_BEFORE = "refused-before"
"""The code of a row that came back in a marked file as OneFile had refused it."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """What became of rows that came back in a marked file exactly as they had been sent.

    Attributes:
        done: source and row → the id of the account.
        superseded: source and row of those done ones whose account was given something else since.
        refused: source and row → what OneFile said.
        made: the account that an earlier run made, or found, for the person of a row; None where it knows none.
    """

    done: Mapping[tuple[int, int], int] = field(default_factory=dict)
    superseded: frozenset[tuple[int, int]] = frozenset()
    refused: Mapping[tuple[int, int], str] = field(default_factory=dict)
    made: Callable[[Record], int | None] = lambda _: None


NOTHING_EARLIER = Earlier()


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


def make_plan(
    checked: Sequence[Checked],
    directory: Directory,
    *,
    organisations: Collection[int],
    target: Mapping[str, object],
    rules: Rules = EVERYTHING,
    made: AbstractSet[Awaited] = frozenset(),
    earlier: Earlier = NOTHING_EARLIER,
) -> Plan:
    """Decides every row that passed the check.

    Args:
        checked: the sources of the run.
        directory: the accounts of the organisations named, complete where `Directory.unread` asked for it.
        organisations: the ids of the organisations that the customer token may use.
        target: what else the plan depends on (environment, options), for the digest.
        rules: what it may do.
        made: rows whose accounts are there already, or are being made by an earlier part of the same run.
        earlier: what is not sent again, because it was done or refused before exactly as it stands.
    """
    records = [record for source in checked for record in source.valid]
    placed = [(record, _place(checked, record)) for record in records]
    decided = decide_all(placed, directory, organisations, rules)
    decided = [_not_again(action, earlier, rules, checked) for action in _one_row_an_account(decided, checked)]
    decided = [_not_made_before(action, earlier, directory, rules, checked) for action in decided]
    decided = _one_create_a_person(decided, checked)
    coming = {_row_of(action) for action in decided if _has_account(action)} | made
    waited = [_unless_in_vain(action, coming, checked) for action in decided]
    actions = sorted(waited, key=lambda one: SENDING_ORDER.index(one.record.role))
    return Plan(tuple(actions), _digest(checked, actions, target, directory))


def _has_account(action: Action) -> bool:
    """Whether a row has an account, or gets one."""
    return not isinstance(action, Hold | Skip) or (isinstance(action, Skip) and action.user_id is not None)


def _row_of(action: Action) -> Awaited:
    return Awaited(*action.record.key)


def _unless_in_vain(action: Action, coming: AbstractSet[Awaited], checked: Sequence[Checked]) -> Action:
    """The action, unless it waits for an account that no row makes."""
    if not isinstance(action, Create | Update):
        return action
    vain = {name: where for name, where in awaited(action).items() if where not in coming}
    if not vain:
        return action
    user_id = action.user_id if isinstance(action, Update) else None
    detail = vain_detail(vain, checked)
    return Hold(action.record, Finding(NOT_MADE, _place(checked, action.record), detail=detail), user_id)


NOT_MADE = "reference-not-made"


def vain_detail(vain: Mapping[str, Awaited], checked: Sequence[Checked]) -> str:
    """The fields that wait for an account that is not made, each with the row that was to make it."""
    return "; ".join(f"{name}: {row_label(checked, where)}{_why(checked, where)}" for name, where in vain.items())


def _why(checked: Sequence[Checked], where: Awaited) -> str:
    return ", which has an error" if where.row in checked[where.source].invalid_rows else ""


def awaited(change: Change) -> dict[str, Awaited]:
    """The fields to be sent that wait for another row's account, and that row."""
    values = change.record.values
    sent = change.changes if isinstance(change, Update) else tuple(values)
    return {name: value for name in sent if isinstance(value := values.get(name), Awaited)}


def row_label(checked: Sequence[Checked], where: Awaited) -> str:
    """How a row of the run is called: its number and its file, and the sheet where there is one."""
    source = checked[where.source].table.source
    return f"row {where.row} of {source.name}" + (f" ({source.sheet})" if source.sheet else "")


def _place(checked: Sequence[Checked], record: Record) -> Place:
    source = checked[record.source].table.source
    return Place(source.name, source.sheet, record.row)


def _one_row_an_account(actions: Sequence[Action], checked: Sequence[Checked]) -> list[Action]:
    """The actions, those held of which several rows mean one account: the last would win, night after night."""
    rows: dict[int, list[Action]] = {}
    for action in actions:
        if (user_id := _account_meant(action)) is not None:
            rows.setdefault(user_id, []).append(action)
    shared = {user_id for user_id, alike in rows.items() if len(alike) > 1}
    return [_held_as_shared(one, rows, shared, checked) for one in actions]


def _account_meant(action: Action) -> int | None:
    """The account that was found for a row, or that a row means by its id though it is held."""
    if isinstance(action, Update | Unchanged):
        return action.user_id
    return action.record.user_id if isinstance(action, Hold) else None


def _held_as_shared(
    action: Action, rows: Mapping[int, Sequence[Action]], shared: Collection[int], checked: Sequence[Checked]
) -> Action:
    if not isinstance(action, Update | Unchanged) or action.user_id not in shared:
        return action
    listed = ", ".join(row_label(checked, _row_of(one)) for one in rows[action.user_id] if one is not action)
    detail = f"user id {action.user_id} is what this row means and {listed} too"
    return Hold(action.record, Finding("account-shared", _place(checked, action.record), detail=detail), action.user_id)


def _not_again(action: Action, earlier: Earlier, rules: Rules, checked: Sequence[Checked]) -> Action:
    """What is done stays as it is, even where the account was changed since; what was refused waits for a person."""
    if not isinstance(action, Create | Update) or _wanted_again(action, rules):
        return action
    record, key = action.record, action.record.key
    place, done, said = _place(checked, record), earlier.done.get(key), earlier.refused.get(key)
    if said is not None:
        user_id = action.user_id if isinstance(action, Update) else None
        return Hold(record, Finding(REFUSED_BEFORE, place, detail=said), user_id)
    if done is None:
        return action
    if isinstance(action, Create) or key in earlier.superseded or record.user_id not in {None, done}:
        code = "account-gone" if isinstance(action, Create) else "done-otherwise"
        return Hold(record, Finding(code, place, detail=f"user id {done}"), done)
    return Unchanged(record, done, Finding("done-before", place, detail=f"user id {done}"))


def _wanted_again(action: Action, rules: Rules) -> bool:
    """Whether somebody asked for another account for the person of a row."""
    return isinstance(action, Create) and rules.rows.makes_again(action.record.row)


def _not_made_before(
    action: Action, earlier: Earlier, directory: Directory, rules: Rules, checked: Sequence[Checked]
) -> Action:
    """A create is held where the person has an account that OneFile does not show as theirs any more.

    Somebody may have archived it, or changed the name or the e-mail address that it was known by.
    """
    if not isinstance(action, Create) or _wanted_again(action, rules):
        return action
    user_id = earlier.made(action.record)
    if user_id is None:
        return action
    shown = "OneFile shows it as somebody else's by now" if user_id in directory.accounts else "OneFile hides it"
    detail = f"user id {user_id}; {shown}"
    return Hold(action.record, Finding(MADE_BEFORE, _place(checked, action.record), detail=detail), user_id)


def _one_create_a_person(actions: Sequence[Action], checked: Sequence[Checked]) -> list[Action]:
    """The actions, creates held whose person is being made by a row before: the check may have been told to be mild."""
    first: dict[tuple[object, ...], Awaited] = {}
    kept: list[Action] = []
    for action in actions:
        if isinstance(action, Create):
            keys = _person_keys(action.record)
            before = next((first[key] for key in keys if key in first), None)
            if before is not None:
                place, detail = _place(checked, action.record), row_label(checked, before)
                kept.append(Hold(action.record, Finding("person-twice", place, detail=detail)))
                continue
            first.update(dict.fromkeys(keys, _row_of(action)))
        kept.append(action)
    return kept


def _person_keys(record: Record) -> list[tuple[object, ...]]:
    """What only one person has within organisation and role: a MISID; an e-mail address together with the names."""
    values = record.values
    misid, *person = (folded(values.get(name) or "") for name in ("MISID", "Email", "FirstName", "LastName"))
    seat = values["OrganisationID"], record.role
    return [(*seat, misid)] * bool(misid) + [(*seat, *person)] * bool(person[0])


def _digest(
    checked: Sequence[Checked], actions: Iterable[Action], target: Mapping[str, object], directory: Directory
) -> str:
    content = {
        "sources": [[source.table.source.sha256, source.table.source.sheet] for source in checked],
        "columns": [_mapping(source) for source in checked],
        "target": dict(target),
        "actions": [
            [type(action).__name__, action.record.source, action.record.row, int(action.record.role)]
            + ([] if isinstance(action, Create) else [action.user_id])
            + (_overwritten(action, directory) if isinstance(action, Update) else [])
            for action in actions
        ],
    }
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=True, default=str)
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()[:16]


def _mapping(source: Checked) -> dict[str, int]:
    """Field → the column that holds it, OneFile's own ids of the accounts among them."""
    told = {f"{ONEFILE_ID} {number}": at for number, at in enumerate(source.columns.user_ids, start=1)}
    return {name: source.table.headings[at].column for name, at in {**source.columns.field_at, **told}.items()}


def _overwritten(update: Update, directory: Directory) -> list[object]:
    """The fields of an update and what they hold now: nothing is overwritten that nobody looked at."""
    values = directory.accounts[update.user_id].values
    return [[name, values.get(name)] for name in update.changes]
