"""Whether an account that OneFile shows is the one that a row asked for. No filter of OneFile's is trusted here."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from bulk_import.directory import folded

if TYPE_CHECKING:
    from collections.abc import Mapping

COMPARED = (
    "OrganisationID",
    "Role",
    "FirstName",
    "LastName",
    "Email",
    "MISID",
    "DefaultAssessorID",
    "ClassroomID",
    "PlacementID",
    "EpisodeName",
    "ULN",
    "NINO",
)
"""What must not differ. Dates, numbers and addresses are left out: OneFile may answer them in another form."""

_NAMES = ("FirstName", "LastName")


class Likeness(StrEnum):
    """How an account compares with what was sent."""

    SAME = "the same person, and nothing differs"
    DISPUTED = "the same person by MISID or by e-mail and name, but something differs"
    OTHER = "somebody else"


def compare(sent: Mapping[str, object], account: Mapping[str, object]) -> Likeness:
    """How a whole account compares with what was sent.

    Any field may be missing from OneFile's answer or be null, and then says nothing.

    Args:
        sent: the fields that were sent, by the API's names.
        account: the fields that OneFile answered.
    """
    if not _same_key(sent, account):
        return Likeness.DISPUTED if _hidden_email(sent, account) else Likeness.OTHER
    return Likeness.DISPUTED if any(_differs(sent, account, name) for name in COMPARED) else Likeness.SAME


def worth_fetching(sent: Mapping[str, object], entry: Mapping[str, object]) -> bool:
    """Whether an entry of a search, with its few fields, may be the person; what is missing speaks for it."""
    return _equal(sent, entry, "MISID") or not any(_differs(sent, entry, name) for name in _NAMES)


def _same_key(sent: Mapping[str, object], account: Mapping[str, object]) -> bool:
    return _equal(sent, account, "MISID") or all(_equal(sent, account, name) for name in ("Email", *_NAMES))


def _hidden_email(sent: Mapping[str, object], account: Mapping[str, object]) -> bool:
    """Whether the name fits and nothing tells the rest: neither the e-mail nor the MISID is shown."""
    named = all(_equal(sent, account, name) for name in _NAMES)
    return named and not _text(account, "Email") and not _differs(sent, account, "MISID")


def _text(fields: Mapping[str, object], name: str) -> str:
    value = fields.get(name)
    return "" if value is None or value == 0 else folded(value if not isinstance(value, int) else int(value))


def _equal(sent: Mapping[str, object], account: Mapping[str, object], name: str) -> bool:
    return _text(sent, name) == _text(account, name) != ""


def _differs(sent: Mapping[str, object], account: Mapping[str, object], name: str) -> bool:
    ours, theirs = _text(sent, name), _text(account, name)
    return "" not in {ours, theirs} and ours != theirs
