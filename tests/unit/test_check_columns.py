"""What a table's columns as a whole cost its rows: columns that cannot be told, dates that contradict the order."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from bulk_import.catalogue import Role
from bulk_import.check import Options, check, check_all
from bulk_import.errors import InputUnreadable
from bulk_import.findings import Severity, fix, message, severity
from bulk_import.read.table import CellType
from tests.unit.tables import TODAY, checked, codes, made_table, people_table, person, sent, told

if TYPE_CHECKING:
    from bulk_import.kinds import DateOrder

OPTIONS = Options(today=TODAY)


def test_a_row_with_a_value_in_one_of_two_columns_is_stopped() -> None:
    """Nobody goes without a value that the file has, and what stands in neither column is missing as ever."""
    headings = ["OrganisationID", "FirstName", "LastName", "Email", "Email Address", "Role", "ULN", "Uln"]
    staff = ["1", "Asha", "Khan", "a@example.com", None, "Assessor", None, "9276308686"]
    rows = [staff, [*staff[:3], None, "b@example.com", *staff[5:]], [*staff[:3], None, " ", *staff[5:6], None, None]]
    found = check(made_table(headings, rows), source=0, options=OPTIONS)
    assert told(found) == [
        ("column-duplicate", "Email", None, None),
        ("column-duplicate", "ULN", None, None),
        ("column-unsure", "Email", 2, None),
        ("not-for-role", "ULN", 2, None),
        ("column-unsure", "Email", 3, None),
        ("not-for-role", "ULN", 3, None),
        ("required", "Email", 4, None),
    ]
    assert found.findings[2].detail == "“Email” (column D) and “Email Address” (column E)"
    assert found.invalid_rows == {2, 3, 4}


def test_an_optional_value_in_one_of_two_columns_stops_its_row_too() -> None:
    """A learner with a ULN in one of two columns waits; one without goes. By setting the row goes without it."""
    headings = [*person(Role.LEARNER), "Unique Learner Number"]
    rows = [[*person(Role.LEARNER, 1).values(), None], [*{**person(Role.LEARNER, 2), "ULN": None}.values(), None]]
    table = made_table(headings, rows)
    found = check(table, source=0, options=OPTIONS)
    assert [(one.code, one.place.row) for one in found.findings] == [("column-duplicate", None), ("column-unsure", 2)]
    assert [record.row for record in found.records()] == [3]
    softened = Options(today=TODAY, severities={"column-unsure": Severity.WARNING})
    assert ["ULN" in sent(one) for one in check(table, source=0, options=softened).records()] == [False, False]


def test_of_two_misids_none_is_left_out() -> None:
    """People are found by it, so a row that has one does not go without it, whatever the settings say."""
    headings = [*person(Role.LEARNER), "Learner Ref"]
    table = made_table(headings, [[*person(Role.LEARNER).values(), None]])
    found = check(table, source=0, options=Options(today=TODAY, severities={"column-unsure": Severity.NOTE}))
    assert [(one.code, one.field) for one in found.findings][1:] == [("column-unsure", "MISID")]
    assert found.invalid_rows == {2}


def test_of_two_start_dates_none_is_lost_without_a_word() -> None:
    """Rows with a start date in one of two such columns are stopped, since sending them would lose it."""
    headings = [*(name for name in person(Role.LEARNER) if name != "StartOn"), "Start Date", "Start Date"]
    some = [person(Role.LEARNER, number)[name] for number in (1,) for name in headings[:-2]]
    found = check(made_table(headings, [[*some, None, "01/09/2026"]]), source=0, options=OPTIONS)
    assert [(one.code, one.place.row) for one in found.findings] == [
        ("column-ambiguous", None),
        ("column-ambiguous", None),
        ("column-unsure", 2),
    ]


def test_two_columns_of_roles_give_nobody_a_role() -> None:
    """A role that cannot be told is never replaced by the one that was asked for."""
    headings = [*person(Role.ASSESSOR), "User Type"]
    row = [*person(Role.ASSESSOR).values(), None]
    found = check(made_table(headings, [row]), source=0, options=Options(today=TODAY, role=Role.LEARNER))
    assert [(one.code, one.field, one.place.row) for one in found.findings] == [
        ("column-duplicate", "Role", None),
        ("column-unsure", "Role", 2),
    ]
    assert list(found.records()) == []


def test_a_doubtful_heading_weighs_what_depends_on_it() -> None:
    """It is an error where it may hold a mandatory field that is nowhere else, else a warning that stops nobody."""
    whole = person(Role.ASSESSOR)
    found = check(made_table([*whole, "Status", "Name"], [[*whole.values(), "x", "x"]]), source=0, options=OPTIONS)
    assert [(one.code, severity(one)) for one in found.findings] == [
        ("column-ambiguous", Severity.WARNING),
        ("column-unknown", Severity.NOTE),
    ]
    assert len(list(found.records())) == 1
    nameless = {name: text for name, text in whole.items() if name != "LastName"}
    found = check(
        made_table([*nameless, "Status", "Name"], [[*nameless.values(), "x", "x"]]), source=0, options=OPTIONS
    )
    assert [(one.code, one.heading, severity(one)) for one in found.findings] == [
        ("column-ambiguous", "Status", Severity.WARNING),
        ("column-ambiguous", "Name", Severity.ERROR),
        ("column-missing", None, Severity.ERROR),
        ("required", None, Severity.ERROR),
    ]


def test_a_column_of_american_dates_is_stopped_as_a_whole() -> None:
    """A date that can only be month first stops every date of its column that depends on the order, and no other."""
    texts = ["03/25/2026", "01/09/2026", "2026-09-01", "25/03/2026", "7 June 2026", None]
    people = [{**person(Role.LEARNER, at), "StartOn": text, "PlannedEndDate": None} for at, text in enumerate(texts)]
    found = checked(*people)
    assert [(one.code, one.place.row) for one in found.findings] == [
        ("dates-ambiguous", None),
        ("date-order-unsure", 2),
        ("date-order-unsure", 3),
        ("date-order-unsure", 5),
    ]
    assert (found.findings[0].heading, found.findings[0].place.column) == ("StartOn", 24)
    assert [one.detail for one in found.findings] == [
        (
            "X2 has the month first, but dates are read day first "
            "(only day first: 1 cell, X5; only month first: 1 cell, X2)"
        ),
        "it has the month first, but dates are read day first",
        "it could be read two ways, and other dates of this column contradict the order",
        "it has the day first, and other dates of this column have the month first",
    ]
    assert found.invalid_rows == {2, 3, 5}


def test_the_cell_that_contradicts_a_column_is_named_and_its_value_is_not() -> None:
    """A birthday is personal, so the file's finding tells its cell alone."""
    found = checked(*({**person(Role.LEARNER, at), "DOB": dob} for at, dob in enumerate(["01/02/2006", "12/25/2006"])))
    assert found.findings[0].detail == (
        "W3 has the month first, but dates are read day first (only day first: 0 cells; only month first: 1 cell, W3)"
    )
    assert "2006" not in message(found.findings[0]) + fix(found.findings[0])


