"""Pages of a list whose order, limits and end nobody documents."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bulk_import.pages import PAGE_SIZE, Pages


def _entries(*numbers: int) -> list[dict[str, object]]:
    return [{"ID": number} for number in numbers]


@given(
    total=st.integers(0, 230),
    cap=st.integers(1, 1000),
    hidden=st.sets(st.integers(1, 230)),
    overlapping=st.booleans(),
    ignores_paging=st.booleans(),
)
def test_everybody_is_gathered_whatever_the_pages_are_like(
    total: int, cap: int, hidden: set[int], *, overlapping: bool, ignores_paging: bool
) -> None:
    """Limits of any size, pages that are cut after counting, overlaps and ignored paging lose and double nobody."""
    everybody = range(1, total + 1)
    size = min(PAGE_SIZE, cap)
    step = max(size - 1, 1) if overlapping else size
    # no page is wholly hidden, because nothing tells it from the end
    hidden -= set(everybody[::step])
    pages, number, more = Pages(), 0, True
    while more:
        begin = number * step
        page = everybody if ignores_paging else everybody[begin : begin + size]
        more = pages.add(_entries(*(one for one in page if one not in hidden)))
        number += 1
        assert number <= total + 2
    assert sorted(int(str(entry["ID"])) for entry in pages.entries) == [one for one in everybody if one not in hidden]


def test_a_short_page_is_not_the_end() -> None:
    """Only a page without anybody ends a list, however short one is."""
    pages = Pages()
    assert [pages.add(_entries(*page)) for page in ((1, 2, 3), (4,), (5, 6, 7, 8), ())] == [True, True, True, False]
    assert not pages.overlapped


def test_an_overlap_is_noticed() -> None:
    """Where an entry comes on two pages somebody may have slipped between them."""
    pages = Pages()
    assert pages.add(_entries(*range(1, 21)))
    assert not pages.overlapped
    assert pages.add(_entries(*range(20, 40)))
    assert pages.overlapped


def test_a_page_that_brings_nothing_new_is_the_last() -> None:
    """A server that answers the same page again and again is not asked for ever."""
    pages = Pages()
    assert pages.add(_entries(*range(1, 21)))
    assert not pages.add(_entries(*range(1, 21)))


def test_an_entry_without_a_number_is_noticed() -> None:
    """An entry that cannot be told from others makes the list unreadable."""
    pages = Pages()
    pages.add([{"ID": "12"}, {"FirstName": "Ada"}])
    assert pages.unreadable
    assert pages.entries == ({"ID": "12"},)
