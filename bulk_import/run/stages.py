"""The stages in order, each command stopping after its own: read → check → plan → submit → report."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bulk_import.errors import RefusedAsUnsafe
from bulk_import.journal import Journal
from bulk_import.maintenance import end_of
from bulk_import.run.bookkeeping import begin, begin_check, conclude, holding_organisations, naming_the_run, uk_today
from bulk_import.run.canary import canary_of
from bulk_import.run.comparison import refuse_to_overwrite, save_plan
from bulk_import.run.decided import ALL_THE_SAME, decided_from, refusal_of, refuse_another
from bulk_import.run.desk import Desk, utc_now
from bulk_import.run.fates import decisions
from bulk_import.run.job import Job, read_and_check
from bulk_import.run.latest import listed_with_latest
from bulk_import.run.leavers import absent
from bulk_import.run.likeness import objections_to
from bulk_import.run.memory import about_to_change, remember_read, with_fields_shown
from bulk_import.run.nights import sources_of
from bulk_import.run.preview import Preview, addresses, emailed
from bulk_import.run.remembered import REMEMBERED
from bulk_import.run.sending import ready_to_send, send
from bulk_import.run.target import calls_of, open_api
from bulk_import.run.telling import Begun, ending_of, tell_rehearsal, tell_submit, told_in_report
from bulk_import.run.world import World, listed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from bulk_import.api import OneFile
    from bulk_import.plan import Plan
    from bulk_import.run.decided import Decided
    from bulk_import.run.ending import Finished
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
        return conclude(desk, None, ending_of(run, "check", desk))


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


@contextmanager
def _desk(job: Job, settings: Settings) -> Iterator[Desk]:
    """The sources read and checked, and the journal open: nothing is asked or sent without a working journal."""
    started = utc_now()
    job, checked = read_and_check(job, settings, uk_today(started))
    with Journal.open(settings.journal) as journal:
        yield Desk(job, settings, checked, journal, started)


async def _rehearse(desk: Desk, target: Target, say: Callable[[str], None], plan_file: Path | None) -> Finished:
    async with open_api(desk.settings, target, desk.log, say) as api:
        decided = await decided_from(desk, target, await listed(desk.records, api), api)
        calls = calls_of(api)
    if plan_file is not None:
        save_plan(plan_file, decided.plan, decisions(decided.plan.actions), sources_of(desk))
    objections = objections_to(decided.desk, target, decided.world, decided.plan)
    not_yet = ("Do not send this yet: a submit would be refused.", *objections, ALL_THE_SAME) if objections else ()
    return tell_rehearsal(decided, target, calls, not_yet, over=bool(objections))


async def _submit(desk: Desk, target: Target, orders: Orders, progress: Callable[[Progress], None]) -> Finished:
    await _let_doubts_settle(desk, target, orders)
    async with open_api(desk.settings, target, desk.log, orders.say) as api:
        decided = await _decided(desk, target, api, orders)
        objections = objections_to(decided.desk, target, decided.world, decided.plan)
        if refusal := refusal_of(decided, objections, only_if=orders.only_if, allow_large=orders.allow_large):
            raise told_in_report(refusal, decided, target, calls_of(api), over=bool(objections))
        await _ask(desk, target, orders, api, decided)
        secret = ready_to_send(decided.desk, target)
        begun = _begin(decided, target, tuple(f"Passed with --allow-large: {sentence}" for sentence in objections))
        sent = await send(
            decided.desk,
            begun.run,
            decided.plan.changes,
            actions=decided.plan.actions,
            api=api,
            known=decided.world.directory.accounts.keys(),
            secret=secret,
            progress=progress,
            canary=begun.canary,
        )
        sent = await with_fields_shown(decided.desk, target, decided.plan.changes, sent, api)
        calls = calls_of(api)
    return tell_submit(decided, target, begun, sent, calls)


async def _ask(desk: Desk, target: Target, orders: Orders, api: OneFile, decided: Decided) -> None:
    """Goes on where somebody approves of the plan, and OneFile has not changed until then.

    Raises:
        RefusedAsUnsafe: it was not approved, or has become another.
    """
    asked = utc_now()
    if not orders.approve(_preview(decided.desk, target, decided.plan, decided.world)):
        raise RefusedAsUnsafe(
            "Nothing was sent: the answer was not the one asked for.", "Run the command again to be asked."
        )
    if (utc_now() - asked).total_seconds() > orders.patience:
        refuse_another(decided.plan, (await _decided(desk, target, api, orders)).plan)


def _begin(decided: Decided, target: Target, passed: tuple[str, ...]) -> Begun:
    desk, world, plan = decided.desk, decided.world, decided.plan
    gone, canary = absent(desk, target, world, plan.actions), canary_of(desk, target)
    run = begin("submit", desk, target, world, plan, absent=gone, remarks=passed, canary=canary)
    remember_read(desk, target, world, plan.actions)
    about_to_change(desk, target, plan.changes)
    return Begun(run, gone, passed, canary)


async def _decided(desk: Desk, target: Target, api: OneFile, orders: Orders) -> Decided:
    """What would be done at this moment."""
    world = await listed_with_latest(desk, target, desk.records, api, orders.say)
    return await decided_from(desk, target, world, api)


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
        paged_only=world.paged_only,
        canary=canary_of(desk, target),
    )


def _remembered(desk: Desk) -> str:
    """The options that a file to correct remembers, in words; "" where there are none."""
    notes = (finding for source in desk.checked for finding in source.findings if finding.code == REMEMBERED)
    return next((note.detail for note in notes), "")
