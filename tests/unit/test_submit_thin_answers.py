"""Rows in doubt whose account a search shows and OneFile does not tell more of: never made a second time."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import httpx
import pytest

from bulk_import.journal import Done, Unresolved
from tests.unit.practice import Practice, row

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bulk_import.submit import Carried

Details = httpx.Response | None


class ThinOneFile(httpx.AsyncBaseTransport):
    """Loses the answer to the first create and tells what it is told to of each account.

    Args:
        practice: the practice OneFile behind it.
        tells: what it answers instead of an account's details; None lets them through.
    """

    def __init__(self, practice: Practice, tells: Callable[[int, float], Details]) -> None:
        self._inside = practice.transport
        self._clock = practice.clock
        self._tells = tells
        self._lost = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """One call."""
        last = request.url.path.rpartition("/")[2]
        if request.method == "GET" and last.isdigit() and (told := self._tells(int(last), self._clock.now)) is not None:
            return told
        response = await self._inside.handle_async_request(request)
        if request.method == "POST" and last == "User" and not self._lost:
            self._lost = True
            raise httpx.ReadError("reset", request=request)
        return response


def _run(practice: Practice, tells: Callable[[int, float], Details], misid: str | None = "N00002") -> Carried:
    practice.transport = ThinOneFile(practice, tells)
    return practice.run(practice.process([row(2, MISID=misid)]))


@pytest.mark.parametrize("misid", ["N00002", None])
@pytest.mark.parametrize(
    ("status", "body"),
    [
        (404, {"code": -911, "message": "User not found"}),
        (400, {"code": -1, "message": "x"}),
        (200, {"ID": 5001}),
        (200, {"ID": 5001, "FirstName": None, "LastName": None, "Email": None, "MISID": None}),
        (200, {"status": "busy"}),
        (200, {"ID": 1, "FirstName": "Other", "LastName": "Person", "Email": "other@example.com"}),
        (200, []),
    ],
)
def test_an_account_that_cannot_be_read_in_full_is_left_to_a_person(
    tmp_path: Path, status: int, body: object, misid: str | None
) -> None:
    """However little OneFile tells of the new account that a search shows, nothing is sent on top of it."""
    practice = Practice(tmp_path)
    carried = _run(practice, lambda _user_id, _now: httpx.Response(status, json=body), misid)
    (outcome,) = carried.outcomes.values()
    assert isinstance(outcome, Unresolved)
    assert practice.twice() == []
    assert len(practice.made()) == practice.creates_seen() == 1
    assert json.dumps(body) not in outcome.reason


def test_a_search_with_the_misid_and_details_with_the_e_mail_prove_an_account_together(tmp_path: Path) -> None:
    """Details with nulls do not undo what the search shows."""
    practice = Practice(tmp_path)
    details = {"ID": 5001, "FirstName": None, "LastName": None, "Email": "person2@example.com", "MISID": None}
    (outcome,) = _run(practice, lambda _user_id, _now: httpx.Response(200, json=details)).outcomes.values()
    assert isinstance(outcome, Done)
    assert outcome.confirmed
    assert practice.creates_seen() == 1


def test_details_that_come_late_are_waited_for(tmp_path: Path) -> None:
    """An account that can be fetched only a while after a search shows it is proved by a later look."""
    practice = Practice(tmp_path)
    began = practice.clock.now

    def tells(_user_id: int, now: float) -> Details:
        return httpx.Response(404) if now < began + 20.0 else None

    (outcome,) = _run(practice, tells).outcomes.values()
    assert isinstance(outcome, Done)
    assert outcome.confirmed
    assert practice.creates_seen() == 1
