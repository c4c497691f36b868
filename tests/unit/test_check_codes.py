"""L12 to L16 as other systems write them: translated only when asked, counted, never guessed, never shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bulk_import.catalogue import CATEGORIES, EQUALS, FAMILIES, FIELDS, Coding, Role, coding, coding_problems
from bulk_import.check import Checked, Options, check
from bulk_import.check.codes import told_categories
from bulk_import.columns import Use, uses
from bulk_import.findings import Severity, fix, message, severity
from bulk_import.kinds import Choice
from tests.unit.tables import TODAY, made_table, people_table, person, sent, told

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

CODED = ("L12", "L13", "L14", "L15", "L16")


def coded(name: str, texts: Sequence[str | None], codes: Mapping[str, str | Mapping[str, str]]) -> Checked:
    """Learners with these texts in one field and nothing in the others of L12 to L16."""
    people = [
        {**{key: text for key, text in person(Role.LEARNER, at).items() if key not in CODED}, name: text}
        for at, text in enumerate(texts)
    ]
    return check(people_table(*people), source=0, options=Options(today=TODAY, coding=coding(codes, {})))


def values(found: Checked, name: str) -> list[object]:
    """What would be sent of a field, row by row."""
    return [sent(record).get(name) for record in found.records()]


# The tables of uk-data-rules, section 3: field, family, code typed, OneFile's code.
LEGACY = "23 31,24 32,25 34,21 35,20 36,19 37,22 38,12 39,13 40,11 41,18 42,14 43,15 44,16 45,17 46,98 98,99 99"
HESA = (
    "10 31,12 31,11 32,15 33,14 33,19 34,41 35,42 36,43 37,49 38,31 39,32 40,33 41,34 42,39 43,22 44,21 45,29 46,"
    "50 47,80 98,98 99"
)
# As DfE's Register of trainee teachers lists HESA's codes since then, by equal label.
HESA_TODAY = (
    "160 31,166 32,163 33,179 34,142 35,141 36,140 37,159 38,103 39,104 40,100 41,101 42,119 43,120 44,121 45,139 46,"
    "180 47,899 98,998 99"
)
TO_L15 = "1 6,2 90,4 1,5 2,6 3,7 9,8 6,9 7,15 10,16 8,93 4,95 5,97 97,98 99,99 99"
TO_L16 = "3 90,10 1,11 2,12 10,13 11,14 20,94 19,96 97,98 99,99 99"
NO_EQUAL = {
    "L12": ("hesa", ("90", "168", "997", "999")),
    "L13": ("hesa", ("3",)),
    "L15": ("ilr", ("17", "18", "12")),
    "L16": ("ilr", ("4",)),
}


def pairs(text: str) -> list[tuple[str, str]]:
    """Code typed and OneFile's code."""
    return [(one.split()[0], one.split()[1]) for one in text.split(",")]


@pytest.mark.parametrize(
    ("name", "family", "table"),
    [
        ("L12", "ilr-legacy", pairs(LEGACY)),
        ("L12", "hesa", pairs(f"{HESA},{HESA_TODAY}")),
        ("L13", "hesa", pairs("1 M,2 F,M M,f F")),
        ("L15", "ilr", pairs(TO_L15)),
        ("L16", "ilr", pairs(TO_L16)),
    ],
)
def test_each_code_of_a_family_becomes_its_equal(name: str, family: str, table: list[tuple[str, str]]) -> None:
    """Every line of the published tables is translated, and one note counts the cells without showing any."""
    found = coded(name, [code for code, _ in table], {name: family})
    assert values(found, name) == [wanted for _, wanted in table]
    assert [(one.code, one.field, one.place.row, severity(one)) for one in found.findings] == [
        ("codes-translated", name, None, Severity.NOTE)
    ]
    assert found.findings[0].detail == f"from the list {family}: cells translated: {len(table)}, left out: 0"
    written = {code.written for code in (FAMILIES[name][family] or CATEGORIES).codes}
    none = [code.written for code in (FAMILIES[name][family] or CATEGORIES).codes if code.means is None]
    assert {code for code, _ in table} | set(none) | {"F"} >= written


