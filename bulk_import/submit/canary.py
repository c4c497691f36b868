"""The canary: the first rows of each role are sent alone, fetched back and compared before the others follow.

OneFile tells of an account what it likes: a field that it leaves out, or shows as null, neither agrees nor contradicts.
What it shows as empty is empty. An account may be shown late, or as it was, so what differs is looked at again.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never

from bulk_import.actions import Create, Update
from bulk_import.difference import otherwise
from bulk_import.errors import ApiDown
from bulk_import.journal import Done, Rejected
from bulk_import.plan import awaited

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from bulk_import.actions import Change
    from bulk_import.api import OneFile
    from bulk_import.journal import Outcome
    from bulk_import.journal.entries import Key
    from bulk_import.submit.halt import Halt

LOOKS = 3

OWN = frozenset({"FirstName", "LastName", "Email", "MISID", "ULN", "NINO", "DOB"})
"""Fields by which a new account can be told to be its person's; a place or a role could be anybody's, or an echo."""

Sent = tuple["Key", int, "Mapping[str, object]"]
"""A row that was sent, its account, and what was sent for it."""


@dataclass(frozen=True, slots=True)
class Compared:
    """What came back of the first rows; no values.

    Attributes:
        agreeing: the rows whose account holds what was sent, as far as OneFile shows it, which is one field at least,
            and of a new account one that is the person's own.
        differing: the others that are shown, each with its account and the fields that came back otherwise.
        unseen: the rows of whose account OneFile did not show so much, or that did not get so far.
        hidden: fields that were sent and that OneFile does not show, for one of them at least; never the role.
        shown: fields that were sent and that OneFile shows, for one of them at least.
    """

    agreeing: tuple[Key, ...] = ()
    differing: Mapping[Key, tuple[int, tuple[str, ...]]] | None = None
    unseen: tuple[Key, ...] = ()
    hidden: tuple[str, ...] = ()
    shown: frozenset[str] = frozenset()

    @property
    def agrees(self) -> bool:
        """Whether the rest may follow."""
        return not self.differing and not self.unseen


def first_rows(
    rows: Mapping[Key, Change], number: int, outcomes: Mapping[Key, Outcome], in_vain: Container[Key] = ()
) -> list[Change]:
    """The first rows of each role, and those whom they name; one that was refused has the next in its place.

    Args:
        rows: those of the run, in any order.
        number: how many of each role.
        outcomes: what became of them so far.
        in_vain: those that name somebody whose own row was refused.
    """
    chosen: dict[Key, Change] = {}
    taken: Counter[int] = Counter()
    for key in sorted(rows):
        role = rows[key].record.role
        if taken[role] < number and key not in in_vain and not isinstance(outcomes.get(key), Rejected):
            taken[role] += 1
            chosen[key] = rows[key]
    needed = {tuple(where) for change in chosen.values() for where in awaited(change).values()}
    return [*(rows[key] for key in sorted(rows.keys() & needed - chosen.keys())), *chosen.values()]


def what_is_sent(change: Change, said: Mapping[str, object]) -> Mapping[str, object]:
    """What of all that a row says is sent: a new account has no fields to be emptied."""
    match change:
        case Create(record=record):
            return {name: value for name, value in said.items() if name not in record.cleared}
        case Update(changes=fields):
            return {name: said[name] for name in fields}
        case other:
            assert_never(other)


async def look_back(
    chosen: Sequence[tuple[Change, Outcome | None, Mapping[str, object]]], api: OneFile, halt: Halt, settle_wait: float
) -> Compared:
    """Fetches the accounts of the first rows and compares them with what was sent.

    Args:
        chosen: each row with what became of it and what was sent for it.
        api: OneFile, open.
        halt: cuts waits short.
        settle_wait: seconds that OneFile may lag behind.

    Raises:
        Halted: the run was stopped first.
        StoppedEarly: OneFile no longer lets us look.
    """
    agreeing, others, unseen = [], {}, []
    hidden: dict[str, None] = {}
    shown: set[str] = set()
    for change, outcome, sent in chosen:
        told = None
        if isinstance(outcome, Done):
            told = await _told(outcome.user_id, sent, api, halt, settle_wait)
        compared = {name for name in sent if told and told.get(name) is not None}
        fields = otherwise(sent, told or {})
        if not isinstance(outcome, Done) or not (fields or _tells(change, compared)):
            unseen.append(change.record.key)
            continue
        shown |= compared
        hidden.update(dict.fromkeys(name for name in sent if name not in compared and name != "Role"))
        if fields:
            others[change.record.key] = (outcome.user_id, fields)
        else:
            agreeing.append(change.record.key)
    return Compared(tuple(agreeing), others, tuple(unseen), tuple(hidden), frozenset(shown))


def _tells(change: Change, compared: AbstractSet[str]) -> bool:
    """Whether what OneFile shows of what was sent tells that it is there; of an update any field does."""
    return bool(compared & OWN if isinstance(change, Create) else compared)


async def _told(
    user_id: int, sent: Mapping[str, object], api: OneFile, halt: Halt, settle_wait: float
) -> Mapping[str, object] | None:
    """An account as OneFile shows it once it agrees, or after the last look; None if it never shows it."""
    told = None
    for number in range(LOOKS):
        await halt.pause(settle_wait * number)
        try:
            told = await halt.watch(api.user(user_id)) or told
        except ApiDown:
            continue
        if told is not None and not otherwise(sent, told):
            break
    return told
