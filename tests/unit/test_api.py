"""The connection: sessions, pace, failures and secrets, against scripted servers and the practice OneFile."""

from __future__ import annotations

import asyncio
import gzip
import logging
import math
import ssl
import traceback
import zlib
from typing import TYPE_CHECKING, TypeVar

import httpx
import pytest

from bulk_import.api import CallMade, OneFile, Organisation
from bulk_import.connection import SESSION_LIFE, checked_address
from bulk_import.errors import ApiDown, BulkImportError, CredentialsRefused, SettingsError, StoppedEarly
from bulk_import.exchange import LONGEST_ANSWER, LONGEST_LIST
from bulk_import.sandbox import CUSTOMER_TOKEN, Fault, Faults, InProcess, Switches, create_app
from bulk_import.wire import (
    Accepted,
    Failure,
    MaybeSent,
    NeverSent,
    Refused,
    Request,
    RequestKind,
    Throttled,
    Unauthorised,
    create_user,
    get_user,
)
from tests.unit import virtual_time

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable, Sequence

    from bulk_import.wire import Verdict

BASE = "https://onefile.example.com/api/v2.1"
TOKEN = "customer-token-7f3a"  # noqa: S105 - opens nothing
SESSION = "session-+/9c2e=="
PERSON = {"OrganisationID": 1, "Role": 5, "FirstName": "Ada", "LastName": "Example", "Email": "ada@example.com"}

NOVEMBER_2026 = 1_795_000_000.0
T = TypeVar("T")

Answer = httpx.Response | Exception


class Server:
    """Answers with what the script says, one entry a call, and remembers what it was asked."""

    def __init__(self, *script: Answer | Callable[[httpx.Request], Awaitable[Answer]]) -> None:
        self.script = list(script)
        self.asked: list[httpx.Request] = []
        self.sessions = 0

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        """One exchange."""
        self.asked.append(request)
        if request.url.path.endswith("/Authentication") and not self.script_is_for_log_in:
            self.sessions += 1
            return httpx.Response(200, text=f'"{SESSION}{self.sessions}"')
        step = self.script.pop(0)
        answer = await step(request) if callable(step) else step
        if isinstance(answer, Exception):
            raise answer
        return answer

    script_is_for_log_in = False


class Doorman(Server):
    """The same, with the script for logging in too."""

    script_is_for_log_in = True


def _onefile(server: Callable[..., object], log: Callable[[CallMade], None] | None = None) -> OneFile:
    transport = httpx.MockTransport(server)  # type: ignore[arg-type]  # httpx takes coroutines too
    return OneFile(
        BASE, TOKEN, calls_per_minute=600, timeout=30.0, transport=transport, clock=virtual_time.now, log=log
    )


def _with(server: Callable[..., object], work: Callable[[OneFile], Coroutine[object, object, T]]) -> T:
    async def main() -> T:
        async with _onefile(server) as api:
            return await work(api)

    return virtual_time.run(main())


async def _create(api: OneFile) -> Verdict:
    return await api.call(create_user(PERSON))


def _json(status: int, body: object) -> httpx.Response:
    return httpx.Response(status, json=body)


CREATED = {"ID": 5001, "Username": "AEXAMPLE"}


def test_a_create_carries_the_session_and_plain_json() -> None:
    """The session goes into X-TokenID, the customer token only into the log-in, names travel as ASCII JSON."""
    server = Server(_json(200, CREATED))
    verdict = _with(server, lambda api: api.call(create_user({**PERSON, "FirstName": "Zoë"})))
    assert verdict == Accepted(200, 5001)
    log_in, create = server.asked
    assert (log_in.method, log_in.headers["X-CustomerToken"], log_in.content) == ("POST", TOKEN, b"")
    assert "X-TokenID" not in log_in.headers
    assert (create.method, str(create.url)) == ("POST", f"{BASE}/User")
    assert create.headers["X-TokenID"] == f"{SESSION}1"
    assert "X-CustomerToken" not in create.headers
    assert create.headers["Content-Type"] == "application/json"
    assert b'"FirstName": "Zo\\u00eb"' in create.content


