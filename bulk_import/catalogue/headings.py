"""What a heading may mean."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from bulk_import.catalogue.aliases import ONEFILE_ID, all_aliases, heading_key
from bulk_import.catalogue.fields import FIELDS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

LIKE_ENOUGH = 0.8
LONGEST_COMPARED = 40
SHORTEST_WITHIN = 3
"""Letters of a known heading that is looked for among the words of another: NI and the like stand in many."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """What a heading may mean that is never guessed.

    Attributes:
        fields: the API names it may mean, and OneFileID, which is no field.
        otherwise: what it means where it means none of them.
    """

    fields: tuple[str, ...]
    otherwise: str


# Headings that mean different things in different systems.
NEVER_GUESSED: Mapping[str, Doubt] = MappingProxyType(
    {
        "name": Doubt(("FirstName", "LastName"), "the whole name in one cell"),
        "status": Doubt(("LearnerStatusID",), "how far somebody is with a course"),
        "standard": Doubt(("EpisodeName",), "the code of an apprenticeship standard"),
        "programme": Doubt(("EpisodeName",), "the type of a programme"),
        "provider": Doubt(("ProviderID",), "the college itself"),
        "referencenumber": Doubt(("MISID",), "a reference of something else"),
        "enddate": Doubt(("PlannedEndDate",), "the day on which somebody really left"),
        "userid": Doubt(("MISID", ONEFILE_ID), "a login, which is not sent"),
        "cohortref": Doubt(("ClassroomID",), "a cohort of the apprenticeship service"),
        "address": Doubt(("HomeAddress", "WorkAddress"), "the first line of one"),
        "als": Doubt(("SupportFunding",), "the kind or the cost of the support"),
        **dict.fromkeys(
            ("staffid", "staffref", "staffcode", "staffno", "staffnumber"),
            Doubt(("MISID",), "the reference of somebody's tutor"),
        ),
        **dict.fromkeys(
            ("employeeid", "employeeref", "employeeno", "employeenumber"),
            Doubt(("MISID",), "the number that an employer has given somebody"),
        ),
    }
)


def never_guessed(text: str) -> Doubt | None:
    """What a heading may mean that is never guessed; None for all others. A closing remark does not count."""
    return NEVER_GUESSED.get(heading_key(without_remark(text)))


def fields_for_heading(text: str) -> tuple[str, ...]:
    """The API names (or "@Helper" names, which are no fields of the API) that a heading may mean; () if none.

    A remark such as “(required)” at its end does not count.
    """
    return _by_key().get(heading_key(without_remark(text)), ())


def field_meant(text: str) -> str | None:
    """The one field, or OneFileID, that a heading means by itself; None for all others and those never guessed."""
    names = fields_for_heading(text)
    if len(names) != 1 or never_guessed(text) is not None:
        return None
    return ONEFILE_ID if names[0] == f"@{ONEFILE_ID}" else names[0] if names[0] in FIELDS else None


def without_remark(text: str) -> str:
    """A heading without a closing remark such as “(required for learners)” or “*”."""
    return re.sub(r"\s*(?:\*|[(\[]\s*(?:required|mandatory|optional)\b[^)\]]*[)\]])\s*$", "", text, flags=re.IGNORECASE)


@cache
def _by_key() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for name, aliases in all_aliases().items():
        for alias in aliases:
            found.setdefault(heading_key(alias.heading), {})[name] = None
    for field in FIELDS.values():
        found.setdefault(heading_key(field.label), {})[field.api_name] = None
    return {key: tuple(names) for key, names in found.items()}


def nearest_heading(text: str, fields: Collection[str]) -> tuple[str, str] | None:
    """The known heading that an unknown one is most like, or holds, and its field; None where there is none.

    Args:
        text: the unknown heading; a very long one is like none.
        fields: the API names that may be answered.
    """
    key = heading_key(text)
    if len(key) > LONGEST_COMPARED:
        return None
    known = {key: named for key, named in _shown().items() if named[1] in fields}
    near = difflib.get_close_matches(key, known, n=1, cutoff=LIKE_ENOUGH)
    return known[near[0]] if near else known.get(_known_within(text))


def _known_within(text: str) -> str:
    """The key of the known heading that a heading's words hold, such as Tutor in “Main Tutor”; "" for none.

    Where other words of it are a heading of another field, or one that is never guessed, as in “Group Tutor”, it is
    none.
    """
    words = re.findall(r"[^\W_]+", without_remark(text))
    spans = [(first, last) for first in range(len(words)) for last in range(first + 1, len(words) + 1)]
    keys = {span: heading_key("".join(words[slice(*span)])) for span in spans}
    headings = _by_key().keys() | NEVER_GUESSED.keys()
    known = [span for span in spans if len(keys[span]) >= SHORTEST_WITHIN and keys[span] in headings]
    widest = [one for one in known if not any(_holds(other, one) for other in known)]
    meant = {field_meant(keys[span]) for span in widest}
    return keys[widest[0]] if len(meant) == 1 and None not in meant else ""


def _holds(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one != other and one[0] <= other[0] and other[1] <= one[1]


@cache
def _shown() -> Mapping[str, tuple[str, str]]:
    """Key → a heading as people write it and its field, for all headings that mean a field for certain."""
    shown: dict[str, tuple[str, str]] = {}
    for name, field in FIELDS.items():
        for heading in (field.label, *(alias.heading for alias in field.aliases)):
            shown.setdefault(heading_key(heading), (heading.strip(), name))
    return {key: named for key, named in shown.items() if key not in NEVER_GUESSED}


def without_column(text: str) -> str:
    """A heading as somebody chose it, without “(column H)” at its end."""
    return re.sub(r"\s*\(column [A-Z]{1,3}\)\s*$", "", text, flags=re.IGNORECASE)
