"""What OneFile already holds, and which account a row means.

Nothing here asks OneFile: accounts come in as values, an answer goes out. A search gives four fields of an account
(article 76000048013); where a decision needs more, `unread` names the accounts to fetch first.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Protocol, TypeVar

from bulk_import.catalogue import Role
from bulk_import.difference import form
from bulk_import.folding import folded, plainly_folded

__all__ = [
    "Account",
    "Directory",
    "Elsewhere",
    "Nobody",
    "NotThere",
    "One",
    "Person",
    "Several",
    "folded",
    "shared_misids",
    "where",
]

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence


class Person(Protocol):
    """What a row says of a person: its role and its values by the API's field names."""

    @property
    def role(self) -> Role:
        """The role of the account."""
        ...

    @property
    def values(self) -> Mapping[str, object]:
        """Values by the API's field names; OrganisationID is among them."""
        ...

    @property
    def user_id(self) -> int | None:
        """OneFile's own id of the account, where the row gives it."""
        ...


Seat = tuple[int, "Role"]
"""Organisation id and role: where an account is looked for."""


@dataclass(frozen=True, slots=True)
class Account:
    """One account that OneFile holds.

    Attributes:
        id: OneFile's user id.
        seats: the organisations and roles that it was found under; several where OneFile ignores a filter.
        values: what OneFile answered, by the API's field names.
        in_full: whether it was fetched by itself; a search shows four fields and no more.
        said_by: source and number of the row whose words the values are, of an account that was not fetched because
            it is known to hold them.
    """

    id: int
    seats: frozenset[Seat]
    values: Mapping[str, object]
    in_full: bool = True
    said_by: tuple[int, int] | None = None

    def text(self, field: str) -> str:
        """A field as text, empty where OneFile gave none."""
        value = self.values.get(field)
        return "" if value is None else str(value).strip()

    def completed(self, values: Mapping[str, object]) -> Account:
        """The same account with what fetching it by itself told; what that leaves out stays as the search had it."""
        told = {name: value for name, value in values.items() if value is not None}
        seats = _seats_told(self.seats, told)
        return Account(self.id, seats, {**values, **self.values, **told})

    def recalled(self, seat: Seat, row: tuple[int, int], said: Mapping[str, object]) -> Account:
        """The same account, of which is known without fetching it that it holds all that a row of a seat says."""
        return Account(self.id, frozenset({seat}), {**self.values, **said}, said_by=row)


def _seats_told(seats: frozenset[Seat], told: Mapping[str, object]) -> frozenset[Seat]:
    """The seats that agree with the role and organisation that an account itself tells; all if none would."""
    organisation, role = str(told.get("OrganisationID", "")), str(told.get("Role", ""))
    fitting = {
        seat for seat in seats if organisation in {"", str(seat[0])} and role in {"", str(int(seat[1])), str(seat[1])}
    }
    return frozenset(fitting) or seats


@dataclass(frozen=True, slots=True)
class Nobody:
    """No account fits."""


@dataclass(frozen=True, slots=True)
class One:
    """Exactly one account fits; `by` says on what evidence."""

    account: Account
    by: str


@dataclass(frozen=True, slots=True)
class Several:
    """Accounts that fit in part or too many: a person decides. `why` says what speaks against deciding.

    `may_have_another`: they may be the row's person's, and another one is made where somebody asks for it.
    """

    accounts: tuple[Account, ...]
    why: str
    may_have_another: bool = False


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The person has accounts, but under other roles; one account has one role."""

    accounts: tuple[Account, ...]


@dataclass(frozen=True, slots=True)
class NotThere:
    """The account whose id a row gives is not in the row's organisation and role, or, as None, not listed at all."""

    account: Account | None


Found = Nobody | One | Several | Elsewhere | NotThere
BY_ID = "OneFile id"
Name = tuple[str, str]
T = TypeVar("T")
Index = dict[Seat, dict[T, list[int]]]
"""Seat → what its accounts tell → the ids of those that tell it."""
ROLES = tuple(Role)
NAMES_KEPT = 2**14
"""First names and last names that are folded once: each directory, and each question to it, folds them again."""


def _name_of(values: Mapping[str, object]) -> Name:
    """First and last name as people are told apart by them: O’Neill and O'Neill are one name."""
    return _plain(str(values.get("FirstName") or "")), _plain(str(values.get("LastName") or ""))


@lru_cache(NAMES_KEPT)
def _plain(name: str) -> str:
    return folded(name).replace("’", "'")


def _plain_name(values: Mapping[str, object]) -> Name:
    """The same without accents, which exports lose: who is called so may be the same person, and is looked at."""
    return _plainest(str(values.get("FirstName") or "")), _plainest(str(values.get("LastName") or ""))


@lru_cache(NAMES_KEPT)
def _plainest(name: str) -> str:
    return plainly_folded(name)


