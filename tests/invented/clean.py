"""samples/clean.csv: people of all six roles under the template's own headings, without a mistake."""

from __future__ import annotations

from datetime import date, timedelta

from bulk_import.catalogue import FIELDS, Role
from bulk_import.templates import TEMPLATES
from tests.invented.numbers import landline, mobile, nino, uln
from tests.invented.rows import Cell, Row, Sample, address

_FIRST_NUMBER = 200
_STAFF = (
    (Role.ASSESSOR, "Philippa", "Drummond", None),
    (Role.ASSESSOR, "Anthony", "Igwe", None),
    (Role.TRAINEE_ASSESSOR, "Rachel", "Sandiford", None),
    (Role.IQA, "Cathal", "Devlin", None),
    (Role.EMPLOYER, "Teresa", "Holt", 302),
    (Role.EMPLOYER, "Gordon", "Leigh", 304),
    (Role.OBSERVER, "Mabel", "Ruddock", 305),
)
_LEARNERS = (
    ("Alice", "Cunliffe"),
    ("Bartłomiej", "Zając"),
    ("Cerys", "Tudor-Price"),
    ("Devon", "Francis"),
    ("Eilidh", "MacLeod"),
    ("Farhan", "Aziz"),
    ("Gabrielle", "O’Hara"),
    ("Harrison", "Beck"),
    ("Isabel", "Núñez"),
    ("Jerome", "Salmon"),
    ("Kitty", "Marsden"),
    ("Leon", "Obi"),
    ("Maryam", "Yousuf"),
)
_FIELDS = (
    "OrganisationID FirstName LastName Email Role DefaultAssessorID ClassroomID PlacementID MISID MobileNumber "
    "Telephone ULN NINO EpisodeName HomeAddress DOB StartOn PlannedEndDate L12 L13 L14 L15 L16 SupportFunding"
)


def _headings() -> dict[str, str]:
    everybody = TEMPLATES[-1]
    return {name: everybody.heading(FIELDS[name]) for name in _FIELDS.split()}


def _row(values: dict[str, Cell]) -> Row:
    headings = _headings()
    return Row({headings[name]: value for name, value in values.items()})


def _person(number: int, role: Role, first: str, last: str) -> dict[str, Cell]:
    return {
        "OrganisationID": "1",
        "FirstName": first,
        "LastName": last,
        "Email": address(first, last),
        "Role": role.label,
        "MISID": f"NC26-{number:04}",
        "Telephone": landline(number),
    }


def _learner(number: int, first: str, last: str) -> dict[str, Cell]:
    start = date(2026, 12, 1) + timedelta(days=7 * (number % 5))
    born = date(2002 + number % 7, 1 + number % 12, 1 + number * 3 % 28)
    return {
        **_person(number, Role.LEARNER, first, last),
        "DefaultAssessorID": str(101 + number % 10),
        "ClassroomID": str(201 + number % 6),
        "PlacementID": str(301 + number % 8),
        "MobileNumber": mobile(number),
        "ULN": uln(number),
        "NINO": nino(number),
        "EpisodeName": "Apprenticeship",
        "HomeAddress": f"{number} Quarry Road\nNorthbridge\nNB4 {number % 9}ZZ",
        "DOB": f"{born:%d/%m/%Y}",
        "StartOn": f"{start:%d/%m/%Y}",
        "PlannedEndDate": f"{start + timedelta(days=400):%d/%m/%Y}",
        "L12": ("31", "34", "39", "44", "99")[number % 5],
        "L13": "FM9"[number % 3],
        "L14": "2",
        "L15": "98",
        "L16": "98",
        "SupportFunding": "Yes" if number % 4 == 0 else "No",
    }


def _people() -> list[dict[str, Cell]]:
    staff = [
        {**_person(number, role, first, last), "PlacementID": placement and str(placement)}
        for number, (role, first, last, placement) in enumerate(_STAFF, start=_FIRST_NUMBER)
    ]
    after = _FIRST_NUMBER + len(staff)
    return staff + [_learner(number, first, last) for number, (first, last) in enumerate(_LEARNERS, start=after)]


SAMPLE = Sample(
    name="clean.csv",
    above=(),
    headings=tuple(_headings().values()),
    rows=tuple(_row(values) for values in _people()),
    file_finds=("quotes-curly",),
)
