"""The one stage that changes OneFile, and how it is stopped with care."""

from __future__ import annotations

import asyncio
import signal
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bulk_import.actions import Skip, Unchanged, Update
from bulk_import.check import payload
from bulk_import.errors import JournalError
from bulk_import.journal import Decision
from bulk_import.plan import NOT_MADE, vain_detail
from bulk_import.references import KINDS
from bulk_import.run.canary import sentences
from bulk_import.run.folder import make_folder
from bulk_import.run.known_people import key_of_people
from bulk_import.submit import Compared, carry_out

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from types import FrameType

    from bulk_import.actions import Action, Change
    from bulk_import.api import OneFile
    from bulk_import.check import Record
    from bulk_import.journal import Key, Outcome
    from bulk_import.kinds import Json
    from bulk_import.run.desk import Desk
    from bulk_import.run.target import Target
    from bulk_import.submit import Progress


@dataclass(frozen=True, slots=True)
class Sent:
    """What sending came to: an outcome for each row to be sent, and why it ended early, if it did.

    `shown` are fields that the first rows came back with; `doubtful` are rows that came back otherwise, or not at all.
    """

    outcomes: Mapping[Key, Outcome]
    stopped: bool
    notices: tuple[str, ...]
    held: tuple[Decision, ...] = ()
    shown: frozenset[str] = frozenset()
    doubtful: frozenset[Key] = frozenset()


def ready_to_send(desk: Desk, target: Target) -> bytes:
    """The site's secret, once all is there that sending needs: looked for before a run is begun.

    Raises:
        RefusedAsUnsafe: the key file is gone, or another one.
        UsageError: the key file is damaged, or cannot be made.
        OutputError: the folder for reports cannot be made.
    """
    make_folder(desk.settings.out, "")
    return key_of_people(desk, target)


async def send(
    desk: Desk,
    run: str,
    changes: Sequence[Change],
    *,
    actions: Sequence[Action],
    api: OneFile,
    known: Collection[int],
    secret: bytes,
    progress: Callable[[Progress], None],
    canary: int = 0,
    done_before: Sequence[Change] = (),
) -> Sent:
    """Makes and updates the accounts of a run; the first signal lets calls in flight finish.

    Rows whose tutor or employer was refused are held; the journal says so too.

    Args:
        desk: the run's.
        run: its name.
        changes: what to send.
        actions: all that was decided, for the rows that name people of others.
        api: OneFile, open.
        known: the ids of the accounts that stood in OneFile before.
        secret: the site's own.
        progress: is told after each row.
        canary: how many rows of each role go first.
        done_before: rows that an earlier part of the run sent.
    """
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
            payload=_looked_up,
            accounts=_accounts(actions),
            settle_wait=settings.settle_wait,
            call_lifetime=settings.call_lifetime,
            failures_to_stop=settings.failures_to_stop,
            canary=canary,
            done_before=done_before,
            stop=stop,
            on_progress=progress,
        )
    held = tuple(
        Decision(key, "hold", None, NOT_MADE, vain_detail(rows, desk.checked)) for key, rows in carried.in_vain.items()
    )
    compared = carried.compared or Compared()
    told = () if carried.compared is None else tuple(sentences(compared, desk, run))
    for said in told:
        desk.log.event("canary", said=said)
    doubtful = frozenset([*(compared.differing or {}), *compared.unseen])
    stopped = carried.stopped
    try:
        desk.journal.redecide(run, held)
    except JournalError as error:
        stopped = stopped or error
    if stopped is None:
        return Sent(carried.outcomes, stopped=False, notices=told, held=held, shown=compared.shown, doubtful=doubtful)
    sentence = f"The run stopped early: {stopped.message} Go on with: bulk-import resume {run}"
    told = (*told, sentence)
    return Sent(carried.outcomes, stopped=True, notices=told, held=held, shown=compared.shown, doubtful=doubtful)


def _looked_up(record: Record) -> Mapping[str, Json]:
    """What a row says, which holds no name that was never looked up."""
    fields = payload(record)
    assert not any(isinstance(fields.get(name), str) for name in KINDS)  # noqa: S101 - OneFile takes ids
    return fields


def _accounts(actions: Sequence[Action]) -> dict[Key, int]:
    """The accounts of the rows that mean one that is there."""
    known = (one for one in actions if isinstance(one, Update | Unchanged | Skip))
    return {one.record.key: one.user_id for one in known if one.user_id is not None}


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
