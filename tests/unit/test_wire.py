"""What every reply and every failure means, for every kind of call."""

from __future__ import annotations

import copy
import json
import pickle
import traceback

import pytest

from bulk_import.wire import (
    AUTHENTICATE,
    BEFORE_SENDING,
    WRITES,
    Accepted,
    Failure,
    MaybeSent,
    NeverSent,
    Refused,
    Reply,
    Request,
    RequestKind,
    Secret,
    Throttled,
    Unauthorised,
    create_user,
    get_user,
    judge,
    judge_failure,
    search,
    session_from,
)

CREATE = create_user({"FirstName": "Ada", "LastName": "Example", "Email": "ada@example.com"})
UPDATE = Request(RequestKind.UPDATE, "POST", "User/7", {"MISID": "N1"})
READ = get_user(7)
SEARCH = search("User", {"Role": 1}, page=1)
ALL = (AUTHENTICATE, READ, SEARCH, CREATE, UPDATE)

GOOD = {
    RequestKind.AUTHENTICATE: b"abc+/=",
    RequestKind.READ: b'{"ID": 7}',
    RequestKind.SEARCH: b'[{"ID": 7}]',
    RequestKind.CREATE: b'{"ID": 7, "Username": "AEXAMPLE"}',
    RequestKind.UPDATE: b"",
}


def _reply(status: int, body: bytes = b"", **headers: str) -> Reply:
    return Reply(status, {name.replace("_", "-"): value for name, value in headers.items()}, body)


@pytest.mark.parametrize("request_", ALL, ids=lambda request: request.kind)
@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (200, Accepted),
        (201, Accepted),
        (400, Refused),
        (401, Unauthorised),
        (408, MaybeSent),
        (409, Refused),
        (413, Refused),
        (422, Refused),
        (429, Throttled),
        (500, MaybeSent),
        (502, MaybeSent),
        (503, MaybeSent),
        (504, MaybeSent),
        (599, MaybeSent),
        (199, MaybeSent),
        (600, MaybeSent),
    ],
)
def test_each_status_has_its_verdict(request_: Request, status: int, expected: type) -> None:
    """Each status means the same for every kind of call, and only a clear refusal means that nothing was done."""
    verdict = judge(request_, _reply(status, GOOD[request_.kind]))
    assert type(verdict) is expected
    if not isinstance(verdict, Throttled | NeverSent):
        assert verdict.status == status


def test_forbidden_is_a_refusal_except_at_the_door() -> None:
    """403 refuses a read, but on logging in it means that the token is not accepted, and of a write it says nothing."""
    assert {request.kind: type(judge(request, _reply(403))) for request in ALL} == {
        RequestKind.AUTHENTICATE: Unauthorised,
        RequestKind.READ: Refused,
        RequestKind.SEARCH: Refused,
        RequestKind.CREATE: MaybeSent,
        RequestKind.UPDATE: MaybeSent,
    }


OWN = b'{"code": -911, "message": "User not found"}'
PAGE = b"<html><title>Site under maintenance</title></html>"


@pytest.mark.parametrize("request_", ALL, ids=lambda request: request.kind)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308, 402, 403, 404, 405, 407, 410, 421, 451])
@pytest.mark.parametrize("body", [b"", PAGE, b'{"message": "Forbidden"}', b'{"code": 404, "message": "Not Found"}'])
def test_a_redirect_or_somebody_elses_page_says_nothing_of_a_write(request_: Request, status: int, body: bytes) -> None:
    """A gateway's word refuses a read, but a write may have been carried out before it, or not have got there yet."""
    if (request_.kind, status) == (RequestKind.AUTHENTICATE, 403):
        return
    verdict = judge(request_, _reply(status, body))
    assert type(verdict) is (MaybeSent if request_.kind in WRITES else Refused)


@pytest.mark.parametrize("request_", [CREATE, UPDATE], ids=lambda request: request.kind)
@pytest.mark.parametrize("status", [403, 404, 405])
def test_onefile_refuses_a_write_in_its_own_words(request_: Request, status: int) -> None:
    """Where the answer has the shape of OneFile's own refusals its status does not matter."""
    assert judge(request_, _reply(status, OWN)) == Refused(status, -911, "User not found")


@pytest.mark.parametrize("body", [b"", PAGE, b"[" * 100_000, b"null", OWN])
def test_400_refuses_whatever_else_it_says(body: bytes) -> None:
    """400 is what OneFile refuses with, so no body of it puts a write in doubt."""
    assert isinstance(judge(CREATE, _reply(400, body)), Refused)


