"""Runs that have been: finishing one that stopped early, writing reports again, listing them all."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, get_args

from bulk_import.errors import RefusedAsUnsafe, UsageError
from bulk_import.findings import Severity
from bulk_import.journal import Journal, RunState
from bulk_import.plan import Create
from bulk_import.report import Calls, OrganisationInfo
from bulk_import.run.bookkeeping import conclude, holding_organisations, uk_today
from bulk_import.run.desk import Desk, utc_now
from bulk_import.run.ending import NO_CALLS, Ending, Mode
from bulk_import.run.fates import fates, key_of
from bulk_import.run.job import Job, read_and_check
from bulk_import.run.sending import send
from bulk_import.run.target import calls_of, open_api

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from bulk_import.journal import Key, Outcome, Run
    from bulk_import.report import RowFate
    from bulk_import.run.ending import Finished
    from bulk_import.run.target import Target
    from bulk_import.settings import Settings
    from bulk_import.submit import Progress


def runs(settings: Settings) -> list[tuple[str, ...]]:
    """All runs, newest first: name, mode, state, environment, rows and source, each as text."""
    if not settings.journal.exists():
        return []
    with Journal.open(settings.journal) as journal:
        return [_line(run) for run in journal.runs()]


def _line(run: Run) -> tuple[str, ...]:
    sources = run.start.sources
    code = "" if run.exit_code is None else f" (exit {run.exit_code})"
    names = ", ".join(source.path.replace("\\", "/").rpartition("/")[2] for source in sources)
    rows = sum(source.rows for source in sources)
    return run.id, run.start.mode, f"{run.state.value}{code}", run.start.environment, f"{rows:,}", names


def resume(name: str | None, settings: Settings, target: Target, *, progress: Callable[[Progress], None]) -> Finished:
    """Finishes a run that stopped early: nothing is sent for rows that are done.

    Args:
        name: which run, None for the newest unfinished one.
        settings: for the pace and the journal; how the rows were read stands in the journal.
        target: must be the OneFile that the run went to.
        progress: is told after each row.

    Raises:
        UsageError: there is nothing to resume, or no such run.
        RefusedAsUnsafe: the source has changed, or the target is another OneFile.
        BulkImportError: as `submit`.
    """
    with Journal.open(settings.journal) as journal:
        run = _unfinished(journal, name)
        _same_target(run, target)
        with _read_again(run, settings, journal) as desk, holding_organisations(desk, target):
            journal.reopen_run(run.id)
            return asyncio.run(_go_on(desk, run, target, progress))


def _unfinished(journal: Journal, name: str | None) -> Run:
    run = journal.newest_unfinished() if name is None else _known(journal, name)
    if run is None:
        raise UsageError("There is no run to resume.", "bulk-import runs shows how the runs so far ended.")
    if run.start.mode != "submit" or run.state is RunState.FINISHED:
        raise UsageError(f"Run {run.id} needs no resuming.", "bulk-import runs shows how the runs so far ended.")
    return run


def _known(journal: Journal, name: str) -> Run:
    run = journal.run(name)
    if run is None:
        raise UsageError(f"There is no run {name}.", "bulk-import runs lists them all.")
    return run


def _same_target(run: Run, target: Target) -> None:
    here = target.environment, "" if target.environment == "sandbox" else target.host
    there = run.start.environment, "" if run.start.environment == "sandbox" else run.start.host
    if here != there:
        raise RefusedAsUnsafe(
            f"Nothing was sent: run {run.id} went to {run.start.environment}, the settings now say "
            f"{target.environment}.",
            "Set environment and base_url back to what they were, and resume again.",
        )


@contextmanager
def _read_again(run: Run, settings: Settings, journal: Journal) -> Iterator[Desk]:
    """The sources of a run, read as they were then.

    Raises:
        InputUnreadable: a source is gone.
        RefusedAsUnsafe: a source has changed since.
    """
    stored = run.start.options["job"]
    assert isinstance(stored, dict)  # noqa: S101 - what `begin` wrote
    job = Job.from_json(stored)
    then = replace(
        settings,
        columns={},
        defaults={},
        organisation_id=None,
        severities={code: Severity(chosen) for code, chosen in stored["severities"].items()},
        environment=run.start.environment,
    )
    checked = read_and_check(job, then, uk_today(run.started))
    for source, before in zip(checked, run.start.sources, strict=True):
        if source.table.source.sha256 != before.sha256:
            raise RefusedAsUnsafe(
                f"{source.table.source.name} has changed since run {run.id} read it.",
                "Bring the file back as it was, or submit the changed file as a new run: "
                "people who are in OneFile already are recognised.",
            )
    yield Desk(job, then, checked, journal, run.started)


async def _go_on(desk: Desk, run: Run, target: Target, progress: Callable[[Progress], None]) -> Finished:
    creates = _creates(desk, run)
    async with open_api(desk.settings, target, desk.log) as api:
        sent = await send(desk, run.id, creates, api=api, known=(), progress=progress)
        calls = calls_of(api)
    ending = replace(_ending_of(run, calls), notices=sent.notices, stopped=sent.stopped, finished=utc_now())
    return conclude(desk, fates(desk.checked, desk.journal.decisions(run.id), sent.outcomes), ending)


def _creates(desk: Desk, run: Run) -> list[Create]:
    """The creates of a run's plan, in the order of the source; sending puts them into its own."""
    wanted = {decision.key for decision in desk.journal.decisions(run.id) if decision.kind == "create"}
    return [Create(record) for record in desk.records if key_of(record) in wanted]


def rebuild(name: str, settings: Settings) -> Finished:
    """Writes a run's reports again, from the journal and the source file.

    Raises:
        UsageError: there is no such run.
        InputUnreadable: a source is gone.
        RefusedAsUnsafe: a source has changed since.
    """
    with Journal.open(settings.journal) as journal:
        run = _known(journal, name)
        with _read_again(run, settings, journal) as desk:
            ending = _ending_of(run, NO_CALLS)
            return conclude(desk, _fates(desk, run), ending)


def _fates(desk: Desk, run: Run) -> list[dict[int, RowFate]] | None:
    if run.start.mode == "check":
        return None
    outcomes = _outcomes(desk.journal, run) if run.start.mode == "submit" else None
    return fates(desk.checked, desk.journal.decisions(run.id), outcomes)


def _outcomes(journal: Journal, run: Run) -> Mapping[Key, Outcome]:
    return {
        operation.planned.key: operation.outcome
        for operation in journal.operations(run.id)
        if operation.outcome is not None
    }


def _ending_of(run: Run, calls: Calls) -> Ending:
    name = run.start.options.get("organisation")
    id_ = run.start.organisation_id
    (mode,) = (mode for mode in get_args(Mode) if mode == run.start.mode)
    return Ending(
        run=run.id,
        mode=mode,
        started=run.started,
        finished=run.finished or utc_now(),
        environment=run.start.environment,
        organisation=None if id_ is None else OrganisationInfo(id_, str(name)),
        digest=run.start.digest,
        calls=calls,
    )
