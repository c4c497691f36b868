"""The first rows go alone and are compared; the others follow only if OneFile holds what was sent."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

import httpx
import pytest

from bulk_import.actions import Update
from bulk_import.catalogue import FIELDS, Role
from bulk_import.errors import CanaryDiffers
from bulk_import.journal import Done, Journal, NotSent, Rejected
from bulk_import.kinds import Awaited
from bulk_import.run import Job
from bulk_import.run.canary import sentences
from bulk_import.run.desk import Desk
from bulk_import.sandbox import Fault, Faults, Switches
from bulk_import.settings import load
from bulk_import.submit import Compared
from tests.unit.practice import Practice, row, rows
from tests.unit.reporting import STARTED, assessor, checked, table

if TYPE_CHECKING:
    from pathlib import Path

    from bulk_import.actions import Create
    from bulk_import.submit import Carried

STAFF = [row(number, CompanyName="") for number in (2, 3, 4)]
LEARNERS = [row(number, Role.LEARNER, EpisodeName="Level 3 Diploma") for number in (5, 6, 7)]
PEOPLE = [*STAFF, *LEARNERS]


class Told(httpx.AsyncBaseTransport):
    """What OneFile answers of single accounts, made otherwise on the way.

    Args:
        practice: whose answers; the transport puts itself in between.
        changed: field → the value told in its place; None tells none.
        late: how many times an account is not found at first.
    """

    def __init__(self, practice: Practice, changed: dict[str, object] | None = None, late: int = 0) -> None:
        self._inner = practice.transport
        self._changed = changed or {}
        self._late = late
        self.asked: Counter[str] = Counter()
        practice.transport = self

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Passes a call on."""
        answer = await self._inner.handle_async_request(request)
        if request.method != "GET" or "/user/" not in request.url.path.lower():
            return answer
        self.asked[request.url.path] += 1
        if self.asked[request.url.path] <= self._late:
            return httpx.Response(404, json={"code": -1, "message": "not found"}, request=request)
        told = json.loads(await answer.aread())
        return httpx.Response(200, json={**told, **self._changed}, request=request)

    def heal(self) -> None:
        """Tells the truth from now on."""
        self._changed = {}


def test_a_row_of_several_sheets_is_told_with_its_sheet(tmp_path: Path) -> None:
    """Two sheets of one file both have a row 2, and the file's name stays as it is typed."""
    people = checked(*(table([assessor(number)], sheet=sheet) for number, sheet in enumerate(("Staff", "New"))))
    with Journal.open(tmp_path / "journal.db") as journal:
        settings = load(environ={}, cwd=tmp_path)
        both, one = (Desk(Job(()), settings, some, journal, STARTED) for some in (people, people[:1]))
        agreed = Compared(agreeing=((0, 2), (1, 2)))
        assert next(sentences(agreed, both, "RUN")).startswith(
            "First, as a trial: row 2 of staff.xlsx (Staff), row 2 of staff.xlsx (New)."
        )
        differing = Compared(differing={(0, 2): (7, ("DOB",))})
        assert next(sentences(differing, both, "RUN")).startswith("Row 2 of staff.xlsx (Staff) (user id 7) came back")
        assert next(sentences(differing, one, "RUN")).startswith("Row 2 (user id 7) came back")


def carried(
    practice: Practice, people: list[Create], canary: int = 1, done_before: list[Create] | None = None
) -> Carried:
    """What one process does."""
    return practice.run(practice.process(people, canary=canary, done_before=done_before or []))


def fates(result: Carried) -> list[tuple[int, str]]:
    """Row → the kind of its outcome."""
    return [(row, type(outcome).__name__) for (_, row), outcome in sorted(result.outcomes.items())]


@pytest.mark.parametrize(("number", "first"), [(1, [2, 5]), (2, [2, 3, 5, 6]), (9, [2, 3, 4, 5, 6, 7])])
def test_the_first_rows_of_each_role_go_first(tmp_path: Path, number: int, first: list[int]) -> None:
    """So many rows of each role are sent and fetched before any other is sent; then all others follow."""
    practice = Practice(tmp_path)
    told = Told(practice)
    result = carried(practice, PEOPLE, number)
    assert result.compared is not None
    assert [key[1] for key in result.compared.agreeing] == first
    assert (result.stopped, practice.creates_seen(), practice.twice()) == (None, len(PEOPLE), [])
    kinds = [call.method for call in practice.world.calls() if call.path.lower().rpartition("/user")[1]]
    assert kinds.index("GET") == len(first)
    assert sum(told.asked.values()) == len(first)


