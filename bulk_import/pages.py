"""Gathers the pages of a search whose order, page limit and end nobody documents.

What is known (articles 76000048013, 76000033860): pages are numbered from 1, an answer is a bare list without a total.
So no length of a page tells anything: a server may have a lower limit than was asked for, or leave people out of a
page after counting it. A list ends with a page that is empty or brings nobody new, at the price of one call. Each
entry counts once. Where pages overlap somebody may have slipped between two of them, and so may anybody when somebody
else is archived meanwhile: then the whole list has to be asked for at once.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from bulk_import.wire import id_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PAGE_SIZE = 100
MOST_PAGES = 2_000
LARGEST_LIST = 100_000_000
"""Letters that the values of a list may have, each field counted as 50 besides: some 400,000 accounts."""
_OF_A_FIELD = 50


class Pages:
    """Entries by id, in the order of their first coming.

    Attributes:
        overlapped: whether an entry came on two pages.
        unreadable: whether an entry had no id.
        stuck: whether there is no more than one full page, and it came again when the next one was asked for: where the
            whole list gives no more either, OneFile cuts it off.
        size: of all entries, as `LARGEST_LIST` counts.
    """

    def __init__(self) -> None:
        self._by_id: dict[int, Mapping[str, object]] = {}
        self.overlapped = False
        self.unreadable = False
        self.size = 0
        self._came_again = False

    @property
    def stuck(self) -> bool:
        """Whether all is one full page that came again."""
        return self._came_again and len(self._by_id) == PAGE_SIZE

    @property
    def entries(self) -> tuple[Mapping[str, object], ...]:
        """All entries so far, each once."""
        return tuple(self._by_id.values())

    def add(self, page: Sequence[Mapping[str, object]]) -> bool:
        """Takes the next page in; tells whether another has to be asked for."""
        new = self.take(page)
        self._came_again = self._came_again or (not new and len(page) == PAGE_SIZE)
        self.overlapped = self.overlapped or new < len(page)
        return new > 0

    def lacking(self, whole: Sequence[Mapping[str, object]]) -> float:
        """How many of the entries so far a list lacks that should be whole; endless where it has one without an id."""
        ids = {id_of(entry) for entry in whole}
        return math.inf if None in ids else len(self._by_id.keys() - ids)

    def take(self, page: Sequence[Mapping[str, object]]) -> int:
        """Takes entries in, whatever page they are of; tells how many were new."""
        before = len(self._by_id)
        for entry in page:
            number = id_of(entry)
            self.unreadable = self.unreadable or number is None
            if number is not None and number not in self._by_id:
                self._by_id[number] = entry
                self.size += sum(_OF_A_FIELD + len(str(value)) for value in entry.values())
        return len(self._by_id) - before
