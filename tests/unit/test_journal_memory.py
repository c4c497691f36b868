"""The memory of what was last confirmed in OneFile: kept, forgotten, and apart for each OneFile."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bulk_import.journal import Journal, Memory, Remembered

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NIGHT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


def confirmed(digest: str, days: int = 0) -> Remembered:
    """Something remembered, so many days later than the first night."""
    return Remembered(digest, NIGHT + timedelta(days=days), NIGHT)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """A new journal."""
    with Journal.open(tmp_path / "journal.db") as opened:
        yield opened


@pytest.fixture
def memory(journal: Journal) -> Memory:
    """The memory of one OneFile."""
    return journal.memory("live", "onefile.example.com")


def test_what_is_confirmed_is_kept_and_replaced(memory: Memory) -> None:
    """The latest digest of an account counts; others stay."""
    memory.remember({7: confirmed("a"), 8: confirmed("b")})
    memory.remember({8: confirmed("c", 1), 9: confirmed("d", 1)})
    assert memory.remembered() == {7: confirmed("a"), 8: confirmed("c", 1), 9: confirmed("d", 1)}


def test_what_is_forgotten_is_gone(memory: Memory) -> None:
    """Forgetting an account that was never known does nothing."""
    memory.remember({7: confirmed("a"), 8: confirmed("b")})
    memory.forget([8, 99])
    assert memory.remembered() == {7: confirmed("a")}


def test_the_latest_witnesses_take_the_place_of_earlier_ones(memory: Memory) -> None:
    """Each organisation and role by itself."""
    later = NIGHT + timedelta(hours=1)
    memory.testify((1, 1), {7: NIGHT, 8: NIGHT})
    memory.testify((1, 5), {20: NIGHT})
    memory.testify((1, 1), {8: later})
    assert (memory.witnesses((1, 1)), memory.witnesses((1, 5))) == ({8: later}, {20: NIGHT})
    assert memory.witnesses((2, 1)) == {}


@pytest.mark.parametrize("other", [("beta", "onefile.example.com"), ("live", "elsewhere.example.com")])
def test_each_onefile_has_its_own(journal: Journal, memory: Memory, other: tuple[str, str]) -> None:
    """An account of the same number elsewhere is somebody else."""
    memory.remember({7: confirmed("a")})
    memory.testify((1, 1), {7: NIGHT})
    elsewhere = journal.memory(*other)
    assert (elsewhere.remembered(), elsewhere.witnesses((1, 1))) == ({}, {})
    elsewhere.forget([7])
    assert memory.remembered() == {7: confirmed("a")}


def test_a_field_that_was_shown_once_stays_known(journal: Journal, memory: Memory) -> None:
    """Of this OneFile alone, and however often it is shown."""
    memory.show({"CompanyName", "WorkAddress"})
    memory.show({"CompanyName"})
    assert memory.shown() == {"CompanyName", "WorkAddress"}
    assert journal.memory("beta", "onefile.example.com").shown() == frozenset()
