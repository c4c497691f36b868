"""What is planted in a cell is found at that cell, and what it costs the row."""

from __future__ import annotations

from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, TypeAlias

import pytest

from bulk_import.catalogue import FIELDS, Role
from bulk_import.check import Options, check
from bulk_import.check.examination import examine
from bulk_import.check.verdict import conclude
from bulk_import.findings import Severity, all_sentences, column_letters, severity
from bulk_import.kinds import Apostrophes
from bulk_import.read.table import CellType
from bulk_import.rules import Breach
from tests.unit.tables import TODAY, checked, codes, made_table, people_table, person, sent, told

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bulk_import.check import Checked

OPTIONS = Options(today=TODAY)


def test_a_mandatory_field_with_a_bad_value_stays_an_error() -> None:
    """No setting turns a bad value of a mandatory field into less than an error."""
    mild = {"id-format": Severity.NOTE, "yes-no-format": Severity.NOTE}
    table = people_table({**person(Role.LEARNER), "OrganisationID": "12Z", "SupportFunding": "x"})
    found = check(table, source=0, options=Options(today=TODAY, severities=mild))
    weights = {one.field: severity(one, mild) for one in found.findings}
    assert weights == {"OrganisationID": Severity.ERROR, "SupportFunding": Severity.NOTE}
    assert found.invalid_rows == {2}


Cell: TypeAlias = tuple[str, str | None, str]

OPTIONAL = [name for name, field in FIELDS.items() if Role.LEARNER not in field.required_for and name != "MISID"]
"""What a learner's row can go without though something stands there."""

