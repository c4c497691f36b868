"""Sending against the practice OneFile: exactly one account a row, whatever fails."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import httpx
import pytest

from bulk_import.catalogue import Role
from bulk_import.check import payload
from bulk_import.errors import ApiDown, CredentialsRefused, Interrupted, RefusedAsUnsafe
from bulk_import.journal import Done, Journal, NotSent, Rejected, State, Unresolved
from bulk_import.sandbox import CUSTOMER_TOKEN, Fault, Faults, Switches
from bulk_import.wire import create_user
from tests.unit.practice import Practice, row, rows

if TYPE_CHECKING:
    from pathlib import Path

    from bulk_import.sandbox.faults import FaultKind
    from bulk_import.submit import Carried, Progress


def _agrees(practice: Practice, carried: Carried) -> None:
    """The accounts that were made are those of the rows that are said to be done, one for each."""
    done = {outcome.user_id for outcome in carried.outcomes.values() if isinstance(outcome, Done)}
    assert set(practice.made()) == done
    assert practice.twice() == []
    with Journal.open(practice.file) as journal:
        assert practice.run_name is not None
        written = {operation.planned.key: operation.outcome for operation in journal.operations(practice.run_name)}
    assert written == carried.outcomes


def test_a_clean_run_makes_one_account_a_row_staff_first(tmp_path: Path) -> None:
    """Staff come before employers and observers, those before learners, and each row is created in one attempt."""
    order = (Role.LEARNER, Role.OBSERVER, Role.IQA, Role.EMPLOYER, Role.ASSESSOR, Role.TRAINEE_ASSESSOR)
    creates = [row(number, order[number % 6]) for number in range(2, 62)]
    practice = Practice(tmp_path)
    seen: list[Progress] = []
    carried = practice.run(practice.process(creates, on_progress=seen.append))
    assert carried.stopped is None
    assert len(carried.outcomes) == 60
    assert all(isinstance(one, Done) and not one.confirmed and one.attempts == 1 for one in carried.outcomes.values())
    _agrees(practice, carried)
    roles = [user["Role"] for user in sorted(practice.world.users(), key=lambda user: user["ID"])][-60:]
    rank = {4: 0, 5: 0, 10: 0, 40: 1, 45: 1, 1: 2}
    assert [rank[role] for role in roles] == sorted(rank[role] for role in roles)
    assert [(now.done, now.total, now.succeeded, now.failed) for now in seen] == [(n, 60, n, 0) for n in range(1, 61)]


BEFORE: tuple[FaultKind, ...] = (
    "reset-before",
    "stall-before",
    "status-before",
    "html-before",
    "unauthorised",
    "throttle",
)
AFTER: tuple[FaultKind, ...] = ("reset-after", "stall-after", "status-after", "truncated", "html")


@pytest.mark.parametrize("kind", BEFORE)
@pytest.mark.parametrize("misid", [True, False])
def test_what_did_not_arrive_is_sent_again(tmp_path: Path, kind: FaultKind, *, misid: bool) -> None:
    """A create that was lost before it was processed arrives at its second attempt, once."""
    practice = Practice(tmp_path, Faults([Fault(kind=kind, on="create", calls=(2, 5))]))
    creates = rows(6) if misid else rows(6, MISID=None)
    carried = practice.run(practice.process(creates, concurrency=1))
    _agrees(practice, carried)
    done = [outcome for outcome in carried.outcomes.values() if isinstance(outcome, Done)]
    assert [outcome.attempts for outcome in done] == [1, 2, 1, 2, 1, 1]
    assert not any(outcome.confirmed for outcome in done)


@pytest.mark.parametrize("kind", AFTER)
@pytest.mark.parametrize("lag", [0.0, 9.9, 10.0])
@pytest.mark.parametrize("misid", [True, False])
def test_what_arrived_unseen_is_found_and_not_sent_again(
    tmp_path: Path, kind: FaultKind, lag: float, *, misid: bool
) -> None:
    """A create that was processed without a usable answer is proved by a look-up, even if searches lag ten seconds."""
    faults = [Fault(kind=kind, on="create", calls=(2, 5))]
    if lag:
        faults.append(Fault(kind="search-lag", seconds=lag))
    practice = Practice(tmp_path, Faults(faults))
    creates = rows(6) if misid else rows(6, MISID=None)
    carried = practice.run(practice.process(creates))
    _agrees(practice, carried)
    done = [outcome for outcome in carried.outcomes.values() if isinstance(outcome, Done)]
    assert [outcome.attempts for outcome in done] == [1] * 6
    assert sum(outcome.confirmed for outcome in done) == 2
    assert practice.creates_seen() == 6


def test_without_the_wait_a_lagging_search_makes_duplicates(tmp_path: Path) -> None:
    """The counter-proof: with no wait before the second look the same faults do make second accounts."""
    faults = Faults(
        [Fault(kind="reset-after", on="create", calls=(2, 5)), Fault(kind="search-lag", seconds=10.0)],
    )
    practice = Practice(tmp_path, faults)
    practice.run(practice.process(rows(6), settle_wait=0.0))
    assert practice.twice() != []


HOSTILE = (
    Switches(filters="ignored"),
    Switches(filters="contains"),
    Switches(misid_in_search="absent"),
    Switches(misid_in_search="null", filters="ignored", pages="exact", page_cap=10),
    Switches(account_fields="all", unset_fields="absent", search_empty="[]"),
    Switches(error_body="html", order="by-id", filters="contains"),
)


@pytest.mark.parametrize("switches", HOSTILE)
@pytest.mark.parametrize("misid", [True, False])
def test_no_filter_or_order_of_onefile_is_trusted(tmp_path: Path, switches: Switches, *, misid: bool) -> None:
    """Ignored or loose filters, missing MISIDs, odd pages: rows in doubt are still told from their namesakes."""
    faults = Faults(
        [
            Fault(kind="reset-after", on="create", every=3),
            Fault(kind="reset-before", on="create", every=4),
            Fault(kind="search-lag", seconds=5.0),
        ],
    )
    practice = Practice(tmp_path, faults, switches)
    # namesakes on purpose: only e-mail and MISID set them apart
    creates = [
        row(number, Role.LEARNER, FirstName="Sam", LastName="Example", MISID=f"N{number}" if misid else None)
        for number in range(2, 22)
    ]
    carried = practice.run(practice.process(creates))
    assert all(isinstance(outcome, Done) for outcome in carried.outcomes.values())
    _agrees(practice, carried)
    for create, outcome in zip(creates, carried.outcomes.values(), strict=True):
        assert isinstance(outcome, Done)
        assert practice.made()[outcome.user_id] == create.record.values["Email"]


@pytest.mark.parametrize("misids", [("N1", "N2"), (None, None), ("N1", None)])
def test_two_rows_of_one_person_get_an_account_each(tmp_path: Path, misids: tuple[str | None, ...]) -> None:
    """One person in two rows is never in doubt twice at a time, so no account is taken for both rows."""
    practice = Practice(tmp_path, Faults([Fault(kind="reset-after", on="create")]))
    creates = [row(number, Email="twin@example.com", MISID=misid) for number, misid in enumerate(misids, start=2)]
    creates = [
        row(c.record.row, FirstName="Sam", LastName="Twin", Email="twin@example.com", MISID=m)
        for c, m in zip(creates, misids, strict=True)
    ]
    carried = practice.run(practice.process(creates))
    first, second = carried.outcomes.values()
    assert isinstance(first, Done)
    assert isinstance(second, Done)
    assert {first.user_id, second.user_id} == set(practice.made())


def test_one_refused_row_stops_no_other_and_says_why_without_naming_anybody(tmp_path: Path) -> None:
    """Rows that OneFile refuses end as rejected with its code; the others are made; no attempt is repeated."""
    practice = Practice(tmp_path)
    creates = [row(2, Role.LEARNER), row(3, Role.LEARNER, PlacementID=99_999), row(4, Role.LEARNER)]
    carried = practice.run(practice.process(creates))
    first, refused, last = carried.outcomes.values()
    assert isinstance(first, Done)
    assert isinstance(last, Done)
    assert isinstance(refused, Rejected)
    assert (refused.http_status, refused.code, refused.attempts) == (400, -57, 1)
    assert "Example" not in refused.message
    assert carried.stopped is None
    _agrees(practice, carried)


def test_an_api_that_is_down_stops_the_run_and_resume_finishes_it(tmp_path: Path) -> None:
    """After some failures in a row nothing more is sent, no row is lost, and going on makes each account once."""
    lost = tuple(range(21, 200))
    faults = Faults([Fault(kind="status-after", on="create", calls=lost), Fault(kind="status-before", on="search")])
    practice = Practice(tmp_path, faults)
    creates = rows(300)

    async def main() -> tuple[Carried, Carried]:
        stopped = await practice.process(creates, failures_to_stop=5)
        practice.world.faults = Faults()
        return stopped, await practice.process(creates)

    practice.world.faults = Faults(
        [Fault(kind="status-after", on="create", calls=tuple(range(21, 200))), Fault(kind="status-before", on="search")]
    )
    stopped, finished = practice.run(main())
    assert isinstance(stopped.stopped, ApiDown)
    assert len(stopped.outcomes) == 300
    left = sum(isinstance(outcome, NotSent) for outcome in stopped.outcomes.values())
    doubtful = sum(isinstance(outcome, Unresolved) for outcome in stopped.outcomes.values())
    assert left + doubtful == 280
    assert doubtful <= 16
    assert finished.stopped is None
    assert all(isinstance(outcome, Done) for outcome in finished.outcomes.values())
    _agrees(practice, finished)


def test_without_any_connection_nothing_counts_as_sent(tmp_path: Path) -> None:
    """Where no connection ever stands the run stops after a few tries and every row is not sent."""
    practice = Practice(tmp_path)

    def refuse(_request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("nobody there")

    practice.transport = httpx.MockTransport(refuse)
    carried = practice.run(practice.process(rows(100), failures_to_stop=5))
    assert isinstance(carried.stopped, ApiDown)
    assert {type(outcome) for outcome in carried.outcomes.values()} == {NotSent}
    assert len(carried.outcomes) == 100
    assert practice.calls <= 10


def test_refused_credentials_stop_the_run_before_anything_is_sent(tmp_path: Path) -> None:
    """A customer token that OneFile does not know leaves every row not sent."""
    practice = Practice(tmp_path)
    carried = practice.run(practice.process(rows(20), token="wrong-token"))  # noqa: S106 - opens nothing
    assert isinstance(carried.stopped, CredentialsRefused)
    assert {type(outcome) for outcome in carried.outcomes.values()} == {NotSent}
    assert practice.made() == {}


def test_sessions_that_end_in_mid_run_cost_an_attempt_and_nothing_else(tmp_path: Path) -> None:
    """When everybody is logged out in mid-run the rows in flight are sent again with a fresh session."""
    practice = Practice(tmp_path)

    def log_out(now: Progress) -> None:
        if now.done in {5, 20}:
            practice.world.end_sessions()

    carried = practice.run(practice.process(rows(30), on_progress=log_out))
    _agrees(practice, carried)
    assert {type(outcome) for outcome in carried.outcomes.values()} == {Done}


@pytest.mark.parametrize("latency", [0.0, 2.0])
def test_a_stop_lets_calls_in_flight_finish_and_resume_does_the_rest(tmp_path: Path, latency: float) -> None:
    """After a stop no further create leaves, those in flight end with an outcome, and resume sends only the rest."""
    practice = Practice(tmp_path, Faults(latency=latency))
    creates = rows(60)

    async def main() -> tuple[Carried, int, Carried]:
        stop = asyncio.Event()
        asyncio.get_running_loop().call_later(8.3 + latency, stop.set)
        stopped = await practice.process(creates, stop=stop)
        seen = practice.creates_seen()
        return stopped, seen, await practice.process(creates)

    stopped, seen, finished = practice.run(main())
    assert isinstance(stopped.stopped, Interrupted)
    done = [outcome for outcome in stopped.outcomes.values() if isinstance(outcome, Done)]
    assert 20 < len(done) == seen < 60
    assert sum(isinstance(outcome, NotSent) for outcome in stopped.outcomes.values()) == 60 - seen
    assert practice.creates_seen() == 60
    _agrees(practice, finished)


def test_a_stop_while_all_wait_for_the_minute_is_heeded_at_once(tmp_path: Path) -> None:
    """A run that waits out a 429 stops when told to, not a minute later."""
    practice = Practice(tmp_path, Faults([Fault(kind="throttle", on="create", calls=(3,))]))

    async def main() -> tuple[Carried, float]:
        stop = asyncio.Event()
        began = practice.clock.now
        asyncio.get_running_loop().call_later(5.0, stop.set)
        carried = await practice.process(rows(20), stop=stop)
        return carried, practice.clock.now - began

    carried, took = practice.run(main())
    assert took < 6.0
    assert isinstance(carried.stopped, Interrupted)
    assert len(carried.outcomes) == 20


def test_a_row_in_doubt_when_the_run_is_stopped_is_unresolved_and_resume_settles_it(tmp_path: Path) -> None:
    """A stop ends the wait for the second look; the row stays unresolved until resume looks again."""
    faults = Faults([Fault(kind="reset-after", on="create", calls=(1,)), Fault(kind="search-lag", seconds=8.0)])
    practice = Practice(tmp_path, faults)

    async def main() -> tuple[Carried, Carried]:
        stop = asyncio.Event()
        asyncio.get_running_loop().call_later(5.0, stop.set)
        return await practice.process(rows(3), stop=stop), await practice.process(rows(3))

    stopped, finished = practice.run(main())
    assert [type(outcome) for outcome in stopped.outcomes.values()] == [Unresolved, Done, Done]
    first = next(iter(finished.outcomes.values()))
    assert isinstance(first, Done)
    assert first.confirmed
    _agrees(practice, finished)
    assert practice.creates_seen() == 3


def test_a_journal_that_fails_stops_the_run_before_the_next_call(tmp_path: Path) -> None:
    """Once an intent cannot be written nothing more is sent, and no row is lost."""
    practice = Practice(tmp_path)
    creates = rows(40)

    def close(journal: Journal) -> None:
        asyncio.get_running_loop().call_later(4.0, journal.close)

    carried = practice.run(practice.process(creates, on_journal=close))
    assert carried.stopped is not None
    assert "journal" in carried.stopped.message
    assert len(carried.outcomes) == 40
    done = {outcome.user_id for outcome in carried.outcomes.values() if isinstance(outcome, Done)}
    assert done == set(practice.made())
    assert 0 < len(done) < 40
    finished = practice.run(practice.process(creates))
    assert {type(outcome) for outcome in finished.outcomes.values()} == {Done}
    _agrees(practice, finished)


def test_what_was_there_before_is_never_taken_for_a_new_account(tmp_path: Path) -> None:
    """A namesake who stood there before the run does not prove a row in doubt; the set of the first start counts."""
    practice = Practice(tmp_path)
    practice.run(practice.process([row(2)]))
    (old,) = practice.made()
    practice.run_name = None
    practice.world.faults = Faults([Fault(kind="reset-before", on="create", calls=(1,))])
    carried = practice.run(practice.process([row(2)]))
    (outcome,) = carried.outcomes.values()
    assert isinstance(outcome, Done)
    assert outcome.user_id != old
    assert outcome.attempts == 2


def test_a_person_sent_by_another_run_just_now_is_looked_up_before_being_sent_again(tmp_path: Path) -> None:
    """A stopped run that is taken up while searches do not show yet what a later run made sends nobody twice."""
    practice = Practice(tmp_path, Faults([Fault(kind="search-lag", seconds=9.0)]))
    creates = rows(3)

    async def main() -> Carried:
        stop = asyncio.Event()
        stop.set()
        await practice.process(creates, stop=stop)
        stopped, practice.run_name = practice.run_name, None
        await practice.process(creates)
        practice.run_name = stopped
        return await practice.process(creates)

    carried = practice.run(main())
    assert all(isinstance(outcome, Done) and outcome.confirmed for outcome in carried.outcomes.values())
    assert practice.creates_seen() == 3


@pytest.mark.parametrize("status", [400, 404])
def test_an_account_that_a_search_shows_and_that_cannot_be_read_is_not_sent_again(tmp_path: Path, status: int) -> None:
    """Where a new account of that name cannot be fetched, the row in doubt is unresolved and not sent on top of it."""
    hidden = Fault(kind="status-before", on="get", status=status)
    practice = Practice(tmp_path, Faults([Fault(kind="reset-after", on="create", calls=(1,)), hidden]))
    (outcome,) = practice.run(practice.process([row(2)])).outcomes.values()
    assert isinstance(outcome, Unresolved)
    assert "cannot be read" in outcome.reason
    assert practice.creates_seen() == 1


def test_content_that_changed_since_the_run_began_is_not_sent(tmp_path: Path) -> None:
    """Going on with a run whose rows would now say something else is refused before any call."""
    practice = Practice(tmp_path)
    practice.run(practice.process([row(2)]))
    with pytest.raises(RefusedAsUnsafe, match="no longer"):
        practice.run(practice.process([row(2, FirstName="Other")]))
    with pytest.raises(ValueError, match="twice"):
        practice.run(practice.process([row(3), row(3)]))


def test_rows_that_never_get_a_clear_answer_end_unresolved(tmp_path: Path) -> None:
    """Attempts are bounded: a row whose every attempt is lost ends as unresolved, and others go on."""
    practice = Practice(tmp_path, Faults([Fault(kind="reset-before", on="create", calls=(1, 3, 4, 5, 6, 7, 8))]))
    carried = practice.run(practice.process(rows(2), concurrency=1))
    first, second = carried.outcomes.values()
    assert isinstance(first, Done)
    assert isinstance(second, Unresolved)
    assert second.attempts == 5


def test_an_account_that_fits_but_differs_is_left_to_a_person(tmp_path: Path) -> None:
    """A new account with the row's MISID and another name is not taken for it, and nothing is sent on top."""
    practice = Practice(tmp_path, Faults([Fault(kind="reset-before", on="create", calls=(1,))]))

    async def main() -> Carried:
        async def somebody_else() -> None:
            await asyncio.sleep(3.0)
            async with practice.onefile(CUSTOMER_TOKEN, 1, 60) as api:
                await api.call(create_user(payload(row(9, MISID="N00002").record)))

        meddling = asyncio.ensure_future(somebody_else())
        carried = await practice.process([row(2)])
        await meddling
        return carried

    (outcome,) = practice.run(main()).outcomes.values()
    assert isinstance(outcome, Unresolved)
    assert "5001" in outcome.reason
    assert len(practice.made()) == 1


