"""A table becomes records and findings: roles, mandatory and accepted fields, defaults, what is sent."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bulk_import.catalogue import FIELDS, Role
from bulk_import.check import CheckBrokenError, Options, check, check_all, payload, schema
from bulk_import.findings import Finding, Place, Severity, column_letters, severity
from bulk_import.read.table import CellType
from tests.unit.tables import TODAY, checked, made_table, people_table, person, sent, told

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from bulk_import.check import Checked

OPTIONS = Options(today=TODAY)
EMPTY = (None, "  ", "\u00a0\u200b")


def codes(found: Checked) -> list[str]:
    """The codes of all findings."""
    return [finding.code for finding in found.findings]


@pytest.mark.parametrize("role", Role)
def test_a_complete_person_has_no_findings(role: Role) -> None:
    """Everything the role accepts, all good, is one valid record that carries every field."""
    found = checked(person(role))
    assert found.findings == ()
    assert found.invalid_rows == frozenset()
    [record] = found.records()
    assert (record.source, record.row, record.role) == (0, 2, role)
    assert set(sent(record)) == {name for name in FIELDS if role in FIELDS[name].accepted_for}
    assert list(payload(record)) == [name for name in FIELDS if role in FIELDS[name].accepted_for]


def needed(role: Role) -> list[str]:
    """The fields that the role requires."""
    return [name for name in FIELDS if role in FIELDS[name].required_for]


def test_the_mandatory_fields_are_enough() -> None:
    """A person with nothing but what the role requires is a valid record, for each role."""
    found = checked(*({name: person(role, at)[name] for name in needed(role)} for at, role in enumerate(Role)))
    assert found.findings == ()
    assert [set(sent(record)) for record in found.records()] == [set(needed(role)) for role in Role]


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("empty", EMPTY)
def test_an_empty_mandatory_cell_is_one_finding_at_that_cell(role: Role, empty: str | None) -> None:
    """Exactly one `required` at the cell of each mandatory field of each role, and exactly those rows are invalid."""
    lacking = [{**person(role, number), name: empty} for number, name in enumerate(needed(role))]
    found = checked(*lacking, person(role, 100))
    letters = [chr(ord("A") + list(found.columns.field_at).index(name)) for name in needed(role)]
    assert told(found) == [
        ("required", name, row, f"{letter}{row}")
        for row, (name, letter) in enumerate(zip(needed(role), letters, strict=True), start=2)
    ]
    assert {finding.value for finding in found.findings} == {None}
    assert [record.row for record in found.records()] == [len(lacking) + 2]


@pytest.mark.parametrize(("role", "name"), [(role, name) for role in Role for name in needed(role)])
def test_a_missing_mandatory_column_is_said_once_and_at_each_row(role: Role, name: str) -> None:
    """A column that the role needs and the file lacks: one finding of the file, one of each row, without a cell."""
    values = {field: text for field, text in person(role).items() if field in needed(role) and field != name}
    found = checked(values, {**values, "Email": "b@example.com"} if name != "Email" else values)
    assert told(found) == [
        ("column-missing", name, None, None),
        ("required", name, 2, None),
        ("required", name, 3, None),
    ]
    assert found.findings[0].detail == ("row" if name == "Role" else role.label)
    assert found.invalid_rows == {2, 3}


def test_a_missing_column_names_every_role_that_needs_it() -> None:
    """The finding of the file says which roles at hand cannot do without the column."""
    people = [person(role, number) for number, role in enumerate((Role.LEARNER, Role.EMPLOYER, Role.ASSESSOR))]
    found = checked(*({name: text for name, text in one.items() if name != "PlacementID"} for one in people))
    assert found.findings[0].detail == "Learner and Employer"
    assert [one.place.row for one in found.findings] == [None, 2, 3]


@pytest.mark.parametrize("role", Role)
def test_an_empty_optional_cell_is_no_finding(role: Role) -> None:
    """What a role does not require may be empty."""
    optional = [name for name in FIELDS if role not in FIELDS[name].required_for]
    people = [{**person(role, number), name: None} for number, name in enumerate(optional)]
    found = checked(*people)
    assert found.findings == ()
    for record, name in zip(found.records(), optional, strict=True):
        assert name not in sent(record)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.LEARNER])
def test_what_a_role_does_not_take_is_left_out_with_a_warning(role: Role) -> None:
    """A filled cell that the role does not accept, good or bad, is one warning, and the row goes without it."""
    strange = [name for name in FIELDS if role not in FIELDS[name].accepted_for]
    people = [
        {**person(role, number), name: text}
        for number, (name, text) in enumerate((name, text) for name in strange for text in ("x", FIELDS[name].example))
    ]
    found = checked(*people)
    assert [(one.code, one.field, one.place.row) for one in found.findings] == [
        ("not-for-role", name, row) for row, name in enumerate((name for name in strange for _ in range(2)), start=2)
    ]
    assert {severity(one) for one in found.findings} == {Severity.WARNING}
    assert found.invalid_rows == frozenset()
    assert found.left_out == {(one.place.row, one.field) for one in found.findings}
    assert all(set(strange).isdisjoint(sent(record)) for record in found.records())


def test_a_role_may_come_from_the_options() -> None:
    """Rows that name no role get the one that was asked for; a row's own role wins."""
    learner = {**person(Role.LEARNER, 1), "Role": None}
    found = checked(learner, person(Role.ASSESSOR, 2), role=Role.LEARNER)
    assert found.findings == ()
    assert [record.role for record in found.records()] == [Role.LEARNER, Role.ASSESSOR]
    assert found.roles.tolist() == [1, 5]


