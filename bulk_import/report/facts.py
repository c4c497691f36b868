"""What a report says of the run as a whole, in whatever form: what ran, on what, and whether the counts add up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bulk_import.columns import uses
from bulk_import.findings import Severity, fix, message
from bulk_import.report.assemble import Status
from bulk_import.report.words import MODES, by_weight, column_words, next_steps, uk_time

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bulk_import.report.assemble import Report

TITLE = "OneFile import"

MEANINGS: Mapping[Status, str] = {
    Status.VALID: "No errors; ready to send",
    Status.WOULD_CREATE: "A submit would create the account",
    Status.WOULD_UPDATE: "A submit would update the account",
    Status.UNCHANGED: "OneFile already holds all that the row says",
    Status.SKIPPED: "Left out on purpose, by --only, --skip or protect",
    Status.CREATED: "The account was created",
    Status.UPDATED: "The account was updated",
    Status.INVALID: "Has an error; never sent",
    Status.HELD: "Cannot be decided safely; never sent, a person decides",
    Status.REJECTED: "Sent, and OneFile refused it",
    Status.UNRESOLVED: "Sent, and nobody can tell whether it arrived",
    Status.NOT_SENT: "The run stopped before the row",
}


def adding_up(report: Report) -> str:
    """Whether every row is accounted for, in words."""
    if report.balanced:
        return "Yes: every row that was read is accounted for exactly once."
    return (
        "NO. The counts do not add up, which is a fault of this program. "
        "Keep this file, tell whoever looks after bulk-import, and check the rows in OneFile."
    )


def run_facts(report: Report) -> Iterator[tuple[str, str]]:
    """What ran, when, by whom and on which OneFile: a label and what is said under it."""
    organisation, calls = report.organisation, report.calls
    yield "Run", report.run
    yield "What was asked for", MODES[report.mode]
    yield "Started", f"{uk_time(report.started)} (UK time)"
    yield "Finished", f"{uk_time(report.finished)} (UK time)"
    if report.by:
        yield "Run by", report.by
    yield "Environment", report.environment
    if organisation is not None:
        yield "Organisation", f"{organisation.name} ({organisation.id})"
    if report.mode != "check":
        yield (
            "Calls to OneFile",
            f"{calls.total:,}, of them repeated {calls.retried:,}, told to wait {calls.throttled:,}",
        )
    if report.digest is not None:
        yield "Digest of the plan", report.digest


def file_facts(report: Report) -> Iterator[tuple[str, str]]:
    """Which files and sheets were read: a label and what is said under it."""
    for source in report.sources:
        table = source.checked.table
        sheet = f", sheet “{table.source.sheet}”" if table.source.sheet is not None else ""
        yield "File", table.source.name
        yield "What was read", f"Data rows: {table.rows_read:,}{sheet}, headings in row {table.heading_row}"
        yield "Fingerprint (SHA-256)", table.source.sha256


def column_facts(report: Report) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """For each source a title, and each column by its letters and heading with the field it holds or why not."""
    for number, source in enumerate(report.sources):
        table = source.checked.table
        title = "Columns" if len(report.sources) == 1 else f"Columns of {report.label(number)}"
        columns = uses(table, source.checked.columns)
        yield title, [(f"{one.letters}  {' '.join(one.heading.split())}".strip(), column_words(one)) for one in columns]


def steps(report: Report) -> tuple[str, ...]:
    """What to do next about the run as a whole."""
    wrong, leavers = errors_of_files(report), len(report.leavers)
    return next_steps(report.totals, report.mode, wrong, leavers=leavers, refusal=report.refusal)


def errors_of_files(report: Report) -> tuple[str, ...]:
    """What is wrong with whole files or columns, which often is the cause of all that is wrong with rows."""
    weighed = by_weight(report.file_findings(), report.severities)
    return tuple(f"{message(finding)} {fix(finding)}" for weight, finding in weighed if weight is Severity.ERROR)
