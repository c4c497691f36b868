"""What spans several cells or rows: dates among themselves, L14 against L15 and L16, persons who stand twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bulk_import.catalogue import Role
from bulk_import.check import Options, check_all
from bulk_import.findings import Severity
from bulk_import.folding import folded
from tests.unit.tables import TODAY, checked, people_table, person, sent, told, valid_uln

if TYPE_CHECKING:
    from collections.abc import Mapping

LEARNER = person(Role.LEARNER)


BIRTHDAYS = (
    ("24/11/2026", None, "dob-implausible", "it is in the future"),
    ("23/11/1911", None, "dob-implausible", "it makes the person 115 or older"),
    ("24/11/1911", None, "age-impossible", "the person is over 110 then"),
    ("23/11/1915", None, "age-impossible", "the person is over 110 then"),
    ("24/11/1915", None, "age-unusual", "the person is over 100"),
    ("22/11/1925", None, "age-unusual", "the person is over 100"),
    ("24/11/1925", None, None, ""),
    ("23/11/2013", None, None, ""),
    ("24/11/2013", None, "age-unusual", "the person is under 13"),
    ("23/11/2021", None, "age-unusual", "the person is under 13"),
    ("24/11/2021", None, "age-impossible", "the person is under 5 then"),
    ("23/11/2026", None, "age-impossible", "the person is under 5 then"),
    ("01/06/2026", "09/11/2026", "age-impossible", "the person is under 5 then"),
    ("01/12/2021", "01/12/2026", "age-unusual", "the person is under 13"),
    ("01/09/2000", "02/09/2000", "age-impossible", "the person is under 5 then"),
    ("29/02/2008", None, None, ""),
)


def test_dates_of_birth_are_plausible() -> None:
    """A birthday in the future or 115 years ago is left out; an unusual age is advice, an impossible one an error."""
    found = checked(
        *(
            {**person(Role.LEARNER, at), "DOB": dob, "StartOn": start, "PlannedEndDate": None}
            for at, (dob, start, _, _) in enumerate(BIRTHDAYS)
        )
    )
    wanted = [(code, row, detail) for row, (_, _, code, detail) in enumerate(BIRTHDAYS, start=2) if code]
    assert [(one.code, one.place.row, one.detail) for one in found.findings] == wanted
    assert {one.field for one in found.findings} == {"DOB"}
    assert found.left_out == {(row, "DOB") for code, row, _ in wanted if code == "dob-implausible"}
    assert found.invalid_rows == {row for code, row, _ in wanted if code == "age-impossible"}


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.LEARNER])
@pytest.mark.parametrize("dob", ["24/11/2026", "23/11/1911", "24/11/2020"])
def test_birthdays_are_judged_of_learners_only(role: Role, dob: str) -> None:
    """The ILR's rules on dates of birth know nobody else; what staff have typed is sent as it stands."""
    assert checked({**person(role), "DOB": dob}).findings == ()


SPANS = (
    ("01/09/2026", "01/09/2026", "duration-short", "1 day"),
    ("01/09/2026", "29/04/2027", "duration-short", "241 days"),
    ("01/09/2026", "30/04/2027", None, ""),
    ("01/08/2025", "29/03/2026", "duration-short", "241 days"),
    ("31/07/2025", "29/07/2026", "duration-short", "364 days"),
    ("31/07/2025", "30/07/2026", None, ""),
    ("01/08/2016", "30/07/2017", "duration-short", "364 days"),
    ("31/07/2016", "01/08/2016", None, ""),
    ("01/09/2026", None, None, ""),
    (None, "01/09/2026", None, ""),
)


def test_the_planned_end_follows_the_start() -> None:
    """Less than an apprenticeship's minimum is advice."""
    found = checked(
        *(
            {**person(Role.LEARNER, at), "StartOn": start, "PlannedEndDate": end}
            for at, (start, end, _, _) in enumerate(SPANS)
        )
    )
    wanted = [(code, row, detail) for row, (_, _, code, detail) in enumerate(SPANS, start=2) if code]
    assert [(one.code, one.place.row, one.detail) for one in found.findings] == wanted
    assert {one.field for one in found.findings} == {"PlannedEndDate"}
    assert found.left_out == set()