FAILURES = [
    (httpx.ConnectError("x"), Failure.CONNECT),
    (httpx.ConnectTimeout("x"), Failure.CONNECT_TIMEOUT),
    (httpx.PoolTimeout("x"), Failure.POOL_TIMEOUT),
    (httpx.ReadTimeout("x"), Failure.READ_TIMEOUT),
    (httpx.WriteTimeout("x"), Failure.WRITE_TIMEOUT),
    (httpx.ReadError("x"), Failure.READ),
    (httpx.WriteError("x"), Failure.WRITE),
    (httpx.CloseError("x"), Failure.OTHER),
    (httpx.RemoteProtocolError("x"), Failure.PROTOCOL),
    (httpx.LocalProtocolError("x"), Failure.PROTOCOL),
    (httpx.ProxyError("x"), Failure.PROXY),
    (httpx.DecodingError("x"), Failure.UNREADABLE),
    (httpx.UnsupportedProtocol("x"), Failure.OTHER),
    (httpx.StreamClosed(), Failure.OTHER),
    (ConnectionResetError(), Failure.OTHER),
    (ssl.SSLError(1, "x"), Failure.OTHER),
]


@pytest.mark.parametrize(("error", "failure"), FAILURES, ids=lambda value: type(value).__name__)
def test_each_transport_error_has_its_verdict_and_is_not_retried(error: Exception, failure: Failure) -> None:
    """A create is sent once whatever breaks; only without a connection it counts as never sent."""
    server = Server(error)
    verdict = _with(server, _create)
    if failure in {Failure.CONNECT, Failure.CONNECT_TIMEOUT, Failure.POOL_TIMEOUT}:
        assert verdict == NeverSent(failure.value)
    else:
        assert isinstance(verdict, MaybeSent)
        assert verdict.reason == failure.value
    assert len(server.asked) == 2


def test_an_exchange_that_does_not_end_is_cut_off() -> None:
    """A server that keeps silent is given up after the time-out as a whole, and may still be at work."""

    async def silent(_request: httpx.Request) -> Answer:
        await asyncio.sleep(100_000)
        return httpx.Response(200)

    async def work(api: OneFile) -> tuple[Verdict, float]:
        await api.call(get_user(1))
        began = virtual_time.now()
        return await _create(api), virtual_time.now() - began

    verdict, took = _with(Server(_json(200, {"ID": 1}), silent), work)
    assert verdict == MaybeSent(None, Failure.DEADLINE.value, running=True)
    assert 30.0 <= took < 31.0


class Endless(httpx.AsyncByteStream):
    """A body that has no end; counts what was taken of it."""

    def __init__(self, piece: bytes) -> None:
        self.piece = piece
        self.taken = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """The same piece for ever."""
        while True:
            await asyncio.sleep(0)
            self.taken += len(self.piece)
            yield self.piece


def _bomb(unpacked: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return packer.compress(bytes(unpacked)) + packer.flush(zlib.Z_FULL_FLUSH)


@pytest.mark.parametrize(("request_", "longest"), [(create_user(PERSON), LONGEST_ANSWER), (get_user(7), LONGEST_LIST)])
@pytest.mark.parametrize("status", [200, 400, 503])
def test_an_answer_without_an_end_is_given_up(request_: Request, longest: int, status: int) -> None:
    """However long an answer would be, no more of it is taken than an answer may have, and the call is in doubt."""
    body = Endless(b" " * 65_536)
    server = Server(httpx.Response(status, stream=body))
    verdict = _with(server, lambda api: api.call(request_))
    assert verdict == MaybeSent(None, Failure.UNREADABLE.value)
    assert body.taken <= longest + 65_536


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "deflate"])
def test_an_answer_that_unpacks_to_no_end_is_given_up(encoding: str) -> None:
    """What counts is the unpacked length: a few kilobytes that become gigabytes are given up early."""
    body = Endless(_bomb(4 << 20) if encoding.lower() == "gzip" else _bomb(4 << 20)[10:])
    server = Server(httpx.Response(200, headers={"Content-Encoding": encoding}, stream=body))
    assert _with(server, _create) == MaybeSent(None, Failure.UNREADABLE.value)
    assert body.taken < 100_000


