"""Pages of a list whose order, limits and end nobody documents."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bulk_import.pages import PAGE_SIZE, Pages


def _entries(*numbers: int) -> list[dict[str, object]]:
    return [{"ID": number} for number in numbers]


@given(
    total=st.integers(0, 230),
    cap=st.integers(10, 1000),
    overlapping=st.booleans(),
    ignores_paging=st.booleans(),
)
def test_everybody_is_gathered_whatever_the_pages_are_like(
    total: int, cap: int, *, overlapping: bool, ignores_paging: bool
) -> None:
    """Hidden limits of ten and more, overlaps and ignored paging lose nobody and count nobody twice."""
    everybody = _entries(*range(1, total + 1))
    size = min(PAGE_SIZE, cap)
    step = size - 1 if overlapping else size
    pages, number, more = Pages(), 0, True
    while more:
        number += 1
        begin = (number - 1) * step
        more = pages.add(number, everybody if ignores_paging else everybody[begin : begin + size])
        assert number <= total + 1
    assert sorted(int(str(entry["ID"])) for entry in pages.entries) == list(range(1, total + 1))


def test_an_overlap_is_noticed() -> None:
    """Where an entry comes on two pages somebody may have slipped between them."""
    pages = Pages()
    assert pages.add(1, _entries(*range(1, 21)))
    assert pages.add(2, _entries(*range(20, 40)))
    assert pages.overlapped
    exact = Pages()
    assert exact.add(1, _entries(*range(1, 21)))
    assert not exact.add(2, [])
    assert not exact.overlapped


def test_a_page_that_brings_nothing_new_is_the_last() -> None:
    """A server that answers the same page again and again is not asked for ever."""
    pages = Pages()
    assert pages.add(1, _entries(*range(1, 21)))
    assert not pages.add(2, _entries(*range(1, 21)))


def test_an_entry_without_a_number_is_noticed() -> None:
    """An entry that cannot be told from others makes the list unreadable."""
    pages = Pages()
    pages.add(1, [{"ID": "12"}, {"FirstName": "Ada"}])
    assert pages.unreadable
    assert pages.entries == ({"ID": "12"},)
