"""Columns whose dates contradict the order in which they are to be read."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from bulk_import.findings import Finding, Place, column_letters
from bulk_import.kinds.dates import Form, form
from bulk_import.rules import DATE_FIELDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np

    from bulk_import.check.cells import Cells
    from bulk_import.check.records import Options
    from bulk_import.columns import Columns
    from bulk_import.read.table import Table

_AGAINST = {"dmy": Form.MONTH_FIRST, "mdy": Form.DAY_FIRST}
_FIRST = {Form.DAY_FIRST: "day", Form.MONTH_FIRST: "month"}
_OTHER = {Form.DAY_FIRST: "month", Form.MONTH_FIRST: "day"}


def contradictions(cells: Cells, table: Table, columns: Columns, options: Options) -> Iterator[Finding]:
    """One finding for each column with a date that can only be read in another order.

    None of the column's dates that depend on the order is guessed: each is blamed. ISO dates and dates with the
    month in letters stay good.
    """
    against = _AGAINST.get(options.date_order)
    for name in (name for name in DATE_FIELDS if name in columns.field_at):
        forms = DATE_FIELDS[name].forms(cells.texts[name])
        if against is None or not (forms == against).any():
            continue
        cells.blame("date-order-unsure", name, cells.nowhere() | (forms != Form.CERTAIN), partial(_doubt, against))
        heading = table.headings[columns.field_at[name]]
        place = Place(table.source.name, table.source.sheet, None, heading.column)
        first = f"{column_letters(heading.column)}{cells.index[forms == against][0]}"
        detail = (
            f"{first} has the {_FIRST[against]} first, but dates are read {_OTHER[against]} first ({_counts(forms)})"
        )
        yield Finding("dates-ambiguous", place, field=name, heading=heading.text, detail=detail)


def _counts(forms: np.ndarray) -> str:
    """How many cells speak for which order; the values themselves may be birthdays."""
    days, months = (int((forms == which).sum()) for which in (Form.DAY_FIRST, Form.MONTH_FIRST))
    return f"only day first: {_cells(days)}, only month first: {_cells(months)}"


def _cells(count: int) -> str:
    return "1 cell" if count == 1 else f"{count:,} cells"


def _doubt(against: Form, text: str) -> str:
    """Why one date of such a column is not read."""
    match form(text):
        case Form.EITHER:
            return "it could be read two ways, and other dates of this column contradict the order"
        case found if found is against:
            return f"it has the {_FIRST[against]} first, but dates are read {_OTHER[against]} first"
        case _:
            return (
                f"it has the {_OTHER[against]} first, and other dates of this column have the {_FIRST[against]} first"
            )
