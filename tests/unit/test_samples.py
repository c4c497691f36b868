"""What was planted in the samples is what the check finds: no more, no less, in exactly that cell."""

from __future__ import annotations

from collections import Counter
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bulk_import.catalogue import FIELDS, Role, fields_for_heading
from bulk_import.check import Checked, Options, check_all
from bulk_import.findings import all_sentences
from bulk_import.folding import folded
from bulk_import.kinds import role_from_text
from bulk_import.read import read_table
from bulk_import.sandbox import seed
from tests.invented import clean, enrolments, learners

if TYPE_CHECKING:
    from tests.invented.rows import Sample

FOLDER = Path(__file__).parents[2] / "samples"
SAMPLES = (enrolments.SAMPLE, learners.SAMPLE, clean.SAMPLE)
EVERY = pytest.mark.parametrize("sample", SAMPLES, ids=[sample.name for sample in SAMPLES])
# The day the samples are judged on; their dates of birth and start dates are far enough from it.
TODAY = date(2026, 11, 23)


def _checked(*samples: Sample) -> tuple[Checked, ...]:
    return _checked_files(*(sample.name for sample in samples))


@cache
def _checked_files(*names: str) -> tuple[Checked, ...]:
    tables = [read_table(FOLDER / name, name=name, known=_known) for name in names]
    options = Options(role=None, defaults={}, date_order="dmy", severities={}, chosen={}, today=TODAY)
    return check_all(tables, options=options)


def _known(heading: str) -> bool:
    return any(name in FIELDS for name in fields_for_heading(heading))


def _found(checked: Checked) -> set[tuple[str, int, int]]:
    return {(f.code, f.place.row, f.place.column or 0) for f in checked.findings if f.place.row is not None}


@EVERY
def test_the_check_finds_what_was_planted_and_nothing_else(sample: Sample) -> None:
    """Each mistake has its finding at its cell, and no good cell has one."""
    (checked,) = _checked(sample)
    assert _found(checked) == sample.planted()


@EVERY
def test_the_check_says_of_the_file_what_was_planted(sample: Sample) -> None:
    """Extra columns and a guessed encoding are mentioned once."""
    (checked,) = _checked(sample)
    assert [f.code for f in checked.findings if f.place.row is None] == list(sample.file_finds)


@EVERY
def test_every_row_is_read_where_it_stands(sample: Sample) -> None:
    """No row is lost under titles, in cells of several lines or behind a blank row."""
    (checked,) = _checked(sample)
    numbers = dict(enumerate(sample.rows, start=sample.first_row))
    assert list(checked.table.frame.index) == [number for number, row in numbers.items() if row is not None]
    assert list(checked.table.blank_rows) == [number for number, row in numbers.items() if row is None]


@EVERY
def test_the_valid_rows_are_those_without_an_error(sample: Sample) -> None:
    """A warning or a note keeps nobody from being sent; an error does, and so does a bad value that is mandatory."""
    (checked,) = _checked(sample)
    held = {checked.table.headings[at].column: name for name, at in checked.columns.field_at.items()}
    errors = {
        row
        for code, row, column in sample.planted()
        if all_sentences()[code].severity == "error"
        or (all_sentences()[code].left_out and checked.roles[row] in FIELDS[held[column]].required_for)
    }
    assert checked.invalid_rows == errors
    assert [record.row for record in checked.records()] == sorted(set(checked.table.frame.index) - errors)


def test_the_samples_can_be_submitted_together() -> None:
    """Nobody stands in two samples."""
    together = _checked(*SAMPLES)
    assert [_found(checked) for checked in together] == [sample.planted() for sample in SAMPLES]


def test_the_workbook_shows_the_whole_range_of_an_enrolment() -> None:
    """All six roles, enough valid rows to be worth sending, and every common mistake."""
    (checked,) = _checked(enrolments.SAMPLE)
    roles = Counter(record.role for record in checked.records())
    assert set(roles) == set(Role)
    assert roles.total() >= 35
    assert {code for code, _, _ in enrolments.SAMPLE.planted()} >= {
        *("required", "email-format", "uln-check-digit", "uln-placeholder", "uln-format", "number-damaged"),
        *("nino-format", "nino-prefix", "date-format", "date-order", "dob-implausible", "duration-short"),
        *("phone-format", "phone-zero-restored", "phone-kind", "role-unknown", "not-for-role", "code-unknown"),
        *("id-format", "yes-no-format", "name-characters", "cell-error", "formula-uncalculated"),
        *("duplicate-misid", "duplicate-email", "duplicate-uln"),
    }


def test_names_arrive_as_they_were_typed() -> None:
    """Accents, apostrophes and surnames that a program may take for something else reach the record unharmed."""
    names = {
        str(record.values[field])
        for checked in _checked(*SAMPLES)
        for record in checked.records()
        for field in ("FirstName", "LastName")
    }
    assert names >= {
        "Zoë",
        "Łukasz",
        "O’Neill",
        "Null",
        "True",
        "None",
        "Na",
        "=Isaac",
        "-Brook",
        "Weiß",
        "Peña",
        "Zając",
    }


def test_ids_are_those_of_the_practice_onefile_except_where_a_refusal_is_wanted() -> None:
    """A valid row is refused by the practice OneFile only where the sample says so."""
    rows = [row for sample in SAMPLES for row in sample.rows if row is not None]
    assert Counter(row.refused for row in rows if row.refused) == {-904: 1}
    known = {text for table in ("_CLASSROOMS", "_PLACEMENTS") for text in _meaning_one(table)}
    for sample, checked in zip(SAMPLES, _checked(*SAMPLES), strict=True):
        wanted = {n for n, row in enumerate(sample.rows, start=sample.first_row) if row is not None and row.unlisted}
        strange = {
            record.row
            for record in checked.records()
            if {folded(record.values[n]) for n in ("ClassroomID", "PlacementID") if n in record.values} - known
        }
        assert strange == wanted


def _meaning_one(table: str) -> set[str]:
    """Ids, names and MIS values of a list of the practice OneFile, without those that two entries have."""
    entries = [entry for entry in getattr(seed, table) if entry[1] == seed.ORGANISATION_ID]
    texts = Counter(folded(text) for entry in entries for text in (entry[0], *entry[2:]) if text)
    return {text for text, entries_with_it in texts.items() if entries_with_it == 1}


def test_everybody_is_made_up() -> None:
    """Addresses at example.com and telephone numbers out of the ranges for fiction, wherever they are valid."""
    for record in (record for checked in _checked(*SAMPLES) for record in checked.records()):
        assert str(record.values["Email"]).endswith("@example.com")
        for name in ("MobileNumber", "Telephone"):
            digits = str(record.values.get(name, "07700900")).replace(" ", "").replace("+44", "0")
            assert digits.startswith(("07700900", "01632960"))


def test_roles_are_written_in_words() -> None:
    """The workbook says Tutor and IV, as colleges do."""
    words = {str(row.cells["User Type"]) for row in enrolments.SAMPLE.rows if row is not None}
    assert {role_from_text(word) for word in words} == {None, *Role}
    assert {"Tutor", "IV"} <= words
