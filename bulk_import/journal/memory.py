"""What was last confirmed in OneFile, account by account, so that a nightly file need not fetch everybody again.

A memory is only ever used to leave an account alone: whose row says what was confirmed there, and whom OneFile has not
changed since. It holds user ids and keyed digests, and nobody's data. Whatever speaks against it makes it forgotten.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bulk_import.journal.store import in_words, transaction

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

Seat = tuple[int, int]
"""Organisation id and role id."""


@dataclass(frozen=True, slots=True)
class Seen:
    """When the accounts of one organisation and role were last looked at.

    Attributes:
        until: up to this moment, by OneFile's own clock, all changes are known.
        in_full: when every account that a row means was last fetched.
    """

    until: datetime
    in_full: datetime


class Memory:
    """The memory of one OneFile, kept in the journal's file.

    Args:
        connection: the journal's.
        path: the journal's, for messages.
        environment: as in the settings.
        host: the host of the API's address.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path, environment: str, host: str) -> None:
        self._connection = connection
        self._path = path
        self._onefile = environment, host

    def confirmed(self) -> dict[int, str]:
        """User id → the keyed digest of what was last confirmed there.

        Raises:
            JournalError: it cannot be read.
        """
        sql = "SELECT user_id, digest FROM confirmed WHERE environment = ? AND host = ?"
        return dict(self._rows(sql))

    def seen(self) -> dict[Seat, Seen]:
        """When each organisation and role was last looked at.

        Raises:
            JournalError: it cannot be read.
        """
        sql = "SELECT organisation, role, until, in_full FROM seen WHERE environment = ? AND host = ?"
        return {
            (organisation, role): Seen(datetime.fromisoformat(until), datetime.fromisoformat(in_full))
            for organisation, role, until, in_full in self._rows(sql)
        }

    def confirm(self, digests: Mapping[int, str]) -> None:
        """Keeps what accounts are known to hold.

        Raises:
            JournalError: it cannot be written.
        """
        rows = [(*self._onefile, user_id, digest) for user_id, digest in digests.items()]
        with self._writing():
            self._connection.executemany("INSERT OR REPLACE INTO confirmed VALUES (?, ?, ?, ?)", rows)

    def forget(self, user_ids: Collection[int]) -> None:
        """Forgets accounts that are not known to hold it any more.

        Raises:
            JournalError: it cannot be written.
        """
        rows = [(*self._onefile, user_id) for user_id in user_ids]
        sql = "DELETE FROM confirmed WHERE environment = ? AND host = ? AND user_id = ?"
        with self._writing():
            self._connection.executemany(sql, rows)

    def look(self, seats: Mapping[Seat, Seen | None]) -> None:
        """Keeps when organisations and roles were looked at; None is that nothing is known of one any more.

        Raises:
            JournalError: it cannot be written.
        """
        with self._writing():
            for seat, seen in seats.items():
                if seen is None:
                    sql = "DELETE FROM seen WHERE environment = ? AND host = ? AND organisation = ? AND role = ?"
                    self._connection.execute(sql, (*self._onefile, *seat))
                else:
                    values = (*self._onefile, *seat, seen.until.isoformat(), seen.in_full.isoformat())
                    self._connection.execute("INSERT OR REPLACE INTO seen VALUES (?, ?, ?, ?, ?, ?)", values)

    def _rows(self, sql: str) -> list[tuple[Any, ...]]:
        with in_words(self._path):
            return self._connection.execute(sql, self._onefile).fetchall()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with in_words(self._path), transaction(self._connection):
            yield
