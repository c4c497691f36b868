"""A plan made by memory is the plan that looking everybody up would have made, whatever happened in between."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from bulk_import.actions import Create, Unchanged
from bulk_import.catalogue import Role
from bulk_import.check import payload
from bulk_import.decide import Rules, decide
from bulk_import.directory import Account, Directory
from bulk_import.findings import Place
from bulk_import.journal import Remembered
from bulk_import.run.recall import Changes, Recollection
from tests.unit.practice import row

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bulk_import.actions import Action
    from bulk_import.check import Record
    from bulk_import.kinds import Json

SEAT = (1, Role.LEARNER)
LAST_NIGHT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)

PEOPLE = st.fixed_dictionaries(
    {
        "MISID": st.sampled_from([None, "M1", "M2", "M3", "M4"]),
        "Email": st.sampled_from(["a@example.com", "b@example.com", "c@example.com"]),
        "LastName": st.sampled_from(["Khan", "Smith"]),
        "ClassroomID": st.sampled_from([201, 202]),
    }
)
Person = dict[str, str | int | None]


@dataclass(frozen=True)
class Story:
    """What a file and OneFile hold on two nights.

    Attributes:
        before: last night's rows; an account of each was there.
        since: what each account is by now, None where nobody touched it.
        newcomers: accounts made by hand since.
        tonight: tonight's rows.
    """

    before: list[Person]
    since: list[Person | None]
    newcomers: list[Person]
    tonight: list[Person]


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """Few names, addresses and MISIDs, so that people are alike all the time."""
    before = draw(st.lists(PEOPLE, min_size=1, max_size=5))
    since = [draw(st.none() | PEOPLE) for _ in before]
    tonight = [draw(st.just(person) | st.just(person) | PEOPLE) for person in before] + draw(
        st.lists(PEOPLE, max_size=2)
    )
    return Story(before, since, draw(st.lists(PEOPLE, max_size=2)), tonight)


def rows(people: Sequence[Person]) -> list[Record]:
    """A row for each person."""
    return [
        row(number, Role.LEARNER, **{"FirstName": "Asha", **person}).record for number, person in enumerate(people, 2)
    ]


def accounts(people: Sequence[Person], first: int) -> dict[int, Account]:
    """An account for each person, as OneFile tells it in full."""
    numbered = enumerate(rows(people), first)
    return {id_: Account(id_, frozenset({SEAT}), {"ID": id_, **payload(one)}) for id_, one in numbered}


def seen(account: Account) -> Account:
    """The same as a search shows it."""
    shown = {name: account.values.get(name) for name in ("ID", "FirstName", "LastName", "MISID")}
    return replace(account, values=shown, in_full=False)


def digest(said: Mapping[str, Json]) -> str:
    """What stands for all that a row says."""
    return repr(sorted(said.items()))


def decided(records: Sequence[Record], directory: Directory) -> list[Action]:
    """What would be done for each row."""
    return [decide(record, directory, {1}, Rules(), Place("people.csv")) for record in records]


def remembered(records: Sequence[Record], there: Mapping[int, Account]) -> dict[int, Remembered]:
    """What last night's run keeps: the rows that were found to be there and unchanged."""
    plan = decided(records, Directory(there.values()))
    same = [one for one in plan if isinstance(one, Unchanged) and one.finding is None]
    return {one.user_id: Remembered(digest(payload(one.record)), LAST_NIGHT, LAST_NIGHT) for one in same}


def told(actions: Sequence[Action]) -> list[tuple[object, ...]]:
    """What is compared of actions."""
    return [
        (type(one).__name__, None if isinstance(one, Create) else one.user_id, getattr(one, "changes", ()))
        for one in actions
    ]


@given(stories())
def test_a_plan_by_memory_is_the_plan_of_a_full_look(story: Story) -> None:
    """Where OneFile's search for changes tells the truth, skipping makes no difference to any row."""
    there = accounts(story.before, 100)
    kept = remembered(rows(story.before), there)
    touched = {id_: person for id_, person in zip(there, story.since, strict=True) if person is not None}
    now = {**there, **{id_: accounts([person], id_)[id_] for id_, person in touched.items()}}
    now |= accounts(story.newcomers, 200)
    changed = frozenset({*touched, *(now.keys() - there.keys())})
    listed = {id_: seen(one) for id_, one in now.items()}
    changes = Changes({SEAT: [(LAST_NIGHT, changed)]})
    recollection = Recollection(listed, kept, changes, LAST_NIGHT - timedelta(days=7), digest)
    tonight, directory = rows(story.tonight), Directory(listed.values())
    known = recollection.known(tonight, directory)
    directory = directory.with_details(known.values())
    unread = recollection.unread(tonight, directory, known)
    directory = directory.with_details([now[id_] for id_ in unread])
    assert told(decided(tonight, directory)) == told(decided(tonight, Directory(now.values())))
    assert not {account.id for account in known.values()} & {*unread, *changed}