MANDATORY_BAD: tuple[Cell, ...] = (
    ("OrganisationID", "Northtown College", "id-format"),
    ("FirstName", "x" * 4001, "cell-too-long"),
    ("LastName", "x" * 4001, "cell-too-long"),
    ("Email", "asha.khan.example.com", "email-format"),
    ("Email", "#N/A", "cell-error"),
    ("Email", None, "formula-uncalculated"),
    ("Role", "Centre Manager", "role-unknown"),
    ("Role", "#N/A", "cell-error"),
    ("Role", None, "formula-uncalculated"),
    ("DefaultAssessorID", "x" * 4001, "cell-too-long"),
    ("ClassroomID", "x" * 4001, "cell-too-long"),
    ("ClassroomID", "#REF!", "cell-error"),
    ("MISID", "1.5E+10", "number-damaged"),
    ("MISID", "x" * 4001, "cell-too-long"),
    ("MISID", "#N/A", "cell-error"),
    ("MISID", None, "formula-uncalculated"),
)
BAD: tuple[Cell, ...] = (
    ("ULN", "9276308685", "uln-check-digit"),
    ("ULN", "123", "uln-format"),
    ("ULN", "9.27631E+09", "number-damaged"),
    ("NINO", "QQ123456C", "nino-format"),
    ("DOB", "31/02/2000", "date-format"),
    ("DOB", "24/11/2026", "dob-implausible"),
    ("DOB", "23/11/1911", "dob-implausible"),
    ("ProviderID", "x" * 4001, "cell-too-long"),
    ("ProviderID", "#N/A", "cell-error"),
    ("StartOn", None, "formula-uncalculated"),
    ("SupportFunding", "maybe", "yes-no-format"),
    ("CompanyName", "x" * 4001, "cell-too-long"),
    ("MobileNumber", "07700 900123 / 07700 900124", "phone-format"),
)
CODES_OF_BAD = frozenset(code for _, _, code in BAD)
ALWAYS_LEFT_OUT: tuple[Cell, ...] = (
    ("ULN", "9999999999", "uln-placeholder"),
    ("ULN", "-2", "uln-placeholder"),
    ("L13", "Other", "code-unknown"),
    ("L15", "95", "code-unknown"),
    ("L16", "12", "code-unknown"),
)
ADVICE: tuple[Cell, ...] = (
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


BadOptional: TypeAlias = Literal["leave-out", "stop-row"]
WEIGHTS = (None, Severity.ERROR, Severity.WARNING, Severity.NOTE)


def _planted(
    cells: Sequence[Cell],
    bad_optional: BadOptional = "leave-out",
    weights: Mapping[str, Severity] = MappingProxyType({}),
) -> Checked:
    people = [{**person(Role.LEARNER, at), name: text} for at, (name, text, _) in enumerate(cells)]
    types = {
        (at, list(FIELDS).index(name)): CellType.UNCALCULATED for at, (name, text, _) in enumerate(cells) if not text
    }
    table = made_table([*FIELDS], [[one.get(name) for name in FIELDS] for one in people], types=types)
    return check(table, source=0, options=Options(today=TODAY, severities=weights, bad_optional=bad_optional))


def _wanted(found: Checked, cells: Sequence[Cell]) -> list[tuple[str, str, int, str]]:
    """Each planted code, at exactly its cell and nowhere else."""
    letters = {name: column_letters(at + 1) for name, at in found.columns.field_at.items()}
    return [(code, name, row, f"{letters[name]}{row}") for row, (name, _, code) in enumerate(cells, start=2)]


@pytest.mark.parametrize("weight", WEIGHTS)
@pytest.mark.parametrize("bad_optional", ["leave-out", "stop-row"])
def test_a_bad_mandatory_value_stops_the_row_whatever_it_weighs(
    bad_optional: BadOptional, weight: Severity | None
) -> None:
    """Each planted value is one error at its cell, and no setting makes it less; a MISID that is there counts too."""
    weights = {code: weight for _, _, code in MANDATORY_BAD if weight}
    found = _planted(MANDATORY_BAD, bad_optional, weights)
    assert told(found) == _wanted(found, MANDATORY_BAD)
    assert {severity(one, weights) for one in found.findings} == {Severity.ERROR}
    assert found.invalid_rows == set(range(2, len(MANDATORY_BAD) + 2))
    assert list(found.records()) == []


@pytest.mark.parametrize("weight", WEIGHTS)
@pytest.mark.parametrize(("bad_optional", "usual"), [("leave-out", Severity.WARNING), ("stop-row", Severity.ERROR)])
def test_a_bad_optional_value_is_left_out_or_stops_the_row(
    bad_optional: BadOptional, usual: Severity, weight: Severity | None
) -> None:
    """Each planted value is one finding at its cell and is never sent; bad_optional weighs it, [severity] before it."""
    weights = {code: weight for _, _, code in BAD if weight}
    found = _planted(BAD, bad_optional, weights)
    assert told(found) == _wanted(found, BAD)
    assert {severity(one, weights) for one in found.findings} == {weight or usual}
    stopped = set(range(2, len(BAD) + 2)) if (weight or usual) is Severity.ERROR else set()
    assert found.invalid_rows == stopped
    assert found.left_out == {(row, name) for row, (name, _, _) in enumerate(BAD, start=2)}
    sent_at = {record.row: sent(record) for record in found.records()}
    assert sent_at.keys() == set(range(2, len(BAD) + 2)) - stopped
    assert [name for row, (name, _, _) in enumerate(BAD, start=2) if name in sent_at.get(row, {})] == []


@pytest.mark.parametrize(
    ("bad_optional", "weight", "stopping"),
    [("leave-out", Severity.ERROR, {"date-format"}), ("stop-row", Severity.WARNING, {*CODES_OF_BAD} - {"date-format"})],
)
def test_severity_decides_of_single_codes(
    bad_optional: BadOptional, weight: Severity, stopping: frozenset[str]
) -> None:
    """One code can be made an error while all others leave the value out, and the reverse."""
    found = _planted(BAD, bad_optional, {"date-format": weight})
    assert found.invalid_rows == {row for row, (_, _, code) in enumerate(BAD, start=2) if code in stopping}


def test_each_code_that_leaves_a_value_out_is_planted() -> None:
    """No such code is without a row in these tables, except those of other stages, which have tests of their own.

    An id that is none stands only in OrganisationID, which nobody may leave out.
    """
    elsewhere = {"column-unsure", "date-order-unsure", "date-order", "not-for-role", "code-untranslated"}
    elsewhere |= {"reference-unknown", "reference-ambiguous", "list-unavailable", "id-format"}
    elsewhere |= {"clear-mandatory", "clear-off", "clear-untrusted"}
    planted = {code for _, _, code in (*BAD, *ALWAYS_LEFT_OUT)}
    assert {code for code, said in all_sentences().items() if said.left_out} == planted - {"code-unknown"} | elsewhere


@pytest.mark.parametrize("cells", [ALWAYS_LEFT_OUT, ADVICE])
def test_what_is_no_mistake_stops_no_row_by_that_setting(cells: Sequence[Cell]) -> None:
    """No value yet, a code of another list and mere advice go as ever."""
    found = _planted(cells, "stop-row")
    assert told(found) == _wanted(found, cells)
    assert found.invalid_rows == frozenset()


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
    assert {record.row for record in found.records()} == {list(FIELDS).index(name) + 2 for name in OPTIONAL}


@pytest.mark.parametrize(
    "error", ["#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!", "#CALC!"]
)
def test_the_text_of_an_error_is_an_error(error: str) -> None:
    """A CSV saved from a sheet in which a formula failed holds the error's name, whatever the field."""
    found = _with_cells(dict.fromkeys(FIELDS, error), CellType.TEXT)
    assert [(one.code, one.field, one.detail) for one in found.findings] == [
        ("cell-error", name, error) for name in FIELDS
    ]
    assert {record.row for record in found.records()} == {list(FIELDS).index(name) + 2 for name in OPTIONAL}


def test_the_text_of_an_error_in_a_field_the_role_does_not_take_is_merely_left_out() -> None:
    """As for a cell with an error."""
    assert codes(checked({**person(Role.ASSESSOR), "ULN": "#N/A"})) == ["not-for-role"]


CODES = ("L12", "L13", "L14", "L15", "L16")
PLANTED_IN_CODES = (
    ("cell-error", "#N/A", CellType.ERROR),
    ("cell-error", "#REF!", CellType.TEXT),
    ("formula-uncalculated", None, CellType.UNCALCULATED),
    ("cell-too-long", "x" * 4001, CellType.TEXT),
)


@pytest.mark.parametrize(("code", "text", "kind"), PLANTED_IN_CODES)
def test_what_is_wrong_in_l12_to_l16_is_left_out_with_a_warning(code: str, text: str | None, kind: CellType) -> None:
    """Optional fields that describe people never stop a row: the person goes without the value."""
    found = _with_cells(dict.fromkeys(CODES, text), kind)
    assert [(one.code, one.field, severity(one)) for one in found.findings] == [
        (code, name, Severity.WARNING) for name in CODES
    ]
    assert found.left_out == {(row, name) for row, name in enumerate(CODES, start=2)}
    assert [name in sent(one) for one, name in zip(found.records(), CODES, strict=True)] == [False] * len(CODES)


ROW_CODES = [code for code, sentences in all_sentences().items() if sentences.scope == "row"]


@pytest.mark.parametrize("name", CODES)
def test_no_finding_in_l12_to_l16_is_ever_an_error(name: str) -> None:
    """Whatever the code, and even where the settings make it an error."""
    strict = Options(today=TODAY, severities=dict.fromkeys(ROW_CODES, Severity.ERROR))
    for options in (OPTIONS, strict):
        table = people_table(person(Role.LEARNER))
        breaches = [Breach(code, name, [2]) for code in ROW_CODES]
        found = conclude(examine(table, options), breaches, source=0, options=options)
        assert found.invalid_rows == frozenset()
        assert len(found.findings) == len(ROW_CODES)
        assert Severity.ERROR not in {severity(one, options.severities) for one in found.findings}


def test_two_columns_of_a_code_cost_nobody_the_place() -> None:
    """Of two columns for L12 neither is sent, with a warning at each row."""
    headings = [*person(Role.LEARNER), "Ethnicity"]
    table = made_table(headings, [[*person(Role.LEARNER).values(), "31"]])
    found = check(table, source=0, options=OPTIONS)
    assert [(one.code, severity(one)) for one in found.findings] == [
        ("column-duplicate", Severity.ERROR),
        ("column-unsure", Severity.WARNING),
    ]
    assert ["L12" in sent(one) for one in found.records()] == [False]


def test_an_uncalculated_formula_is_exactly_that_finding() -> None:
    """A formula without a stored result is said to be one, and not to be missing besides; no default fills it."""
    found = _with_cells(dict.fromkeys(FIELDS), CellType.UNCALCULATED)
    assert [(one.code, one.field, one.place.row) for one in found.findings] == [
        ("formula-uncalculated", name, row) for row, name in enumerate(FIELDS, start=2)
    ]
    assert {record.row for record in found.records()} == {list(FIELDS).index(name) + 2 for name in OPTIONAL}


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
    assert {record.row for record in found.records()} == {names.index(name) + 2 for name in names if name in OPTIONAL}


def test_a_date_cell_among_codes_is_no_error() -> None:
    """Fields L12 to L16 never stop a row, whatever Excel made of them."""
    names = ["L12", "L13", "L14", "L15", "L16"]
    found = _with_cells(dict.fromkeys(names, "2026-01-02"), CellType.DATE)
    assert [(one.code, one.field) for one in found.findings] == [("code-unknown", name) for name in names]
    assert found.invalid_rows == frozenset()


@pytest.mark.parametrize(
    ("apostrophes", "name"), [(Apostrophes.AS_TYPED, "O’Neill’s"), (Apostrophes.STRAIGHT, "O'Neill's")]
)
def test_curly_apostrophes_in_names_become_straight_where_that_is_asked_for(
    apostrophes: Apostrophes, name: str
) -> None:
    """Names only, and without the setting every name is sent as it is typed; a note tells of them either way."""
    table = people_table({**person(Role.LEARNER), "LastName": " O’Neill’s", "CompanyName": "Smith’s"})
    found = check(table, source=0, options=Options(today=TODAY, apostrophes=apostrophes))
    [record] = found.records()
    assert codes(found) == ["quotes-curly"]
    assert (sent(record)["LastName"], sent(record)["CompanyName"]) == (name, "Smith’s")


def test_date_cells_are_dates_and_true_is_a_name() -> None:
    """A date cell in a date field is that day; a boolean cell in a name is the text TRUE, which is told."""
    day = _with_cells({"StartOn": "2026-09-25"}, CellType.DATE)
    assert day.findings == ()
    assert sent(next(day.records()))["StartOn"] == date(2026, 9, 25)
    name = _with_cells({"LastName": "TRUE"}, CellType.BOOLEAN)
    assert codes(name) == ["cell-boolean"]
    assert sent(next(name.records()))["LastName"] == "TRUE"


@pytest.mark.parametrize(
    ("references", "lost"),
    [
        (["001234", "1235", "001236", "001237"], {"1235": "001235"}),
        (["001234", "1235", "001236", "001237", "9", "001235"], {"1235": "001235", "9": "000009"}),
        (["099998", "099999", "100000", "100001", "097000", "99997"], {"99997": "099997"}),
        (["001234", "1235", "001236", "TEMP-1", "001237"], {"1235": "001235"}),
        (["001234", "1235", "001236"], {}),
        (["001234", "1235", "001236", "0012", "001237"], {}),
        (["001234", "1235", "1236", "1237", "001236", "001237"], {}),
        (["001", "002", "003", *(str(number) for number in range(100, 120)), "4"], {}),
        (["1234", "12", "123", "4"], {}),
        (["L00123", "L124", "L00125", "L00126"], {}),
    ],
)
def test_a_reference_that_lost_its_zeros_is_told(references: Sequence[str], lost: Mapping[str, str]) -> None:
    """It stops its row with the likely original, and only where nearly all others have one width and many a zero."""
    people = [{**person(Role.ASSESSOR, at), "MISID": misid} for at, misid in enumerate(references)]
    found = checked(*people)
    assert {str(one.value): one.detail.rpartition("probably ")[2] for one in found.findings} == {
        short: f"“{whole}”" for short, whole in lost.items()
    }
    assert {one.code for one in found.findings} <= {"zero-lost"}
    assert len(found.invalid_rows) == len(lost)
    softened = check(
        people_table(*people), source=0, options=Options(today=TODAY, severities={"zero-lost": Severity.WARNING})
    )
    assert [sent(one)["MISID"] for one in softened.records()] == references


def test_numbers_of_staff_are_no_measure_of_those_of_learners() -> None:
    """Payroll numbers of four digits beside learners' references of six, with zeros, have lost nothing."""
    people = [{**person(Role.LEARNER, at), "MISID": f"0010{at:02}"} for at in range(10, 30)]
    staff = [{**person(Role.ASSESSOR, at), "MISID": f"20{at}"} for at in range(40, 50)]
    found = checked(*people, *staff)
    assert [one.code for one in found.findings] == []
