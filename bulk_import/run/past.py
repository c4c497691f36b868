"""Runs that have been: finishing one that stopped early, writing reports again, listing them all."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from bulk_import.actions import Create
from bulk_import.errors import NothingToDo, RefusedAsUnsafe, UsageError
from bulk_import.findings import Severity
from bulk_import.journal import Done, Journal, NotSent, Rejected, RunState, State, Unresolved
from bulk_import.kinds import Awaited
from bulk_import.plan import Earlier
from bulk_import.references import from_json, nameless
from bulk_import.report import Calls, OrganisationInfo, pseudonymised, summary
from bulk_import.run.bookkeeping import (
    conclude,
    holding_organisations,
    naming_the_run,
    shared_findings,
    uk_today,
    write,
)
from bulk_import.run.canary import canary_again
from bulk_import.run.desk import Desk, utc_now
from bulk_import.run.ending import Ending, Finished, Mode, assemble
from bulk_import.run.fates import decisions, fates
from bulk_import.run.folder import make_folder, write_shared
from bulk_import.run.job import Job, read_and_check
from bulk_import.run.known_people import made_before
from bulk_import.run.latest import listed_with_latest
from bulk_import.run.leavers import leavers_of, leavers_sentence, looked_up
from bulk_import.run.memory import remember_written, with_fields_shown
from bulk_import.run.planning import Left, left_to_do, plan_of
from bulk_import.run.preview import email_sentence, emailed, paged_sentence
from bulk_import.run.sending import ready_to_send, send
from bulk_import.run.target import calls_of, open_api
from bulk_import.run.world import completed
from bulk_import.site_key import site_secret
from bulk_import.submit import HALTED, HALTED_IN_DOUBT

if TYPE_CHECKING:
    from collections.abc import Callable

    from bulk_import.actions import Action
    from bulk_import.api import OneFile
    from bulk_import.findings import Finding
    from bulk_import.journal import Key, Operation, Outcome, Run, SourceRead
    from bulk_import.report import Report, RowFate
    from bulk_import.run.target import Target
    from bulk_import.run.world import World
    from bulk_import.settings import Settings
    from bulk_import.submit import Progress


def runs(settings: Settings) -> list[tuple[str, ...]]:
    """All runs, newest first: name, mode, state, environment, rows and source, each as text."""
    if not settings.journal.exists():
        return []
    with Journal.open(settings.journal) as journal:
        return [_line(run) for run in journal.runs()]


def look_for_runs(settings: Settings, name: str | None) -> None:
    """Looks whether there are runs at all, before anything is made for one.

    Raises:
        NothingToDo: there are none.
        UsageError: one was asked for by name, and there are none.
    """
    if not settings.journal.exists() and name is not None:
        raise UsageError(f"There is no run {name} in {settings.journal.parent}.", "bulk-import runs lists them all.")
    if not settings.journal.exists():
        raise NothingToDo(
            f"There is nothing to resume: there are no runs yet in {settings.journal.parent}.",
            "Run the command in the folder where the run was made, or name its settings with --config.",
        )


def _line(run: Run) -> tuple[str, ...]:
    sources = run.start.sources
    code = "" if run.exit_code is None else f" (exit {run.exit_code})"
    names = ", ".join(map(_source_name, sources))
    rows = sum(source.rows for source in sources)
    purged = ", purged" if "purged" in run.start.options else ""
    return run.id, run.start.mode, f"{run.state.value}{code}{purged}", run.start.environment, f"{rows:,}", names


def _source_name(source: SourceRead) -> str:
    """The file's name without its folder, and the sheet, of which one file may have several in a run."""
    name = source.path.replace("\\", "/").rpartition("/")[2]
    return name if source.sheet is None else f"{name} ({source.sheet})"


