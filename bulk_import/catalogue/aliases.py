"""The headings under which fields are found in the exports of other systems, each with its evidence."""

from __future__ import annotations

import csv
import io
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

ONEFILE_ID: Final = "OneFileID"
"""What a column is tied to that gives OneFile's own id of each row's account: no field of the API, and never sent."""


@dataclass(frozen=True, slots=True)
class Alias:
    """A heading under which a field is found.

    Attributes:
        heading: as it was found.
        evidence: "seen" in a source, or "assumed" as an ordinary variant.
        source: where it was found.
    """

    heading: str
    evidence: str
    source: str

    @property
    def names(self) -> bool:
        """Whether the column holds names or codes to be looked up, rather than OneFile's ids."""
        return "[lookup" in self.source and not heading_key(self.heading).endswith("id")


def heading_key(text: str) -> str:
    """What is compared of a heading: its letters and digits in lower case (after NFKC)."""
    return "".join(character for character in unicodedata.normalize("NFKC", text).casefold() if character.isalnum())


def aliases_of(api_name: str) -> tuple[Alias, ...]:
    """The headings of one field, its API name first."""
    return all_aliases().get(api_name, ())


@cache
def all_aliases() -> Mapping[str, tuple[Alias, ...]]:
    """API name, or "@Helper" for what is no field of the API → its headings."""
    text = resources.files("bulk_import").joinpath("header_aliases.csv").read_text(encoding="utf-8")
    found: dict[str, list[Alias]] = {}
    for line in csv.DictReader(io.StringIO(text)):
        found.setdefault(line["field"], []).append(Alias(line["heading"], line["evidence"], line["source"]))
    return {name: tuple(aliases) for name, aliases in found.items()}