def test_a_role_may_come_from_the_defaults() -> None:
    """A default for Role does the same, also where there is no column for it."""
    learner = {name: text for name, text in person(Role.LEARNER).items() if name != "Role"}
    found = checked(learner, defaults={"Role": "learner"})
    assert found.findings == ()
    assert [record.role for record in found.records()] == [Role.LEARNER]


def test_an_unknown_role_is_the_only_finding_of_its_row() -> None:
    """Nothing that depends on the role is said of a row whose role is unknown."""
    found = checked({"Role": "Centre Manager", "FirstName": "Asha", "ULN": "x"}, person(Role.LEARNER, 1))
    assert told(found) == [("role-unknown", "Role", 2, "E2")]
    assert found.findings[0].value == "Centre Manager"
    assert found.roles.tolist() == [0, 1]
    assert found.invalid_rows == {2}


def test_an_unknown_role_is_not_replaced_by_the_options() -> None:
    """A role that is there and wrong is never overruled by a default."""
    assert codes(checked({**person(Role.LEARNER), "Role": "Boss"}, role=Role.LEARNER)) == ["role-unknown"]


def test_a_row_without_any_role_lacks_only_its_role() -> None:
    """Empty, and no role asked for: `required` for Role and nothing else."""
    found = checked({**person(Role.LEARNER, 1), "Role": None, "FirstName": None}, person(Role.LEARNER, 2))
    assert told(found) == [("required", "Role", 2, "E2")]


@pytest.mark.parametrize("role", Role)
def test_defaults_fill_empty_cells_and_missing_columns(role: Role) -> None:
    """A default stands in for an empty cell and for a column that is not there, and a filled cell wins."""
    some = {**person(role, 1), "OrganisationID": None, "PlacementID": None}
    other = {**person(role, 2), "OrganisationID": "99"}
    found = checked(some, other, defaults={"OrganisationID": " 7 ", "PlacementID": "8.0", "ClassroomID": "9"})
    records = list(found.records())
    assert found.findings == ()
    assert [sent(record)["OrganisationID"] for record in records] == [7, 99]
    assert sent(records[0]).get("PlacementID") == (8 if role in FIELDS["PlacementID"].required_for else None)
    bare = {name: text for name, text in person(role).items() if name != "OrganisationID"}
    assert [sent(one)["OrganisationID"] for one in checked(bare, defaults={"OrganisationID": "7"}).records()] == [7]


def test_a_bad_default_is_found_where_it_is_used() -> None:
    """A default is judged like a typed value, at the cell or the row it fills."""
    bare = {name: text for name, text in person(Role.LEARNER).items() if name != "ClassroomID"}
    found = checked(bare, defaults={"ClassroomID": "12Z"})
    assert told(found) == [("id-format", "ClassroomID", 2, None)]
    assert found.findings[0].value == "12Z"


def test_a_default_is_not_blamed_on_roles_that_do_not_take_it() -> None:
    """A default for a learner's field passes other roles by without a word."""
    found = checked(person(Role.ASSESSOR), defaults={"ClassroomID": "9", "ULN": "9276308686"})
    assert found.findings == ()
    assert [set(sent(record)) for record in found.records()] == [set(person(Role.ASSESSOR))]


