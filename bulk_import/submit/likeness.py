"""Whether an account that OneFile shows is the one that a row asked for. No filter of OneFile's is trusted here."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from bulk_import.folding import folded
from bulk_import.wire import id_of

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
_PERSON = (*_NAMES, "Email", "MISID")


class Likeness(StrEnum):
    """How an account compares with what was sent."""

    SAME = "the same person, and nothing differs"
    DISPUTED = "the same person by MISID or by e-mail and name, but something differs"
    UNTOLD = "nobody else as far as OneFile tells, but it does not tell enough"
    OTHER = "somebody else"


def compare(sent: Mapping[str, object], entry: Mapping[str, object], fetched: Mapping[str, object] | None) -> Likeness:
    """How an account compares with what was sent.

    Any field may be missing or null, and then says nothing; an account that cannot be fetched says nothing at all. So
    what is missing never makes somebody else of an account, and a search's entry by itself never proves it.

    Args:
        sent: the fields that were sent, by the API's names.
        entry: the account as a search showed it.
        fetched: the account fetched by itself, which goes before the search's word; None if it was not to be had.
    """
    told = _told(entry, fetched or {})
    found = _compared(sent, {**entry, **told})
    if found is Likeness.SAME and not any(name in told for name in _PERSON):
        return Likeness.UNTOLD
    if found is Likeness.OTHER and _equal(sent, entry, "MISID"):
        return Likeness.DISPUTED
    return found


def _told(entry: Mapping[str, object], fetched: Mapping[str, object]) -> Mapping[str, object]:
    """What fetching an account told of it; nothing if the answer was about another one."""
    if id_of(fetched) not in {None, id_of(entry)}:
        return {}
    return {name: value for name, value in fetched.items() if _text(fetched, name)}


def _compared(sent: Mapping[str, object], account: Mapping[str, object]) -> Likeness:
    if _same_key(sent, account):
        return Likeness.DISPUTED if any(_differs(sent, account, name) for name in COMPARED) else Likeness.SAME
    return Likeness.OTHER if any(_differs(sent, account, name) for name in _PERSON) else Likeness.UNTOLD


def worth_fetching(sent: Mapping[str, object], entry: Mapping[str, object]) -> bool:
    """Whether an entry of a search, with its few fields, may be the person; what is missing speaks for it."""
    return _equal(sent, entry, "MISID") or not any(_differs(sent, entry, name) for name in _NAMES)


def _same_key(sent: Mapping[str, object], account: Mapping[str, object]) -> bool:
    return _equal(sent, account, "MISID") or all(_equal(sent, account, name) for name in ("Email", *_NAMES))


def _text(fields: Mapping[str, object], name: str) -> str:
    value = fields.get(name)
    return "" if value is None or value == 0 else folded(value if not isinstance(value, int) else int(value))


def _equal(sent: Mapping[str, object], account: Mapping[str, object], name: str) -> bool:
    return _text(sent, name) == _text(account, name) != ""


def _differs(sent: Mapping[str, object], account: Mapping[str, object], name: str) -> bool:
    ours, theirs = _text(sent, name), _text(account, name)
    return "" not in {ours, theirs} and ours != theirs
