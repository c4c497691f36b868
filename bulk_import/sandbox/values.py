"""What may stand in a field: how each kind of value is read from JSON or a form, and stored.

Numbers may come as numeric text, in forms they always do. Dates are read as ISO 8601 with `Z` or an offset, with or
without a fraction, or as bare days, and are stored and answered in UTC with `Z`.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Literal, assert_never

from bulk_import.sandbox.answers import FIELD_UNREADABLE, Refusal

Kind = Literal["text", "int", "date", "bool", "codes"]
Value = str | int | bool | list[str] | None
Fields = dict[str, Value]
Sent = dict[str, object]

_GREATEST = 10**15  # within what SQLite can hold
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,7})?(Z|[+-][0-9]{2}:?[0-9]{2}))?"
)


def fold(text: str) -> str:
    """The text as comparisons see it: without case, without spaces around it."""
    return text.strip().casefold()


def instant(moment: float) -> str:
    """A moment in seconds since 1970 as the service writes it: UTC with `Z`, no fraction."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def seconds(text: str) -> float | None:
    """The moment that an ISO date names, in seconds since 1970; None if it names none. A bare day starts it in UTC."""
    if not _INSTANT.fullmatch(text):
        return None
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()


def parse(name: str, kind: Kind, sent: object) -> Value:
    """The sent value in the form that is stored.

    Raises:
        Refusal: It cannot be read as the kind.
    """
    match kind:
        case "text":
            value = _text(sent)
        case "int":
            value = _integer(sent)
        case "date":
            value = _date(sent)
        case "bool":
            value = _boolean(sent)
        case "codes":
            value = _codes(sent)
        case _:
            assert_never(kind)
    if value is None:
        raise Refusal(FIELD_UNREADABLE, f"The value of {name} is not valid.")
    return value


def integer(name: str, sent: object) -> int:
    """An id.

    Raises:
        Refusal: It is no whole number.
    """
    value = _integer(sent)
    if value is None:
        raise Refusal(FIELD_UNREADABLE, f"The value of {name} is not valid.")
    return value


def blank(sent: object) -> bool:
    """Whether nothing was sent: no such field, null, or an empty text."""
    return sent is None or (isinstance(sent, str) and not sent.strip())


def _text(sent: object) -> Value:
    if isinstance(sent, bool):
        return None
    if isinstance(sent, int):
        return str(sent)
    return sent if isinstance(sent, str) else None


def _integer(sent: object) -> int | None:
    if isinstance(sent, bool):
        return None
    if isinstance(sent, int):
        return sent if abs(sent) < _GREATEST else None
    if isinstance(sent, str) and re.fullmatch(r"[0-9]{1,15}", sent.strip()):
        return int(sent)
    return None


def _date(sent: object) -> Value:
    moment = seconds(sent) if isinstance(sent, str) else None
    return None if moment is None else instant(moment)


def _boolean(sent: object) -> Value:
    if isinstance(sent, bool):
        return sent
    words = {"true": True, "false": False}
    return words.get(sent.strip().casefold()) if isinstance(sent, str) else None


def _codes(sent: object) -> Value:
    if isinstance(sent, list) and all(isinstance(code, str | int) for code in sent):
        return [str(code) for code in sent]
    return [sent] if isinstance(sent, str) else None
