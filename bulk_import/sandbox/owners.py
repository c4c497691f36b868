"""Customers and organisations: who may see what, and the keychain switches that decide about e-mails."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bulk_import.sandbox.answers import (
    FIELD_MISSING,
    ORGANISATION_NOT_FOUND,
    Answer,
    Refusal,
    as_json,
    as_list,
)

if TYPE_CHECKING:
    import sqlite3

    from bulk_import.sandbox.call import Call
    from bulk_import.sandbox.world import World

_FORBIDDEN = 403
_NOT_FOUND = 404


@dataclass(frozen=True, slots=True)
class Organisation:
    """A centre and its two keychain switches."""

    id: int
    customer: int
    name: str
    keychain_creation: bool
    email_suppression: bool

    @property
    def emails_new_users(self) -> bool:
        """Whether a new user gets an e-mail at once (article 76000022258)."""
        return self.keychain_creation and not self.email_suppression

    def shown(self) -> dict[str, object]:
        """The organisation as the service answers it."""
        return {
            "ID": self.id,
            "Name": self.name,
            "KeychainCreationForNewUserActive": self.keychain_creation,
            "KeychainEmailSuppression": self.email_suppression,
        }


def customer(world: World, call: Call) -> Answer:
    """GET Customer."""
    row = world.store.one("SELECT id, name FROM customers WHERE id = ?", call.customer)
    return as_json({} if row is None else {"ID": row["id"], "Name": row["name"]})


def search_organisations(world: World, call: Call) -> Answer:
    """POST Organisation/Search with CustomerID; another customer's gives nothing."""
    wanted = call.number("CustomerID")
    if wanted is None:
        raise Refusal(FIELD_MISSING, "CustomerID is required.")
    if wanted != call.customer:
        return as_list([], world.switches)
    rows = world.store.all("SELECT * FROM organisations WHERE customer = ?", call.customer)
    return as_list([_organisation(row).shown() for row in rows], world.switches)


def get_organisation(world: World, call: Call) -> Answer:
    """GET Organisation/{id}."""
    return as_json(own(world, call.customer, call.place("id"), status=_NOT_FOUND).shown())


def own(world: World, customer_id: int, organisation: int, *, status: int = 400) -> Organisation:
    """The customer's organisation with this id.

    Raises:
        Refusal: It has none; with the switch `foreign_organisation`, 403 for one of another customer.
    """
    row = world.store.one("SELECT * FROM organisations WHERE id = ?", organisation)
    if row is not None and row["customer"] == customer_id:
        return _organisation(row)
    if row is not None and world.switches.foreign_organisation == "403":
        raise Refusal(ORGANISATION_NOT_FOUND, "Forbidden", status=_FORBIDDEN)
    raise Refusal(ORGANISATION_NOT_FOUND, "The organisation was not found.", status=status)


def visible(world: World, customer_id: int, organisation: int | None) -> bool:
    """Whether a search may look into the organisation; None means all of the customer's.

    Raises:
        Refusal: 403 by switch, for an organisation of another customer.
    """
    if organisation is None:
        return True
    row = world.store.one("SELECT customer FROM organisations WHERE id = ?", organisation)
    if row is not None and row["customer"] != customer_id and world.switches.foreign_organisation == "403":
        raise Refusal(ORGANISATION_NOT_FOUND, "Forbidden", status=_FORBIDDEN)
    return row is not None and row["customer"] == customer_id


def _organisation(row: sqlite3.Row) -> Organisation:
    return Organisation(
        row["id"],
        row["customer"],
        row["name"],
        bool(row["keychain_creation"]),
        bool(row["email_suppression"]),
    )