@pytest.mark.parametrize(("name", "family", "codes"), [(name, *rest) for name, rest in NO_EQUAL.items()])
def test_a_code_without_an_equal_is_left_out(name: str, family: str, codes: Sequence[str]) -> None:
    """It is a warning at its cell, and the row goes without it."""
    found = coded(name, codes, {name: family})
    assert [(one.code, one.field, one.place.row, severity(one)) for one in found.findings] == [
        ("codes-translated", name, None, Severity.NOTE),
        *(("code-untranslated", name, row, Severity.WARNING) for row, _ in enumerate(codes, start=2)),
    ]
    assert {one.detail for one in found.findings[1:]} == {"OneFile's list has no equal of it"}
    assert values(found, name) == [None] * len(codes)


WRITTEN = (
    ("L12", "ilr-legacy", "White British=31,any other White=34,23 - White British=31,023.0=31"),
    ("L12", "hesa", "31 - Indian=39,34: Chinese=42,012=31,Arab=47,any other White background=34,103 - Indian=39"),
    ("L15", "ilr", "04=1,Vision impairment=1,95 Other medical condition=5"),
    ("L16", "ilr", "12 - Dyslexia=10"),
)


@pytest.mark.parametrize(("name", "family", "written"), WRITTEN)
def test_codes_of_other_lists_may_carry_labels(name: str, family: str, written: str) -> None:
    """A label is understood by the list it comes from."""
    typed, wanted = zip(*(one.split("=") for one in written.split(",")), strict=True)
    assert values(coded(name, typed, {name: family}), name) == list(wanted)


UNKNOWN = (
    ("L12", "ilr-legacy", ["31", "White"]),
    ("L12", "ilr-legacy", ["23 - Chinese"]),
    ("L12", "hesa", ["44", "31 - White British", "102", "31 - Arab", "Indian subcontinent", "x" * 3000]),
    ("L13", "hesa", ["Female (trans)", "0"]),
    ("L15", "ilr", ["90"]),
    ("L16", "ilr", ["19"]),
)


@pytest.mark.parametrize(("name", "family", "typed"), UNKNOWN)
def test_what_is_not_in_the_list_named_is_never_sent(name: str, family: str, typed: list[str]) -> None:
    """A code that OneFile has too, with another meaning, would store something false; no finding shows it."""
    found = coded(name, [*typed, None], {name: family})
    assert [(one.code, one.place.row) for one in found.findings] == [
        ("codes-translated", None),
        *(("code-untranslated", row) for row, _ in enumerate(typed, start=2)),
    ]
    assert values(found, name) == [None] * (len(typed) + 1)
    for one, text in zip(found.findings[1:], typed, strict=True):
        assert one.value is None
        assert one.detail == f"it is not in the list {family}"
        assert len(text) < 3 or text not in message(one) + fix(one)


def test_a_translated_cell_is_found_at_its_address() -> None:
    """The finding stands at the very cell."""
    found = coded("L12", ["31", "77"], {"L12": "hesa"})
    letter = next(one.letters for one in uses(found.table, found.columns) if one.field == "L12")
    assert told(found)[1:] == [("code-untranslated", "L12", 3, f"{letter}3")]


OWN = {"WBRI": "31", "01": "39", "White British": "31", "Yes": "99"}


def test_a_centre_may_have_a_table_of_its_own() -> None:
    """Its codes and labels are compared without case and leading zeros, and nothing else is taken."""
    found = coded("L12", ["WBRI", "wbri", "1", "01", "white british", "yes", "31"], {"L12": OWN})
    assert values(found, "L12") == ["31", "31", "39", "39", "31", "99", None]


