"""A desk to call the practice OneFile from, in process, with a clock that only moves when told to."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx

from bulk_import.sandbox import CUSTOMER_TOKEN, InProcess, Switches, World, create_app

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from bulk_import.sandbox import Faults

BASE = "https://sandbox/api/v2.1"
NOON = 1_767_268_800.0  # 2026-01-01T12:00:00Z

LEARNER: dict[str, object] = {
    "OrganisationID": 1,
    "FirstName": "Nia",
    "LastName": "Morgan",
    "Email": "nia.morgan@example.com",
    "Role": 1,
    "DefaultAssessorID": 101,
    "ClassroomID": 201,
    "PlacementID": 301,
}
ASSESSOR: dict[str, object] = {
    "OrganisationID": 1,
    "FirstName": "Hugo",
    "LastName": "Lang",
    "Email": "hugo.lang@example.com",
    "Role": 5,
}
EMPLOYER: dict[str, object] = {**ASSESSOR, "Email": "employer@example.com", "Role": 40, "PlacementID": 301}


def person(role: int, /, **others: object) -> dict[str, object]:
    """What creates somebody of a role, with all that the role must have."""
    whole = {1: LEARNER, 40: EMPLOYER, 45: EMPLOYER}.get(role, ASSESSOR)
    return {**whole, "Role": role, **others}


class Desk:
    """A client with a session, the application it calls, and their common clock."""

    def __init__(
        self, runner: asyncio.Runner, *, state: Path | None, switches: Switches, faults: Faults | None
    ) -> None:
        self.now = NOON
        self.slept: list[float] = []
        self.app = create_app(state=state, switches=switches, faults=faults, clock=lambda: self.now, sleep=self._sleep)
        self.world: World = self.app.state.world
        self._runner = runner
        self.session = ""

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def send(
        self,
        method: str,
        path: str,
        *,
        json: object = None,
        data: Mapping[str, str] | None = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Send exactly this, without a session unless the headers have one."""
        url = path if path.startswith("http") else f"{BASE}/{path}"
        request = httpx.Request(method, url, json=json, data=data, content=content, headers=headers)
        return self._runner.run(self._answer(request))

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        response = await InProcess(self.app).handle_async_request(request)
        response.request = request
        await response.aread()
        return response

    def log_in(self, token: str = CUSTOMER_TOKEN) -> httpx.Response:
        """Exchange a customer token for the session of the calls that follow."""
        response = self.send("POST", "Authentication", headers={"X-CustomerToken": token})
        self.session = response.text
        return response

    def post(self, path: str, body: Mapping[str, object] | None = None) -> httpx.Response:
        """POST JSON with the session."""
        return self.send("POST", path, json=body or {}, headers={"X-TokenID": self.session})

    def get(self, path: str) -> httpx.Response:
        """GET with the session."""
        return self.send("GET", path, headers={"X-TokenID": self.session})

    def create(self, role: int = 1, /, **others: object) -> int:
        """Create somebody; the new id."""
        response = self.post("User", person(role, **others))
        assert response.status_code == 200, response.text
        number: int = response.json()["ID"]
        return number

    def found(self, path: str = "User/Search", **filters: object) -> list[int]:
        """The ids that a search gives, in its order."""
        response = self.post(path, filters)
        assert response.status_code in {200, 204}, response.text
        return [row["ID"] for row in response.json()] if response.content else []

    def refusal(self, path: str, body: Mapping[str, object] | None = None) -> tuple[int, int]:
        """Status and code of a call that is refused."""
        response = self.post(path, body)
        return response.status_code, response.json()["code"]


@contextmanager
def desk(
    *,
    state: Path | None = None,
    switches: Switches = Switches(),  # noqa: B008 - frozen
    faults: Faults | None = None,
    log_in: bool = True,
) -> Iterator[Desk]:
    """A desk for the length of a block, logged in."""
    with asyncio.Runner() as runner:
        one = Desk(runner, state=state, switches=switches, faults=faults)
        if log_in:
            one.log_in()
        yield one
        one.world.close()