@pytest.mark.parametrize("encoding", ["gzip, gzip", "br", "zstd", "gzip,deflate"])
def test_an_answer_packed_in_a_way_without_bounds_is_not_unpacked(encoding: str) -> None:
    """Two layers of packing could unpack any length from one piece, so nothing is taken of such an answer."""
    body = Endless(b"x")
    server = Server(httpx.Response(200, headers={"Content-Encoding": encoding}, stream=body))
    assert _with(server, _create) == MaybeSent(None, Failure.UNREADABLE.value)
    assert body.taken == 0


def test_a_packed_answer_is_read() -> None:
    """Packed as it was asked to be, an answer is read like any other."""
    packed = gzip.compress(b'{"ID": 5001}')
    server = Server(httpx.Response(200, headers={"Content-Encoding": "gzip"}, content=packed))
    assert _with(server, _create) == Accepted(200, 5001)
    assert server.asked[1].headers["Accept-Encoding"] == "gzip"


def test_a_session_that_is_refused_is_renewed_by_the_next_call() -> None:
    """A 401 makes the next call log in again, and a good answer makes later 401s count anew."""
    server = Server(*(answer for _ in range(3) for answer in (httpx.Response(401), _json(200, CREATED))))

    async def work(api: OneFile) -> list[Verdict]:
        return [await _create(api) for _ in range(6)]

    assert _with(server, work) == [Unauthorised(401, 1), Accepted(200, 5001)] * 3
    assert server.sessions == 4


def test_two_fresh_sessions_refused_one_after_the_other_are_counted() -> None:
    """A second session that was never accepted says that the token is no longer good."""
    server = Server(httpx.Response(401), httpx.Response(401))

    async def work(api: OneFile) -> list[Verdict]:
        return [await _create(api), await _create(api)]

    assert _with(server, work) == [Unauthorised(401, 1), Unauthorised(401, 2)]


def test_many_calls_share_one_renewal() -> None:
    """Calls that are refused together log in once, not each for itself, and count as one refusal."""
    refused = 0

    async def slowly(request: httpx.Request) -> Answer:
        nonlocal refused
        await asyncio.sleep(5)
        if request.headers["X-TokenID"].endswith("=1"):
            refused += 1
            return httpx.Response(401)
        return _json(200, CREATED)

    server = Server(*[slowly] * 16)

    async def work(api: OneFile) -> None:
        first = await asyncio.gather(*(_create(api) for _ in range(8)))
        assert {type(verdict) for verdict in first} == {Unauthorised}
        assert all(isinstance(verdict, Unauthorised) and verdict.in_a_row == 1 for verdict in first)
        assert set(await asyncio.gather(*(_create(api) for _ in range(8)))) == {Accepted(200, 5001)}

    _with(server, work)
    assert (refused, server.sessions) == (8, 2)


def test_a_session_is_renewed_before_its_day_is_over() -> None:
    """After 23 hours a call logs in again without being refused first."""
    server = Server(_json(200, CREATED), _json(200, CREATED), _json(200, CREATED))

    async def work(api: OneFile) -> None:
        await _create(api)
        await asyncio.sleep(SESSION_LIFE - 10)
        await _create(api)
        assert server.sessions == 1
        await asyncio.sleep(10)
        await _create(api)

    _with(server, work)
    assert server.sessions == 2


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([httpx.Response(401)], Unauthorised(401, 2)),
        ([httpx.Response(403)], Unauthorised(403, 2)),
        ([httpx.Response(404)], Unauthorised(404, 2)),
        ([httpx.ConnectError("x")] * 5, NeverSent("logging in: no connection", final=True)),
        ([httpx.Response(503)] * 5, NeverSent("logging in: status 503", final=True)),
        ([httpx.Response(200, text="<html>")] * 5, NeverSent),
        ([httpx.Response(429)] * 10, Throttled(math.inf)),
    ],
)
def test_a_call_that_cannot_log_in_is_never_sent(answers: list[Answer], expected: object) -> None:
    """Without a session a create does not leave, and the token being refused is told from OneFile being down."""
    server = Doorman(*answers)
    verdict = _with(server, _create)
    assert verdict == expected or type(verdict) is expected
    assert [request.url.path for request in server.asked] == ["/api/v2.1/Authentication"] * len(answers)


