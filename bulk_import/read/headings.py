"""The heading row, wherever it stands under titles, logos and blank rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bulk_import.read.limits import HEADING_ROWS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def heading_index(rows: Sequence[Sequence[str]], known: Callable[[str], bool]) -> int | None:
    """The position of the heading row among the first rows of a sheet.

    It is the first of the rows with the most known headings: two at least, or one that stands alone in its row.
    A heading that is repeated counts once.

    Args:
        rows: the text of each cell from the sheet's first row on, "" for an empty one.
        known: says whether a heading means a field.

    Returns:
        the position counted from 0, None where no row qualifies.
    """
    scores = [_score(row, known) for row in rows[:HEADING_ROWS]]
    best = max(scores, default=0)
    return scores.index(best) if best else None


def _score(row: Sequence[str], known: Callable[[str], bool]) -> int:
    filled = {cell for cell in row if cell.strip()}
    found = sum(1 for cell in filled if known(cell))
    return found if found > 1 or len(filled) == 1 else 0
