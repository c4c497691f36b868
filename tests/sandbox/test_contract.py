"""The fields of a user, field by field and role by role."""

from __future__ import annotations

import pytest

from bulk_import.sandbox.contract import CREATABLE, FIELDS, Rule
from tests.sandbox.desk import desk, person

MANDATORY = {
    1: ("OrganisationID", "FirstName", "LastName", "Email", "Role", "DefaultAssessorID", "ClassroomID", "PlacementID"),
    4: ("OrganisationID", "FirstName", "LastName", "Email", "Role"),
    5: ("OrganisationID", "FirstName", "LastName", "Email", "Role"),
    10: ("OrganisationID", "FirstName", "LastName", "Email", "Role"),
    40: ("OrganisationID", "FirstName", "LastName", "Email", "Role", "PlacementID"),
    45: ("OrganisationID", "FirstName", "LastName", "Email", "Role", "PlacementID"),
}
FOR_EVERYBODY = {
    "MISID",
    "CreatedOn",
    "MobileNumber",
    "Telephone",
    "Website",
    "WorkAddress",
    "HomeAddress",
    "DOB",
}
GOOD: dict[str, object] = {
    "OrganisationID": 1,
    "Role": 1,
    "DefaultAssessorID": 102,
    "ClassroomID": 202,
    "PlacementID": 302,
    "ProviderID": 401,
    "DefaultEmployerID": 601,
    "LearnerStatusID": 501,
    "SupportFunding": True,
}
WRONG: dict[str, object] = {"text": {"not": "a text"}, "int": "twelve", "date": "31/12/2025", "bool": "perhaps"}
INSTANT = "2025-03-04T00:00:00Z"


def good(rule: Rule) -> object:
    """A value that the field takes, in the form in which it is answered."""
    return GOOD.get(rule.name, INSTANT if rule.kind == "date" else "1")


def test_there_are_the_32_fields_of_the_guide() -> None:
    """The contract has 32 fields, each once, whatever the case of their names."""
    assert len({rule.name.casefold() for rule in FIELDS}) == len(FIELDS) == 32


@pytest.mark.parametrize("role", CREATABLE)
def test_who_must_have_what(role: int) -> None:
    """Each role must have exactly the fields that the guide makes mandatory for it."""
    assert tuple(rule.name for rule in FIELDS if role in rule.required) == MANDATORY[role]


@pytest.mark.parametrize("role", CREATABLE)
def test_who_may_have_what(role: int) -> None:
    """A learner may have every field; others their mandatory ones and the eight optional ones of the guide."""
    accepted = {rule.name for rule in FIELDS if role in rule.accepted}
    everything = {rule.name for rule in FIELDS}
    assert accepted == (everything if role == 1 else {*MANDATORY[role]} | FOR_EVERYBODY)


@pytest.mark.parametrize(("role", "name"), [(role, name) for role, names in MANDATORY.items() for name in names])
@pytest.mark.parametrize("missing", ["absent", "null", "empty"])
def test_each_mandatory_field_of_each_role(role: int, name: str, missing: str) -> None:
    """A user without a mandatory field is refused with 400, a negative code and a sentence that names the field."""
    body = person(role)
    match missing:
        case "absent":
            del body[name]
        case "null":
            body[name] = None
        case _:
            body[name] = ""
    with desk() as one:
        response = one.post("User", body)
        assert response.status_code == 400
        assert response.json()["code"] < 0
        assert name in response.json()["message"]
        assert one.found(Role=role, Email=person(role)["Email"]) == []


@pytest.mark.parametrize("role", CREATABLE)
def test_with_all_mandatory_fields_anybody_is_created(role: int) -> None:
    """What a role must have is enough to create it."""
    with desk() as one:
        assert one.world.user(one.create(role))["Role"] == role


@pytest.mark.parametrize("rule", FIELDS, ids=lambda rule: rule.name)
def test_each_field_of_a_learner_is_kept(rule: Rule) -> None:
    """What is sent for a learner's field is what the account holds."""
    with desk() as one:
        assert one.world.user(one.create(**{rule.name: good(rule)}))[rule.name] == good(rule)


@pytest.mark.parametrize(
    ("role", "rule"),
    [(role, rule) for role in CREATABLE for rule in FIELDS if role not in rule.accepted],
    ids=lambda value: value.name if isinstance(value, Rule) else str(value),
)
def test_a_field_that_is_not_for_the_role_is_left_out_in_silence(role: int, rule: Rule) -> None:
    """A field that a role may not have is ignored, and the world remembers that it was."""
    with desk() as one:
        number = one.create(role, **{rule.name: good(rule)})
        assert rule.name not in one.world.user(number)
        assert [entry.field for entry in one.world.ignored()] == [rule.name]


@pytest.mark.parametrize("rule", FIELDS, ids=lambda rule: rule.name)
def test_a_value_of_the_wrong_kind_is_refused(rule: Rule) -> None:
    """A value that cannot be read as the field's kind gives 400 and creates nobody."""
    with desk() as one:
        before = len(one.world.users())
        assert one.post("User", person(1, **{rule.name: WRONG[rule.kind]})).status_code == 400
        assert len(one.world.users()) == before


@pytest.mark.parametrize("role", [2, 3, 11, 50, 60, 62, 65, 0])
def test_other_roles_cannot_be_created(role: int) -> None:
    """Roles that the guide does not list cannot be made by API."""
    with desk() as one:
        assert one.post("User", person(5, Role=role)).status_code == 400