def test_findings_stand_in_the_order_of_the_file() -> None:
    """First the file as a whole, then row by row and column by column."""
    late = {**person(Role.ASSESSOR, 1), "Telephone": "x", "FirstName": "A2"}
    bare = {name: text for name, text in person(Role.LEARNER, 2).items() if name != "ClassroomID"}
    found = checked(late, {**bare, "ULN": "x", "LastName": "K2", "DOB": "x"})
    assert [(one.code, one.place.row, one.field) for one in found.findings] == [
        ("column-missing", None, "ClassroomID"),
        ("name-characters", 2, "FirstName"),
        ("phone-format", 2, "Telephone"),
        ("name-characters", 3, "LastName"),
        ("uln-format", 3, "ULN"),
        ("date-format", 3, "DOB"),
        ("required", 3, "ClassroomID"),
    ]


def test_what_reading_found_is_kept() -> None:
    """The table's own findings come along, and a row that reading calls wrong is invalid and not judged further."""
    file, row = Place("people.csv"), Place("people.csv", None, 3)
    note, ragged = Finding("encoding-guessed", file, detail="x"), Finding("row-ragged", row, detail="x")
    headings = list(FIELDS)
    rows = [[person(Role.LEARNER, number).get(name) for name in headings] for number in (1, 2)]
    rows[1][3] = "shifted"
    found = check(made_table(headings, rows, findings=(note, ragged)), source=4, options=OPTIONS)
    assert found.findings == (note, ragged)
    assert found.invalid_rows == {3}
    assert [(record.source, record.row) for record in found.records()] == [(4, 2)]


def test_an_empty_table_has_no_findings() -> None:
    """Headings without rows are nothing to complain of, and give no records."""
    found = check(made_table(["Email", "ULN"], []), source=0, options=OPTIONS)
    assert found.findings == ()
    assert list(found.records()) == []


def test_records_hold_parsed_values() -> None:
    """Ids are numbers, dates are days, yes is true, the role is the role."""
    [record] = checked(person(Role.LEARNER)).records()
    assert sent(record)["OrganisationID"] == 1234
    assert sent(record)["Role"] is Role.LEARNER
    assert sent(record)["StartOn"] == date(2026, 9, 1)
    assert sent(record)["SupportFunding"] is False
    assert payload(record)["StartOn"] == "2026-09-01T00:00:00.000Z"
    assert payload(record)["Role"] == 1


def test_records_are_made_in_the_order_of_the_rows_over_many_batches() -> None:
    """More rows than a batch holds come out complete and in order."""
    rows = [["1", "A", "B", f"p{number}@example.com", "5"] for number in range(9000)]
    table = made_table(["OrganisationID", "FirstName", "LastName", "Email", "Role"], rows)
    records = list(check(table, source=0, options=OPTIONS).records())
    assert [record.row for record in records] == list(range(2, 9002))
    assert [sent(record)["Email"] for record in records] == [row[3] for row in rows]


def test_a_rows_reference_is_known_for_reports() -> None:
    """The MISID of a row is given as typed, also of an invalid row; None where it has none."""
    found = checked(
        {**person(Role.LEARNER, 1), "MISID": " L1 ", "Email": None}, {**person(Role.LEARNER, 2), "MISID": None}
    )
    assert (found.misid(2), found.misid(3)) == ("L1", None)
    assert checked({"Role": "1"}).misid(2) is None


def test_a_mandatory_field_with_a_bad_value_stays_an_error() -> None:
    """No setting turns a bad value of a mandatory field into less than an error."""
    table = people_table({**person(Role.LEARNER), "ClassroomID": "12Z", "ProviderID": "x"})
    found = check(table, source=0, options=Options(today=TODAY, severities={"id-format": Severity.NOTE}))
    weights = {one.field: severity(one, {"id-format": Severity.NOTE}) for one in found.findings}
    assert weights == {"ClassroomID": Severity.ERROR, "ProviderID": Severity.NOTE}
    assert found.invalid_rows == {2}