def test_a_log_in_that_failed_often_enough_is_not_tried_again_for_each_read() -> None:
    """Tries do not multiply: a read that cannot log in gives up with the log-in."""
    server = Doorman(*[httpx.ConnectError("x")] * 6)
    with pytest.raises(ApiDown, match="no connection"):
        _with(server, lambda api: api.user(7))
    assert len(server.asked) == 5


def test_what_runs_before_a_call_can_keep_it_from_leaving() -> None:
    """`before` runs after the wait for its turn, right before the call, and what it raises keeps it from leaving."""
    server = Server(_json(200, CREATED))

    def refuse() -> None:
        raise KeyError("no")

    async def work(api: OneFile) -> None:
        with pytest.raises(KeyError):
            await api.call(create_user(PERSON), before=refuse)
        assert await _create(api) == Accepted(200, 5001)

    _with(server, work)
    assert len(server.asked) == 2


@pytest.mark.parametrize(("headers", "waited"), [({"Retry-After": "7"}, 7.0), ({}, 60.0)])
def test_a_429_makes_all_calls_wait(headers: dict[str, str], waited: float) -> None:
    """After a 429 nobody calls until Retry-After, or a minute where it says nothing."""
    when: list[float] = []

    async def noted(_request: httpx.Request) -> Answer:
        when.append(virtual_time.now())
        return _json(200, CREATED)

    server = Server(httpx.Response(429, headers=headers), noted, noted, noted)

    async def work(api: OneFile) -> float:
        assert isinstance(await _create(api), Throttled)
        began = virtual_time.now()
        await asyncio.gather(*(_create(api) for _ in range(3)))
        assert api.calls.throttled == 1
        return began

    began = _with(server, work)
    assert [round(moment - began) for moment in when] == [waited] * 3


def test_failures_in_a_row_are_counted_over_all_calls_and_those_in_flight_together_once() -> None:
    """Eight calls that break at one moment are one failure; an answer, a refusal too, begins the count anew."""

    async def breaks(_request: httpx.Request) -> Answer:
        await asyncio.sleep(5)
        return httpx.ReadError("x")

    refused = _json(400, {"code": -57, "message": "x"})
    server = Server(*[breaks] * 8, httpx.ConnectError("x"), httpx.Response(503), refused)

    async def work(api: OneFile) -> list[int]:
        await asyncio.gather(*(_create(api) for _ in range(8)))
        counts = [api.failures_in_a_row]
        for _ in range(3):
            await _create(api)
            counts.append(api.failures_in_a_row)
        return counts

    assert _with(server, work) == [1, 2, 3, 0]


def test_a_read_is_asked_again_and_in_the_end_says_that_onefile_is_down() -> None:
    """Reads repeat themselves after failures, wait longer each time, and end with a sentence."""
    server = Server(httpx.ReadError("x"), httpx.Response(503), _json(200, {"ID": 7, "FirstName": "Ada"}))
    assert _with(server, lambda api: api.user(7)) == {"ID": 7, "FirstName": "Ada"}
    with pytest.raises(ApiDown, match="status 503"):
        _with(Server(*[httpx.Response(503)] * 5), lambda api: api.user(7))
    with pytest.raises(CredentialsRefused, match="401"):
        _with(Server(httpx.Response(401), httpx.Response(401)), lambda api: api.user(7))


def test_an_account_that_is_not_there_is_none() -> None:
    """404 and 400 both mean that there is no such account; 403, 410 and another account that it cannot be read."""
    assert _with(Server(httpx.Response(404)), lambda api: api.user(7)) is None
    assert _with(Server(_json(400, {"code": -911, "message": "x"})), lambda api: api.user(7)) is None
    assert _with(Server(httpx.Response(403)), lambda api: api.user(7)) is None
    assert _with(Server(_json(200, {"ID": 8, "FirstName": "Ann"})), lambda api: api.user(7)) is None
    assert _with(Server(_json(200, {"code": -911, "message": "x"})), lambda api: api.user(7)) is None
    assert _with(Server(_json(200, {"ID": 8, "Name": "Other"})), lambda api: api.entry("Classroom", 7)) is None
    with pytest.raises(StoppedEarly, match="status 409"):
        _with(Server(httpx.Response(409)), lambda api: api.user(7))


