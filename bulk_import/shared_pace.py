"""One pace for all processes that use the same token: the decision of `pace`, kept in a file beside the journal.

Each call is a row, with the moment from which its place is free again: a minute after its answer, or, until that is
known, a minute after the latest moment at which it can still be under way. So the places of a process that died come
back by themselves, and never too early. The proof in `pace` holds over all processes, because counting the places and
taking one is a single transaction. Whoever waits stands in the file too: turns go by the order of asking, the lowest
`calls_per_minute` of those at work holds for all, and a 429 holds all.

Why not a library: pyrate-limiter 4.5.1, whose bucket can live in SQLite, counts when calls leave, not when they are
answered. At 2 calls a minute it lets 2 leave at 0 s that arrive at 30 s, and 2 more at 60.1 s: 4 within 30.2 s by the
server's clock. Without its file lock three processes got 53 calls a second out of a bucket of 50; and it spends a
minute's allowance in one burst.

The clock is `time.monotonic`, which Python documents as system-wide: nobody can set it, as they can the clock on the
wall. Only a restart of the machine sets it back: a file that knows a later time is begun anew, and a fresh minute is
waited out. And no call leaves before the machine has been up for a minute: so neither a restart that does not show,
because the new time is past the file's last, nor the few rows that a power failure may take (WAL,
`synchronous=NORMAL`) break the limit.

Without the file there is no call: going on at a pace of its own would break the limit just when two runs meet. The
file holds no token, only a keyed digest of it, and it reaches no further than the machine and the journal.
"""

from __future__ import annotations

import asyncio
import hmac
import math
import secrets
import sqlite3
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never
from urllib.parse import urlsplit

from bulk_import.errors import StoppedEarly
from bulk_import.pace import Beat, free_again

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
    from pathlib import Path

APPLICATION_ID = 0x42495043
VERSION = 1
BEFORE_SENDING = 30.0
"""Seconds that a call may spend in its place before it is sent: its intent is written to the journal there."""

LOOK_AGAIN = 1.0
_LATE = 0.05
_BLINK = 0.001
_BACKWARDS = 1.0
_UP_LONG_ENOUGH = free_again(0.0)
_FORGOTTEN = 3600.0
_BUSY = 0.01
_PATIENCE = 250
_OWNER_ONLY = 0o600

_TABLES = (
    """CREATE TABLE IF NOT EXISTS standing (
        key TEXT PRIMARY KEY, told REAL NOT NULL, due REAL NOT NULL, held_until REAL NOT NULL, latency REAL NOT NULL,
        answers INTEGER NOT NULL
    ) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS calls (
        number INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL, free_from REAL NOT NULL,
        calls_per_minute INTEGER NOT NULL
    )""",
    "CREATE INDEX IF NOT EXISTS places ON calls (key, free_from, calls_per_minute)",
    """CREATE TABLE IF NOT EXISTS waiting (
        process TEXT PRIMARY KEY, key TEXT NOT NULL, since REAL NOT NULL, awake_by REAL NOT NULL,
        calls_per_minute INTEGER NOT NULL
    ) WITHOUT ROWID""",
)
_QUEUE = """
    INSERT INTO waiting VALUES (:process, :key, :now, :awake_by, :limit)
    ON CONFLICT (process) DO UPDATE SET awake_by = excluded.awake_by"""
_AHEAD = """
    SELECT count(*) FROM waiting WHERE key = :key AND process <> :process AND awake_by >= :now - :late
        AND (since, process) < (coalesce((SELECT since FROM waiting WHERE process = :process), :now), :process)"""
_SLOWEST = "SELECT min(calls_per_minute) FROM waiting WHERE key = :key AND awake_by >= :now - :late"
_TAKEN = "SELECT count(*), min(calls_per_minute) FROM calls WHERE key = :key AND free_from > :now"
_ROOM = "SELECT free_from FROM calls WHERE key = :key AND free_from > :now ORDER BY free_from LIMIT 1 OFFSET :over"


