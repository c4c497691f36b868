"""How a run begins and ends in the journal, and how its folder comes about."""

from __future__ import annotations

import getpass
import platform
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from bulk_import.errors import BulkImportError, Interrupted
from bulk_import.findings import Finding, Place
from bulk_import.journal import RunStart, RunState
from bulk_import.lock import holding
from bulk_import.maintenance import UK
from bulk_import.references import to_json
from bulk_import.report import OrganisationInfo, Status
from bulk_import.run.ending import STOPPED, Ending, Finished, assemble
from bulk_import.run.fates import decisions
from bulk_import.run.folder import drop_if_empty, make_folder, write_reports
from bulk_import.run.leavers import NOBODY, Absent
from bulk_import.run.nights import sources_of
from bulk_import.safety import portrait

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from datetime import date, datetime

    from bulk_import.plan import Plan
    from bulk_import.report import Report, RowFate
    from bulk_import.run.desk import Desk
    from bulk_import.run.target import Target
    from bulk_import.run.world import World
    from bulk_import.safety import Portrait

KNOWN = "known"
"""How many rows of a portrait have an account once the run has ended."""


def operator() -> str:
    """Who runs this, and on which computer, as the computer knows them; "" where it does not."""
    try:
        user = getpass.getuser()
    except (ImportError, KeyError, OSError):  # no name for the user's number, or none of the variables on Windows
        return ""
    return f"{user} on {platform.node()}" if platform.node() else user


def uk_today(moment: datetime) -> date:
    """The day that a moment falls on in the UK, to which ages are counted."""
    return moment.astimezone(UK).date()


def organisation_of(desk: Desk, world: World) -> OrganisationInfo | None:
    """The organisation of all rows; None where they name several, or none that is known."""
    named = {record.values["OrganisationID"] for record in desk.records}
    known = [organisation for id_, organisation in world.organisations.items() if id_ in named]
    return OrganisationInfo(known[0].id, known[0].name) if len(known) == 1 else None


def shared_findings(desk: Desk, shared: Iterable[Iterable[int]]) -> tuple[Finding, ...]:
    """What the report says of MISIDs that several accounts hold; it names user ids and no MISID."""
    source = desk.checked[0].table.source
    place = Place(source.name, source.sheet)
    return tuple(Finding("misid-shared", place, detail=f"user ids {', '.join(map(str, ids))}") for ids in shared)


def holding_organisations(desk: Desk, target: Target) -> AbstractContextManager[None]:
    """Keeps other runs away from the organisations of the rows.

    Raises:
        AnotherRunActive: another run is at work on one of them.
    """
    return holding(desk.settings.journal, f"{target.environment}-{target.host}", desk.organisations)


@contextmanager
def naming_the_run(desk: Desk) -> Iterator[None]:
    """Says how to go on where a run that has begun is stopped at once; before it begins nothing was sent.

    Raises:
        Interrupted: in place of what a second Ctrl-C raises.
    """
    try:
        yield
    except KeyboardInterrupt:
        started = desk.started.isoformat()
        submits = [run for run in desk.journal.runs() if run.start.mode == "submit"]
        begun = next((run.id for run in submits if run.start.options.get("started") == started), None)
        if begun is None:
            raise
        raise Interrupted(
            "The run was stopped at once, without waiting for the calls that had left.",
            f"bulk-import resume {begun} finds out what became of them, and goes on.",
        ) from None


def begin_check(desk: Desk) -> str:
    """Enters a check in the journal and gives its name."""
    start = RunStart("check", desk.settings.environment, "", None, sources_of(desk), options=_options(desk))
    return desk.journal.begin_run(start)