class Directory:
    """The accounts of the organisations a run is about, found by MISID or by name."""

    def __init__(self, accounts: Iterable[Account]) -> None:
        self.accounts: Mapping[int, Account] = {account.id: account for account in accounts}

    def with_details(self, fetched: Iterable[Account]) -> Directory:
        """The same directory with fuller accounts in place of those seen in a search, and any that are new."""
        fuller = {account.id: account for account in fetched}
        return Directory({**self.accounts, **fuller}.values()) if fuller else self

    # Each index is made when it is first asked for: a run makes several directories, and asks most of them little.

    @cached_property
    def _by_misid(self) -> Index[str]:
        return self._index(lambda account: folded(account.text("MISID")))

    @cached_property
    def _by_uln(self) -> Index[str]:
        return self._index(lambda account: form("ULN", account.values))

    @cached_property
    def _by_name(self) -> Index[Name]:
        return self._index(lambda account: _plain_name(account.values))

    @cached_property
    def _by_person(self) -> Index[tuple[Name, str]]:
        """By name and e-mail address; those without an address stand under an empty one."""
        return self._index(lambda account: (_name_of(account.values), folded(account.text("Email"))))

    def _index(self, told: Callable[[Account], T]) -> Index[T]:
        """The ids of the accounts of a seat that tell the same; those that tell nothing are left out."""
        found: Index[T] = {seat: {} for account in self.accounts.values() for seat in account.seats}
        for account in self.accounts.values():
            if key := told(account):
                for seat in account.seats:
                    found[seat].setdefault(key, []).append(account.id)
        return found

    @cached_property
    def _seen(self) -> Directory:
        """Those accounts that were only seen in a search."""
        return Directory(account for account in self.accounts.values() if not account.in_full)

    @cached_property
    def shared_misids(self) -> tuple[tuple[int, ...], ...]:
        """What `shared_misids` says of these accounts; a run asks for it several times."""
        return shared_misids(self.accounts.values())

    def unread(self, people: Iterable[Person]) -> tuple[int, ...]:
        """The ids of the accounts that may be any of these people and were only seen in a search; fetch them first."""
        return self._seen.likely(people, self._is_stranger) if self._seen.accounts else ()

    def likely(self, people: Iterable[Person], is_stranger: Callable[[Person], bool]) -> tuple[int, ...]:
        """The ids of the accounts that may be any of these people; a stranger's may be under any role."""
        found: dict[int, None] = {}
        names: dict[tuple[Seat, Name], None] = {}
        for person in people:
            found.update(dict.fromkeys(self.holders(person)))
            if person.user_id is not None and person.user_id in self.accounts:
                found[person.user_id] = None
            seat, name = where(person), _plain_name(person.values)
            names[seat, name] = None
            elsewhere = [(other, name) for role in ROLES if self._named(other := (seat[0], role), name)]
            if elsewhere and is_stranger(person):
                names.update(dict.fromkeys(elsewhere))
        for seat, name in names:
            found.update(dict.fromkeys(self._named(seat, name)))
        return tuple(found)

    def _is_stranger(self, person: Person) -> bool:
        """Whether nothing finds an account for a person; then one under another role may be theirs."""
        email = folded(person.values.get("Email") or "")
        return person.user_id is None and not self.holders(person) and not self._people(person, email)

    def find(self, person: Person) -> Found:
        """The account that a row means: by OneFile's id where it gives one, else by MISID, else by e-mail and names.

        One account is one role in one organisation (integrators found it so; even a learner's next programme is a new
        account, article 76000046479), so accounts under other roles are never the row's. ULN and date of birth never
        find an account by themselves, but they speak against making another one.
        """
        holders = [self.accounts[id_] for id_ in self.holders(person)]
        email = folded(person.values.get("Email") or "")
        same_person = self._people(person, email) if email else []
        if person.user_id is not None:
            return self._told(person, person.user_id, (holders, same_person))
        return self._known(person, holders, same_person)

    def _told(self, person: Person, user_id: int, evidence: Iterable[Sequence[Account]]) -> Found:
        """The account of the id that a row gives, and no other.

        Unless the row's MISID finds others and not that one, or its name and e-mail address do.
        """
        account = self.accounts.get(user_id)
        if account is None or where(person) not in account.seats:
            return NotThere(account)
        elsewhere = [found for found in evidence if user_id not in {one.id for one in found}]
        others = {one.id: one for found in elsewhere for one in found}
        why = "the OneFile id belongs to one account, the MISID, or name and e-mail address, to another"
        return Several((account, *others.values()), why) if others else One(account, BY_ID)

    def _known(self, person: Person, holders: list[Account], same_person: list[Account]) -> Found:
        """The account of somebody whose row gives no id."""
        if len(holders) > 1:
            return Several(tuple(holders), f"{len(holders)} accounts hold this MISID")
        if holders:
            return _unless_contradicted(holders[0], same_person)
        if len(same_person) > 1:
            return Several(tuple(same_person), "several accounts have this name and e-mail address")
        if same_person:
            return _by_person(person, same_person[0])
        silent = tuple(account for account in self._people(person, "") if _may_be(person, account))
        if silent:
            have, show = ("an account has", "shows") if len(silent) == 1 else ("accounts have", "show")
            return Several(silent, f"{have} this name and {show} no e-mail address")
        return self._doubt(person)

    def _doubt(self, person: Person) -> Found:
        """What speaks against making an account for somebody whom neither MISID nor e-mail address and name find."""
        seat, name = where(person), _plain_name(person.values)
        mine = {field: form(field, person.values) for field in _TELLING}
        namesakes = [self.accounts[id_] for id_ in self._named(seat, name)]
        if alike := [one for one in namesakes if _same_person(mine, one)]:
            have = "an account has" if len(alike) == 1 else "accounts have"
            why = f"{have} this name and the same e-mail address, ULN or date of birth"
            return Several(tuple(alike), why, may_have_another=True)
        if others := [self.accounts[id_] for id_ in self._by_uln.get(seat, {}).get(mine["ULN"], [])]:
            theirs = "an account with another name has" if len(others) == 1 else "accounts with other names have"
            return Several(tuple(others), f"{theirs} this ULN")
        ids = dict.fromkeys(id_ for role in ROLES for id_ in self._named((seat[0], role), name))
        beyond = (self.accounts[id_] for id_ in ids)
        accounts = [account for account in beyond if seat not in account.seats]
        elsewhere = tuple(one for one in accounts if _same_misid(mine, one) or _same_person(mine, one))
        return Elsewhere(elsewhere) if elsewhere else Nobody()

    def holders(self, person: Person) -> list[int]:
        """The ids of the accounts that hold this person's MISID; none where the person has no MISID."""
        misid = folded(person.values.get("MISID") or "")
        return self._by_misid.get(where(person), {}).get(misid, []) if misid else []

    def _named(self, seat: Seat, name: Name) -> list[int]:
        return self._by_name.get(seat, {}).get(name, [])

    def _people(self, person: Person, email: str) -> list[Account]:
        """The namesakes with an e-mail address; those that show none for an empty one."""
        named = self._by_person.get(where(person), {}).get((_name_of(person.values), email), [])
        return [self.accounts[id_] for id_ in named]


