"""OneFile's maintenance hours, in which nothing is sent: on release days it is down from about 07:00 to 07:30.

The hours are the United Kingdom's, as OneFile's help centre announces them, whatever the machine's own time zone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

UK = ZoneInfo("Europe/London")
_LOOK_AHEAD = 2
"""Days of windows that can matter for one run."""
_DAY = 24 * 60  # minutes


@dataclass(frozen=True, slots=True)
class Window:
    """From one time of the day to another, in the United Kingdom; the second may be on the next day."""

    start: time
    end: time

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M}"


def window_from(text: str) -> Window:
    """A window as people write it, such as 07:00-07:30.

    Raises:
        ValueError: it is none.
    """
    times = re.fullmatch(r"\s*([0-9]{1,2}):([0-9]{2})\s*[-–]\s*([0-9]{1,2}):([0-9]{2})\s*", text)
    try:
        numbers = [int(part) for part in times.groups()] if times else []
        window = Window(time(numbers[0], numbers[1]), time(numbers[2], numbers[3]))
    except (ValueError, IndexError):
        raise ValueError('must be hours such as "07:00-07:30"') from None
    if window.start == window.end:
        raise ValueError("must not last the whole day")
    return window


def checked_windows(windows: Sequence[Window]) -> tuple[Window, ...]:
    """Windows that together leave half of the day open or more, as all do that are meant.

    Raises:
        ValueError: they do not, as 07:30-07:00, in which every run would rest.
    """
    closed = {(_minute(window.start) + each) % _DAY for window in windows for each in range(_minutes(window))}
    if len(closed) <= _DAY // 2:
        return tuple(windows)
    longest = max(windows, key=_minutes)
    swapped = Window(longest.end, longest.start)
    raise ValueError(
        f"must leave OneFile open for half of every day or more, and closes it for {_long(len(closed))}: were a start "
        f"and an end swapped? {longest} lasts {_long(_minutes(longest))}, {swapped} lasts {_long(_minutes(swapped))}"
    )


def _minutes(window: Window) -> int:
    return (_minute(window.end) - _minute(window.start)) % _DAY


def _long(minutes: int) -> str:
    return f"{minutes // 60} h {minutes % 60} min"


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute


def closed_for(windows: Sequence[Window], moment: datetime, *, lead: float = 0.0) -> float:
    """Seconds until a call may leave, 0 if it may now.

    Args:
        windows: when nothing may.
        moment: now, with its time zone.
        lead: seconds before a window in which nothing is begun, so that answers come before it.
    """
    until = moment
    for _ in range(len(windows) + 1):  # a window may begin before another has ended
        ends = [end for start, end in _spans(windows, until) if start - timedelta(seconds=lead) <= until < end]
        if not ends:
            break
        until = max(ends)
    return (until - moment).total_seconds()


def end_of(windows: Sequence[Window], moment: datetime, seconds: float) -> datetime:
    """When work of so many seconds ends that begins at a moment and rests in the windows."""
    at, left = moment.astimezone(UTC), seconds
    while True:
        at += timedelta(seconds=closed_for(windows, at))
        starts = [start for start, _ in _spans(windows, at) if start > at]
        until = min(starts, default=None)
        if until is None or at + timedelta(seconds=left) <= until:
            return at + timedelta(seconds=left)
        left -= (until - at).total_seconds()
        at = until


def _spans(windows: Sequence[Window], moment: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The windows about a moment, as moments; in UTC, where differences are real seconds when the clocks change.

    In the nights when they do, a window has all that its times can mean: rather an hour's rest too long.
    """
    today = moment.astimezone(UK).date()
    for window in windows:
        for days in range(-1, _LOOK_AHEAD):
            day = today + timedelta(days=days)
            last = day + timedelta(days=int(window.end <= window.start))
            yield min(_moments(day, window.start)), max(_moments(last, window.end))


def _moments(day: date, at: time) -> tuple[datetime, datetime]:
    """What a time of a day can mean: two moments in the nights when the clocks change, else one, told twice.

    In autumn 01:30 comes twice. In spring it does not come: it is 00:30 GMT or 02:30 BST, as one counts.
    """
    local = datetime.combine(day, at, UK)
    return local.astimezone(UTC), local.replace(fold=1).astimezone(UTC)