def test_a_late_arrival_that_makes_the_second_attempt_refused_is_found(tmp_path: Path) -> None:
    """Where OneFile refuses an e-mail that is taken, a row that arrived unseen is recognised and not rejected."""
    faults = Faults([Fault(kind="reset-after", on="create", calls=(1,)), Fault(kind="search-lag", seconds=14.0)])
    practice = Practice(tmp_path, faults, Switches(duplicate_email="reject"))

    async def main() -> Carried:
        return await practice.process([row(2)])

    (outcome,) = practice.run(main()).outcomes.values()
    assert isinstance(outcome, Done | Rejected)
    assert len(practice.made()) == 1
    with Journal.open(practice.file) as journal:
        assert practice.run_name is not None
        (operation,) = journal.operations(practice.run_name)
    assert operation.state in {State.DONE, State.REJECTED}


@pytest.mark.parametrize("latency", [0.5, 1.5])
def test_the_pace_holds_and_is_used(tmp_path: Path, latency: float) -> None:
    """At 300 a minute and up to 1.5 s of latency no minute has more, there is no 429, and 97 % of the pace is used."""
    practice = Practice(tmp_path, Faults(latency=latency))
    carried = practice.run(practice.process(rows(450)))
    assert {type(outcome) for outcome in carried.outcomes.values()} == {Done}
    stamps = practice.world.admitted()
    warm = [stamp for stamp in stamps if stamp - stamps[0] >= 60.0]
    assert practice.world.worst_minute() <= 300
    assert practice.world.rate.refused == 0
    assert (len(warm) - 1) / (warm[-1] - warm[0]) * 60 >= 0.97 * 300
