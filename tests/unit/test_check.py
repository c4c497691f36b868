"""A table becomes records and findings: roles, mandatory and accepted fields, defaults, what is sent."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bulk_import.catalogue import FIELDS, Role
from bulk_import.check import CheckBrokenError, Options, check, check_all, payload, schema
from bulk_import.errors import UsageError
from bulk_import.findings import Finding, Place, Severity, fix, message, severity
from bulk_import.read.table import CellType
from tests.unit.tables import TODAY, checked, codes, made_table, people_table, person, sent, told

if TYPE_CHECKING:
    import pandas as pd


OPTIONS = Options(today=TODAY)
EMPTY = (None, "  ", "\u00a0\u200b")


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
    assert found.findings[0].detail == f"{'row' if name == 'Role' else role.label} needs"
    assert found.invalid_rows == {2, 3}


@pytest.mark.parametrize(
    ("name", "heading", "option"),
    [
        ("FirstName", "Legal First Name", '--map "Legal First Name=FirstName"'),
        ("OrganisationID", "Centre", '--map "Centre=OrganisationID"'),
        ("DefaultAssessorID", "Assessor Name", '--map "Assessor Name=DefaultAssessorID"'),
        ("OrganisationID", "Fee Band", '--set "OrganisationID=1"'),
        ("Role", "Fee Band", "--role Learner"),
        ("ClassroomID", "Fee Band", '--set "ClassroomID=VALUE"'),
    ],
)
def test_a_missing_column_is_answered_with_the_option_to_use(name: str, heading: str, option: str) -> None:
    """The error itself names the column that looks like it, or the option that gives all rows one value."""
    values = person(Role.LEARNER) | {name: "x"}
    table = made_table([heading if field == name else field for field in values], [list(values.values())])
    found = check(table, source=0, options=OPTIONS)
    missing = next(one for one in found.findings if one.code == "column-missing")
    assert (missing.field, option in fix(missing)) == (name, True)
    assert (f"“{heading}” (column" in message(missing)) == ("--map" in option)
    assert option in fix(missing)
    if "--map" not in option:
        assert option in fix(next(one for one in found.findings if one.code == "required"))


def test_staff_without_a_reference_are_spoken_of() -> None:
    """One note, with the option to use, where some column may be it and no other finding says so."""
    staff = {**person(Role.ASSESSOR), "MISID": "x"}

    def told(heading: str, role: str = "Assessor") -> list[str]:
        headings = [heading if name == "MISID" else name for name in staff]
        row = [role if name == "Role" else text for name, text in staff.items()]
        found = check(made_table(headings, [row]), source=0, options=OPTIONS).findings
        return [one.code + " " + fix(one) for one in found if one.code in {"misid-missing", "column-ambiguous"}]

    assert [one.startswith('misid-missing Say --map "HEADING=MISID"') for one in told("Payroll")] == [True]
    assert [one.startswith('misid-missing Say --map "Learner Number=MISID"') for one in told("Learner Number")] == [
        True
    ]
    assert [one.startswith("column-ambiguous") for one in told("Staff ID")] == [True]
    assert (told("MISID"), told("Payroll", "Learner")) == ([], [])


def test_a_missing_column_names_every_role_that_needs_it() -> None:
    """The finding of the file says which roles at hand cannot do without the column."""
    people = [person(role, number) for number, role in enumerate((Role.LEARNER, Role.EMPLOYER, Role.ASSESSOR))]
    found = checked(*({name: text for name, text in one.items() if name != "PlacementID"} for one in people))
    assert found.findings[0].detail == "Learner and Employer needs"
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


def test_of_an_unknown_role_only_what_every_role_needs_is_said() -> None:
    """Nothing that depends on the role is said of a row whose role is unknown, but what each account needs is."""
    found = checked({"Role": "Centre Manager", "FirstName": "Asha", "ULN": "x"}, person(Role.LEARNER, 1))
    assert told(found) == [
        ("required", "OrganisationID", 2, "A2"),
        ("required", "LastName", 2, "C2"),
        ("required", "Email", 2, "D2"),
        ("role-unknown", "Role", 2, "E2"),
    ]
    assert found.findings[-1].value == "Centre Manager"
    assert found.roles.tolist() == [0, 1]
    assert found.invalid_rows == {2}


def test_an_unknown_role_is_not_replaced_by_the_options() -> None:
    """A role that is there and wrong is never overruled by a default."""
    assert codes(checked({**person(Role.LEARNER), "Role": "Boss"}, role=Role.LEARNER)) == ["role-unknown"]


def test_a_row_without_any_role_lacks_its_role_and_what_every_role_needs() -> None:
    """Empty, and no role asked for: all that is missing in any case is said at once; a default fills in as ever."""
    lacking = {**person(Role.LEARNER, 1), "Role": None, "OrganisationID": None, "FirstName": None, "ClassroomID": None}
    found = checked(lacking, person(Role.LEARNER, 2), defaults={"OrganisationID": "7"})
    assert told(found) == [("required", "FirstName", 2, "B2"), ("required", "Role", 2, "E2")]


def test_a_file_without_roles_lacks_the_columns_that_every_role_needs() -> None:
    """Where no row has a role, the other columns that no account can do without are named too."""
    found = checked({"FirstName": "Asha", "Email": "a@example.com"}, defaults={"OrganisationID": "7"})
    assert [(one.code, one.field, one.detail) for one in found.findings if one.place.row is None] == [
        ("column-missing", "Role", "row needs"),
        ("column-missing", "LastName", "account needs"),
    ]


def test_a_formula_in_a_row_without_role_is_no_missing_cell() -> None:
    """An address that was never calculated is said to be that, whatever the role."""
    headings = list(FIELDS)
    row = [{**person(Role.LEARNER), "Role": None, "Email": None}.get(name) for name in headings]
    table = made_table(headings, [row], types={(0, headings.index("Email")): CellType.UNCALCULATED})
    found = check(table, source=0, options=OPTIONS)
    assert [(one.code, one.field) for one in found.findings] == [
        ("formula-uncalculated", "Email"),
        ("required", "Role"),
    ]


def test_a_default_that_is_no_role_is_refused() -> None:
    """A mistyped default would turn every row away; it is said at once, with the roles there are."""
    with pytest.raises(UsageError, match=r"“Chef”.*Learner \(1\), .*Observer \(45\)"):
        Options(today=TODAY, defaults={"Role": " Chef "})
    assert Options(today=TODAY, defaults={"Role": " "}).usual_role is None
    assert Options(today=TODAY, defaults={"Role": "Tutor"}).usual_role is Role.ASSESSOR


def test_a_default_role_fills_an_empty_cell() -> None:
    """A row that names no role gets the default, unless the options ask for another."""
    learner = {**person(Role.LEARNER), "Role": " "}
    assert [one.role for one in checked(learner, defaults={"Role": "1"}).records()] == [Role.LEARNER]
    both = checked(learner, defaults={"Role": "1"}, role=Role.ASSESSOR)
    assert both.roles.tolist() == [Role.ASSESSOR]


@pytest.mark.parametrize("role", Role)
def test_defaults_fill_empty_cells_and_missing_columns(role: Role) -> None:
    """A default stands in for an empty cell and for a column that is not there, and a filled cell wins."""
    some = {**person(role, 1), "OrganisationID": None, "PlacementID": None}
    other = {**person(role, 2), "OrganisationID": "99"}
    found = checked(some, other, defaults={"OrganisationID": " 7 ", "PlacementID": "8.0", "ClassroomID": "9"})
    records = list(found.records())
    assert found.findings == ()
    assert [sent(record)["OrganisationID"] for record in records] == [7, 99]
    assert sent(records[0]).get("PlacementID") == ("8" if role in FIELDS["PlacementID"].required_for else None)
    bare = {name: text for name, text in person(role).items() if name != "OrganisationID"}
    assert [sent(one)["OrganisationID"] for one in checked(bare, defaults={"OrganisationID": "7"}).records()] == [7]


def test_a_bad_default_is_found_where_it_is_used() -> None:
    """A default is judged like a typed value, at the cell or the row it fills."""
    bare = {name: text for name, text in person(Role.LEARNER).items() if name != "OrganisationID"}
    found = checked(bare, defaults={"OrganisationID": "12Z"})
    assert told(found) == [("id-format", "OrganisationID", 2, None)]
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
