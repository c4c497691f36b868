"""What became of every row, and whether the counts add up."""

from __future__ import annotations

from dataclasses import replace
from types import GeneratorType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bulk_import.catalogue import Role
from bulk_import.findings import Finding, Place, Severity
from bulk_import.report import STATUSES, Report, RowFate, SourceReport, Status
from bulk_import.report.groups import groups
from tests.unit.reporting import HEADINGS, assessor, report, table

CREATED = RowFate(Status.CREATED, user_id=5740, attempts=1, http_status=200)
INVALID = assessor(9, Email="nobody")


def test_a_check_gives_every_row_valid_or_invalid() -> None:
    """A check needs no fates: rows without an error are valid, the others invalid."""
    made = report(table([assessor(1), INVALID, assessor(2)], blank=(3, 6)))
    assert made.totals == {"valid": 2, "invalid": 1, "read": 5, "blank": 2}
    assert made.balanced
    assert [(row.row, row.status) for row in made.rows()] == [
        (2, Status.VALID),
        (4, Status.INVALID),
        (5, Status.VALID),
    ]


def test_rows_come_in_the_order_of_the_sources() -> None:
    """Rows are told source by source, each in its own order, with the source's own numbers."""
    made = report(table([assessor(1), assessor(2)]), table([assessor(3)], name="more.csv", sheet=None, first_row=8))
    told = [(row.source, row.sheet, row.row) for row in made.rows()]
    assert told == [("staff.xlsx", "Staff", 2), ("staff.xlsx", "Staff", 3), ("more.csv", None, 8)]


def test_a_row_tells_who_it_is_and_what_became_of_it() -> None:
    """A row carries role, MISID, account, attempts and the API's last answer."""
    fate = RowFate(Status.UPDATED, 5740, ("Email",), 2, 200)
    (row,) = report(table([assessor(7)]), fates=[{2: fate}]).rows()
    assert (row.role, row.misid, row.user_id, row.changes, row.attempts, row.http_status) == (
        Role.ASSESSOR,
        "T007",
        5740,
        ("Email",),
        2,
        200,
    )


def test_the_fate_s_findings_follow_the_check_s() -> None:
    """A row has the check's findings first, then those of what became of it."""
    refused = Finding("refused", Place("staff.xlsx", "Staff", 2), detail="no such placement (code -57)")
    fate = RowFate(Status.REJECTED, attempts=1, http_status=400, findings=(refused,))
    (row,) = report(table([assessor(1, First_Name="Khan (2)")]), fates=[{2: fate}]).rows()
    assert [finding.code for finding in row.findings] == ["name-characters", "refused"]


def test_a_row_without_a_misid_and_role_says_so() -> None:
    """An empty MISID and an unknown role are None, never an empty text."""
    (row,) = report(table([assessor(1, MISID="  ", Role="Wizard")])).rows()
    assert (row.misid, row.role, row.status) == (None, None, Status.INVALID)


@pytest.mark.parametrize(
    ("fates", "why"),
    [
        ({2: CREATED}, "row 3 has no status"),
        ({2: CREATED, 3: CREATED, 4: CREATED}, "row 4 is invalid and sent"),
        ({2: CREATED, 9: CREATED}, "row 9 does not exist, and row 3 has no status"),
        ({2: CREATED, 3: CREATED, 9: CREATED}, "row 9 does not exist"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_lost_or_doubled_row_unbalances_the_report(fates: dict[int, RowFate], why: str) -> None:
    """A report is balanced only if each row read has exactly one status."""
    rows = [assessor(1), assessor(2), INVALID]
    assert not report(table(rows), fates=[fates]).balanced, why
    assert report(table(rows), fates=[{2: CREATED, 3: CREATED}]).balanced


def test_a_row_that_nothing_accounts_for_is_still_told() -> None:
    """A row without a status is reported without one and not left out."""
    made = report(table([assessor(1), assessor(2)]), fates=[{2: CREATED}])
    assert [row.status for row in made.rows()] == [Status.CREATED, None]
    assert made.totals == {"created": 1, "read": 2, "blank": 0}


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from([*STATUSES, None]), max_size=30), st.integers(0, 5))
def test_the_counts_add_up_exactly_when_every_row_has_a_status(statuses: list[Status | None], blanks: int) -> None:
    """Whatever the statuses, totals count each once, and read = blank + their sum unless a row has none."""
    rows = [INVALID if status is Status.INVALID else assessor(at) for at, status in enumerate(statuses)]
    blank = tuple(range(2 + len(rows), 2 + len(rows) + blanks))
    fates = {
        row: RowFate(status)
        for row, status in enumerate(statuses, start=2)
        if status is not None and status is not Status.INVALID
    }
    made = _unchecked(report(table(rows, blank=blank), fates=[fates]), statuses)
    totals = made.totals
    assert sum(totals[key] for key in totals if key != "read") == len(statuses) - statuses.count(None) + blanks
    assert totals["read"] == len(statuses) + blanks
    assert made.balanced == (None not in statuses)
    assert [row.status for row in made.rows()] == statuses


def _unchecked(made: Report, statuses: list[Status | None]) -> Report:
    """The same report, with exactly the rows invalid that are meant to be (the check also finds duplicates)."""
    (source,) = made.sources
    invalid = frozenset(row for row, status in enumerate(statuses, start=2) if status is Status.INVALID)
    return replace(made, sources=(SourceReport(replace(source.checked, invalid_rows=invalid), source.fates),))


def test_what_concerns_the_files_is_told_once() -> None:
    """Findings of the run and of its files are told once, apart from those of the rows."""
    made = report(table([assessor(1), INVALID], [*HEADINGS[:-1], "Shoe size"]))
    assert [finding.code for finding in made.file_findings()] == ["column-unknown"]
    again = replace(made, findings=made.file_findings())
    assert len(again.file_findings()) == 1


def test_rows_are_made_as_they_are_asked_for() -> None:
    """A source's rows are a generator, so that a million of them are never held at once."""
    (source,) = report(table([assessor(1)])).sources
    assert isinstance(source.rows(), GeneratorType)


def test_a_source_without_rows_is_balanced() -> None:
    """A sheet with headings only reads as nothing, and that adds up."""
    made = report(table([]))
    assert made.balanced
    assert made.totals == {"read": 0, "blank": 0}
    assert list(made.rows()) == []


def test_what_a_whole_column_lacks_is_listed_once_and_each_row_still_says_it() -> None:
    """Lists of problems name a column that is not there once for the file; an empty cell elsewhere stays listed."""
    headings = tuple(name for name in HEADINGS if name != "OrganisationID")
    rows = [[*assessor(at)[:5], assessor(at)[6]] for at in range(3)]
    rows[1][3] = None
    made = report(table(rows, headings))
    [source] = made.sources
    listed = [(group.code, group.count) for group in groups(made) if group.weight is Severity.ERROR]
    assert listed == [("column-missing", 1), ("required", 1)]
    assert (source.count_listed(), list(source.listed_by_row())) == (1, [3])
    assert [row.status for row in made.rows()] == [Status.INVALID] * 3
    assert [[one.field for one in row.findings] for row in made.rows()] == [
        ["OrganisationID"],
        ["Email", "OrganisationID"],
        ["OrganisationID"],
    ]
