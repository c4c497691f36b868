"""What OneFile already holds, and which account a row means.

Nothing here asks OneFile: accounts come in as values, an answer goes out. A search gives four fields of an account
(article 76000048013); where a decision needs more, `candidates` names the accounts to fetch first.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bulk_import.catalogue import Role


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


@dataclass(frozen=True, slots=True)
class Account:
    """One account that OneFile holds.

    Attributes:
        id: OneFile's user id.
        organisation_id: the organisation it was found in.
        role: the role it was found under.
        values: what OneFile answered, by the API's field names.
        complete: whether it was fetched by itself, and not only seen in a search.
    """

    id: int
    organisation_id: int
    role: Role
    values: Mapping[str, object]
    complete: bool = False

    def text(self, field: str) -> str:
        """A field as text, empty where OneFile gave none."""
        value = self.values.get(field)
        return "" if value is None else str(value).strip()


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
    """Accounts that fit in part or too many: a person decides. `why` says what speaks against deciding."""

    accounts: tuple[Account, ...]
    why: str


def folded(text: object) -> str:
    """Text for comparing: case and white space do not count."""
    return " ".join(unicodedata.normalize("NFKC", str(text)).casefold().split())


def _name_of(values: Mapping[str, object]) -> tuple[str, str]:
    return folded(values.get("FirstName") or ""), folded(values.get("LastName") or "")


class Directory:
    """The accounts of the organisations a run is about, found by MISID or by name."""

    def __init__(self, accounts: Iterable[Account]) -> None:
        self.accounts: Mapping[int, Account] = {account.id: account for account in accounts}
        self._by_misid: dict[tuple[int, Role, str], list[int]] = defaultdict(list)
        self._by_name: dict[tuple[int, Role, tuple[str, str]], list[int]] = defaultdict(list)
        for account in self.accounts.values():
            where = account.organisation_id, account.role
            if misid := account.text("MISID"):
                self._by_misid[*where, folded(misid)].append(account.id)
            self._by_name[*where, _name_of(account.values)].append(account.id)

    def with_details(self, fetched: Iterable[Account]) -> Directory:
        """The same directory with fuller accounts in place of those seen in a search."""
        return Directory({**self.accounts, **{account.id: account for account in fetched}}.values())

    def candidates(self, person: Person) -> tuple[int, ...]:
        """The ids of the accounts that may be this person; fetch them before asking `find`."""
        return tuple(dict.fromkeys([*self._holders(person), *self._namesakes(person)]))

    def find(self, person: Person) -> Nobody | One | Several:
        """The account that a row means, by MISID or else by e-mail together with the names.

        One account is one role in one organisation (article 76000037051), so accounts under other roles never count.
        """
        holders = [self.accounts[id_] for id_ in self._holders(person)]
        same_person = [account for id_ in self._namesakes(person) if _same_email(person, account := self.accounts[id_])]
        if len(holders) > 1:
            return Several(tuple(holders), f"{len(holders)} accounts hold this MISID")
        if holders:
            return _unless_contradicted(holders[0], same_person)
        if len(same_person) > 1:
            return Several(tuple(same_person), "several accounts have this name and e-mail address")
        return _by_person(person, same_person[0]) if same_person else Nobody()

    def _holders(self, person: Person) -> list[int]:
        misid = folded(person.values.get("MISID") or "")
        return self._by_misid.get((*_where(person), misid), []) if misid else []

    def _namesakes(self, person: Person) -> list[int]:
        return self._by_name.get((*_where(person), _name_of(person.values)), [])


def _where(person: Person) -> tuple[int, Role]:
    organisation = person.values["OrganisationID"]
    assert isinstance(organisation, int)  # noqa: S101 - mandatory and checked long before
    return organisation, person.role


def _same_email(person: Person, account: Account) -> bool:
    return folded(account.text("Email")) == folded(person.values.get("Email") or "") != ""


def _unless_contradicted(holder: Account, same_person: list[Account]) -> One | Several:
    others = [account for account in same_person if account.id != holder.id]
    if others:
        return Several((holder, *others), "the MISID belongs to one account, name and e-mail address to another")
    return One(holder, "MISID")


def _by_person(person: Person, account: Account) -> One | Several:
    if account.text("MISID") and person.values.get("MISID"):
        return Several((account,), "an account with this name and e-mail address has another MISID")
    return One(account, "e-mail address and name")
