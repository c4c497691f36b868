"""Options: what they mean, and what is said when they mean nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bulk_import.cli.options import age_from, date_order_from, mode_from, row_from
from bulk_import.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

WRONG: tuple[tuple[Callable[[str], object], str, str], ...] = (
    (date_order_from, "uk", "Write --date-order dmy (day first, as in the UK)"),
    (mode_from, "replace", "Write --mode upsert (make and change accounts)"),
    (row_from, "J3", "J3 is a cell. Give the row's number: 3."),
    (row_from, "third", "third is no row. Give the number that Excel shows"),
    (age_from, "90", "Write --older-than 90d."),
    (age_from, "soon", "Write --older-than 90d."),
)


@pytest.mark.parametrize(("understand", "text", "said"), WRONG)
def test_what_means_nothing_is_told_how_it_is_written(
    understand: Callable[[str], object], text: str, said: str
) -> None:
    """Each sentence names what may be written, in the words of the person and not of a library."""
    with pytest.raises(UsageError) as stop:
        understand(text)
    assert said in str(stop.value)


def test_what_means_something_is_taken() -> None:
    """The spellings of the documentation."""
    taken = [str(date_order_from("mdy")), str(mode_from("update")), row_from("12"), age_from("4w"), age_from(None)]
    assert taken == ["mdy", "update", 12, "4w", None]
