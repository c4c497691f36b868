"""How many rows go first, and what is said of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bulk_import.journal import State
from bulk_import.kinds import Awaited
from bulk_import.plan import row_label
from bulk_import.run.nights import submits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bulk_import.journal import Key, Run
    from bulk_import.run.desk import Desk
    from bulk_import.run.target import Target
    from bulk_import.settings import Settings
    from bulk_import.submit import Compared

FIRST_RUN = 1
"""Rows of each role that go first where a centre was never sent anything."""

OPTION = "--canary"


def canary_of(desk: Desk, target: Target) -> int:
    """How many rows of each role go first: as the settings say, else one where this is a centre's first run."""
    if desk.settings.canary is not None:
        return desk.settings.canary
    came_through = (run for run in submits(desk.journal, target) if run.counts.get(State.DONE, 0))
    known = {organisation for run in came_through for organisation in _centres(run)}
    return 0 if desk.organisations <= known else FIRST_RUN


def _centres(run: Run) -> list[object]:
    # runs of earlier versions tell the centre where there was only one
    named = run.start.options.get("organisations")
    return named if isinstance(named, list) else [run.start.organisation_id]


def canary_again(run: Run, settings: Settings) -> int:
    """How many rows of each role a resumed run compares before it goes on: as it began, unless the option says."""
    if settings.canary is not None and settings.origins["canary"] == OPTION:
        return settings.canary
    number = run.start.options.get("canary")
    return number if isinstance(number, int) else 0


def sentences(compared: Compared, desk: Desk, run: str) -> Iterator[str]:
    """What came back of the first rows, in words that hold no values."""
    rows = [_named(key, desk) for key in compared.agreeing]
    if rows and compared.agrees:
        yield f"First, as a trial: {', '.join(rows)}. OneFile holds what was sent."
    for key, (user_id, fields) in (compared.differing or {}).items():
        row = _named(key, desk)
        yield f"{row[:1].upper()}{row[1:]} (user id {user_id}) came back from OneFile with another {_listed(fields)}."
    if compared.unseen:
        listed = ", ".join(_named(key, desk) for key in compared.unseen)
        yield f"OneFile shows too little of {listed} to compare, or nobody can tell whether it arrived."
    if compared.hidden:
        which = "it" if len(compared.hidden) == 1 else "they"
        yield f"OneFile does not show {_listed(compared.hidden)}, so {which} could not be compared."
    if not compared.agrees:
        yield (
            "Look at these accounts in OneFile. A resume compares them again; where all is as it should be, "
            f"bulk-import resume {run} --canary 0 sends the rest without comparing."
        )


def _named(key: Key, desk: Desk) -> str:
    return f"row {key[1]}" if len(desk.checked) == 1 else row_label(desk.checked, Awaited(*key))


def _listed(fields: tuple[str, ...]) -> str:
    return ", ".join(fields)
