"""Crashes between any two steps, with faults on top: after resuming, one account a row, and nobody disagrees."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from bulk_import.catalogue import Role
from bulk_import.journal import Done, Journal, State
from bulk_import.sandbox import Fault, Faults, Switches
from tests.unit.practice import Practice, row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bulk_import.actions import Create
    from bulk_import.sandbox.faults import FaultKind
    from bulk_import.submit import Carried

KINDS: tuple[FaultKind, ...] = (
    "reset-before",
    "reset-after",
    "stall-before",
    "stall-after",
    "status-before",
    "status-after",
    "truncated",
    "html",
    "html-before",
    "unauthorised",
    "throttle",
)
ROLES = (Role.ASSESSOR, Role.LEARNER, Role.EMPLOYER)


def _faults(chance: Random, share: float) -> Faults:
    chosen = [
        Fault(kind=kind, on=chance.choice(("create", "create", "search", "get", "authentication")), share=share)
        for kind in chance.sample(KINDS, 3)
    ]
    chosen.append(Fault(kind="search-lag", seconds=chance.uniform(0.1, 10.0), share=0.7))
    return Faults(chosen, latency=chance.choice((0.0, 0.3, 2.0)), seed=chance.randrange(1000))


async def _killed_at(practice: Practice, creates: Sequence[Create], moment: float) -> Carried | None:
    """One process, killed after so many seconds unless it is done by then."""
    process = asyncio.ensure_future(practice.process(creates))
    await asyncio.wait({process}, timeout=moment)
    if process.done():
        return process.result()
    process.cancel()
    await asyncio.wait({process})
    return None


async def _until_done(practice: Practice, creates: Sequence[Create], chance: Random, kills: int) -> Carried:
    for _ in range(kills):
        await _killed_at(practice, creates, chance.choice((0.1, 1.0, 3.0, 12.0, 40.0)) * chance.random())
    practice.world.faults = Faults()
    return await practice.process(creates)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32), kills=st.integers(0, 4), share=st.sampled_from([0.0, 0.1, 0.3]))
def test_whatever_fails_and_wherever_it_is_killed_each_row_gets_one_account(
    seed: int, kills: int, share: float
) -> None:
    """Random faults, lags and kills: after the last resume every row is done, once, and nobody disagrees."""
    chance = Random(seed)
    switches = Switches(
        filters=chance.choice(("honest", "ignored", "contains")),
        misid_in_search=chance.choice(("given", "null", "absent")),
    )
    creates = [row(number, chance.choice(ROLES), MISID=chance.choice((None, f"N{number}"))) for number in range(2, 14)]
    with tempfile.TemporaryDirectory() as folder:
        practice = Practice(Path(folder), _faults(chance, share), switches)
        carried = practice.run(_until_done(practice, creates, chance, kills))
        with Journal.open(practice.file) as journal:
            assert practice.run_name is not None
            written = {one.planned.key: one for one in journal.operations(practice.run_name)}
    assert practice.twice() == []
    assert {type(outcome) for outcome in carried.outcomes.values()} == {Done}
    by_row = {key: outcome.user_id for key, outcome in carried.outcomes.items() if isinstance(outcome, Done)}
    assert sorted(by_row.values()) == sorted(practice.made())
    for create in creates:
        key = create.record.key
        assert practice.made()[by_row[key]] == create.record.values["Email"]
        assert written[key].state is State.DONE
        assert written[key].outcome == carried.outcomes[key]


def test_a_second_look_at_what_a_killed_process_had_sent_is_not_fooled_by_the_new_list(tmp_path: Path) -> None:
    """What the run itself made before it was killed is in OneFile's list on resuming, and is still recognised."""
    practice = Practice(tmp_path, Faults(latency=4.0))
    creates = [row(2), row(3)]

    async def main() -> Carried:
        # the log-in takes four seconds, the create is processed two seconds after it left, its answer never read
        assert await _killed_at(practice, creates, 7.5) is None
        assert len(practice.made()) > 0
        return await practice.process(creates)

    carried = practice.run(main())
    assert all(isinstance(outcome, Done) for outcome in carried.outcomes.values())
    assert any(isinstance(outcome, Done) and outcome.confirmed for outcome in carried.outcomes.values())
    assert len(practice.made()) == 2