def test_nothing_follows_where_a_field_came_back_otherwise(tmp_path: Path) -> None:
    """The rest is not sent, all of it is accounted for, and row and field are named, never a value."""
    practice = Practice(tmp_path)
    Told(practice, {"EpisodeName": "Level 2"})
    result = carried(practice, PEOPLE)
    assert fates(result) == [(2, "Done"), (3, "NotSent"), (4, "NotSent"), (5, "Done"), (6, "NotSent"), (7, "NotSent")]
    assert isinstance(result.stopped, CanaryDiffers)
    assert result.compared is not None
    assert result.compared.agreeing == ((0, 2),)
    (key, (user_id, fields)) = next(iter((result.compared.differing or {}).items()))
    assert (key, fields, user_id in practice.made()) == ((0, 5), ("EpisodeName",), True)


def test_a_resumed_run_compares_again(tmp_path: Path) -> None:
    """Nothing goes on while it differs; once it agrees, or nobody asks any more, the rest is sent, and nobody twice."""
    practice = Practice(tmp_path)
    told = Told(practice, {"LastName": "Somebody"})
    assert carried(practice, PEOPLE).stopped is not None
    done, left = [PEOPLE[0], PEOPLE[3]], [*PEOPLE[1:3], *PEOPLE[4:]]
    again = carried(practice, left, done_before=done)
    assert (type(again.stopped), practice.creates_seen()) == (CanaryDiffers, 2)
    told.heal()
    last = carried(practice, left, done_before=done)
    assert (last.stopped, practice.creates_seen(), practice.twice()) == (None, len(PEOPLE), [])
    assert last.compared is not None
    assert last.compared.agreeing == ((0, 2), (0, 5))


def test_a_resumed_run_need_not_compare(tmp_path: Path) -> None:
    """With no row to go first the rest is sent, whatever OneFile tells."""
    practice = Practice(tmp_path)
    Told(practice, {"LastName": "Somebody"})
    assert carried(practice, PEOPLE).stopped is not None
    last = carried(practice, [*PEOPLE[1:3], *PEOPLE[4:]], canary=0, done_before=[PEOPLE[0], PEOPLE[3]])
    assert (last.stopped, practice.creates_seen()) == (None, len(PEOPLE))


@pytest.mark.parametrize("shown", ["null", "absent"])
def test_what_onefile_hides_neither_agrees_nor_contradicts(tmp_path: Path, shown: str) -> None:
    """Fields that are never shown do not stop a run, and are named, except the role, which is compared with nothing."""
    practice = Practice(tmp_path, switches=Switches(unset_fields="null" if shown == "null" else "absent"))
    Told(practice, {"Email": None, "EpisodeName": None})
    result = carried(practice, PEOPLE)
    assert result.stopped is None
    assert result.compared is not None
    assert set(result.compared.hidden) >= {"Email", "EpisodeName"}
    assert "Role" not in result.compared.hidden
    assert result.compared.shown >= {"FirstName", "MISID"}
    assert result.compared.shown.isdisjoint(result.compared.hidden)


@pytest.mark.parametrize("shown", [(), ("OrganisationID",), ("Role",), ("OrganisationID", "Role", "EpisodeName")])
def test_a_row_of_which_nothing_of_its_own_is_shown_agrees_with_nothing(tmp_path: Path, shown: tuple[str, ...]) -> None:
    """An answer without a single field that is the person's own proves nothing, so nothing follows."""
    practice = Practice(tmp_path)
    Told(practice, dict.fromkeys(set(FIELDS) - set(shown)))
    result = carried(practice, PEOPLE)
    assert (type(result.stopped), practice.creates_seen()) == (CanaryDiffers, 2)
    assert result.compared is not None
    assert (result.compared.agreeing, result.compared.unseen) == ((), ((0, 2), (0, 5)))


@pytest.mark.parametrize("shown", ["FirstName", "LastName", "Email", "MISID"])
def test_one_field_of_the_person_s_own_is_enough(tmp_path: Path, shown: str) -> None:
    """What else was sent OneFile may hide."""
    practice = Practice(tmp_path)
    Told(practice, dict.fromkeys(set(FIELDS) - {shown}))
    assert carried(practice, PEOPLE).stopped is None


