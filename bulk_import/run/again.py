"""What is said of `--again` where it makes no account: whoever typed it waits for one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bulk_import.actions import Create, Hold, Skip

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bulk_import.actions import Action
    from bulk_import.run.desk import Desk

MOST_NAMED = 10

WHY = {
    "has": ("it has its account already", "they have their accounts already"),
    "held": ("it is held, and says why", "they are held, and say why"),
    "skipped": ("--only or --skip leaves it out", "--only or --skip leaves them out"),
    "wrong": ("it has an error", "they have errors"),
}
"""Why a row gets no other account, of one row and of several."""


def again_notices(desk: Desk, actions: Sequence[Action]) -> Iterator[str]:
    """A sentence on the rows that `--again` names and that get no account.

    Args:
        desk: the run's; with `--again` it has one source.
        actions: what is decided for the rows that passed the check.
    """
    if not desk.job.rows.again:
        return
    (source,) = desk.checked
    decided = {action.record.row: action for action in actions}
    rows: dict[str, list[int]] = {why: [] for why in WHY}
    for row in filter(desk.job.rows.makes_again, source.table.frame.index.tolist()):
        if why := _why(decided[row]) if row in decided else "wrong":
            rows[why].append(row)
    if told := [f"for {_named(some)}: {WHY[why][len(some) > 1]}" for why, some in rows.items() if some]:
        yield f"--again had no effect {'; '.join(told)}."


def _why(action: Action) -> str:
    match action:
        case Create():
            return ""
        case Hold():
            return "held"
        case Skip(user_id=None):
            return "skipped"
        case _:
            return "has"


def _named(rows: Sequence[int]) -> str:
    listed = ", ".join(map(str, rows[:MOST_NAMED]))
    more = f" and {len(rows) - MOST_NAMED:,} more" if len(rows) > MOST_NAMED else ""
    return f"row{'s' if len(rows) > 1 else ''} {listed}{more}"