@pytest.mark.parametrize(
    ("failure", "running"),
    [(failure, failure.name in {"READ_TIMEOUT", "WRITE_TIMEOUT", "DEADLINE"}) for failure in Failure],
)
def test_only_failures_before_the_connection_stood_count_as_never_sent(failure: Failure, *, running: bool) -> None:
    """No connection, in whatever way, is never sent; all else may have arrived, a time-out may be running still."""
    verdict = judge_failure(failure)
    if failure.name in {"CONNECT", "CONNECT_TIMEOUT", "POOL_TIMEOUT"}:
        assert verdict == NeverSent(failure.value)
        assert failure in BEFORE_SENDING
    else:
        assert verdict == MaybeSent(None, failure.value, running=running)


@pytest.mark.parametrize(
    ("status", "running"), [(408, True), (502, True), (504, True), (524, True), (500, False), (503, False)]
)
def test_a_gateway_that_gave_up_may_have_left_the_call_running(status: int, *, running: bool) -> None:
    """408 and 504 say that somebody between gave up, so the call may still be at work behind."""
    verdict = judge(CREATE, _reply(status))
    assert isinstance(verdict, MaybeSent)
    assert verdict.running is running


@pytest.mark.parametrize(
    "body",
    [
        b'{"ID": 5740, "Username": "AEXAMPLE"}',
        b'{"ID": "5740"}',
        b'{"id": 5740}',
        b'\xef\xbb\xbf {"ID":5740}\r\n',
    ],
)
def test_a_create_is_accepted_with_an_id_and_only_so(body: bytes) -> None:
    """A new account's id is taken as a number or as digits, in any spelling of its name."""
    assert judge(CREATE, _reply(200, body)) == Accepted(200, 5740)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"574",
        b'"5740"',
        b'{"ID": 5740, "Usern',
        b"<html><body>Down for maintenance</body></html>",
        b'{"Username": "AEXAMPLE"}',
        b'{"ID": null}',
        b'{"ID": 0}',
        b'{"ID": -3}',
        b'{"ID": true}',
        b'{"ID": 5.5}',
        b'{"ID": "57x"}',
        b"[5740]",
        b"\xff\xfe",
        b"[" * 200_000,
        b'{"a":' * 200_000,
        b'{"ID": ' + b"9" * 5_000 + b"}",
    ],
)
def test_a_success_without_an_id_may_have_created(body: bytes) -> None:
    """Whatever hides the id of a success, a bare number that may have broken off included, leaves the row in doubt."""
    assert isinstance(judge(CREATE, _reply(200, body)), MaybeSent)


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (204, b"", ()),
        (200, b"", ()),
        (200, b"[]", ()),
        (200, b'[{"ID": 1}, {"ID": 2}]', ({"ID": 1}, {"ID": 2})),
    ],
)
def test_a_search_gives_a_list_however_an_empty_one_is_told(status: int, body: bytes, expected: object) -> None:
    """No hit may come as 204, as an empty body or as an empty list."""
    assert judge(SEARCH, _reply(status, body)) == Accepted(status, expected)


@pytest.mark.parametrize("body", [b"{}", b"[1, 2]", b'"x"', b'[{"ID": 1}', b"<html></html>", b"null", b"[" * 200_000])
def test_a_search_that_answers_no_list_is_asked_again(body: bytes) -> None:
    """Anything but a list of objects is no answer to a search, least of all an empty one."""
    assert isinstance(judge(SEARCH, _reply(200, body)), MaybeSent)


def test_halves_of_characters_are_replaced_in_every_text() -> None:
    """JSON may have half of a character, which neither a file nor a database takes; it becomes the sign for unknown."""
    body = b'[{"ID": 1, "Name": "\\ud800Org", "More": {"\\udcff": ["a\\ud83d", "\\ud83d\\ude00"]}}]'
    expected = {"ID": 1, "Name": "\ufffdOrg", "More": {"\ufffd": ["a\ufffd", "\U0001f600"]}}
    assert judge(SEARCH, _reply(200, body)) == Accepted(200, (expected,))
    assert judge(READ, _reply(200, body.strip(b"[]"))) == Accepted(200, expected)


def test_fields_are_spelt_as_the_maker_spells_them() -> None:
    """However a field's name is written in an answer, it is read under the one name; the right spelling goes first."""
    body = b'{"id": 7, "firstname": "Ada", "misId": "N1", "ORGANISATIONID": 1, "Extra": 2, "ID": 8}'
    expected = {"ID": 8, "FirstName": "Ada", "MISID": "N1", "OrganisationID": 1, "Extra": 2}
    assert judge(READ, _reply(200, body)) == Accepted(200, expected)
    assert judge(SEARCH, _reply(200, b'[{"id": 7, "email": null}]')) == Accepted(200, ({"ID": 7, "Email": None},))


@pytest.mark.parametrize(("status", "body"), [(204, b""), (200, b""), (202, b" \r\n")])
def test_an_update_is_accepted_by_a_success_without_a_body(status: int, body: bytes) -> None:
    """204 without a body is what updates answer."""
    assert judge(UPDATE, _reply(status, body)) == Accepted(status, None)