@dataclass(frozen=True, slots=True)
class _Left:
    """A call that has its place: its number in the file, and when it left."""

    number: int
    at: float


@dataclass(frozen=True, slots=True)
class _Answered:
    call: _Left
    at: float


@dataclass(frozen=True, slots=True)
class _Held:
    until: float


class SharedPacer:
    """As `Pacer`, for the tasks of all processes that use one token and one file.

    Args:
        file: made if there is none, with its folder.
        key: whose calls they are; see `key_of`.
        calls_per_minute: never more in any rolling minute, as the server counts.
        timeout: seconds after which a call is given up.
        clock: seconds on a monotonic clock that all processes share.
        sleep: waits for so many seconds.
    """

    def __init__(
        self,
        file: Path,
        key: str,
        calls_per_minute: int,
        *,
        timeout: float,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[object]],
    ) -> None:
        if calls_per_minute < 1:
            raise ValueError("calls_per_minute must be at least 1")
        self._book = _Book(file, key, calls_per_minute, timeout + BEFORE_SENDING, clock)
        self._clock = clock
        self._sleep = sleep
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Waits for a turn; inside, the call is made. Its place is kept until a minute after the block ends.

        Raises:
            StoppedEarly: the file cannot be used; the block was not entered.
        """
        async with self._turn:
            call = await self._left()
        try:
            yield
        finally:
            self._book.tell(_Answered(call, self._clock()))

    def hold(self, seconds: float) -> None:
        """All calls that have not left yet, of any process, wait at least so long."""
        self._book.tell(_Held(self._clock() + seconds))

    def close(self) -> None:
        """Closes the file."""
        self._book.close()

    async def _left(self) -> _Left:
        while True:
            turn = await self._asked()
            if isinstance(turn, _Left):
                return turn
            await self._sleep(turn)

    async def _asked(self) -> _Left | float:
        """What the file says. Others hold it for a moment at a time, and the event loop is not to wait for them."""
        tries = 0
        while True:
            tries += 1
            try:
                return self._book.ask()
            except sqlite3.Error as error:
                if not _is_busy(error) or tries >= _PATIENCE:
                    raise _said(error, self._book.file) from error
            await self._sleep(_BUSY)


def key_of(base_url: str, token: str) -> str:
    """What stands for a token at a host in the file; the token cannot be had from it."""
    parts = urlsplit(base_url)
    port = parts.port or {"https": 443}.get(parts.scheme, 80)
    return hmac.digest(token.encode(), f"pace of {parts.hostname}:{port}".encode(), "sha256").hex()


class _Book:
    """What the file knows of a token's calls, and what it has not been told yet because it was busy."""

    def __init__(
        self, file: Path, key: str, calls_per_minute: int, lifetime: float, clock: Callable[[], float]
    ) -> None:
        self.file = file
        self._own_limit = calls_per_minute
        self._lifetime = lifetime
        self._clock = clock
        self._connection: sqlite3.Connection | None = None
        self._news: list[_Answered | _Held] = []
        self._names: Mapping[str, object] = {"key": key, "process": secrets.token_hex(8), "late": _LATE}

    def ask(self) -> _Left | float:
        """Takes a place for a call that leaves now, or says how many seconds later to ask again.

        Raises:
            sqlite3.Error: the file is busy, or cannot be used.
            StoppedEarly: the file cannot be opened, or is none of ours.
        """
        with self._transaction() as (writing, now):
            beat = _beat(writing, self._names)
            limit, room = self._places(writing, now)
            ahead = _number(writing, _AHEAD, {**self._names, "now": now})
            opens = max(beat.opens(room), _UP_LONG_ENOUGH)
            if opens <= now and ahead == 0:
                return self._leave(writing, now, beat, limit)
            wait = max(opens - now, 0.0) + ahead * beat.spacing(limit)
            wait = min(max(wait, _BLINK), LOOK_AGAIN)
            awake = {"now": now, "awake_by": now + wait, "limit": self._own_limit}
            writing.execute(_QUEUE, {**self._names, **awake})
            return wait

    def tell(self, news: _Answered | _Held) -> None:
        """Writes it down, at the latest with the next `ask`.

        A call has just been made: no failure of this file may lose what came of it. Untold, its place stays taken
        until its lifetime is over.
        """
        self._news.append(news)
        if self._connection is not None:
            with suppress(sqlite3.Error), self._transaction():
                pass

    def close(self) -> None:
        """Closes the file."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _places(self, writing: sqlite3.Connection, now: float) -> tuple[int, float]:
        """The limit that holds for all at the moment, and from when on there is a place."""
        names = {**self._names, "now": now}
        taken, slowest = writing.execute(_TAKEN, names).fetchone()
        (patient,) = writing.execute(_SLOWEST, names).fetchone()
        limit = min(each for each in (self._own_limit, slowest, patient) if each is not None)
        if taken < limit:
            return limit, -math.inf
        (room,) = writing.execute(_ROOM, {**names, "over": taken - limit}).fetchone()
        return limit, float(room)

    def _leave(self, writing: sqlite3.Connection, now: float, beat: Beat, limit: int) -> _Left:
        _keep(writing, self._names, beat.left(now, limit))
        writing.execute("DELETE FROM calls WHERE free_from <= ?", (now,))
        writing.execute(
            "DELETE FROM waiting WHERE process = :process OR awake_by < :now - :late", {**self._names, "now": now}
        )
        row = (self._names["key"], free_again(now + self._lifetime), self._own_limit)
        writing.execute("INSERT INTO calls (key, free_from, calls_per_minute) VALUES (?, ?, ?)", row)
        return _Left(_number(writing, "SELECT last_insert_rowid()"), now)

    def _note(self, writing: sqlite3.Connection, news: _Answered | _Held) -> None:
        beat = _beat(writing, self._names)
        match news:
            case _Answered(call=call, at=at):
                # the row may be gone: a process can be stopped for longer than a call lives, and go on
                row = (call.number, self._names["key"], free_again(at), self._own_limit)
                writing.execute("INSERT OR REPLACE INTO calls VALUES (?, ?, ?, ?)", row)
                _keep(writing, self._names, beat.answered(at - call.at))
            case _Held(until=until):
                _keep(writing, self._names, beat.held(until))
            case other:
                assert_never(other)

    @contextmanager
    def _transaction(self) -> Iterator[tuple[sqlite3.Connection, float]]:
        """The file, for this process alone, and the time; what it was not told yet is in it."""
        if self._connection is None:
            self._connection = _opened(self.file, self._clock)
        writing = self._connection
        with _all_or_nothing(writing):
            # read with the lock held, so that no other process can have told a later time
            now = self._clock()
            _start(writing, self._names, now)
            for news in self._news:
                self._note(writing, news)
            yield writing, now
        self._news.clear()


def _opened(file: Path, clock: Callable[[], float]) -> sqlite3.Connection:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=_OWNER_ONLY)
    except OSError as error:
        raise StoppedEarly(f"{_what(file)} cannot be opened: {error.strerror}.", _ELSEWHERE) from error
    connection = sqlite3.connect(file, timeout=_BUSY, isolation_level=None)
    try:
        _prepare(connection, file)
        with _all_or_nothing(connection):
            for statement in _TABLES:
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {VERSION}")
            connection.execute("DELETE FROM standing WHERE told < ?", (clock() - _FORGOTTEN,))
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection, file: Path) -> None:
    # at one moment, or a file that another process is just making would look like a stranger's
    with _all_or_nothing(connection, "BEGIN"):
        tables = _number(connection, "SELECT count(*) FROM sqlite_master")
        kind, version = (_number(connection, f"PRAGMA {name}") for name in ("application_id", "user_version"))
    if tables and (kind, version) != (APPLICATION_ID, VERSION):
        raise StoppedEarly(f"{_what(file)} is none of this program's, or of another version.", _DELETE)
    if connection.execute("PRAGMA journal_mode = WAL").fetchone() != ("wal",):
        raise StoppedEarly(f"{_what(file)} cannot be shared safely where it is.", _ELSEWHERE)
    connection.execute("PRAGMA synchronous = NORMAL")


@contextmanager
def _all_or_nothing(connection: sqlite3.Connection, begin: str = "BEGIN IMMEDIATE") -> Iterator[None]:
    connection.execute(begin)
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _start(writing: sqlite3.Connection, names: Mapping[str, object], now: float) -> None:
    """The token's standing, begun if there is none; begun anew, with a minute to wait, if the clock was."""
    key = names["key"]
    found = writing.execute("SELECT told FROM standing WHERE key = ?", (key,)).fetchone()
    if found is not None and now >= found[0] - _BACKWARDS:
        writing.execute("UPDATE standing SET told = max(told, ?) WHERE key = ?", (now, key))
        return
    for table in ("calls", "waiting"):
        writing.execute(f"DELETE FROM {table} WHERE key = ?", (key,))  # noqa: S608 - two names of ours
    fresh = Beat() if found is None else Beat(held_until=free_again(now))
    row = (key, now, fresh.due, fresh.held_until, fresh.latency, fresh.answers)
    writing.execute("INSERT OR REPLACE INTO standing VALUES (?, ?, ?, ?, ?, ?)", row)