MANDATORY_BAD = (
    ("OrganisationID", "Northtown College", "id-format"),
    ("FirstName", "x" * 4001, "cell-too-long"),
    ("LastName", "x" * 4001, "cell-too-long"),
    ("Email", "asha.khan.example.com", "email-format"),
    ("Role", "Centre Manager", "role-unknown"),
    ("DefaultAssessorID", "J Smith", "id-format"),
    ("ClassroomID", "12Z", "id-format"),
    ("PlacementID", "00152", "id-format"),
)
UNUSABLE = (
    ("ULN", "9276308685", "uln-check-digit"),
    ("ULN", "123", "uln-format"),
    ("NINO", "QQ123456C", "nino-format"),
    ("DOB", "31/02/2000", "date-format"),
    ("ProviderID", "x", "id-format"),
    ("SupportFunding", "maybe", "yes-no-format"),
    ("CompanyName", "x" * 4001, "cell-too-long"),
    ("MISID", "1.5E+10", "number-damaged"),
    ("ULN", "9.27631E+09", "number-damaged"),
)
ALWAYS_LEFT_OUT = (
    ("ULN", "9999999999", "uln-placeholder"),
    ("MobileNumber", "07700 900123 / 07700 900124", "phone-format"),
    ("L13", "Other", "code-unknown"),
    ("L15", "95", "code-unknown"),
    ("L16", "12", "code-unknown"),
)
ADVICE = (
    ("FirstName", "Asha2", "name-characters"),
    ("LastName", "x" * 51, "too-long"),
    ("Email", f"{'a' * 100}@example.com", "too-long"),
    ("MISID", "x" * 101, "too-long"),
    ("NINO", "TN123456A", "nino-prefix"),
    ("MobileNumber", "7700900123", "phone-zero-restored"),
    ("Telephone", "07700 900123", "phone-kind"),
    ("L12", "23", "code-unknown"),
    ("L14", "Yes", "code-unknown"),
    ("DOB", "14/02/2020", "age-unusual"),
)


def _planted(cells: tuple[tuple[str, str, str], ...], **weights: Severity) -> Checked:
    people = [{**person(Role.LEARNER, at), name: text} for at, (name, text, _) in enumerate(cells)]
    severities = {code.replace("_", "-"): weight for code, weight in weights.items()}
    return check(people_table(*people), source=0, options=Options(today=TODAY, severities=severities))


def _wanted(found: Checked, cells: tuple[tuple[str, str, str], ...]) -> list[tuple[str, str, int, str]]:
    """Each planted code, at exactly its cell and nowhere else."""
    letters = {name: column_letters(at + 1) for name, at in found.columns.field_at.items()}
    return [(code, name, row, f"{letters[name]}{row}") for row, (name, _, code) in enumerate(cells, start=2)]


def test_a_bad_mandatory_value_stops_the_row_whatever_it_weighs() -> None:
    """Each planted value is one error at its cell, and no setting makes it less."""
    weights = {code.replace("-", "_"): Severity.NOTE for _, _, code in MANDATORY_BAD}
    for found in (_planted(MANDATORY_BAD), _planted(MANDATORY_BAD, **weights)):
        assert told(found) == _wanted(found, MANDATORY_BAD)
        assert found.invalid_rows == set(range(2, len(MANDATORY_BAD) + 2))
        assert list(found.records()) == []


def test_a_bad_optional_value_stops_the_row() -> None:
    """Each planted value that cannot be sent is one error at its cell, and nothing else is found."""
    found = _planted(UNUSABLE)
    assert told(found) == _wanted(found, UNUSABLE)
    assert found.invalid_rows == set(range(2, len(UNUSABLE) + 2))
    assert list(found.records()) == []


def test_a_bad_optional_value_is_never_sent_whatever_it_weighs() -> None:
    """By setting the row goes without the value; the value itself is never sent."""
    codes = {code.replace("-", "_"): Severity.NOTE for _, _, code in UNUSABLE}
    found = _planted(UNUSABLE, **codes)
    assert told(found) == _wanted(found, UNUSABLE)
    assert found.left_out == {(row, name) for row, (name, _, _) in enumerate(UNUSABLE, start=2)}
    for record, (name, _, _) in zip(found.records(), UNUSABLE, strict=True):
        assert name not in sent(record)


def test_what_is_left_out_is_said() -> None:
    """A placeholder, a phone number that is none and a code of another list go with a warning, and the row is sent."""
    found = _planted(ALWAYS_LEFT_OUT)
    assert told(found) == _wanted(found, ALWAYS_LEFT_OUT)
    assert found.left_out == {(row, name) for row, (name, _, _) in enumerate(ALWAYS_LEFT_OUT, start=2)}
    for record, (name, _, _) in zip(found.records(), ALWAYS_LEFT_OUT, strict=True):
        assert name not in sent(record)