def test_no_redirect_is_followed() -> None:
    """Nobody else gets to see the token; a read is refused, and a create may have been carried out before it."""
    server = Server(*[httpx.Response(303, headers={"Location": "https://elsewhere.example.com/User"})] * 2)
    assert isinstance(_with(server, _create), MaybeSent)
    assert isinstance(_with(server, lambda api: api.ask(get_user(7))), Refused)
    assert {request.url.host for request in server.asked} == {"onefile.example.com"}


@pytest.mark.parametrize(
    "location", ["http://[::1", "http://\x80\xff/", "//" + "a" * 300 + ".com", "http://a:99999999/"]
)
def test_a_redirect_to_nowhere_leaves_a_create_in_doubt_too(location: str) -> None:
    """Whether or not the address of a redirect can be read makes no difference."""
    answer = httpx.Response(302, headers=[(b"Location", location.encode("latin-1"))])
    assert isinstance(_with(Server(answer), _create), MaybeSent)


def test_the_counts_and_the_log_tell_what_happened_and_nothing_else() -> None:
    """Each exchange is counted and logged with row, operation, status, verdict and time."""
    seen: list[CallMade] = []

    async def main() -> OneFile:
        async with _onefile(Server(httpx.Response(503), _json(200, CREATED)), seen.append) as api:
            await api.call(create_user(PERSON), row=(0, 7))
            await api.call(create_user(PERSON), row=(0, 7), attempt=2)
            return api

    api = virtual_time.run(main())
    assert (api.calls.total, api.calls.retried, api.calls.throttled) == (3, 1, 0)
    assert [(made.operation, made.row, made.attempt, made.status, made.verdict) for made in seen] == [
        ("authenticate Authentication", None, 1, 200, "Accepted"),
        ("create User", (0, 7), 1, 503, "MaybeSent"),
        ("create User", (0, 7), 2, 200, "Accepted"),
    ]


@pytest.mark.parametrize(
    "base_url",
    [
        "http://onefile.example.com/api",
        "http://127.0.0.1.example.com/api",
        "http://localhost.example.com/api",
        "http://128.0.0.1/api",
        "http://127.1/api",
        "ftp://localhost/api",
        "https://user:pass@onefile.example.com/api",
        "https:///api",
        "onefile.example.com/api",
        "https://onefile.example.com/api?x=1",
        "",
    ],
)
def test_plain_http_is_for_this_machine_alone(base_url: str) -> None:
    """Any address that could carry tokens in the clear or elsewhere is refused as a setting."""
    with pytest.raises(SettingsError, match="https"):
        OneFile(base_url, TOKEN)


@pytest.mark.parametrize(
    "base_url",
    [
        "https://wsapi.onefile.co.uk/api/v2.1/",
        "http://127.0.0.1:8765/api/v2.1",
        "http://127.8.9.10/api",
        "http://[::1]:80/api",
        "http://LocalHost/api",
    ],
)
def test_https_and_this_machine_are_fine(base_url: str) -> None:
    """Encrypted anywhere and plain http on this machine are taken, a slash at the end or not."""
    assert checked_address(base_url) == base_url.rstrip("/")


