"""One call as the handlers see it: who calls, which place, what was sent."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from bulk_import.sandbox import values
from bulk_import.sandbox.answers import BODY_UNREADABLE, PAGE_UNREADABLE, Refusal

if TYPE_CHECKING:
    from bulk_import.sandbox.values import Sent


@dataclass(frozen=True, slots=True)
class Call:
    """A call with a valid session.

    Attributes:
        customer: The id of the customer whose session it is.
        places: The variable parts of the path, by name.
        sent: The body's fields, by their names without case.
        names: The same names as they were sent.
        lag: Seconds until searches show an account that this call creates.
    """

    customer: int
    places: dict[str, str] = field(default_factory=dict)
    sent: Sent = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    lag: float = 0.0

    def get(self, name: str) -> object:
        """The value sent for a field, its name in any case; None if there is none or it is blank."""
        sent = self.sent.get(name.casefold())
        return None if values.blank(sent) else sent

    def text(self, name: str) -> str | None:
        """A text that was sent.

        Raises:
            Refusal: It is no text.
        """
        sent = self.get(name)
        return None if sent is None else str(values.parse(name, "text", sent))

    def number(self, name: str) -> int | None:
        """An id that was sent.

        Raises:
            Refusal: It is no whole number.
        """
        sent = self.get(name)
        return None if sent is None else values.integer(name, sent)

    def place(self, name: str) -> int:
        """An id in the path; one that is no number is -1, which nothing has."""
        text = self.places[name]
        return int(text) if text.isascii() and text.isdigit() and len(text) <= 15 else -1  # noqa: PLR2004 - fits SQLite

    def page(self, cap: int) -> tuple[int, int] | None:
        """Number and size of the page asked for, the size cut to `cap`; None without paging.

        Raises:
            Refusal: One of them is no number from 1.
        """
        if "page" not in self.places:
            return None
        number, size = self.place("page"), self.place("size")
        if number < 1 or size < 1:
            raise Refusal(PAGE_UNREADABLE, "Page number and page size must be numbers from 1.")
        return number, min(size, cap)


def read_body(body: bytes, content_type: str) -> Sent:
    """The fields in a body: JSON, or a form where the header or the look of it says so. Names stay as sent.

    Raises:
        Refusal: It is neither, or JSON other than an object; an empty array counts as nothing sent.
    """
    try:
        text = body.decode("utf-8-sig").strip()
    except UnicodeDecodeError as error:
        raise Refusal(BODY_UNREADABLE, "The body is not UTF-8.") from error
    if not text:
        return {}
    if "form-urlencoded" in content_type and not text.startswith(("{", "[")):
        return dict(parse_qsl(text, keep_blank_values=True))
    return _read_json(text)


def _read_json(text: str) -> Sent:
    try:
        read = json.loads(text)
        json.dumps(read, ensure_ascii=False).encode()  # half a character cannot be stored
    except (ValueError, RecursionError) as error:
        raise Refusal(BODY_UNREADABLE, "The body is not valid JSON.") from error
    if read == []:
        return {}
    if not isinstance(read, dict):
        raise Refusal(BODY_UNREADABLE, "The body must be a JSON object.")
    return read
