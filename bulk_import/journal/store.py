"""The journal's file: opened with care, its schema brought up to date, its failures put into words.

Write-ahead logging with `synchronous=FULL`: what was committed outlives the process and the power. Nothing is
promised on a network drive, where SQLite's locks cannot be trusted; there the mode cannot be had, and opening fails.
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from bulk_import.errors import JournalError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

APPLICATION_ID = 0x42494D50
WAIT_FOR_LOCK = 5.0
_OWNER_ONLY = 0o600

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """CREATE TABLE runs (
            id TEXT PRIMARY KEY, mode TEXT NOT NULL, started TEXT NOT NULL, finished TEXT, environment TEXT NOT NULL,
            host TEXT NOT NULL, organisation_id INTEGER, sources TEXT NOT NULL, digest TEXT, options TEXT NOT NULL,
            state TEXT NOT NULL, exit_code INTEGER, calls INTEGER NOT NULL DEFAULT 0, closing TEXT NOT NULL DEFAULT '{}'
        ) WITHOUT ROWID""",
        """CREATE TABLE operations (
            run TEXT NOT NULL REFERENCES runs (id), source INTEGER NOT NULL, row INTEGER NOT NULL,
            verb TEXT NOT NULL, role INTEGER NOT NULL, identity TEXT NOT NULL, payload_digest TEXT NOT NULL,
            state TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, user_id INTEGER, http_status INTEGER,
            code INTEGER, reason TEXT, confirmed INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY (run, source, row)
        ) WITHOUT ROWID""",
        """CREATE TABLE decisions (
            run TEXT NOT NULL REFERENCES runs (id), source INTEGER NOT NULL, row INTEGER NOT NULL,
            kind TEXT NOT NULL, user_id INTEGER, code TEXT, detail TEXT NOT NULL,
            PRIMARY KEY (run, source, row)
        ) WITHOUT ROWID""",
        """CREATE TABLE attempts (
            run TEXT NOT NULL, source INTEGER NOT NULL, row INTEGER NOT NULL, number INTEGER NOT NULL,
            sent_at TEXT NOT NULL, verdict TEXT, http_status INTEGER,
            PRIMARY KEY (run, source, row, number),
            FOREIGN KEY (run, source, row) REFERENCES operations (run, source, row)
        ) WITHOUT ROWID""",
        """CREATE TABLE known_accounts (
            run TEXT NOT NULL REFERENCES runs (id), user_id INTEGER NOT NULL, PRIMARY KEY (run, user_id)
        ) WITHOUT ROWID""",
        "CREATE TABLE snapshots (run TEXT PRIMARY KEY REFERENCES runs (id)) WITHOUT ROWID",
    ),
    ("ALTER TABLE decisions ADD COLUMN changes TEXT NOT NULL DEFAULT ''",),
    (
        """CREATE TABLE confirmed (
            environment TEXT NOT NULL, host TEXT NOT NULL, user_id INTEGER NOT NULL, digest TEXT NOT NULL,
            until TEXT NOT NULL, checked TEXT NOT NULL,
            PRIMARY KEY (environment, host, user_id)
        ) WITHOUT ROWID""",
        """CREATE TABLE witnesses (
            environment TEXT NOT NULL, host TEXT NOT NULL, organisation INTEGER NOT NULL, role INTEGER NOT NULL,
            user_id INTEGER NOT NULL, sent_at TEXT NOT NULL,
            PRIMARY KEY (environment, host, organisation, role, user_id)
        ) WITHOUT ROWID""",
    ),
    (
        """CREATE TABLE shown (
            environment TEXT NOT NULL, host TEXT NOT NULL, field TEXT NOT NULL,
            PRIMARY KEY (environment, host, field)
        ) WITHOUT ROWID""",
    ),
    (
        """CREATE TABLE tokens (
            run TEXT NOT NULL, source INTEGER NOT NULL, row INTEGER NOT NULL, token TEXT NOT NULL,
            PRIMARY KEY (run, source, row, token),
            FOREIGN KEY (run, source, row) REFERENCES operations (run, source, row)
        ) WITHOUT ROWID""",
    ),
    (
        """CREATE TABLE keys (
            environment TEXT NOT NULL, host TEXT NOT NULL, mark TEXT NOT NULL,
            PRIMARY KEY (environment, host)
        ) WITHOUT ROWID""",
    ),
    ("ALTER TABLE decisions ADD COLUMN found_by TEXT NOT NULL DEFAULT ''",),
)
"""The statements that lead from each version of the schema to the next; those of a released version never change."""

SCHEMA_VERSION = len(MIGRATIONS)


def connect(path: Path) -> sqlite3.Connection:
    """A sound journal at the present version, made if there is none.

    Raises:
        JournalError: it cannot be opened or written, is damaged, of a newer version, or no journal at all.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=_OWNER_ONLY)
    except OSError as error:
        raise JournalError(f"The journal {path} cannot be opened: {error.strerror}.", _ELSEWHERE) from error
    with in_words(path):
        connection = sqlite3.connect(path, timeout=WAIT_FOR_LOCK, isolation_level=None)
    try:
        with in_words(path):
            _prepare(connection, path)
    except JournalError:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    connection.execute("BEGIN")  # one view of it all: another process may be making it at this moment
    try:
        _recognise(connection, path)
    finally:
        connection.execute("ROLLBACK")
    if _one(connection, "PRAGMA journal_mode = WAL") != "wal":
        raise JournalError(f"The journal {path} cannot be kept safely where it is.", _ELSEWHERE)
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    if _one(connection, "PRAGMA quick_check") != "ok":
        raise JournalError(f"The journal {path} is damaged.", _DAMAGED)
    with transaction(connection):
        _migrate(connection)


