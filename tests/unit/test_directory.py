"""The directory: which account a row means, and when a person has to decide."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from bulk_import.catalogue import Role
from bulk_import.directory import Account, Directory, Elsewhere, Nobody, NotThere, One, Several, folded

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Row:
    """A row as the directory sees it."""

    role: Role
    values: Mapping[str, object]
    user_id: int | None = None


def row(
    misid: str = "",
    email: str = "asha.khan@example.com",
    name: str = "Asha Khan",
    role: Role = Role.LEARNER,
    uln: str = "",
    born: date | None = None,
) -> Row:
    """A row of organisation 1."""
    first, last = name.split(" ", 1)
    values: dict[str, object] = {"OrganisationID": 1, "FirstName": first, "LastName": last, "Email": email}
    more = {"MISID": misid, "ULN": uln, "DOB": born}
    return Row(role, values | {name: value for name, value in more.items() if value})


def by_id(user_id: int, person: Row) -> Row:
    """A row that gives OneFile's id of its account."""
    return replace(person, user_id=user_id)


def account(
    id_: int,
    misid: str | None = None,
    email: str | None = "asha.khan@example.com",
    name: str = "Asha Khan",
    role: Role = Role.LEARNER,
    organisation: int = 1,
    uln: str | None = None,
    born: str | None = None,
) -> Account:
    """An account as OneFile answers it in full."""
    first, last = name.split(" ", 1)
    values = {"FirstName": first, "LastName": last, "MISID": misid, "Email": email, "ULN": uln, "DOB": born}
    return Account(id_, frozenset({(organisation, role)}), values)


