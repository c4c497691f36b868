"""Columns whose dates contradict the order in which they are to be read."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from bulk_import.findings import Finding, Place, column_letters
from bulk_import.kinds.dates import Form, Past, form, has_short_year
from bulk_import.read.table import CellType
from bulk_import.rules import DATE_FIELDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

    from bulk_import.check.cells import Cells
    from bulk_import.check.records import Options
    from bulk_import.columns import Columns
    from bulk_import.kinds import DateOrder
    from bulk_import.read.table import Heading, Table

_AGAINST = {"dmy": Form.MONTH_FIRST, "mdy": Form.DAY_FIRST}
_FIRST = {Form.DAY_FIRST: "day", Form.MONTH_FIRST: "month"}
_OTHER = {Form.DAY_FIRST: "month", Form.MONTH_FIRST: "day"}


def columns_of_dates(cells: Cells, table: Table, columns: Columns, options: Options) -> Iterator[Finding]:
    """What is said of whole columns of dates: contradictions, real dates beside text, and years of two digits."""
    yield from contradictions(cells, table, columns, options)
    yield from _swapped(cells, table, columns)
    yield from _mixed(cells, table, columns, options)
    yield from _short_years(cells, table, columns, options)


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
        days, months = (_named(heading, cells.index[forms == which]) for which in (Form.DAY_FIRST, Form.MONTH_FIRST))
        detail = (
            f"{first} has the {_FIRST[against]} first, but dates are read {_OTHER[against]} first "
            f"(only day first: {days}; only month first: {months})"
        )
        yield Finding(
            "dates-ambiguous", place, field=name, heading=heading.text, detail=detail, remedies=(_CORRECT_OR_SAY,)
        )


_CORRECT_OR_SAY: Final = (
    "correct the cells that are the odd ones out; if the whole column is meant that way, say --date-order mdy (month "
    "first) or --date-order dmy (day first), or turn the cells into real dates in Excel"
)
_EXPORT_AGAIN: Final = (
    "look at the real dates: if day and month are swapped, export the list again and check it without opening it in "
    "Excel; if they are right, turn the cells of text into real dates too"
)
MOST_NAMED: Final = 3


def _named(heading: Heading, rows: pd.Index[int]) -> str:
    """How many cells of a column, and the first of them by their addresses; the values may be birthdays."""
    if not len(rows):
        return _cells(0)
    listed = ", ".join(f"{column_letters(heading.column)}{row}" for row in rows[:MOST_NAMED])
    more = len(rows) - MOST_NAMED
    return f"{_cells(len(rows))}, {listed}" + (f" and {more:,} more" if more > 0 else "")


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


ENOUGH_REAL: Final = 5
"""Different real dates from which on it is no accident that none has a day above twelve (less than one in fifty)."""


def _swapped(cells: Cells, table: Table, columns: Columns) -> Iterator[Finding]:
    """Columns of which an Excel with American settings has made a part into dates, with the month first.

    It takes 05/09/2026 for the 9th of May, and leaves 25/09/2026 as text: then no real date has a day above twelve,
    and no text date has one up to twelve. The real dates are blamed, since they may be wrong. Without such texts real
    dates stand as Excel shows them, whatever the order of text dates.
    """
    import pandas as pd  # noqa: PLC0415 - heavy

    for name in (name for name in DATE_FIELDS if name in columns.field_at):
        position = columns.field_at[name]
        real = pd.Series(table.types[:, position] == CellType.DATE, index=cells.index) & ~cells.taken(name)
        forms = DATE_FIELDS[name].forms(cells.texts[name])
        left_as_text = forms == Form.DAY_FIRST
        if not left_as_text.any() or (forms == Form.EITHER).any() or (forms == Form.MONTH_FIRST).any():
            continue
        distinct = cells.texts[name][real].drop_duplicates()
        days = distinct.str[8:10].astype(int)
        if len(distinct) < ENOUGH_REAL or (days > MONTHS).any():
            continue
        if (days == 1).all() and JANUARY not in _months(name, cells.texts[name][left_as_text]):
            continue  # programmes that begin on the first of a month, and not all in a January
        cells.blame("date-order-unsure", name, real, "Excel seems to have swapped day and month")
        heading = table.headings[position]
        place = Place(table.source.name, table.source.sheet, None, heading.column)
        detail = (
            f"Excel seems to have swapped day and month in its real dates: none of these has a day above 12 "
            f"({_named(heading, cells.index[real])}), and all dates that stayed text have one "
            f"({_named(heading, cells.index[left_as_text])})"
        )
        yield Finding(
            "dates-ambiguous", place, field=name, heading=heading.text, detail=detail, remedies=(_EXPORT_AGAIN,)
        )


def _months(name: str, texts: pd.Series[str]) -> set[int]:
    """The months of text dates that can only be read day first."""
    return {day.month for text in texts.unique() if (day := DATE_FIELDS[name].day(text))}


JANUARY: Final = 1
MONTHS: Final = 12
_ORDERS: Final[Mapping[DateOrder, str]] = {"dmy": "day first", "mdy": "month first", "ymd": "year first"}


def _mixed(cells: Cells, table: Table, columns: Columns, options: Options) -> Iterator[Finding]:
    """One note for each column with real dates and with text dates that depend on the order."""
    for name in (name for name in DATE_FIELDS if name in columns.field_at):
        position = columns.field_at[name]
        types, usable = table.types[:, position], ~cells.taken(name).to_numpy()
        real = int(((types == CellType.DATE) & usable).sum())
        as_text = (types == CellType.TEXT) & usable
        if not real or not as_text.any():
            continue
        as_text &= DATE_FIELDS[name].forms(cells.texts[name]) != Form.CERTAIN
        if not as_text.any():
            continue
        heading = table.headings[position]
        place = Place(table.source.name, table.source.sheet, None, heading.column)
        first = f"{column_letters(heading.column)}{cells.index[as_text][0]}"
        detail = (
            f"{_cells(real)} of real dates, and {_cells(int(as_text.sum()))} of text, the first {first}, "
            f"read {_ORDERS[options.date_order]}"
        )
        yield Finding("dates-mixed", place, field=name, heading=heading.text, detail=detail)


def _short_years(cells: Cells, table: Table, columns: Columns, options: Options) -> Iterator[Finding]:
    """One note for each column with years of two digits, whose century is a guess."""
    for name in (name for name in DATE_FIELDS if name in columns.field_at):
        kind = DATE_FIELDS[name].reading(options.date_order, options.today)
        distinct = cells.texts[name].dropna().drop_duplicates()
        years = {text: day.year for text in distinct if has_short_year(text) and (day := kind.day(text))}
        if not years:
            continue
        rows = cells.index[cells.texts[name].isin(list(years))]
        heading = table.headings[columns.field_at[name]]
        place = Place(table.source.name, table.source.sheet, None, heading.column)
        first = f"{column_letters(heading.column)}{rows[0]}"
        low, high = min(years.values()), max(years.values())
        known = f"in {low}" if low == high else f"in the years {low} to {high}"
        span = known if kind.past is Past.PERHAPS else "in the past"
        detail = f"{_cells(len(rows))}, the first {first}, read as dates {span}"
        yield Finding("years-short", place, field=name, heading=heading.text, detail=detail)
