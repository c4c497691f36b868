"""Killed at any moment, any number of times: each row gets one account, and everybody knows of it."""

from __future__ import annotations

import json
import re
import sqlite3
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import TYPE_CHECKING, Any, Literal

import pytest

from bulk_import import sandbox
from bulk_import.sandbox import Fault, Faults, Switches
from tests.journeys.command import enrol, learner, tutor, write_csv
from tests.journeys.killing import FORKS, code_of, fresh, kill, said, summary_of, toward, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bulk_import.sandbox import Running
    from bulk_import.sandbox.faults import FaultKind
    from tests.journeys.killing import Command, Starter

pytestmark = pytest.mark.journey

KILLS = 100
KILLS_LONG = 1000
KILLS_OF_FRESH = 6
KILLS_A_STORY = 14
AT_ONCE = 4
CONCURRENCY = 4
PEOPLE = 30
THERE = range(10, 20)
"""The rows of those learners who have an account already, which is to be changed."""
ARCHIVED_TUTOR = "112"
NEW_TUTOR = "tutor1@example.com"

Moment = Literal["early", "in the look-ups", "sending", "reports"]
Landed = Literal["before the run began", "before its first call", "in mid-run", "during reports", "after the end"]


def people() -> list[dict[str, str]]:
    """Staff and learners, new and known; some name a tutor of the same file, one is invalid, one is refused."""
    several = [tutor(1), tutor(2, MISID=""), *(learner(number) for number in range(1, PEOPLE - 3))]
    several[5]["MISID"] = ""
    for one in several[18:24]:
        one["DefaultAssessorID"] = NEW_TUTOR
    return [*several, learner(90, Email="nobody"), learner(91, DefaultAssessorID=ARCHIVED_TUTOR)]


def known() -> list[dict[str, str]]:
    """Those who have an account already, as it was before they moved to another class and got a telephone."""
    return [{**people()[row - 2], "ClassroomID": "202"} for row in THERE]


def faults(seed: int) -> Faults:
    """A little of everything, rarely enough that no row meets five of them."""
    kinds: tuple[FaultKind, ...] = (
        "reset-before",
        "reset-after",
        "status-before",
        "status-after",
        "truncated",
        "html",
        "stall-after",
    )
    some = [Fault(kind=kind, on=on, share=0.04, times=2) for kind in kinds for on in ("create", "update")]
    others = [
        Fault(kind="unauthorised", share=0.01, times=2),
        Fault(kind="reset-before", on="search", share=0.05, times=2),
        Fault(kind="status-before", on="get", share=0.05, times=2),
        Fault(kind="search-lag", on="create", seconds=0.3),
        Fault(kind="latency", share=0.5, seconds=0.02),
    ]
    return Faults([*some, *others], latency=0.008, seed=seed)


