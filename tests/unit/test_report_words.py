"""The sentences of a report: who reads them knows what happened and what to do."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bulk_import.catalogue import ONEFILE_ID
from bulk_import.columns import Column, Use
from bulk_import.findings import Finding, Place, Severity
from bulk_import.report import STATUS_WORDS, STATUSES, Status, next_steps
from bulk_import.report.words import ATTENTION, column_words, uk_time, what_happened, what_to_do

EMAIL = Finding("email-format", Place("a.xlsx", "S", 7, 4), "Email", "E-mail", None, "it has no @")
PHONE = Finding("phone-format", Place("a.xlsx", "S", 7, 9), "Telephone", "Tel", None, "two numbers")
ZERO = Finding("phone-zero-restored", Place("a.xlsx", "S", 7, 8), "MobileNumber", "Mobile")


@pytest.mark.parametrize("status", STATUSES)
def test_every_status_has_its_words(status: Status) -> None:
    """Each status has a name, what happened and what to do, and those that differ from their name show it too."""
    words = STATUS_WORDS[status]
    assert words.happened
    assert words.to_do.endswith(".")
    shown = words.name.lower().replace(" ", "-")
    assert any(
        word in shown for word in (status.value, f"({status.value})", status.value.replace("would-", "would-be-"))
    )


@pytest.mark.parametrize("status", [*STATUSES, None])
def test_what_needs_attention_always_says_what_to_do(status: Status | None) -> None:
    """A row that needs attention never says that nothing needs doing."""
    assert (status in ATTENTION) <= ("Nothing needs doing" not in what_to_do(status))


def test_errors_come_first_and_each_finding_names_its_cell() -> None:
    """What happened tells the errors before the warnings and notes, each with its heading and its cell."""
    lines = what_happened(Status.INVALID, [ZERO, PHONE, EMAIL]).split("\n")
    assert [line.split(":")[0] for line in lines[1:]] == [
        "Error in “E-mail” (cell D7 of your file)",
        "Warning in “Tel” (cell I7 of your file)",
        "Note in “Mobile” (cell H7 of your file)",
    ]


def test_what_to_do_about_an_invalid_row_is_about_its_errors() -> None:
    """Where there are errors, only what mends them is told, each sentence once."""
    assert what_to_do(Status.INVALID, [PHONE, EMAIL, EMAIL]) == "Correct it; an address looks like name@example.com."
    assert "07700 900123" in what_to_do(Status.CREATED, [PHONE])
    assert what_to_do(Status.CREATED, [ZERO]) == "Nothing needs doing."


def test_a_severity_of_the_settings_decides_what_is_heard() -> None:
    """An error that the settings turned into a note asks for nothing."""
    chosen = {"email-format": Severity.NOTE}
    assert what_to_do(Status.VALID, [EMAIL], chosen) == STATUS_WORDS[Status.VALID].to_do
    assert "Note in “E-mail”" in what_happened(Status.VALID, [EMAIL], chosen)


def test_an_update_names_what_it_changes() -> None:
    """An update says which fields it sets."""
    told = "The account was updated: Email, DOB."
    assert what_happened(Status.UPDATED, changes=("Email", "DOB")) == told
    by_misid = what_happened(Status.UPDATED, changes=("Email", "DOB"), found_by="MISID")
    assert by_misid == f"{told} The account was found by MISID."


@pytest.mark.parametrize(
    ("totals", "mode", "beginning"),
    [
        ({"invalid": 1, "unresolved": 2}, "submit", "Rows that may or may not have arrived: 2."),
        ({"valid": 1234}, "check", "Rows without errors: 1,234. Rehearse"),
        ({"would-create": 5, "unchanged": 1}, "dry-run", "Rows ready to send: 5."),
        ({"created": 5}, "submit", "Nothing needs doing."),
    ],
)
def test_the_most_urgent_step_comes_first(totals: dict[str, int], mode: str, beginning: str) -> None:
    """The first thing to do is the one that cannot wait."""
    assert next_steps(totals, mode)[0].startswith(beginning)


@pytest.mark.parametrize(
    ("leavers", "step"),
    [
        (0, "Nothing needs doing."),
        (1, "1 person is no longer in the file: look at them in OneFile, and archive whoever has left."),
        (1234, "1,234 people are no longer in the file: look at them in OneFile, and archive whoever has left."),
    ],
)
def test_leavers_are_something_to_do(leavers: int, step: str) -> None:
    """A night without a change is not done while somebody has left, and they come after what is more urgent."""
    assert next_steps({"unchanged": 5}, "submit", leavers=leavers) == (step,)
    assert (next_steps({"held": 1}, "submit", leavers=leavers)[-1] == step) is bool(leavers)


def test_a_refusal_comes_first_and_nothing_leads_round_it() -> None:
    """No file that is not compared with earlier nights, no submit as it is, nobody archived who may only be missing."""
    steps = next_steps(
        {"invalid": 1, "would-create": 2}, "dry-run", ["wrong"], leavers=3, refusal=("Refused.", "Look.")
    )
    assert steps[:3] == ("Refused.", "Look.", "wrong")
    (rest,) = steps[3:]
    assert rest.startswith("Rows that need correcting: 1.")
    assert "in your own file" in rest


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        (datetime(2026, 9, 1, 6, 0, 5, tzinfo=UTC), "01/09/2026 07:00:05"),
        (datetime(2026, 12, 1, 6, 0, 5, tzinfo=UTC), "01/12/2026 06:00:05"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "25/10/2026 01:30:00"),
    ],
)
def test_times_are_those_of_a_clock_in_the_uk(moment: datetime, shown: str) -> None:
    """Moments are told in UK time, summer time included, day first."""
    assert uk_time(moment) == shown


@pytest.mark.parametrize("use", [Use.HEADING, Use.CHOSEN])
def test_a_column_of_onefile_s_ids_says_that_it_is_not_sent(use: Use) -> None:
    """Whoever looks up which column was taken for what sees what it is for."""
    said = column_words(Column("User ID", "A", ONEFILE_ID, use))
    assert said == "OneFileID: the account is found by it, and it is not sent"
