"""samples/enrolments.csv: learners as a college's system saves them for Excel, in Windows-1252 with semicolons."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from tests.invented.numbers import landline, mobile, nino, uln
from tests.invented.rows import WHOLE_ROW, Cell, Row, Sample, Unquoted, address

if TYPE_CHECKING:
    from collections.abc import Mapping

HEADINGS = (
    "Person Code",
    "Role",
    "Family Name",
    "Forename(s)",
    "D.O.B.",
    "Sex",
    "Ethnic Origin",
    "ULN No",
    "Nat Ins No",
    "E-mail Address",
    "Mobile No",
    "Tel No",
    "Full Address",
    "Org ID",
    "Course",
    "Year Group",
    "Class Code",
    "Assessor",
    "Workplace",
    "LearnStartDate",
    "LearnPlanEndDate",
    "Comments",
)

_FIRST_NUMBER = 100
# class, assessor, workplace, course
_PROGRAMMES = (
    (201, 101, 301, "Carpentry 2"),
    (203, 103, 304, "Adult Care 3"),
    (204, 106, 306, "Business 3"),
    (205, 108, 309, "Early Years 3"),
)
_MEN = (
    "André Mohammed Patrick Jürgen Lewis Scott Gurpreet Dominic Jake Oluwaseun José Hamza Alistair Kwabena Mateusz "
    "Théo Vikram Gethin Joel Ahmed Toby"
)
_NAMES = (
    ("Siân", "Vaughan"),
    ("André", "Toussaint"),
    ("Rebecca", "Nightingale"),
    ("Mohammed", "Rafiq"),
    ("Chloë", "Pemberton"),
    ("Patrick", "O’Sullivan"),
    ("Jürgen", "Weiß"),
    ("Tanisha", "Brathwaite"),
    ("Lewis", "None"),
    ("Hannah", "Ellershaw"),
    ("Renée", "Dubois"),
    ("Scott", "McIntyre"),
    ("Gurpreet", "Gill"),
    ("Eleri", "Protheroe"),
    ("Dominic", "Fairhurst"),
    ("Nokuthula", "Dlamini"),
    ("Jake", "Winstanley"),
    ("Ffion", "Bevan"),
    ("Oluwaseun", "Adebayo"),
    ("Kayleigh", "Rowbottom"),
    ("José", "Peña"),
    ("Bethany", "Cartwright"),
    ("Hamza", "Chaudhry"),
    ("Alistair", "Na"),
    ("Molly", "Hebblethwaite"),
    ("Kwabena", "Asante"),
    ("Lauren", "St John"),
    ("Mateusz", "Lewandowski"),
    ("Georgina", "Ashdown"),
    ("Théo", "Laurent"),
    ("Shannon", "Doherty"),
    ("Vikram", "Rao"),
    ("Ellie-May", "Tattersall"),
    ("Gethin", "Parry"),
    ("Francesca", "D'Angelo"),
    ("Joel", "Braithwaite"),
    ("Simone", "Garçon"),
    ("Ahmed", "Bashir"),
    ("Wendy", "Oldroyd"),
    ("Toby", "Ramsbottom"),
)
_MISTAKES: Mapping[int, tuple[Mapping[str, Cell], Mapping[str, str]]] = {
    2: ({"Family Name": None}, {"Family Name": "required"}),
    4: ({"Mobile No": "7700900104"}, {"Mobile No": "phone-zero-restored"}),
    6: ({"Full Address": "14 Lindenstraße Court\nNorthbridge\nNB2 6BD"}, {}),
    9: ({"ULN No": "9.27631E+09"}, {"ULN No": "number-damaged"}),
    10: ({"LearnPlanEndDate": "31/04/2028"}, {"LearnPlanEndDate": "date-format"}),
    11: ({"D.O.B.": "07-JUN-04"}, {}),
    13: ({"E-mail Address": "eleri.protheroe@example"}, {"E-mail Address": "email-format"}),
    15: ({"ULN No": "9999999999"}, {"ULN No": "uln-placeholder"}),
    16: ({"Tel No": mobile(916)}, {"Tel No": "phone-kind"}),
    18: ({"Comments": Unquoted("moved from Monday; was part time")}, {WHOLE_ROW: "row-ragged"}),
    19: ({"Class Code": "BUS3/A"}, {}),
    21: ({"Assessor": None, "Workplace": None}, {"Assessor": "required", "Workplace": "required"}),
    23: ({"Ethnic Origin": "White"}, {"Ethnic Origin": "code-unknown"}),
    25: ({"Person Code": "260101"}, {"Person Code": "duplicate-misid"}),
    27: ({"Comments": "Parent prefers e-mail; no calls before 10"}, {}),
    28: ({"LearnStartDate": "46351"}, {"LearnStartDate": "date-format"}),
    30: ({"Nat Ins No": "AA 00 01 30 C"}, {}),
    31: ({"Mobile No": "07700 900131, 07700 900931"}, {"Mobile No": "phone-format"}),
    33: ({"ULN No": uln(133) + "0"}, {"ULN No": "uln-format"}),
    36: ({"Workplace": "399"}, {}),
    38: ({"D.O.B.": "2026-11-12"}, {"D.O.B.": "age-impossible"}),
}


def _row(place: int, first: str, last: str) -> Row:
    number = _FIRST_NUMBER + place
    classroom, assessor, workplace, course = _PROGRAMMES[place % len(_PROGRAMMES)]
    start = date(2026, 11, 9) + timedelta(days=7 * (place % 6))
    born = date(2003 + place % 6, 1 + place * 5 % 12, 1 + place * 11 % 28)
    cells: dict[str, Cell] = {
        "Person Code": f"260{number}",
        "Role": "Learner",
        "Family Name": last,
        "Forename(s)": first,
        "D.O.B.": f"{born:%d/%m/%Y}",
        "Sex": "M" if first in _MEN.split() else "F",
        "Ethnic Origin": ("31", "34", "40", "44", "31")[place % 5],
        "ULN No": uln(number),
        "Nat Ins No": nino(number),
        "E-mail Address": address(first, last.replace("ß", "ss")),
        "Mobile No": mobile(number),
        "Tel No": landline(number),
        "Full Address": f"{place + 2} Foundry Street, Northbridge, NB3 {place % 9}XY",
        "Org ID": "1",
        "Course": course,
        "Year Group": "2026/27",
        "Class Code": str(classroom),
        "Assessor": str(assessor),
        "Workplace": str(workplace),
        "LearnStartDate": f"{start:%d/%m/%Y}",
        "LearnPlanEndDate": f"{start + timedelta(days=500):%d/%m/%Y}",
    }
    but, finds = _MISTAKES.get(place, ({}, {}))
    strange = {heading for heading, text in but.items() if text in {"BUS3/A", "399"}}
    return Row({**cells, **but}, finds, unlisted=dict.fromkeys(strange, "reference-unknown"))


SAMPLE = Sample(
    name="enrolments.csv",
    above=(),
    headings=HEADINGS,
    rows=tuple(_row(place, first, last) for place, (first, last) in enumerate(_NAMES)),
    file_finds=("encoding-guessed", "column-unknown", "years-short", "quotes-curly"),
    encoding="cp1252",
    separator=";",
)
