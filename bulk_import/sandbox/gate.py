"""What a call passes through before and after the service proper: rate limit, latency, faults, and the record.

The order is that of the real thing: the limit counts a call as it arrives; half of the latency passes before the work
and half after it, so that a client that dies in between may have been served or not.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from email.utils import formatdate
from typing import TYPE_CHECKING, assert_never

from bulk_import.sandbox import sessions
from bulk_import.sandbox.answers import Answer, html_page, plain, unauthorised
from bulk_import.sandbox.faults import BEFORE
from bulk_import.sandbox.line import ConnectionDropped, client_gone, line_of
from bulk_import.sandbox.world import Call

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from bulk_import.sandbox.faults import Fault, Operation
    from bulk_import.sandbox.line import Way
    from bulk_import.sandbox.world import World

ROOT = "/api/v2.1"
LAG = "bulk_import.lag"
_EVER = 86_400.0
_SERVICE_UNAVAILABLE = 503
_OK = 200
_NO_CONTENT = 204
_LOST = 64  # bytes that are announced and never come
_CREATED_BY_POST = frozenset({"user", "classroom", "placement", "provider"})


@dataclass(frozen=True, slots=True)
class Dropped:
    """No answer, or the beginning of one."""

    way: Way
    beginning: Answer | None = None


class Gate:
    """The outermost layer of the application; pages for people pass it untouched."""

    def __init__(self, app: ASGIApp, *, world: World, sleep: Callable[[float], Awaitable[None]]) -> None:
        self.app = app
        self.world = world
        self.sleep = sleep

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one call through."""
        path = _plain_path(scope)
        if scope["type"] != "http" or not (path == ROOT or path.startswith(f"{ROOT}/")):
            await self.app(scope, receive, send)
            return
        arrived = self.world.now()
        reply = await self._reply({**scope, "path": path, "raw_path": path.encode()}, receive)
        status = None if isinstance(reply, Dropped) else reply.status
        self.world.record(Call(arrived, scope["method"], scope["path"], status))
        match reply:
            case Answer():
                await _send(reply, send)
            case Dropped():
                await self._drop(reply, scope, receive, send)
            case _:
                assert_never(reply)

    async def _reply(self, scope: Scope, receive: Receive) -> Answer | Dropped:
        customer = self._customer(scope)
        wait = None if customer is None else self.world.rate.admit(customer, self.world.now())
        if wait is not None:
            await _read_all(receive)
            return self._too_many(wait)
        effects = self.world.faults.next(operation_of(scope["method"], scope["path"]))
        await self._pause(effects.latency / 2)
        fault = effects.fault
        if fault is not None and fault.kind in BEFORE:
            await _read_all(receive)
            await self._pause(effects.latency / 2)
            return self._instead(fault, scope)
        scope[LAG] = effects.lag
        answer = await _collect(self.app, scope, receive)
        await self._pause(effects.latency / 2)
        return answer if fault is None else _spoilt(answer, fault)

    async def _pause(self, seconds: float) -> None:
        if seconds > 0:
            await self.sleep(seconds)

    def _customer(self, scope: Scope) -> int | None:
        headers = dict(scope["headers"])
        if operation_of(scope["method"], scope["path"]) == "authentication":
            token = headers.get(b"x-customertoken", b"").decode("latin-1")
            return sessions.customer_of_token(self.world.store, token)
        session = headers.get(b"x-tokenid", b"").decode("latin-1")
        hours = self.world.switches.session_hours
        return sessions.customer_of_session(self.world.store, session, self.world.now(), hours=hours)

    def _too_many(self, wait: float) -> Answer:
        match self.world.switches.retry_after:
            case "off":
                return _throttled(None)
            case "seconds":
                return _throttled(str(math.ceil(wait)))
            case "date":
                return _throttled(formatdate(math.ceil(self.world.now() + wait), usegmt=True))

    def _instead(self, fault: Fault, scope: Scope) -> Answer | Dropped:
        """What comes of a fault that keeps the call from being carried out."""
        match fault.kind:
            case "reset-before":
                return Dropped("reset")
            case "stall-before":
                return Dropped("stall")
            case "html-before":
                return html_page(fault.status or _SERVICE_UNAVAILABLE, "Down for maintenance")
            case "unauthorised":
                session = dict(scope["headers"]).get(b"x-tokenid", b"").decode("latin-1")
                sessions.end_session(self.world.store, session)
                return unauthorised()
            case "throttle":
                return _throttled(None if fault.retry_after is None else str(fault.retry_after))
            case _:
                return plain(fault.status or _SERVICE_UNAVAILABLE, "Service Unavailable")

    async def _drop(self, dropped: Dropped, scope: Scope, receive: Receive, send: Send) -> None:
        line = line_of(scope)
        if line is None:
            if dropped.way == "stall":
                await self.sleep(_EVER)
            raise ConnectionDropped(dropped.way)
        match dropped.way:
            case "reset":
                line.reset()
            case "truncated":
                await _begin(dropped.beginning or Answer(_OK), send)
                line.close()
            case "stall":
                pass
        await client_gone(receive)


