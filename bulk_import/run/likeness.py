"""Whether a run's file looks like the one of the last good run, as far as the journal knows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bulk_import.run.bookkeeping import KNOWN, portrait_of
from bulk_import.run.nights import last_night, sources_of
from bulk_import.safety import Limits, Portrait, missing, objections

if TYPE_CHECKING:
    from bulk_import.plan import Plan
    from bulk_import.run.desk import Desk
    from bulk_import.run.target import Target
    from bulk_import.run.world import World
    from bulk_import.settings import Settings


def objections_to(desk: Desk, target: Target, world: World, plan: Plan) -> tuple[str, ...]:
    """Why a plan should not be carried out without being looked at twice, a sentence each.

    Chosen rows are not compared with a whole file of another night, nor is a marked file that comes back for
    correction; the latter may also have as many errors as it likes.
    """
    marked = any(source.table.marks is not None for source in desk.checked)
    limits = _limits(desk.settings)
    return objections(
        plan,
        portrait_of(desk, world, plan),
        None if marked or desk.job.rows.leaves_out else _last_good(desk, target),
        replace(limits, max_invalid_percent=None) if marked else limits,
        accounts=world.directory.accounts,
        lacking=missing(desk.checked, desk.job.rows),
    )


def _limits(settings: Settings) -> Limits:
    return Limits(
        max_changes=settings.max_changes,
        max_change_percent=settings.max_change_percent,
        max_invalid_percent=settings.max_invalid_percent,
        max_ended_percent=settings.max_ended_percent,
        min_known_percent=settings.min_known_percent,
        max_fewer_rows_percent=settings.max_fewer_rows_percent,
        max_blank_percent=settings.max_blank_percent,
        max_role_percent=settings.max_role_percent,
        max_identity_percent=settings.max_identity_percent,
    )


def _last_good(desk: Desk, target: Target) -> Portrait | None:
    """What the same sources looked like in the last good run, and whom it left in OneFile."""
    run = last_night(desk.journal, target, sources_of(desk))
    stored = None if run is None else run.start.options.get("portrait")
    if run is None or not isinstance(stored, dict):
        return None
    # as it began every account to be made counted, and OneFile may have refused some
    return Portrait.from_json({**stored, KNOWN: run.closing.get(KNOWN, stored[KNOWN])})