def begin(
    mode: str,
    desk: Desk,
    target: Target,
    world: World,
    plan: Plan,
    *,
    absent: Absent = NOBODY,
    remarks: Sequence[str] = (),
    refusal: Sequence[str] = (),
    refused: bool = False,
    canary: int = 0,
) -> str:
    """Enters a run and its whole plan in the journal and gives its name; before it, nothing may be sent.

    Args:
        mode: "dry-run" or "submit".
        desk: the run's.
        target: where it goes.
        world: OneFile as it was found.
        plan: what would be done.
        absent: the accounts of earlier nights that no row is about.
        remarks: what every report of the run has to say, however often it is stopped and resumed; nobody's data.
        refusal: why a submit is refused, a sentence each.
        refused: whether there was one.
        canary: how many rows of each role go first.
    """
    organisation = organisation_of(desk, world)
    start = RunStart(
        mode=mode,
        environment=target.environment,
        host=target.host,
        organisation_id=None if organisation is None else organisation.id,
        sources=sources_of(desk),
        digest=plan.digest,
        options={
            **_options(desk),
            "organisation": None if organisation is None else organisation.name,
            "organisations": sorted(desk.organisations),
            "remarks": list(remarks),
            "refusal": list(refusal),
            "refused": refused,
            "canary": canary,
            "shared_misids": world.directory.shared_misids,
            "portrait": portrait_of(desk, world, plan).to_json(),
            **absent.to_json(),
        },
    )
    return desk.journal.begin_run(start, decisions(plan.actions), known=world.directory.accounts.keys())


def _options(desk: Desk) -> dict[str, object]:
    return {
        "job": desk.job.to_json(desk.settings),
        "references": to_json(desk.answers),
        "started": desk.started.isoformat(),
        "by": operator(),
        "folder": str(desk.settings.out.resolve()),
    }


def portrait_of(desk: Desk, world: World, plan: Plan) -> Portrait:
    """What the sources look like, for this run's limits and the next one's."""
    today, accounts = uk_today(desk.started), world.directory.accounts
    return portrait(desk.checked, plan, today, accounts=accounts, chosen=desk.job.rows)


def conclude(desk: Desk, fates: Sequence[Mapping[int, RowFate]] | None, ending: Ending) -> Finished:
    """Writes the reports and enters the end of the run in the journal.

    Raises:
        OutputError: the reports cannot be written. The journal knows all that was done, and `bulk-import report`
            writes them once there is room.
    """
    if desk.log.broken:
        ending = replace(ending, notices=(*ending.notices, "log.jsonl is not complete: it could not be written."))
    report = assemble(desk.checked, fates, ending, desk.job.said or ())
    # whatever is raised while reports are written: what was sent has been sent, and what is refused is refused
    exit_code = report.exit_code if ending.refused else STOPPED
    try:
        desk.log.open(make_folder(desk.settings.out, ending.run))
        desk.log.event("finished", exit_code=report.exit_code, **report.totals)
        finished = write(desk, report)
        exit_code = report.exit_code
    finally:
        desk.log.close()
        _enter_end(desk, report, ending, exit_code)
    return finished


def write(desk: Desk, report: Report, *, kept: Container[str] = ()) -> Finished:
    """Writes a run's reports into its folder, but for those that are kept as they are.

    Raises:
        OutputError: they cannot be written.
    """
    folder = make_folder(desk.settings.out, report.run)
    try:
        return Finished(report, folder, write_reports(report, folder, kept=kept))
    except BulkImportError:
        drop_if_empty(folder)
        raise


def _enter_end(desk: Desk, report: Report, ending: Ending, exit_code: int) -> None:
    unfinished = any(report.totals.get(status) for status in (Status.UNRESOLVED, Status.NOT_SENT))
    calls = report.calls
    closing = {
        "retried": calls.retried,
        "throttled": calls.throttled,
        "notices": list(ending.notices),
        "finished": ending.finished.isoformat(),
        KNOWN: _known(report),
    }
    desk.journal.finish_run(
        ending.run,
        RunState.STOPPED if ending.stopped or unfinished else RunState.FINISHED,
        exit_code=exit_code,
        calls=calls.total - ending.calls_before,
        closing=closing,
    )


def _known(report: Report) -> int:
    """The rows whose account was there, or was made."""
    fates = (fate for source in report.sources for fate in source.fates.values())
    return sum(fate.user_id is not None and fate.status is not Status.HELD for fate in fates)
