"""One run at a time for each organisation.

The operating system holds the lock and lets go of it when the process ends, however it ends: the lock of a dead
process is free at once, and no clean-up is needed. A note beside the lock says who holds it, for people.

Runs that share a journal share its locks. A lock reaches no further than the machine on a network drive that does not
pass locks on; keep the journal on a local disk.
"""

from __future__ import annotations

import glob
import json
import os
import re
import socket
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bulk_import.errors import AnotherRunActive, JournalError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

OWNER_ONLY = 0o600


@contextmanager
def holding(journal: Path, environment: str, organisations: Iterable[int]) -> Iterator[None]:
    """Holds the organisations of an environment for as long as the block runs.

    Args:
        journal: the journal's file; the locks stand beside it.
        environment: which OneFile, by its name and host.
        organisations: their ids.

    Raises:
        AnotherRunActive: one of them is held by another process; says by which.
        JournalError: the locks cannot be made.
    """
    with ExitStack() as stack:
        # always in the same order, so that two runs cannot wait for each other
        for organisation in sorted(set(organisations)):
            stack.enter_context(_held(_lock_of(journal, environment, str(organisation)), organisation))
        yield


@contextmanager
def holding_all(journal: Path, environment: str) -> Iterator[None]:
    """Holds every organisation of an environment that any run has held, for as long as the block runs.

    Args:
        journal: as for `holding`.
        environment: likewise.

    Raises:
        AnotherRunActive: a run is at work on one of them.
        JournalError: the locks cannot be made.
    """
    begins, ends = _lock_of(journal, environment, "\0").name.split("\0")
    locks = [file.name for file in journal.parent.glob(f"{glob.escape(begins)}*{ends}")]
    numbers = [name.removeprefix(begins).removesuffix(ends) for name in locks]
    with holding(journal, environment, [int(number) for number in numbers if number.isdecimal()]):
        yield


def _lock_of(journal: Path, environment: str, organisation: str) -> Path:
    return journal.with_name(f"{journal.name}.{re.sub(r'[^A-Za-z0-9.]+', '-', environment)}-{organisation}.lock")


@contextmanager
def _held(file: Path, organisation: int) -> Iterator[None]:
    from filelock import FileLock, Timeout  # noqa: PLC0415 - only a run that sends needs it

    lock = FileLock(file, timeout=0, mode=OWNER_ONLY)
    note = file.with_suffix(".holder.json")
    try:
        lock.acquire()
    except Timeout as taken:
        raise _active(organisation, note) from taken
    except OSError as wrong:
        raise JournalError(
            f"The lock {file} cannot be made ({wrong.strerror}).",
            "Put the journal into a folder you may write to (setting `journal`).",
        ) from wrong
    try:
        _write_note(note)
        yield
    finally:
        note.unlink(missing_ok=True)
        lock.release()


def _write_note(note: Path) -> None:
    holder = {"host": socket.gethostname(), "process": os.getpid(), "since": datetime.now(UTC).isoformat()}
    note.write_text(json.dumps(holder), encoding="utf-8")


def _active(organisation: int, note: Path) -> AnotherRunActive:
    return AnotherRunActive(
        f"Another run is at work on organisation {organisation}{_holder(note)}. Nothing was sent.",
        "Wait until it has ended (bulk-import runs shows it), then run the command again.",
    )


def _holder(note: Path) -> str:
    """Who holds it, as far as the note tells; it is written just after the lock is taken."""
    try:
        holder = json.loads(note.read_text(encoding="utf-8"))
        since = datetime.fromisoformat(holder["since"]).astimezone()
    except (OSError, ValueError, KeyError, TypeError):
        return ""
    return f": process {holder['process']} on {holder['host']}, since {since:%d/%m/%Y %H:%M:%S}"
