"""What was last confirmed in OneFile, account by account, so that a nightly file need not fetch everybody again.

A memory is only ever used to leave an account alone: whose row says what was confirmed there, and whom OneFile has not
changed since. It holds user ids and keyed digests, and nobody's data. Witnesses are the accounts that were written
last: a search for what has changed since then must show them, or it proves nothing about the others. Beside them stand
the names of the fields that this OneFile shows: where such a field is missing in an answer, it is empty.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from bulk_import.journal.store import OfOneFile, in_words, transaction

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

Seat = tuple[int, int]
"""Organisation id and role id."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """What is remembered of one account.

    Attributes:
        digest: keyed digest of what it was last confirmed to hold.
        until: up to this moment nothing else is known to have changed it.
        checked: when it was last read in full, or written.
    """

    digest: str
    until: datetime
    checked: datetime


class Memory(OfOneFile):
    """The memory of one OneFile, kept in the journal's file."""

    def remembered(self) -> dict[int, Remembered]:
        """All that is remembered, by user id.

        Raises:
            JournalError: it cannot be read.
        """
        sql = "SELECT user_id, digest, until, checked FROM confirmed WHERE environment = ? AND host = ?"
        return {
            user_id: Remembered(digest, datetime.fromisoformat(until), datetime.fromisoformat(checked))
            for user_id, digest, until, checked in self._rows(sql)
        }

    def remember(self, accounts: Mapping[int, Remembered]) -> None:
        """Keeps what accounts are known to hold, by user id; the others stay as they are.

        Raises:
            JournalError: it cannot be written.
        """
        rows = [
            (*self._onefile, user_id, one.digest, one.until.isoformat(), one.checked.isoformat())
            for user_id, one in accounts.items()
        ]
        with self._writing():
            self._connection.executemany("INSERT OR REPLACE INTO confirmed VALUES (?, ?, ?, ?, ?, ?)", rows)

    def forget(self, user_ids: Collection[int]) -> None:
        """Forgets accounts that are about to be changed.

        Raises:
            JournalError: it cannot be written.
        """
        rows = [(*self._onefile, user_id) for user_id in user_ids]
        sql = "DELETE FROM confirmed WHERE environment = ? AND host = ? AND user_id = ?"
        with self._writing():
            self._connection.executemany(sql, rows)

    def witnesses(self, seat: Seat) -> dict[int, datetime]:
        """The accounts of an organisation and role that were written last, and when the calls left.

        Raises:
            JournalError: it cannot be read.
        """
        sql = (
            "SELECT user_id, sent_at FROM witnesses"
            " WHERE environment = ? AND host = ? AND organisation = ? AND role = ?"
        )
        return {user_id: datetime.fromisoformat(sent_at) for user_id, sent_at in self._rows(sql, *seat)}

    def testify(self, seat: Seat, written: Mapping[int, datetime]) -> None:
        """Keeps the accounts of an organisation and role that were written last, in place of those before.

        Raises:
            JournalError: it cannot be written.
        """
        rows = [(*self._onefile, *seat, user_id, sent_at.isoformat()) for user_id, sent_at in written.items()]
        sql = "DELETE FROM witnesses WHERE environment = ? AND host = ? AND organisation = ? AND role = ?"
        with self._writing():
            self._connection.execute(sql, (*self._onefile, *seat))
            self._connection.executemany("INSERT INTO witnesses VALUES (?, ?, ?, ?, ?, ?)", rows)

    def shown(self) -> frozenset[str]:
        """The fields that an account has ever been seen with a value in.

        Raises:
            JournalError: it cannot be read.
        """
        return frozenset(name for (name,) in self._rows("SELECT field FROM shown WHERE environment = ? AND host = ?"))

    def show(self, fields: Collection[str]) -> None:
        """Keeps fields that an account has been seen with a value in.

        Raises:
            JournalError: it cannot be written.
        """
        rows = [(*self._onefile, name) for name in fields]
        with self._writing():
            self._connection.executemany("INSERT OR IGNORE INTO shown VALUES (?, ?, ?)", rows)

    def knows_key(self, mark: str, *, anew: bool) -> bool:
        """Whether a site's key is the one that people were kept with.

        Args:
            mark: what the key makes of a word that is always the same; nobody can tell the key by it.
            anew: nobody is kept yet, so whatever key was there before counts no more.

        Raises:
            JournalError: it cannot be read or written.
        """
        with self._writing():
            if anew:
                self._connection.execute("DELETE FROM keys WHERE environment = ? AND host = ?", self._onefile)
            self._connection.execute("INSERT OR IGNORE INTO keys VALUES (?, ?, ?)", (*self._onefile, mark))
        return self._rows("SELECT mark FROM keys WHERE environment = ? AND host = ?") == [(mark,)]

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with in_words(self._path), transaction(self._connection):
            yield
