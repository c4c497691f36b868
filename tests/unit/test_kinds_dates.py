"""Dates: every form that exports use, read as the day it means and never through a time zone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulk_import.kinds import Date, DateOrder
from bulk_import.kinds.dates import Form, Past, form
from tests.unit.tables import TODAY, broken, parsed

DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))
BIRTHDAY = Date(Past.ALWAYS).reading("dmy", TODAY)
DAY = date(2024, 6, 7)

IN_ANY_ORDER = (
    "2024-06-07",
    "2024/06/07",
    "2024.6.7",
    "20240607",
    "2024-06-07T00:00:00",
    "2024-06-07T00:00:00.000",
    "2024-06-07T00:00:00.000Z",
    "2024-06-07T00:00:00Z",
    "2024-06-07 00:00:00",
    "2024-06-07T13:30:00",
    "07-JUN-24",
    "7-Jun-2024",
    "7 June 2024",
    "7th June 2024",
    "07Jun2024",
    "June 7, 2024",
)


@pytest.mark.parametrize("order", ["dmy", "mdy", "ymd"])
@pytest.mark.parametrize("text", IN_ANY_ORDER)
def test_iso_and_named_months_need_no_order(text: str, order: DateOrder) -> None:
    """A date that begins with its year, or names its month, means one day whatever the order."""
    kind = Date(order=order)
    assert broken(kind, text) == []
    assert parsed(kind, text) == DAY


@pytest.mark.parametrize(
    ("order", "text"),
    [
        ("dmy", "07/06/2024"),
        ("dmy", "7/6/2024"),
        ("dmy", "07-06-2024"),
        ("dmy", "07.06.2024"),
        ("dmy", "07 06 2024"),
        ("dmy", "07/06/24"),
        ("dmy", "07062024"),
        ("dmy", "07/06/2024 00:00:00"),
        ("dmy", "07/06/2024 13:30"),
        ("mdy", "06/07/2024"),
        ("mdy", "6/7/24"),
        ("mdy", "06072024"),
        ("ymd", "24-06-07"),
    ],
)
def test_numbers_are_read_in_the_order_asked_for(order: DateOrder, text: str) -> None:
    """Three numbers mean the day that the stated order gives them."""
    assert parsed(Date(order=order), text) == DAY


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("31/02/2026", ": there is no such day"),
        ("29/02/2025", ": there is no such day"),
        ("03/25/2007", " (read as day/month/year)"),
        ("00/01/2026", " (read as day/month/year)"),
        ("2026-06", ": it has no day"),
        ("06/2026", ": it has no day"),
        ("46266", ": it is the number behind an Excel date, perhaps 01/09/2026"),
        ("45901.5", ": it is the number behind an Excel date, perhaps 01/09/2025"),
        ("2025-08-31T23:00:00Z", ": it has a time of day in a time zone, so its day is not certain"),
        ("2025-09-01T00:30:00+01:00", ": it has a time of day in a time zone, so its day is not certain"),
        ("1092026", ""),
        ("31022026", ": there is no such day"),
        ("01/09/0026", " (read as day/month/year)"),
        ("01/09/202", ""),
        ("next week", ""),
        ("13:30:00", ""),
        ("7 Juno 2024", ""),
        ("٠٧/٠٦/٢٠٢٤", ""),
        ("2024-06-07\n2024-06-08", ""),
        ("2027-02-29", ": there is no such day"),
        ("30 February 2027", ": there is no such day"),
        ("31/13/2031", " (read as day/month/year)"),
        ("0000-00-00", ""),
    ],
)
def test_what_is_no_date_says_why(text: str, why: str) -> None:
    """A text that is no day of the calendar is refused, with a hint where there is one."""
    assert broken(Date(), text) == ["date-format"]
    assert Date().explain("date-format", text) == why


def test_the_hint_never_tells_a_birthday() -> None:
    """The likely date behind a serial number is not spelt out where it would be a date of birth."""
    assert BIRTHDAY.explain("date-format", "39492") == ": it is the number behind an Excel date"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("14/02/08", date(2008, 2, 14)),
        ("22/11/26", date(2026, 11, 22)),
        ("24/11/26", date(1926, 11, 24)),
        ("14/02/61", date(1961, 2, 14)),
        ("29/02/28", date(1928, 2, 29)),
        ("14-FEB-68", date(1968, 2, 14)),
    ],
)
def test_a_short_year_of_a_birthday_lies_in_the_past(text: str, day: date) -> None:
    """A two-digit year that would put a date of birth into the future means a hundred years earlier."""
    assert parsed(BIRTHDAY, text) == day


@pytest.mark.parametrize(("text", "year"), [("01/09/27", 2027), ("01/09/68", 2068), ("01/09/99", 1999)])
def test_a_short_year_of_another_date_is_read_as_python_does(text: str, year: int) -> None:
    """Start and end dates may lie in the future."""
    assert parsed(Date(), text) == date(year, 9, 1)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("07/06/2024", Form.EITHER),
        ("07062024", Form.EITHER),
        ("7/6/24", Form.EITHER),
        ("07/06/2024 00:00", Form.EITHER),
        ("25/03/2007", Form.DAY_FIRST),
        ("03/25/2007", Form.MONTH_FIRST),
        ("03252007", Form.MONTH_FIRST),
        ("31/13/2024", Form.CERTAIN),
        ("2024-06-07", Form.CERTAIN),
        ("20240607", Form.CERTAIN),
        ("7 June 2024", Form.CERTAIN),
        ("nonsense", Form.CERTAIN),
    ],
)
def test_each_text_says_what_it_knows_of_the_order(text: str, says: Form) -> None:
    """A second number above 12 is evidence of American dates, a first one of British."""
    assert form(text) is says


@given(day=DAYS)
def test_dates_survive_showing_and_parsing(day: date) -> None:
    """What is shown of a date is read back as the same day."""
    assert parsed(Date(), Date().show(day)) == day


@given(day=DAYS, order=st.sampled_from(["dmy", "mdy", "ymd"]))
def test_iso_dates_are_the_same_day_in_every_order(day: date, order: DateOrder) -> None:
    """ISO text, as date cells arrive, never depends on the order."""
    assert parsed(replace(Date(), order=order), day.isoformat()) == day


@given(day=DAYS)
def test_a_day_is_sent_as_that_day(day: date) -> None:
    """OneFile gets the calendar day at midnight, unconverted."""
    assert Date().to_api(day) == f"{day.isoformat()}T00:00:00.000Z"


@given(text=st.text(alphabet="0123456789/-. :TZJUNjan", max_size=20))
def test_any_text_is_a_day_or_none(text: str) -> None:
    """No text, however odd, brings the reader down, and what it reads is within 1900 to 2100."""
    day = Date().day(text)
    assert day is None or date(1900, 1, 1) <= day <= date(2100, 12, 31)


def test_a_column_is_read_as_its_cells_are() -> None:
    """Reading a column gives each cell's day and NaT where there is none."""
    column = pd.Series(["07/06/2024", None, "x", "07/06/2024"], index=[2, 3, 5, 8], dtype="str")
    days = Date().read(column)
    assert days.index.tolist() == [2, 3, 5, 8]
    assert days.isna().tolist() == [False, True, True, False]
    assert days.dropna().dt.date.tolist() == [DAY, DAY]
    assert Date().forms(column).tolist() == [Form.EITHER, Form.CERTAIN, Form.CERTAIN, Form.EITHER]
