"""The world behind the practice OneFile: its state, its rules of the day, and what has happened to it.

Tests look at it through `app.state.world`; people look at it through the pages of `pages`.
"""

from __future__ import annotations

from collections import deque
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from bulk_import.sandbox import accounts, seed, sessions
from bulk_import.sandbox.faults import Faults
from bulk_import.sandbox.rate import Rate
from bulk_import.sandbox.store import Store
from bulk_import.sandbox.values import instant

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable
    from pathlib import Path

    from bulk_import.sandbox.switches import Switches
    from bulk_import.sandbox.values import Fields

_KEPT = 500_000


class Call(NamedTuple):
    """A call that came in. `status` is None when it got no answer or one that broke off."""

    time: float
    method: str
    path: str
    status: int | None


class Mail(NamedTuple):
    """An e-mail that the real service would have sent; `keychain` is "new" or "existing"."""

    user: int
    organisation: int
    email: str
    keychain: str
    time: float


class Ignored(NamedTuple):
    """A field that was sent and left out without a word: unknown, or not for this role."""

    user: int
    role: int
    field: str


class World:
    """State, switches, faults, clock and records of one practice OneFile.

    Raises:
        StateError: The state file cannot be used.
    """

    def __init__(
        self,
        *,
        state: Path | None,
        switches: Switches,
        faults: Faults | None,
        clock: Callable[[], float],
        random_seed: int,
    ) -> None:
        self.store = Store(state, seed.fill)
        self.switches = switches
        self.faults = faults or Faults()
        self.clock = clock
        self.random = Random(random_seed)  # noqa: S311 - the order of lists, nothing secret
        self.rate = Rate(switches.calls_per_minute)
        self._calls: deque[Call] = deque(maxlen=_KEPT)
        self._ignored: deque[Ignored] = deque(maxlen=_KEPT)

    def now(self) -> float:
        """The server's time in seconds since 1970."""
        return self.clock()

    def close(self) -> None:
        """Close the state; what was answered is in it already."""
        self.store.close()

    def record(self, call: Call) -> None:
        """Note a call."""
        self._calls.append(call)

    def leave_out(self, user: int, role: int, names: list[str]) -> None:
        """Note fields that were left out in silence."""
        self._ignored.extend(Ignored(user, role, name) for name in names)

    def calls(self) -> list[Call]:
        """All calls, oldest first; those to the pages for people are not among them."""
        return sorted(self._calls, key=lambda call: call.time)

    def ignored(self) -> list[Ignored]:
        """All fields that were sent and left out."""
        return list(self._ignored)

    def admitted(self) -> list[float]:
        """When each call was let in by the rate limit, oldest first."""
        return self.rate.admitted()

    def worst_minute(self) -> int:
        """The greatest number of calls admitted in any rolling 60 seconds."""
        return self.rate.worst_minute()

    def users(self, *, newest: int | None = None) -> list[Fields]:
        """All accounts of all customers by id, with every field, ID, Username, Role and Archived.

        Args:
            newest: Only so many, the newest first.
        """
        order = "ORDER BY id" if newest is None else "ORDER BY id DESC LIMIT ?"
        limit = () if newest is None else (newest,)
        sql = f"SELECT * FROM users WHERE gone IS NULL OR gone > ? {order}"  # noqa: S608 - no text from outside
        return [_whole(row) for row in self.store.all(sql, self.now(), *limit)]

    def user(self, user_id: int) -> Fields:
        """One account, as in `users`.

        Raises:
            LookupError: There is none.
        """
        row = self.store.one("SELECT * FROM users WHERE id = ?", user_id)
        if row is None:
            raise LookupError(f"no user {user_id}")
        return _whole(row)

    def count_users(self) -> dict[int, int]:
        """How many accounts each role id has."""
        rows = self.store.all("SELECT role, count(*) AS number FROM users GROUP BY role ORDER BY role")
        return {row["role"]: row["number"] for row in rows}

    def would_email(self, *, newest: int | None = None) -> list[Mail]:
        """The e-mails that the real service would have sent, in order, or only so many, the newest first."""
        columns = "SELECT user, organisation, email, keychain, at FROM mail ORDER BY id"
        if newest is None:
            return [Mail(*row) for row in self.store.all(columns)]
        return [Mail(*row) for row in self.store.all(f"{columns} DESC LIMIT ?", newest)]

    def count_mail(self) -> int:
        """How many e-mails the real service would have sent."""
        return self.store.number("SELECT count(*) FROM mail")

    def end_sessions(self) -> None:
        """End every session, as when somebody logs all out in mid-run."""
        sessions.end_all(self.store)


def _whole(row: sqlite3.Row) -> Fields:
    user = accounts.user_from(row)
    return {
        "ID": user.id,
        "Username": user.username,
        **user.fields,
        "Role": user.role,
        "Archived": user.archived,
        "LastModified": instant(user.modified),
    }
