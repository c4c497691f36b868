"""Sessions: what a customer token is exchanged for. They live 24 hours (article 76000020990) and outlive a restart."""

from __future__ import annotations

import base64
import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bulk_import.sandbox.store import Store

_HOUR = 3600.0
_OPENING = b"\xfb\xff\xbf"  # +/+/ in base64: the awkward letters are always there
_LENGTH = 208  # 211 bytes in all, so that padding is there, too


def customer_of_token(store: Store, token: str) -> int | None:
    """The id of the customer whose token this is."""
    row = store.one("SELECT id FROM customers WHERE token = ?", token)
    return None if row is None else int(row["id"])


def open_session(store: Store, customer: int, now: float) -> str:
    """A new session for the customer; those it has already stay valid."""
    session = base64.b64encode(_OPENING + secrets.token_bytes(_LENGTH)).decode()
    store.run("INSERT INTO sessions (token, customer, made) VALUES (?, ?, ?)", session, customer, now)
    return session


def customer_of_session(store: Store, session: str, now: float, *, hours: float) -> int | None:
    """The id of the customer whose session this is; None if it is unknown or older than `hours`."""
    row = store.one("SELECT customer, made FROM sessions WHERE token = ?", session)
    if row is None or now - row["made"] >= hours * _HOUR:
        return None
    return int(row["customer"])


def end_session(store: Store, session: str) -> None:
    """End one session."""
    store.run("DELETE FROM sessions WHERE token = ?", session)


def end_all(store: Store) -> None:
    """End every session of every customer."""
    store.run("DELETE FROM sessions")