OTHER = "other@example.com"
ULN, BORN, DAY = "9276308686", "2006-02-14T00:00:00Z", date(2006, 2, 14)
DOUBTS: list[tuple[str, Row, list[Account], tuple[str, tuple[int, ...]]]] = [
    ("a namesake with this ULN", row(uln=ULN), [account(7, email=OTHER, uln=ULN)], ("Several", (7,))),
    (
        "a namesake with this ULN and another MISID",
        row("L1", uln=ULN),
        [account(7, "L2", OTHER, uln=ULN)],
        ("Several", (7,)),
    ),
    ("a namesake with another ULN", row(uln=ULN), [account(7, email=OTHER, uln="1000000124")], ("Nobody", ())),
    ("a namesake with no real ULN", row(uln="9999999999"), [account(7, email=OTHER, uln="9999999999")], ("Nobody", ())),
    ("a namesake born that day", row("L1", born=DAY), [account(7, email=OTHER, born=BORN)], ("Several", (7,))),
    (
        "a namesake born that day, with another MISID",
        row("L1", born=DAY),
        [account(7, "L2", OTHER, born=BORN)],
        ("Nobody", ()),
    ),
    ("a ULN under another name", row(uln=ULN), [account(7, email=OTHER, name="Ben Khan", uln=ULN)], ("Several", (7,))),
    (
        "the MISID, its ULN under another name too",
        row("L1", uln=ULN),
        [account(7, "L1"), account(8, name="B Khan", uln=ULN)],
        ("One", (7,)),
    ),
    ("a name without its accents", row(name="Zoe Muller"), [account(7, name="Zoë Müller")], ("Several", (7,))),
    (
        "a name without its accents, and nothing else",
        row(name="Zoe Muller"),
        [account(7, email=OTHER, name="Zoë Müller")],
        ("Nobody", ()),
    ),
    ("the person under another role", row(), [account(7, role=Role.EMPLOYER)], ("Elsewhere", (7,))),
    (
        "MISID and name under another role",
        row("L1"),
        [account(7, "L1", OTHER, role=Role.OBSERVER)],
        ("Elsewhere", (7,)),
    ),
    ("only the name under another role", row("L1"), [account(7, "L2", OTHER, role=Role.OBSERVER)], ("Nobody", ())),
    (
        "the person, under another role as well",
        row("L1"),
        [account(7, "L1"), account(8, "L1", role=Role.EMPLOYER)],
        ("One", (7,)),
    ),
    ("the person in another organisation", row(), [account(7, role=Role.EMPLOYER, organisation=2)], ("Nobody", ())),
]
"""What speaks against making an account for somebody whom neither MISID nor e-mail address and name find."""
TOLD: list[tuple[str, Row, list[Account], tuple[str, tuple[int, ...]]]] = [
    ("the id", by_id(7, row()), [account(7, email=OTHER, name="A B"), account(8, email=OTHER)], ("One", (7,))),
    ("the id, MISID and person", by_id(7, row("L1")), [account(7, "L1"), account(8, "L2", OTHER)], ("One", (7,))),
    ("the id, another MISID in the account", by_id(7, row("L1")), [account(7, "L2")], ("One", (7,))),
    ("id and MISID of two accounts", by_id(7, row("L1")), [account(7), account(8, "L1", OTHER)], ("Several", (7, 8))),
    ("id and person of two accounts", by_id(7, row()), [account(7, email=OTHER), account(8)], ("Several", (7, 8))),
    ("the id of one of two holders", by_id(7, row("L1")), [account(7, "L1"), account(8, "L1")], ("One", (7,))),
    ("the id of somebody with two accounts", by_id(7, row("L1")), [account(7, "L1"), account(8, "L2")], ("One", (7,))),
    (
        "the id of one of two holders, the person another",
        by_id(7, row("L1")),
        [account(7, "L1", OTHER), account(8, "L1"), account(9)],
        ("Several", (7, 8, 9)),
    ),
    ("an id under another role", by_id(7, row()), [account(7, role=Role.EMPLOYER)], ("NotThere", (7,))),
    ("an id in another organisation", by_id(7, row()), [account(7, organisation=2)], ("NotThere", (7,))),
    ("an id that nobody has", by_id(9, row("L1")), [account(7, "L1")], ("NotThere", ())),
]
"""Rows that give OneFile's own id of their account."""
FOUND: list[tuple[str, Row, list[Account], tuple[str, tuple[int, ...]]]] = [
    ("an empty centre", row("L1"), [], ("Nobody", ())),
    ("the MISID", row("L1"), [account(7, "L1", email=None, name="A B")], ("One", (7,))),
    ("the MISID in another case and with spaces", row(" l1 "), [account(7, "L1", name="A B")], ("One", (7,))),
    ("the MISID under another role", row("L1"), [account(7, "L1", name="A B", role=Role.EMPLOYER)], ("Nobody", ())),
    ("the MISID in another organisation", row("L1"), [account(7, "L1", organisation=2)], ("Nobody", ())),
    ("two holders of the MISID", row("L1"), [account(7, "L1"), account(8, "L1", name="A B")], ("Several", (7, 8))),
    ("no MISID in the row", row(), [account(7, "L1")], ("One", (7,))),
    ("no MISID in the account", row("L1"), [account(7)], ("One", (7,))),
    ("a name in another case", row(), [account(7, name="ASHA  khan")], ("One", (7,))),
    ("a name with another apostrophe", row(name="Una O'Dea"), [account(7, name="Una O’Dea")], ("One", (7,))),
    ("an e-mail in another case", row(), [account(7, email="Asha.Khan@Example.com")], ("One", (7,))),
    ("a namesake without an e-mail, for a row without one", row(email=""), [account(7, email="")], ("Several", (7,))),
    ("a namesake with another e-mail", row(), [account(7, email="other@example.com")], ("Nobody", ())),
    ("a namesake without an e-mail", row(), [account(7, email=None)], ("Several", (7,))),
    ("a namesake without an e-mail but with another MISID", row("L1"), [account(7, "L2", email=None)], ("Nobody", ())),
    ("the same e-mail under another name", row(), [account(7, name="Ben Khan")], ("Nobody", ())),
    ("the person under another MISID", row("L1"), [account(7, "L2")], ("Several", (7,))),
    ("MISID and person on two accounts", row("L1"), [account(7, "L1", name="A B"), account(8)], ("Several", (7, 8))),
    ("MISID and person, who has another account", row("L1"), [account(8, "L2"), account(7, "L1")], ("One", (7,))),
    ("MISID and person, and one without a MISID", row("L1"), [account(7, "L1"), account(8)], ("One", (7,))),
    ("the person twice", row(), [account(7, "L1"), account(8, "L2")], ("Several", (7, 8))),
    *DOUBTS,
    *TOLD,
    ("a MISID that is only part of another", row("L1"), [account(7, "L10", name="A B")], ("Nobody", ())),
]