def resume(
    name: str | None,
    settings: Settings,
    target: Target,
    *,
    progress: Callable[[Progress], None],
    say: Callable[[str], None],
) -> Finished:
    """Finishes a run that stopped early: nothing is sent for rows that are done.

    Args:
        name: which run, None for the newest unfinished one.
        settings: for the pace and the journal; how the rows were read stands in the journal.
        target: must be the OneFile that the run went to.
        progress: is told after each row.
        say: tells the person who waits what a wait is for.

    Raises:
        NothingToDo: no run is unfinished, or this one is finished.
        UsageError: there is no such run.
        RefusedAsUnsafe: the source has changed, or the target is another OneFile.
        BulkImportError: as `submit`.
    """
    with Journal.open(settings.journal) as journal:
        run = _unfinished(journal, name, target)
        _same_target(run, target)
        desk = _read_again(run, settings, journal)
        with holding_organisations(desk, target), naming_the_run(desk):
            secret = ready_to_send(desk, target)
            journal.reopen_run(run.id)
            return asyncio.run(_go_on(desk, run, target, secret, progress, say))


def _unfinished(journal: Journal, name: str | None, target: Target) -> Run:
    if name is None:
        newest = journal.newest_unfinished((target.environment, target.host))
        if newest is None:
            raise NothingToDo("There is nothing to resume.", "bulk-import runs shows how the runs so far ended.")
        return newest
    run = _known(journal, name)
    if run.start.mode != "submit" or run.state is RunState.FINISHED:
        raise NothingToDo(
            f"Run {run.id} is finished; there is nothing to resume.",
            f"bulk-import report {run.id} writes its reports again.",
        )
    return run


def _known(journal: Journal, name: str) -> Run:
    run = journal.run(name)
    if run is None:
        raise UsageError(f"There is no run {name}.", "bulk-import runs lists them all.")
    return run


def _same_target(run: Run, target: Target) -> None:
    if (run.start.environment, run.start.host) != (target.environment, target.host):
        raise RefusedAsUnsafe(
            f"Nothing was sent: run {run.id} went to {run.start.environment} ({run.start.host}), the settings now lead "
            f"to {target.environment} ({target.host}).",
            "Set environment and base_url back to what they were, and resume again.",
        )


def _read_again(run: Run, settings: Settings, journal: Journal) -> Desk:
    """The sources of a run, read as they were then.

    Raises:
        UsageError: the run has been purged.
        InputUnreadable: a source is gone.
        RefusedAsUnsafe: a source has changed since.
    """
    if "purged" in run.start.options:
        raise UsageError(
            f"Run {run.id} has been purged, so its rows and reports are gone.", "bulk-import runs shows what is left."
        )
    stored = run.start.options["job"]
    assert isinstance(stored, dict)  # noqa: S101 - what `begin` wrote
    job = Job.from_json(stored)
    then = replace(
        settings,
        columns={},
        defaults={},
        organisation_id=None,
        severities={code: Severity(chosen) for code, chosen in stored["severities"].items()},
        update_undocumented=frozenset(stored.get("updated", ())),
        # what runs of earlier versions do not have there, they could not be told
        bad_optional=stored.get("bad_optional", "leave-out"),
        apostrophes=stored.get("apostrophes", "as-typed"),
        allow_clear=stored.get("clear", False),
        codes=stored.get("codes", {}),
        unknown_codes=stored.get("unknown_codes", {}),
        environment=run.start.environment,
        out=Path(str(run.start.options["folder"])),
    )
    job, checked = read_and_check(job, then, uk_today(run.started))
    for source, before in zip(checked, run.start.sources, strict=True):
        if source.table.source.sha256 != before.sha256:
            raise RefusedAsUnsafe(
                f"{source.table.source.name} has changed since run {run.id} read it.",
                "Bring the file back as it was, or submit the changed file as a new run: "
                "people who are in OneFile already are recognised.",
            )
    desk = Desk(job, then, checked, journal, datetime.fromisoformat(str(run.start.options["started"])))
    references = run.start.options.get("references", [])
    assert isinstance(references, list)  # noqa: S101 - what `begin` wrote
    return desk.answered(from_json(references))


