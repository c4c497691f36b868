"""Where a run sends to, and how the connection to it is opened."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bulk_import.api import OneFile
from bulk_import.maintenance import UK, closed_for
from bulk_import.report import Calls
from bulk_import.run.desk import utc_now

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from bulk_import.run.log import RunLog
    from bulk_import.settings import Settings


@dataclass(frozen=True, slots=True)
class Target:
    """Where to send: the environment's name, its address, and the customer token."""

    environment: str
    base_url: str
    customer_token: str = field(repr=False)

    @property
    def host(self) -> str:
        """The host of the address, as the journal keeps it: another host is another OneFile."""
        return urlsplit(self.base_url).hostname or ""


def open_api(settings: Settings, target: Target, log: RunLog, say: Callable[[str], None]) -> OneFile:
    """OneFile at the pace of the settings, shared by all runs with this journal; an async context manager.

    Args:
        settings: for pace, patience and maintenance hours.
        target: where to send.
        log: is told of each call.
        say: tells the person who waits what a wait is for; what it raises keeps the call from waiting and leaving.

    Raises:
        SettingsError: the address is neither https nor on this machine.
        CredentialsRefused: the customer token has characters that cannot be sent.
    """
    return OneFile(
        target.base_url,
        target.customer_token,
        calls_per_minute=settings.calls_per_minute,
        concurrency=settings.concurrency,
        timeout=settings.timeout,
        pace_file=settings.journal.with_name(settings.journal.name + ".pace"),
        closed_for=lambda: closed_for(settings.maintenance, utc_now(), lead=settings.timeout),
        on_rest=lambda _: say(_resting(settings)),
        log=log.call,
    )


def _resting(settings: Settings) -> str:
    until = rests_until(settings)
    return f"OneFile's maintenance hours: nothing is sent until {until:%H:%M}, then the run goes on by itself."


def rests_until(settings: Settings) -> datetime:
    """When a call may leave, after any maintenance hours; in the United Kingdom's time."""
    now = utc_now()
    return (now + timedelta(seconds=closed_for(settings.maintenance, now, lead=settings.timeout))).astimezone(UK)


def calls_of(api: OneFile) -> Calls:
    """What the API saw so far, as a report says it."""
    return Calls(api.calls.total, api.calls.retried, api.calls.throttled)
