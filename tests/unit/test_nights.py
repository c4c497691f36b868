"""Earlier submits are known again: the same files on another night, and the centres that have come through once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from bulk_import.api import Organisation
from bulk_import.catalogue import Role
from bulk_import.directory import Account, Directory
from bulk_import.journal import Done, Journal, Planned, RunStart, RunState, SourceRead
from bulk_import.read.table import OwnMarks
from bulk_import.run.canary import FIRST_RUN, canary_of, sentences
from bulk_import.run.desk import Desk
from bulk_import.run.job import Job
from bulk_import.run.likeness import objections_to
from bulk_import.run.nights import last_night, same_every_night, sources_of
from bulk_import.run.planning import plan_of
from bulk_import.run.protected import protect_notices
from bulk_import.run.target import Target
from bulk_import.run.world import World
from bulk_import.safety import Portrait
from bulk_import.settings import load
from bulk_import.submit import Compared
from tests.unit.tables import checked, person

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from bulk_import.check import Checked

TARGET = Target("live", "https://onefile.example.com/api", "token")
STARTED = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("/exports/people-2026-11-24.csv", "/exports/people-2026-11-25.csv", True),
        ("/exports/people 241126.xlsx", "/exports/people 251126.xlsx", True),
        ("/exports/2026.11.24T0300_people.csv", "/exports/2026.11.25T0301_people.csv", True),
        ("/exports/people1.csv", "/exports/people2.csv", False),
        ("/2025-26/people.csv", "/2026-27/people.csv", False),
        ("/exports/staff.csv", "/exports/learners.csv", False),
    ],
)
def test_a_file_is_known_again_under_the_date_of_another_night(one: str, other: str, same: bool) -> None:  # noqa: FBT001 - a table's column
    """A date in a file's name does not make another source of it; a number, a folder and another name do."""
    assert (same_every_night(one) == same_every_night(other)) is same


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """Empty."""
    with Journal.open(tmp_path / "journal.db") as opened:
        yield opened


def files(*names: str) -> tuple[SourceRead, ...]:
    """Files of these names."""
    return tuple(SourceRead(f"/exports/{name}", "0" * 64, None, 1) for name in names)


USUAL = RunStart("submit", TARGET.environment, TARGET.host, 1, files("people.csv"))


def been(journal: Journal, start: RunStart, state: RunState = RunState.FINISHED, done: int = 0) -> str:
    """A run that has been, of which some rows were done."""
    run = journal.begin_run(start)
    journal.plan(run, [Planned((0, row), 5, f"person{row}", "") for row in range(done)])
    for row in range(done):
        journal.outcome(run, (0, row), Done(5000 + row, 200))
    journal.finish_run(run, state, exit_code=0 if state is RunState.FINISHED else 3, calls=1)
    return run


def test_the_order_of_the_files_does_not_matter(journal: Journal) -> None:
    """Staff and learners, or learners and staff, are the same files, whatever day is in their names."""
    run = been(journal, replace(USUAL, sources=files("staff 2026-11-24.csv", "learners 2026-11-24.csv")))
    found = last_night(journal, TARGET, files("learners 2026-11-25.csv", "staff 2026-11-25.csv"))
    assert found is not None
    assert found.id == run
    assert last_night(journal, TARGET, files("learners 2026-11-25.csv")) is None


OTHERS = {
    "a dry run": (replace(USUAL, mode="dry-run"), RunState.FINISHED),
    "another OneFile": (replace(USUAL, host="beta.example.com"), RunState.FINISHED),
    "cut off": (USUAL, RunState.STOPPED),
    "chosen rows": (replace(USUAL, options={"job": {"only": "7", "skip": ""}}), RunState.FINISHED),
    "all rows but some": (replace(USUAL, options={"job": {"only": "", "skip": "7"}}), RunState.FINISHED),
}


@pytest.mark.parametrize("kind", OTHERS)
def test_a_run_that_says_little_of_the_next_is_passed_over(journal: Journal, kind: str) -> None:
    """The last night is the last submit of all rows that came to its end."""
    run = been(journal, USUAL)
    been(journal, *OTHERS[kind])
    found = last_night(journal, TARGET, USUAL.sources)
    assert found is not None
    assert found.id == run


def desk_of(journal: Journal, folder: Path, organisations: Sequence[str]) -> Desk:
    """A run of a tutor in each of these organisations."""
    source = checked(*(person(Role.ASSESSOR, int(one)) | {"OrganisationID": one} for one in organisations))
    return desk_with(journal, folder, source)


def desk_with(journal: Journal, folder: Path, source: Checked) -> Desk:
    """A run of one file."""
    return Desk(Job(()), load(cwd=folder, environ={}), [source], journal, STARTED)


