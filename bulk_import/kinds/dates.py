"""Cells of dates: calendar days, never through a time zone.

Real date cells arrive as ISO text and are read as such. Text dates are read in the order that was asked for; what
depends on that order is marked, so that a column whose dates contradict it can be stopped as a whole.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING

from bulk_import.kinds.kind import DateOrder, ExcelColumn, Json, Kind, Rule, Value, good_or_missing, length_rule

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    import pandas as pd

YEARS = range(1900, 2101)
SERIALS = range(4000, 60000)

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH_NAMES = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_TIME = re.compile(
    r"(?P<day>.+?)(?:T|\s+)(?P<clock>\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)\s*(?P<zone>Z|[+-]\d{2}:?\d{2})?", re.ASCII
)
_YEAR_FIRST = re.compile(r"(\d{4})(?:\s*[/\-. ]\s*)(\d{1,2})(?:\s*[/\-. ]\s*)(\d{1,2})", re.ASCII)
_BY_ORDER = re.compile(r"(\d{1,2})(?:\s*[/\-. ]\s*)(\d{1,2})(?:\s*[/\-. ]\s*)(\d{4}|\d{2})", re.ASCII)
# Eight digits; they begin with a year where their first six can be a year and a month.
_TOGETHER_YEAR_FIRST = re.compile(r"((?:19|20)\d{2})(0[1-9]|1[0-2])(\d{2})", re.ASCII)
_TOGETHER_BY_ORDER = re.compile(r"(\d{2})(\d{2})((?:19|20)\d{2})", re.ASCII)
_NAMED = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[\s\-/.,]*([a-z]{3,9})[\s\-/.,]*(\d{4}|\d{2})", re.ASCII)
_NAME_FIRST = re.compile(r"([a-z]{3,9})[\s\-/.]*(\d{1,2})(?:st|nd|rd|th)?[\s,\-/.]+(\d{4})", re.ASCII)


class Form(IntEnum):
    """What a text date says about the order of day and month."""

    CERTAIN = 0
    EITHER = 1
    DAY_FIRST = 2
    MONTH_FIRST = 3


class Past(StrEnum):
    """Whether a date always lies in the past, as a birthday does."""

    ALWAYS = "always"
    PERHAPS = "perhaps"


@dataclass(frozen=True, slots=True)
class Date(Kind):
    """A calendar day.

    Attributes:
        past: whether the day always lies in the past, which settles the century of a two-digit year.
        order: how text dates are to be read; ISO is always accepted.
        today: the day from which a two-digit year of a birthday is judged.
    """

    past: Past = Past.PERHAPS
    order: DateOrder = "dmy"
    today: date | None = None

    def reading(self, order: DateOrder, today: date) -> Date:
        """The same kind for one run."""
        return replace(self, order=order, today=today)

    def rules(self) -> Mapping[str, Rule]:
        """It must be a day of the calendar."""
        return {
            **length_rule(self.longest),
            "date-format": lambda texts: good_or_missing(self.read(texts).notna(), texts),
        }

    def read(self, texts: pd.Series[str]) -> pd.Series[pd.Timestamp]:
        """The days of a cleaned column, without time or zone; NaT where missing or not a date."""
        import numpy as np  # noqa: PLC0415 - only where columns are judged
        import pandas as pd  # noqa: PLC0415 - only where columns are judged

        places, distinct = texts.factorize()
        days = np.array([*(self.day(text) for text in distinct), None], dtype="datetime64[s]")
        return pd.Series(days[places], index=texts.index)

    def forms(self, texts: pd.Series[str]) -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
        """The `Form` of each cell, CERTAIN where missing or not made of three numbers."""
        import numpy as np  # noqa: PLC0415 - only where columns are judged

        places, distinct = texts.factorize()
        found: np.ndarray[tuple[int], np.dtype[np.uint8]]
        found = np.array([*(form(text) for text in distinct), Form.CERTAIN], dtype=np.uint8)
        return found.take(places)

    def day(self, text: str) -> date | None:
        """The day a cleaned text means, or None."""
        if len(text) == 10 and text[4] == text[7] == "-":  # noqa: PLR2004 - the common case, quickly
            return _plausible(text[:4], text[5:7], text[8:])
        text = _without_time(text).casefold()
        return self._numeric(text) or self._named(text)

    def _numeric(self, text: str) -> date | None:
        if match := _YEAR_FIRST.fullmatch(text) or _TOGETHER_YEAR_FIRST.fullmatch(text):
            return _plausible(*match.groups())
        parts = _ordered_parts(text)
        return None if parts is None else self._ordered(*parts)

    def _ordered(self, first: str, second: str, third: str) -> date | None:
        match self.order:
            case "dmy":
                return _plausible(self._year(third, second, first), second, first)
            case "mdy":
                return _plausible(self._year(third, first, second), first, second)
            case "ymd":
                return _plausible(self._year(first, second, third), second, third) if len(third) == 2 else None  # noqa: PLR2004 - a day

    def _named(self, text: str) -> date | None:
        match = _NAMED.fullmatch(text)
        if match:
            day, month, year = match.groups()
        elif match := _NAME_FIRST.fullmatch(text):
            month, day, year = match.groups()
        else:
            return None
        number = _month(month)
        return _plausible(self._year(year, number, day), number, day) if number else None

    def _year(self, year: str, month: str, day: str) -> str:
        if len(year) != 2:  # noqa: PLR2004 - a short year
            return year
        if self.past is Past.ALWAYS and self.today is not None:
            guess = _plausible(f"20{year}", month, day)
            return f"19{year}" if guess is None or guess > self.today else f"20{year}"
        return f"19{year}" if int(year) > 68 else f"20{year}"  # noqa: PLR2004 - as Python and POSIX do

    def explain(self, code: str, text: str) -> str:
        """Why a text is no date, with the likely one where that is certain and not a birthday."""
        return self._problem(text) if code == "date-format" else Kind.explain(self, code, text)

    def _problem(self, text: str) -> str:
        if re.fullmatch("[0-9]{4}-[0-9]{1,2}|[0-9]{1,2}/[0-9]{4}", text):
            return ": it has no day"
        if re.fullmatch(r"[0-9]{4,5}(\.[0-9]+)?", text) and int(text.partition(".")[0]) in SERIALS:
            return self._serial(int(text.partition(".")[0]))
        if _TIME.fullmatch(text):
            return ": it has a time of day in a time zone, so its day is not certain"
        if self._has_no_such_day(text):
            return ": there is no such day"
        if _ordered_parts(text):
            return f" (read as {'/'.join(_ORDER_NAMES[self.order])})"
        return ""

    def _has_no_such_day(self, text: str) -> bool:
        """Whether it is a date but for its day, which the month has not, as the 31st of February."""
        text = _without_time(text).casefold()
        days = {match.span() for match in re.finditer("29|30|31", text)}
        return any(self.day(f"{text[:start]}28{text[end:]}") for start, end in days)

    def _serial(self, serial: int) -> str:
        likely = date(1899, 12, 30) + timedelta(days=serial)
        guess = "" if self.past is Past.ALWAYS else f", perhaps {likely:%d/%m/%Y}"
        return f": it is the number behind an Excel date{guess}"

    def parse(self, text: str) -> date:
        """The day; ValueError for a text that is none."""
        day = self.day(text)
        if day is None:
            raise ValueError("not a date")
        return day

    def show(self, value: Value) -> str:
        """dd/mm/yyyy."""
        return f"{value:%d/%m/%Y}"

    def to_api(self, value: Value) -> Json:
        """The calendar day at midnight, unconverted, as OneFile takes it."""
        return f"{value}T00:00:00.000Z"

    def excel(self) -> ExcelColumn:
        """A date, day first."""
        return ExcelColumn(number_format="dd/mm/yyyy", width=14)


_ORDER_NAMES: Mapping[DateOrder, tuple[str, str, str]] = {
    "dmy": ("day", "month", "year"),
    "mdy": ("month", "day", "year"),
    "ymd": ("year", "month", "day"),
}


def form(text: str) -> Form:
    """What a cleaned text says about the order of day and month; one that is no day in either order says nothing."""
    parts = _ordered_parts(_without_time(text))
    if parts is None:
        return Form.CERTAIN
    first, second, year = parts
    # in this century and in the last one the leap years are the same, but for 1900
    long_year = f"20{year}" if len(year) == 2 else year  # noqa: PLR2004 - a short year
    day_first = _plausible(long_year, second, first) is not None
    month_first = _plausible(long_year, first, second) is not None
    return _FORMS[day_first, month_first]


_FORMS: Mapping[tuple[bool, bool], Form] = {
    (False, False): Form.CERTAIN,
    (True, True): Form.EITHER,
    (True, False): Form.DAY_FIRST,
    (False, True): Form.MONTH_FIRST,
}
"""Whether a text is a day when read with the day first, and with the month first → its form."""

_SHORT_YEAR = re.compile(r".*[^0-9:][0-9]{2}", re.ASCII | re.DOTALL)


def has_short_year(text: str) -> bool:
    """Whether a cleaned text that is a date ends in a year of two digits."""
    day = _without_time(text)
    return bool(_SHORT_YEAR.fullmatch(day)) and not _YEAR_FIRST.fullmatch(day)


def _ordered_parts(text: str) -> tuple[str, str, str] | None:
    """Three numbers whose meaning depends on the order; None for any other text."""
    if _TOGETHER_YEAR_FIRST.fullmatch(text):
        return None
    match = _BY_ORDER.fullmatch(text) or _TOGETHER_BY_ORDER.fullmatch(text)
    return None if match is None else (match[1], match[2], match[3])


def _without_time(text: str) -> str:
    match = _TIME.fullmatch(text)
    if match is None:
        return text
    midnight = not match["clock"].strip("0:.")
    return match["day"] if midnight or not match["zone"] else text


def _month(name: str) -> str:
    known = name[:3] in _MONTHS and (len(name) == 3 or name in _MONTH_NAMES or name == "sept")  # noqa: PLR2004 - short form
    return str(_MONTHS.index(name[:3]) + 1) if known else ""


def _plausible(year: str, month: str, day: str) -> date | None:
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        return None
    return found if found.year in YEARS else None