@pytest.mark.parametrize(
    "families",
    [
        {"L12": "ilr", "L13": "ilr", "L14": "ilr", "L15": "ilr-legacy", "L16": "hesa"},
        {"L13": "ilr-legacy", "L14": "ilr-legacy", "L15": "onefile", "L16": "ilr-legacy"},
    ],
)
def test_a_family_that_writes_as_onefile_does_changes_nothing(families: dict[str, str]) -> None:
    """Codes of OneFile's own list pass as they are, without a word, where the family has the same list."""
    cells = [(name, code) for name in CODED for code, _ in choice(name).codes]
    people = [{**person(Role.LEARNER, at), **dict.fromkeys(CODED), name: code} for at, (name, code) in enumerate(cells)]
    found = check(people_table(*people), source=0, options=Options(today=TODAY, coding=coding(families, {})))
    assert found.findings == ()
    assert [sent(one)[name] for one, (name, _) in zip(found.records(), cells, strict=True)] == [one for _, one in cells]


def choice(name: str) -> Choice:
    """The kind of one of the fields L12 to L16."""
    kind = FIELDS[name].kind
    assert isinstance(kind, Choice)
    return kind


@settings(max_examples=10, deadline=None)
@given(
    texts=st.lists(st.text(max_size=20) | st.integers(0, 120).map(str), min_size=1, max_size=30),
    which=st.sampled_from([(name, family) for name in CODED for family in FAMILIES[name] if FAMILIES[name][family]]),
)
def test_no_text_ever_stops_a_row_or_becomes_anything_but_a_code(texts: list[str], which: tuple[str, str]) -> None:
    """Whatever the cells hold, the rows go, and what was translated is in OneFile's list."""
    name, family = which
    translated = values(coded(name, texts, {name: family}), name)
    assert len(translated) == len(texts)
    assert set(translated) <= {None, *(code for code, _ in choice(name).codes)}


def test_by_setting_unknown_codes_are_sent_or_left_out() -> None:
    """Each field has its usual way, and the settings may turn it round."""
    people = people_table({**person(Role.LEARNER), **dict.fromkeys(CODED, "77")})
    for unknown, gone in (
        ({}, {"L13", "L15", "L16"}),
        (dict.fromkeys(CODED, "leave-out"), set(CODED)),
        (dict.fromkeys(CODED, "send"), set()),
    ):
        found = check(people, source=0, options=Options(today=TODAY, coding=coding({}, unknown)))
        assert [(one.code, one.field) for one in found.findings] == [("code-unknown", name) for name in CODED]
        assert {one.field for one in found.findings if "left out" in one.detail} == gone
        assert found.left_out == {(2, name) for name in gone}
        [record] = found.records()
        assert {name for name in CODED if name not in sent(record)} == gone


MIXED: tuple[tuple[list[str], dict[str, str], str | None], ...] = (
    (["23", "31"], {}, "from 11 to 25: 1 cell, from 31 to 47: 1 cell"),
    (["11", "12 - Indian", "34"], {"L12": "ilr"}, "from 11 to 25: 2 cells, from 31 to 47: 1 cell"),
    (["11", "34"], {"L12": "ilr-legacy"}, "from 11 to 25: 1 cell, from 31 to 47: 1 cell"),
    (["11", "34"], {"L12": "hesa"}, None),
    (["31", "98", "110"], {}, None),
    (["23", "24"], {}, None),
)


@pytest.mark.parametrize(("texts", "codes", "detail"), MIXED)
def test_a_column_of_two_lists_is_said_once(texts: list[str], codes: dict[str, str], detail: str | None) -> None:
    """Old codes beside today's are a warning of the file with the counts; HESA's list has both by nature."""
    found = coded("L12", texts, codes)
    mixed = [one for one in found.findings if one.code == "codes-mixed"]
    assert [(one.detail, severity(one), one.place.row) for one in mixed] == (
        [(detail, Severity.WARNING, None)] if detail else []
    )


