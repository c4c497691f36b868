"""What an account points at must exist in its organisation: class, placement, assessor and so on, all of them ids."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bulk_import.sandbox import accounts
from bulk_import.sandbox.answers import (
    ASSESSOR_NOT_FOUND,
    CLASSROOM_NOT_FOUND,
    EMPLOYER_NOT_FOUND,
    PLACEMENT_NOT_FOUND,
    PROVIDER_NOT_FOUND,
    STATUS_NOT_FOUND,
    Refusal,
)
from bulk_import.sandbox.contract import ASSESSOR, EMPLOYER, TRAINEE_ASSESSOR

if TYPE_CHECKING:
    from bulk_import.sandbox.values import Fields
    from bulk_import.sandbox.world import World

_ENTRIES = (
    ("PlacementID", "placement", PLACEMENT_NOT_FOUND),
    ("ClassroomID", "classroom", CLASSROOM_NOT_FOUND),
    ("ProviderID", "provider", PROVIDER_NOT_FOUND),
    ("LearnerStatusID", "status", STATUS_NOT_FOUND),
)
_PEOPLE = (
    ("DefaultAssessorID", (ASSESSOR, TRAINEE_ASSESSOR), ASSESSOR_NOT_FOUND),
    ("DefaultEmployerID", (EMPLOYER,), EMPLOYER_NOT_FOUND),
)


def check(world: World, customer: int, organisation: int, fields: Fields) -> None:
    """Look up every id among the fields.

    Raises:
        Refusal: One of them is unknown in this organisation, or is a person of the wrong role, or archived.
    """
    for name, kind, code in _ENTRIES:
        if fields.get(name) and not _entry_exists(world, organisation, kind, fields[name]):
            raise Refusal(code, f"{name} was not found.")
    for name, roles, code in _PEOPLE:
        person = fields.get(name)
        if isinstance(person, int) and not _person_fits(world, customer, organisation, person, roles):
            raise Refusal(code, f"{name} was not found.")


def _entry_exists(world: World, organisation: int, kind: str, key: object) -> bool:
    sql = "SELECT 1 FROM entries WHERE kind = ? AND key = ? AND organisation = ?"
    return world.store.one(sql, kind, str(key), organisation) is not None


def _person_fits(world: World, customer: int, organisation: int, person: int, roles: tuple[int, ...]) -> bool:
    user = accounts.find(world.store, customer, person, world.now())
    return user is not None and user.organisation == organisation and user.role in roles and not user.archived
