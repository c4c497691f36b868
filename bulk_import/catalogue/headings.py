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
    """The known heading that an unknown one is most like, and its field; None where it is like none.

    Args:
        text: the unknown heading; a very long one is like none.
        fields: the API names that may be answered.
    """
    key = heading_key(text)
    known = {key: named for key, named in _shown().items() if named[1] in fields}
    near = difflib.get_close_matches(key, known, n=1, cutoff=LIKE_ENOUGH) if len(key) <= LONGEST_COMPARED else []
    return known[near[0]] if near else None


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
