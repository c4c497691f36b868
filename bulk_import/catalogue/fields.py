"""Every field of OneFile's user contract, once; data only.

Fields, roles and which role takes which field: OneFile article 76000037051. Which fields can be changed later: the
vendor's examples (article 76000037054) and the calls of other clients; what is in neither set is documented nowhere.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from bulk_import.catalogue import code_lists
from bulk_import.catalogue.field import Field, Sensitivity
from bulk_import.kinds import (
    Address,
    Choice,
    Date,
    Email,
    Identifier,
    Listed,
    ListedReference,
    Name,
    Nino,
    Phone,
    PhoneLine,
    Reference,
    Role,
    RoleKind,
    Text,
    Uln,
    YesNo,
    Zero,
)
from bulk_import.kinds.codes import Unknown
from bulk_import.kinds.dates import Past

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bulk_import.kinds import Kind

ALL = frozenset(Role)
LEARNERS = frozenset({Role.LEARNER})
PLACED = frozenset({Role.LEARNER, Role.EMPLOYER, Role.OBSERVER})
NOBODY: frozenset[Role] = frozenset()


_CHANGEABLE = frozenset(
    {
        "FirstName",
        "LastName",
        "Email",
        "DefaultAssessorID",
        "ClassroomID",
        "PlacementID",
        "MISID",
        "CompanyName",
        "MobileNumber",
        "Telephone",
        "WorkAddress",
        "HomeAddress",
        "DefaultEmployerID",
        "ULN",
        "NINO",
        "EpisodeName",
        "CentreRegister",
        "DOB",
        "StartOn",
        "PlannedEndDate",
        "L12",
        "L13",
        "L14",
    }
)
_FIXED = frozenset({"OrganisationID", "Role"})

_NONE, _PERSONAL = Sensitivity.NONE, Sensitivity.PERSONAL


def _updatable(api_name: str) -> bool | None:
    if api_name in _CHANGEABLE:
        return True
    return False if api_name in _FIXED else None


def _field(
    names: tuple[str, str],
    kind: Kind,
    help_line: str,
    example: str,
    roles: tuple[frozenset[Role], frozenset[Role]],
    sensitive: Sensitivity,
) -> Field:
    return Field(
        api_name=names[0],
        label=names[1],
        kind=kind,
        help=help_line,
        example=example,
        required_for=roles[0],
        accepted_for=roles[1],
        updatable=_updatable(names[0]),
        sensitive=sensitive,
        article="76000033825" if isinstance(kind, Choice) else "76000037051",
    )


_EVERYBODY = (ALL, ALL)
_OPTIONAL = (NOBODY, ALL)
_LEARNER_NEEDS = (LEARNERS, LEARNERS)
_LEARNER_MAY = (NOBODY, LEARNERS)

_ROWS = (
    _field(
        ("OrganisationID", "Organisation ID"),
        Reference(),
        "The OneFile number of the centre the account belongs to.",
        "1234",
        _EVERYBODY,
        _NONE,
    ),
    _field(("FirstName", "First name"), Name(), "As it should appear in OneFile.", "Asha", _EVERYBODY, _PERSONAL),
    _field(("LastName", "Last name"), Name(), "As it should appear in OneFile.", "Khan", _EVERYBODY, _PERSONAL),
    _field(
        ("Email", "Email"),
        Email(),
        "The address the person signs in with; OneFile may write to it at once.",
        "asha.khan@example.com",
        _EVERYBODY,
        _PERSONAL,
    ),
    _field(
        ("Role", "Role"),
        RoleKind(),
        "Learner, Trainee Assessor, Assessor, IQA, Employer or Observer.",
        "Learner",
        _EVERYBODY,
        _NONE,
    ),
    _field(
        ("DefaultAssessorID", "Default assessor ID"),
        ListedReference(Listed.ASSESSORS),
        "The learner's assessor (tutor): name, e-mail, MIS value or OneFile number.",
        "Helen Marsh",
        _LEARNER_NEEDS,
        _NONE,
    ),
    _field(
        ("ClassroomID", "Classroom ID"),
        ListedReference(Listed.CLASSES),
        "The class the learner joins: name, MIS value or OneFile number.",
        "Engineering Level 3",
        _LEARNER_NEEDS,
        _NONE,
    ),
    _field(
        ("PlacementID", "Placement ID"),
        ListedReference(Listed.PLACEMENTS),
        "The firm where the person works: name, MIS value or OneFile number.",
        "Northgate Engineering",
        (PLACED, PLACED),
        _NONE,
    ),
    _field(
        ("MISID", "MIS ID"),
        Identifier(),
        "Your own system's reference for the person; it prevents duplicates.",
        "L0042",
        _OPTIONAL,
        _PERSONAL,
    ),
    _field(
        ("CreatedOn", "Created on"),
        Date(),
        "The day the account counts from, if not today.",
        "01/09/2026",
        _OPTIONAL,
        _NONE,
    ),
    _field(
        ("CompanyName", "Company name"),
        Text(),
        "The employer's name, shown on the profile.",
        "Northgate Engineering",
        _LEARNER_MAY,
        _NONE,
    ),
    _field(
        ("MobileNumber", "Mobile number"),
        Phone(PhoneLine.MOBILE),
        "One mobile number, with its first 0.",
        "07700 900123",
        _OPTIONAL,
        _PERSONAL,
    ),
    _field(
        ("Telephone", "Telephone"),
        Phone(PhoneLine.LANDLINE),
        "One landline number, with its first 0.",
        "01632 960123",
        _OPTIONAL,
        _PERSONAL,
    ),
    _field(("Website", "Website"), Text(), "A web address.", "https://www.example.com", _OPTIONAL, _NONE),
    _field(
        ("WorkAddress", "Work address"),
        Address(),
        "Several lines in one cell; Alt+Enter begins a new line.",
        "1 Station Road, Northtown, ZZ99 9ZZ",
        _OPTIONAL,
        _PERSONAL,
    ),
    _field(
        ("ProviderID", "Provider ID"),
        ListedReference(Listed.PROVIDERS, Zero.MEANS_NONE),
        "The training provider: name, MIS value or OneFile number; 0 for none.",
        "0",
        _LEARNER_MAY,
        _NONE,
    ),
    _field(
        ("DefaultEmployerID", "Default employer ID"),
        ListedReference(Listed.EMPLOYERS, Zero.MEANS_NONE),
        "The learner's employer, a person: name, e-mail, MIS value or OneFile number; 0 for none.",
        "Frank Alder",
        _LEARNER_MAY,
        _NONE,
    ),
    _field(
        ("ULN", "ULN"),
        Uln(),
        "The Unique Learner Number, ten digits.",
        "9276308686",
        _LEARNER_MAY,
        _PERSONAL,
    ),
    _field(
        ("NINO", "NI number"),
        Nino(),
        "The National Insurance number: two letters, six digits, a letter.",
        "AB123456C",
        _LEARNER_MAY,
        Sensitivity.NEVER_SHOWN,
    ),
    _field(
        ("EpisodeName", "Episode name"),
        Text(),
        "The name of the learner's programme.",
        "Engineering Technician Level 3",
        _LEARNER_MAY,
        _NONE,
    ),
    _field(
        ("HomeAddress", "Home address"),
        Address(),
        "Several lines in one cell, the postcode last.",
        "2 Mill Lane, Northtown, ZZ99 9ZZ",
        _OPTIONAL,
        _PERSONAL,
    ),
    _field(
        ("CentreRegister", "Centre registration date"),
        Date(),
        "The day the learner was registered with the centre.",
        "01/09/2026",
        _LEARNER_MAY,
        _NONE,
    ),
    _field(("DOB", "Date of birth"), Date(Past.ALWAYS), "Day, month, year.", "14/02/2008", _OPTIONAL, _PERSONAL),
    _field(
        ("StartOn", "Start date"),
        Date(),
        "The first day of the learner's programme.",
        "01/09/2026",
        _LEARNER_MAY,
        _NONE,
    ),
    _field(
        ("PlannedEndDate", "Planned end date"),
        Date(),
        "The day the programme should end.",
        "31/08/2028",
        _LEARNER_MAY,
        _NONE,
    ),
    _field(
        ("L12", "Ethnicity (L12)"),
        Choice(
            code_lists.ETHNICITIES,
            code_lists.ETHNICITY_LABELS,
            unknown=Unknown.SENT,
            old=range(11, 26),
        ),
        "A code from 31 to 47, 98 or 99.",
        "99",
        _LEARNER_MAY,
        Sensitivity.SPECIAL,
    ),
    _field(
        ("L13", "Sex (L13)"),
        Choice(code_lists.SEXES),
        "F, M, or 9 for not known.",
        "F",
        _LEARNER_MAY,
        Sensitivity.SPECIAL,
    ),
    _field(
        ("L14", "Learning difficulty, disability or health problem (L14)"),
        Choice(code_lists.HEALTH, code_lists.HEALTH_LABELS, unknown=Unknown.SENT),
        "1 has one, 2 has none, 9 no information.",
        "9",
        _LEARNER_MAY,
        Sensitivity.SPECIAL,
    ),
    _field(
        ("L15", "Disability (L15)"),
        Choice(code_lists.DISABILITIES, code_lists.DISABILITY_LABELS),
        "A code of the disability list.",
        "99",
        _LEARNER_MAY,
        Sensitivity.SPECIAL,
    ),
    _field(
        ("L16", "Learning difficulty (L16)"),
        Choice(code_lists.DIFFICULTIES, code_lists.DIFFICULTY_LABELS),
        "A code of the learning difficulty list.",
        "99",
        _LEARNER_MAY,
        Sensitivity.SPECIAL,
    ),
    _field(
        ("SupportFunding", "Support funding"),
        YesNo(),
        "Yes or No: whether the learner has additional support funding.",
        "No",
        _LEARNER_MAY,
        _NONE,
    ),
    _field(
        ("LearnerStatusID", "Learner status ID"),
        ListedReference(Listed.STATUSES, Zero.MEANS_NONE),
        "The centre's own learner status: name or OneFile number; 0 for none.",
        "0",
        _LEARNER_MAY,
        _NONE,
    ),
)

FIELDS: Mapping[str, Field] = MappingProxyType({field.api_name: field for field in _ROWS})