UNBORN = (
    ("dob-implausible", "DOB", "it is not before the start date"),
    (
        "date-order",
        "StartOn",
        "it is not after the date of birth",
    ),
)
ENDED = (
    ("date-order", "StartOn", "it is after the planned end"),
    (
        "date-order",
        "PlannedEndDate",
        "it is before the start date",
    ),
)
CONTRADICTIONS = (
    ({"StartOn": "01/09/2026", "PlannedEndDate": "31/08/2026"}, ENDED),
    ({"DOB": "01/09/2010", "StartOn": "01/09/2010", "PlannedEndDate": None}, UNBORN),
    ({"DOB": "02/09/2010", "StartOn": "01/09/2010", "PlannedEndDate": None}, UNBORN),
    ({"DOB": "02/09/2010", "StartOn": "01/09/2010", "PlannedEndDate": "31/08/2010"}, (*UNBORN, *ENDED)),
)


@pytest.mark.parametrize(("days", "wanted"), CONTRADICTIONS)
def test_of_dates_that_contradict_each_other_none_is_sent(
    days: Mapping[str, str | None], wanted: tuple[tuple[str, str, str], ...]
) -> None:
    """Either may be the wrong one, so each has a warning at its cell; by setting they stop the row."""
    table = people_table({**LEARNER, **days})
    [found] = check_all([table], options=Options(today=TODAY))
    assert {(one.code, one.field, one.detail) for one in found.findings} == set(wanted)
    assert all(one.place.address for one in found.findings)
    assert found.left_out == {(2, name) for _, name, _ in wanted}
    [record] = found.records()
    assert not {name for _, name, _ in wanted} & sent(record).keys()
    [stopped] = check_all([table], options=Options(today=TODAY, bad_optional="stop-row"))
    assert stopped.invalid_rows == {2}
    softened = {"date-order": Severity.NOTE, "dob-implausible": Severity.NOTE}
    [noted] = check_all([table], options=Options(today=TODAY, bad_optional="stop-row", severities=softened))
    assert (noted.invalid_rows, noted.left_out) == (frozenset(), found.left_out)


def test_a_date_that_cannot_be_read_is_not_compared() -> None:
    """A broken start date is one finding, and nothing is said of the end."""
    found = checked({**LEARNER, "StartOn": "31/02/2027"})
    assert [one.code for one in found.findings] == ["date-format"]


DIFFICULTIES = (
    ("2", "9", None, "contradicts"),
    ("2", None, "10", "contradicts"),
    ("2", "98", "98", "agrees"),
    ("2", "99", None, "agrees"),
    ("2", None, None, "agrees"),
    ("1", "9", None, "agrees"),
    ("9", "9", None, "agrees"),
    (None, "9", None, "agrees"),
)


def test_no_difficulty_and_a_named_one_contradict() -> None:
    """L14 = 2 beside a disability or a learning difficulty is a warning at L14, and all are sent."""
    found = checked(
        *(
            {**person(Role.LEARNER, at), "L14": l14, "L15": l15, "L16": l16}
            for at, (l14, l15, l16, _) in enumerate(DIFFICULTIES)
        )
    )
    assert [(one.code, one.field, one.place.row) for one in found.findings] == [
        ("lldd-contradiction", "L14", row)
        for row, (*_, says) in enumerate(DIFFICULTIES, start=2)
        if says == "contradicts"
    ]
    assert found.invalid_rows == frozenset()
    assert found.left_out == set()


@pytest.mark.parametrize(
    ("name", "again", "code"),
    [
        ("MISID", "M00001", "duplicate-misid"),
        ("MISID", " m00001 ", "duplicate-misid"),
        ("Email", "PERSON1@example.com", "duplicate-email"),
        ("MISID", "Ｍ００００１", "duplicate-misid"),
        ("ULN", f"{valid_uln(1)}.0", "duplicate-uln"),
    ],
)
def test_the_later_row_of_a_person_is_stopped(name: str, again: str, code: str) -> None:
    """The first row is left alone; each later one names it."""
    people = [person(Role.LEARNER, number) for number in (1, 2, 3)]
    people[1][name] = people[2][name] = again
    found = checked(*people)
    assert [
        (one.code, one.field, one.place.row, one.detail) for one in found.findings if one.place.row is not None
    ] == [
        (code, name, 3, "row 2"),
        (code, name, 4, "row 2"),
    ]
    assert found.invalid_rows == {3, 4}


