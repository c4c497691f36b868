"""Random and damaged files end in a table or in a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fuzz.campaign import Figures, try_files

if TYPE_CHECKING:
    from collections.abc import Callable

LEAN = 2_000
ALL = 200_000
SLICES = 20


def _tried(first: int, count: int, tell: Callable[[str], None]) -> None:
    figures = Figures()
    try_files(figures, first, count)
    assert 0 < figures.read < count
    tell(f"fuzz from number {first:,} on: {figures}")


@pytest.mark.parametrize("part", range(2))
def test_damaged_files_end_in_a_table_or_in_a_sentence(part: int, tell: Callable[[str], None]) -> None:
    """A lean slice of all files: no traceback, no hang, and every table is consistent."""
    _tried(part * LEAN // 2, LEAN // 2, tell)


@pytest.mark.long
@pytest.mark.parametrize("part", range(SLICES))
def test_two_hundred_thousand_damaged_files_end_in_a_table_or_in_a_sentence(
    part: int, tell: Callable[[str], None]
) -> None:
    """All of them."""
    _tried(part * ALL // SLICES, ALL // SLICES, tell)
