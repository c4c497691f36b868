"""What is known of a field."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from bulk_import.catalogue.aliases import Alias, aliases_of

if TYPE_CHECKING:
    from bulk_import.kinds import Kind, Role


class Sensitivity(StrEnum):
    """How carefully a field's values are to be handled (UK GDPR; the house's own grades)."""

    NONE = "none"
    PERSONAL = "personal"
    NEVER_SHOWN = "never shown"
    SPECIAL = "special category"


HIDDEN = frozenset({Sensitivity.NEVER_SHOWN, Sensitivity.SPECIAL})
"""Of fields of these grades no value stands in a message, a story or a list of changes."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a user.

    Attributes:
        api_name: as OneFile spells it.
        label: as people write it, and as templates head its column.
        kind: what its cells can hold.
        help: what belongs into it, in one line.
        example: an invented value.
        required_for: the roles that cannot be created without it.
        accepted_for: the roles that OneFile takes it for.
        updatable: whether it can be changed later; None where nobody documents it.
        sensitive: how carefully its values are to be handled.
        article: the number of the vendor's article that describes it.
    """

    api_name: str
    label: str
    kind: Kind
    help: str
    example: str
    required_for: frozenset[Role]
    accepted_for: frozenset[Role]
    updatable: bool | None
    sensitive: Sensitivity
    article: str

    @property
    def aliases(self) -> tuple[Alias, ...]:
        """The headings under which the field is known to be found, its API name first."""
        return aliases_of(self.api_name)