def categories(headings: Sequence[str], rows: Sequence[Sequence[str | None]], way: str | None) -> Checked:
    """Learners with these columns beside the usual ones."""
    usual = [name for name in person(Role.LEARNER) if name not in CODED]
    table = made_table(
        [*usual, *headings],
        [[*(person(Role.LEARNER, at)[name] for name in usual), *row] for at, row in enumerate(rows)],
    )
    codes = {} if way is None else {"LLDDCat": way}
    return check(table, source=0, options=Options(today=TODAY, coding=coding(codes, {})))


def test_categories_are_not_sent_unless_asked() -> None:
    """Without the setting the column is merely listed."""
    found = categories(["LLDDCat", "PrimaryLLDD"], [["4", "4"]], None)
    assert [(one.code, one.detail) for one in found.findings] == [("column-unknown", "“LLDDCat”, “PrimaryLLDD”")]
    assert (values(found, "L15"), values(found, "L16")) == ([None], [None])


@pytest.mark.parametrize("code", EQUALS)
def test_each_category_becomes_its_equals(code: str) -> None:
    """One category gives L15, L16 or, for “not provided”, both; without an equal, neither."""
    found = told_categories(code, primary_only=False)
    assert found == (EQUALS[code] if any(EQUALS[code]) else NO_EQUAL_OF_ONE)


NO_PRIMARY = "it holds several categories, and none of them is named as the primary one"
NO_EQUAL_OF_ONE = "OneFile's lists have no equal of a category"
NO_CATEGORY = "it holds something that is no category of the ILR"
SEVERAL = (
    ("4;5", ("90", None), NO_PRIMARY),
    ("4, 12", ("1", "10"), NO_PRIMARY),
    ("12 13", (None, "90"), NO_PRIMARY),
    ("1;8", ("6", None), NO_PRIMARY),
    ("4;4", ("1", None), ("1", None)),
    ("4;99", ("1", None), ("1", None)),
    ("98;99", ("99", "99"), ("99", "99")),
    ("4;5\x1f5", ("90", None), ("2", None)),
    ("4;12\x1f12 - Dyslexia", ("1", "10"), (None, "10")),
    ("4;5\x1f1", ("90", None), NO_PRIMARY),
    ("4\x1f1", ("1", None), ("1", None)),
    (
        "4;17",
        NO_EQUAL_OF_ONE,
        NO_PRIMARY,
    ),
    ("4;17\x1f4", NO_EQUAL_OF_ONE, ("1", None)),
    ("44", NO_CATEGORY, NO_CATEGORY),
    ("4;x", NO_CATEGORY, NO_CATEGORY),
    (
        "Vision impairment; 12 - Dyslexia",
        ("1", "10"),
        NO_PRIMARY,
    ),
    (
        "Speech, Language and Communication Needs",
        NO_EQUAL_OF_ONE,
        NO_EQUAL_OF_ONE,
    ),
)


@pytest.mark.parametrize(("typed", "several", "primary"), SEVERAL)
def test_several_categories(typed: str, several: object, primary: object) -> None:
    """Several of one kind are 90, or the primary one alone counts, by setting; what cannot be told is not."""
    assert told_categories(typed, primary_only=False) == several
    assert told_categories(typed, primary_only=True) == primary