def test_advice_is_said_and_the_value_sent() -> None:
    """A finding that is only advice leaves the value in the record."""
    found = _planted(ADVICE)
    assert told(found) == _wanted(found, ADVICE)
    assert found.invalid_rows == frozenset()
    assert found.left_out == set()
    for record, (name, _, _) in zip(found.records(), ADVICE, strict=True):
        assert name in sent(record)


def test_what_may_not_be_shown_is_in_no_finding() -> None:
    """National Insurance numbers and L12 to L16 are neither shown nor quoted."""
    cells = [(name, text) for name in ("NINO", "L12", "L13", "L14", "L15", "L16") for text in ("QQ123456C", "x" * 5000)]
    found = checked(*({**person(Role.LEARNER, at), name: text} for at, (name, text) in enumerate(cells)))
    assert [one.field for one in found.findings] == [name for name, _ in cells]
    for finding, (_, text) in zip(found.findings, cells, strict=True):
        assert finding.value is None
        assert text not in finding.detail


def test_an_error_cell_is_exactly_that_finding() -> None:
    """A cell with an error of Excel is said to be one, and not to be missing or malformed besides."""
    found = _with_cells(dict.fromkeys(FIELDS, "#N/A"), CellType.ERROR)
    assert [(one.code, one.field, one.place.row) for one in found.findings] == [
        ("cell-error", name, row) for row, name in enumerate(FIELDS, start=2)
    ]
    assert {one.detail for one in found.findings} == {"#N/A"}
    assert list(found.records()) == []


def test_an_uncalculated_formula_is_exactly_that_finding() -> None:
    """A formula without a stored result is said to be one, and not to be missing besides; no default fills it."""
    found = _with_cells(dict.fromkeys(FIELDS), CellType.UNCALCULATED)
    assert [(one.code, one.field, one.place.row) for one in found.findings] == [
        ("formula-uncalculated", name, row) for row, name in enumerate(FIELDS, start=2)
    ]
    assert list(found.records()) == []


def test_an_error_in_a_field_the_role_does_not_take_is_merely_left_out() -> None:
    """A look-up that fails in a learner's column does not stop an assessor's row."""
    headings = [*person(Role.ASSESSOR), "ULN"]
    row = [*person(Role.ASSESSOR).values(), "#N/A"]
    table = made_table(headings, [row], types={(0, len(headings) - 1): CellType.ERROR})
    found = check(table, source=0, options=OPTIONS)
    assert codes(found) == ["not-for-role"]
    assert found.invalid_rows == frozenset()


def _with_cells(texts: Mapping[str, str | None], kind: CellType) -> Checked:
    """A learner for each field named, whose cell in that field has the text and the type."""
    headings = list(FIELDS)
    people = [{**person(Role.LEARNER, at), name: text} for at, (name, text) in enumerate(texts.items())]
    rows = [[one.get(heading) for heading in headings] for one in people]
    types = {(at, headings.index(name)): kind for at, name in enumerate(texts)}
    defaults = {"OrganisationID": "7", "MISID": "x", "Role": "Learner"}
    return check(made_table(headings, rows, types=types), source=0, options=Options(today=TODAY, defaults=defaults))


def test_a_cell_that_became_a_date_is_damaged() -> None:
    """A real date where text, a reference or a number belongs was made by Excel."""
    names = [
        *("OrganisationID", "FirstName", "LastName", "Email", "DefaultAssessorID", "ClassroomID", "PlacementID"),
        *("MISID", "CompanyName", "MobileNumber", "Telephone", "Website", "WorkAddress", "ProviderID"),
        *("DefaultEmployerID", "ULN", "NINO", "EpisodeName", "HomeAddress", "LearnerStatusID"),
    ]
    found = _with_cells(dict.fromkeys(names, "2026-09-25"), CellType.DATE)
    assert [(one.code, one.field, one.detail) for one in found.findings] == [
        ("number-damaged", name, "Excel turned it into a date") for name in names
    ]
    assert list(found.records()) == []


def test_a_date_cell_among_codes_is_no_error() -> None:
    """Fields L12 to L16 never stop a row, whatever Excel made of them."""
    names = ["L12", "L13", "L14", "L15", "L16"]
    found = _with_cells(dict.fromkeys(names, "2026-01-02"), CellType.DATE)
    assert [(one.code, one.field) for one in found.findings] == [("code-unknown", name) for name in names]
    assert found.invalid_rows == frozenset()


