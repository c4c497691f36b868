"""Gathers the pages of a search whose order, page limit and end nobody documents.

What is known (articles 76000048013, 76000033860): pages are numbered from 1, an answer is a bare list without a total.
So no page length is trusted but the first page's own, each entry counts once, and where pages overlap somebody may
have slipped between two of them: then the whole list has to be asked for at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bulk_import.wire import id_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PAGE_SIZE = 100
MOST_PAGES = 2_000
# The smallest page length in the maker's own examples: a shorter first page is the end, not a hidden limit.
_SMALLEST_PAGE = 10


class Pages:
    """Entries by id, in the order of their first coming.

    Attributes:
        overlapped: whether an entry came on two pages.
        unreadable: whether an entry had no id.
    """

    def __init__(self) -> None:
        self._by_id: dict[int, Mapping[str, object]] = {}
        self._first_length = 0
        self.overlapped = False
        self.unreadable = False

    @property
    def entries(self) -> tuple[Mapping[str, object], ...]:
        """All entries so far, each once."""
        return tuple(self._by_id.values())

    def add(self, number: int, page: Sequence[Mapping[str, object]]) -> bool:
        """Takes a page in; tells whether another has to be asked for.

        Args:
            number: the page's number, from 1.
            page: its entries.
        """
        new = self.take(page)
        if number == 1:
            self._first_length = len(page)
            return _SMALLEST_PAGE <= len(page) <= PAGE_SIZE
        self.overlapped = self.overlapped or new < len(page)
        return new > 0 and len(page) >= self._first_length

    def take(self, page: Sequence[Mapping[str, object]]) -> int:
        """Takes entries in, whatever page they are of; tells how many were new."""
        before = len(self._by_id)
        for entry in page:
            number = id_of(entry)
            self.unreadable = self.unreadable or number is None
            if number is not None:
                self._by_id.setdefault(number, entry)
        return len(self._by_id) - before