@dataclass
class Story:
    """One file on its way into one OneFile, through any number of processes."""

    folder: Path
    onefile: Running
    start: Starter
    chance: Random
    faults: Faults
    all_landed: list[Landed]
    landed: Counter[Landed] = field(default_factory=Counter)
    settled: dict[int, tuple[str, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        rows = people()
        for row in THERE:
            rows[row - 2]["MobileNumber"] = "07700 900123"
        write_csv(self.folder / "people.csv", rows)
        self.there = dict(zip(enrol(self.onefile, known()), THERE, strict=True))
        self.onefile.world.faults = self.faults
        self.began = self.onefile.world.now()
        self.before = {user["ID"] for user in self.onefile.world.users()}

    def tell(self, kills: int, goal: int) -> None:
        """Kills so many processes at random moments, or until all stories together have enough; then finishes."""
        for number in range(kills):
            if self.state() == "finished" or len(self.all_landed) >= goal:
                break
            self._kill_one(number / kills)
        for _ in range(20):
            if self.state() == "finished":
                break
            self._remember_what_is_done(code_of(self._next()))
        self.judge()

    def _next(self) -> Command:
        words = ["resume"] if self.state() else ["submit", "people.csv", "--yes"]
        return self.start(self.folder, *words, "--json", env=toward(self.onefile, concurrency=str(CONCURRENCY)))

    def _kill_one(self, told: float) -> None:
        attempts = self.attempts()
        command = self._next()
        self._await(self._moment(told), command)
        if (code := command.ended()) is not None:
            self._remember_what_is_done(code)
            return
        kill(command)
        self.landed[where := self._where(attempts)] += 1
        self.all_landed.append(where)
        self._remember_what_is_done(None)

    def _moment(self, told: float) -> Moment:
        """When the next process dies: the earlier in the story, the earlier in the run."""
        weights = (2, 2, 8, 3 if told > 0.5 else 1) if told else (4, 4, 3, 1)
        moments: tuple[Moment, ...] = ("early", "in the look-ups", "sending", "reports")
        return self.chance.choices(moments, weights)[0]

    def _await(self, moment: Moment, command: Command) -> None:
        world, seen = self.onefile.world, len(self.onefile.world.calls())
        match moment:
            case "early":
                command.ended(self.chance.uniform(0.0, 0.3))
            case "in the look-ups":
                calls = self.chance.randint(1, 5)
                wait_until(command, lambda: len(world.calls()) >= seen + calls)
                command.ended(self.chance.uniform(0.0, 0.02))
            case "sending":
                sent, more = len(self.posts()), self.chance.randint(0, 3)
                wait_until(command, lambda: len(self.posts()) > sent + more)
                command.ended(self.chance.uniform(0.0, 0.02))
            case "reports":
                wait_until(command, lambda: any(self.folder.glob("reports/2*/*.partial")))
                command.ended(self.chance.uniform(0.0, 0.08))

    def _where(self, attempts: int) -> Landed:
        state = self.state()
        if state is None:
            return "before the run began"
        if state == "finished":
            return "after the end"
        if not self.rows("SELECT 1 FROM operations WHERE state NOT IN ('done', 'rejected')") and self.operations():
            return "during reports"
        if self.attempts() == attempts:
            return "before its first call"
        return "in mid-run"

    def _remember_what_is_done(self, code: int | None) -> None:
        """What was done or refused stays as it is: nothing is sent for it again."""
        assert code in {None, 0, 1, 3}
        now = self.operations()
        for row, before in self.settled.items():
            assert now[row] == before
        self.settled = {row: found for row, found in now.items() if found[0] in {"done", "rejected"}}

    def judge(self) -> None:
        """One account each; server, journal and report agree."""
        assert self.state() == "finished", self._printed()
        made = {user["ID"]: user for user in self.onefile.world.users() if user["ID"] not in self.before}
        new = [one for row, one in enumerate(people(), start=2) if row not in THERE]
        sound = [one for one in new if one["Email"] != "nobody" and one["DefaultAssessorID"] != ARCHIVED_TUTOR]
        wanted = [one["Email"] for one in sound]
        assert Counter(user["Email"] for user in made.values()) == Counter(wanted)
        (tutor_id,) = (id_ for id_, user in made.items() if user["Email"] == NEW_TUTOR)
        assert [user.get("DefaultAssessorID") for user in made.values()].count(tutor_id) == 6
        (file,) = self.folder.glob("reports/2*/report.json")
        report = json.loads(file.read_text(encoding="utf-8"))
        assert report["balanced"]
        counts = {"created": len(wanted), "updated": len(THERE), "invalid": 1, "rejected": 1}
        assert report["totals"] == {**counts, "read": PEOPLE, "blank": 0}
        created = {row["user_id"]: row["misid"] or "" for row in report["rows"] if row["status"] == "created"}
        assert created == {id_: user.get("MISID", "") for id_, user in made.items()}
        updated = {row["user_id"]: row for row in report["rows"] if row["status"] == "updated"}
        assert {user_id: row["row"] for user_id, row in updated.items()} == self.there
        assert all(row["changes"] == ["ClassroomID", "MobileNumber"] for row in updated.values())
        now = [self.onefile.world.user(user_id) for user_id in self.there]
        assert {(user["ClassroomID"], user["MobileNumber"]) for user in now} == {(201, "07700 900123")}
        attempts = {row["row"]: row["attempts"] for row in report["rows"] if row["status"] != "invalid"}
        assert attempts == {row: tried for row, (_, tried) in self.operations().items()}
        self._judge_calls(len(wanted) + len(THERE))
        assert not list(self.folder.glob("reports/2*/*.partial"))

    def _judge_calls(self, wanted: int) -> None:
        """Each POST was meant, and all that was meant left, save what a kill kept from leaving."""
        posts, attempts = len(self.posts()), self.attempts()
        assert wanted < posts <= attempts
        assert attempts - posts <= CONCURRENCY * self.landed.total()

    def _printed(self) -> str:
        return "\n".join(file.read_text(encoding="utf-8") for file in sorted(self.folder.glob("printed-*")))

    def posts(self) -> list[float]:
        """When each create and update came in at the server."""
        calls = self.onefile.world.calls()
        sent = [call for call in calls if call.method == "POST" and re.search("/User(/[0-9]+)?$", call.path)]
        return [call.time for call in sent if call.time >= self.began]

    def state(self) -> str | None:
        """The run's state; None where the journal knows no run."""
        found = self.rows("SELECT state FROM runs ORDER BY started")
        assert len(found) <= 1
        return str(found[0][0]) if found else None

    def operations(self) -> dict[int, tuple[str, int]]:
        """Row → its state and how often it was meant to be sent."""
        return {row: (state, tried) for row, state, tried in self.rows("SELECT row, state, attempts FROM operations")}

    def attempts(self) -> int:
        """How many calls were meant."""
        return len(self.rows("SELECT 1 FROM attempts"))

    def rows(self, sql: str) -> list[Any]:
        """What the journal answers; nothing where it has no tables yet."""
        file = self.folder / "reports" / "journal.db"
        if not file.exists():
            return []
        with closing(sqlite3.connect(file, timeout=10)) as connection:
            if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'runs'").fetchall():
                return []
            return connection.execute(sql).fetchall()


def told_until(goal: int, folder: Path, start: Starter, at_once: int) -> tuple[Counter[Landed], int]:
    """As many stories as it takes to reach so many kills; where these landed, and how many stories it took."""
    landed: list[Landed] = []
    seeds = count()

    def tell() -> int:
        told = 0
        while len(landed) < goal:
            seed = next(seeds)
            place = folder / str(seed)
            place.mkdir()
            with sandbox.running(switches=Switches(calls_per_minute=10**6)) as onefile:
                Story(place, onefile, start, Random(seed), faults(seed), landed).tell(KILLS_A_STORY, goal)
            told += 1
        return told

    with ThreadPoolExecutor(at_once) as pool:
        tellers = [pool.submit(tell) for _ in range(at_once)]
        stories = sum(teller.result() for teller in tellers)
    return Counter(landed), stories


def killed(goal: int, folder: Path, start: Starter, tell: Callable[[str], None], at_once: int) -> Counter[Landed]:
    """Kills so many processes, and prints how many it were and where they landed."""
    began = time.monotonic()
    landed, stories = told_until(goal, folder, start, at_once)
    where = ", ".join(f"{kills} {name}" for name, kills in landed.most_common())
    seconds = time.monotonic() - began
    tell(f"{landed.total()} kills in {stories} runs and {seconds:.0f} s: {where}")
    assert landed.total() >= goal
    return landed


@pytest.mark.skipif(not FORKS, reason="without fork every process is fresh, as in the next test")
def test_killed_at_random_moments_each_row_gets_one_account(
    tmp_path: Path, pytestconfig: pytest.Config, start: Starter, tell: Callable[[str], None]
) -> None:
    """However often and whenever processes are killed, the rest is done, once, and report and server agree."""
    goal = KILLS_LONG if pytestconfig.getoption("--long") else KILLS
    landed = killed(goal, tmp_path, start, tell, AT_ONCE)
    assert min(landed[name] for name in ("before the run began", "in mid-run", "during reports")) > goal // 500


def test_fresh_processes_killed(tmp_path: Path, tell: Callable[[str], None]) -> None:
    """What holds for forked processes holds for those that a scheduler starts."""
    assert killed(KILLS_OF_FRESH, tmp_path, fresh, tell, 1)["in mid-run"]


def test_killed_before_it_began_it_leaves_nothing_to_resume(tmp_path: Path, start: Starter) -> None:
    """A run killed in its look-ups is none: resume says that there is nothing, and a fresh submit does the job."""
    with sandbox.running(faults=Faults(latency=0.2)) as onefile:
        env = toward(onefile)
        write_csv(tmp_path / "people.csv", [learner(1), learner(2)])
        before = len(onefile.world.users())
        command = start(tmp_path, "submit", "people.csv", "--yes", env=env)
        assert wait_until(command, lambda: bool(onefile.world.calls()))
        kill(command)
        nothing = start(tmp_path, "resume", env=env)
        assert code_of(nothing) == 0
        assert "nothing to resume" in said(nothing)
        done = start(tmp_path, "submit", "people.csv", "--yes", "--json", env=env)
        assert (code_of(done), summary_of(done)["totals"]["created"]) == (0, 2)
        assert len(onefile.world.users()) == before + 2
