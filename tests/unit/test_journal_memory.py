"""The memory of what was last confirmed in OneFile: kept, forgotten, and apart for each OneFile."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from bulk_import.journal import Journal, Memory, Seen

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NIGHT = Seen(datetime(2026, 11, 24, 2, 0, tzinfo=UTC), datetime(2026, 11, 20, 2, 0, tzinfo=UTC))
NEXT = Seen(datetime(2026, 11, 25, 2, 0, tzinfo=UTC), datetime(2026, 11, 25, 1, 0, tzinfo=UTC))


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
    memory.confirm({7: "a", 8: "b"})
    memory.confirm({8: "c", 9: "d"})
    assert memory.confirmed() == {7: "a", 8: "c", 9: "d"}


def test_what_is_forgotten_is_gone(memory: Memory) -> None:
    """Forgetting an account that was never known does nothing."""
    memory.confirm({7: "a", 8: "b"})
    memory.forget([8, 99])
    assert memory.confirmed() == {7: "a"}


def test_when_it_was_seen_is_kept_replaced_and_given_up(memory: Memory) -> None:
    """Each organisation and role by itself."""
    memory.look({(1, 1): NIGHT, (1, 5): NIGHT})
    memory.look({(1, 1): NEXT, (1, 5): None, (2, 1): None})
    assert memory.seen() == {(1, 1): NEXT}


@pytest.mark.parametrize("other", [("beta", "onefile.example.com"), ("live", "elsewhere.example.com")])
def test_each_onefile_has_its_own(journal: Journal, memory: Memory, other: tuple[str, str]) -> None:
    """An account of the same number elsewhere is somebody else."""
    memory.confirm({7: "a"})
    memory.look({(1, 1): NIGHT})
    elsewhere = journal.memory(*other)
    assert (elsewhere.confirmed(), elsewhere.seen()) == ({}, {})
    elsewhere.forget([7])
    assert memory.confirmed() == {7: "a"}
