"""Runs that stop early for a gateway that lets no create through, and for mistakes of this program's own."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import httpx
import pytest

from bulk_import.journal import Done, Journal, NotSent, State, Unresolved
from bulk_import.sandbox import Faults
from tests.unit.practice import Practice, rows

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bulk_import.submit import Progress


class Maintenance(httpx.AsyncBaseTransport):
    """Answers creates with a gateway's page, as long as it lasts; all else goes through."""

    def __init__(self, practice: Practice, status: int, body: bytes, *, spares: str = "") -> None:
        self._inside = practice.transport
        self._page = status, body
        self._spares = spares.encode()
        self.lasts = True

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """One call."""
        is_create = request.method == "POST" and request.url.path.endswith("/User")
        if is_create and self.lasts and not (self._spares and self._spares not in request.content):
            return httpx.Response(self._page[0], content=self._page[1])
        return await self._inside.handle_async_request(request)


PAGE = b"<html><title>Site under maintenance</title></html>"


@pytest.mark.parametrize("concurrency", [1, 8])
@pytest.mark.parametrize(
    ("status", "body"), [(404, PAGE), (403, PAGE), (405, b""), (302, b""), (503, PAGE), (200, PAGE)]
)
def test_a_gateway_before_every_create_stops_the_run_and_rejects_nobody(
    tmp_path: Path, status: int, body: bytes, concurrency: int
) -> None:
    """While searches still work, creates that all meet a page stop the run; when it is gone, resume makes everybody."""
    practice = Practice(tmp_path)
    gate = practice.transport = Maintenance(practice, status, body)
    creates = rows(40)
    stopped = practice.run(practice.process(creates, failures_to_stop=5, concurrency=concurrency))
    assert stopped.stopped is not None
    assert stopped.stopped.exit_code == 3
    kinds = [type(outcome).__name__ for outcome in stopped.outcomes.values()]
    assert len(kinds) == 40
    assert set(kinds) == {"Unresolved", "NotSent"}
    assert kinds.count("NotSent") >= 28
    gate.lasts = False
    finished = practice.run(practice.process(creates, failures_to_stop=5, concurrency=concurrency))
    assert finished.stopped is None
    assert all(isinstance(outcome, Done) for outcome in finished.outcomes.values())
    assert practice.twice() == []
    assert len(practice.made()) == 40


def test_one_row_that_always_meets_a_page_does_not_stop_the_others(tmp_path: Path) -> None:
    """A row that a firewall stops, again and again, ends unresolved, and all others are made."""
    practice = Practice(tmp_path)
    practice.transport = Maintenance(practice, 403, PAGE, spares="person4@example.com")
    carried = practice.run(practice.process(rows(12), failures_to_stop=3, concurrency=1))
    assert carried.stopped is None
    assert [key[1] for key, outcome in carried.outcomes.items() if isinstance(outcome, Unresolved)] == [4]
    assert len(practice.made()) == 11


class Buggy(httpx.AsyncBaseTransport):
    """Fails as no transport may: stands for a mistake of this program's own while a call is under way."""

    def __init__(self, inside: httpx.AsyncBaseTransport, person: str, *, arrives: bool) -> None:
        self._inside = inside
        self._person = person.encode()
        self._arrives = arrives
        self.well = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """One call."""
        if self.well or self._person not in request.content or not request.url.path.endswith("/User"):
            return await self._inside.handle_async_request(request)
        if self._arrives:
            await self._inside.handle_async_request(request)
        await asyncio.sleep(0.5)
        raise ZeroDivisionError(f"because of {self._person!r}")


@pytest.mark.parametrize("arrives", [True, False])
def test_a_mistake_of_our_own_stops_the_run_and_throws_nothing_away(tmp_path: Path, *, arrives: bool) -> None:
    """Calls in flight are seen through, each row has an outcome, the kind of mistake is named, and resume works."""
    practice = Practice(tmp_path, Faults(latency=2.0))
    bug = practice.transport = Buggy(practice.transport, "person4@example.com", arrives=arrives)
    creates = rows(40)
    stopped = practice.run(practice.process(creates))
    assert stopped.stopped is not None
    assert stopped.stopped.exit_code == 3
    assert "ZeroDivisionError" in str(stopped.stopped)
    assert "resume" in str(stopped.stopped)
    assert "person4" not in str(stopped.stopped)
    assert len(stopped.outcomes) == 40
    by_row = {key[1]: outcome for key, outcome in stopped.outcomes.items()}
    assert isinstance(by_row[4], Unresolved)
    done = {outcome.user_id for outcome in by_row.values() if isinstance(outcome, Done)}
    assert len(done) > 3
    assert len(done) == len(practice.made()) - arrives
    assert sum(isinstance(outcome, NotSent) for outcome in by_row.values()) == 39 - len(done)
    bug.well = True
    finished = practice.run(practice.process(creates))
    assert {type(outcome) for outcome in finished.outcomes.values()} == {Done}
    assert len(practice.made()) == 40
    assert practice.twice() == []


def test_a_mistake_after_the_answer_leaves_the_row_in_doubt(tmp_path: Path) -> None:
    """What went wrong once an answer was there is never taken for a row that was not sent."""
    practice = Practice(tmp_path)

    def spoil(journal: Journal) -> None:
        write = journal.outcome
        spoilt: list[object] = []

        def once(*arguments: object, **named: object) -> None:
            if not spoilt:
                spoilt.append(arguments)
                raise KeyError("person2@example.com")
            write(*arguments, **named)  # type: ignore[arg-type]  # passed on as given

        journal.outcome = once  # type: ignore[method-assign]  # a method of one journal alone

    stopped = practice.run(practice.process(rows(3), on_journal=spoil, concurrency=1))
    assert stopped.stopped is not None
    assert "KeyError" in stopped.stopped.message
    assert [type(outcome) for outcome in stopped.outcomes.values()] == [Unresolved, NotSent, NotSent]
    with Journal.open(practice.file) as journal:
        assert practice.run_name is not None
        assert journal.operations(practice.run_name)[0].state is State.UNRESOLVED
    practice.run(practice.process(rows(3)))
    assert len(practice.made()) == 3
    assert practice.twice() == []


def test_a_screen_that_fails_stops_the_run_and_loses_no_outcome(tmp_path: Path) -> None:
    """Progress that cannot be shown ends the run early, and what was made is known."""
    practice = Practice(tmp_path)
    failing: Callable[[Progress], None] = lambda now: [][now.done]  # noqa: E731 - fails at the first row
    stopped = practice.run(practice.process(rows(20), on_progress=failing))
    assert stopped.stopped is not None
    assert "IndexError" in stopped.stopped.message
    done = {outcome.user_id for outcome in stopped.outcomes.values() if isinstance(outcome, Done)}
    assert done == set(practice.made())
    assert len(stopped.outcomes) == 20
