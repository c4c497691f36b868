"""Where the practice OneFile keeps its state: an SQLite database, in a file or in memory.

Each change is one transaction, committed before the call is answered. In WAL mode with `synchronous=NORMAL` a
committed change outlives the death of the process (not a power cut, which a practice server need not fear).
"""

from __future__ import annotations

import sqlite3
import threading
import weakref
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bulk_import.sandbox.errors import StateError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

VERSION = 1
_PERSONAL = 0o600  # people try their own sheets here
_WAIT_FOR_OTHERS = 10.0

_SCHEMA = """
CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL, token TEXT NOT NULL UNIQUE);
CREATE TABLE organisations (id INTEGER PRIMARY KEY, customer INTEGER NOT NULL, name TEXT NOT NULL,
    keychain_creation INTEGER NOT NULL, email_suppression INTEGER NOT NULL);
CREATE TABLE sessions (token TEXT PRIMARY KEY, customer INTEGER NOT NULL, made REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE sequences (name TEXT PRIMARY KEY, last INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE entries (kind TEXT NOT NULL, key TEXT NOT NULL, organisation INTEGER NOT NULL,
    fields TEXT NOT NULL, PRIMARY KEY (kind, key)) WITHOUT ROWID;
CREATE TABLE users (id INTEGER PRIMARY KEY, customer INTEGER NOT NULL, organisation INTEGER NOT NULL,
    role INTEGER NOT NULL, archived INTEGER NOT NULL DEFAULT 0, username TEXT NOT NULL UNIQUE, first TEXT NOT NULL,
    last TEXT NOT NULL, email TEXT NOT NULL, misid TEXT NOT NULL, placement INTEGER, fields TEXT NOT NULL,
    created REAL NOT NULL, modified REAL NOT NULL, visible REAL NOT NULL, gone REAL, scramble INTEGER NOT NULL);
CREATE INDEX users_order ON users (customer, role, organisation, scramble);
CREATE INDEX users_email ON users (customer, email);
CREATE INDEX users_misid ON users (customer, misid);
CREATE TABLE username_stems (stem TEXT PRIMARY KEY, used INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE assignments (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, learner INTEGER NOT NULL, subject TEXT NOT NULL,
    detail TEXT NOT NULL DEFAULT '', UNIQUE (kind, learner, subject, detail));
CREATE TABLE mail (id INTEGER PRIMARY KEY, user INTEGER NOT NULL, organisation INTEGER NOT NULL, email TEXT NOT NULL,
    keychain TEXT NOT NULL, at REAL NOT NULL);
"""


class Store:
    """The database, safe for several threads and processes; a new one is filled by `fill` in one transaction.

    Raises:
        StateError: The file cannot be opened, or is not one of ours.
    """

    def __init__(self, path: Path | None, fill: Callable[[Store], None]) -> None:
        self._lock = threading.RLock()
        try:
            self._connection = _open(path)
            self.close = weakref.finalize(self, self._connection.close)
            self._prepare(fill)
        except (OSError, sqlite3.Error) as error:
            raise StateError(f"The state file {path} cannot be used: {error}. Name another file.") from error

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is done inside is committed together, or not at all when an exception leaves it."""
        with self._lock:
            if self._connection.in_transaction:
                yield
                return
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def run(self, sql: str, *values: object) -> int:
        """Run one statement; the id of the row that it inserted."""
        with self._lock:
            return self._connection.execute(sql, values).lastrowid or 0

    def one(self, sql: str, *values: object) -> sqlite3.Row | None:
        """The first row, if there is one."""
        with self._lock:
            row: sqlite3.Row | None = self._connection.execute(sql, values).fetchone()
            return row

    def all(self, sql: str, *values: object) -> list[sqlite3.Row]:
        """All rows."""
        with self._lock:
            return self._connection.execute(sql, values).fetchall()

    def number(self, sql: str, *values: object) -> int:
        """The one number that the query gives; 0 for none."""
        row = self.one(sql, *values)
        return 0 if row is None or row[0] is None else int(row[0])

    def next_id(self, sequence: str) -> int:
        """The next id of a sequence; inside a transaction."""
        return self.number("UPDATE sequences SET last = last + 1 WHERE name = ? RETURNING last", sequence)

    def _prepare(self, fill: Callable[[Store], None]) -> None:
        with self.transaction():
            version = self.number("PRAGMA user_version")
            if version == VERSION:
                return
            if version or self.number("SELECT count(*) FROM sqlite_master"):
                raise sqlite3.DatabaseError("it belongs to something else, or to another version")
            for statement in _SCHEMA.split(";\n"):
                self.run(statement)
            self.run(f"PRAGMA user_version = {VERSION}")
            fill(self)


def _open(path: Path | None) -> sqlite3.Connection:
    if path is not None:
        path.touch(mode=_PERSONAL)
    connection = sqlite3.connect(
        ":memory:" if path is None else path,
        timeout=_WAIT_FOR_OTHERS,
        isolation_level=None,
        check_same_thread=False,
    )
    try:
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
    except sqlite3.Error:
        connection.close()
        raise
    return connection
