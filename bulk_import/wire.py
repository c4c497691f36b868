"""OneFile's requests and replies without a network: what a reply means, and what follows from it.

The rule behind the verdicts: a call that may have been carried out is never taken for one that was not. Only failures
before the connection stood count as never sent, because "closed before reading" and "carried out, then closed" look
the same from outside.

The articles of the maker's help centre are named by number: 76000020990 authentication, 76000037051 users,
76000048013 searches, 76000033860 the rate limit. What they leave open is tolerated in every plausible form.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from enum import StrEnum
from http import HTTPStatus
from typing import TYPE_CHECKING, assert_never

from bulk_import.refusal import reason
from bulk_import.vocabulary import FIELD_NAMES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Secret:
    """A token that shows itself to nobody by accident: not in a log, an exception text, a repr or a traceback."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The token itself, for the header of a call and nothing else."""
        return self._value

    def __repr__(self) -> str:
        return "•••"

    def __str__(self) -> str:
        return "•••"

    def __reduce__(self) -> tuple[type[Secret], tuple[str]]:
        raise TypeError("A secret is not to be copied into a file or another process.")


class RequestKind(StrEnum):
    """What a call is for; it decides what counts as an answer and what may be sent again."""

    AUTHENTICATE = "authenticate"
    READ = "read"
    SEARCH = "search"
    CREATE = "create"
    UPDATE = "update"


WRITES = frozenset({RequestKind.CREATE, RequestKind.UPDATE})


@dataclass(frozen=True, slots=True)
class Request:
    """One call.

    Attributes:
        kind: what it is for.
        method: "GET" or "POST".
        path: relative to the base address, without a leading slash.
        body: the JSON fields; None sends no body.
    """

    kind: RequestKind
    method: str
    path: str
    body: Mapping[str, object] | None = None

    def __repr__(self) -> str:
        fields = "" if self.body is None else f" with {', '.join(self.body)}"
        return f"<{self.kind}: {self.method} {self.path}{fields}>"


def create_user(fields: Mapping[str, object]) -> Request:
    """A new account (article 76000037051)."""
    return Request(RequestKind.CREATE, "POST", "User", fields)


def update_user(user_id: int, fields: Mapping[str, object]) -> Request:
    """Some fields of an account, the others left as they are (article 76000037051)."""
    return Request(RequestKind.UPDATE, "POST", f"User/{user_id}", fields)


def get_user(user_id: int) -> Request:
    """All that OneFile tells of one account."""
    return Request(RequestKind.READ, "GET", f"User/{user_id}")


def search(noun: str, filters: Mapping[str, object], *, page: int | None = None, size: int = 100) -> Request:
    """A search, one page of it where `page` (from 1) is given; paged is what article 76000033860 recommends."""
    path = f"{noun}/Search" if page is None else f"{noun}/Search/{page}/{size}"
    return Request(RequestKind.SEARCH, "POST", path, filters)


_HALVES = re.compile("[\ud800-\udfff]")
_SPELT = {name.casefold(): name for name in FIELD_NAMES}

AUTHENTICATE = Request(RequestKind.AUTHENTICATE, "POST", "Authentication")


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: the status, the headers by lower-case name, the whole body."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def __repr__(self) -> str:
        return f"<Reply {self.status}, {len(self.body)} bytes>"


class Failure(StrEnum):
    """How a call ended without a whole reply."""

    CONNECT = "no connection"
    CONNECT_TIMEOUT = "no connection in time"
    POOL_TIMEOUT = "no free connection in time"
    READ_TIMEOUT = "no answer in time"
    WRITE_TIMEOUT = "could not be sent in time"
    DEADLINE = "no whole answer in time"
    READ = "the connection broke before the answer"
    WRITE = "the connection broke while sending"
    PROTOCOL = "the connection was closed without a whole answer"
    UNREADABLE = "an answer that cannot be unpacked, or has no end"
    PROXY = "the proxy failed"
    OTHER = "the connection failed"


