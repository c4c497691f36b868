"""Findings: addresses, severities and sentences."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils import get_column_letter

from bulk_import import findings
from bulk_import.findings import (
    ALWAYS_ERRORS,
    Finding,
    Place,
    Severity,
    all_sentences,
    column_letters,
    fix,
    located,
    message,
    severity,
)

PLACE = Place("learners.xlsx", "Learners", 7, 8)


@given(st.integers(1, 16_384))
def test_columns_are_lettered_as_in_excel(column: int) -> None:
    """A to XFD, as Excel shows them."""
    assert column_letters(column) == get_column_letter(column)


@pytest.mark.parametrize(
    ("code", "place", "begins"),
    [
        ("column-missing", Place("a.xlsx", "Staff"), "a.xlsx (sheet “Staff”) has no column for Role"),
        ("column-missing", Place("a.csv"), "a.csv has no column for Role"),
        ("column-ambiguous", Place("a.xlsx", "Staff", None, 1), "The heading “Role” (column A of sheet “Staff”) could"),
        ("column-ambiguous", Place("a.csv", None, None, 1), "The heading “Role” (column A) could mean"),
        ("rows-missing", Place("a.xlsx", "Staff"), "There is nobody below the headings of a.xlsx (sheet “Staff”)."),
    ],
)
def test_what_concerns_a_file_names_its_sheet(code: str, place: Place, begins: str) -> None:
    """Several sheets of one file may be read in one run."""
    assert message(Finding(code, place, "Role", "Role")).startswith(begins)


def test_a_cell_has_its_address_only_when_both_are_known() -> None:
    """Row and column give "H7"; a row alone or a file alone gives none."""
    assert PLACE.address == "H7"
    assert Place("a", None, 7).address is None
    assert Place("a", None, None, 3).address is None


@pytest.mark.parametrize("code", sorted(all_sentences()))
def test_each_code_has_complete_sentences(code: str) -> None:
    """Every code says what is wrong and what to do, as sentences, with every place filled."""
    finding = Finding(code, PLACE, "ULN", "Learner ULN", "12", "two are missing")
    for sentence in (message(finding), fix(finding)):
        assert sentence.endswith((".", "?"))
        assert not set("{}") & set(sentence)
        assert sentence.startswith("learners.xlsx") or not sentence[0].islower()


def test_a_message_that_stands_by_itself_says_where() -> None:
    """Column and row come first, as the user sees them; what concerns a row or a file says that."""
    uln = Finding("uln-check-digit", PLACE, "ULN", "ULN", "1234567890")
    assert located(uln) == ("Column H, row 7: the ULN “1234567890” is not sent, because it fails its check digit.")
    assert fix(uln) == "Ask the learner records team for the ULN from the LRS, or leave the cell empty."
    refused = Finding("refused", Place("learners.xlsx", "Learners", 7), detail="no such class")
    assert located(refused) == "Row 7: OneFile refused this row: no such class."
    assert located(Finding("file-encrypted", Place("a.xlsx"))) == "a.xlsx is protected with a password."


def test_a_field_is_named_as_in_the_file_and_as_in_onefile() -> None:
    """Whoever knows the heading finds the cell, whoever knows OneFile the field."""
    group = Finding("required", PLACE, "ClassroomID", "Group Code", detail="Learner")
    assert message(group) == "“Group Code” (ClassroomID) is missing, and OneFile insists on it for every Learner."
    same = Finding("required", PLACE, "ClassroomID", "ClassroomID", detail="Learner")
    assert message(same) == "ClassroomID is missing, and OneFile insists on it for every Learner."


@pytest.mark.parametrize("code", sorted(code for code, one in all_sentences().items() if one.scope == "row"))
def test_the_sentences_of_rows_are_of_one_cast(code: str) -> None:
    """None says where by itself, none is long, none speaks of what only a programmer knows."""
    sentences = all_sentences()[code]
    assert "{where}" not in sentences.message
    assert "in column" not in sentences.message
    finding = Finding(code, PLACE, "ULN", "Learner ULN", "12", "two are missing")
    assert located(finding).startswith("Column H, row 7: ")
    assert len(sentences.message) < 150
    words = f"{sentences.message} {sentences.fix} {sentences.own_fix}".lower()
    assert not [
        word for word in ("api", "null", "regex", "exception", "string", "invalid", "parse") if f" {word} " in words
    ]


@pytest.mark.parametrize("code", sorted(all_sentences()))
def test_each_code_explains_itself_in_the_reference(code: str) -> None:
    """The error reference has a cause and an example for each code."""
    sentences = all_sentences()[code]
    assert sentences.cause
    assert sentences.example
    assert sentences.scope in {"file", "row"}


def test_a_severity_can_be_chosen_but_not_for_what_must_stop_a_row() -> None:
    """The settings may soften an address that stands twice, never a missing mandatory field."""
    chosen = dict.fromkeys(all_sentences(), Severity.NOTE)
    assert severity(Finding("duplicate-email", PLACE), chosen) is Severity.NOTE
    assert severity(Finding("duplicate-email", PLACE)) is Severity.ERROR
    for code in ALWAYS_ERRORS:
        assert severity(Finding(code, PLACE), chosen) is Severity.ERROR


def test_a_hidden_value_is_not_shown() -> None:
    """Where showing a value is not allowed the sentence still reads."""
    assert (
        message(Finding("yes-no-format", PLACE, "X", "X")) == "The value is not sent, because it is neither yes nor no."
    )


def test_braces_in_what_the_user_typed_do_no_harm() -> None:
    """A value such as {0} is shown as typed."""
    assert "“{0}{where}”" in message(Finding("yes-no-format", PLACE, "X", "X", "{0}{where}"))


def test_a_file_keeps_the_case_of_its_name() -> None:
    """Where case matters, a capital would name another file."""
    assert message(Finding("file-encrypted", Place("staff.xlsx"))).startswith("staff.xlsx ")


def test_nobody_is_told_to_give_everybody_the_same_name() -> None:
    """--set is offered for a class, not for what is each person's own."""
    for code in ("required", "column-missing"):
        assert "--set" in fix(Finding(code, PLACE, "ClassroomID"))
        assert "--set" not in fix(Finding(code, PLACE, "Email"))


@pytest.mark.parametrize("code", sorted(all_sentences()))
def test_each_code_is_one_that_the_program_gives(code: str) -> None:
    """No sentence waits for a finding that nothing makes."""
    sources = Path(findings.__file__).parent.rglob("*.py")
    assert any(f'"{code}"' in source.read_text(encoding="utf-8") for source in sources)
