"""Columns whose dates contradict the order in which they are to be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bulk_import.findings import Finding, Place
from bulk_import.kinds.dates import Form
from bulk_import.rules import DATE_FIELDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bulk_import.check.cells import Cells
    from bulk_import.check.records import Options
    from bulk_import.columns import Columns
    from bulk_import.read.table import Table

_AGAINST = {"dmy": Form.MONTH_FIRST, "mdy": Form.DAY_FIRST}


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
        broken = cells.nowhere() | (forms != Form.CERTAIN)
        detail = ": the dates of this column contradict the order that was asked for"
        cells.blame("date-format", name, broken, detail)
        heading = table.headings[columns.field_at[name]]
        place = Place(table.source.name, table.source.sheet, None, heading.column)
        days, months = int((forms == Form.DAY_FIRST).sum()), int((forms == Form.MONTH_FIRST).sum())
        counts = f"{days:,} can only have the day first, {months:,} can only have the month first"
        yield Finding("dates-ambiguous", place, field=name, heading=heading.text, detail=counts)
