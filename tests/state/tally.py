"""What the schedules met, counted for people."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

import pytest

from bulk_import.journal import Done

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.state.college import Ended
    from tests.state.server import FaultKind, Operation


@dataclass
class Tally:
    """What all schedules together met."""

    WANTED: ClassVar[pytest.StashKey[int]] = pytest.StashKey()

    schedules: int = 0
    crashes: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    ends: Counter[str] = field(default_factory=Counter)

    def note(self, ended: Ended) -> None:
        """Counts a process."""
        self.ends["processes"] += 1
        if ended.died is not None:
            self.crashes[ended.died] += 1
        if ended.carried is None:
            return
        for outcome in ended.carried.outcomes.values():
            confirmed = isinstance(outcome, Done) and outcome.confirmed
            self.ends["confirmed by a look-up" if confirmed else type(outcome).__name__] += 1
        if ended.carried.stopped is not None:
            self.ends[f"stopped: {type(ended.carried.stopped).__name__}"] += 1

    def meet(self, met: Mapping[tuple[Operation, FaultKind], int]) -> None:
        """Counts faults."""
        self.faults.update({f"{kind} on {operation}": count for (operation, kind), count in met.items()})

    def lines(self) -> list[str]:
        """For people."""
        met = ", ".join(f"{name} {count:,}" for name, count in self.faults.most_common())
        died = ", ".join(f"{where} {count:,}" for where, count in self.crashes.most_common())
        came = ", ".join(f"{what} {count:,}" for what, count in self.ends.most_common())
        return [
            f"{self.schedules:,} schedules, {self.crashes.total():,} crashes, {self.faults.total():,} faults",
            f"faults: {met}",
            f"died {died}",
            f"came to: {came}",
        ]
