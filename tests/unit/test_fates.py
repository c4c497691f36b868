"""What became of a row that was never sent, in words."""

from __future__ import annotations

import pytest

from bulk_import.findings import located
from bulk_import.journal import Decision, NotSent
from bulk_import.run.fates import fates
from bulk_import.submit import HALTED
from tests.unit.reporting import assessor, checked, table


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        (HALTED, "Row 2: the run stopped before this row."),
        ("OneFile cannot be reached.", "Row 2: the run stopped before this row: OneFile cannot be reached."),
    ],
)
def test_a_row_that_was_not_reached_is_told_once(reason: str, said: str) -> None:
    """Why the run stopped is said where it is known, and that it stopped is not said twice."""
    (told,) = fates(checked(table([assessor(1)])), [Decision((0, 2), "create")], {(0, 2): NotSent(reason)})
    assert [located(finding) for finding in told[2].findings] == [said]