def test_categories_of_several_columns_are_counted_and_addressed() -> None:
    """Repeated columns belong together; what cannot be translated is found at the first of them, and nothing filled."""
    rows: list[list[str | None]] = [
        ["4", "12", None],
        ["4", "5", None],
        ["77", None, None],
        [None, None, None],
        [None, "14", "1"],
    ]
    found = categories(["LLDDCat 1", "LLDDCat 2", "PrimaryLLDD"], [list(row) for row in rows], "several")
    assert (values(found, "L15"), values(found, "L16")) == (
        ["1", "90", None, None, None],
        ["10", None, None, None, "20"],
    )
    first = next(one.letters for one in uses(found.table, found.columns) if one.use is Use.TRANSLATED)
    assert [(one.code, one.field, one.place.address, one.detail) for one in found.findings] == [
        ("codes-translated", "L15", None, "from the ILR's categories (LLDDCat): cells translated: 2, left out: 1"),
        ("codes-translated", "L16", None, "from the ILR's categories (LLDDCat): cells translated: 2, left out: 0"),
        ("code-untranslated", "L15", f"{first}4", NO_CATEGORY),
    ]
    assert [one.use for one in uses(found.table, found.columns)][-3:] == [Use.TRANSLATED] * 3
    assert found.invalid_rows == frozenset()


def test_a_column_of_its_own_wins_over_categories() -> None:
    """L15 as the file has it is never overruled; only L16 comes from the categories."""
    found = categories(["L15", "LLDDCat"], [["2", "4;12"], [None, "4;12"]], "several")
    assert (values(found, "L15"), values(found, "L16")) == (["2", None], ["10", "10"])


def test_no_difficulty_and_a_translated_category_contradict() -> None:
    """The rules across cells see what was translated."""
    found = categories(["L14", "LLDDCat"], [["2", "4"], ["2", "99"], ["1", "4"]], "primary")
    assert [(one.code, one.place.row) for one in found.findings if one.place.row] == [("lldd-contradiction", 2)]


def test_other_roles_are_told_that_the_field_is_not_theirs() -> None:
    """A code in an assessor's row is left out as ever, and is not counted."""
    table = people_table({**person(Role.ASSESSOR), "L12": "77"}, {**person(Role.LEARNER, 1), "L12": "31"})
    found = check(table, source=0, options=Options(today=TODAY, coding=coding({"L12": "hesa"}, {})))
    assert [(one.code, one.place.row) for one in found.findings] == [("codes-translated", None), ("not-for-role", 2)]
    assert "cells translated: 1, left out: 0" in found.findings[0].detail


PROBLEMS: tuple[tuple[Mapping[str, str | Mapping[str, str]], Mapping[str, str], str], ...] = (
    ({"L12": "hessa"}, {}, "[codes] L12 must be one of onefile, ilr, ilr-legacy, hesa, or a table of its own."),
    ({"L14": "hesa"}, {}, "[codes] L14 must be one of onefile, ilr, ilr-legacy, or a table of its own."),
    ({"L17": "hesa"}, {}, "[codes] there is no field L17 with codes. Did you mean L16?"),
    ({"LLDDCat": "all"}, {}, "[codes] LLDDCat must be several or primary."),
    ({"LLDDCat": {"1": "2"}}, {}, "[codes] LLDDCat must be several or primary."),
    ({"L13": {"1": "Male"}}, {}, "[codes.L13] 1: OneFile's codes for L13 are F, M, 9."),
    ({}, {"L12": "pass"}, "[unknown_codes] L12 must be send or leave-out."),
    (
        {},
        {"DOB": "send"},
        "[unknown_codes] there is no field DOB with codes. They are L12, L13, L14, L15, L16 and LLDDCat.",
    ),
)


@pytest.mark.parametrize(("codes", "unknown", "said"), PROBLEMS)
def test_a_wrong_list_gets_a_sentence(
    codes: Mapping[str, str | Mapping[str, str]], unknown: Mapping[str, str], said: str
) -> None:
    """What the settings may say of codes is said where they say something else."""
    assert list(coding_problems(codes, unknown)) == [said]


def test_without_settings_nothing_is_translated() -> None:
    """Onefile's own lists are the default everywhere."""
    assert coding({}, {}) == coding(dict.fromkeys(CODED, "onefile"), {}) == Coding()
    assert list(coding_problems(dict.fromkeys(CODED, "onefile"), dict.fromkeys(CODED, "send"))) == []