@pytest.mark.parametrize(
    ("person", "accounts", "expected"), [case[1:] for case in FOUND], ids=[case[0] for case in FOUND]
)
def test_a_row_finds_its_account(person: Row, accounts: list[Account], expected: tuple[str, tuple[int, ...]]) -> None:
    """The id first, then MISID, else e-mail with the names; whatever contradicts is left to a person."""
    match Directory(accounts).find(person):
        case Nobody():
            found: tuple[str, tuple[int, ...]] = ("Nobody", ())
        case One(account=one):
            found = ("One", (one.id,))
        case Several(accounts=some):
            found = ("Several", tuple(each.id for each in some))
        case Elsewhere(accounts=some):
            found = ("Elsewhere", tuple(each.id for each in some))
        case NotThere(account=there):
            found = ("NotThere", () if there is None else (there.id,))
    assert found == expected


def test_only_whom_it_is_worth_fetching_is_unread() -> None:
    """Holders of the MISID and namesakes that only a search has shown, each once, and nobody else."""
    accounts = [account(1, "L1"), account(2, "L1", name="A B"), account(3), account(4, "L9", name="C D")]
    listed = [replace(each, in_full=False) for each in accounts]
    assert Directory(listed).unread([row("L1"), row("L1")]) == (1, 2, 3)
    assert Directory([*listed[:2], accounts[2]]).unread([row("L1")]) == (1, 2)


def test_the_account_whose_id_a_row_gives_is_unread() -> None:
    """It is fetched with those that may contradict it, and no account under another role for it."""
    accounts = [account(1, name="A B"), account(2), account(3, role=Role.EMPLOYER)]
    listed = Directory(replace(each, in_full=False) for each in accounts)
    assert listed.unread([by_id(1, row("L1"))]) == (1, 2)
    assert listed.unread([by_id(9, row("L1"))]) == (2,)


def test_namesakes_under_other_roles_are_fetched_only_for_strangers() -> None:
    """Whom neither MISID nor e-mail address finds may have an account under another role; all others need no call."""
    listed = [replace(account(1, role=Role.EMPLOYER), in_full=False), account(2, "L1", OTHER)]
    assert Directory(listed).unread([row("L1")]) == ()
    assert Directory(listed).unread([row("L2")]) == (1,)
    assert Directory([*listed, account(3)]).unread([row("L2")]) == ()


def test_details_replace_what_a_search_gave() -> None:
    """A fetched account takes the place of its thinner self."""
    thin = Account(7, frozenset({(1, Role.LEARNER)}), {"FirstName": "Asha", "LastName": "Khan"})
    assert isinstance(Directory([thin]).find(row()), Several)
    assert isinstance(Directory([thin]).with_details([account(7)]).find(row()), One)


@pytest.mark.parametrize(
    ("text", "key"), [("  Zoë\u00a0 O’Neill ", "zoë o’neill"), ("STRASSE", "strasse"), ("ﬁ", "fi")]
)
def test_folding_keeps_what_tells_people_apart(text: str, key: str) -> None:
    """Case and spaces fold; accents and apostrophes do not."""
    assert folded(text) == key


def test_an_account_that_several_lists_show_counts_under_each() -> None:
    """Where the role filter is ignored, nobody is taken for new because another list came last."""
    everywhere = Account(7, frozenset({(1, Role.LEARNER), (1, Role.EMPLOYER)}), dict(account(7, "L1").values))
    directory = Directory([everywhere])
    assert isinstance(directory.find(row("L1")), One)
    told = Directory([everywhere.completed({"Role": 1})])
    assert isinstance(told.find(row("L1")), One)
    assert isinstance(told.find(row("L1", role=Role.EMPLOYER)), Elsewhere)


def test_what_an_account_does_not_tell_stays_as_the_search_had_it() -> None:
    """Null in the full answer takes nothing away, and a value in it counts."""
    full = account(7, "L1").completed({"MISID": None, "Email": "new@example.com", "ULN": None})
    assert (full.text("MISID"), full.text("Email")) == ("L1", "new@example.com")
    assert full.values["ULN"] is None