BEFORE_SENDING = frozenset({Failure.CONNECT, Failure.CONNECT_TIMEOUT, Failure.POOL_TIMEOUT})
_STILL_RUNNING = frozenset({Failure.READ_TIMEOUT, Failure.WRITE_TIMEOUT, Failure.DEADLINE})
# 502 is what some gateways say of a server that has not answered in time, such as the usual ones before IIS.
_GATEWAY_GAVE_UP = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.BAD_GATEWAY, HTTPStatus.GATEWAY_TIMEOUT})
# 520 to 599 are delivery networks' own words, 524 for one for a server that is still at work.
_UNNAMED = range(520, 600)


# These refuse what was sent, whoever says so and in whatever words; 400 is the one that OneFile is known to use.
_ABOUT_WHAT_WAS_SENT = frozenset(
    {
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.CONFLICT,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        HTTPStatus.UNPROCESSABLE_ENTITY,
    }
)


@dataclass(frozen=True, slots=True)
class Accepted:
    """Done.

    `body` is what the kind of request promises: the session (a Secret), one object, a tuple of objects, the new
    account's id, or None after an update.
    """

    status: int
    body: object


@dataclass(frozen=True, slots=True)
class Refused:
    """Not done, and for a reason that sending again does not mend. `message` is free of personal data."""

    status: int
    code: int | None
    message: str


@dataclass(frozen=True, slots=True)
class Unauthorised:
    """Not done: the token or the session was not accepted. `in_a_row` counts sessions that were never accepted."""

    status: int
    in_a_row: int = 1


@dataclass(frozen=True, slots=True)
class Throttled:
    """Not done: too many calls. `retry_after` is in seconds, None where the answer does not say."""

    retry_after: float | None


@dataclass(frozen=True, slots=True)
class NeverSent:
    """Not done: the connection never stood. `final`: so much was tried already that trying again is no use."""

    reason: str
    final: bool = False


@dataclass(frozen=True, slots=True)
class MaybeSent:
    """Nobody can tell whether it was done. `running` says that OneFile may still be at it."""

    status: int | None
    reason: str
    running: bool = False


Verdict = Accepted | Refused | Unauthorised | Throttled | NeverSent | MaybeSent


def judge(request: Request, reply: Reply, tokens: Sequence[Secret] = ()) -> Verdict:
    """What a whole reply means.

    A redirect is never followed: it could carry the token elsewhere, or send a person twice. A read it refuses; a
    write may have been carried out before it. Nor does a page of some gateway (maintenance, a firewall) refuse a
    write: it says nothing about what was sent.

    Args:
        request: what was asked.
        reply: what came back.
        tokens: what the call was made with, so that a refusal that echoes them does not show them.
    """
    status = reply.status
    if status == HTTPStatus.UNAUTHORIZED or _forbidden_at_the_door(request, status):
        return Unauthorised(status)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return Throttled(_retry_after(reply.headers))
    if status in _GATEWAY_GAVE_UP:
        return MaybeSent(status, f"status {status}", running=True)
    if 300 <= status < 500:  # noqa: PLR2004 - redirects and refusals
        return _judge_refusal(request, reply, tokens)
    if 200 <= status < 300:  # noqa: PLR2004 - success by the letter of HTTP
        return _judge_success(request, reply)
    return MaybeSent(status, f"status {status}", running=status in _UNNAMED)


def _judge_refusal(request: Request, reply: Reply, tokens: Sequence[Secret]) -> Verdict:
    said = reason(reply.body, request.body, [token.reveal() for token in tokens])
    if request.kind in WRITES and reply.status not in _ABOUT_WHAT_WAS_SENT and not said.own:
        return MaybeSent(reply.status, f"status {reply.status}, not in OneFile's own words")
    return Refused(reply.status, said.code, said.message)


def _forbidden_at_the_door(request: Request, status: int) -> bool:
    return request.kind is RequestKind.AUTHENTICATE and status == HTTPStatus.FORBIDDEN


def judge_failure(failure: Failure) -> Verdict:
    """What a call means that ended without a whole reply."""
    if failure in BEFORE_SENDING:
        return NeverSent(failure.value)
    return MaybeSent(None, failure.value, running=failure in _STILL_RUNNING)