def test_date_cells_are_dates_and_true_is_a_name() -> None:
    """A date cell in a date field is that day; a boolean cell in a name is the text TRUE."""
    day = _with_cells({"StartOn": "2026-09-25"}, CellType.DATE)
    assert day.findings == ()
    assert sent(next(day.records()))["StartOn"] == date(2026, 9, 25)
    name = _with_cells({"LastName": "TRUE"}, CellType.BOOLEAN)
    assert name.findings == ()
    assert sent(next(name.records()))["LastName"] == "TRUE"


def test_columns_that_cannot_be_told_are_not_used() -> None:
    """An ambiguous or doubled heading is an error of the file, and its field is then missing from every row."""
    headings = ["OrganisationID", "FirstName", "LastName", "Email", "Email Address", "Role"]
    row = ["1", "Asha", "Khan", "a@example.com", "a@example.com", "Assessor"]
    found = check(made_table(headings, [row]), source=0, options=OPTIONS)
    assert told(found) == [
        ("column-duplicate", "Email", None, None),
        ("column-missing", "Email", None, None),
        ("required", "Email", 2, None),
    ]


def test_a_column_of_american_dates_is_stopped_as_a_whole() -> None:
    """A date that can only be month first stops every date of its column that depends on the order, and no other."""
    texts = ["03/25/2026", "01/09/2026", "2026-09-01", "25/03/2026", "7 June 2026", None]
    people = [{**person(Role.LEARNER, at), "StartOn": text, "PlannedEndDate": None} for at, text in enumerate(texts)]
    found = checked(*people)
    assert [(one.code, one.place.row) for one in found.findings] == [
        ("dates-ambiguous", None),
        ("date-format", 2),
        ("date-format", 3),
        ("date-format", 5),
    ]
    summary = found.findings[0]
    assert (summary.heading, summary.place.column) == ("StartOn", 24)
    assert summary.detail == "1 can only have the day first, 1 can only have the month first"
    assert found.invalid_rows == {2, 3, 5}


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


def test_tables_of_a_run_are_numbered_in_order() -> None:
    """Each table's records know which source they came from."""
    tables = [people_table(person(Role.LEARNER, number), name=f"{number}.csv") for number in (1, 2, 3)]
    found = check_all(tables, options=OPTIONS)
    assert [[record.source for record in one.records()] for one in found] == [[0], [1], [2]]
    assert [one.findings for one in found] == [(), (), ()]


def test_a_rule_that_fails_itself_never_passes_for_clean_data(monkeypatch: pytest.MonkeyPatch) -> None:
    """A check that raises, or gives no mask, stops the program instead of finding no bad rows."""

    def broken(texts: pd.Series[str]) -> pd.Series[bool]:
        raise ZeroDivisionError(texts.name)

    with monkeypatch.context() as patch:
        patch.setattr(schema, "_is_there", broken)
        schema._schema.cache_clear()  # noqa: SLF001 - a schema made before would hide the broken rule
        with pytest.raises(CheckBrokenError, match="OrganisationID"):
            checked(person(Role.LEARNER))
    schema._schema.cache_clear()  # noqa: SLF001 - likewise for the tests after
    assert checked(person(Role.LEARNER)).findings == ()


CELLS = st.one_of(
    st.none(), st.text(max_size=12), st.sampled_from(["1", "Learner", "9276308686", "01/09/2026", "a@b.co"])
)


@settings(max_examples=15, deadline=None)
@given(rows=st.lists(st.lists(CELLS, min_size=32, max_size=32), max_size=4))
def test_any_table_is_judged_completely(rows: list[list[str | None]]) -> None:
    """Whatever the cells hold, each row is a record or has an error finding at that row, never both, never neither."""
    found = check(made_table(list(FIELDS), rows), source=0, options=OPTIONS)
    good = {record.row for record in found.records()}
    wrong = {one.place.row for one in found.findings if severity(one) is Severity.ERROR and one.place.row}
    assert good.isdisjoint(wrong)
    assert good | wrong == set(found.table.frame.index)
    assert wrong == found.invalid_rows
    for record in found.records():
        assert {name for name in FIELDS if record.role in FIELDS[name].required_for} <= set(payload(record))
