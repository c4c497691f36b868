"""What an account in OneFile says otherwise than a row does, each field compared in its own terms.

Text and names letter by letter with white space folded, addresses line by line, days in the United Kingdom's time,
telephones by their digits, numbers as numbers, all else without case; null equals empty. A field that OneFile's answer
leaves out altogether says nothing: any field may be missing from an answer, so it is never taken for a difference.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bulk_import.catalogue import FIELDS
from bulk_import.folding import folded
from bulk_import.kinds import Address, Date, Identifier, ListedReference, Phone, Reference, Text

if TYPE_CHECKING:
    from collections.abc import Mapping

UK = ZoneInfo("Europe/London")


def differing(wanted: Mapping[str, object], told: Mapping[str, object]) -> tuple[str, ...]:
    """The fields whose value in OneFile is another than the one wanted, in the API's order.

    Args:
        wanted: what is, or would be, sent: API name → JSON value.
        told: what OneFile answered of the account, by the same names.
    """
    shared = [name for name in FIELDS if name in wanted and name in told]
    return tuple(name for name in shared if _form(name, wanted[name]) != _form(name, told[name]))


def agreeing(wanted: Mapping[str, object], told: Mapping[str, object]) -> frozenset[str]:
    """The fields that both sides fill in, and alike."""
    filled = {name for name in wanted if told.get(name) not in {None, "", 0}}
    return frozenset(filled - {*differing(wanted, told)})


def _form(name: str, value: object) -> object:
    """What a value is compared by; the same for two values that say the same."""
    text = "" if value is None else str(value)
    kind = FIELDS[name].kind
    match kind:
        case Date():
            return _uk_day(text)
        case Phone():
            return re.sub(r"[^0-9+]", "", text)
        case Reference() | ListedReference() if text.strip() == "0":
            return ""
        case Address() | Text() if not isinstance(kind, Identifier):
            # older accounts hold the lines of an address joined by commas
            lines = re.split(r"[\r\n,]+", text) if isinstance(kind, Address) else [text]
            return [line for part in lines if (line := " ".join(part.split()))]
        case _:
            return folded(text)


def _uk_day(moment: str) -> str:
    """The day of a moment in the UK: a date typed in summer can come back as 23:00 UTC of the day before.

    What the product itself sends, midnight by UTC, is the same day in the UK all the year round.
    """
    try:
        parsed = datetime.fromisoformat(moment)
    except ValueError:
        return moment[:10]
    return (parsed.astimezone(UK) if parsed.tzinfo else parsed).date().isoformat()
