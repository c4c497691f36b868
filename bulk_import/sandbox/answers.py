"""What a call is answered with: an `Answer`, or a `Refusal` raised where the call is found wanting.

Refusals with status 400 and 404 carry `{"code": negative integer, "message": text}`. Only three codes of the real
service are known: -11 organisation, -57 placement, -58 classroom not found. All others here (-9xx) are our own, and
a client must not depend on them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bulk_import.sandbox.switches import Switches

ORGANISATION_NOT_FOUND = -11
PLACEMENT_NOT_FOUND = -57
CLASSROOM_NOT_FOUND = -58

FIELD_MISSING = -901
FIELD_UNREADABLE = -902
ROLE_NOT_CREATABLE = -903
ASSESSOR_NOT_FOUND = -904
EMPLOYER_NOT_FOUND = -905
PROVIDER_NOT_FOUND = -906
STATUS_NOT_FOUND = -907
EMAIL_IN_USE = -908
NO_SEAT_LEFT = -909
NOT_CHANGEABLE = -910
USER_NOT_FOUND = -911
BODY_UNREADABLE = -912
WRONG_USER_FOR_ASSIGN = -913
LEVEL_UNKNOWN = -914
NOT_ASSIGNED_YET = -915
UNIT_ASSIGNED_ALREADY = -916
STANDARD_NOT_FOUND = -917
UNIT_NOT_FOUND = -918
TEMPLATE_NOT_FOUND = -919
PAGE_UNREADABLE = -920
NOT_CLEARABLE = -921


class Refusal(Exception):  # noqa: N818 - a refusal is an answer here, not an error of ours
    """The call is refused; the first thing found wrong with it, and nothing else, is answered."""

    def __init__(self, code: int, message: str, *, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer, ready to be sent: status, body and headers in lower case."""

    status: int
    body: bytes = b""
    media_type: str = "application/json; charset=utf-8"
    headers: tuple[tuple[str, str], ...] = ()


def as_json(value: object) -> Answer:
    """Status 200 with the value as JSON; non-ASCII text goes out as UTF-8."""
    return Answer(200, json.dumps(value, ensure_ascii=False).encode())


def as_list(rows: Sequence[object], switches: Switches) -> Answer:
    """Status 200 with a bare array; an empty one is 204 without a body, or `[]` by switch."""
    if not rows and switches.search_empty == "204":
        return Answer(204)
    return as_json(rows)


def done() -> Answer:
    """Status 204 without a body: what was asked for is done."""
    return Answer(204)


def plain(status: int, text: str, *headers: tuple[str, str]) -> Answer:
    """An answer in bare text, as sessions and refusals outside the business rules are."""
    return Answer(status, text.encode(), "text/plain; charset=utf-8", headers)


def unauthorised() -> Answer:
    """Status 401: no session, one that is over, or an unknown customer token."""
    return plain(401, "Unauthorized")


def html_page(status: int, title: str) -> Answer:
    """A page for people where a client expects JSON, as a proxy or a maintenance screen sends it."""
    page = (
        f"<!DOCTYPE html><html><head><title>{escape(title)}</title></head><body><h1>{escape(title)}</h1></body></html>"
    )
    return Answer(status, page.encode(), "text/html; charset=utf-8")


def refused(refusal: Refusal, switches: Switches) -> Answer:
    """The refusal in the shape that the switch `error_body` names."""
    match switches.error_body:
        case "json":
            body = json.dumps({"code": refusal.code, "message": refusal.message}, ensure_ascii=False)
            return Answer(refusal.status, body.encode())
        case "text":
            return plain(refusal.status, refusal.message)
        case "html":
            return html_page(refusal.status, refusal.message)
        case "empty":
            return Answer(refusal.status)
