"""Rows are chosen by the numbers that Excel shows; whatever names none is refused, and no row is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulk_import.actions import Skip
from bulk_import.catalogue import FIELDS, Role
from bulk_import.check import Options, check_all
from bulk_import.cli.options import rows_from
from bulk_import.decide import Rules
from bulk_import.directory import Directory
from bulk_import.errors import UsageError
from bulk_import.plan import Plan, make_plan
from bulk_import.row_choice import EVERY_ROW, RowChoice, spans
from tests.unit.tables import TODAY, people_table, person

CENTRE = int(FIELDS["OrganisationID"].example)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", ()),
        ("7", ((7, 7),)),
        ("7,9-12", ((7, 7), (9, 12))),
        (" 7 , 9 – 12 ", ((7, 7), (9, 12))),
        ("12-12", ((12, 12),)),
    ],
)
def test_rows_and_spans_are_understood(text: str, wanted: tuple[tuple[int, int], ...]) -> None:
    """Numbers, spans with either dash, and spaces between them."""
    assert spans(text) == wanted


@pytest.mark.parametrize("text", ["A7", "7,", "12-9", "0", "7;9", "-3", "7-", "1.5", "٣"])
@pytest.mark.parametrize("option", ["only", "skip"])
def test_what_names_no_rows_is_refused(text: str, option: str) -> None:
    """A mistyped choice is a sentence with the way to write it, never all rows or none."""
    choice = RowChoice(only=text) if option == "only" else RowChoice(skip=text)
    with pytest.raises(UsageError, match=f"--{option} .* does not name rows") as wrong:
        choice.checked()
    assert f'--{option} "7,9-12"' in wrong.value.fix


@pytest.mark.parametrize("text", ["", " ", "\t"])
@pytest.mark.parametrize("option", ["only", "skip", "again"])
def test_an_empty_choice_is_refused(text: str, option: str) -> None:
    """An unset variable in a batch file must not send everybody; an option that is not there means all rows."""
    with pytest.raises(UsageError, match=f"--{option} names no rows"):
        rows_from(**{"only": None, "skip": None, "again": None, option: text})
    assert rows_from(None, None, None) == EVERY_ROW


@given(st.sets(st.integers(1, 60), min_size=1), st.sets(st.integers(1, 60)))
def test_a_choice_takes_the_rows_it_names(only: set[int], skip: set[int]) -> None:
    """Those of --only, or all, without those of --skip."""
    listed, left = ",".join(map(str, sorted(only))), ",".join(map(str, sorted(skip)))
    assert {row for row in range(1, 70) if RowChoice(listed, left).takes(row)} == only - skip
    assert {row for row in range(1, 70) if RowChoice(skip=left).takes(row)} == set(range(1, 70)) - skip


def planned(rows: RowChoice) -> Plan:
    """What would be done for five new people in rows 2 to 6."""
    checked = check_all(
        [people_table(*(person(Role.LEARNER, number) for number in range(1, 6)))], options=Options(today=TODAY)
    )
    return make_plan(checked, Directory([]), organisations={CENTRE}, target={}, rules=Rules(rows=rows))


def test_a_row_that_was_not_chosen_is_accounted_for() -> None:
    """Every row has an action: those chosen are made, the others left out, and the digest is another."""
    plan = planned(RowChoice("2,4-6", "5"))
    assert [one.record.row for one in plan.creates] == [2, 4, 6]
    assert [one.record.row for one in plan.actions if isinstance(one, Skip)] == [3, 5]
    assert dict(plan.counts) == {"create": 3, "skip": 2}
    assert plan.digest != planned(EVERY_ROW).digest
