"""Rows that name somebody whom another row of the same run makes."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from bulk_import.catalogue import Role
from bulk_import.journal import Done, Journal, NotSent, Rejected, Unresolved
from bulk_import.kinds import Awaited
from bulk_import.sandbox import Fault, Faults
from tests.unit.practice import Practice, row

if TYPE_CHECKING:
    from pathlib import Path

    from bulk_import.actions import Create
    from bulk_import.submit import Progress

TUTOR = Awaited(0, 2)


def people() -> list[Create]:
    """A learner, before the tutor and the employer whom she names."""
    learner = row(4, Role.LEARNER, DefaultAssessorID=TUTOR, DefaultEmployerID=Awaited(0, 3))
    return [learner, row(2, Role.ASSESSOR), row(3, Role.EMPLOYER)]


def learners_tutor(practice: Practice) -> object:
    """Whom the learner has as an assessor."""
    (learner,) = [user for user in practice.world.users() if user.get("MISID") == "N00004"]
    return learner["DefaultAssessorID"]


def test_the_id_is_filled_in_when_the_account_is_made(tmp_path: Path) -> None:
    """Whoever is named goes first, whatever the order of the rows, and the learner gets their ids."""
    practice = Practice(tmp_path)
    carried = practice.run(practice.process(people()))
    tutor = carried.outcomes[0, 2]
    assert isinstance(tutor, Done)
    assert carried.stopped is None
    assert learners_tutor(practice) == tutor.user_id


def test_after_a_stop_the_row_is_the_same_and_gets_its_id(tmp_path: Path) -> None:
    """The journal digests whom a row waits for and not the id, so the next process may go on with it."""
    practice = Practice(tmp_path)

    async def stopped() -> None:
        stop = asyncio.Event()

        def after_the_first(_: Progress) -> None:
            stop.set()

        first = await practice.process(people(), stop=stop, on_progress=after_the_first, concurrency=1)
        assert isinstance(first.outcomes[0, 4], NotSent)

    practice.run(stopped())
    again = practice.run(practice.process(people()))
    assert all(isinstance(outcome, Done) for outcome in again.outcomes.values())
    tutor = again.outcomes[0, 2]
    assert isinstance(tutor, Done)
    assert learners_tutor(practice) == tutor.user_id
    assert practice.twice() == []


def test_whoever_was_made_by_an_earlier_part_need_not_be_given_again(tmp_path: Path) -> None:
    """A process that is given the learner alone finds her tutor in the journal."""
    practice = Practice(tmp_path)
    practice.run(practice.process(people()[1:]))
    carried = practice.run(practice.process(people()[:1]))
    assert isinstance(carried.outcomes[0, 4], Done)


def test_a_refusal_leaves_whoever_waits_in_vain(tmp_path: Path) -> None:
    """The learner is not sent, the run is over all the same, and it is said whom she waited for."""
    practice = Practice(tmp_path)
    learner, tutor = people()[:2]
    refused = row(3, Role.EMPLOYER, PlacementID=999)
    carried = practice.run(practice.process([learner, tutor, refused]))
    assert isinstance(carried.outcomes[0, 3], Rejected)
    assert isinstance(carried.outcomes[0, 4], NotSent)
    assert carried.in_vain == {(0, 4): {"DefaultEmployerID": Awaited(0, 3)}}
    assert carried.stopped is None
    again = practice.run(practice.process([learner]))
    assert again.in_vain == carried.in_vain


def test_a_doubt_leaves_whoever_waits_to_a_resumed_run(tmp_path: Path) -> None:
    """While nobody can tell whether the tutor is there, the learner waits, and the run says that it can go on."""
    practice = Practice(tmp_path, faults=Faults([Fault(kind="status-before", on="create", times=5)]))
    pair = [row(4, Role.LEARNER, DefaultAssessorID=TUTOR), row(2, Role.ASSESSOR)]
    carried = practice.run(practice.process(pair))
    assert isinstance(carried.outcomes[0, 2], Unresolved)
    assert isinstance(carried.outcomes[0, 4], NotSent)
    assert carried.stopped is not None
    assert "wait for" in carried.stopped.message
    again = practice.run(practice.process(pair))
    assert all(isinstance(outcome, Done) for outcome in again.outcomes.values())


def test_the_journal_says_that_a_row_was_left_waiting(tmp_path: Path) -> None:
    """It has no attempt, and its reason names nobody."""
    practice = Practice(tmp_path)
    learner, _, _ = people()
    practice.run(practice.process([learner]))
    with Journal.open(practice.file) as journal:
        (operation,) = journal.operations(practice.run_name or "")
    assert operation.attempts == 0
    assert operation.outcome == NotSent("it names somebody whose own row is not settled")
