"""What an account in OneFile says otherwise than a row does, each field compared in its own terms.

Text and names letter by letter with white space folded, addresses line by line, days in the United Kingdom's time,
numbers as numbers, telephones by their digits, all else without case. Null, an empty text, the 0 of an id and the
first day of time, which some servers send for "no date", are empty, and so is a field that an answer leaves out.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from bulk_import.catalogue import FIELDS
from bulk_import.folding import folded
from bulk_import.kinds import (
    ULN_PLACEHOLDERS,
    Address,
    Choice,
    Date,
    Identifier,
    ListedReference,
    Nino,
    Phone,
    Reference,
    RoleKind,
    Text,
    Uln,
    YesNo,
    role_from_text,
)
from bulk_import.maintenance import UK

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bulk_import.kinds import Kind

SHOWN = frozenset(
    {
        *("OrganisationID", "Role", "FirstName", "LastName", "Email", "MISID"),
        *("ClassroomID", "PlacementID", "EpisodeName", "StartOn", "PlannedEndDate", "DOB", "ULN", "NINO"),
        *("L12", "L13", "HomeAddress", "Telephone", "MobileNumber"),
    }
)
"""Fields that clients have seen in answers about an account: where they are missing, they are empty."""
DAYS_KEPT = 2**14
"""Days as OneFile writes them, of which the day in the UK is worked out once."""
EARLIEST, LATEST = date(1900, 1, 1), date(2200, 1, 1)
"""Days outside these are no days of anybody's, but a server's way of saying that there is none."""


def differing(wanted: Mapping[str, object], told: Mapping[str, object]) -> tuple[str, ...]:
    """The fields whose value in OneFile is another than the one wanted, in the API's order.

    Args:
        wanted: what is, or would be, sent: API name → JSON value.
        told: what OneFile answered of the account, by the same names.
    """
    differ = {name for name, ours in wanted.items() if _differ(name, ours, told.get(name))}
    return tuple(name for name in FIELDS if name in differ) if differ else ()


def otherwise(sent: Mapping[str, object], told: Mapping[str, object]) -> tuple[str, ...]:
    """The fields that OneFile shows with another value than was sent."""
    return differing({name: value for name, value in sent.items() if told.get(name) is not None}, told)


def _differ(name: str, ours: object, theirs: object) -> bool:
    return ours != theirs and _form(name, ours) != _form(name, theirs)


def agreeing(wanted: Mapping[str, object], told: Mapping[str, object]) -> frozenset[str]:
    """The fields that both sides fill in, and alike."""
    return frozenset(name for name in wanted if (theirs := form(name, told)) and _form(name, wanted[name]) == theirs)


def form(name: str, told: Mapping[str, object]) -> str:
    """What a field of an account is compared by; empty where OneFile tells nothing."""
    return _form(name, told.get(name))


def _form(name: str, value: object) -> str:
    """The same for two values that say the same."""
    return _comparing(name)(_text(value))


@cache
def _comparing(name: str) -> Callable[[str], str]:
    """How texts of a field are compared."""
    kind = FIELDS[name].kind
    return next((as_compared for kinds, as_compared in _FORMS if isinstance(kind, kinds)), folded)


def _text(value: object) -> str:
    """A JSON value as text; a list of lines is a text of several lines."""
    if isinstance(value, list):
        return "\n".join(map(_text, value))
    return "" if value is None else unicodedata.normalize("NFC", str(value)).strip()


def _lines(text: str) -> str:
    """The lines of an address; older accounts hold them joined by commas."""
    parts = (" ".join(part.split()) for part in re.split(r"[\r\n,]+", text))
    return "\n".join(part for part in parts if part)


def _spaced(text: str) -> str:
    return " ".join(text.split())


@lru_cache(DAYS_KEPT)
def _uk_day(text: str) -> str:
    """The day of a moment in the UK: a date typed in summer can come back as 23:00 UTC of the day before.

    Clients read every date of OneFile's as UTC, so one without a zone is taken for that. What the product itself
    sends, midnight by UTC, is the same day in the UK all the year round.
    """
    try:
        moment = datetime.fromisoformat(text)
        day = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UK).date()
    except (ValueError, OverflowError):
        day = None
    if day is None:
        return "" if text.startswith(("0001-", "9999-")) else text[:10]
    return day.isoformat() if EARLIEST <= day < LATEST else ""


def _number(text: str) -> str:
    """An id or code without leading zeros; 0 is none."""
    whole = re.fullmatch(r"0*([0-9]+)(?:\.0*)?", text)
    digits = whole[1] if whole else folded(text)
    return "" if digits in {"0", "false"} else digits


def _yes_or_no(text: str) -> str:
    if not text:
        return ""
    return "yes" if text.casefold() in {"true", "yes", "y", "1"} else "no"


def _telephone(text: str) -> str:
    """The digits of a number, a British one with its 0."""
    digits = re.sub(r"[^0-9]", "", text)
    national = re.fullmatch(r"(?:00)?440?([1-9][0-9]{8,9})", digits)
    return f"0{national[1]}" if national else digits


def _learner_number(text: str) -> str:
    return "" if text in {*ULN_PLACEHOLDERS, "0"} else re.sub(r"[\s-]", "", text)


def _insurance_number(text: str) -> str:
    return re.sub(r"[\s-]", "", text).upper()


def _role(text: str) -> str:
    role = role_from_text(text)
    return folded(text) if role is None else str(int(role))


_FORMS: tuple[tuple[type[Kind] | tuple[type[Kind], ...], Callable[[str], str]], ...] = (
    (Date, _uk_day),
    (Phone, _telephone),
    (Uln, _learner_number),
    (Nino, _insurance_number),
    (RoleKind, _role),
    (YesNo, _yes_or_no),
    ((Reference, ListedReference, Choice), _number),
    (Identifier, folded),
    (Address, _lines),
    (Text, _spaced),
)
