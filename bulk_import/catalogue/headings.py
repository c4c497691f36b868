"""What a heading may mean."""

from __future__ import annotations

import re
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from bulk_import.catalogue.aliases import all_aliases, heading_key
from bulk_import.catalogue.fields import FIELDS

if TYPE_CHECKING:
    from collections.abc import Mapping

# Headings that mean different things in different systems; each with the fields it may mean.
NEVER_GUESSED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "name": ("FirstName", "LastName"),
        "status": ("LearnerStatusID",),
        "standard": ("EpisodeName",),
        "programme": ("EpisodeName",),
        "provider": ("ProviderID",),
        "referencenumber": ("MISID",),
        "enddate": ("PlannedEndDate",),
        "userid": ("MISID",),
        "cohortref": ("ClassroomID",),
        "address": ("HomeAddress", "WorkAddress"),
        "als": ("SupportFunding",),
    }
)


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
