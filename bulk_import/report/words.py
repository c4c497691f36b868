"""The words of a report: statuses, what happened to a row and what to do about it, times as the UK writes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bulk_import.catalogue import ONEFILE_ID
from bulk_import.columns import Use
from bulk_import.findings import Severity, fix, message, severity
from bulk_import.maintenance import UK
from bulk_import.report.assemble import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from bulk_import.columns import Column
    from bulk_import.findings import Finding

MODES = {
    "check": "Checked only: nothing was sent to OneFile",
    "dry-run": "Dry run: everything was looked up in OneFile, nothing was sent",
    "submit": "Submitted: rows without errors were sent to OneFile",
}

_ORDER = {weight: place for place, weight in enumerate(Severity)}
SEVERITIES = {Severity.ERROR: "Error", Severity.WARNING: "Warning", Severity.NOTE: "Note"}


@dataclass(frozen=True, slots=True)
class StatusWords:
    """What a report says of a status.

    Attributes:
        name: in words, as it stands in the Status column.
        happened: one sentence on the row.
        to_do: one sentence on what comes next.
    """

    name: str
    happened: str
    to_do: str


_NOTHING = "Nothing needs doing."

STATUS_WORDS: Mapping[Status | None, StatusWords] = {
    Status.VALID: StatusWords("Valid", "No errors were found.", "Nothing needs doing; it is ready to send."),
    Status.WOULD_CREATE: StatusWords(
        "Would be created", "A submit would create this account.", "Submit the file when you are ready."
    ),
    Status.WOULD_UPDATE: StatusWords(
        "Would be updated", "A submit would update this account", "Submit the file when you are ready."
    ),
    Status.UNCHANGED: StatusWords("Unchanged", "OneFile already holds all that this row says.", _NOTHING),
    Status.SKIPPED: StatusWords("Left out (skipped)", "Left out of this run on purpose.", _NOTHING),
    Status.CREATED: StatusWords("Created", "The account was created.", _NOTHING),
    Status.UPDATED: StatusWords("Updated", "The account was updated", _NOTHING),
    Status.INVALID: StatusWords(
        "Needs correcting (invalid)", "It needs correcting before it can be sent.", "Correct the row."
    ),
    Status.HELD: StatusWords(
        "Held for a person (held)", "Not sent, because a person has to decide.", "Look the person up in OneFile."
    ),
    Status.REJECTED: StatusWords(
        "Refused by OneFile (rejected)",
        "Sent, and OneFile refused it.",
        "Correct the row and submit the file again.",
    ),
    Status.UNRESOLVED: StatusWords(
        "Not certain (unresolved)",
        "Sent, and nobody can tell whether it arrived.",
        "Run bulk-import resume; it looks the person up again.",
    ),
    Status.NOT_SENT: StatusWords(
        "Not sent", "The run stopped before this row.", "Run bulk-import resume; it goes on with this row."
    ),
    None: StatusWords(
        "Not accounted for",
        "This program lost track of the row, which is a fault of the program.",
        "Tell whoever looks after bulk-import, and look the person up in OneFile before sending the row again.",
    ),
}

ATTENTION = frozenset({Status.INVALID, Status.HELD, Status.REJECTED, Status.UNRESOLVED, Status.NOT_SENT, None})
"""The statuses that a person has to do something about."""

_CHANGES = {Status.WOULD_UPDATE, Status.UPDATED}


def where(finding: Finding) -> str:
    """The place of a finding in the user's words: “ULN” (cell H7 of your file)."""
    heading = f"“{finding.heading}”" if finding.heading else (finding.field or "")
    if finding.place.address is None:
        return heading
    return f"{heading} (cell {finding.place.address} of your file)".lstrip()


def by_weight(findings: Iterable[Finding], chosen: Mapping[str, Severity]) -> list[tuple[Severity, Finding]]:
    """The findings with what they weigh, errors first, otherwise as they come."""
    weighed = [(severity(finding, chosen), finding) for finding in findings]
    if len(weighed) > 1:
        weighed.sort(key=lambda pair: _ORDER[pair[0]])
    return weighed


def _told(weight: Severity, finding: Finding) -> str:
    place = where(finding)
    return f"{SEVERITIES[weight]}{f' in {place}' if place else ''}: {message(finding)}"


def what_happened(
    status: Status | None,
    findings: Iterable[Finding] = (),
    chosen: Mapping[str, Severity] | None = None,
    changes: tuple[str, ...] = (),
    found_by: str = "",
) -> str:
    """What became of a row, then each finding on a line of its own, with its severity and its cell."""
    first = STATUS_WORDS[status].happened
    if status in _CHANGES:
        first = f"{first}: {', '.join(changes)}." if changes else f"{first}."
        first += f" The account was found by {found_by}." if found_by else ""
    return "\n".join([first, *(_told(weight, finding) for weight, finding in by_weight(findings, chosen or {}))])


