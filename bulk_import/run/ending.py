"""The end of a run: its report is put together, written, and entered in the journal."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from bulk_import.errors import RefusedAsUnsafe
from bulk_import.findings import Severity, severity
from bulk_import.report import Calls, Leaver, OrganisationInfo, Report, RowFate, SourceReport, Status, summary

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from bulk_import.check import Checked
    from bulk_import.findings import Finding

Mode = Literal["check", "dry-run", "submit"]
NO_CALLS = Calls()
FINISHED = 0
NEEDS_ATTENTION = 1
STOPPED = 3
FINE = frozenset(
    {
        *(Status.VALID, Status.WOULD_CREATE, Status.WOULD_UPDATE, Status.UNCHANGED),
        *(Status.SKIPPED, Status.CREATED, Status.UPDATED),
    }
)
# L12 ethnicity, L14 to L16 difficulty and disability: special categories under article 9 of the UK GDPR.
SPECIAL_FIELDS = ("L12", "L14", "L15", "L16")


@dataclass(frozen=True, slots=True)
class Finished:
    """A run that came to its end, and what it left behind."""

    report: Report
    folder: Path
    files: tuple[Path, ...]

    @property
    def summary(self) -> dict[str, object]:
        """What --json prints."""
        return summary(self.report, self.files[-1])


@dataclass(frozen=True, slots=True)
class Ending:
    """All that a report says beside its rows.

    Attributes:
        run: the run's name.
        mode: what was asked for.
        started: in UTC.
        finished: in UTC.
        environment: which OneFile.
        organisation: the one organisation of the rows, None where there are several or none was asked.
        digest: of the plan.
        calls: what the API saw.
        severities: what the settings say.
        notices: sentences for the summary.
        stopped: whether the run ended before its last row.
        findings: of the run as a whole.
        calls_before: how many of the calls an earlier part of the run made, which the journal has already.
        by: who ran it, "" where that is not known.
        leavers: the people who are no longer in the file.
        refusal: why a submit is refused and what to do, a sentence each; empty where it is not.
        refused: whether there was one.
    """

    run: str
    mode: Mode
    started: datetime
    finished: datetime
    environment: str
    organisation: OrganisationInfo | None = None
    digest: str | None = None
    calls: Calls = NO_CALLS
    severities: Mapping[str, Severity] = field(default_factory=dict)
    notices: tuple[str, ...] = ()
    stopped: bool = False
    findings: tuple[Finding, ...] = ()
    calls_before: int = 0
    by: str = ""
    leavers: tuple[Leaver, ...] = ()
    refusal: tuple[str, ...] = ()
    refused: bool = False

    def exit_code(self, report: Report) -> int:
        """What the command ends with, once all else of its report is known."""
        if self.stopped:
            return STOPPED
        if self.refused:
            return RefusedAsUnsafe.exit_code
        return NEEDS_ATTENTION if self.refusal else _exit_code(report)


def assemble(
    checked: Sequence[Checked],
    fates: Sequence[Mapping[int, RowFate]] | None,
    ending: Ending,
    read_with: tuple[tuple[str, str], ...] = (),
) -> Report:
    """The report of a run; `fates` is None for a check, whose rows are valid or invalid and nothing else."""
    sources = tuple(
        SourceReport(source, {} if fates is None else fates[at], Status.VALID if fates is None else None)
        for at, source in enumerate(checked)
    )
    report = Report(
        run=ending.run,
        mode=ending.mode,
        started=ending.started,
        finished=ending.finished,
        environment=ending.environment,
        organisation=ending.organisation,
        sources=sources,
        digest=ending.digest,
        calls=ending.calls,
        severities=ending.severities,
        notices=(*ending.notices, *_special_categories(checked)),
        by=ending.by,
        findings=ending.findings,
        leavers=ending.leavers,
        read_with=read_with,
        refusal=ending.refusal,
    )
    # the exit code is known only when all the rest is
    return replace(report, exit_code=ending.exit_code(report))


def _exit_code(report: Report) -> int:
    wrong_rows = any(report.totals.get(status) for status in Status if status not in FINE)
    wrong_files = any(severity(finding, report.severities) is Severity.ERROR for finding in report.file_findings())
    return NEEDS_ATTENTION if wrong_rows or wrong_files or not report.balanced else FINISHED


def _special_categories(checked: Sequence[Checked]) -> tuple[str, ...]:
    """How many rows carry special-category data, as counts and never as values."""
    counts = {}
    for name in SPECIAL_FIELDS:
        carried = sum(_carried(source, name) for source in checked)
        if carried:
            counts[name] = carried
    if not counts:
        return ()
    listed = ", ".join(f"{name} (rows: {rows:,})" for name, rows in counts.items())
    return (f"Special-category data (UK GDPR, article 9): {listed}. Keep the reports as safe as the source.",)


def _carried(source: Checked, name: str) -> int:
    """How many rows that can be sent carry a value of a field."""
    if name not in source.usable.columns:
        return 0
    filled = source.usable[name].notna()
    return int(filled.sum()) - int(filled.reindex(list(source.invalid_rows), fill_value=False).sum())
