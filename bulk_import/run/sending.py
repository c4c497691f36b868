"""The one stage that changes OneFile, and how it is stopped with care."""

from __future__ import annotations

import asyncio
import signal
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bulk_import.check import payload
from bulk_import.run.folder import make_folder
from bulk_import.settings import site_secret
from bulk_import.submit import carry_out

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from types import FrameType

    from bulk_import.api import OneFile
    from bulk_import.journal import Key, Outcome
    from bulk_import.plan import Change
    from bulk_import.run.desk import Desk
    from bulk_import.submit import Progress


@dataclass(frozen=True, slots=True)
class Sent:
    """What sending came to: an outcome for each row to be sent, and why it ended early, if it did."""

    outcomes: Mapping[Key, Outcome]
    stopped: bool
    notices: tuple[str, ...]


def ready_to_send(desk: Desk) -> bytes:
    """The site's secret, once all is there that sending needs: looked for before a run is begun.

    Raises:
        UsageError: the key file is damaged, or cannot be made.
        OutputError: the folder for reports cannot be made.
    """
    make_folder(desk.settings.out, "")
    return site_secret(desk.settings)


async def send(
    desk: Desk,
    run: str,
    changes: Sequence[Change],
    *,
    api: OneFile,
    known: Collection[int],
    secret: bytes,
    progress: Callable[[Progress], None],
) -> Sent:
    """Makes and updates the accounts of a run; the first signal lets calls in flight finish."""
    settings = desk.settings
    desk.log.open(make_folder(settings.out, run))
    with _stopping() as stop:
        carried = await carry_out(
            changes,
            api=api,
            journal=desk.journal,
            run=run,
            known_before=known,
            secret=secret,
            payload=payload,
            settle_wait=settings.settle_wait,
            call_lifetime=settings.call_lifetime,
            failures_to_stop=settings.failures_to_stop,
            stop=stop,
            on_progress=progress,
        )
    if carried.stopped is None:
        return Sent(carried.outcomes, stopped=False, notices=())
    sentence = f"The run stopped early: {carried.stopped.message} Go on with: bulk-import resume {run}"
    return Sent(carried.outcomes, stopped=True, notices=(sentence,))


@contextmanager
def _stopping() -> Iterator[asyncio.Event]:
    """An event that the first Ctrl-C, SIGTERM or (on Windows) Ctrl-Break sets; the second stops at once.

    Stopping at once is safe too: what was about to be sent stands in the journal and is looked up by `resume`.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    before: dict[int, object] = {}

    def gently(number: int, _frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(stop.set)
        signal.signal(number, signal.default_int_handler)

    for name in ("SIGINT", "SIGTERM", "SIGBREAK"):
        if (number := getattr(signal, name, None)) is not None:
            before[number] = signal.signal(number, gently)
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]  # what signal.signal itself gave back
