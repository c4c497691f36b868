"""The practice data: what a new practice OneFile holds. Always the same, so that sample files can name its ids.

| ids | what |
| --- | --- |
| 1 | customer Northbridge College Group |
| 2 | customer Harbour Learning Trust |
| 1 | organisation Northbridge College, of customer 1: new users are e-mailed |
| 2 | organisation Northbridge Training, of customer 1: they are not |
| 3 | organisation Harbour Academy, of customer 2 |
| 101–112 | assessors; 112 is archived and has the MISID of 101; 111 is of organisation 2 |
| 121–123, 131–133, 141–142 | trainee assessors, IQAs, observers |
| 201–208 | classrooms; 207 and 208 are of organisation 2 |
| 301–312 | placements; 309 and 310 have the same name, 311 and 312 are of organisation 2 |
| 401–403 | providers; 403 is of organisation 2 |
| 501–505 | learner statuses of organisation 1; 511–515 of organisation 2 |
| 601–606 | employers, at placements 301–306; 606 is archived |
| 701–706, 801–804 | standards, framework templates, of organisation 1; 707, 805 of organisation 2 |
| 1001–1030 | learners; 1026 is archived; 1027–1030 are of organisation 2 |
| 931, 901, 911, 921 | organisation 3: assessor, classroom, placement, learner |
| from 5001, 6001, 7001, 8001, 9001 | new users, classrooms, placements, providers, assignments |

Units have text ids such as `CARP_L2_01`. All people are made up: e-mail addresses at example.com, telephone numbers
07700 900xxx.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from bulk_import.sandbox import accounts
from bulk_import.sandbox.accounts import User
from bulk_import.sandbox.contract import ASSESSOR, EMPLOYER, IQA, LEARNER, OBSERVER, TRAINEE_ASSESSOR
from bulk_import.sandbox.values import fold

if TYPE_CHECKING:
    from bulk_import.sandbox.store import Store
    from bulk_import.sandbox.values import Fields

CUSTOMER_TOKEN = "practice-northbridge"  # noqa: S105 - opens made-up data on this computer, nothing else
OTHER_CUSTOMER_TOKEN = "practice-harbour"  # noqa: S105 - likewise
CUSTOMER_ID = 1
ORGANISATION_ID = 1
TRAINING_ORGANISATION_ID = 2
FOREIGN_ORGANISATION_ID = 3
FIRST_NEW_USER_ID = 5001

_FILLED_AT = 1756684800.0  # 2025-09-01T00:00:00Z
_SEQUENCES = {"user": 5000, "classroom": 6000, "placement": 7000, "provider": 8000, "assignment": 9000}

_CLASSROOMS = (
    (201, 1, "Carpentry Level 2 A", "CL-CARP2A"),
    (202, 1, "Carpentry Level 2 B", "CL-CARP2B"),
    (203, 1, "Adult Care Level 3", "CL-CARE3"),
    (204, 1, "Business Administration Level 3", "CL-BUS3"),
    (205, 1, "Early Years Educator Level 3", "CL-EYE3"),
    (206, 1, "Hospitality Level 2", None),
    (207, 2, "Warehousing Level 2", "CL-WARE2"),
    (208, 2, "Team Leading Level 3", "CL-TEAM3"),
    (901, 3, "Harbour Class 1", "CL-HARB1"),
)
_PLACEMENTS = (
    (301, 1, "Alder Joinery", "PL-0301"),
    (302, 1, "Beech Building Services", "PL-0302"),
    (303, 1, "Cedar Lodge Care", "PL-0303"),
    (304, 1, "Downs View Nursing Home", "PL-0304"),
    (305, 1, "Elm Street Nursery", "PL-0305"),
    (306, 1, "Fairway Accountants", "PL-0306"),
    (307, 1, "Greenfield Hotel", "PL-0307"),
    (308, 1, "Hartley Construction", "PL-0308"),
    (309, 1, "Ivy House Day Nursery", "PL-0309"),
    (310, 1, "Ivy House Day Nursery", "PL-0310"),
    (311, 2, "Junction Logistics", "PL-0311"),
    (312, 2, "Kestrel Distribution", "PL-0312"),
    (911, 3, "Quayside Works", "PL-0911"),
)
_PROVIDERS = ((401, 1, "Northbridge Main Site"), (402, 1, "Northbridge East Site"), (403, 2, "Training Depot"))
_STATUSES = ("On programme", "Break in learning", "Gateway", "Completed", "Withdrawn")
_STANDARDS = (
    (701, 1, "Carpentry and Joinery Level 2"),
    (702, 1, "Lead Adult Care Worker Level 3"),
    (703, 1, "Business Administrator Level 3"),
    (704, 1, "Early Years Educator Level 3"),
    (705, 1, "Hospitality Team Member Level 2"),
    (706, 1, "Functional Skills English Level 2"),
    (707, 2, "Supply Chain Warehouse Operative Level 2"),
)
_UNITS = (
    ("CARP_L2_01", 701, "Health and safety on site"),
    ("CARP_L2_02", 701, "Marking out and cutting"),
    ("CARP_L2_03", 701, "First fix carpentry"),
    ("CARE_L3_01", 702, "Duty of care"),
    ("CARE_L3_02", 702, "Communication in care settings"),
    ("BUS_L3_01", 703, "Record and document production"),
    ("BUS_L3_02", 703, "Planning and organisation"),
    ("EYE_L3_01", 704, "Child development"),
    ("HOSP_L2_01", 705, "Customer service"),
    ("WARE_L2_01", 707, "Safe handling of goods"),
)
_TEMPLATES = (
    (801, 1, "Carpentry Apprenticeship", [701, 706]),
    (802, 1, "Adult Care Apprenticeship", [702]),
    (803, 1, "Business Apprenticeship", [703, 706]),
    (804, 1, "Early Years Apprenticeship", [704]),
    (805, 2, "Warehousing Apprenticeship", [707]),
)

_ASSESSORS = (
    "Priya Nair",
    "Tom Ashworth",
    "Gwen Pritchard",
    "Samuel Okafor",
    "Helen Marsh",
    "Dafydd Rowlands",
    "Aisha Malik",
    "Connor Byrne",
    "Judith Crane",
    "Marek Nowak",
    "Olivia Stone",
    "Priya Nair",
)
_TRAINEES = ("Luke Harding", "Fatima Yusuf", "Bethan Lewis")
_IQAS = ("Margaret Doyle", "Ian Forsyth", "Rosa Delgado")
_OBSERVERS = ("Noel Whitfield", "Carys Bowen")
_EMPLOYERS = ("Frank Alder", "Nadia Rahman", "Siobhan Keane", "Peter Lowndes", "Grace Adeyemi", "Martin Fairway")
_LEARNERS = (
    "Zoë Brennan",
    "Jack O'Leary",
    "Amelia Hart",
    "Mohammed Iqbal",
    "Chloe Watkins",
    "Ryan Smith",
    "Rebecca Smith",
    "Siân Griffiths",
    "Callum Reid",
    "Anjali Desai",
    "Ethan Brooks",
    "Megan Llewellyn-Jones",
    "Kwame Mensah",
    "Isla Fraser",
    "Daniel Park",
    "Lucía Fernández",
    "Owen Tudor",
    "Freya Lindqvist",
    "Hassan Ali",
    "Poppy Marlow",
    "Jakub Zieliński",
    "Ella Thornton",
    "Nathan Cole",
    "Ruby Ainsworth",
    "Tariq Hussain",
    "Leah Winters",
    "Alfie Drummond",
    "Sofia Petrova",
    "George Mbeki",
    "Hannah Lister",
)
_WITHOUT_MISID = frozenset({1007, 1019})
_ARCHIVED = frozenset({112, 606, 1026})


def fill(store: Store) -> None:
    """Put the practice data into a new store."""
    _owners(store)
    _entries(store)
    _staff(store)
    _learners(store)
    for name, last in _SEQUENCES.items():
        store.run("INSERT INTO sequences (name, last) VALUES (?, ?)", name, last)


def _owners(store: Store) -> None:
    for customer in (
        (CUSTOMER_ID, "Northbridge College Group", CUSTOMER_TOKEN),
        (2, "Harbour Learning Trust", OTHER_CUSTOMER_TOKEN),
    ):
        store.run("INSERT INTO customers (id, name, token) VALUES (?, ?, ?)", *customer)
    for organisation in (
        (ORGANISATION_ID, CUSTOMER_ID, "Northbridge College", 1, 0),
        (TRAINING_ORGANISATION_ID, CUSTOMER_ID, "Northbridge Training", 0, 1),
        (FOREIGN_ORGANISATION_ID, 2, "Harbour Academy", 1, 0),
    ):
        store.run("INSERT INTO organisations VALUES (?, ?, ?, ?, ?)", *organisation)


def _entries(store: Store) -> None:
    for number, organisation, name, misid in _CLASSROOMS:
        _entry(store, "classroom", number, organisation, {"Name": name, "MISID": misid, "Archive": False})
    for number, organisation, name, misid in _PLACEMENTS:
        address = f"{number} Mill Lane\nNorthbridge\nNB1 {number % 9}AA"
        placement: Fields = {"Name": name, "MISID": misid, "Address": address, "Active": True}
        _entry(store, "placement", number, organisation, placement)
    for number, organisation, name in _PROVIDERS:
        _entry(store, "provider", number, organisation, {"Name": name, "Active": True})
    for organisation in (ORGANISATION_ID, TRAINING_ORGANISATION_ID):
        for place, name in enumerate(_STATUSES, start=491 + 10 * organisation):
            _entry(store, "status", place, organisation, {"Name": name})
    for number, organisation, title in _STANDARDS:
        _entry(store, "standard", number, organisation, {"Title": title})
    for code, standard, title in _UNITS:
        fields: Fields = {"Title": title, "NDAQCode": f"Q/{code}", "Display": f"{code} {title}", "StandardID": standard}
        _entry(store, "unit", code, TRAINING_ORGANISATION_ID if standard == 707 else ORGANISATION_ID, fields)  # noqa: PLR2004 - an id of the table above
    for number, organisation, title, standards in _TEMPLATES:
        _entry(store, "template", number, organisation, {"Title": title, "Standards": [str(s) for s in standards]})


def _entry(store: Store, kind: str, key: int | str, organisation: int, fields: Fields) -> None:
    whole = {"ID": key, "OrganisationID": organisation, **fields}
    store.run(
        "INSERT INTO entries (kind, key, organisation, fields) VALUES (?, ?, ?, ?)",
        kind,
        fold(str(key)),
        organisation,
        json.dumps(whole, ensure_ascii=False),
    )


def _staff(store: Store) -> None:
    for number, name in enumerate(_ASSESSORS, start=101):
        organisation = TRAINING_ORGANISATION_ID if number == 111 else ORGANISATION_ID  # noqa: PLR2004 - see the table
        misid = "STF-0101" if number == 112 else f"STF-{number:04}"  # noqa: PLR2004 - see the table
        _person(store, number, organisation, ASSESSOR, name, {"MISID": misid})
    _group(store, 121, TRAINEE_ASSESSOR, _TRAINEES)
    _group(store, 131, IQA, _IQAS)
    _group(store, 141, OBSERVER, _OBSERVERS)
    _group(store, 601, EMPLOYER, _EMPLOYERS)
    _person(store, 931, FOREIGN_ORGANISATION_ID, ASSESSOR, "Edith Harbour", {"MISID": "H-0001"})


def _group(store: Store, first: int, role: int, names: tuple[str, ...]) -> None:
    for place, name in enumerate(names):
        fields: Fields = {"MISID": f"STF-{first + place:04}"}
        if role in {EMPLOYER, OBSERVER}:
            fields = {"MISID": f"EMP-{first + place:04}", "PlacementID": 301 + place}
        _person(store, first + place, ORGANISATION_ID, role, name, fields)


def _learners(store: Store) -> None:
    for place, name in enumerate(_LEARNERS):
        number = 1001 + place
        if place >= 26:  # noqa: PLR2004 - see the table
            _person(store, number, TRAINING_ORGANISATION_ID, LEARNER, name, _learner(number, 111, 207, 311))
        else:
            fields = _learner(number, 101 + place % 10, 201 + place % 6, 301 + place % 8)
            _person(store, number, ORGANISATION_ID, LEARNER, name, fields)
    _person(store, 921, FOREIGN_ORGANISATION_ID, LEARNER, "Edgar Quay", _learner(921, 931, 901, 911))


def _learner(number: int, assessor: int, classroom: int, placement: int) -> Fields:
    # a day typed into the web interface in summer is stored as 23:00 UTC of the day before
    day = f"{1 + number % 27:02}"
    fields: Fields = {
        "DefaultAssessorID": assessor,
        "ClassroomID": classroom,
        "PlacementID": placement,
        "EpisodeName": "Apprenticeship",
        "DOB": f"{2000 + number % 8}-02-{day}T00:00:00Z",
        "StartOn": f"2025-06-{day}T23:00:00Z",
        "PlannedEndDate": f"2027-01-{day}T00:00:00Z",
        "MobileNumber": f"07700 900{number % 1000:03}",
        "L13": ("F", "M", "9")[number % 3],
    }
    if number not in _WITHOUT_MISID:
        fields["MISID"] = f"NB25-{number:04}"
    return fields


def _person(store: Store, number: int, organisation: int, role: int, name: str, fields: Fields) -> None:
    first, last = name.split(" ", 1)
    learner_archived = role == LEARNER and number in _ARCHIVED
    user = User(
        id=number,
        customer=2 if organisation == FOREIGN_ORGANISATION_ID else CUSTOMER_ID,
        organisation=organisation,
        role=2 if learner_archived else role,
        archived=number in _ARCHIVED,
        username=accounts.new_username(store, first, last),
        fields={
            "OrganisationID": organisation,
            "FirstName": first,
            "LastName": last,
            "Email": f"person{number}@example.com",
            "Role": role,
            **fields,
        },
        created=_FILLED_AT,
        modified=_FILLED_AT,
        visible=_FILLED_AT,
    )
    accounts.insert(store, user)
