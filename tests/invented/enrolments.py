"""samples/enrolments.xlsx: what a college's own system exports, people of all six roles on one sheet, mistakes and all.

The ids are those of the practice OneFile: organisation 1, assessors 101–110, classes 201–206, placements 301–310.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from tests.invented.numbers import landline, mobile, nino, uln
from tests.invented.rows import Cell, Failed, Formula, Row, Sample, address

if TYPE_CHECKING:
    from collections.abc import Mapping

HEADINGS = (
    "Learner Ref",
    "User Type",
    "Surname",
    "Forename",
    "Known As",
    "Date of Birth",
    "Gender",
    "Ethnicity",
    "LLDDHealthProb",
    "LDisability",
    "LDifficulty",
    "Unique Learner Number",
    "NI Number",
    "Email Address",
    "Mobile",
    "Home Telephone",
    "Home Address",
    "Postcode",
    "Centre ID",
    "Course Code",
    "Course Title",
    "Group Code",
    "Assessor ID",
    "Employer Ref",
    "Learning start date",
    "Learning planned end date",
    "Support Funding",
    "Campus",
    "Fee Status",
)

# group, assessor, placement, course code, course title, campus
_PROGRAMMES: Mapping[str, tuple[int, int, int, str, str, str]] = {
    "carpentry": (201, 101, 301, "CARP2-26", "Carpentry and Joinery L2", "Riverside"),
    "site": (202, 102, 308, "CARP2-26", "Carpentry and Joinery L2", "Riverside"),
    "care": (203, 103, 303, "CARE3-26", "Lead Adult Care Worker L3", "Mill Lane"),
    "business": (204, 105, 306, "BUSA3-26", "Business Administrator L3", "Mill Lane"),
    "nursery": (205, 107, 305, "EYED3-26", "Early Years Educator L3", "Mill Lane"),
    "hotel": (206, 109, 307, "HOSP2-26", "Hospitality Team Member L2", "Riverside"),
}
_STREETS = ("Weavers Row", "Tanners Lane", "Station Approach", "Orchard Close", "Canal Street", "Chapel Hill")
_MEN = (
    "Łukasz Liam Harvey Callum Tyrone Ewan Imran Joshua Reece Oliver Finlay Bradley Kofi =Isaac Daniel Aaron Thomas "
    "Marcus Connor Samuel Jordan Rhys Stephen Ibrahim"
)
_KNOWN_AS = {"Charlotte": "Charlie", "Joshua": "Josh", "Samuel": "Sam", "Abigail": "Abi", "Stephen": "Steve"}


def _learner(
    number: int,
    first: str,
    last: str,
    programme: str,
    but: Mapping[str, Cell] | None = None,
    finds: Mapping[str, str] | None = None,
    *,
    refused: int | None = None,
    unlisted: Mapping[str, str] | None = None,
) -> Row:
    group, assessor, placement, code, title, campus = _PROGRAMMES[programme]
    start = date(2026, 11, 2) + timedelta(days=7 * (number % 9))
    cells: dict[str, Cell] = {
        "Learner Ref": f"NB26-{number:04}",
        "User Type": "Learner",
        "Surname": last,
        "Forename": first,
        "Known As": _KNOWN_AS.get(first),
        "Date of Birth": date(2004 + number % 5, 1 + number % 12, 1 + number * 7 % 28),
        "Gender": "M" if first in _MEN.split() else "F",
        "Ethnicity": (31, 31, 34, 39, 44, 31, 41, 99)[number % 8],
        "LLDDHealthProb": 2,
        "Unique Learner Number": uln(number),
        "NI Number": nino(number),
        "Email Address": address(first, last),
        "Mobile": mobile(number),
        "Home Address": f"{number + 3} {_STREETS[number % 6]}\nNorthbridge",
        "Postcode": f"NB{1 + number % 4} {number % 9}AB",
        "Centre ID": 1,
        "Course Code": code,
        "Course Title": title,
        "Group Code": group,
        "Assessor ID": assessor + number % 2,
        "Employer Ref": placement,
        "Learning start date": start,
        "Learning planned end date": start + timedelta(days=455),
        "Campus": campus,
        "Fee Status": "Home",
    }
    return Row({**cells, **(but or {})}, finds or {}, refused, unlisted or {})


def _staff(
    number: int,
    role: str,
    first: str,
    last: str,
    but: Mapping[str, Cell] | None = None,
    finds: Mapping[str, str] | None = None,
    *,
    refused: int | None = None,
    unlisted: Mapping[str, str] | None = None,
) -> Row:
    cells: dict[str, Cell] = {
        "Learner Ref": f"STF-{number:04}",
        "User Type": role,
        "Surname": last,
        "Forename": first,
        "Email Address": address(first, last),
        "Home Telephone": landline(number),
        "Centre ID": 1,
        "Campus": "Mill Lane" if number % 2 else "Riverside",
    }
    return Row({**cells, **(but or {})}, finds or {}, refused, unlisted or {})


_ROWS: tuple[Row | None, ...] = (
    _staff(501, "Tutor", "Rosalind", "Achebe"),
    _staff(502, "Assessor", "Gareth", "Pugh", {"Mobile": mobile(802)}),
    _staff(503, "Tutor", "Niamh", "O’Neill"),
    _staff(
        504,
        "Assessor",
        "Derek",
        "Fairbairn",
        {"Unique Learner Number": uln(504), "Gender": "M"},
        {"Unique Learner Number": "not-for-role", "Gender": "not-for-role"},
    ),
    _staff(505, "Trainee Assessor", "Yasmin", "Begum"),
    _staff(506, "Trainee Assessor", "Piotr", "Wójcik", {"Email Address": None}, {"Email Address": "required"}),
    _staff(507, "IQA", "Beverley", "Stokes"),
    _staff(508, "IV", "Emeka", "Nwosu"),
    _staff(509, "Centre Manager", "Alan", "Prentice", None, {"User Type": "role-unknown"}),
    _staff(510, "Employer", "Hilary", "Sutcliffe", {"Employer Ref": 301}),
    _staff(511, "Employer", "Rajesh", "Solanki", {"Employer Ref": 303}),
    _staff(512, "Employer", "Moira", "Campbell", {"Employer Ref": 307, "Mobile": mobile(812)}),
    _staff(513, "Employer", "Duncan", "Ferris", None, {"Employer Ref": "required"}),
    _staff(
        514, "Employer", "Lorraine", "Tebbutt", {"Employer Ref": 399}, unlisted={"Employer Ref": "reference-unknown"}
    ),
    _staff(515, "Observer", "Winston", "Clarke", {"Employer Ref": 302}),
    _staff(516, "Observer", "Bronwen", "Howells", {"Employer Ref": 304}),
    _staff(
        517,
        "Observer",
        "Keith",
        "Mallory",
        {"Employer Ref": "Ivy House Day Nursery"},
        unlisted={"Employer Ref": "reference-ambiguous"},
    ),
    _learner(1, "Zoë", "Hartley", "nursery"),
    _learner(2, "Łukasz", "Kowalski", "carpentry", {"LLDDHealthProb": 1, "LDisability": 5}),
    _learner(3, "Liam", "O’Brien", "carpentry", {"Unique Learner Number": int(uln(3))}),
    _learner(4, "Amara", "Okeke", "care", {"Group Code": "203", "Assessor ID": "104", "Employer Ref": "303"}),
    _learner(5, "Jessica", "Null", "business"),
    _learner(6, "Harvey", "True", "hotel"),
    _learner(7, "Priyanka", "Sharma", "nursery", {"Group Code": None}, {"Group Code": "required"}),
    _learner(
        8,
        "Callum",
        "Whitaker",
        "carpentry",
        {"Email Address": "callum.whitaker.example.com"},
        {"Email Address": "email-format"},
    ),
    _learner(
        9,
        "Sophie",
        "Bannister",
        "care",
        {"Unique Learner Number": f"{uln(9)[:9]}{(int(uln(9)[9]) + 1) % 10}"},
        {"Unique Learner Number": "uln-check-digit"},
    ),
    _learner(
        10,
        "Tyrone",
        "Baptiste",
        "hotel",
        {"Unique Learner Number": 9999999999},
        {"Unique Learner Number": "uln-placeholder"},
    ),
    _learner(
        11,
        "Ewan",
        "McAllister",
        "site",
        {"Unique Learner Number": "9.27631E+09"},
        {"Unique Learner Number": "number-damaged"},
    ),
    _learner(12, "Charlotte", "Dunn", "business", {"Learning start date": "16/11/2026"}),
    _learner(13, "Imran", "Qureshi", "business", {"NI Number": "QQ123456C"}, {"NI Number": "nino-format"}),
    _learner(14, "Natalie", "Brewer", "nursery", {"NI Number": "TN 00 00 14 A"}, {"NI Number": "nino-prefix"}),
    _learner(
        15,
        "Joshua",
        "Kemp",
        "carpentry",
        {"Learning planned end date": "31/02/2028"},
        {"Learning planned end date": "date-format"},
    ),
    _learner(
        16,
        "Abigail",
        "Thorne",
        "care",
        {"Learning start date": date(2026, 11, 30), "Learning planned end date": date(2025, 11, 30)},
        {"Learning start date": "date-order", "Learning planned end date": "date-order"},
    ),
    _learner(
        17, "Reece", "Holloway", "site", {"Date of Birth": date(2062, 3, 14)}, {"Date of Birth": "dob-implausible"}
    ),
    _learner(18, "Mia", "Castellano", "hotel", {"Mobile": 7700900018}, {"Mobile": "phone-zero-restored"}),
    _learner(
        19,
        "Oliver",
        "Tranter",
        "carpentry",
        {"Mobile": "07700 900019 / 07700 900919"},
        {"Mobile": "phone-format"},
    ),
    _learner(20, "Grace", "Adu", "care", {"Email Address": f"  {address('Grace', 'Adu')} ", "Surname": "Adu "}),
    _learner(21, "Finlay", "Robertson", "site", {"Forename": "\u00a0Finlay", "Group Code": "202\u00a0"}),
    None,
    _learner(22, "Ayesha", "Siddiqui", "nursery", {"Date of Birth": "2006-05-09", "Learning start date": "2026-12-07"}),
    _learner(23, "Bradley", "Cope", "carpentry", {"Ethnicity": 23}, {"Ethnicity": "code-unknown"}),
    _learner(24, "Megan", "Rhys-Williams", "business", {"Support Funding": "Yes"}),
    _learner(25, "Kofi", "Boateng", "hotel", {"Support Funding": "Maybe"}, {"Support Funding": "yes-no-format"}),
    _learner(26, "=Isaac", "Nolan", "carpentry"),
    _learner(27, "Ruth", "-Brook", "care", {"Email Address": "ruth.brook@example.com"}),
    _learner(28, "Daniel", "Khan (2)", "site", None, {"Surname": "name-characters"}),
    _learner(29, "Siobhán", "D’Arcy", "nursery", {"Email Address": "siobhan.darcy@example.com"}),
    _learner(30, "Aaron", "Pickles", "carpentry", {"Learner Ref": "NB26-0002"}, {"Learner Ref": "duplicate-misid"}),
    _learner(
        31,
        "Emily",
        "Marchetti",
        "business",
        {"Email Address": "charlotte.dunn@example.com"},
        {"Email Address": "duplicate-email"},
    ),
    _learner(
        32,
        "Thomas",
        "Garside",
        "hotel",
        {"Unique Learner Number": uln(24)},
        {"Unique Learner Number": "duplicate-uln"},
    ),
    _learner(33, "Leila", "Haddad", "care", {"Group Code": Failed("#N/A")}, {"Group Code": "cell-error"}),
    _learner(
        34,
        "Marcus",
        "Oyelaran",
        "site",
        {"Email Address": Formula('LOWER("marcus.oyelaran")&"@example.com"')},
        {"Email Address": "formula-uncalculated"},
    ),
    _learner(
        35,
        "Holly",
        "Spencer",
        "nursery",
        {"Learning start date": date(2026, 11, 23), "Learning planned end date": date(2027, 2, 26)},
        {"Learning planned end date": "duration-short"},
    ),
    _learner(36, "Connor", "Yates", "carpentry", {"Group Code": "carpentry  level 2 A"}),
    _learner(37, "Chiamaka", "Eze", "care", {"Mobile": landline(37)}, {"Mobile": "phone-kind"}),
    _learner(
        38, "Samuel", "Prior", "hotel", {"Unique Learner Number": "12345"}, {"Unique Learner Number": "uln-format"}
    ),
    _learner(39, "Nadia", "Farouk", "business", {"Group Code": 299}, unlisted={"Group Code": "reference-unknown"}),
    _learner(40, "Jordan", "Tully", "site", {"Assessor ID": 112}, refused=-904),
    _learner(41, "Beth", "Alderson", "nursery", {"NI Number": nino(41)[:8]}, {"NI Number": "nino-prefix"}),
    _learner(42, "Rhys", "Maddocks", "carpentry", {"Date of Birth": "14/02/2008", "Fee Status": "International"}),
    _learner(43, "Ines", "Carvalho", "care", {"LLDDHealthProb": 1, "LDifficulty": 10, "Unique Learner Number": None}),
    _learner(44, "Stephen", "Ogden", "business", {"Date of Birth": date(1979, 6, 30), "Home Telephone": landline(44)}),
    _learner(45, "Poppy", "Le Fèvre", "hotel", {"NI Number": None, "Mobile": "+44 7700 900045"}),
    _learner(
        46,
        "Amelia",
        "Hart",
        "care",
        {
            # in the practice OneFile already, in another class
            "Learner Ref": "NB25-1003",
            "Email Address": "person1003@example.com",
            "Mobile": mobile(3),
            "Gender": "M",
            "Date of Birth": date(2003, 2, 5),
            "Learning start date": date(2025, 6, 6),
            "Learning planned end date": date(2027, 1, 5),
            "Group Code": 204,
            "Ethnicity": None,
            "Unique Learner Number": None,
            "NI Number": None,
            "Home Address": None,
            "Postcode": None,
        },
    ),
    _learner(47, "Ibrahim", "Jalloh", "site", {"Assessor ID": None}, {"Assessor ID": "required"}),
    _learner(48, "Kirsty", "Lennox", "nursery", {"Centre ID": "Northbridge"}, {"Centre ID": "id-format"}),
)

SAMPLE = Sample(
    name="enrolments.xlsx",
    above=(
        ("Northbridge College",),
        ("Enrolments for e-portfolio set-up, 2026/27", None, None, None, None, "Report date", date(2026, 11, 16)),
        (),
    ),
    headings=HEADINGS,
    rows=_ROWS,
    file_finds=(
        "column-unknown",
        *("dates-mixed", "dates-mixed", "codes-mixed"),
        *("cells-tidied", "quotes-curly", "cells-tidied"),
    ),
)