async def _go_on(
    desk: Desk,
    run: Run,
    target: Target,
    secret: bytes,
    progress: Callable[[Progress], None],
    say: Callable[[str], None],
) -> Finished:
    async with open_api(desk.settings, target, desk.log, say) as api:
        records = desk.records
        world = await completed(await listed_with_latest(desk, target, records, api, say), records, api)
        left, actions = _still_to_do(desk, run, target, world)
        sent = await send(
            desk,
            run.id,
            left.changes,
            actions=actions,
            api=api,
            known=(),
            secret=secret,
            progress=progress,
            canary=canary_again(run, desk.settings),
            done_before=left.done,
        )
        sent = await with_fields_shown(desk, target, left.changes, sent, api)
        remember_written(desk, target, run.id, left.changes, sent, actions=actions)
        ending = _ending_of(run, desk.settings)
        ending = replace(ending, leavers=looked_up(ending.leavers, world.directory.accounts))
        ending = replace(ending, calls=_added(ending.calls, api), finished=utc_now(), stopped=sent.stopped)
    outcomes = _outcomes(desk.journal, run)
    decided = desk.journal.decisions(run.id)
    done = {one.key: one for one in decided if isinstance(outcomes.get(one.key), Done)}
    made = [Create(record) for record in desk.records if (one := done.get(record.key)) and one.kind == "create"]
    changed = sum("Email" in one.changes for one in done.values())
    emails = email_sentence(emailed(made, world.organisations), target.environment, changed)
    told = (*leavers_sentence(ending.leavers), *paged_sentence(world.paged_only))
    notices = (*told, emails, *_remarks(run), *sent.notices)
    ending = replace(ending, findings=_shared(desk, run), notices=notices)
    return conclude(desk, fates(desk.checked, decided, outcomes), ending)


def _added(before: Calls, api: OneFile) -> Calls:
    now = calls_of(api)
    return Calls(before.total + now.total, before.retried + now.retried, before.throttled + now.throttled)


def _still_to_do(desk: Desk, run: Run, target: Target, world: World) -> tuple[Left, tuple[Action, ...]]:
    """What is left to send, decided anew where nothing has left yet, and all that would be decided now.

    The journal keeps what was decided otherwise.
    """
    operations = {operation.planned.key: operation for operation in desk.journal.operations(run.id)}
    begun = {Awaited(*key) for key, one in operations.items() if not isinstance(one.outcome, Rejected)}
    actions = plan_of(desk, world, {}, made=begun, earlier=Earlier(made=made_before(desk, target))).actions
    left = left_to_do(actions, desk.journal.decisions(run.id), operations)
    desk.journal.redecide(run.id, decisions(left.decided))
    for key, why in left.given_up.items():
        desk.journal.outcome(run.id, key, Unresolved(why, attempts=operations[key].attempts))
    return left, actions


REPORTS = ("results.xlsx", "report.html", "report.json")
LEFT = (
    "The reports were left as they are: they name entries of OneFile's lists or people who are no longer in the file, "
    "and the journal has only their numbers. "
    "Take one of them away, and they are written again with the numbers."
)


def rebuild(name: str, settings: Settings) -> Finished:
    """Writes a run's reports again, from the journal and the source file; the journal stays as it is.

    Reports that are whole, and name entries of OneFile's lists or leavers, of which the journal has the numbers alone,
    are left.

    Raises:
        UsageError: there is no such run.
        InputUnreadable: a source is gone.
        RefusedAsUnsafe: a source has changed since.
        OutputError: they cannot be written.
    """
    with Journal.open(settings.journal) as journal:
        desk, report = reported_again(name, settings, journal)
        folder = make_folder(desk.settings.out, report.run)
        told_more = nameless(desk.answers) or report.leavers
        if told_more and all((folder / file).exists() for file in REPORTS) and _tells(folder / "report.json", report):
            left = write(desk, report, kept=REPORTS)
            return replace(left, report=replace(report, notices=(*report.notices, LEFT)))
        return write(desk, report)


