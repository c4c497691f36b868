"""What the reports of a rehearsal, of a refusal and of a submit say beside their rows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from bulk_import.actions import Create
from bulk_import.errors import BulkImportError, RefusedAsUnsafe
from bulk_import.journal import Done
from bulk_import.run.again import again_notices
from bulk_import.run.before_after import with_differences
from bulk_import.run.bookkeeping import begin, conclude, operator, organisation_of, shared_findings
from bulk_import.run.desk import Desk, utc_now
from bulk_import.run.ending import NO_CALLS, Ending
from bulk_import.run.fates import decisions, fates, held_after_all
from bulk_import.run.job import submit_command
from bulk_import.run.known_people import all_hidden_sentence
from bulk_import.run.leavers import absent, leavers_sentence
from bulk_import.run.memory import memory_notices, remember_read, remember_written
from bulk_import.run.preview import addresses, email_sentence, emailed, paged_sentence, unlisted_sentence
from bulk_import.run.protected import protect_notices

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bulk_import.actions import Change
    from bulk_import.report import Calls
    from bulk_import.run.decided import Decided
    from bulk_import.run.ending import Finished, Mode
    from bulk_import.run.leavers import Absent
    from bulk_import.run.sending import Sent
    from bulk_import.run.target import Target
    from bulk_import.run.world import World


class Begun(NamedTuple):
    """A submit that stands in the journal, before anything is sent.

    Attributes:
        run: its name.
        gone: the accounts of earlier nights that no row is about.
        passed: the limits that somebody let it pass, a sentence each.
        canary: how many rows of each role go first.
    """

    run: str
    gone: Absent
    passed: tuple[str, ...]
    canary: int


def tell_rehearsal(
    decided: Decided, target: Target, calls: Calls, refusal: tuple[str, ...], *, over: bool, refused: bool = False
) -> Finished:
    """The report of what would be done.

    Args:
        decided: that.
        target: where it would go.
        calls: what the API saw.
        refusal: why it is not to be done, and what to do, a sentence each; empty where it may be.
        over: whether it passes a limit.
        refused: whether somebody wanted it done.

    Raises:
        OutputError: it cannot be written.
    """
    desk, world, plan = decided.desk, decided.world, decided.plan
    remember_read(desk, target, world, plan.actions)
    gone = absent(desk, target, world, plan.actions)
    run = begin("dry-run", desk, target, world, plan, absent=gone, refusal=refusal, refused=refused)
    command = f"{submit_command(desk.job, desk.settings)} --only-if {plan.digest}"
    exactly = "To send exactly this plan and no other"
    notices: tuple[str, ...] = (
        *_notices(decided, target, gone, plan.changes),
        f"{exactly}, all the same: {command} --allow-large" if over else f"{exactly}: {command}",
    )
    ending = ending_of(run, "dry-run", desk, world=world, digest=plan.digest, calls=calls, notices=notices)
    ending = replace(ending, leavers=gone.leavers, refusal=refusal, refused=refused)
    told = with_differences(fates(desk.checked, decisions(plan.actions), None), plan.changes, world.directory.accounts)
    return conclude(desk, told, ending)


def tell_submit(decided: Decided, target: Target, begun: Begun, sent: Sent, calls: Calls) -> Finished:
    """The report of what was done, after what is worth remembering has been."""
    desk, world, plan = decided.desk, decided.world, decided.plan
    remember_written(desk, target, begun.run, plan.changes, sent, actions=plan.actions)
    done = [change for change in plan.changes if isinstance(sent.outcomes[change.record.key], Done)]
    notices = (*_notices(decided, target, begun.gone, done), *begun.passed, *sent.notices)
    ending = ending_of(begun.run, "submit", desk, world=world, digest=plan.digest, calls=calls, notices=notices)
    ending = replace(ending, stopped=sent.stopped, leavers=begun.gone.leavers)
    came = fates(desk.checked, held_after_all(decisions(plan.actions), sent.held), sent.outcomes)
    return conclude(desk, with_differences(came, plan.changes, world.directory.accounts), ending)


def told_in_report(
    refusal: tuple[str, ...], decided: Decided, target: Target, calls: Calls, *, over: bool
) -> RefusedAsUnsafe:
    """The refusal, once a report says what would have been done: whoever comes in the morning finds it there."""
    *why, what_to_do = refusal
    try:
        told = tell_rehearsal(decided, target, calls, refusal, over=over, refused=True)
    except BulkImportError as error:  # it is refused, whatever becomes of its report
        return RefusedAsUnsafe(" ".join(why), f"{what_to_do} There is no report of it. {error.message} {error.fix}")
    return RefusedAsUnsafe(" ".join(why), what_to_do).told_in(told.folder / "report.html")


def _notices(decided: Decided, target: Target, gone: Absent, changes: Sequence[Change]) -> tuple[str, ...]:
    """What a report says of OneFile as it was found, beyond single rows, and of the e-mails that changes cause."""
    desk, world, recollection, plan = decided
    creates = (change for change in changes if isinstance(change, Create))
    return (
        *memory_notices(world, recollection, plan.actions),
        *all_hidden_sentence(plan.actions, world.directory.accounts),
        *leavers_sentence(gone.leavers),
        *unlisted_sentence(world.unlisted),
        *paged_sentence(world.paged_only),
        *protect_notices(desk, world),
        *again_notices(desk, plan.actions),
        email_sentence(emailed(creates, world.organisations), target.environment, addresses(changes)),
    )


def ending_of(
    run: str,
    mode: Mode,
    desk: Desk,
    *,
    world: World | None = None,
    digest: str | None = None,
    calls: Calls = NO_CALLS,
    notices: tuple[str, ...] = (),
) -> Ending:
    """What a report says beside its rows, of a run that ends now; `world` is None where OneFile was not asked."""
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
