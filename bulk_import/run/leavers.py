"""Who was in the file of an earlier night and is no more, though OneFile still has the account: told, never touched."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bulk_import.folding import folded
from bulk_import.journal import Done, RunState
from bulk_import.plan import Create

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bulk_import.check import Checked
    from bulk_import.journal import Journal, Run
    from bulk_import.plan import Action
    from bulk_import.run.desk import Desk
    from bulk_import.run.target import Target
    from bulk_import.run.world import World

IDS_SHOWN = 100
LEAVERS = "leavers"
"""What they are called in the end of a run, so that the next run knows of them too."""


def leavers(desk: Desk, target: Target, world: World, actions: Sequence[Action]) -> tuple[int, ...]:
    """The accounts of people who were in the last file of this name, or had left before it, and are not in this one.

    Names of files count without their digits, because a nightly export often has the day in its name. Whoever has
    been archived, and so is in no list any more, is left out; so is whoever stands in a row with an error.

    Args:
        desk: the run's.
        target: where it goes.
        world: OneFile as it was found.
        actions: what is decided for the rows.

    Raises:
        JournalError: the journal cannot be read.
    """
    last = _last(desk, target)
    if last is None:
        return ()
    here = {action.user_id for action in actions if not isinstance(action, Create)}
    named = set(_named(desk.checked))
    accounts = world.directory.accounts
    return tuple(
        id_
        for id_ in sorted(_accounts(desk.journal, last) - here)
        if (account := accounts.get(id_)) is not None
        and _key(account.text("MISID")) not in named
        and _key(account.text("FirstName"), account.text("LastName")) not in named
    )


def leavers_sentence(ids: Sequence[int]) -> tuple[str, ...]:
    """What the report says of them; nothing where there is nobody."""
    if not ids:
        return ()
    people = "1 person is" if len(ids) == 1 else f"{len(ids):,} people are"
    listed = ", ".join(map(str, ids[:IDS_SHOWN])) + (" and more" if len(ids) > IDS_SHOWN else "")
    advice = "Nothing was changed there; whoever has left is archived in OneFile by hand."
    return (f"{people} no longer in the file, and OneFile still has their accounts (user ids {listed}). {advice}",)


def _last(desk: Desk, target: Target) -> Run | None:
    """The last submit of files of the same names that came to its end."""
    names = [_plain(str(source.table.source.path.resolve())) for source in desk.checked]
    for run in desk.journal.runs():
        start = run.start
        if (start.mode, run.state) != ("submit", RunState.FINISHED):
            continue
        if (start.environment, start.host) == (target.environment, target.host) and names == [
            _plain(source.path) for source in start.sources
        ]:
            return run
    return None


def _plain(path: str) -> str:
    return re.sub(r"[0-9]+", "#", path)


def _accounts(journal: Journal, run: Run) -> set[int]:
    """The accounts of a run's rows, and those that it had found to be leavers."""
    decided = {one.user_id for one in journal.decisions(run.id) if one.user_id is not None}
    made = {one.outcome.user_id for one in journal.operations(run.id) if isinstance(one.outcome, Done)}
    return decided | made | set(leavers_of(run))


def leavers_of(run: Run) -> tuple[int, ...]:
    """The accounts of people who had left when a run ended."""
    found = run.closing.get(LEAVERS, [])
    assert isinstance(found, list)  # noqa: S101 - what the end of a run writes
    return tuple(id_ for id_ in found if isinstance(id_, int))


def _named(checked: Iterable[Checked]) -> Iterator[str]:
    """What the rows are about, those with errors too: each MISID and each pair of names."""
    for source in checked:
        for columns in (["MISID"], ["FirstName", "LastName"]):
            if set(columns) <= set(source.usable.columns):
                yield from (
                    _key(*texts) for texts in source.usable[columns].dropna().itertuples(index=False, name=None)
                )


def _key(*texts: str) -> str:
    return "\n".join(map(folded, texts))
