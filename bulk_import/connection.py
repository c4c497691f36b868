"""The connection beneath `api`, and the only place that touches the network.

`call` makes one exchange and says what it means; it never repeats a call that may have been carried out. Only `ask`,
for reads, repeats itself, and only so often. Every call, logging in too, keeps the one pace.

Connections are always verified by TLS: no parameter turns that off. Plain http is for this machine alone. The proxy
variables of a college network are heeded for https, and its own certificates where the machine trusts them; nothing
is read from a netrc file, and a loopback address is never asked for through a proxy. No redirect is followed.
"""

from __future__ import annotations

import asyncio
import logging
import math
import re
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self, assert_never
from urllib.parse import urlsplit

from bulk_import.address import is_loopback, web_address
from bulk_import.errors import CredentialsRefused, SettingsError
from bulk_import.exchange import exchange
from bulk_import.pace import Pacer
from bulk_import.shared_pace import SharedPacer, key_of
from bulk_import.steps import (
    LONGEST_HOLD,
    SESSIONS_REFUSED,
    Finish,
    GiveUp,
    LookUp,
    SendAgain,
    hold,
    next_step,
    stopped,
)
from bulk_import.wire import (
    AUTHENTICATE,
    Accepted,
    MaybeSent,
    NeverSent,
    Refused,
    Reply,
    Request,
    RequestKind,
    Secret,
    Throttled,
    Unauthorised,
    Verdict,
    judge,
    judge_failure,
)

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path
    from types import TracebackType

    import httpx

SESSION_LIFE = 23 * 3600.0
"""Seconds after which a session is renewed: it lives 24 hours (article 76000020990)."""

CONNECT_TIMEOUT = 10.0
# Idle connections are dropped before servers commonly drop them (5 s): a call on a dead one would be in doubt.
_IDLE_LIFE = 4.0


@dataclass(frozen=True, slots=True)
class Calls:
    """How many calls were made; of these how many again after a failure, and how many answered with 429."""

    total: int = 0
    retried: int = 0
    throttled: int = 0


@dataclass(frozen=True, slots=True)
class CallMade:
    """One exchange, for the log: nothing of what was sent or answered.

    Attributes:
        operation: what it was for, such as "create User".
        row: source and row it was made for, None where it was for no single row.
        attempt: from 1.
        status: the HTTP status, None without an answer.
        verdict: the name of the verdict.
        seconds: how long it took.
    """

    operation: str
    row: tuple[int, int] | None
    attempt: int
    status: int | None
    verdict: str
    seconds: float


@dataclass(frozen=True, slots=True)
class _Session:
    token: Secret
    made: float