def test_an_update_agrees_where_what_it_changed_is_shown(tmp_path: Path) -> None:
    """Nothing of the person's own was sent, and none is asked for."""
    practice = Practice(tmp_path)
    Told(practice, dict.fromkeys(set(FIELDS) - {"Telephone"}))
    change = Update(row(2, Telephone="01632 960001").record, 105, ("Telephone",))
    result = practice.run(practice.process([change, row(3)], canary=1))
    assert result.compared is not None
    assert (result.stopped, result.compared.agreeing) == (None, ((0, 2),))


@pytest.mark.parametrize("value", ["", 0, "0001-01-01T00:00:00Z"])
def test_what_onefile_shows_as_empty_is_empty(tmp_path: Path, value: object) -> None:
    """A field that comes back empty was not kept."""
    practice = Practice(tmp_path)
    Told(practice, {"MISID": value})
    assert isinstance(carried(practice, PEOPLE).stopped, CanaryDiffers)


def test_an_account_that_is_shown_late_is_waited_for(tmp_path: Path) -> None:
    """Two looks in vain and searches that lag stop nothing; an account that is never shown does."""
    practice = Practice(tmp_path, faults=Faults(faults=(Fault(kind="search-lag", on="create", seconds=8),)))
    told = Told(practice, late=2)
    assert (carried(practice, PEOPLE).stopped, max(told.asked.values())) == (None, 3)
    hidden = Practice(tmp_path / "hidden")
    Told(hidden, late=99)
    result = carried(hidden, PEOPLE)
    assert (type(result.stopped), hidden.creates_seen()) == (CanaryDiffers, 2)
    assert result.compared is not None
    assert result.compared.unseen == ((0, 2), (0, 5))


def test_the_next_row_stands_in_for_one_that_is_refused(tmp_path: Path) -> None:
    """A refusal makes no account and proves nothing, so the next row of the role goes first in its place."""
    practice = Practice(tmp_path)
    bad = row(5, Role.LEARNER, PlacementID=999_999)
    result = carried(practice, [*STAFF, bad, *LEARNERS[1:]])
    assert isinstance(result.outcomes[0, 5], Rejected)
    assert result.compared is not None
    assert (result.stopped, result.compared.agreeing) == (None, ((0, 2), (0, 6)))


def test_a_row_without_a_clear_answer_is_looked_up_and_then_compared(tmp_path: Path) -> None:
    """A connection that breaks after the first create does not make a second account, nor stop the run."""
    practice = Practice(tmp_path, faults=Faults(faults=(Fault(kind="reset-after", on="create", times=1),)))
    result = carried(practice, PEOPLE)
    assert (result.stopped, practice.twice(), len(practice.made())) == (None, [], len(PEOPLE))


def test_where_nothing_is_left_nothing_is_stopped(tmp_path: Path) -> None:
    """A run of one row ends as it ends; that it came back otherwise is still told."""
    practice = Practice(tmp_path)
    Told(practice, {"LastName": "Somebody"})
    result = carried(practice, rows(1))
    assert result.stopped is None
    assert result.compared is not None
    assert not result.compared.agrees


def test_without_a_canary_nothing_is_fetched(tmp_path: Path) -> None:
    """Later runs cost no call more."""
    practice = Practice(tmp_path)
    told = Told(practice)
    result = carried(practice, PEOPLE, canary=0)
    assert (result.compared, sum(told.asked.values())) == (None, 0)
    assert all(isinstance(outcome, Done) and not isinstance(outcome, NotSent) for outcome in result.outcomes.values())


def test_whoever_a_first_row_names_goes_first_too(tmp_path: Path) -> None:
    """A learner whose tutor is made by a later row of the run goes with this tutor; both are compared."""
    learner = row(9, Role.LEARNER, DefaultAssessorID=Awaited(0, 4))
    practice = Practice(tmp_path)
    result = carried(practice, [*STAFF, learner, row(10, Role.LEARNER)])
    assert result.compared is not None
    assert (result.stopped, set(result.compared.agreeing)) == (None, {(0, 2), (0, 4), (0, 9)})


def test_a_first_row_that_waits_in_vain_has_the_next_in_its_place(tmp_path: Path) -> None:
    """Where OneFile refuses the tutor, the learner is not sent and proves nothing."""
    refused = row(4, Role.ASSESSOR, Email="")
    learner = row(9, Role.LEARNER, DefaultAssessorID=Awaited(0, 4))
    practice = Practice(tmp_path)
    result = carried(practice, [*STAFF[:2], refused, learner, row(10, Role.LEARNER)])
    assert (result.stopped, set(result.in_vain)) == (None, {(0, 9)})
    assert result.compared is not None
    assert set(result.compared.agreeing) == {(0, 2), (0, 10)}
