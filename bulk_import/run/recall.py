"""Which accounts need not be fetched, because a row says what was confirmed there and OneFile shows no change since.

Nothing here asks anybody. A recalled account stands in the directory with what its row says, as if it had been
fetched, so that matching and comparing are the same for it as for all others.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bulk_import.actions import Update
from bulk_import.check import payload
from bulk_import.difference import SHOWN, differing
from bulk_import.directory import where

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from bulk_import.actions import Action
    from bulk_import.check import Record
    from bulk_import.directory import Account, Directory, Seat
    from bulk_import.journal import Key, Remembered
    from bulk_import.kinds import Json

SHOWN_BY_SEARCH = ("FirstName", "LastName", "MISID")


def fields_told(fetched: Iterable[Account]) -> frozenset[str]:
    """The fields beyond those known to be shown that any of the accounts has a value in."""
    return frozenset(name for account in fetched for name in account.values.keys() - SHOWN if account.text(name))


def credible_by(now: datetime, remembered: Mapping[int, Remembered]) -> dict[int, Remembered]:
    """What is remembered, without what is of a later moment: a clock that was ahead would be believed until then."""
    return {id_: one for id_, one in remembered.items() if max(one.until, one.checked) <= now}


@dataclass(frozen=True, slots=True)
class Changes:
    """What searches have shown to be changed.

    Attributes:
        lists: by organisation and role, pairs of a moment and all that was changed since; only searches that are
            known to tell the truth.
    """

    lists: Mapping[Seat, Sequence[tuple[datetime, frozenset[int]]]] = field(default_factory=dict)

    def none_of(self, account: Account, since: datetime) -> bool:
        """Whether OneFile has told that an account was not changed since a moment, wherever it was found."""
        return bool(account.seats) and all(
            any(bound <= since and account.id not in changed for bound, changed in self.lists.get(seat, ()))
            for seat in account.seats
        )


@dataclass(frozen=True, slots=True)
class Recollection:
    """What is remembered of the accounts of a run, and what is known to be still so.

    Attributes:
        accounts: as searches show them, by user id.
        remembered: by user id, of these accounts.
        changes: since then.
        oldest: accounts last checked before this moment are fetched all the same.
        digest: of all that a row says.
        shown: the fields that OneFile has shown a value of on an earlier night.
        notices: why the memory could not be used, a sentence each.
    """

    accounts: Mapping[int, Account]
    remembered: Mapping[int, Remembered]
    changes: Changes
    oldest: datetime
    digest: Callable[[Mapping[str, Json]], str]
    shown: frozenset[str] = frozenset()
    notices: tuple[str, ...] = ()

    def known(self, records: Iterable[Record], directory: Directory) -> dict[Key, Account]:
        """The rows whose account need not be fetched, and that account with all that its row says."""
        ids = self._current()
        if not ids:
            return {}
        found = {}
        for record in records:
            said = payload(record)
            match ids.get(self.digest(said), []):
                case [id_] if _agrees(record, said, directory.accounts[id_], directory):
                    key, seat = record.key, where(record)
                    found[key] = directory.accounts[id_].recalled(seat, key, said)
                case _:
                    pass
        return found

    def _current(self) -> dict[str, list[int]]:
        """Digest → the accounts that still hold it."""
        ids: dict[str, list[int]] = defaultdict(list)
        for id_, one in self.remembered.items():
            if one.checked >= self.oldest and self.changes.none_of(self.accounts[id_], one.until):
                ids[one.digest].append(id_)
        return ids

    def unread(self, records: Iterable[Record], directory: Directory, known: Mapping[Key, Account]) -> tuple[int, ...]:
        """The accounts to be fetched: whoever may be meant by a row, and may have been changed since its last decision.

        Args:
            records: the rows.
            directory: with the accounts that are known.
            known: what `known` gave.
        """
        found = dict.fromkeys(directory.unread(record for record in records if record.key not in known))
        decided: dict[datetime, list[Record]] = defaultdict(list)
        for record in records:
            if (mine := known.get(record.key)) is not None:
                decided[self.remembered[mine.id].until].append(record)
        for until, rows in decided.items():
            others = directory.unread(rows)
            found |= dict.fromkeys(id_ for id_ in others if not self.changes.none_of(directory.accounts[id_], until))
        return tuple(found)

    def with_hidden(self, records: Iterable[Record], fetched: Sequence[Account]) -> list[Account]:
        """Fetched accounts with the fields that OneFile never shows, where they were confirmed once.

        Otherwise a field that no answer tells would count as empty, and be sent night after night. A field that OneFile
        has shown of anybody, ever, or that it shows here as an empty text, was emptied there.
        """
        shown = SHOWN | self.shown | fields_told(fetched)
        accounts = {account.id: account for account in fetched}
        ids = {one.digest: id_ for id_, one in self.remembered.items() if id_ in accounts}
        for record in records if ids else ():
            said = payload(record)
            if (id_ := ids.get(self.digest(said))) is not None:
                account = accounts[id_]
                hidden = {n: said[n] for n in said.keys() - shown if account.values.get(n) is None}
                accounts[id_] = account.completed(hidden)
        return list(accounts.values())

    def missed(self, actions: Iterable[Action]) -> tuple[int, ...]:
        """The accounts that differ by now from what was confirmed there, though OneFile's search shows no change."""
        return tuple(
            action.user_id
            for action in actions
            if isinstance(action, Update)
            and (one := self.remembered.get(action.user_id)) is not None
            and one.digest == self.digest(payload(action.record))
            and self.changes.none_of(self.accounts[action.user_id], one.until)
        )


def _agrees(record: Record, said: Mapping[str, Json], account: Account, directory: Directory) -> bool:
    """Whether the account still is the row's by id and all that a search shows, and nobody else holds its MISID."""
    wanted = {name: said[name] for name in SHOWN_BY_SEARCH if name in said and account.text(name)}
    alone = all(id_ == account.id for id_ in directory.holders(record))
    here = where(record) in account.seats and record.user_id in {None, account.id}
    return here and alone and not differing(wanted, account.values)
