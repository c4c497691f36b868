"""The connection on a real socket: faults as they arrive on the wire, and tokens that no log shows."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from threading import Timer
from typing import TYPE_CHECKING

import pytest

from bulk_import.api import OneFile
from bulk_import.maintenance import UK
from bulk_import.sandbox import Fault, Faults, running
from bulk_import.wire import Accepted, MaybeSent, NeverSent, Refused, Throttled, Unauthorised, create_user
from tests.journeys.command import environment, learner, write_csv

if TYPE_CHECKING:
    from pathlib import Path

    from bulk_import.sandbox.faults import FaultKind
    from bulk_import.wire import Verdict

PERSON = {"OrganisationID": 1, "Role": 5, "FirstName": "Ada", "LastName": "Example", "Email": "ada@example.com"}

pytestmark = pytest.mark.journey


@pytest.mark.parametrize(
    ("kind", "expected", "made"),
    [
        ("reset-before", MaybeSent, 0),
        ("reset-after", MaybeSent, 1),
        ("stall-before", MaybeSent, 0),
        ("stall-after", MaybeSent, 1),
        ("status-before", MaybeSent, 0),
        ("status-after", MaybeSent, 1),
        ("truncated", MaybeSent, 1),
        ("html-before", MaybeSent, 0),
        ("html", MaybeSent, 1),
        ("unauthorised", Unauthorised, 0),
        ("throttle", Throttled, 0),
    ],
)
def test_each_fault_on_the_wire_has_its_verdict(
    kind: FaultKind, expected: type, made: int, caplog: pytest.LogCaptureFixture
) -> None:
    """A fault on a real connection leaves a create in doubt unless it surely was not done, and shows no token."""
    caplog.set_level(logging.DEBUG)
    with running(faults=Faults([Fault(kind=kind, on="create")])) as onefile:
        before = len(onefile.world.users())

        async def main() -> Verdict:
            async with OneFile(onefile.base_url, onefile.customer_token, timeout=1.0) as api:
                await api.customer()
                return await api.call(create_user(PERSON))

        verdict = asyncio.run(main())
        assert type(verdict) is expected
        assert len(onefile.world.users()) - before == made
        sessions = [row["token"] for row in onefile.world.store.all("SELECT token FROM sessions")]
    assert "api/v2.1/Customer" in caplog.text
    for token in (onefile.customer_token, *sessions):
        assert token not in caplog.text


@pytest.mark.parametrize("command", [["dry-run", "people.csv"], ["lists"]], ids=lambda words: words[0])
def test_whoever_waits_for_the_maintenance_hours_is_told(tmp_path: Path, command: list[str]) -> None:
    """A command that asks OneFile says at once until when it rests."""
    write_csv(tmp_path / "people.csv", [learner(1)])
    now = datetime.now(UTC).astimezone(UK)
    hours = f"{now - timedelta(hours=1):%H:%M}-{now + timedelta(hours=2):%H:%M}"
    settings = {
        "BULK_IMPORT_ENVIRONMENT": "beta",
        "BULK_IMPORT_BASE_URL": "http://127.0.0.1:9/api/v2.1",
        "BULK_IMPORT_CUSTOMER_TOKEN": "token",
        "BULK_IMPORT_MAINTENANCE": hours,
    }
    waiting = subprocess.Popen(
        [sys.executable, "-m", "bulk_import", *command],
        cwd=tmp_path,
        env=environment(settings),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    watchdog = Timer(60, waiting.kill)
    watchdog.start()
    try:
        assert waiting.stderr is not None
        assert "OneFile's maintenance hours: nothing is sent until" in waiting.stderr.readline()
    finally:
        waiting.kill()
        waiting.communicate()
        watchdog.cancel()


def test_the_plain_cases_on_the_wire() -> None:
    """A good create is accepted, a bad one refused, and where nobody listens nothing is sent."""
    with running() as onefile:

        async def main() -> list[Verdict]:
            async with OneFile(onefile.base_url, onefile.customer_token) as api:
                good = await api.call(create_user(PERSON))
                return [good, await api.call(create_user({**PERSON, "Role": 99}))]

        good, bad = asyncio.run(main())
    assert isinstance(good, Accepted)
    assert isinstance(bad, Refused)

    async def nobody() -> Verdict:
        async def no_rest(_seconds: float) -> None:
            """Waits for nothing."""

        async with OneFile(onefile.base_url, onefile.customer_token, calls_per_minute=6000, sleep=no_rest) as api:
            return await api.call(create_user(PERSON))

    gone = asyncio.run(nobody())
    assert isinstance(gone, NeverSent)
    assert gone.reason == "logging in: no connection"