def _judge_success(request: Request, reply: Reply) -> Verdict:
    match request.kind:
        case RequestKind.UPDATE:
            return _judge_update(reply)
        case RequestKind.AUTHENTICATE:
            found: object = session_from(reply.body)
        case RequestKind.CREATE:
            found = _id_from(_json(reply.body))
        case RequestKind.READ:
            found = _object_from(_json(reply.body))
        case RequestKind.SEARCH:
            found = _objects_from(reply)
        case other:
            assert_never(other)
    if found is None:
        return MaybeSent(reply.status, f"status {reply.status} with an answer that makes no sense")
    return Accepted(reply.status, found)


def _judge_update(reply: Reply) -> Verdict:
    """204 without a body is what updates answer.

    A success that says anything may be somebody's between OneFile and us, who says "fine" of what OneFile refused, or
    shows the account as it was: the account itself tells then.
    """
    if not reply.body.strip():
        return Accepted(reply.status, None)
    return MaybeSent(reply.status, f"status {reply.status} with an answer that updates do not have")


def session_from(body: bytes) -> Secret | None:
    """The session in an answer to Authentication: the bare text, less white space and surrounding double quotes.

    None where the body cannot be a session: empty, a page, or with characters that no header carries.
    """
    text = body.decode("utf-8-sig", errors="replace").strip().strip('"').strip()
    return Secret(text) if re.fullmatch(r"[\x21-\x7e]+", text) and text[0] not in "<{[" else None


_MARKS = (b"{", b"[", b",", b":")
MOST_MARKS = 3_000_000
"""Brackets, commas and colons in an answer, as hundreds of thousands of accounts have: each costs up to 200 bytes."""


def _json(body: bytes) -> object:
    if sum(map(body.count, _MARKS)) > MOST_MARKS:
        return None
    try:
        return _writable(json.loads(body.decode("utf-8-sig")))
    except (ValueError, RecursionError):
        return None


def _writable(answer: object) -> object:
    """An answer whose texts fit into files: JSON may have halves of characters, which no encoding takes."""
    match answer:
        case str():
            return _HALVES.sub("\ufffd", answer)
        case list():
            return [_writable(entry) for entry in answer]
        case dict():
            return {_writable(name): _writable(value) for name, value in answer.items()}
        case _:
            return answer


def _named(entry: Mapping[str, object]) -> Mapping[str, object]:
    """An object with its fields spelt as the maker spells them; what is spelt so already goes first."""
    named: dict[str, object] = {}
    for name, value in sorted(entry.items(), key=lambda field: field[0] not in FIELD_NAMES):
        named.setdefault(_SPELT.get(name.casefold(), name), value)
    return named


def _id_from(answer: object) -> int | None:
    """The new account's id. Never a bare number: one that broke off would be another account's."""
    return id_of(answer) if isinstance(answer, dict) else None


def id_of(entry: Mapping[str, object]) -> int | None:
    """The id in an object that OneFile answered, a number or digits; None where there is none above 0."""
    found = _named(entry).get("ID")
    if isinstance(found, bool) or not isinstance(found, int | str):
        return None
    digits = str(found).strip()
    return int(digits) if re.fullmatch(r"[0-9]{1,18}", digits) and int(digits) > 0 else None


def _object_from(answer: object) -> Mapping[str, object] | None:
    return _named(answer) if isinstance(answer, dict) and answer else None


def _objects_from(reply: Reply) -> tuple[Mapping[str, object], ...] | None:
    if not reply.body.strip():
        return ()
    answer = _json(reply.body)
    if not isinstance(answer, list) or not all(isinstance(entry, dict) for entry in answer):
        return None
    return tuple(_named(entry) for entry in answer)


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds until the door opens. A date is measured against the reply's own date, so no clock of ours counts."""
    said = headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", said):
        return float(said)
    try:
        wait = (parsedate_to_datetime(said) - parsedate_to_datetime(headers.get("date", ""))).total_seconds()
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return max(wait, 0.0)