def where(person: Person) -> Seat:
    """The organisation and role that a row's account is in."""
    organisation = person.values["OrganisationID"]
    assert isinstance(organisation, int)  # noqa: S101 - mandatory and checked long before
    return organisation, person.role


def _may_be(person: Person, account: Account) -> bool:
    """Whether nothing tells a namesake that shows no e-mail address apart: no other MISID."""
    return not (account.text("MISID") and person.values.get("MISID"))


_TELLING = ("MISID", "Email", "ULN", "DOB")
"""Fields that tell namesakes apart."""


def _same_misid(mine: Mapping[str, str], account: Account) -> bool:
    return bool(mine["MISID"]) and mine["MISID"] == form("MISID", account.values)


def _same_person(mine: Mapping[str, str], namesake: Account) -> bool:
    """Whether e-mail address, ULN or date of birth are those of a namesake; `mine` holds them as they are compared.

    Of two people with different MISIDs a date of birth alone says nothing: large centres have namesakes of one day.
    """
    if any(mine[name] and mine[name] == form(name, namesake.values) for name in ("Email", "ULN")):
        return True
    if not mine["DOB"] or mine["DOB"] != form("DOB", namesake.values):
        return False
    return not (mine["MISID"] and namesake.text("MISID")) or _same_misid(mine, namesake)


def _unless_contradicted(holder: Account, same_person: list[Account]) -> One | Several:
    """The holder of the MISID, who may have a second account of another MISID or of none: the MISID tells which."""
    if not same_person or holder.id in {account.id for account in same_person}:
        return One(holder, "MISID")
    why = "the MISID belongs to one account, name and e-mail address to another"
    return Several((holder, *same_person), why)


def _by_person(person: Person, account: Account) -> One | Several:
    if account.text("MISID") and person.values.get("MISID"):
        why = "an account with this name and e-mail address has another MISID"
        return Several((account,), why, may_have_another=True)
    return One(account, "e-mail address and name")


_STAFF = frozenset({Role.TRAINEE_ASSESSOR, Role.ASSESSOR, Role.IQA})


def shared_misids(accounts: Iterable[Account]) -> tuple[tuple[int, ...], ...]:
    """The user ids of each MISID that several accounts hold, in their order; OneFile does not prevent that.

    The vendor's own article 76000059706 blames MISIDs that staff hold twice, archived staff among them, for learners
    who cannot be created; searches for staff show archived ones too. Somebody with accounts of different kinds (a
    learner who is an employer as well) may hold one MISID in each, so staff, employers, observers and learners are
    looked at apart.
    """
    holders: dict[tuple[int, Role, str], set[int]] = defaultdict(set)
    for account in accounts:
        if misid := folded(account.text("MISID")):
            for organisation, role in account.seats:
                holders[organisation, _kind(role), misid].add(account.id)
    return tuple(sorted({tuple(sorted(ids)) for ids in holders.values() if len(ids) > 1}))


def _kind(role: Role) -> Role:
    return Role.ASSESSOR if role in _STAFF else role
