"""Random and damaged files end in a table or in a sentence."""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from tests.fuzz.mutations import made_file
from tests.fuzz.trial import CHECKED_EACH, outcome

if TYPE_CHECKING:
    from collections.abc import Callable

LEAN = 2_000
ALL = 200_000
SLICES = 20


def _tried(first: int, count: int, tell: Callable[[str], None]) -> None:
    seen: Counter[str] = Counter()
    slowest = (0.0, 0)
    for number in range(first, first + count):
        kind, data = made_file(number)
        start = time.perf_counter()
        try:
            seen[f"{kind} {outcome(data, judged=number % CHECKED_EACH == 0)}"] += 1
        except BaseException as failure:
            failure.add_note(f"File number {number}, {kind}: made_file({number}) gives it again.")
            raise
        slowest = max(slowest, (time.perf_counter() - start, number))
    read = sum(times for what, times in seen.items() if what.endswith(" read"))
    assert 0 < read < count
    tell(f"fuzz: {count:,} files from {first:,} on, {read:,} read; slowest {slowest[0]:.1f} s (number {slowest[1]})")


@pytest.mark.parametrize("part", range(2))
def test_damaged_files_end_in_a_table_or_in_a_sentence(part: int, tell: Callable[[str], None]) -> None:
    """A lean slice of all files: no traceback, and every table is consistent."""
    _tried(part * LEAN // 2, LEAN // 2, tell)


@pytest.mark.long
@pytest.mark.parametrize("part", range(SLICES))
def test_two_hundred_thousand_damaged_files_end_in_a_table_or_in_a_sentence(
    part: int, tell: Callable[[str], None]
) -> None:
    """All of them."""
    _tried(part * ALL // SLICES, ALL // SLICES, tell)
