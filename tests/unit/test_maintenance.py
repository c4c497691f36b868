"""Maintenance hours: when nothing is sent, in the United Kingdom's time, and when a run then ends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulk_import.maintenance import UK, closed_for, end_of, window_from

MORNING = (window_from("07:00-07:30"),)
NIGHT = (window_from("23:30-00:15"),)
HOUR_BACK = (window_from("01:00-01:30"),)
NO_SUCH_TIME = (window_from("01:30-02:30"),)
TOUCHING = (window_from("07:00-07:30"), window_from("07:30-08:00"))


def at(text: str) -> datetime:
    """A moment in the United Kingdom."""
    return datetime.fromisoformat(text).replace(tzinfo=UK)


@pytest.mark.parametrize(
    ("windows", "moment", "minutes"),
    [
        (MORNING, "2026-11-25 06:59:59", 0),
        (MORNING, "2026-11-25 07:00", 30),
        (MORNING, "2026-11-25 07:29", 1),
        (MORNING, "2026-11-25 07:30", 0),
        (MORNING, "2026-07-01 07:10", 20),
        (NIGHT, "2026-11-25 23:45", 30),
        (NIGHT, "2026-11-25 00:05", 10),
        (NIGHT, "2026-11-25 12:00", 0),
        (TOUCHING, "2026-11-25 07:15", 45),
        ((), "2026-11-25 07:15", 0),
        (HOUR_BACK, "2026-10-25 00:59", 0),
        (HOUR_BACK, "2026-10-25 01:10", 80),
    ],
)
def test_how_long_nothing_may_leave(windows: tuple[object, ...], moment: str, minutes: int) -> None:
    """A window closes at its first minute and opens at its last, in summer and winter, past midnight too."""
    assert closed_for(windows, at(moment)) == minutes * 60  # type: ignore[arg-type]  # a table's column


def test_the_hours_are_the_united_kingdoms() -> None:
    """At 06:10 UTC in summer it is 07:10 in London, whatever the machine says."""
    assert closed_for(MORNING, datetime(2026, 7, 1, 6, 10, tzinfo=UTC)) == 20 * 60
    assert closed_for(MORNING, datetime(2026, 12, 1, 6, 10, tzinfo=UTC)) == 0


def test_an_hour_that_comes_twice_is_closed_both_times() -> None:
    """In the October night, up to the end of the second one; nothing changes in spring."""
    assert closed_for(HOUR_BACK, datetime(2026, 10, 25, 1, 10, tzinfo=UTC)) == 20 * 60
    assert closed_for(HOUR_BACK, datetime(2026, 10, 25, 1, 30, tzinfo=UTC)) == 0
    assert closed_for((window_from("00:30-01:30"),), datetime(2027, 3, 28, 0, 40, tzinfo=UTC)) == 50 * 60


@pytest.mark.parametrize(
    ("hours", "moment", "minutes"),
    [
        ("01:30-02:30", "00:29", 0),
        ("01:30-02:30", "00:30", 60),
        ("01:30-02:30", "01:00", 30),  # 02:00 in British summer time
        ("01:30-02:30", "01:29", 1),
        ("01:30-02:30", "01:30", 0),
        ("01:15-01:45", "00:10", 0),
        ("01:15-01:45", "00:15", 90),
        ("01:15-01:45", "01:45", 0),
        ("23:30-01:30", "01:00", 30),
        ("07:00-07:30", "06:00", 30),
    ],
)
def test_hours_that_a_spring_night_does_not_have_are_rested_for(hours: str, moment: str, minutes: int) -> None:
    """At 01:00 GMT it becomes 02:00: from the earliest that the beginning can mean to the latest that the end can."""
    when = datetime.fromisoformat(f"2027-03-28 {moment}").replace(tzinfo=UTC)
    assert closed_for((window_from(hours),), when) == minutes * 60


@pytest.mark.parametrize("night", ["2026-10-25", "2027-03-28"], ids=["autumn", "spring"])
def test_nothing_leaves_while_the_clock_on_the_wall_shows_a_time_of_the_window(night: str) -> None:
    """In the nights when the clocks change too, whatever the window."""
    quarters = [f"{minutes // 60:02}:{minutes % 60:02}" for minutes in range(0, 240, 15)]
    moments = [
        datetime.fromisoformat(night).replace(tzinfo=UTC) + timedelta(minutes=15 * each) for each in range(-4, 20)
    ]
    for begins, ends in combinations(quarters, 2):
        window = window_from(f"{begins}-{ends}")
        for moment in moments:
            shown = moment.astimezone(UK).time()
            assert not window.start <= shown < window.end or closed_for((window,), moment) > 0


def test_nothing_is_begun_just_before() -> None:
    """With a lead, calls whose answers would come in the window are not made any more."""
    assert closed_for(MORNING, at("2026-11-25 06:59:40"), lead=30) == 30 * 60 + 20
    assert closed_for(MORNING, at("2026-11-25 06:59:20"), lead=30) == 0


@pytest.mark.parametrize(
    ("moment", "minutes", "end"),
    [
        ("2026-11-25 06:00", 30, "2026-11-25 06:30"),
        ("2026-11-25 06:50", 20, "2026-11-25 07:40"),
        ("2026-11-25 07:10", 5, "2026-11-25 07:35"),
        ("2026-11-25 06:00", 60, "2026-11-25 07:00"),
        ("2026-11-25 06:00", 24 * 60, "2026-11-26 06:30"),
    ],
)
def test_when_a_run_ends(moment: str, minutes: int, end: str) -> None:
    """Work rests in the windows and goes on after them."""
    assert end_of(MORNING, at(moment), minutes * 60) == at(end)


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)),  # noqa: DTZ001 - made aware below
    st.sampled_from((MORNING, NIGHT, TOUCHING, NO_SUCH_TIME)),
)
def test_after_the_wait_the_door_is_open(naive: datetime, windows: tuple[object, ...]) -> None:
    """Whoever waits as long as told may send then, on the days when the clocks change too."""
    moment = naive.replace(tzinfo=UTC)
    wait = closed_for(windows, moment)  # type: ignore[arg-type]  # sampled from tables
    assert 0 <= wait < 3 * 3600
    assert closed_for(windows, moment + timedelta(seconds=wait)) == 0  # type: ignore[arg-type]  # likewise


@pytest.mark.parametrize(
    "text", ["", "7", "07:00", "07:00-24:30", "07:61-08:00", "a-b", "07:00-07:00", "07:00-08:00-09:00"]
)
def test_what_is_no_window(text: str) -> None:
    """Anything but two times of the day is refused in words."""
    with pytest.raises(ValueError, match="must"):
        window_from(text)