@pytest.mark.parametrize(
    "body", [PAGE, b"{}", b"null", b"[]", b"7", b'{"ID": 7, "MISID": "old"}', b'{"ID": 7', b'{"status": "ok"}']
)
def test_a_success_in_other_words_leaves_an_update_in_doubt(body: bytes) -> None:
    """A maintenance page, the account as it was, or anything else does not prove that it was carried out."""
    assert isinstance(judge(UPDATE, _reply(200, body)), MaybeSent)


@pytest.mark.parametrize("body", [b"ab+/=", b' "ab+/=" \r\n', b"\xef\xbb\xbfab+/=\n"])
def test_the_session_is_the_bare_body_less_blanks_and_quotes(body: bytes) -> None:
    """Blanks, line ends, a byte-order mark and quotes around the session do not belong to it."""
    session = session_from(body)
    assert session is not None
    assert session.reveal() == "ab+/="


@pytest.mark.parametrize("body", [b"", b'""', b"two words", b"<html>", b"caf\xc3\xa9", b'{"Token": 1}', b"a\nb"])
def test_what_no_header_carries_is_no_session(body: bytes) -> None:
    """A page, an object, an empty text or one with blanks inside is not taken for a session."""
    assert session_from(body) is None
    assert isinstance(judge(AUTHENTICATE, _reply(200, body)), MaybeSent)


DATE = "Mon, 23 Nov 2026 18:15:00 GMT"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, None),
        ({"retry_after": "7"}, 7.0),
        ({"retry_after": " 0.5 "}, 0.5),
        ({"retry_after": "soon"}, None),
        ({"retry_after": "-4"}, None),
        ({"retry_after": "Mon, 23 Nov 2026 18:15:42 GMT", "date": DATE}, 42.0),
        ({"retry_after": "Mon, 23 Nov 2026 18:14:00 GMT", "date": DATE}, 0.0),
        ({"retry_after": "Mon, 23 Nov 2026 18:15:42 GMT"}, None),
        ({"retry_after": "Mon, 23 Nov 2026 18:15:42", "date": DATE}, None),
        ({"retry_after": "Fri, 01 Jan 2021 00:00:00 +99999999999999999999", "date": DATE}, None),
        ({"retry_after": "Fri, 01 Jan 99999 00:00:00 GMT", "date": DATE}, None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(said: dict[str, str], expected: float | None) -> None:
    """Seconds count as they are, a date against the reply's own date; anything else says nothing."""
    assert judge(CREATE, _reply(429, b"Too Many Requests", **said)) == Throttled(expected)


def test_a_refusal_carries_code_and_message() -> None:
    """The `{code, message}` of a refusal is kept, with what was sent taken out."""
    body = json.dumps({"code": -57, "message": "Placement not found for Ada Example (ada@example.com)"}).encode()
    verdict = judge(CREATE, _reply(400, body))
    assert verdict == Refused(400, -57, "Placement not found for FirstName LastName (Email)")


def test_a_secret_shows_itself_nowhere() -> None:
    """A token is not seen in its repr, in text, in formats, in verdicts, in copies or in tracebacks."""
    secret = Secret("tokenish-value")
    assert "tokenish" not in f"{secret} {secret!r} {secret!s:>20} {Accepted(200, secret)} {[secret]}"
    with pytest.raises(TypeError) as caught:
        pickle.dumps(secret)
    assert "tokenish" not in "".join(traceback.format_exception(caught.value))
    with pytest.raises(TypeError):
        copy.copy(secret)


def test_requests_and_replies_show_no_values() -> None:
    """The repr of a call names its fields, never what is in them."""
    assert repr(CREATE) == "<create: POST User with FirstName, LastName, Email>"
    assert repr(READ) == "<read: GET User/7>"
    assert "ada" not in repr(_reply(200, b'{"Email": "ada@example.com"}')).lower()


def test_the_paths_are_those_of_the_contract() -> None:
    """Searches are paged where a page is given, and only creates and updates write."""
    assert search("User", {}, page=3, size=50).path == "User/Search/3/50"
    assert search("Organisation", {}).path == "Organisation/Search"
    assert {request.kind for request in ALL if request.kind in WRITES} == {RequestKind.CREATE, RequestKind.UPDATE}


def test_an_answer_with_more_in_it_than_memory_holds_makes_no_sense(monkeypatch: pytest.MonkeyPatch) -> None:
    """A short answer may stand for a thousand times its length in memory, so its marks are counted first."""
    monkeypatch.setattr("bulk_import.wire.MOST_MARKS", 9)
    assert isinstance(judge(SEARCH, _reply(200, b'[{"ID": 1}, {"ID": 2}]')), Accepted)
    for body in (b"[{},{},{},{},{}]", b"[[],[],[],[],[],[]]", b'[{"ID": 1}, {"ID": 2}, {"ID": 3}, {}]'):
        assert isinstance(judge(SEARCH, _reply(200, body)), MaybeSent)
