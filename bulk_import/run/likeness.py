"""Whether a run's file looks like the one of the last good run, as far as the journal knows."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import TYPE_CHECKING

from bulk_import.journal import RunState
from bulk_import.run.bookkeeping import sources_of, uk_today
from bulk_import.safety import Limits, Portrait, objections, portrait

if TYPE_CHECKING:
    from bulk_import.journal import Run, SourceRead
    from bulk_import.plan import Plan
    from bulk_import.run.desk import Desk
    from bulk_import.run.target import Target
    from bulk_import.run.world import World
    from bulk_import.settings import Settings

DATE_DIGITS = 6
_STAMP = re.compile(r"[0-9]+(?:[-_. T]?[0-9]+)*")

GOOD = frozenset({0, 1})
"""Exit codes of runs that came to their end."""


def objections_to(desk: Desk, target: Target, world: World, plan: Plan) -> tuple[str, ...]:
    """Why a plan should not be carried out without being looked at twice, a sentence each."""
    now = portrait(desk.checked, plan, uk_today(desk.started))
    before = _last_good(desk, target)
    accounts = len(world.directory.accounts)
    return objections(plan, now, before, _limits(desk.settings), accounts=accounts)


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
    )


def _last_good(desk: Desk, target: Target) -> Portrait | None:
    """What the same sources looked like in the last submit of all rows to the same OneFile that came to its end."""
    wanted = _places(sources_of(desk))
    for run in desk.journal.runs():
        same_onefile = (run.start.environment, run.start.host) == (target.environment, target.host)
        if same_onefile and _ended_well(run) and _places(run.start.sources) == wanted:
            stored = run.start.options.get("portrait")
            return Portrait.from_json(stored) if isinstance(stored, dict) else None
    return None


def _ended_well(run: Run) -> bool:
    whole = run.start.mode == "submit" and not _chosen(run)
    return whole and run.state is RunState.FINISHED and run.exit_code in GOOD


def _chosen(run: Run) -> bool:
    """Whether rows were chosen: what such a run left behind says little of the next."""
    job = run.start.options.get("job")
    return isinstance(job, dict) and bool(job.get("only") or job.get("skip"))


def _places(sources: tuple[SourceRead, ...]) -> list[tuple[str, str | None]]:
    return [(same_every_night(source.path), source.sheet) for source in sources]


def same_every_night(path: str) -> str:
    """A file's path without the date in its name: many exports are called otherwise each night."""
    whole = PurePath(path)
    return str(whole.with_name(_STAMP.sub(_without_date, whole.name)))


def _without_date(stamp: re.Match[str]) -> str:
    return "#" if sum(character.isdigit() for character in stamp[0]) >= DATE_DIGITS else stamp[0]