def test_the_order_of_dates_can_be_asked_for() -> None:
    """Month first reads the same column without a finding, and then contradicts British dates."""
    table = people_table(
        {
            **person(Role.LEARNER),
            "CreatedOn": "03/25/2026",
            "StartOn": None,
            "PlannedEndDate": None,
            "CentreRegister": None,
            "DOB": None,
        }
    )
    found = check(table, source=0, options=Options(today=TODAY, date_order="mdy"))
    assert found.findings == ()
    assert sent(next(iter(found.records())))["CreatedOn"] == date(2026, 3, 25)
    british = people_table({**person(Role.LEARNER), "CreatedOn": "25/03/2026"})
    assert "dates-ambiguous" in codes(check(british, source=0, options=Options(today=TODAY, date_order="mdy")))


def test_dates_that_excel_read_the_american_way_are_stopped() -> None:
    """Where it left every day above twelve as text and made dates of none, its dates are not sent."""
    days = ["2026-05-09", "2026-06-09", "2026-07-09", "2026-08-09", "2026-01-10", "25/09/2026", "30/09/2026"]
    people = [{**person(Role.LEARNER, at), "StartOn": day, "PlannedEndDate": None} for at, day in enumerate(days)]
    column = list(people[0]).index("StartOn")
    headings = list(people[0])
    types = {(at, column): CellType.DATE for at in range(5)}
    found = check(made_table(headings, [list(one.values()) for one in people], types=types), source=0, options=OPTIONS)
    assert [(one.code, one.place.row) for one in found.findings] == [
        ("dates-ambiguous", None),
        *(("date-order-unsure", row) for row in range(2, 7)),
    ]
    assert "(5 cells, W2, W3, W4 and 2 more), and all dates that stayed text have one (2 cells, W7, W8)" in message(
        found.findings[0]
    )
    assert message(found.findings[1]).startswith("“09/05/2026” cannot be read for certain")
    one_above = {**types, (5, column): CellType.DATE}
    rows = [
        list({**one, "StartOn": "2026-09-25"}.values()) if at == 5 else list(one.values())
        for at, one in enumerate(people)
    ]
    assert codes(check(made_table(headings, rows, types=one_above), source=0, options=OPTIONS)) == ["dates-mixed"]


