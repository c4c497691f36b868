"""What would be done for every row, and whether it is what somebody looked at and meant."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from bulk_import.errors import RefusedAsUnsafe
from bulk_import.references import meanings
from bulk_import.run.comparison import difference_between, what_has_changed
from bulk_import.run.fates import decisions
from bulk_import.run.job import what_decides
from bulk_import.run.nights import sources_of
from bulk_import.run.planning import done_or_refused_before, plan_of
from bulk_import.run.preview import mailing
from bulk_import.run.survey import survey

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bulk_import.api import OneFile
    from bulk_import.plan import Plan
    from bulk_import.run.desk import Desk
    from bulk_import.run.recall import Recollection
    from bulk_import.run.target import Target
    from bulk_import.run.world import World


ALL_THE_SAME = "If it is what you mean, submit it with --allow-large."


class Decided(NamedTuple):
    """OneFile as it is at a moment, and what would be done for every row; the desk knows what references mean."""

    desk: Desk
    world: World
    recollection: Recollection | None
    plan: Plan


async def decided_from(desk: Desk, target: Target, world: World, api: OneFile) -> Decided:
    """What would be done by what OneFile has listed, once all else that deciding needs is asked for.

    Raises:
        BulkImportError: OneFile cannot be asked, or the journal's key is gone.
    """
    desk, world, recollection = await survey(desk, target, world, api)
    return Decided(desk, world, recollection, _plan(desk, target, world))


def _plan(desk: Desk, target: Target, world: World) -> Plan:
    depends_on = {
        "environment": target.environment,
        "host": target.host,
        "references": meanings(desk.answers),
        "emailing": sorted(mailing(world.organisations) & desk.organisations),
        **what_decides(desk.job, desk.settings),
    }
    return plan_of(desk, world, depends_on, earlier=done_or_refused_before(desk, target))


def refusal_of(
    decided: Decided, objections: Sequence[str], *, only_if: str | None, allow_large: bool
) -> tuple[str, ...]:
    """Why nothing is sent, and what to do: it is not the plan looked at, or not what was meant. Empty where it is."""
    desk, plan = decided.desk, decided.plan
    if only_if is not None and only_if != plan.digest:
        changed = what_has_changed(only_if, desk.journal, sources_of(desk), decisions(plan.actions))
        return (
            f"Nothing was sent: the plan is now {plan.digest}, not {only_if} as --only-if demands.",
            changed,
            *objections,
            "Look at what it would do now, and use the new digest." + (f" {ALL_THE_SAME}" if objections else ""),
        )
    if objections and not allow_large:
        return ("Nothing was sent: the submit was refused.", *objections, ALL_THE_SAME)
    return ()


def refuse_another(plan: Plan, now: Plan) -> None:
    """Raises RefusedAsUnsafe where the plan that somebody approved is not the one that would be carried out by now."""
    if plan.digest != now.digest:
        difference = difference_between(decisions(plan.actions), decisions(now.actions))
        raise RefusedAsUnsafe(
            f"Nothing was sent: OneFile has changed while the question was open: {difference}",
            "Run the command again, and look at what it would do now.",
        )
