"""The stages in order, each command stopping after its own: read → check → plan → submit → report."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from bulk_import.actions import Create
from bulk_import.errors import OutputError, RefusedAsUnsafe
from bulk_import.journal import Done, Journal
from bulk_import.maintenance import end_of
from bulk_import.references import meanings
from bulk_import.run.again import again_notices
from bulk_import.run.before_after import with_differences
from bulk_import.run.bookkeeping import (
    begin,
    begin_check,
    conclude,
    holding_organisations,
    naming_the_run,
    operator,
    organisation_of,
    shared_findings,
    uk_today,
)
from bulk_import.run.canary import canary_of
from bulk_import.run.comparison import difference_between, refuse_to_overwrite, save_plan, what_has_changed
from bulk_import.run.desk import Desk, utc_now
from bulk_import.run.ending import NO_CALLS, Ending
from bulk_import.run.fates import decisions, fates, held_after_all
from bulk_import.run.job import Job, read_and_check, submit_command, what_decides
from bulk_import.run.known_people import all_hidden_sentence
from bulk_import.run.latest import listed_with_latest
from bulk_import.run.leavers import absent, leavers_sentence
from bulk_import.run.likeness import objections_to
from bulk_import.run.memory import (
    about_to_change,
    memory_notices,
    remember_read,
    remember_written,
    with_fields_shown,
)
from bulk_import.run.nights import sources_of
from bulk_import.run.planning import done_or_refused_before, plan_of
from bulk_import.run.preview import Preview, addresses, email_sentence, emailed, mailing, unlisted_sentence
from bulk_import.run.protected import protect_notices
from bulk_import.run.remembered import REMEMBERED
from bulk_import.run.sending import ready_to_send, send
from bulk_import.run.survey import survey
from bulk_import.run.target import calls_of, open_api
from bulk_import.run.world import World, listed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from bulk_import.api import OneFile
    from bulk_import.plan import Plan
    from bulk_import.report import Calls
    from bulk_import.run.ending import Finished, Mode
    from bulk_import.run.leavers import Absent
    from bulk_import.run.recall import Recollection
    from bulk_import.run.target import Target
    from bulk_import.settings import Settings
    from bulk_import.submit import Progress


@dataclass(frozen=True, slots=True)
class Orders:
    """What a submit may do.

    Attributes:
        approve: is shown what would be done; False stops before anything is sent.
        say: tells the person who waits what the wait is for.
        only_if: the digest that the plan must have, None for any.
        allow_large: whether the safety limits may be passed.
        patience: seconds; where the answer takes longer, OneFile is looked at once more before anything is sent.
    """

    approve: Callable[[Preview], bool]
    say: Callable[[str], None]
    only_if: str | None = None
    allow_large: bool = False
    patience: float = 60.0


def check(job: Job, settings: Settings) -> Finished:
    """Reads and checks; asks nobody.

    Raises:
        BulkImportError: a source cannot be read, or the journal or the reports cannot be written.
    """
    with _desk(job, settings) as desk:
        run = begin_check(desk)
        return conclude(desk, None, _ending(run, "check", desk))


def dry_run(
    job: Job, settings: Settings, target: Target, *, say: Callable[[str], None], plan_file: Path | None = None
) -> Finished:
    """Checks, looks everybody up and decides for every row; changes nothing.

    Args:
        job: what was asked for.
        settings: checked.
        target: whom to ask.
        say: tells the person who waits what the wait is for.
        plan_file: where to keep the plan besides.

    Raises:
        BulkImportError: as `check`; or OneFile cannot be asked, or the plan cannot be kept.
    """
    if plan_file is not None:
        refuse_to_overwrite(plan_file)
    with _desk(job, settings) as desk:
        return asyncio.run(_rehearse(desk, target, say, plan_file))


def submit(
    job: Job, settings: Settings, target: Target, *, orders: Orders, progress: Callable[[Progress], None]
) -> Finished:
    """Rehearses, asks, and then does exactly what was rehearsed.

    What stops a run that has begun to send is no exception: its report says so, and its exit code.

    Raises:
        BulkImportError: as `dry_run`; or it was refused as unsafe, or not approved. Nothing was sent then.
    """
    with _desk(job, settings) as desk, holding_organisations(desk, target), naming_the_run(desk):
        return asyncio.run(_submit(desk, target, orders, progress))


ALL_THE_SAME = "If it is what you mean, submit it with --allow-large."


@contextmanager
def _desk(job: Job, settings: Settings) -> Iterator[Desk]:
    """The sources read and checked, and the journal open: nothing is asked or sent without a working journal."""
    started = utc_now()
    job, checked = read_and_check(job, settings, uk_today(started))
    with Journal.open(settings.journal) as journal:
        yield Desk(job, settings, checked, journal, started)


async def _rehearse(desk: Desk, target: Target, say: Callable[[str], None], plan_file: Path | None) -> Finished:
    async with open_api(desk.settings, target, desk.log, say) as api:
        decided = await _decided_from(desk, target, await listed(desk.records, api), api)
        calls = calls_of(api)
    if plan_file is not None:
        save_plan(plan_file, decided.plan, decisions(decided.plan.actions), sources_of(desk))
    objections = objections_to(decided.desk, target, decided.world, decided.plan)
    not_yet = ("Do not send this yet: a submit would be refused.", *objections, ALL_THE_SAME) if objections else ()
    return _tell_rehearsal(decided, target, calls, not_yet)


def _tell_rehearsal(
    decided: Decided, target: Target, calls: Calls, refusal: tuple[str, ...], *, refused: bool = False
) -> Finished:
    """The report of what would be done; `refusal` says why not, `refused` that somebody wanted it done."""
    desk, world, plan = decided.desk, decided.world, decided.plan
    remember_read(desk, target, world, plan.actions)
    gone = absent(desk, target, world, plan.actions)
    run = begin("dry-run", desk, target, world, plan, absent=gone)
    emails = email_sentence(emailed(plan.creates, world.organisations), target.environment, addresses(plan.changes))
    command = f"{submit_command(desk.job, desk.settings)} --only-if {plan.digest}"
    allowed = f"To send this plan all the same, and no other: {command} --allow-large"
    notices: tuple[str, ...] = (
        *_found_out(desk, world, decided.recollection, plan, gone),
        emails,
        allowed if refusal else f"To send exactly this plan and no other: {command}",
    )
    ending = _ending(run, "dry-run", desk, world=world, digest=plan.digest, calls=calls, notices=notices)
    ending = replace(ending, leavers=gone.leavers, refusal=refusal, refused=refused)
    told = with_differences(fates(desk.checked, decisions(plan.actions), None), plan.changes, world.directory.accounts)
    return conclude(desk, told, ending)


def _found_out(
    desk: Desk, world: World, recollection: Recollection | None, plan: Plan, gone: Absent
) -> tuple[str, ...]:
    """What a report says of OneFile as it was found, beyond single rows."""
    return (
        *memory_notices(world, recollection, plan.actions),
        *all_hidden_sentence(plan.actions, world.directory.accounts),
        *leavers_sentence(gone.leavers),
        *unlisted_sentence(world.unlisted),
        *protect_notices(desk, world),
        *again_notices(desk, plan.actions),
    )


async def _submit(desk: Desk, target: Target, orders: Orders, progress: Callable[[Progress], None]) -> Finished:
    await _let_doubts_settle(desk, target, orders)
    async with open_api(desk.settings, target, desk.log, orders.say) as api:
        read = desk
        decided = await _decided(read, target, api, orders)
        desk, world, recollection, plan = decided
        preview = _preview(desk, target, plan, world)
        objections = objections_to(desk, target, world, plan)
        if refusal := _refusal(desk, plan, objections, orders):
            raise _told(refusal, decided, target, calls_of(api))
        passed = tuple(f"Passed with --allow-large: {sentence}" for sentence in objections)
        asked = utc_now()
        if not orders.approve(preview):
            raise RefusedAsUnsafe(
                "Nothing was sent: the answer was not the one asked for.", "Run the command again to be asked."
            )
        if (utc_now() - asked).total_seconds() > orders.patience:
            _refuse_another(plan, (await _decided(read, target, api, orders)).plan)
        secret = ready_to_send(desk, target)
        gone = absent(desk, target, world, plan.actions)
        run = begin("submit", desk, target, world, plan, absent=gone, remarks=passed, canary=preview.canary)
        remember_read(desk, target, world, plan.actions)
        about_to_change(desk, target, plan.changes)
        known = world.directory.accounts.keys()
        sent = await send(
            desk,
            run,
            plan.changes,
            actions=plan.actions,
            api=api,
            known=known,
            secret=secret,
            progress=progress,
            canary=preview.canary,
        )
        sent = await with_fields_shown(desk, target, plan.changes, sent, api)
        calls = calls_of(api)
    remember_written(desk, target, run, plan.changes, sent, actions=plan.actions)
    done = [change for change in plan.changes if isinstance(sent.outcomes[change.record.key], Done)]
    created = [change for change in done if isinstance(change, Create)]
    emails = email_sentence(emailed(created, world.organisations), target.environment, addresses(done))
    notices = (
        *_found_out(desk, world, recollection, plan, gone),
        emails,
        *passed,
        *sent.notices,
    )
    ending = _ending(run, "submit", desk, world=world, digest=plan.digest, calls=calls, notices=notices)
    ending = replace(ending, stopped=sent.stopped, leavers=gone.leavers)
    came = fates(desk.checked, held_after_all(decisions(plan.actions), sent.held), sent.outcomes)
    return conclude(desk, with_differences(came, plan.changes, world.directory.accounts), ending)


def _told(refusal: tuple[str, ...], decided: Decided, target: Target, calls: Calls) -> RefusedAsUnsafe:
    """The refusal, once a report says what would have been done: whoever comes in the morning finds it there."""
    *why, what_to_do = refusal
    stop = RefusedAsUnsafe(" ".join(why), what_to_do)
    with suppress(OutputError):
        told = _tell_rehearsal(decided, target, calls, refusal, refused=True)
        return stop.told_in(told.folder / "report.html")
    return stop


class Decided(NamedTuple):
    """OneFile as it is at a moment, and what would be done for every row; the desk knows what references mean."""

    desk: Desk
    world: World
    recollection: Recollection | None
    plan: Plan


async def _decided(desk: Desk, target: Target, api: OneFile, orders: Orders) -> Decided:
    """What would be done at this moment."""
    world = await listed_with_latest(desk, target, desk.records, api, orders.say)
    return await _decided_from(desk, target, world, api)


async def _decided_from(desk: Desk, target: Target, world: World, api: OneFile) -> Decided:
    desk, world, recollection = await survey(desk, target, world, api)
    return Decided(desk, world, recollection, _plan(desk, target, world))


def _refuse_another(plan: Plan, now: Plan) -> None:
    """Raises RefusedAsUnsafe where the plan that somebody approved is not the one that would be carried out by now."""
    if plan.digest != now.digest:
        difference = difference_between(decisions(plan.actions), decisions(now.actions))
        raise RefusedAsUnsafe(
            f"Nothing was sent: OneFile has changed while the question was open: {difference}",
            "Run the command again, and look at what it would do now.",
        )


async def _let_doubts_settle(desk: Desk, target: Target, orders: Orders) -> None:
    """Waits until a look-up can be trusted again, where an earlier run was cut off with a row perhaps under way.

    Otherwise somebody who submits again, instead of resuming, could have that row sent before a search shows it.
    """
    since = desk.journal.history(target.environment, target.host).in_doubt_since()
    if since is None:
        return
    seconds = seconds_in_doubt(desk.settings, since, utc_now())
    if seconds > 0:
        orders.say(f"An earlier run was cut off. Waiting {round(seconds)} s until OneFile shows what came of it.")
        await asyncio.sleep(seconds)


def seconds_in_doubt(settings: Settings, left: datetime, now: datetime) -> float:
    """Seconds until a look-up shows what came of a call that left at a moment; 0 or less where it shows by now.

    Never more than for a call that leaves now: a moment yet to come was written while the clock was ahead.
    """
    return settings.call_lifetime + settings.settle_wait - max((now - left).total_seconds(), 0.0)


def _ending(
    run: str,
    mode: Mode,
    desk: Desk,
    *,
    world: World | None = None,
    digest: str | None = None,
    calls: Calls = NO_CALLS,
    notices: tuple[str, ...] = (),
) -> Ending:
    return Ending(
        run=run,
        mode=mode,
        started=desk.started,
        finished=utc_now(),
        environment=desk.settings.environment,
        organisation=None if world is None else organisation_of(desk, world),
        digest=digest,
        calls=calls,
        severities=desk.settings.severities,
        notices=notices,
        by=operator(),
        findings=() if world is None else shared_findings(desk, world.directory.shared_misids),
    )


def _plan(desk: Desk, target: Target, world: World) -> Plan:
    depends_on = {
        "environment": target.environment,
        "host": target.host,
        "references": meanings(desk.answers),
        "emailing": sorted(mailing(world.organisations) & desk.organisations),
        **what_decides(desk.job, desk.settings),
    }
    return plan_of(desk, world, depends_on, earlier=done_or_refused_before(desk, target))


def _refusal(desk: Desk, plan: Plan, objections: Sequence[str], orders: Orders) -> tuple[str, ...]:
    """Why nothing is sent, and what to do: it is not the plan looked at, or not what was meant. Empty where it is."""
    if orders.only_if is not None and orders.only_if != plan.digest:
        changed = what_has_changed(orders.only_if, desk.journal, sources_of(desk), decisions(plan.actions))
        return (
            f"Nothing was sent: the plan is now {plan.digest}, not {orders.only_if} as --only-if demands.",
            changed,
            "Look at what it would do now, and use the new digest.",
        )
    if objections and not orders.allow_large:
        return ("Nothing was sent: the submit was refused.", *objections, ALL_THE_SAME)
    return ()


def _preview(desk: Desk, target: Target, plan: Plan, world: World) -> Preview:
    named = {record.values["OrganisationID"] for record in desk.records}
    organisations = [one for one in world.organisations.values() if one.id in named]
    return Preview(
        environment=target.environment,
        organisations=tuple(f"{one.name} ({one.id})" for one in organisations),
        names=tuple(one.name.strip() or str(one.id) for one in organisations),
        counts=plan.counts,
        invalid=sum(len(source.invalid_rows) for source in desk.checked),
        emailed=emailed(plan.creates, world.organisations),
        addresses=addresses(plan.changes),
        minutes=(minutes := len(plan.changes) / desk.settings.calls_per_minute),
        ends=end_of(desk.settings.maintenance, utc_now(), minutes * 60),
        digest=plan.digest,
        shared_misids=len(world.directory.shared_misids),
        remembered=_remembered(desk),
        unlisted=world.unlisted,
        canary=canary_of(desk, target),
    )


def _remembered(desk: Desk) -> str:
    """The options that a file to correct remembers, in words; "" where there are none."""
    notes = (finding for source in desk.checked for finding in source.findings if finding.code == REMEMBERED)
    return next((note.detail for note in notes), "")
