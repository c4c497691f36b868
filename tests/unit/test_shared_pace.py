"""The shared pace: several processes on one file keep the limit together, and none waits for one that is gone."""

from __future__ import annotations

import asyncio
import random
import sqlite3
import tempfile
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bulk_import.errors import StoppedEarly
from bulk_import.pace import MINUTE
from bulk_import.shared_pace import BEFORE_SENDING, VERSION, SharedPacer, key_of
from tests.unit.virtual_time import Clock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

LIVE = "https://wsapi.onefile.co.uk/api/v2.1"
TIMEOUT = 30.0

Flight = tuple[float, float]
Sleep = Callable[[float], Awaitable[object]]


@dataclass
class Machine:
    """One machine: a clock, a file, and the moments at which the server sees calls, by process."""

    folder: Path
    clock: Clock = field(default_factory=Clock)
    stamps: list[tuple[float, int]] = field(default_factory=list)

    @property
    def file(self) -> Path:
        """What the processes share."""
        return self.folder / "journal.db.pace"

    def pacer(self, calls_per_minute: int, key: str = "key", sleep: Sleep = asyncio.sleep) -> SharedPacer:
        """A pacer as a process of its own has it."""
        return SharedPacer(self.file, key, calls_per_minute, timeout=TIMEOUT, clock=self.clock, sleep=sleep)

    @asynccontextmanager
    async def process(
        self, calls_per_minute: int, key: str = "key", sleep: Sleep = asyncio.sleep
    ) -> AsyncIterator[SharedPacer]:
        """The same, for as long as a block runs."""
        with closing(self.pacer(calls_per_minute, key, sleep)) as pacer:
            yield pacer

    async def call(self, pacer: SharedPacer, flight: Flight, number: int = 0) -> None:
        """One call, so many seconds there and so many back."""
        async with pacer.place():
            self.stamps.append((self.clock() + flight[0], number))
            await asyncio.sleep(flight[0])
            await asyncio.sleep(flight[1])

    async def work(
        self, calls_per_minute: int, calls: int, at_once: int, flights: Callable[[], Flight], number: int = 0
    ) -> None:
        """A process that makes so many calls, with so many at once."""
        left = iter(range(calls))
        async with self.process(calls_per_minute) as pacer:

            async def worker() -> None:
                for _ in left:
                    await self.call(pacer, flights(), number)

            await asyncio.gather(*(worker() for _ in range(at_once)))

    async def killed(self, calls_per_minute: int, arrives: float) -> None:
        """A process that was killed while its call was under way; the server still sees it."""
        async with self.process(calls_per_minute) as dying:
            place = dying.place()
            await place.__aenter__()
            self.stamps.append((self.clock() + arrives, -1))

    def most_in_a_minute(self) -> int:
        """The most calls that the server saw in any rolling minute."""
        window: deque[float] = deque()
        most = 0
        for stamp, _ in sorted(self.stamps):
            window.append(stamp)
            while stamp - window[0] > MINUTE:
                window.popleft()
            most = max(most, len(window))
        return most


@given(
    limits=st.lists(st.integers(1, 20), min_size=1, max_size=4)
    | st.builds(lambda limit, processes: [limit] * processes, st.integers(1, 20), st.integers(2, 3)),
    at_once=st.integers(1, 8),
    deaths=st.integers(0, 3),
    seed=st.integers(0, 2**32),
    slowest=st.sampled_from([0.0, 0.01, 0.5, 3.0, 15.0]),
)
@settings(max_examples=30, deadline=None)
def test_no_rolling_minute_of_the_server_has_more_calls(
    limits: list[int], at_once: int, deaths: int, seed: int, slowest: float
) -> None:
    """However calls are delayed and processes killed, no rolling minute of the server has more than permitted."""
    chance = random.Random(seed)

    def flights() -> Flight:
        return chance.uniform(0, slowest), chance.choice([0.0, chance.uniform(0, slowest)])

    with tempfile.TemporaryDirectory() as folder:
        machine = Machine(Path(folder))

        async def dies() -> None:
            await asyncio.sleep(chance.uniform(0, 60))
            await machine.killed(chance.choice(limits), chance.uniform(0, TIMEOUT))

        async def works(number: int, limit: int) -> None:
            await asyncio.sleep(chance.choice([0.0, chance.uniform(0, 90)]))
            await machine.work(limit, limit + 5, at_once, flights, number)

        async def main() -> None:
            await asyncio.gather(*(works(*each) for each in enumerate(limits)), *(dies() for _ in range(deaths)))

        machine.clock.run(main())
    assert len(machine.stamps) == sum(limits) + 5 * len(limits) + deaths
    assert machine.most_in_a_minute() <= max(limits)