def what_to_do(
    status: Status | None,
    findings: Iterable[Finding] = (),
    chosen: Mapping[str, Severity] | None = None,
) -> str:
    """What to do next about a row, each sentence once and on a line of its own.

    Only the findings that a person has to act on are heard: errors where the row needs attention, else warnings.
    """
    weighed = by_weight(findings, chosen or {})
    errors = _to_do([finding for weight, finding in weighed if weight is Severity.ERROR])
    warnings = _to_do([finding for weight, finding in weighed if weight is Severity.WARNING])
    match status:
        case Status.INVALID | Status.REJECTED | Status.HELD | Status.UNRESOLVED if errors or warnings:
            sentences = errors or warnings
        case _:
            sentences = [*errors, *warnings] or [STATUS_WORDS[status].to_do]
    return "\n".join(dict.fromkeys(sentences))


def _to_do(findings: list[Finding]) -> list[str]:
    """What to do about each finding; where there are several, with the cell it is about."""
    if len(findings) < 2 or len({finding.place.address for finding in findings}) < 2:  # noqa: PLR2004 - one cell
        return [fix(finding) for finding in findings]
    return [f"{finding.place.address or finding.field or 'Row'}: {fix(finding)}" for finding in findings]


def next_steps(
    totals: Mapping[str, int], mode: str, of_files: Iterable[str] = (), *, leavers: int = 0, refusal: Sequence[str] = ()
) -> tuple[str, ...]:
    """What to do next about the run as a whole, most urgent first.

    Args:
        totals: rows by status.
        mode: of the run.
        of_files: what is wrong with whole files or columns; it comes first, being the cause of much of the rest.
        leavers: how many people are no longer in the file.
        refusal: why a submit is refused, a sentence each; it comes before all else.
    """
    steps = [*refusal, *of_files]
    usual = {**dict(_STEPS), Status.INVALID: _OF_REFUSED} if refusal else dict(_STEPS)
    steps += [sentence.format(n=f"{totals[status]:,}") for status, sentence in usual.items() if totals.get(status)]
    ready = totals.get(Status.VALID, 0) + totals.get(Status.WOULD_CREATE, 0) + totals.get(Status.WOULD_UPDATE, 0)
    if ready and mode == "check":
        steps.append(f"Rows without errors: {ready:,}. Rehearse them with bulk-import dry-run, which sends nothing.")
    elif ready and not refusal:
        steps.append(f"Rows ready to send: {ready:,}. Send them with bulk-import submit.")
    return (*steps, *leavers_step(leavers, refusal)) or (_NOTHING,)


def leavers_step(leavers: int, refusal: Sequence[str]) -> tuple[str, ...]:
    """What to do about the people who are no longer in the file; nothing where there are none.

    Nor where the file is refused: many may be missing in it who have not left.
    """
    if refusal or not leavers:
        return ()
    return (f"{people_gone(leavers)} no longer in the file: look at them in OneFile, and archive whoever has left.",)


def people_gone(leavers: int) -> str:
    """How many people, and the verb that goes with so many."""
    return "1 person is" if leavers == 1 else f"{leavers:,} people are"


_STEPS = (
    (
        Status.UNRESOLVED,
        "Rows that may or may not have arrived: {n}. Run bulk-import resume; it looks these people up again.",
    ),
    (Status.NOT_SENT, "Rows the run did not get to: {n}. Run bulk-import resume; it goes on where it stopped."),
    (Status.REJECTED, "Rows that OneFile refused: {n}. Its reasons stand under Problems."),
    (Status.HELD, "Rows that a person has to decide about: {n}. Problems says why."),
    (
        Status.INVALID,
        "Rows that need correcting: {n}. Problems lists their cells; correct the file with -to-fix in its name.",
    ),
)


_OF_REFUSED = (
    "Rows that need correcting: {n}. Problems lists their cells; correct them in your own file, because one with "
    "-to-fix in its name is not compared with earlier nights."
)


_UNSENT: Mapping[Use, str] = {
    Use.LEFT_OUT: "you chose to leave it out",
    Use.AMBIGUOUS: "its heading could mean several things; say which with --map",
    Use.DUPLICATE: "another column holds the same field, and it cannot be told which is meant",
    Use.ELSEWHERE: "another column holds this field",
    Use.NO_FIELD: "OneFile has no field for it",
    Use.UNKNOWN: "its heading is not known",
    Use.NOTES: "the template's own notes",
    Use.NO_HEADING: "it has no heading",
}


def column_words(column: Column) -> str:
    """What a column of a source is used for, or why it is not sent."""
    if column.use is Use.TRANSLATED:
        return "L15 and L16, translated"
    if column.field is None:
        return f"Not sent: {_UNSENT[column.use]}."
    if column.field == ONEFILE_ID:
        return f"{ONEFILE_ID}: the account is found by it, and it is not sent"
    if column.use is Use.NAMES:
        return f"{column.field}, where the column of OneFile's ids beside it is empty"
    return f"{column.field}, as you chose" if column.use is Use.CHOSEN else column.field


def uk_time(moment: datetime) -> str:
    """A moment as a clock in the UK shows it, such as "01/09/2026 07:00:05"."""
    return f"{moment.astimezone(UK):%d/%m/%Y %H:%M:%S}"
