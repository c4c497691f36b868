"""Asks OneFile which accounts have changed, and finds out whether what it shows can be trusted.

What the search for changes (`LastModified`) does is documented nowhere, so it has to prove itself each night, for each
organisation and role: the accounts that this program wrote last must be among those shown as changed since. A search
that shows nothing, or counts from another hour, fails that; one that ignores the filter shows everybody, and then
everybody is fetched. It is asked without pages, as the clients that use it do: one call each, and the list is short.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from bulk_import.api import OneFile
    from bulk_import.directory import Seat
    from bulk_import.run.world import World

MARGINS = (timedelta(0), timedelta(seconds=2), timedelta(minutes=70))
"""How much earlier than the last write to ask: as it is; where seconds are cut off; where a clock is an hour out."""
MOMENTS = 2
"""The moments of earlier look-ups asked about, those that most accounts go by."""

NOT_ASKED = "OneFile refuses to search for what has changed"
NO_WITNESS = "nothing was written there yet by which OneFile's search for changes could be tried"
NOT_SHOWN = "OneFile's search for changes does not show an account that was written last"
EVERYBODY = "OneFile's search for changes shows everybody"


@dataclass(frozen=True, slots=True)
class Distrust:
    """Why what OneFile shows as changed proves nothing."""

    why: str


class Inquiry:
    """Asks for what has changed in one organisation and role, and whether the answers can be trusted."""

    def __init__(self, seat: Seat, world: World, api: OneFile) -> None:
        self._seat = seat
        self._api = api
        self._looked_at = world.looked_at
        self._everybody = {id_ for id_, account in world.directory.accounts.items() if seat in account.seats}

    async def lists(
        self, witnesses: Mapping[int, datetime], moments: Sequence[datetime]
    ) -> list[tuple[datetime, frozenset[int]]] | Distrust:
        """Pairs of a moment and all that was changed since.

        Args:
            witnesses: the accounts that were written last, and when.
            moments: until when nothing else is known to have changed the accounts remembered, one for each.
        """
        present = {id_: sent_at for id_, sent_at in witnesses.items() if id_ in self._everybody}
        if not present:
            return Distrust(NO_WITNESS)
        first = min(present.values())
        found = await self._tried(first, present)
        if isinstance(found, Distrust):
            return found
        margin, changed = found
        lists = [(first, changed)]
        for moment, _ in Counter(moments).most_common(MOMENTS):
            if (since := await self._since(moment - margin)) is None:
                return Distrust(NOT_ASKED)
            lists.append((moment, since))
        return lists

    async def _tried(self, first: datetime, witnesses: Collection[int]) -> tuple[timedelta, frozenset[int]] | Distrust:
        """How much earlier one has to ask to be shown all witnesses, and what was shown."""
        for margin in MARGINS:
            changed = await self._since(first - margin)
            if changed is None:
                return Distrust(NOT_ASKED)
            if changed.issuperset(witnesses):
                return (margin, changed) if await self._filters(changed) else Distrust(EVERYBODY)
        return Distrust(NOT_SHOWN)

    async def _filters(self, changed: frozenset[int]) -> bool:
        """Whether the filter does anything: where everybody is shown, somebody must not be for this very moment."""
        if not changed.issuperset(self._everybody):
            return True
        now = await self._since(self._looked_at)
        return now is not None and not now.issuperset(self._everybody)

    async def _since(self, moment: datetime) -> frozenset[int] | None:
        return await self._api.changed_since(*self._seat, moment)