def _recognise(connection: sqlite3.Connection, path: Path) -> None:
    ours = _one(connection, "PRAGMA application_id") == APPLICATION_ID
    if not ours and _one(connection, "SELECT count(*) FROM sqlite_master"):
        raise JournalError(f"{path} is a database, but no journal of this program.", _ELSEWHERE)
    version = _version(connection)
    if version > SCHEMA_VERSION:
        raise JournalError(
            f"The journal {path} was written by a newer version of bulk-import (its format is {version}, this one "
            f"knows up to {SCHEMA_VERSION}).",
            "Use the newer version, or give this one a journal of its own with the setting `journal`.",
        )


def _version(connection: sqlite3.Connection) -> int:
    if not _one(connection, "SELECT count(*) FROM sqlite_master WHERE name = 'schema_version'"):
        return 0
    return int(str(_one(connection, "SELECT version FROM schema_version")))


def _migrate(connection: sqlite3.Connection) -> None:
    version = _version(connection)
    if version == 0:
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute("CREATE TABLE schema_version (version INTEGER NOT NULL)")
        connection.execute("INSERT INTO schema_version VALUES (0)")
    for statements in MIGRATIONS[version:]:
        for statement in statements:
            connection.execute(statement)
    connection.execute("UPDATE schema_version SET version = ?", (SCHEMA_VERSION,))


def _one(connection: sqlite3.Connection, sql: str) -> object:
    found = connection.execute(sql).fetchone()
    return None if found is None else found[0]


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All or nothing, on the disk when the block ends."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


@contextmanager
def in_words(path: Path) -> Iterator[None]:
    """Turns what SQLite says into a sentence that says what to do."""
    try:
        yield
    except sqlite3.Error as error:
        raise said(error, path) from error


_ELSEWHERE = "Put the journal on a local disk that you may write to (setting `journal`), and start again."
_DAMAGED = (
    "Keep the file for whoever looks after bulk-import, and give the next run a new one with the setting `journal`; "
    "a dry run then shows which people OneFile already has."
)
_BY_CODE = {
    "SQLITE_BUSY": (
        "is in use by another program",
        "Wait until the other run has ended, close any program that has the file open, and run `bulk-import resume`.",
    ),
    "SQLITE_LOCKED": ("is in use by another program", "Wait until the other run has ended, and start again."),
    "SQLITE_READONLY": ("cannot be written", _ELSEWHERE),
    "SQLITE_CANTOPEN": ("cannot be opened", _ELSEWHERE),
    "SQLITE_PERM": ("cannot be opened", _ELSEWHERE),
    "SQLITE_FULL": (
        "cannot be written: the disk is full",
        "Make room on the disk, then run `bulk-import resume`.",
    ),
    "SQLITE_IOERR": (
        "cannot be written: the disk is full or failing",
        "Make room on the disk or put the journal on another, then run `bulk-import resume`.",
    ),
    "SQLITE_CORRUPT": ("is damaged", _DAMAGED),
    "SQLITE_NOTADB": ("is damaged, or no journal at all", _DAMAGED),
}


def said(error: sqlite3.Error, path: Path) -> JournalError:
    """A failure of SQLite in words; its own text stays out, for it may quote what was written."""
    name = getattr(error, "sqlite_errorname", "SQLITE_ERROR")
    # extended names, such as SQLITE_IOERR_WRITE, begin with the name of their family
    family = "_".join(name.split("_")[:2])
    what, fix = _BY_CODE.get(family, (f"cannot be used ({name})", _DAMAGED))
    return JournalError(f"The journal {path} {what}.", fix)


class OfOneFile:
    """What the journal's file has of one OneFile; every query of it begins with the environment and the host.

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

    def _rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with in_words(self._path):
            return self._connection.execute(sql, (*self._onefile, *values)).fetchall()