@pytest.mark.parametrize(
    ("before", "done", "now", "first"),
    [
        ([1, 2], 1, ["1"], 0),
        ([1, 2], 1, ["1", "2"], 0),
        ([1], 1, ["1", "2"], FIRST_RUN),
        ([1], 0, ["1"], FIRST_RUN),
    ],
    ids=["one of two", "both", "a new one beside", "nothing was done"],
)
def test_a_centre_is_known_once_a_run_with_it_came_through(
    journal: Journal, tmp_path: Path, before: list[int], done: int, now: list[str], first: int
) -> None:
    """Also one of several that a run was about."""
    been(journal, replace(USUAL, organisation_id=None, options={"organisations": before}), done=done)
    assert canary_of(desk_of(journal, tmp_path, now), TARGET) == first


@pytest.mark.parametrize(("closing", "refused"), [({"known": 1}, False), ({"known": 30}, True), ({}, True)])
def test_a_night_of_refusals_does_not_have_the_next_one_refused(
    journal: Journal, tmp_path: Path, closing: dict[str, object], *, refused: bool
) -> None:
    """Whom OneFile refused is not among those that the last good run left it with; earlier versions did not count."""
    people = [person(Role.ASSESSOR, number) | {"OrganisationID": "1"} for number in range(30)]
    desk = desk_with(journal, tmp_path, checked(*people))
    start = replace(USUAL, sources=sources_of(desk), options={"portrait": Portrait(30, 0, 30).to_json()})
    journal.finish_run(journal.begin_run(start), RunState.FINISHED, exit_code=1, calls=1, closing=closing)
    assert any("min_known_percent" in sentence for sentence in said_of(desk)) is refused


def said_of(desk: Desk) -> tuple[str, ...]:
    """What speaks against sending all that this run would, where OneFile has nobody."""
    college = Organisation(1, "Example College", keychain_creation=False, email_suppression=False)
    world = World({1: college}, Directory([]))
    return objections_to(desk, TARGET, world, plan_of(desk, world, {}))


@pytest.mark.parametrize("marked", [True, False])
def test_a_file_that_came_back_to_be_corrected_may_have_many_errors(
    journal: Journal, tmp_path: Path, *, marked: bool
) -> None:
    """It is sent for the sake of the few rows that have been corrected, and is compared with no other night."""
    people = [person(Role.ASSESSOR, number) | {"OrganisationID": "1", "Email": "nobody"} for number in range(30)]
    source = checked(*people, person(Role.ASSESSOR, 40) | {"OrganisationID": "1"})
    source = replace(source, table=replace(source.table, marks=OwnMarks("Problems", 1) if marked else None))
    desk = desk_with(journal, tmp_path, source)
    been(journal, replace(USUAL, sources=sources_of(desk), options={"portrait": Portrait(100, 0, 100).to_json()}))
    assert bool(said_of(desk)) is not marked


PROTECTED = [
    (["M00001", "m00002", "id:77"], False, []),
    (["77"], False, ["write id:77."]),
    (["0077"], False, ["write id:77."]),
    (["id:78"], False, ["organisations of the file: id:78. "]),
    (["M9", "M8", "id:78", "77"], False, ["write id:77.", "organisations of the file: id:78, 2 MISIDs. "]),
    (["M9"], False, ["organisations of the file: 1 MISID. "]),
    (["M9"], True, []),
]


@pytest.mark.parametrize(("listed", "silent", "words"), PROTECTED)
def test_a_slip_in_protect_is_told(
    journal: Journal, tmp_path: Path, listed: list[str], words: list[str], *, silent: bool
) -> None:
    """Who is named and not there is protected from nothing; people's references are counted and not told."""
    desk = desk_with(journal, tmp_path, checked(person(Role.ASSESSOR, 1)))
    desk = replace(desk, settings=replace(desk.settings, protect=frozenset(listed)))
    seat = (1, Role.ASSESSOR)
    directory = Directory([Account(77, frozenset({seat}), {"MISID": "M00002"})])
    said = list(protect_notices(desk, World({}, directory, silent=frozenset({seat} if silent else ()))))
    assert len(said) == len(words)
    assert all(word in sentence for word, sentence in zip(words, said, strict=True))
    assert not any(misid in sentence for sentence in said for misid in ("M9", "M8"))


def test_nothing_is_said_of_a_trial_of_which_no_row_was_left(journal: Journal, tmp_path: Path) -> None:
    """Where OneFile refused every first row nothing was held against anything."""
    desk = desk_of(journal, tmp_path, ["1"])
    assert list(sentences(Compared(), desk, "run")) == []
    assert list(sentences(Compared(agreeing=((0, 2),)), desk, "run")) == [
        "First, as a trial: row 2. OneFile holds what was sent."
    ]
