"""A small OneFile for state tests, written from the API's description and from nothing of the product's.

What was sent is carried out in its own time, whether or not the client still lives: a request that arrived is on a
list with the moment of its processing, and whoever looks at the server first lets that time pass.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import json
from collections import Counter, defaultdict, deque
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Literal, get_args

import httpx

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

Operation = Literal["authentication", "search", "get", "create", "update"]
FaultKind = Literal[
    "no-connection",
    "reset-before",
    "reset-after",
    "stall-before",
    "stall-after",
    "late",
    "500-before",
    "500-after",
    "502-before",
    "502-after",
    "502-late",
    "503-before",
    "503-after",
    "truncated",
    "broken-off",
    "html-before",
    "html-after",
    "empty-after",
    "401",
    "429",
    "429-seconds",
    "429-date",
]
FAULTS: tuple[FaultKind, ...] = get_args(FaultKind)
DEFINITE = frozenset({"no-connection", "401", "429", "429-seconds", "429-date"})
"""The faults that leave no doubt: the call was not carried out, and the client can know it."""

ORGANISATION = 1
PLACEMENT = 301
NO_PLACEMENT = 999
TOKEN = "customer-token"  # noqa: S105 - opens nothing
_EVER = 1_000_000.0
_SHOWN = (
    *("OrganisationID", "Role", "FirstName", "LastName", "Email", "MISID", "PlacementID", "ClassroomID"),
    "WorkAddress",
)
WRITES = frozenset({"create", "update"})
_PAGE = b"<!DOCTYPE html><html><title>Maintenance</title><body>Back soon.</body></html>"

REFUSALS: tuple[bytes, ...] = (
    b'{"code": -57, "message": "Placement not found"}',
    b'{"Code": "-57", "Message": "Placement 999 not found"}',
    b'{"error": {"deep": [1, 2]}, "code": true}',
    b'["Placement not found"]',
    b'"Placement not found"',
    b"-57",
    b"null",
    b"",
    b"\xff\xfe\x00broken",
    b"Placement not found",
    _PAGE,
)
"""Bodies of a refusal, of any shape."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """How it behaves where nobody knows how the real one does.

    Attributes:
        empty: what a search without a hit answers.
        filters: names anywhere and the rest exactly; everything anywhere; or not at all.
        pages: pages meet, share a person, or are always the first one.
        order: of people in a list.
        misid: whether searches show it.
        unset: how a field without value is answered.
        ids: as numbers or as text.
        email_once: whether an e-mail that is taken is refused.
        details_lag: seconds from its making or changing until an account can be fetched as it is, even if a search
            shows it earlier.
        refusal: the body of a refusal.
    """

    empty: Literal["204", "[]"] = "204"
    filters: Literal["honest", "contains", "ignored"] = "honest"
    pages: Literal["exact", "overlapping", "repeated"] = "exact"
    order: Literal["by-id", "scrambled"] = "by-id"
    misid: Literal["given", "null", "absent"] = "given"
    unset: Literal["null", "absent"] = "null"
    ids: Literal["number", "text"] = "number"
    email_once: bool = False
    details_lag: float = 0.0
    refusal: bytes = REFUSALS[0]
    page_cap: int = 10


@dataclass(frozen=True, slots=True)
class User:
    """An account; searches show it from `visible` on, and it can be fetched as it is from `whole` on.

    `before` is what can be fetched until then; None if nothing can.
    """

    id: int
    fields: Mapping[str, object]
    visible: float = 0.0
    whole: float = 0.0
    before: Mapping[str, object] | None = None

    @property
    def tag(self) -> str:
        """Whose row it came from: a field that nobody compares, and each row has its own."""
        return _tag(self.fields)


@dataclass(slots=True)
class _Job:
    """A request that has arrived and will be carried out: a new account, or changes to the one of `user_id`."""

    tag: str
    body: Mapping[str, object]
    user_id: int | None = None
    refused: bool = False
    reply: httpx.Response | None = None


class Server:
    """The accounts, and what goes wrong.

    Attributes:
        users: by id.
        arrived: how many creates and updates of each row have arrived, by tag.
        met: how often each fault was met, by operation and kind.
        calls: how many calls came in, by operation.
        unclear: whose rows had a create or update that ended without a clear answer, by tag.
        lag: seconds until searches show a new account.
        latency: seconds that an answer takes.
        refused: the numbers, from 1, of creates and updates that are refused whatever they say.
        late: one of these many seconds passes until what was given up is carried out all the same.
    """

    def __init__(self, manners: Manners, clock: Callable[[], float], *, seed: int = 0) -> None:
        self.manners = manners
        self.users: dict[int, User] = {}
        self.arrived: Counter[str] = Counter()
        self.met: Counter[tuple[Operation, FaultKind]] = Counter()
        self.calls: Counter[Operation] = Counter()
        self.unclear: set[str] = set()
        self.lag = 0.0
        self.latency = 0.0
        self.refused: frozenset[int] = frozenset()
        self.late: Sequence[float] = (5.0, 40.0, 100.0)
        self._clock = clock
        self._random = Random(seed)
        self._ids = itertools.count(5001)
        self._order = itertools.count()
        self._jobs: list[tuple[float, int, _Job]] = []
        self._sessions: set[str] = set()
        self._faults: defaultdict[Operation, deque[FaultKind | None]] = defaultdict(deque)

    def plan(self, faults: Mapping[Operation, Iterable[FaultKind | None]]) -> None:
        """What happens to the next calls of each operation, in their order; None is no fault."""
        self._faults = defaultdict(deque, {operation: deque(kinds) for operation, kinds in faults.items()})

    def add(self, fields: Mapping[str, object], *, visible: float = 0.0, whole: float = 0.0) -> User:
        """An account; one that somebody else made can be seen at once."""
        user = User(next(self._ids), dict(fields), visible, whole)
        self.users[user.id] = user
        return user

    def end_sessions(self) -> None:
        """Logs everybody out."""
        self._sessions.clear()

    def pending(self) -> list[str]:
        """Whose accounts have been asked for and not been made yet, by tag."""
        return [job.tag for _, _, job in self._jobs if job.user_id is None]

    def changing(self) -> list[str]:
        """Whose changes have arrived and not been carried out yet, by tag."""
        return [job.tag for _, _, job in self._jobs if job.user_id is not None]

    def settle(self) -> None:
        """Carries out what is due."""
        now = self._clock()
        while self._jobs and self._jobs[0][0] <= now:
            at, _, job = heapq.heappop(self._jobs)
            job.reply = self._done(job, at)

    def _done(self, job: _Job, at: float) -> httpx.Response:
        if job.refused:
            return httpx.Response(400, content=self.manners.refusal)
        return self._create(job.body, at) if job.user_id is None else self._update(job.user_id, job.body, at)

    async def answer(self, request: httpx.Request) -> httpx.Response:
        """Answers one call, or fails as httpx does."""
        path = _path(request)
        operation = _operation(request.method, path)
        self.calls[operation] += 1
        kind = self._faults[operation].popleft() if self._faults[operation] else None
        if kind is not None:
            self.met[operation, kind] += 1
            if operation in WRITES and kind not in DEFINITE:
                self.unclear.add(self._tag_of(operation, request))
        if kind == "no-connection":
            raise httpx.ConnectError("nobody there", request=request)
        if (early := self._refused_early(kind, request, operation)) is not None:
            await asyncio.sleep(self.latency)
            return early
        if kind is not None and kind.endswith("-before"):
            return await self._not_done(kind, request)
        job = self._accept(request, operation, kind) if operation in WRITES else None
        if kind in {"stall-after", "late"}:
            await asyncio.sleep(_EVER)
        await asyncio.sleep(self.latency)
        self.settle()
        if kind == "502-late":
            return httpx.Response(502, content=_PAGE)
        reply = job.reply if job is not None else self._read(operation, path, json.loads(request.content or b"{}"))
        assert reply is not None, "what was to be carried out by now has not been"
        return _spoilt(reply, kind, request)

    def _refused_early(
        self, kind: FaultKind | None, request: httpx.Request, operation: Operation
    ) -> httpx.Response | None:
        if operation == "authentication":
            wrong = request.headers.get("X-CustomerToken") != TOKEN
        else:
            wrong = request.headers.get("X-TokenID") not in self._sessions
        match kind:
            case _ if wrong or kind == "401":
                self._sessions.discard(request.headers.get("X-TokenID", ""))
                return httpx.Response(401, content=self.manners.refusal)
            case "429":
                return httpx.Response(429, text="Too Many Requests")
            case "429-seconds":
                return httpx.Response(429, headers={"Retry-After": "7"})
            case "429-date":
                date, later = "Mon, 02 Nov 2026 07:00:00 GMT", "Mon, 02 Nov 2026 07:00:09 GMT"
                return httpx.Response(429, headers={"Retry-After": later, "Date": date})
            case _:
                return None

    async def _not_done(self, kind: FaultKind, request: httpx.Request) -> httpx.Response:
        if kind == "stall-before":
            await asyncio.sleep(_EVER)
        await asyncio.sleep(self.latency)
        match kind:
            case "reset-before":
                raise httpx.ReadError("reset", request=request)
            case "html-before":
                return httpx.Response(200, content=_PAGE)
            case _:
                return httpx.Response(int(kind[:3]), content=_PAGE)

    def _tag_of(self, operation: Operation, request: httpx.Request) -> str:
        """Whose row a write is about: an update holds no more than what changes, and names the account in its path."""
        if operation == "create":
            return _tag(json.loads(request.content))
        user = self.users.get(int(_path(request)[1]))
        return "" if user is None else user.tag

    def _accept(self, request: httpx.Request, operation: Operation, kind: FaultKind | None) -> _Job:
        late = self._random.choice(self.late) if kind in {"late", "502-late"} else self.latency / 2
        user_id = int(_path(request)[1]) if operation == "update" else None
        job = _Job(self._tag_of(operation, request), json.loads(request.content), user_id)
        self.arrived[job.tag] += 1
        job.refused = self.arrived.total() in self.refused
        heapq.heappush(self._jobs, (self._clock() + late, next(self._order), job))
        return job

    def _create(self, body: Mapping[str, object], at: float) -> httpx.Response:
        taken = {str(user.fields["Email"]).casefold() for user in self.users.values()}
        if body.get("PlacementID", PLACEMENT) != PLACEMENT:
            return httpx.Response(400, content=self.manners.refusal)
        if self.manners.email_once and str(body["Email"]).casefold() in taken:
            return httpx.Response(400, content=f'{{"code": -900, "message": "{body["Email"]} is taken"}}'.encode())
        user = self.add(body, visible=at + self.lag, whole=at + self.manners.details_lag)
        return httpx.Response(200, json={"ID": self._id(user), "Username": f"U{user.id}"})

    def _update(self, user_id: int, body: Mapping[str, object], at: float) -> httpx.Response:
        user = self.users.get(user_id)
        if user is None:
            return httpx.Response(404, content=b'{"code": -1, "message": "User not found"}')
        if body.get("PlacementID", PLACEMENT) != PLACEMENT:
            return httpx.Response(400, content=self.manners.refusal)
        whole, before = at + self.manners.details_lag, user.fields
        self.users[user_id] = User(user_id, {**user.fields, **body}, user.visible, whole, before)
        return httpx.Response(204)

    def _id(self, user: User) -> int | str:
        return user.id if self.manners.ids == "number" else str(user.id)

    def _read(self, operation: Operation, path: Sequence[str], body: Mapping[str, object]) -> httpx.Response:
        match operation:
            case "authentication":
                session = f"session-{next(self._order)}+/="
                self._sessions.add(session)
                return httpx.Response(200, text=f'"{session}"')
            case _ if path[0] == "customer":
                return httpx.Response(200, json={"ID": 1, "Name": "College"})
            case _ if path[0] == "organisation":
                return httpx.Response(200, json=[{"ID": ORGANISATION, "Name": "Centre"}])
            case "get":
                return self._details(int(path[1]))
            case _:
                return self._found(path, body)

    def _details(self, user_id: int) -> httpx.Response:
        user = self.users.get(user_id)
        fields = None if user is None else user.fields if self._clock() >= user.whole else user.before
        if user is None or fields is None:
            return httpx.Response(404, content=self.manners.refusal)
        shown = {"ID": self._id(user), "Username": f"U{user_id}", **{name: fields.get(name) for name in _SHOWN}}
        if self.manners.unset == "absent":
            shown = {name: value for name, value in shown.items() if value is not None}
        return httpx.Response(200, json=shown)

    def _found(self, path: Sequence[str], body: Mapping[str, object]) -> httpx.Response:
        now = self._clock()
        found = [user for user in self.users.values() if user.visible <= now and self._fits(user, body)]
        if self.manners.order == "scrambled":
            self._random.shuffle(found)
        if len(path) > 2:
            found = self._page(found, int(path[2]), min(int(path[3]), self.manners.page_cap))
        if not found and self.manners.empty == "204":
            return httpx.Response(204)
        return httpx.Response(200, json=[self._entry(user) for user in found])

    def _fits(self, user: User, body: Mapping[str, object]) -> bool:
        if any(user.fields.get(name) != body[name] for name in ("OrganisationID", "Role")):
            return False
        if self.manners.filters == "ignored":
            return True
        for name in body.keys() & {"FirstName", "LastName", "Email", "MISID"}:
            theirs, wanted = str(user.fields.get(name) or "").casefold(), str(body[name]).casefold()
            loose = self.manners.filters == "contains" or name.endswith("Name")
            if not (wanted in theirs if loose else wanted == theirs):
                return False
        return True

    def _page(self, found: list[User], number: int, size: int) -> list[User]:
        match self.manners.pages:
            case "exact":
                start = (number - 1) * size
            case "overlapping":
                start = (number - 1) * (size - 1)
            case "repeated":
                start = 0
        return found[start : start + size]

    def _entry(self, user: User) -> dict[str, object]:
        entry: dict[str, object] = {"ID": self._id(user)}
        entry |= {name: user.fields.get(name) for name in ("FirstName", "LastName")}
        if self.manners.misid != "absent":
            entry["MISID"] = user.fields.get("MISID") if self.manners.misid == "given" else None
        return entry


class Wire(httpx.AsyncBaseTransport):
    """Carries the calls of a process to the server; `step` is told before and after each."""

    def __init__(self, server: Server, step: Callable[[str], None]) -> None:
        self._server = server
        self._step = step

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """One call."""
        operation = _operation(request.method, _path(request))
        call = operation if operation in WRITES else "read"
        self._step(f"before a {call} leaves")
        try:
            return await self._server.answer(request)
        finally:
            self._step(f"after a {call} is answered")


def _tag(fields: Mapping[str, object]) -> str:
    return str(fields.get("Telephone") or "")


def _path(request: httpx.Request) -> list[str]:
    return request.url.path.removeprefix("/api/v2.1").strip("/").lower().split("/")


def _operation(method: str, path: Sequence[str]) -> Operation:
    if path[0] == "authentication":
        return "authentication"
    if "search" in path:
        return "search"
    if method == "GET":
        return "get"
    return "create" if len(path) == 1 else "update"


def _spoilt(reply: httpx.Response, kind: FaultKind | None, request: httpx.Request) -> httpx.Response:
    """What the client gets of an answer to a call that was carried out."""
    match kind:
        case "reset-after":
            raise httpx.ReadError("reset", request=request)
        case "broken-off":
            raise httpx.RemoteProtocolError("the answer broke off", request=request)
        case "truncated":
            return httpx.Response(reply.status_code, content=reply.content[: len(reply.content) // 2] or b"{")
        case "html-after":
            return httpx.Response(200, content=_PAGE)
        case "empty-after":
            return httpx.Response(200, content=b"{}")
        case "500-after" | "502-after" | "503-after":
            return httpx.Response(int(kind[:3]), content=_PAGE)
        case _:
            return reply