class Connection:
    """A customer's connection to OneFile, an async context manager; all calls share its pace.

    Args:
        base_url: the address of the API, https except on this machine.
        customer_token: specific to an environment (article 76000020990).
        calls_per_minute: never more in any rolling minute, as the server counts.
        concurrency: how many calls may be in flight at once.
        timeout: seconds for a whole exchange.
        pace_file: where processes with the same token keep one pace together; without it this one is alone.
        transport: what carries the calls in tests.
        clock: seconds on a monotonic clock.
        sleep: waits for so many seconds.
        closed_for: seconds for which no call may leave, 0 if one may; asked in the last moment before each.
        on_rest: is told when calls begin to wait for that, with the seconds; what it raises keeps them from it.
        log: is told of each exchange.

    Raises:
        SettingsError: the address is neither https nor on this machine.
        CredentialsRefused: the token has characters that cannot be sent.
    """

    def __init__(
        self,
        base_url: str,
        customer_token: str,
        *,
        calls_per_minute: int = 240,
        concurrency: int = 8,
        timeout: float = 30.0,
        pace_file: Path | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        closed_for: Callable[[], float] = lambda: 0.0,
        on_rest: Callable[[float], None] | None = None,
        log: Callable[[CallMade], None] | None = None,
    ) -> None:
        self._base_url = checked_address(base_url)
        self._customer_token = _sendable(customer_token)
        self.concurrency = concurrency
        self._timeout = timeout
        self._transport = transport
        self.clock = clock
        self.sleep = sleep
        self._closed_for = closed_for
        self._on_rest = on_rest
        self._resting = False
        self._log = log
        self._pacer: Pacer | SharedPacer = Pacer(calls_per_minute, clock=clock, sleep=sleep)
        if pace_file is not None:
            key = key_of(self._base_url, self._customer_token.reveal())
            self._pacer = SharedPacer(pace_file, key, calls_per_minute, timeout=timeout, clock=clock, sleep=sleep)
        self._in_flight = asyncio.Semaphore(concurrency)
        self._logging_in = asyncio.Lock()
        self._session: _Session | None = None
        self._sessions_refused = 0
        self._last_failure = float("-inf")
        self.failures_in_a_row = 0
        self.on_failure: Callable[[int], None] | None = None
        """Is told of each failure in a row, with how many there are by now: in the middle of a look-up too."""
        self.calls = Calls()

    async def __aenter__(self) -> Self:
        self._client = _client(self._base_url, self._timeout, self.concurrency, self._transport)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(self._pacer, SharedPacer):
            self._pacer.close()
        await self._client.aclose()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} at {self._base_url}>"

    async def call(
        self,
        request: Request,
        *,
        attempt: int = 1,
        row: tuple[int, int] | None = None,
        before: Callable[[], None] | None = None,
    ) -> Verdict:
        """One exchange, at the pace of all, with a session that is made first where there is none.

        A session that is not accepted is forgotten, so that the next call makes a new one.

        Args:
            request: what to ask.
            attempt: its number, from 1, for the counts and the log.
            row: source and row, for the log.
            before: runs in the last moment before the request leaves; what it raises keeps it from leaving.

        Raises:
            StoppedEarly: the pace file cannot be used; nothing was sent.
        """
        async with self._in_flight:
            session = await self._logged_in()
            if not isinstance(session, _Session):
                return session
            async with self._place():
                if before is not None:
                    before()
                session = self._session or session
                verdict = await self._exchange(request, ("X-TokenID", session.token), attempt, row)
        return self._watched(verdict, session)

    @asynccontextmanager
    async def _place(self) -> AsyncIterator[None]:
        """Waits for a place in the pace at a moment when calls may leave; inside, the call is made.

        Waiting for the pace takes minutes after a 429, so it is asked again after it. A place that came when no call
        may leave is given back as if its call had been made: it is free again a minute later, and the limit holds.
        """
        while True:
            await self._opened()
            async with self._pacer.place():
                if self._closed_for() <= 0:
                    yield
                    return

    async def _opened(self) -> None:
        """Waits while no call may leave; says so once for all that wait."""
        while (seconds := self._closed_for()) > 0:
            if not self._resting and self._on_rest is not None:
                self._on_rest(seconds)
            self._resting = True
            await self.sleep(seconds)
        self._resting = False

    def _watched(self, verdict: Verdict, session: _Session) -> Verdict:
        """The verdict, with the session forgotten if it was refused; counts sessions refused one after another."""
        if session is not self._session:
            return verdict
        if not isinstance(verdict, Unauthorised):
            if isinstance(verdict, Accepted | Refused):
                self._sessions_refused = 0
            return verdict
        self._session = None
        self._sessions_refused += 1
        return Unauthorised(verdict.status, self._sessions_refused)

    async def _logged_in(self) -> _Session | Verdict:
        async with self._logging_in:
            if self._session is not None and self.clock() - self._session.made < SESSION_LIFE:
                return self._session
            self._session = None
            verdict = await self._log_in()
            if isinstance(verdict, Accepted) and isinstance(verdict.body, Secret):
                self._session = _Session(verdict.body, self.clock())
                return self._session
            return verdict

    async def _log_in(self) -> Verdict:
        attempt = 0
        while True:
            attempt += 1
            async with self._place():
                verdict = await self._exchange(AUTHENTICATE, ("X-CustomerToken", self._customer_token), attempt, None)
            match next_step(RequestKind.AUTHENTICATE, verdict, attempt):
                case SendAgain(after=after):
                    await self._rest(after)
                case _:
                    return _log_in_failed(verdict)

    async def _exchange(
        self, request: Request, shown: tuple[str, Secret], attempt: int, row: tuple[int, int] | None
    ) -> Verdict:
        began = self.clock()
        header, token = shown
        answer = await exchange(self._client, request, {header: token.reveal()}, self._timeout)
        if isinstance(answer, Reply):
            verdict, status = judge(request, answer, (self._customer_token, token)), answer.status
        else:
            verdict, status = judge_failure(answer), None
        self._count(verdict, attempt, began)
        if self._log is not None:
            name = f"{request.kind} {request.path.partition('/')[0]}"
            seconds = self.clock() - began
            self._log(CallMade(name, row, attempt, status, type(verdict).__name__, seconds))
        return verdict

    def _count(self, verdict: Verdict, attempt: int, began: float) -> None:
        """Counts the call; calls that were in flight together fail together, and count as one failure in a row."""
        match verdict:
            case NeverSent() | MaybeSent():
                if began >= self._last_failure:
                    self.failures_in_a_row += 1
                    self._last_failure = self.clock()
                    if self.on_failure is not None:
                        self.on_failure(self.failures_in_a_row)
            case _:
                self.failures_in_a_row = 0
        throttled = isinstance(verdict, Throttled)
        if isinstance(verdict, Throttled):
            self._pacer.hold(min(hold(verdict), LONGEST_HOLD))
        so_far = self.calls
        self.calls = Calls(so_far.total + 1, so_far.retried + (attempt > 1), so_far.throttled + throttled)

    async def _rest(self, seconds: float) -> None:
        if seconds > 0:
            await self.sleep(seconds)

    async def ask(self, request: Request, *, row: tuple[int, int] | None = None) -> Accepted | Refused:
        """A read or a search, asked again so often as it fails.

        Raises:
            ApiDown: it failed to the last.
            StoppedEarly: the pace file cannot be used.
            CredentialsRefused: a fresh session was not accepted, or none could be had.
        """
        attempt = 0
        while True:
            attempt += 1
            verdict = await self.call(request, attempt=attempt, row=row)
            match next_step(request.kind, verdict, attempt):
                case SendAgain(after=after):
                    await self._rest(after)
                case GiveUp(why=why):
                    raise stopped(why, verdict)
                case Finish() if isinstance(verdict, Accepted | Refused):
                    return verdict
                case Finish() | LookUp():
                    raise AssertionError(f"{request!r} is no read")
                case other:
                    assert_never(other)


