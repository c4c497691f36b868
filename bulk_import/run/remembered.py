"""The options that a file to correct remembers, so that it can be submitted again as it is, without saying them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal, get_args

from bulk_import.catalogue import heading_key, role_from_text
from bulk_import.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bulk_import.read import Table
    from bulk_import.run.job import Job

REMEMBERED = "options-remembered"
"""The finding that says with which options a file was read that nobody typed this time."""
DateOrder = Literal["dmy", "mdy", "ymd"]


def options_of(job: Job) -> tuple[tuple[str, str], ...]:
    """What the command line says of how files are read, option by option; nothing of the settings, nobody's data."""
    role = [] if job.role is None else [("--role", job.role.label)]
    values = [("--set", f"{name}={value}") for name, value in job.values.items()]
    columns = [("--map", f"{heading}={name}") for heading, name in job.columns.items()]
    order = [] if job.date_order is None else [("--date-order", job.date_order)]
    return (*role, *values, *columns, *order)


def with_remembered(job: Job, tables: Sequence[Table], settled: Mapping[str, str], columns: Mapping[str, str]) -> Job:
    """The job with what its files remember; what the command line says wins.

    Args:
        job: as the command line says it.
        tables: what was read.
        settled: field → value for empty cells, as the settings say.
        columns: heading → field, likewise.

    Raises:
        UsageError: the files do not remember the same, or the settings say something else.
    """
    jobs = [_merged(job, () if table.marks is None else table.marks.options) for table in tables]
    if not jobs:
        return job
    if any(one != jobs[0] for one in jobs):
        raise UsageError(
            "The files were read with different options before.", "Submit them one at a time, or say the options anew."
        )
    _refuse_contradiction("--set", job.values, jobs[0].values, settled)
    _refuse_contradiction("--map", job.columns, jobs[0].columns, columns)
    said = options_of(jobs[0]) if job.said is None else job.said
    return replace(jobs[0], said=said)


def told(table: Table, before: Job, after: Job) -> Table:
    """The table with a note of the remembered options that count; none where none does."""
    taken = [pair for pair in options_of(after) if pair not in options_of(before)]
    detail = ", ".join(f'{option} "{value}"' for option, value in taken)
    rest = tuple(finding for finding in table.findings if finding.code != REMEMBERED)
    notes = (replace(finding, detail=detail) for finding in table.findings if finding.code == REMEMBERED and detail)
    return replace(table, findings=(*rest, *notes))


def _refuse_contradiction(
    option: str, typed: Mapping[str, str], merged: Mapping[str, str], settled: Mapping[str, str]
) -> None:
    """Raises UsageError where a remembered value is not that of the settings: neither may be guessed."""
    said, by_name = {heading_key(name) for name in typed}, {heading_key(name): value for name, value in settled.items()}
    for name, value in merged.items():
        other = by_name.get(heading_key(name), value)
        if heading_key(name) not in said and other != value:
            raise UsageError(
                f"The file was first read with {option} {name}={value}, and the settings say {other}.",
                f'Say which is meant with {option} "{name}=VALUE".',
            )


def _merged(job: Job, options: tuple[tuple[str, str], ...]) -> Job:
    roles = [role_from_text(value) for option, value in options if option == "--role"]
    pairs = (value.partition("=")[::2] for option, value in options if option == "--set")
    values = {name.strip(): value for name, value in pairs}
    columns = dict(value.rpartition("=")[::2] for option, value in options if option == "--map")
    orders = [order for order in get_args(DateOrder) if ("--date-order", order) in options]
    keys, typed = {heading_key(heading) for heading in job.columns}, {name.strip().lower() for name in job.values}
    return replace(
        job,
        role=next(iter(roles), None) if job.role is None else job.role,
        values={**{name: value for name, value in values.items() if name.lower() not in typed}, **job.values},
        columns={**{text: name for text, name in columns.items() if heading_key(text) not in keys}, **job.columns},
        date_order=job.date_order or next(iter(orders), None),
    )