@pytest.mark.parametrize("order", ["dmy", "mdy", "ymd"])
@pytest.mark.parametrize("text", ["31/02/2007", "29/02/07", "14th March 2007", "32/13/2007", "25/03/3007"])
def test_a_text_that_is_no_day_in_either_order_speaks_against_no_real_date(text: str, order: DateOrder) -> None:
    """Real dates stand as Excel shows them, though none has a day above twelve, in whatever order texts are read."""
    days = [*(f"2007-03-{day:02}" for day in range(2, 11)), text]
    people = [{**person(Role.LEARNER, at), "DOB": day} for at, day in enumerate(days)]
    for one in people:
        for name in ("StartOn", "PlannedEndDate", "CentreRegister", "CreatedOn"):
            one.pop(name)
    table = people_table(*people)
    table.types[:9, [heading.text for heading in table.headings].index("DOB")] = CellType.DATE
    found = check(table, source=0, options=Options(today=TODAY, date_order=order))
    assert {one.place.row for one in found.findings if one.code != "years-short"} <= {11}
    assert not {"dates-ambiguous", "date-order-unsure"}.intersection(codes(found))


def test_a_text_that_is_no_day_is_no_sign_of_american_dates() -> None:
    """Of a column of text it is the one bad cell, and all others are sent."""
    found = checked(*({**person(Role.LEARNER, at), "DOB": dob} for at, dob in enumerate(["01/02/2006", "02/31/2006"])))
    assert [(one.code, one.place.address) for one in found.findings] == [("date-format", "W3")]


def test_years_of_two_digits_that_are_one_year_are_told_as_one() -> None:
    """Nobody reads of “years of 2026 to 2026”."""
    (note,) = checked({**person(Role.LEARNER), "StartOn": "1.9.26"}).findings
    assert note.detail == "1 cell, the first X2, read as dates in 2026"


@pytest.mark.parametrize(("text", "expected"), [("25/09/2026", "dates-mixed"), ("25/01/2026", "dates-ambiguous")])
def test_firsts_of_months_are_no_american_dates(text: str, expected: str) -> None:
    """Many programmes begin on one; only where the dates that stayed text are of January may all be of January."""
    days = [*(f"2026-{month:02}-01" for month in range(8, 13)), text]
    people = [{**person(Role.LEARNER, at), "StartOn": day, "PlannedEndDate": None} for at, day in enumerate(days)]
    table = people_table(*people)
    at = [heading.text for heading in table.headings].index("StartOn")
    table.types[:5, at] = CellType.DATE
    assert check(table, source=0, options=OPTIONS).findings[0].code == expected


def test_a_file_with_more_problems_than_anybody_reads_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The columns with the most are named, and the problems of all files of a run count together."""
    monkeypatch.setattr("bulk_import.check.verdict.MOST_PROBLEMS", 5)
    bad = [{**person(Role.LEARNER, at), "ULN": "1", "OrganisationID": "x" if at else "1"} for at in range(3)]
    assert len(checked(*bad).findings) == 5
    with pytest.raises(InputUnreadable) as caught:
        check_all([people_table(*bad), people_table(person(Role.OBSERVER, 9), {"ULN": "2"})], options=OPTIONS)
    assert caught.value.finding.code == "problems-too-many"
    assert "most are ULN (uln-format) in 3 rows, OrganisationID (id-format) in 2 rows" in caught.value.finding.detail


@pytest.mark.parametrize(
    ("number", "tutor", "coach", "expected"),
    [
        (None, "Helen Marsh", "Ann Old", ["column-unsure"]),
        (None, "Helen Marsh", "helen marsh ", []),
        (None, None, "Ann Old", []),
        ("105", "Helen Marsh", "Ann Old", []),
    ],
)
def test_names_that_differ_are_not_chosen_from(
    number: str | None, tutor: str | None, coach: str | None, expected: list[str]
) -> None:
    """Where no id says who is meant, of two columns of names neither is taken for the other."""
    people = people_table({**person(Role.LEARNER), "DefaultAssessorID": number})
    headings = [*(heading.text for heading in people.headings), "Tutor", "Coach"]
    cells = [*people.frame.iloc[0].tolist(), tutor, coach]
    found = check(made_table(headings, [cells]), source=0, options=Options(today=TODAY))
    assert [one.code for one in found.findings] == expected
    assert len(list(found.records())) == (not expected)
