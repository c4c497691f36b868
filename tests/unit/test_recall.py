"""Which accounts are left alone because of what is remembered, and when nothing may be."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bulk_import.actions import Update
from bulk_import.catalogue import Role
from bulk_import.check import payload
from bulk_import.directory import Account, Directory
from bulk_import.evidence import differences
from bulk_import.journal import Remembered
from bulk_import.run.recall import Changes, Recollection, credible_by
from tests.unit.practice import row

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bulk_import.check import Record
    from bulk_import.kinds import Json

SEAT = (1, Role.LEARNER)
LAST_NIGHT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
DAY = timedelta(days=1)
ROW = row(1, Role.LEARNER).record
NAMESAKE = row(1, Role.LEARNER, MISID="N00009", Email="namesake@example.com").record


def digest(said: Mapping[str, Json]) -> str:
    """What stands for all that a row says."""
    return repr(sorted(said.items()))


def seen(id_: int, record: Record, **values: object) -> Account:
    """The account of a row as a search shows it."""
    shown = {name: payload(record)[name] for name in ("FirstName", "LastName", "MISID")}
    return Account(id_, frozenset({SEAT}), {"ID": id_, **shown, **values}, in_full=False)


def recollection(
    accounts: Sequence[Account],
    remembered: dict[int, Record],
    *,
    changed: Sequence[int] = (),
    asked_about: datetime = LAST_NIGHT,
    checked: datetime = LAST_NIGHT,
) -> Recollection:
    """What last night's run remembers, and a search that shows these accounts as changed since a moment."""
    return Recollection(
        {account.id: account for account in accounts},
        {id_: Remembered(digest(payload(record)), LAST_NIGHT, checked) for id_, record in remembered.items()},
        Changes({SEAT: [(asked_about, frozenset(changed))]}),
        LAST_NIGHT - 6 * DAY,
        digest,
    )


def spared(found: Recollection, accounts: Sequence[Account], record: Record = ROW) -> list[int]:
    """The accounts that a row leaves alone."""
    return [account.id for account in found.known([record], Directory(accounts)).values()]


def test_an_account_that_is_as_it_was_is_known_by_its_row() -> None:
    """It stands there with all that the row says, as if it had been fetched."""
    accounts = [seen(7, ROW)]
    (account,) = recollection(accounts, {7: ROW}).known([ROW], Directory(accounts)).values()
    assert (account.id, account.in_full) == (7, True)
    assert payload(ROW).items() <= account.values.items()


def test_only_its_own_row_need_not_be_compared_with_an_account_that_is_known() -> None:
    """Another row that means the same account says what it says."""
    accounts, other = [seen(7, ROW)], replace(CHANGED_ROW, row=2)
    (account,) = recollection(accounts, {7: ROW}).known([ROW], Directory(accounts)).values()
    assert differences(ROW, account) == ()
    assert differences(other, account) == ("ClassroomID",)
    assert differences(ROW, account.completed({"ClassroomID": 203})) == ("ClassroomID",)


CHANGED_ROW = row(1, Role.LEARNER, ClassroomID=202).record
NOT_SPARED = [
    ("the row says something else", [seen(7, ROW)], {7: CHANGED_ROW}, {}),
    ("nothing is remembered", [seen(7, ROW)], {}, {}),
    ("OneFile shows a change", [seen(7, ROW)], {7: ROW}, {"changed": [7]}),
    ("the search is about a later moment", [seen(7, ROW)], {7: ROW}, {"asked_about": LAST_NIGHT + DAY / 24}),
    ("it was last checked too long ago", [seen(7, ROW)], {7: ROW}, {"checked": LAST_NIGHT - 7 * DAY}),
    ("the name is another in OneFile", [seen(7, ROW, LastName="Other")], {7: ROW}, {}),
    ("the MISID is another in OneFile", [seen(7, ROW, MISID="N00002")], {7: ROW}, {}),
    ("somebody else holds the MISID too", [seen(7, ROW), seen(8, ROW, LastName="Other")], {7: ROW}, {}),
    ("two accounts hold the same", [seen(7, ROW), seen(8, ROW)], {7: ROW, 8: ROW}, {}),
    ("it stands under another role", [replace(seen(7, ROW), seats=frozenset({(1, Role.EMPLOYER)}))], {7: ROW}, {}),
    ("it was found under two roles", [replace(seen(7, ROW), seats=frozenset({SEAT, (1, Role.IQA)}))], {7: ROW}, {}),
]


@pytest.mark.parametrize(
    ("accounts", "remembered", "told"), [case[1:] for case in NOT_SPARED], ids=[case[0] for case in NOT_SPARED]
)
def test_whatever_speaks_against_a_memory_has_the_account_fetched(
    accounts: Sequence[Account], remembered: dict[int, Record], told: dict[str, object]
) -> None:
    """A memory is used only where nothing speaks against it."""
    found = recollection(accounts, remembered, **told)  # type: ignore[arg-type]  # the table's own options
    assert spared(found, accounts) == []
    assert found.unread([ROW], Directory(accounts), {}) == Directory(accounts).unread([ROW])


