"""Who was in the file of an earlier night and is no more, though OneFile still has the account: told, never touched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bulk_import.actions import Create
from bulk_import.folding import folded
from bulk_import.journal import Done
from bulk_import.report import Leaver, people_gone
from bulk_import.run.nights import last_night, sources_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from bulk_import.actions import Action
    from bulk_import.check import Checked
    from bulk_import.directory import Account
    from bulk_import.journal import Journal, Run
    from bulk_import.run.desk import Desk
    from bulk_import.run.target import Target
    from bulk_import.run.world import World

IDS_SHOWN = 20
"""User ids in the notice, which the terminal and the journal have too; the sheet Leavers has them all."""


@dataclass(frozen=True, slots=True)
class Absent:
    """The accounts of earlier nights that no decision of this night is about.

    Attributes:
        leavers: of people who are not in the file any more.
        named: of people who are, in a row with an error, or in one that was held without an account.
    """

    leavers: tuple[Leaver, ...] = ()
    named: tuple[int, ...] = ()

    def to_json(self) -> dict[str, object]:
        """What the journal keeps, so that the next night knows of them too: numbers alone."""
        return {"leavers": [one.user_id for one in self.leavers], "named": list(self.named)}


NOBODY = Absent()


def absent(desk: Desk, target: Target, world: World, actions: Sequence[Action]) -> Absent:
    """The accounts of people who were in the last of these files, or had left before it, and have no row now.

    Whoever has been archived, and so is in no list any more, is left out. Whoever stands in a row with an error is no
    leaver, but may be one the next night.

    Args:
        desk: the run's.
        target: where it goes.
        world: OneFile as it was found.
        actions: what is decided for the rows.

    Raises:
        JournalError: the journal cannot be read.
    """
    last = last_night(desk.journal, target, sources_of(desk))
    if last is None:
        return NOBODY
    here = {action.user_id for action in actions if not isinstance(action, Create)}
    there = world.directory.accounts
    gone = [there[id_] for id_ in sorted(_accounts(desk.journal, last) - here) if id_ in there]
    named = set(_named(desk.checked))
    left = {account.id: account for account in gone if _keys(account).isdisjoint(named)}
    return Absent(
        tuple(map(_leaver, left.values())),
        tuple(account.id for account in gone if account.id not in left),
    )


def leavers_sentence(leavers: Sequence[Leaver]) -> tuple[str, ...]:
    """What the report says of them; nothing where there is nobody."""
    if not leavers:
        return ()
    shown = ", ".join(str(one.user_id) for one in leavers[:IDS_SHOWN])
    more = len(leavers) - IDS_SHOWN
    listed = f"{shown} and {more:,} more" if more > 0 else shown
    accounts = f"account (user id {listed})" if len(leavers) == 1 else f"accounts (user ids {listed})"
    told = f"{people_gone(len(leavers))} no longer in the file, and OneFile still has their {accounts}."
    return (f"{told} Nothing was changed there; the sheet Leavers of results.xlsx lists them all.",)


def looked_up(leavers: Iterable[Leaver], accounts: Mapping[int, Account]) -> tuple[Leaver, ...]:
    """The same people with what OneFile lists of them, for a run whose journal has their numbers alone."""
    return tuple(_leaver(accounts[one.user_id]) if one.user_id in accounts else one for one in leavers)


def _leaver(account: Account) -> Leaver:
    """What the lists of OneFile tell of somebody."""
    roles = " or ".join(sorted({role.label for _, role in account.seats}))
    name = " ".join(filter(None, map(account.text, ("FirstName", "LastName"))))
    return Leaver(account.id, account.text("MISID") or None, roles, name)


def _accounts(journal: Journal, run: Run) -> set[int]:
    """The accounts of a run's rows, and those of earlier nights that it had kept in mind."""
    decided = {one.user_id for one in journal.decisions(run.id) if one.user_id is not None}
    made = {one.outcome.user_id for one in journal.operations(run.id) if isinstance(one.outcome, Done)}
    return decided | made | _kept(run, "named") | {one.user_id for one in leavers_of(run)}


def leavers_of(run: Run) -> tuple[Leaver, ...]:
    """The people who had left when a run began; the journal knows the numbers of their accounts alone."""
    return tuple(Leaver(id_) for id_ in sorted(_kept(run, "leavers")))


def _kept(run: Run, name: str) -> set[int]:
    # earlier versions wrote it down when a run ended
    found = run.start.options.get(name, run.closing.get(name, []))
    return {id_ for id_ in found if isinstance(id_, int)} if isinstance(found, list) else set()


def _keys(account: Account) -> set[str]:
    return {_key(account.text("MISID")), _key(account.text("FirstName"), account.text("LastName"))}


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