@pytest.mark.parametrize(("first", "again"), [("STRASSE 1", "Straße  1"), ("Ǆ", "ǆ"), ("a b", "A\tB")])
def test_persons_are_compared_as_accounts_are(first: str, again: str) -> None:
    """What OneFile's directory takes for one MISID is one MISID here."""
    assert folded(first) == folded(again)
    found = checked({**person(Role.LEARNER, 1), "MISID": first}, {**person(Role.LEARNER, 2), "MISID": again})
    assert [one.code for one in found.findings] == ["duplicate-misid"]


@pytest.mark.parametrize("name", ["MISID", "Email", "ULN"])
def test_a_person_may_stand_once_for_each_organisation(name: str) -> None:
    """One account has one organisation, so the same person in another centre is another account."""
    here, there = person(Role.LEARNER, 1), person(Role.LEARNER, 2)
    assert checked(here, {**there, name: here[name], "OrganisationID": "7777"}).findings == ()


@pytest.mark.parametrize("name", ["MISID", "Email"])
def test_a_person_may_stand_once_for_each_role(name: str) -> None:
    """One account has one role, so the same reference or address under another role is another account."""
    learner, assessor = person(Role.LEARNER, 1), person(Role.ASSESSOR, 2)
    assert checked(learner, {**assessor, name: learner[name]}).findings == ()


def test_placeholders_are_not_duplicates() -> None:
    """“No ULN yet” may stand in every row."""
    found = checked(*({**person(Role.LEARNER, number), "ULN": "9999999999"} for number in (1, 2)))
    assert [one.code for one in found.findings] == ["uln-placeholder", "uln-placeholder"]
    assert found.left_out == {(2, "ULN"), (3, "ULN")}


def test_unusable_values_are_not_duplicates() -> None:
    """The same broken address twice is two broken addresses."""
    found = checked(*({**person(Role.LEARNER, number), "Email": "x"} for number in (1, 2)))
    assert [one.code for one in found.findings] == ["email-format", "email-format"]


def test_a_person_in_two_files_is_found() -> None:
    """The later file's row names the row and the file of the first."""
    first = people_table(person(Role.LEARNER, 1), person(Role.LEARNER, 2), name="a.csv")
    second = people_table({**person(Role.LEARNER, 3), "MISID": "M00002"}, name="b.csv")
    one, two = check_all([first, second], options=Options(today=TODAY))
    assert one.findings == ()
    assert [(found.code, found.place.file, found.place.row, found.detail) for found in two.findings] == [
        ("duplicate-misid", "b.csv", 2, "row 3 of a.csv")
    ]
    assert list(two.records()) == []


def test_duplicates_can_be_allowed_by_setting() -> None:
    """A centre whose people share an address may make it a warning; the address is then sent."""
    table = people_table(person(Role.LEARNER, 1), {**person(Role.LEARNER, 2), "Email": "person1@example.com"})
    options = Options(today=TODAY, severities={"duplicate-email": Severity.WARNING})
    [found] = check_all([table], options=options)
    assert [sent(record)["Email"] for record in found.records()] == ["person1@example.com"] * 2


def test_several_rules_speak_of_one_row() -> None:
    """A row that is wrong in several ways gets a finding for each, at its own cell."""
    found = checked(person(Role.LEARNER, 1), {**person(Role.LEARNER, 1), "DOB": "24/11/2026", "ULN": "12"})
    assert told(found) == [
        ("duplicate-email", "Email", 3, "D3"),
        ("duplicate-misid", "MISID", 3, "I3"),
        ("uln-format", "ULN", 3, "R3"),
        ("dob-implausible", "DOB", 3, "W3"),
    ]
