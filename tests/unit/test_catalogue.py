"""The catalogue: all 32 fields, which role needs and takes them, and the headings that mean them."""

from __future__ import annotations

import csv
import subprocess
import sys
from importlib import resources

import pytest

from bulk_import.catalogue import (
    FIELDS,
    NEVER_GUESSED,
    ONEFILE_ID,
    Role,
    Sensitivity,
    fields_for_heading,
    heading_key,
    without_remark,
)

ORDER = (
    "OrganisationID FirstName LastName Email Role DefaultAssessorID ClassroomID PlacementID MISID CreatedOn "
    "CompanyName MobileNumber Telephone Website WorkAddress ProviderID DefaultEmployerID ULN NINO EpisodeName "
    "HomeAddress CentreRegister DOB StartOn PlannedEndDate L12 L13 L14 L15 L16 SupportFunding LearnerStatusID"
)
BASE = {"OrganisationID", "FirstName", "LastName", "Email", "Role"}
NEEDED = {
    Role.LEARNER: BASE | {"DefaultAssessorID", "ClassroomID", "PlacementID"},
    Role.TRAINEE_ASSESSOR: BASE,
    Role.ASSESSOR: BASE,
    Role.IQA: BASE,
    Role.EMPLOYER: BASE | {"PlacementID"},
    Role.OBSERVER: BASE | {"PlacementID"},
}
EVERYBODY_MAY = {
    *("MISID", "CreatedOn", "MobileNumber", "Telephone", "Website", "WorkAddress", "HomeAddress", "DOB"),
}