def _number(reading: sqlite3.Connection, sql: str, names: Mapping[str, object] | tuple[()] = ()) -> int:
    return int(reading.execute(sql, names).fetchone()[0])


def _beat(reading: sqlite3.Connection, names: Mapping[str, object]) -> Beat:
    columns = "due, held_until, latency, answers"
    return Beat(*reading.execute(f"SELECT {columns} FROM standing WHERE key = :key", names).fetchone())  # noqa: S608


def _keep(writing: sqlite3.Connection, names: Mapping[str, object], beat: Beat) -> None:
    row = (beat.due, beat.held_until, beat.latency, beat.answers, names["key"])
    writing.execute("UPDATE standing SET due = ?, held_until = ?, latency = ?, answers = ? WHERE key = ?", row)


_ELSEWHERE = (
    "It stands beside the journal: put that on a local disk that you may write to (setting `journal`), and start again."
)
_DELETE = "When no run is at work, delete the file, wait a minute, and start again."
_BY_CODE = {
    sqlite3.SQLITE_BUSY: (
        "is in use by another program",
        "Close any program, other than bulk-import, that has the file open, and start again.",
    ),
    sqlite3.SQLITE_FULL: ("cannot be written: the disk is full", "Make room on the disk, and start again."),
    sqlite3.SQLITE_IOERR: (
        "cannot be written: the disk is full or failing",
        "Make room on the disk or put the journal, beside which it stands, on another, and start again.",
    ),
    sqlite3.SQLITE_READONLY: ("cannot be written", _ELSEWHERE),
    sqlite3.SQLITE_CANTOPEN: ("cannot be opened", _ELSEWHERE),
    sqlite3.SQLITE_PERM: ("cannot be opened", _ELSEWHERE),
    sqlite3.SQLITE_CORRUPT: ("is damaged", _DELETE),
    sqlite3.SQLITE_NOTADB: ("is damaged", _DELETE),
}


def _what(file: Path) -> str:
    return f"The file {file}, by which all runs keep OneFile's limit of calls together,"


def _family(error: sqlite3.Error) -> int:
    """The error's primary code: the low byte of an extended one."""
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF


def _is_busy(error: sqlite3.Error) -> bool:
    return _family(error) in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def _said(error: sqlite3.Error, file: Path) -> StoppedEarly:
    name = getattr(error, "sqlite_errorname", "SQLITE_ERROR")
    what, fix = _BY_CODE.get(_family(error), (f"cannot be used ({name})", _DELETE))
    return StoppedEarly(f"{_what(file)} {what}.", fix)