def operation_of(method: str, path: str) -> Operation:
    """Which sort of call this is, as fault plans name it; the path in lower case."""
    parts = path.removeprefix(ROOT).strip("/").split("/")
    if parts[0] == "authentication":
        return "authentication"
    if "search" in parts[1:2]:
        return "search"
    if method == "GET":
        return "get"
    return "create" if len(parts) == 1 and parts[0] in _CREATED_BY_POST else "update"


def _throttled(retry_after: str | None) -> Answer:
    headers = () if retry_after is None else (("retry-after", retry_after),)
    return plain(429, "Too Many Requests", *headers)


def _plain_path(scope: Scope) -> str:
    """The path without case and without a slash at its end, both of which the service ignores."""
    path: str = scope.get("path", "")
    return path.casefold().rstrip("/")


def _spoilt(answer: Answer, fault: Fault) -> Answer | Dropped:
    """What the client gets of an answer to a call that was carried out."""
    match fault.kind:
        case "reset-after":
            return Dropped("reset")
        case "stall" | "stall-after":
            return Dropped("stall")
        case "truncated":
            return Dropped("truncated", answer)
        case "html":
            return html_page(fault.status or _OK, "OneFile")
        case _:
            return plain(fault.status or _SERVICE_UNAVAILABLE, "Service Unavailable")


async def _read_all(receive: Receive) -> None:
    """Take the whole request off the line, as a server does that refuses it or dies over it."""
    while (await receive()).get("more_body", False):
        pass


async def _collect(app: ASGIApp, scope: Scope, receive: Receive) -> Answer:
    """Have the call carried out and hold its answer back."""
    started: list[MutableMapping[str, object]] = []
    body = bytearray()

    async def keep(message: Message) -> None:
        if message["type"] == "http.response.start":
            started.append(message)
        else:
            body.extend(message.get("body", b""))

    await app(scope, receive, keep)
    return _answer(started[0], bytes(body))


def _answer(start: Message, body: bytes) -> Answer:
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in start["headers"]}
    media_type = headers.pop("content-type", "")
    headers.pop("content-length", None)
    return Answer(start["status"], body, media_type, tuple(headers.items()))


def _headers(answer: Answer, length: int | None) -> list[tuple[bytes, bytes]]:
    headers = [*answer.headers]
    if answer.body:
        headers.append(("content-type", answer.media_type))
    if length is not None:
        headers.append(("content-length", str(length)))
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]


async def _send(answer: Answer, send: Send) -> None:
    length = None if answer.status == _NO_CONTENT else len(answer.body)
    await send({"type": "http.response.start", "status": answer.status, "headers": _headers(answer, length)})
    await send({"type": "http.response.body", "body": answer.body})


async def _begin(answer: Answer, send: Send) -> None:
    """Send half of an answer and announce more than there is."""
    status = _OK if answer.status == _NO_CONTENT else answer.status
    headers = _headers(answer, len(answer.body) + _LOST)
    await send({"type": "http.response.start", "status": status, "headers": headers})
    half = answer.body[: len(answer.body) // 2]
    await send({"type": "http.response.body", "body": half, "more_body": True})