@pytest.mark.parametrize(("changed", "fetched"), [((), ()), ((8,), (8,)), ((7,), (7, 8))])
def test_a_namesake_is_fetched_only_where_it_may_have_become_the_person(
    changed: tuple[int, ...], fetched: tuple[int, ...]
) -> None:
    """One that OneFile shows as changed, or any where the account itself is not known."""
    accounts = [seen(7, ROW), seen(8, NAMESAKE)]
    found, directory = recollection(accounts, {7: ROW}, changed=changed), Directory(accounts)
    known = found.known([ROW], directory)
    assert found.unread([ROW], directory.with_details(known.values()), known) == fetched


def test_accounts_known_by_other_rows_are_not_fetched_for_a_namesake() -> None:
    """A row that is new or has changed is told apart from the people of other rows by what those rows say."""
    accounts = [seen(7, ROW), seen(8, NAMESAKE)]
    found = recollection(accounts, {8: NAMESAKE})
    known = found.known([NAMESAKE], Directory(accounts)).values()
    assert found.unread([ROW], Directory(accounts).with_details(known), {}) == (7,)


HIDDEN = row(1, Role.LEARNER, CompanyName="Acme Ltd").record


def told(id_: int, **values: object) -> Account:
    """The account of HIDDEN as it answers for itself, without the fields that OneFile does not show."""
    shown = {name: value for name, value in payload(HIDDEN).items() if name not in {"CompanyName", "Telephone"}}
    return Account(id_, frozenset({SEAT}), {"ID": id_, **shown, **values})


@pytest.mark.parametrize(
    ("remembered", "answers", "shown", "expected"),
    [
        ({7: HIDDEN}, [told(7, CompanyName=None)], "", "Acme Ltd"),
        ({7: HIDDEN}, [told(7)], "", "Acme Ltd"),
        ({7: ROW}, [told(7)], "", ""),
        ({}, [told(7)], "", ""),
        ({7: HIDDEN}, [told(7), told(8, CompanyName="Other Ltd")], "", ""),
        ({7: HIDDEN}, [told(7, CompanyName="")], "", ""),
        ({7: HIDDEN}, [told(7, CompanyName=None)], "CompanyName", ""),
        ({7: HIDDEN}, [told(7)], "CompanyName", ""),
    ],
    ids=[
        *("null", "confirmed", "confirmed otherwise", "never confirmed"),
        *("shown of somebody else", "shown empty", "null, and shown once", "shown once"),
    ],
)
def test_a_field_that_onefile_never_shows_is_what_was_confirmed(
    remembered: dict[int, Record], answers: list[Account], shown: str, expected: str
) -> None:
    """Where it shows the field of anybody, or did on any night, a missing one is empty: somebody emptied it there."""
    found = replace(recollection(answers, remembered), shown=frozenset({shown}))
    (account, *_) = found.with_hidden([HIDDEN], answers)
    assert account.text("CompanyName") == expected


def test_a_field_that_onefile_is_known_to_show_is_empty_where_it_is_missing() -> None:
    """A telephone number that somebody has deleted by hand is not taken for hidden."""
    wanted = row(1, Role.LEARNER, Telephone="0161 496 0001").record
    account = told(7)
    (found,) = recollection([account], {7: wanted}).with_hidden([wanted], [account])
    assert found.text("Telephone") == ""


@pytest.mark.parametrize(
    ("until", "checked", "believed"),
    [(LAST_NIGHT, LAST_NIGHT, True), (LAST_NIGHT + DAY, LAST_NIGHT, False), (LAST_NIGHT, LAST_NIGHT + DAY, False)],
)
def test_a_memory_of_a_later_moment_is_not_believed(until: datetime, checked: datetime, *, believed: bool) -> None:
    """The clock was ahead when it was written, so nobody knows what has changed since."""
    memory = {7: Remembered("digest", until, checked)}
    assert credible_by(LAST_NIGHT, memory) == (memory if believed else {})


@pytest.mark.parametrize(("changed", "missed"), [((), (7,)), ((7,), ())])
def test_a_search_that_missed_a_change_is_told(changed: tuple[int, ...], missed: tuple[int, ...]) -> None:
    """A full check finds an account changed that OneFile's search did not show."""
    found = recollection([seen(7, ROW)], {7: ROW}, changed=changed)
    assert found.missed([Update(ROW, 7, ("ClassroomID",)), Update(NAMESAKE, 8, ("Email",))]) == missed


@pytest.mark.parametrize(("user_id", "expected"), [(None, [7]), (7, [7]), (8, [])])
def test_a_row_that_gives_an_id_is_known_only_by_that_account(user_id: int | None, expected: list[int]) -> None:
    """What another account was found to hold is no reason to leave the one that the row means alone."""
    accounts = [seen(7, ROW), seen(8, NAMESAKE)]
    meant = replace(ROW, user_id=user_id)
    assert spared(recollection(accounts, {7: ROW}), accounts, meant) == expected