def _tells(file: Path, report: Report) -> bool:
    """Whether a report.json was written when the run had come as far as it has by now."""
    try:
        told = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return False
    now = summary(report)
    return isinstance(told, dict) and all(told.get(name) == now[name] for name in ("finished", "totals", "exit_code"))


def share(name: str, settings: Settings) -> Finished:
    """Writes a run's report in the form that can be sent to others, beside its own reports.

    Raises:
        BulkImportError: as `rebuild`.
    """
    with Journal.open(settings.journal) as journal:
        desk, report = reported_again(name, settings, journal)
        shared = pseudonymised(report, site_secret(settings))
        folder = make_folder(desk.settings.out, report.run)
        return Finished(shared, folder, write_shared(shared, folder))


def reported_again(name: str, settings: Settings, journal: Journal) -> tuple[Desk, Report]:
    """A run's sources, read as they were then, and its report, from the journal.

    Raises:
        BulkImportError: as `rebuild`.
    """
    run = _known(journal, name)
    desk = _read_again(run, settings, journal)
    stopped = run.start.mode == "submit" and run.exit_code in {None, 3}
    ending = replace(_ending_of(run, desk.settings), stopped=stopped, findings=_shared(desk, run))
    return desk, assemble(desk.checked, _fates(desk, run), ending, desk.job.said or ())


def _fates(desk: Desk, run: Run) -> list[dict[int, RowFate]] | None:
    if run.start.mode == "check":
        return None
    outcomes = _outcomes(desk.journal, run) if run.start.mode == "submit" else None
    return fates(desk.checked, desk.journal.decisions(run.id), outcomes)


def _outcomes(journal: Journal, run: Run) -> dict[Key, Outcome]:
    """What the journal knows of each row of a plan that was to be sent, those too that the run never came to."""
    known = {operation.planned.key: _outcome(operation) for operation in journal.operations(run.id)}
    never = NotSent(HALTED)
    changes = [decision.key for decision in journal.decisions(run.id) if decision.kind in {"create", "update"}]
    return {key: known.get(key, never) for key in changes}


def _outcome(operation: Operation) -> Outcome:
    match operation.outcome:
        case Done() | Rejected() | Unresolved() | NotSent() as outcome:
            return outcome
        case None if operation.state is State.OPEN:
            return Unresolved(HALTED_IN_DOUBT, attempts=operation.attempts)
        case None:
            return NotSent(HALTED, attempts=operation.attempts)


def _ending_of(run: Run, settings: Settings) -> Ending:
    options, closing = run.start.options, run.closing
    id_ = run.start.organisation_id
    (mode,) = (mode for mode in get_args(Mode) if mode == run.start.mode)
    notices = closing.get("notices", list(_remarks(run)))
    finished = closing.get("finished")
    return Ending(
        run=run.id,
        mode=mode,
        started=datetime.fromisoformat(str(options["started"])),
        finished=utc_now() if finished is None else datetime.fromisoformat(str(finished)),
        environment=run.start.environment,
        organisation=None if id_ is None else OrganisationInfo(id_, str(options["organisation"])),
        digest=run.start.digest,
        calls=Calls(run.calls, _count(closing.get("retried")), _count(closing.get("throttled"))),
        severities=settings.severities,
        notices=_sentences(notices),
        calls_before=run.calls,
        by=str(options.get("by", "")),
        leavers=leavers_of(run),
        refusal=_sentences(options.get("refusal")),
        refused=bool(options.get("refused")),
    )


def _shared(desk: Desk, run: Run) -> tuple[Finding, ...]:
    """The MISIDs that several accounts held when the run began; runs of earlier versions did not look."""
    shared = run.start.options.get("shared_misids")
    return shared_findings(desk, shared) if isinstance(shared, list) else ()


def _remarks(run: Run) -> tuple[str, ...]:
    """What every report of a run has to say; runs of earlier versions have none."""
    return _sentences(run.start.options.get("remarks"))


def _sentences(kept: object) -> tuple[str, ...]:
    return tuple(map(str, kept)) if isinstance(kept, list) else ()


def _count(value: object) -> int:
    return value if isinstance(value, int) else 0