def _client_options(base_url: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """What the HTTP client is made with."""
    seen: dict[str, object] = {}
    real = httpx.AsyncClient

    def client(**options: object) -> httpx.AsyncClient:
        seen.update(options)
        return real(**options)  # type: ignore[arg-type]  # passed on as given

    monkeypatch.setattr(httpx, "AsyncClient", client)

    async def main() -> None:
        async with OneFile(base_url, TOKEN):
            pass

    virtual_time.run(main())
    return seen


def test_certificates_are_always_verified(monkeypatch: pytest.MonkeyPatch) -> None:
    """The connection is made with a context that demands a valid certificate for the right host."""
    context = _client_options(BASE, monkeypatch)["verify"]
    assert isinstance(context, ssl.SSLContext)
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname


@pytest.mark.parametrize(("base_url", "heeded"), [(BASE, True), ("http://127.0.0.1:8765/api/v2.1", False)])
def test_a_proxy_of_the_network_is_heeded_but_never_for_this_machine(
    base_url: str, monkeypatch: pytest.MonkeyPatch, *, heeded: bool
) -> None:
    """The proxy variables of the environment count for https and not for a loopback address."""
    assert _client_options(base_url, monkeypatch)["trust_env"] is heeded


@pytest.mark.parametrize("token", ["", "  ", "two words", "line\nbreak", "caf\u00e9-token", "tab\tbed"])
def test_a_token_that_no_header_carries_is_refused_without_showing_it(token: str) -> None:
    """A token with blanks or other characters inside is refused before anything is sent, and not quoted."""
    with pytest.raises(CredentialsRefused) as caught:
        OneFile(BASE, token)
    said = "".join(traceback.format_exception(caught.value))
    assert token.strip() == "" or token not in said


WORST = [
    *(error for error, _ in FAILURES),
    *(httpx.Response(status, text=f"echo {SESSION}1 {TOKEN}") for status in (302, 400, 401, 403, 404, 429, 500)),
    httpx.Response(200, text=f"echo {SESSION}1 {TOKEN}"),
]


@pytest.mark.parametrize("answer", WORST, ids=lambda answer: getattr(answer, "status_code", type(answer).__name__))
def test_no_token_is_ever_shown(
    answer: Answer, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever goes wrong, neither token is in a log at any level, a verdict, an exception, a repr or a traceback."""
    caplog.set_level(logging.DEBUG)
    shown: list[str] = []

    async def main(server: Server) -> None:
        async with _onefile(server, lambda made: shown.append(repr(made))) as api:
            shown.append(repr(api))
            shown.append(repr(await _create(api)))
            await api.user(7)

    for server in (Server(*[answer] * 30), Doorman(*[answer] * 30)):
        try:
            virtual_time.run(main(server))
        except BulkImportError as error:
            shown.extend(traceback.format_exception(error))
            shown.append(repr(error))
    shown.extend([caplog.text, *capsys.readouterr()])
    everything = "\n".join(shown)
    assert "CallMade" in everything
    assert "customer-token" not in everything
    assert "session-" not in everything


def _practice(
    work: Callable[[OneFile], Coroutine[object, object, T]],
    switches: Switches = Switches(),  # noqa: B008 - frozen
    faults: Faults | None = None,
) -> T:
    async def main() -> T:
        clock = lambda: NOVEMBER_2026 + virtual_time.now()  # noqa: E731 - the server's own clock
        app = create_app(switches=switches, faults=faults, clock=clock, sleep=asyncio.sleep)
        transport = InProcess(app)
        async with OneFile(BASE, CUSTOMER_TOKEN, transport=transport, clock=virtual_time.now) as api:
            return await work(api)

    return virtual_time.run(main())


Lists = tuple[list[tuple[int, bool, bool]], list[int], int, int, int, list[int], list[int]]


async def _look_around(api: OneFile) -> Lists:
    customer, _ = await api.customer()
    organisations = await api.organisations(customer)
    return (
        sorted((centre.id, centre.keychain_creation, centre.email_suppression) for centre in organisations),
        sorted(int(str(entry["ID"])) for entry in await api.classrooms(1)),
        len(await api.placements(1)),
        len(await api.providers(1)),
        len(await api.learner_statuses(1)),
        sorted(int(str(entry["ID"])) for entry in await api.search_users(1, 1)),
        sorted(int(str(entry["ID"])) for entry in await api.search_users(1, 5, {"MISID": "nobody"})),
    )


@pytest.mark.parametrize(
    "switches",
    [
        Switches(),
        Switches(search_empty="[]", pages="exact", order="by-id"),
        Switches(page_cap=10),
        Switches(page_cap=10, pages="exact", misid_in_search="absent", unset_fields="absent"),
        Switches(foreign_organisation="403", retry_after="date", error_body="html"),
    ],
)
def test_the_practice_onefile_is_read_the_same_whatever_its_stands(switches: Switches) -> None:
    """Empty answers, hidden page limits, overlapping pages and any order give the same lists, each entry once."""
    centres, classrooms, placements, providers, statuses, learners, nobody = _practice(_look_around, switches)
    assert [centre[0] for centre in centres] == [1, 2]
    assert len({centre[1:] for centre in centres}) == 2
    assert classrooms == [201, 202, 203, 204, 205, 206]
    assert (placements, providers, statuses) == (10, 2, 5)
    assert learners == [*range(1001, 1026)]
    assert nobody == []


def test_reading_survives_a_fifth_of_all_calls_failing() -> None:
    """With one call in five failing in some way the same is read."""
    kinds: list[Fault] = [
        Fault(kind="reset-before", share=0.07),
        Fault(kind="truncated", share=0.07),
        Fault(kind="stall", share=0.02),
        Fault(kind="unauthorised", on="search", share=0.07),
        Fault(kind="status-after", status=502, share=0.05),
    ]
    assert _practice(_look_around, faults=Faults(kinds, seed=3)) == _practice(_look_around)


def test_one_centre_is_found_or_not() -> None:
    """A centre that the token does not see is None."""

    async def work(api: OneFile) -> tuple[Organisation | None, Organisation | None]:
        return await api.organisation(2), await api.organisation(3)

    mine, foreign = _practice(work)
    assert mine is not None
    assert mine.name == "Northbridge Training"
    assert foreign is None


@pytest.mark.parametrize("missing", [{}, {"KeychainCreationForNewUserActive": None, "KeychainEmailSuppression": "no"}])
def test_where_a_switch_is_not_shown_people_count_as_e_mailed(missing: dict[str, object]) -> None:
    """A centre whose switches cannot be read is taken for one that mails new users."""
    server = Server(_json(200, [{"ID": 1, "Name": "A", **missing}]))
    (centre,) = _with(server, lambda api: api.organisations(1))
    assert (centre.keychain_creation, centre.email_suppression) == (True, False)


def test_a_list_without_an_end_or_without_numbers_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    """A list whose entries have no number, or that never ends, is no list to decide from."""
    with pytest.raises(ApiDown, match="without a number"):
        _with(Server(_json(200, [{"FirstName": "Ada"}])), lambda api: api.search_users(1, 1))

    monkeypatch.setattr("bulk_import.api.MOST_PAGES", 50)
    endless = iter(range(1, 10_000_000))

    async def more(_request: httpx.Request) -> Answer:
        return _json(200, [{"ID": next(endless)} for _ in range(10)])

    with pytest.raises(ApiDown, match="no end"):
        _with(Server(*[more] * 60), lambda api: api.search_users(1, 1))


def test_a_list_that_outgrows_memory_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever answers decides how long names are and how many; what is kept of them has a limit."""
    monkeypatch.setattr("bulk_import.api.LARGEST_LIST", 1_000)
    with pytest.raises(ApiDown, match="can hold"):
        _with(Server(_json(200, [{"ID": 1, "Name": "x" * 1_000}])), lambda api: api.listing("Classroom", {}))


@pytest.mark.parametrize("count", [40, 250])
def test_a_server_that_ignores_paging_is_asked_no_more_than_needed(count: int) -> None:
    """When each page brings everybody the second shows it, and the whole list is asked for once; everybody is there."""
    server = Server(*[_people(range(1, count + 1))] * 3)
    assert len(_with(server, lambda api: api.search_users(1, 1))) == count
    assert _searches(server) == ["Search/1/100", "Search/2/100", "Search"]


def test_a_list_ends_with_an_empty_page_and_not_with_a_short_one() -> None:
    """A server that answers five at a time, or leaves people out of a page, is asked until it has nobody more."""
    answers = ([1, 2, 3, 4, 5], [6, 7, 8], [9, 10, 11, 12, 13])
    server = Server(*map(_people, answers), httpx.Response(204))
    found = _with(server, lambda api: api.listing("User", {"OrganisationID": 1}))
    assert [entry["ID"] for entry in found] == [*range(1, 14)]
    assert _searches(server) == ["Search/1/100", "Search/2/100", "Search/3/100", "Search/4/100"]
    empty = Server(httpx.Response(204))
    assert _with(empty, lambda api: api.search_users(1, 1)) == ()
    assert _searches(empty) == ["Search/1/100"]


@pytest.mark.parametrize(
    ("pages", "everybody"),
    [
        ((range(1, 101), range(102, 151)), range(1, 151)),
        ((range(1, 101),), range(1, 102)),
        ((range(1, 51),), range(1, 52)),
    ],
    ids=["in the middle", "the last one", "the last one, of pages that are shorter"],
)
def test_whoever_slips_between_two_pages_is_found(pages: Sequence[range], everybody: range) -> None:
    """When somebody is archived while pages are asked for, the first of the next page comes on none of them."""
    server = Server(*map(_people, pages), httpx.Response(204), _people(everybody[1:]))
    found = _with(server, lambda api: api.search_users(1, 1))
    assert sorted(int(str(entry["ID"])) for entry in found) == [*everybody]


@pytest.mark.parametrize(
    "whole",
    [httpx.Response(403), httpx.Response(504), httpx.ReadTimeout("late"), httpx.Response(200, json=[{"Name": "Ada"}])],
    ids=["refused", "late", "without an answer", "without a number"],
)
def test_a_list_that_does_not_come_as_a_whole_is_waited_for_no_longer_and_told(whole: Answer) -> None:
    """The pages have to do, nobody waits for more, and a report can say so."""

    async def work(api: OneFile) -> tuple[int, bool]:
        return len(await api.search_users(1, 1)), api.paged_only

    server = Server(_people(range(1, 101)), _people(range(101, 151)), httpx.Response(204), whole, whole)
    assert _with(server, work) == (150, True)
    assert 1 <= _searches(server).count("Search") <= 2


@pytest.mark.parametrize(
    ("whole", "told"), [(range(1, 101), True), ([], True), (range(7, 156), True), (range(6, 156), False)]
)
def test_a_whole_list_that_lacks_many_is_none(whole: Sequence[int], told: bool) -> None:  # noqa: FBT001 - a column
    """A OneFile may have a limit there too; a few may have gone meanwhile. Whoever it shows besides counts."""

    async def work(api: OneFile) -> tuple[int, bool]:
        return len(await api.search_users(1, 1)), api.paged_only

    everybody = {*range(1, 151), *whole}
    server = Server(_people(range(1, 101)), _people(range(101, 151)), httpx.Response(204), _people(whole))
    assert _with(server, work) == (len(everybody), told)


def test_a_list_that_is_cut_off_whatever_is_asked_for_stops() -> None:
    """The same full page again and again, and no more un-paged: whom it does not show would be made twice."""
    with pytest.raises(ApiDown, match="the same 100 entries"):
        _with(Server(*[_people(range(1, 101))] * 3), lambda api: api.search_users(1, 1))


def _people(numbers: Iterable[int]) -> httpx.Response:
    return _json(200, [{"ID": number} for number in numbers])


def test_numbers_are_under_one_name_however_they_are_spelt() -> None:
    """Whoever works with a list finds the number of each entry under ID."""
    server = Server(_json(200, [{"id": 7, "firstname": "Ada"}]), httpx.Response(204), _json(200, {"Id": 7}))
    assert _with(server, lambda api: api.listing("User", {})) == ({"ID": 7, "FirstName": "Ada"},)
    assert _with(server, lambda api: api.user(7)) == {"ID": 7}


def _searches(server: Server) -> list[str]:
    return [request.url.path.rpartition("User/")[2] for request in server.asked[1:]]


def test_a_request_kind_that_writes_is_not_asked_as_a_read() -> None:
    """`ask` repeats itself, so it refuses to carry a write that is in doubt."""
    with pytest.raises(AssertionError, match="is no read"):
        _with(Server(httpx.Response(503)), lambda api: api.ask(Request(RequestKind.CREATE, "POST", "User", {})))