def _log_in_failed(verdict: Verdict) -> Verdict:
    """What a failed log-in means to the call that needed it: that call was never sent."""
    match verdict:
        case Accepted():
            return verdict
        case Unauthorised(status=status) | Refused(status=status):
            return Unauthorised(status, SESSIONS_REFUSED)
        case Throttled():
            return Throttled(math.inf)
        case NeverSent(reason=reason) | MaybeSent(reason=reason):
            return NeverSent(f"logging in: {reason}", final=True)
        case other:
            assert_never(other)


def checked_address(base_url: str) -> str:
    """The address of the API, fit to be used.

    Raises:
        SettingsError: it is not (see `web_address`).
    """
    try:
        return web_address(base_url)
    except ValueError as wrong:
        raise SettingsError((f"base_url {wrong}.",)) from None


def _sendable(customer_token: str) -> Secret:
    token = customer_token.strip()
    if not re.fullmatch(r"[\x21-\x7e]+", token):
        raise CredentialsRefused(
            "The customer token is empty or has characters that no token has.",
            "Copy it again from OneFile's message, without blanks or line breaks.",
        )
    return Secret(token)


def _client(
    base_url: str, timeout: float, concurrency: int, transport: httpx.AsyncBaseTransport | None
) -> httpx.AsyncClient:
    import httpx  # noqa: PLC0415 - loaded where it is used

    # At its lowest level this logger tells the headers of answers.
    logging.getLogger("httpcore").setLevel(logging.WARNING)
    address = urlsplit(base_url)
    return httpx.AsyncClient(
        base_url=base_url,
        verify=_trusted() if address.scheme == "https" and transport is None else True,
        follow_redirects=False,
        trust_env=not is_loopback(address.hostname or ""),
        transport=transport,
        headers={"Accept": "application/json", "Accept-Encoding": "gzip", "User-Agent": "bulk-import"},
        timeout=httpx.Timeout(timeout, connect=min(CONNECT_TIMEOUT, timeout)),
        limits=httpx.Limits(
            max_connections=concurrency + 1,
            max_keepalive_connections=concurrency + 1,
            keepalive_expiry=_IDLE_LIFE,
        ),
    )


def _trusted() -> ssl.SSLContext:
    """What an address must prove, to the authorities that httpx knows and those that this machine trusts."""
    import httpx  # noqa: PLC0415 - loaded where it is used

    trusted = httpx.create_ssl_context()
    trusted.load_default_certs()
    return trusted