def _lines() -> list[dict[str, str]]:
    text = resources.files("bulk_import").joinpath("header_aliases.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def test_the_catalogue_has_the_32_fields_in_the_order_of_the_contract() -> None:
    """Each field stands once, in OneFile's order."""
    assert list(FIELDS) == ORDER.split()
    assert all(field.api_name == name for name, field in FIELDS.items())


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("name", ORDER.split())
def test_each_role_requires_and_accepts_what_the_contract_says(role: Role, name: str) -> None:
    """Which role needs a field, and which takes it, is the vendor's table."""
    accepted = set(FIELDS) if role is Role.LEARNER else NEEDED[role] | EVERYBODY_MAY
    assert (role in FIELDS[name].required_for) == (name in NEEDED[role])
    assert (role in FIELDS[name].accepted_for) == (name in accepted)


def test_role_ids_and_labels_are_the_vendors() -> None:
    """The six roles that a program may create."""
    assert {role.label: int(role) for role in Role} == {
        "Learner": 1,
        "Trainee Assessor": 4,
        "Assessor": 5,
        "IQA": 10,
        "Employer": 40,
        "Observer": 45,
    }


@pytest.mark.parametrize("name", ORDER.split())
def test_each_field_is_described_for_people(name: str) -> None:
    """A label, one line of help, an example and the vendor's article stand beside each field."""
    field = FIELDS[name]
    assert field.label
    assert field.help.endswith(".")
    assert "\n" not in field.help
    assert field.example
    assert field.article in {"76000037051", "76000033825"}


def test_labels_differ() -> None:
    """No two fields have the same label, letters and digits only."""
    assert len({heading_key(field.label) for field in FIELDS.values()}) == len(FIELDS)


def test_what_is_never_shown_is_marked() -> None:
    """National Insurance numbers are never shown, and L12 to L16 are handled as special category data."""
    graded = {name: field.sensitive for name, field in FIELDS.items()}
    assert [name for name in FIELDS if graded[name] is Sensitivity.NEVER_SHOWN] == ["NINO"]
    assert [name for name in FIELDS if graded[name] is Sensitivity.SPECIAL] == ["L12", "L13", "L14", "L15", "L16"]
    assert {"FirstName", "LastName", "Email", "MISID", "ULN", "DOB", "HomeAddress"} <= {
        name for name in FIELDS if graded[name] is Sensitivity.PERSONAL
    }


def test_what_can_be_changed_is_what_somebody_documents() -> None:
    """Organisation and role never change; what no source shows being changed is unknown."""
    assert {name for name in FIELDS if FIELDS[name].updatable is False} == {"OrganisationID", "Role"}
    assert {name for name in FIELDS if FIELDS[name].updatable is None} == {
        *("CreatedOn", "Website", "ProviderID", "L15", "L16", "SupportFunding", "LearnerStatusID"),
    }


@pytest.mark.parametrize("line", _lines(), ids=lambda line: f"{line['field']}-{line['heading']}")
def test_each_listed_heading_means_its_field(line: dict[str, str]) -> None:
    """Every heading of the alias list, however it is spelt, means the one field it is listed for."""
    for spelling in (line["heading"], f"  {line['heading'].upper()}\u00a0", f"\ufeff{line['heading'].lower()}"):
        assert fields_for_heading(spelling) == (line["field"],)


def test_each_alias_keeps_its_evidence() -> None:
    """Whether a heading was seen or assumed, and where, travels with it."""
    aliases = [alias for field in FIELDS.values() for alias in field.aliases]
    listed = [line for line in _lines() if not line["field"].startswith("@")]
    assert len(aliases) == len(listed)
    assert {alias.evidence for alias in aliases} == {"seen", "assumed"}
    assert all(alias.source for alias in aliases)


@pytest.mark.parametrize("name", ORDER.split())
def test_labels_and_api_names_are_headings(name: str) -> None:
    """What templates and the reference print is understood, with or without a remark."""
    for heading in (name, FIELDS[name].label, f"{FIELDS[name].label} (required)", f"{FIELDS[name].label} *"):
        assert fields_for_heading(heading) == (name,)


def test_names_and_ids_are_told_apart_among_aliases() -> None:
    """A column “Tutor” holds names to be looked up, a column “Assessor ID” OneFile's ids."""
    names = {alias.heading for alias in FIELDS["DefaultAssessorID"].aliases if alias.names}
    assert {"Tutor", "Case owner", "DefaultAssessor"} <= names
    assert names.isdisjoint({"DefaultAssessorID", "AssessorID", "Assessor ID"})


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("First Name", "firstname"),
        ("  D.O.B.\n", "dob"),
        ("STEM_Start_Date", "stemstartdate"),
        ("Employer identifier #1 ", "employeridentifier1"),
        ("Ｎａｍｅ", "name"),
        ("***", ""),
    ],
)
def test_a_heading_is_its_letters_and_digits(text: str, key: str) -> None:
    """Case, spaces, punctuation and full-width letters do not count."""
    assert heading_key(text) == key


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("First name (required)", "First name"),
        ("Placement ID (required for Learner, Employer)", "Placement ID"),
        ("Email *", "Email"),
        ("ULN [optional]", "ULN"),
        ("Start date (aim 1)", "Start date (aim 1)"),
        ("Requirements", "Requirements"),
    ],
)
def test_a_closing_remark_does_not_count(text: str, bare: str) -> None:
    """“(required)” and the like are no part of a heading; anything else in brackets is."""
    assert without_remark(text) == bare


def test_headings_never_guessed_mean_fields_that_exist() -> None:
    """Each heading that is never guessed names the fields it may mean."""
    assert set(NEVER_GUESSED) == {
        *("name", "status", "standard", "programme", "provider", "referencenumber", "enddate", "userid"),
        *("cohortref", "address", "als"),
        *("staffid", "staffref", "staffcode", "staffno", "staffnumber"),
        *("employeeid", "employeeref", "employeeno", "employeenumber"),
    }
    assert all(name in {*FIELDS, ONEFILE_ID} for doubt in NEVER_GUESSED.values() for name in doubt.fields)


def test_the_catalogue_needs_no_heavy_package() -> None:
    """Importing the catalogue brings in neither pandas nor pandera nor numpy."""
    script = (
        "import sys; from bulk_import.catalogue import FIELDS, fields_for_heading; fields_for_heading('x'); "
        "print(sorted({'pandas', 'pandera', 'numpy', 'pyarrow'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
