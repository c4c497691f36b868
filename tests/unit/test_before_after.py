"""What an update changes, before and after, in the words of a report."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bulk_import.catalogue import Role
from bulk_import.decide import Rules
from bulk_import.report import RowFate, Status
from bulk_import.run.before_after import with_differences
from tests.unit.tables import person
from tests.unit.test_plan import held_account, only, planned, sources

if TYPE_CHECKING:
    from bulk_import.directory import Account


RULES = Rules(updated=frozenset({"SupportFunding"}))


def _told(account: Account, **row: str) -> tuple[str, ...]:
    plan = planned(sources([person(Role.LEARNER) | row]), [account], rules=RULES)
    (action,) = plan.changes
    fates = [{action.record.row: RowFate(Status.WOULD_UPDATE, 77)}]
    (told,) = with_differences(fates, [action], {77: account})
    return told[action.record.row].differences


@pytest.mark.parametrize(
    ("field", "typed", "before", "expected"),
    [
        ("ClassroomID", "202", 201, "ClassroomID from “201” to “202”"),
        ("PlannedEndDate", "30/09/2028", "2028-08-30T23:00:00Z", "PlannedEndDate from “31/08/2028” to “30/09/2028”"),
        ("PlannedEndDate", "30/09/2028", "0001-01-01T00:00:00", "PlannedEndDate from nothing to “30/09/2028”"),
        ("Telephone", "01632 960200", None, "Telephone from nothing to “01632 960200”"),
        ("SupportFunding", "yes", False, "SupportFunding from “No” to “Yes”"),
        (
            "HomeAddress",
            "2 Mill Lane, Northtown",
            ["1 Mill Lane"],
            "HomeAddress from “1 Mill Lane” to “2 Mill Lane, Northtown”",
        ),
        ("L12", "31", 35, "L12 (changed)"),
        ("NINO", "AB 12 34 56 C", None, "NINO (changed)"),
    ],
)
def test_a_change_is_told_with_what_was_there(field: str, typed: str, before: object, expected: str) -> None:
    """Each field as people write it; of those that no report shows only that they change."""
    row = {field: typed}
    account = held_account(only(sources([person(Role.LEARNER) | row])), **{field: before})
    assert _told(account, **row) == (expected,)


def test_a_long_value_is_cut() -> None:
    """An address of many words does not fill the page."""
    long = "Flat 7, " + "Long Lane, " * 20
    account = held_account(only(sources([person(Role.LEARNER)])), HomeAddress=None)
    (said,) = _told(account, HomeAddress=long)
    assert len(said) < 110
    assert said.endswith(" …”")


def test_what_is_made_has_no_before() -> None:
    """A create is left as it is."""
    (action,) = planned(sources([person(Role.LEARNER)])).changes
    fates = [{action.record.row: RowFate(Status.WOULD_CREATE)}]
    assert with_differences(fates, [action], {}) == fates
