"""Cells with the word CLEAR!, which empties the field of an account that is there.

How OneFile empties a field is documented nowhere. A text is taken to be emptied by an empty one, and an id by 0 where
article 76000037051 calls 0 none; nothing else is trusted, and least of all what tells people apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bulk_import.catalogue import FIELDS
from bulk_import.check.cells import takers
from bulk_import.kinds.kind import holds, trimmed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

    from bulk_import.check.cells import Cells
    from bulk_import.columns import Columns
    from bulk_import.kinds import Json
    from bulk_import.read.table import Table

WORD: Final = "CLEAR!"

NOTHING: Mapping[str, Json] = {
    **dict.fromkeys(("CompanyName", "MobileNumber", "Telephone", "Website"), ""),
    **dict.fromkeys(("WorkAddress", "HomeAddress", "EpisodeName"), ""),
    **dict.fromkeys(("ProviderID", "DefaultEmployerID", "LearnerStatusID"), 0),
}
"""API name → what is sent to empty the field, for those that can be emptied."""


def set_apart_cleared(cells: Cells, live: pd.Series[int], table: Table, columns: Columns, *, allowed: bool) -> None:
    """Takes the cells with the word out of the values, and says of each that empties nothing why.

    Args:
        cells: the texts of the table.
        live: the role's id of each row.
        table: as read.
        columns: which column holds which field.
        allowed: whether the settings let the word empty fields.
    """
    for name, position in columns.field_at.items():
        typed = table.frame.iloc[:, position]
        if name == "Role" or not holds(typed, "(?i)clear"):
            continue
        worded = (trimmed(typed).str.casefold() == WORD.casefold()) & takers(name, live)
        if not worded.any():
            continue
        mandatory = worded & live.isin([int(role) for role in FIELDS[name].required_for])
        if not allowed:
            cells.blame("clear-off", name, worded)
            continue
        cells.blame("clear-mandatory", name, mandatory)
        if name in NOTHING:
            cells.clear(name, worded & ~mandatory)
        else:
            cells.blame("clear-untrusted", name, worded & ~mandatory)


def by_row(cleared: Mapping[str, pd.Series[bool]]) -> dict[int, tuple[str, ...]]:
    """Row number → the fields to be emptied, in the API's order."""
    found: dict[int, tuple[str, ...]] = {}
    for name, row in _each(cleared):
        found[row] = (*found.get(row, ()), name)
    return found


def _each(cleared: Mapping[str, pd.Series[bool]]) -> Iterator[tuple[str, int]]:
    for name in (name for name in FIELDS if name in cleared):
        for row in cleared[name].index[cleared[name]].tolist():
            yield name, row
