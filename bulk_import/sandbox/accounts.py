"""Accounts of users as they are stored, and the user names that the service makes for them."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bulk_import.sandbox.answers import USER_NOT_FOUND, Refusal
from bulk_import.sandbox.contract import ARCHIVED_LEARNER, LEARNER
from bulk_import.sandbox.values import fold

if TYPE_CHECKING:
    import sqlite3

    from bulk_import.sandbox.store import Store
    from bulk_import.sandbox.values import Fields

_SCRAMBLE = 2654435761  # Knuth's multiplicative hash: an order that has nothing to do with the ids
_WORD = 2**32
_NOT_FOUND = 404


@dataclass(frozen=True, slots=True)
class User:
    """One account. `fields` has all fields by the service's names but ID and Username; moments are epoch seconds."""

    id: int
    customer: int
    organisation: int
    role: int
    archived: bool
    username: str
    fields: Fields
    created: float
    modified: float
    visible: float
    gone: float | None = None

    @property
    def made_as(self) -> int:
        """The role it was created with: archiving turns a learner's role 1 into 2."""
        return LEARNER if self.role == ARCHIVED_LEARNER else self.role

    def text(self, name: str) -> str:
        """The value of a text field, empty if it has none."""
        value = self.fields.get(name)
        return value if isinstance(value, str) else ""


def user_from(row: sqlite3.Row) -> User:
    """The account in a row of the table."""
    return User(
        id=row["id"],
        customer=row["customer"],
        organisation=row["organisation"],
        role=row["role"],
        archived=bool(row["archived"]),
        username=row["username"],
        fields=json.loads(row["fields"]),
        created=row["created"],
        modified=row["modified"],
        visible=row["visible"],
        gone=row["gone"],
    )


def find(store: Store, customer: int, user_id: int, now: float) -> User | None:
    """The customer's account with this id, archived or not; None if there is none, or none any more."""
    row = store.one("SELECT * FROM users WHERE id = ? AND customer = ?", user_id, customer)
    if row is None or (row["gone"] is not None and row["gone"] <= now):
        return None
    return user_from(row)


def get(store: Store, customer: int, user_id: int, now: float) -> User:
    """The customer's account with this id.

    Raises:
        Refusal: 404, there is none.
    """
    user = find(store, customer, user_id, now)
    if user is None:
        raise Refusal(USER_NOT_FOUND, "The user was not found.", status=_NOT_FOUND)
    return user


def insert(store: Store, user: User) -> None:
    """Store a new account."""
    store.run(
        "INSERT INTO users (id, customer, organisation, role, archived, username, first, last, email, misid, placement,"
        " fields, created, modified, visible, gone, scramble) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
        user.id,
        user.customer,
        user.organisation,
        user.role,
        user.archived,
        user.username,
        *_columns(user),
        user.created,
        user.modified,
        user.visible,
        user.gone,
        user.id * _SCRAMBLE % _WORD,
    )


def update(store: Store, user: User) -> None:
    """Store an account that has changed."""
    store.run(
        "UPDATE users SET role = ?, archived = ?, first = ?, last = ?, email = ?, misid = ?, placement = ?, fields = ?,"
        " modified = ?, gone = ? WHERE id = ?",
        user.role,
        user.archived,
        *_columns(user),
        user.modified,
        user.gone,
        user.id,
    )


def _columns(user: User) -> tuple[object, ...]:
    texts = (fold(user.text(name)) for name in ("FirstName", "LastName", "Email", "MISID"))
    return (*texts, user.fields.get("PlacementID"), json.dumps(user.fields, ensure_ascii=False))


def new_username(store: Store, first_name: str, last_name: str) -> str:
    """A user name nobody has: initial and surname in capitals, with a number from the second of that name on."""
    stem = (_ascii(first_name.strip()[:1]) + _ascii(last_name)) or "USER"
    row = store.one("SELECT used FROM username_stems WHERE stem = ?", stem)
    used = 0 if row is None else int(row["used"])
    while True:
        used += 1
        name = stem if used == 1 else f"{stem}{used}"
        if not username_taken(store, name):
            break
    store.run("INSERT OR REPLACE INTO username_stems (stem, used) VALUES (?, ?)", stem, used)
    return name


def username_taken(store: Store, name: str) -> bool:
    """Whether an account of any customer has this user name."""
    return store.one("SELECT 1 FROM users WHERE username = ?", name) is not None


def _ascii(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return "".join(letter for letter in plain if letter.isalnum()).upper()
