"""Random schedules: who stands in the file and in OneFile, what each process meets, where it dies, what others do.

A schedule is a college with one file, any number of processes in any weather, and at its end a calm in which the run
is finished. Every process is followed by the judge.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from bulk_import.catalogue import Role
from bulk_import.check import Record, payload
from bulk_import.journal import Unresolved
from tests.state.college import CALM, College, Weather
from tests.state.judge import every_row_has_its_account, judge
from tests.state.server import DEFINITE, FAULTS, NO_PLACEMENT, ORGANISATION, PLACEMENT, REFUSALS, Manners

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.state.college import Ended
    from tests.state.tally import Tally

ROLES = (Role.ASSESSOR, Role.LEARNER, Role.EMPLOYER, Role.IQA)
NAMES = (("Sam", "Example"), ("Samantha", "Example"), ("Zoë", "Example-Smith"))
CROWD = 12
"""Enough to fill more than a page."""
MEMORY = Path("/dev/shm")  # noqa: S108 - journals of tests, kept in memory where the system can

UNCLEAR = tuple(kind for kind in FAULTS if kind not in DEFINITE)
on_writes = st.lists(st.sampled_from((None, *FAULTS, *UNCLEAR)), max_size=6)
on_others = st.lists(st.sampled_from((None,) * len(FAULTS) + FAULTS), max_size=4)
weathers = st.builds(
    Weather,
    faults=st.fixed_dictionaries(
        {"create": on_writes, "update": on_writes},
        optional=dict.fromkeys(("search", "get", "authentication"), on_others),
    ),
    latency=st.sampled_from((0.0, 0.4, 3.0)),
    lag=st.sampled_from((0.0, 2.0, 9.9, 10.0)),
    dies_at=st.none() | st.integers(1, 70),
    dies_sending=st.none() | st.integers(1, 16),
    full_from=st.sampled_from((None, None, None, None, 3, 4, 5, 7)),
    stop_after=st.sampled_from((*[None] * 8, 0.0, 12.5, 20.0, 60.0)),
    concurrency=st.integers(1, 3),
    failures_to_stop=st.sampled_from((1, 3, 5, 1000)),
)
manners = st.builds(
    Manners,
    empty=st.sampled_from(("204", "[]")),
    filters=st.sampled_from(("honest", "contains", "ignored")),
    pages=st.sampled_from(("exact", "overlapping", "repeated")),
    order=st.sampled_from(("by-id", "scrambled")),
    misid=st.sampled_from(("given", "null", "absent")),
    unset=st.sampled_from(("null", "absent")),
    ids=st.sampled_from(("number", "text")),
    email_once=st.sampled_from((False, False, True)),
    details_lag=st.sampled_from((0.0, 0.0, 5.0, 10.0)),
    refusal=st.sampled_from(REFUSALS),
)


@dataclass(frozen=True, slots=True)
class Person:
    """A row of the file, or somebody who stands in OneFile already.

    `stands` is a row whose account is there from the start, and is to be changed.
    """

    role: Role
    names: tuple[str, str]
    address: int
    misid: bool
    refused: bool = False
    stands: bool = False


people = st.builds(
    Person,
    role=st.sampled_from(ROLES),
    names=st.sampled_from(NAMES),
    address=st.integers(1, 3),
    misid=st.booleans(),
    refused=st.sampled_from((False,) * 7 + (True,)),
)
files = st.lists(
    st.builds(replace, people, stands=st.booleans()),
    min_size=1,
    max_size=4,
    unique_by=lambda one: (one.role, one.address),
)


def record_of(row: int, person: Person) -> Record:
    """The row of a person."""
    values: dict[str, object] = {
        "OrganisationID": ORGANISATION,
        "FirstName": person.names[0],
        "LastName": person.names[1],
        "Email": f"person{person.address}@example.com",
        "Role": person.role,
        "PlacementID": NO_PLACEMENT if person.refused else PLACEMENT,
        "Telephone": f"07700 900{row:03}",
        "WorkAddress": f"{row} High Street",
    }
    if person.misid:
        values["MISID"] = f"N{row}"
    if person.role is Role.LEARNER:
        values |= {"DefaultAssessorID": 101, "ClassroomID": 201}
    return Record(0, row, person.role, values)  # type: ignore[arg-type]  # the values are of the right kinds


def standing(record: Record) -> dict[str, object]:
    """The account of a row that is there from the start: somebody moved, and where the row is refused, nothing else."""
    return {**payload(record), "PlacementID": PLACEMENT, "WorkAddress": "Elsewhere"}


class Schedules(RuleBasedStateMachine):
    """See the module; subclasses set what a schedule is made of."""

    college_class: type[College] = College
    judge: Callable[[College, Ended], None] = staticmethod(judge)
    tally: Tally

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(dir=MEMORY if MEMORY.is_dir() else None))

    @initialize(
        file=files,
        manners=manners,
        others=st.lists(people, max_size=3),
        crowd=st.sampled_from((False, False, False, True)),
    )
    def begin(self, file: list[Person], manners: Manners, others: list[Person], *, crowd: bool) -> None:
        """The file, and who stands in OneFile before the first run."""
        rows = [record_of(row, person) for row, person in enumerate(file, start=2)]
        self.college = self.college_class(self.folder, rows, manners)
        self.tally.schedules += 1
        for row, person in zip(rows, file, strict=True):
            if person.stands:
                self.college.add_standing(standing(row))
        for person in others:
            self._bystander(person)
        for number in range(CROWD if crowd else 0):
            names = file[0].names if number == 0 else ("Somebody", f"Else{number}")
            self._bystander(Person(file[0].role, names, 100 + number, misid=True))

    def _bystander(self, person: Person) -> None:
        """Somebody whom no row means: a namesake, or the same person elsewhere."""
        values = dict(record_of(500 + len(self.college.server.users), person).values)
        values.pop("Telephone")
        if values["Email"] in {row.values["Email"] for row in self.college.rows}:
            values["OrganisationID"] = 2
        self.college.server.add(values)

    @rule(weather=weathers)
    def a_process(self, weather: Weather) -> None:
        """`submit`, or `resume` where a run is unfinished."""
        self._process(weather)

    @rule(weather=weathers)
    def a_process_anew(self, weather: Weather) -> None:
        """`submit` once more, although a run may be unfinished."""
        self._process(weather, anew=True)

    @rule(seconds=st.sampled_from((1.0, 11.0, 60.0, 300.0)))
    def time_passes(self, seconds: float) -> None:
        """Nobody does anything for a while."""
        self.college.elapse(seconds)

    @rule(person=people)
    def somebody_else_adds_a_namesake(self, person: Person) -> None:
        """Another tool makes an account of somebody with the same name."""
        self._bystander(Person(person.role, person.names, 200 + person.address, person.misid))

    @rule()
    def everybody_is_logged_out(self) -> None:
        """All sessions end."""
        self.college.server.end_sessions()

    def _process(self, weather: Weather, *, anew: bool = False) -> Ended:
        ended = self.college.process(weather, anew=anew)
        self.tally.note(ended)
        if ended.run is not None:
            self.college.excuse(ended.run)
        self.judge(self.college, ended)
        return ended

    def teardown(self) -> None:
        """The calm in which everything is finished; a schedule that failed before is left alone."""
        try:
            if hasattr(self, "college"):
                self.tally.meet(self.college.server.met)
                self._calm()
        finally:
            if hasattr(self, "college"):
                self.college.reader.close()
            shutil.rmtree(self.folder, ignore_errors=True)

    def _calm(self) -> None:
        self.college.elapse(300.0)
        while self.college.unfinished():
            self._settled(self._process(CALM))
        every_row_has_its_account(self.college)

    def _settled(self, ended: Ended) -> None:
        assert ended.carried is not None, "a calm process did not end"
        assert ended.carried.stopped is None, f"a calm process stopped: {ended.carried.stopped}"
        for key, outcome in ended.carried.outcomes.items():
            assert not isinstance(outcome, Unresolved), f"{key} is unresolved in calm: {outcome.reason}"
