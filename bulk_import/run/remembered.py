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

DateOrder = Literal["dmy", "mdy", "ymd"]


def options_of(job: Job) -> tuple[tuple[str, str], ...]:
    """What the command line says of how files are read, option by option; nothing of the settings, nobody's data."""
    role = [] if job.role is None else [("--role", job.role.label)]
    values = [("--set", f"{name}={value}") for name, value in job.values.items()]
    columns = [("--map", f"{heading}={name}") for heading, name in job.columns.items()]
    order = [] if job.date_order is None else [("--date-order", job.date_order)]
    return (*role, *values, *columns, *order)


def with_remembered(job: Job, tables: Sequence[Table], settled: Mapping[str, str]) -> Job:
    """The job with what its files remember; what the command line says wins.

    Args:
        job: as the command line says it.
        tables: what was read.
        settled: field → value for empty cells, as the settings say.

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
    _refuse_contradiction(job, jobs[0], settled)
    said = options_of(jobs[0]) if job.said is None else job.said
    return replace(jobs[0], said=said)


def _refuse_contradiction(job: Job, merged: Job, settled: Mapping[str, str]) -> None:
    """Raises UsageError where a remembered value is not that of the settings: neither may be guessed."""
    by_name = {name.lower(): value for name, value in settled.items()}
    typed = {name.lower() for name in job.values}
    for name, value in merged.values.items():
        other = by_name.get(name.lower(), value)
        if name.lower() not in typed and other != value:
            raise UsageError(
                f"The file was first read with --set {name}={value}, and the settings say {other}.",
                f'Say which is meant with --set "{name}=VALUE".',
            )


def _merged(job: Job, options: tuple[tuple[str, str], ...]) -> Job:
    roles = [role_from_text(value) for option, value in options if option == "--role"]
    values = dict(value.partition("=")[::2] for option, value in options if option == "--set")
    columns = dict(value.rpartition("=")[::2] for option, value in options if option == "--map")
    orders = [order for order in get_args(DateOrder) if ("--date-order", order) in options]
    keys, typed = {heading_key(heading) for heading in job.columns}, {name.lower() for name in job.values}
    return replace(
        job,
        role=next(iter(roles), None) if job.role is None else job.role,
        values={**{name: value for name, value in values.items() if name.lower() not in typed}, **job.values},
        columns={**{text: name for text, name in columns.items() if heading_key(text) not in keys}, **job.columns},
        date_order=job.date_order or next(iter(orders), None),
    )
