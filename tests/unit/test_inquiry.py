"""What OneFile shows as changed is believed only where it shows what this program has written."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bulk_import.catalogue import Role
from bulk_import.check import payload
from bulk_import.run.inquiry import EVERYBODY, NO_WITNESS, NOT_ASKED, NOT_SHOWN, Distrust, Inquiry
from bulk_import.run.world import World, listed
from bulk_import.sandbox import CUSTOMER_TOKEN, Fault, Faults, Switches
from bulk_import.wire import Accepted, create_user, update_user
from tests.unit.practice import Practice, rows

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from bulk_import.api import OneFile

SEAT = (1, Role.ASSESSOR)
HOUR = timedelta(hours=1)


class Night:
    """A practice OneFile in which four people were made, a minute apart, and an hour passed."""

    def __init__(self, folder: Path, switches: Switches | None = None) -> None:
        self.practice = Practice(folder, switches=switches)
        self.made: dict[int, datetime] = {}
        self.practice.run(self._make())
        self.practice.clock.now += HOUR.total_seconds()

    def _open(self) -> OneFile:
        return self.practice.onefile(CUSTOMER_TOKEN, concurrency=1, calls_per_minute=300)

    async def _make(self) -> None:
        async with self._open() as api:
            for change in rows(4):
                self.practice.clock.now += 60
                sent_at = self.practice.utc_now()
                verdict = await api.call(create_user(payload(change.record)), attempt=1)
                assert isinstance(verdict, Accepted)
                self.made[int(str(verdict.body))] = sent_at

    def by_hand(self, user_id: int) -> None:
        """Somebody changes an account."""

        async def change() -> None:
            async with self._open() as api:
                assert isinstance(await api.call(update_user(user_id, {"Telephone": "0161 496 0001"})), Accepted)

        self.practice.run(change())

    def asked(
        self, witnesses: Mapping[int, datetime], moments: Sequence[datetime], faults: Sequence[Fault] = ()
    ) -> Sequence[tuple[datetime, frozenset[int]]] | Distrust:
        """What comes of asking now; the faults come after the lists."""

        async def ask() -> Sequence[tuple[datetime, frozenset[int]]] | Distrust:
            async with self._open() as api:
                world: World = await listed([change.record for change in rows(1)], api)
                self.practice.world.faults = Faults(faults)
                return await Inquiry(SEAT, world, api).lists(witnesses, moments)

        return self.practice.run(ask())

    @property
    def last(self) -> dict[int, datetime]:
        """The witness: who was made last, and when."""
        return dict([max(self.made.items(), key=lambda one: one[1])])


@pytest.mark.parametrize("empty", ["204", "[]"])
def test_an_honest_search_tells_who_was_changed(tmp_path: Path, empty: str) -> None:
    """Since the last write the witness alone, since a later moment nobody; after a change by hand him too."""
    night = Night(tmp_path, Switches(search_empty="204" if empty == "204" else "[]"))
    ((witness, sent_at),) = night.last.items()
    later = sent_at + HOUR / 2
    assert night.asked(night.last, [later]) == [(sent_at, frozenset({witness})), (later, frozenset())]
    changed = min(night.made)
    night.by_hand(changed)
    assert night.asked(night.last, [later]) == [(sent_at, frozenset({witness, changed})), (later, frozenset({changed}))]


DISTRUSTED: list[tuple[str, Switches, Sequence[Fault], Callable[[Night], Mapping[int, datetime]], str]] = [
    ("nothing was written", Switches(), (), lambda _: {}, NO_WITNESS),
    ("who was written is gone", Switches(), (), lambda night: {999_999: night.last.popitem()[1]}, NO_WITNESS),
    ("the filter is ignored", Switches(filters="ignored"), (), lambda night: night.last, EVERYBODY),
    (
        "a witness is not shown",
        Switches(),
        (),
        lambda night: {user_id: sent_at + 3 * HOUR for user_id, sent_at in night.last.items()},
        NOT_SHOWN,
    ),
    (
        "such searches are refused",
        Switches(),
        (Fault(on="search", kind="status-before", status=400),),
        lambda night: night.last,
        NOT_ASKED,
    ),
]


@pytest.mark.parametrize(
    ("switches", "faults", "witnesses", "why"), [case[1:] for case in DISTRUSTED], ids=[case[0] for case in DISTRUSTED]
)
def test_a_search_that_cannot_prove_itself_is_not_believed(
    tmp_path: Path,
    switches: Switches,
    faults: Sequence[Fault],
    witnesses: Callable[[Night], Mapping[int, datetime]],
    why: str,
) -> None:
    """Whatever OneFile does with the filter, it ends in looking everybody up and never in skipping."""
    night = Night(tmp_path, switches)
    assert night.asked(witnesses(night), [night.practice.utc_now()], faults) == Distrust(why)


def test_a_clock_that_is_an_hour_out_costs_nothing_but_a_wider_look(tmp_path: Path) -> None:
    """Where OneFile counts from an hour earlier, the same margin is taken off every moment asked about."""
    night = Night(tmp_path)
    ahead = {user_id: sent_at + HOUR for user_id, sent_at in night.last.items()}
    ((witness, sent_at),) = ahead.items()
    found = night.asked(ahead, [sent_at])
    assert found == [(sent_at, frozenset(night.made)), (sent_at, frozenset(night.made))]
    assert witness in night.made