@pytest.mark.parametrize("processes", [1, 2])
@pytest.mark.parametrize("latency", [0.02, 0.5, 1.5])
def test_little_of_the_permitted_pace_is_given_away(tmp_path: Path, latency: float, processes: int) -> None:
    """At 300 a minute and up to 1.5 s of latency, 97 % of what is permitted leaves, evenly and shared fairly."""
    machine = Machine(tmp_path)

    async def main() -> None:
        each = 1000 // processes
        flight = (latency / 2, latency / 2)
        await asyncio.gather(*(machine.work(300, each, 8, lambda: flight, number) for number in range(processes)))

    machine.clock.run(main())
    stamps = sorted(machine.stamps)
    warm = [stamp for stamp, _ in stamps if stamp - stamps[0][0] >= MINUTE]
    assert (len(warm) - 1) / (warm[-1] - warm[0]) * MINUTE >= 0.97 * 300
    assert machine.most_in_a_minute() <= 300
    for first, eleventh_second in zip(warm, warm[51:], strict=False):
        assert eleventh_second - first > 10.0
    half = [number for _, number in stamps[: len(stamps) // 2]]
    assert all(half.count(number) >= 0.9 * len(half) / processes for number in range(processes))


def test_one_that_always_wakes_late_gets_its_turns_all_the_same(tmp_path: Path) -> None:
    """A process a few milliseconds slower than another is not kept from calling by it."""
    machine = Machine(tmp_path)

    tasks: list[asyncio.Task[None]] = []

    async def main() -> None:
        async with machine.process(300) as quick, machine.process(300, sleep=_late) as slow:
            for pacer, number in ((quick, 0), (slow, 1)):
                tasks.append(asyncio.create_task(_keep_calling(machine, pacer, number)))
            await asyncio.sleep(60)
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)

    machine.clock.run(main())
    numbers = [number for _, number in machine.stamps]
    assert len(numbers) >= 0.95 * 300
    assert numbers.count(1) >= 0.45 * len(numbers)


def test_who_comes_when_it_is_another_s_turn_goes_after_it(tmp_path: Path) -> None:
    """One that asks just when another has to wake up does not go before it."""
    machine = Machine(tmp_path)

    async def main() -> None:
        async with machine.process(60) as first, machine.process(60, sleep=_late) as waits:
            await machine.call(first, (0.0, 0.0), 0)
            waiting = asyncio.create_task(machine.call(waits, (0.0, 0.0), 1))
            await asyncio.sleep(1.005)
            await machine.call(first, (0.0, 0.0), 2)
            await waiting

    machine.clock.run(main())
    assert [number for _, number in sorted(machine.stamps)] == [0, 1, 2]


async def _late(seconds: float) -> None:
    await asyncio.sleep(seconds + 0.01)


async def _keep_calling(machine: Machine, pacer: SharedPacer, number: int) -> None:
    while True:
        await machine.call(pacer, (0.0, 0.0), number)


def test_the_lowest_limit_of_those_at_work_holds_for_all(tmp_path: Path) -> None:
    """Beside a run at 60 a minute one at 300 goes at 60 too, and the slower gets its share; alone it goes at 300."""
    machine = Machine(tmp_path)
    flight = (0.0, 0.1)

    async def main() -> None:
        fast = asyncio.create_task(machine.work(300, 900, 8, lambda: flight, 0))
        await asyncio.sleep(60)
        began.append(machine.clock())
        await machine.work(60, 60, 8, lambda: flight, 1)
        began.append(machine.clock())
        await fast

    began: list[float] = []
    machine.clock.run(main())
    together = [each for each in machine.stamps if began[0] + MINUTE <= each[0] < began[1]]
    for (first, _), (eleventh, _) in zip(together, together[10:], strict=False):
        assert eleventh - first >= 9.0
    assert [number for _, number in together].count(1) >= 0.4 * len(together)
    after = [stamp for stamp, _ in machine.stamps if stamp >= began[1] + MINUTE + 2]
    assert (len(after) - 1) / (after[-1] - after[0]) * MINUTE >= 0.97 * 300


def test_one_that_calls_seldom_at_a_low_limit_makes_the_others_slow_but_not_stop(tmp_path: Path) -> None:
    """Between the calls of a slow process a fast one neither uses up the slow one's minute nor stands still."""
    machine = Machine(tmp_path)

    async def main() -> None:
        await asyncio.gather(
            machine.work(60, 20, 1, lambda: (0.0, 5.0), 1), machine.work(300, 100, 8, lambda: (0.0, 0.1), 0)
        )

    machine.clock.run(main())
    for (first, _), (eleventh, _) in zip(machine.stamps, machine.stamps[10:], strict=False):
        assert 9.0 <= eleventh - first <= 12.0


def test_a_hold_in_one_process_holds_the_others(tmp_path: Path) -> None:
    """After a 429 in one process none calls until the hold is over, and a shorter hold does not cut it."""
    machine = Machine(tmp_path)

    async def main() -> None:
        async with machine.process(60) as one, machine.process(60) as other:
            await machine.call(one, (0.0, 0.0))
            waiting = asyncio.create_task(machine.call(other, (0.0, 0.0)))
            await asyncio.sleep(0.5)
            one.hold(90.0)
            other.hold(10.0)
            await waiting

    machine.clock.run(main())
    (first, _), (second, _) = machine.stamps
    assert 90.5 <= second - first <= 91.5


def test_the_places_of_a_killed_process_come_back_in_time(tmp_path: Path) -> None:
    """A call that nobody will see answered keeps its place until a minute after it is surely over, and no longer."""
    machine = Machine(tmp_path)

    async def main() -> None:
        await machine.killed(1, 0.0)
        async with machine.process(1) as pacer:
            await machine.call(pacer, (0.0, 0.0))

    machine.clock.run(main())
    (first, _), (second, _) = machine.stamps
    assert TIMEOUT + BEFORE_SENDING + MINUTE <= second - first <= TIMEOUT + BEFORE_SENDING + MINUTE + 1.5


def test_one_killed_while_it_waited_costs_one_turn(tmp_path: Path) -> None:
    """Who died in the queue is passed over as soon as its turn has gone by."""
    machine = Machine(tmp_path)

    async def main() -> None:
        async with machine.process(60) as one, machine.process(60) as dead, machine.process(60) as other:
            await machine.call(one, (0.0, 0.0))
            waiting = asyncio.create_task(machine.call(dead, (0.0, 0.0)))
            await asyncio.sleep(0.1)
            waiting.cancel()
            await asyncio.wait({waiting})
            await machine.call(other, (0.0, 0.0))

    machine.clock.run(main())
    (first, _), (second, _) = machine.stamps
    assert second - first <= 2.2


def test_after_a_restart_of_the_machine_a_minute_is_waited_out(tmp_path: Path) -> None:
    """A clock that begins anew neither frees a place too early nor keeps one for days."""
    machine = Machine(tmp_path)
    machine.clock.now = 900_000.0

    async def main() -> None:
        async with machine.process(60) as pacer:
            await machine.call(pacer, (0.0, 0.0))

    machine.clock.run(main())
    machine.clock.now = 20.0
    machine.clock.run(main())
    assert MINUTE + 20 <= machine.stamps[1][0] <= MINUTE + 22


def test_no_call_leaves_in_the_first_minute_of_the_machine(tmp_path: Path) -> None:
    """A restart that the file cannot show, because it was lost or knows only an earlier time, is waited out too."""
    machine = Machine(tmp_path)
    machine.clock.now = 20.0
    machine.clock.run(machine.work(60, 1, 1, lambda: (0.0, 0.0)))
    assert MINUTE <= machine.stamps[0][0] <= MINUTE + 1


def test_a_busy_file_is_waited_for(tmp_path: Path) -> None:
    """A call waits while another program holds the file for a moment, and stops the run if it holds it for long."""
    machine = Machine(tmp_path)

    async def main(held_for: float) -> None:
        async with machine.process(600) as pacer:
            await machine.call(pacer, (0.0, 0.0))
            with closing(sqlite3.connect(machine.file, isolation_level=None)) as other:
                other.execute("BEGIN IMMEDIATE")
                asyncio.get_running_loop().call_later(held_for, other.rollback)
                await machine.call(pacer, (0.0, 0.0))

    machine.clock.run(main(0.5))
    assert machine.stamps[1][0] - machine.stamps[0][0] >= 0.49
    with pytest.raises(StoppedEarly, match="in use by another program"):
        machine.clock.run(main(1000.0))


def test_no_failure_of_the_file_loses_what_came_of_a_call(tmp_path: Path) -> None:
    """While the file is held a call ends as it ended; its answer and a hold are told with the next call."""
    machine = Machine(tmp_path)

    async def main() -> None:
        async with machine.process(1) as pacer:
            async with pacer.place():
                other = sqlite3.connect(machine.file, isolation_level=None)
                other.execute("BEGIN IMMEDIATE")
                pacer.hold(100.0)
                began = machine.clock()
            other.close()
            async with pacer.place():
                assert 100.0 <= machine.clock() - began <= 101.0

    machine.clock.run(main())


def _a_folder(file: Path) -> None:
    file.mkdir()


def _noise(file: Path) -> None:
    file.write_bytes(b"no database at all" * 100)


def _strange(file: Path) -> None:
    with closing(sqlite3.connect(file)) as other:
        other.execute("CREATE TABLE mine (what TEXT)")


def _newer(file: Path) -> None:
    with closing(sqlite3.connect(file)) as other:
        other.execute("CREATE TABLE calls (what TEXT)")
        other.execute(f"PRAGMA user_version = {VERSION + 1}")


@pytest.mark.parametrize(
    ("spoil", "message", "fix"),
    [
        (_a_folder, "cannot be opened", "local disk"),
        (_noise, "is damaged", "delete the file"),
        (_strange, "none of this program's", "delete the file"),
        (_newer, "another version", "delete the file"),
    ],
)
def test_without_the_file_there_is_no_call(
    tmp_path: Path, spoil: Callable[[Path], None], message: str, fix: str
) -> None:
    """A file that cannot be used stops the run before the call, says which file it is, and what to do."""
    machine = Machine(tmp_path)
    spoil(machine.file)

    async def main() -> None:
        async with machine.process(60) as pacer:
            await machine.call(pacer, (0.0, 0.0))

    with pytest.raises(StoppedEarly, match=message) as stop:
        machine.clock.run(main())
    assert str(machine.file) in stop.value.message
    assert fix in stop.value.fix
    assert machine.stamps == []


def test_other_tokens_and_hosts_have_a_pace_of_their_own(tmp_path: Path) -> None:
    """Only calls with the same token at the same host wait for each other."""
    machine = Machine(tmp_path)

    async def main() -> None:
        async with machine.process(1, "one") as one, machine.process(1, "other") as other:
            await machine.call(one, (0.0, 0.0))
            await machine.call(other, (0.0, 0.0))

    machine.clock.run(main())
    assert machine.stamps[0][0] == machine.stamps[1][0]


def test_a_key_stands_for_token_and_host_and_shows_neither() -> None:
    """Spelling of the host, path and the usual port make no other key; token, host and port do."""
    key = key_of(LIVE, "SECRET-TOKEN")
    assert key == key_of("https://WSAPI.onefile.co.uk:443/api/v2.1/", "SECRET-TOKEN")
    others = {
        key_of(LIVE, "ANOTHER-TOKEN"),
        key_of("https://wsapibeta.onefile.co.uk/api/v2.1", "SECRET-TOKEN"),
        key_of("http://127.0.0.1:8001/api/v2.1", "SECRET-TOKEN"),
        key_of("http://127.0.0.1:8002/api/v2.1", "SECRET-TOKEN"),
    }
    assert len({key, *others}) == 5
    assert len(key) == 64


def test_a_pace_without_calls_is_refused(tmp_path: Path) -> None:
    """Fewer than one call a minute is no pace."""
    with pytest.raises(ValueError, match="at least 1"):
        SharedPacer(tmp_path / "pace", "key", 0, timeout=TIMEOUT, clock=Clock(), sleep=asyncio.sleep)


def test_what_is_over_leaves_the_file(tmp_path: Path) -> None:
    """However long a run is, the file holds no more calls than fill a place."""
    machine = Machine(tmp_path)
    machine.clock.run(machine.work(60, 300, 4, lambda: (0.1, 0.1)))
    with closing(sqlite3.connect(machine.file)) as reading:
        assert reading.execute("SELECT count(*) FROM calls").fetchone()[0] <= 61
        assert reading.execute("SELECT count(*) FROM waiting").fetchone()[0] == 0
