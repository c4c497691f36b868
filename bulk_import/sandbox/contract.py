"""The fields of a user: who must have them, who may have them, and of what kind they are.

Written down from the vendor's article 76000037051 (creating and managing users) and the public clients, on purpose a
second time and independently of the product's own catalogue: a slip in either shows when the two are compared.

Roles (articles 76000037051 and 76000033825): 1 learner, 2 archived learner, 4 trainee assessor, 5 assessor, 10 IQA,
40 employer, 45 observer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bulk_import.sandbox.values import Kind

LEARNER = 1
ARCHIVED_LEARNER = 2
TRAINEE_ASSESSOR = 4
ASSESSOR = 5
IQA = 10
EMPLOYER = 40
OBSERVER = 45

CREATABLE = (LEARNER, TRAINEE_ASSESSOR, ASSESSOR, IQA, EMPLOYER, OBSERVER)

_EVERYBODY = frozenset(CREATABLE)
_LEARNERS = frozenset({LEARNER})
_STAFF = frozenset({TRAINEE_ASSESSOR, ASSESSOR, IQA})
_PLACED = frozenset({LEARNER, EMPLOYER, OBSERVER})
_NOBODY: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Rule:
    """One field of a user.

    Attributes:
        name: As the service writes it.
        kind: Of what kind its value is.
        required: The role ids that must have it when they are created.
        accepted: The role ids that may have it; those that must are among them.
        none_is_zero: Whether the id 0 says "none".
    """

    name: str
    kind: Kind
    required: frozenset[int]
    accepted: frozenset[int]
    none_is_zero: bool = False


def _must(name: str, kind: Kind, roles: frozenset[int]) -> Rule:
    return Rule(name, kind, roles, roles)


def _may(name: str, kind: Kind, roles: frozenset[int]) -> Rule:
    return Rule(name, kind, _NOBODY, roles)


def _may_zero(name: str) -> Rule:
    return Rule(name, "int", _NOBODY, _LEARNERS, none_is_zero=True)


FIELDS: tuple[Rule, ...] = (
    _must("OrganisationID", "int", _EVERYBODY),
    _must("FirstName", "text", _EVERYBODY),
    _must("LastName", "text", _EVERYBODY),
    _must("Email", "text", _EVERYBODY),
    _must("Role", "int", _EVERYBODY),
    _must("DefaultAssessorID", "int", _LEARNERS),
    _must("ClassroomID", "int", _LEARNERS),
    _must("PlacementID", "int", _PLACED),
    _may("MISID", "text", _EVERYBODY),
    _may("CreatedOn", "date", _EVERYBODY),
    _may("CompanyName", "text", _LEARNERS),
    _may("MobileNumber", "text", _EVERYBODY),
    _may("Telephone", "text", _EVERYBODY),
    _may("Website", "text", _EVERYBODY),
    _may("WorkAddress", "text", _EVERYBODY),
    _may("HomeAddress", "text", _EVERYBODY),
    _may_zero("ProviderID"),
    _may_zero("DefaultEmployerID"),
    _may("ULN", "text", _LEARNERS),
    _may("NINO", "text", _LEARNERS),
    _may("EpisodeName", "text", _LEARNERS),
    _may("CentreRegister", "date", _LEARNERS),
    _may("DOB", "date", _EVERYBODY),
    _may("StartOn", "date", _LEARNERS),
    _may("PlannedEndDate", "date", _LEARNERS),
    _may("L12", "text", _LEARNERS),
    _may("L13", "text", _LEARNERS),
    _may("L14", "text", _LEARNERS),
    _may("L15", "text", _LEARNERS),
    _may("L16", "text", _LEARNERS),
    _may("SupportFunding", "bool", _LEARNERS),
    _may_zero("LearnerStatusID"),
)
"""The 32 fields of the vendor's guide, in its order."""

BEYOND_THE_GUIDE: tuple[Rule, ...] = (
    _may("Username", "text", _EVERYBODY - _LEARNERS),
    _may("PrimaryLLDDCode", "text", _LEARNERS),
    _may("SecondaryLLDDCodes", "codes", _LEARNERS),
)
"""Sent by a client in production and accepted, but in no guide."""

SEEN_IN_ANSWERS: tuple[str, ...] = (
    "ID",
    "Username",
    "FirstName",
    "LastName",
    "Email",
    "MISID",
    "OrganisationID",
    "PlacementID",
    "ClassroomID",
    "DefaultAssessorID",
    "EpisodeName",
    "StartOn",
    "PlannedEndDate",
    "DOB",
    "ULN",
    "NINO",
    "L12",
    "L13",
    "HomeAddress",
    "Telephone",
    "MobileNumber",
    "LastModified",
    "Progress",
)
"""What clients have seen in GET User/{id}; the role is not among them."""

_BY_NAME = {rule.name.casefold(): rule for rule in FIELDS + BEYOND_THE_GUIDE}


def rule_of(name: str) -> Rule | None:
    """The rule of a field, its name in any case; None for a name that nobody knows."""
    return _BY_NAME.get(name.casefold())


def required_of(role: int) -> tuple[Rule, ...]:
    """The rules of the fields that the role must have, in the guide's order."""
    return tuple(rule for rule in FIELDS if role in rule.required)
