"""Texts of OneFile's as a cell can hold them."""

from __future__ import annotations

LONGEST_CELL = 32_767
"""UTF-16 units; a longer text would be missing altogether."""

_FORBIDDEN = (*range(9), *range(11, 32), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF)
_MARKS = dict.fromkeys(_FORBIDDEN, "\ufffd")


def fitted(text: str) -> str:
    """A text with a mark for each character that XML cannot hold, cut where it is too long.

    What is changed is not found again where somebody chooses it: what is offered has to be so before.
    """
    marked = text.translate(_MARKS)
    return marked.encode("utf-16-le")[: 2 * LONGEST_CELL].decode("utf-16-le", errors="ignore")
