"""Runs whose time is over: their folders go, the journal keeps what “never twice” needs, and a receipt stays."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from bulk_import.errors import UsageError
from bulk_import.journal import Journal, RunState
from bulk_import.run.bookkeeping import operator
from bulk_import.run.desk import utc_now
from bulk_import.run.folder import make_folder, unwritable, write_file

if TYPE_CHECKING:
    from bulk_import.journal import Run
    from bulk_import.settings import Settings

RECEIPTS = "purges"
AT_WORK = timedelta(days=1)
"""A run that is said to be running and began longer ago was killed."""


@dataclass(frozen=True, slots=True)
class PurgedRun:
    """What became of one old run.

    Attributes:
        run: its name.
        mode: what had been asked for.
        ended: when it ended, or began where it never ended, in UTC.
        files: how many files went.
        bytes: how many bytes they held.
        journal_removed: entries about its rows that the journal let go of.
        journal_kept: rows that the journal keeps, as tokens.
        left: why something of it stays, "" where nothing more than that does.
    """

    run: str
    mode: str
    ended: str
    files: int = 0
    bytes: int = 0
    journal_removed: int = 0
    journal_kept: int = 0
    left: str = ""


@dataclass(frozen=True, slots=True)
class Purge:
    """A purge, done or only looked at.

    Attributes:
        before: runs that ended before it are purged.
        runs: the newest first.
        receipt: None where nothing was to be done.
        failed: whether a folder could not be removed.
    """

    before: datetime
    runs: tuple[PurgedRun, ...]
    receipt: Path | None
    failed: bool


def purge(settings: Settings, *, rehearse: bool) -> Purge:
    """Removes the runs older than the settings' retention.

    Args:
        settings: with the retention.
        rehearse: only tell what would go.

    Raises:
        UsageError: no retention is set.
        OutputError: the receipt cannot be written; then nothing is removed.
        JournalError: the journal cannot be read or written.
    """
    if settings.retention is None:
        raise UsageError(
            "It is not said how old a run must be to go.",
            "Say it with --older-than 90d, or for good with retention in the settings.",
        )
    now = utc_now()
    before = now - timedelta(days=settings.retention)
    if not settings.journal.exists():
        return Purge(before, (), None, failed=False)
    with Journal.open(settings.journal) as journal:
        old = [run for run in journal.runs() if _ended(run) <= before and not _gone(run)]
        if rehearse or not old:
            return Purge(before, tuple(_would_go(run, now) for run in old), None, failed=False)
        home = make_folder(settings.reports, RECEIPTS)
        done: list[PurgedRun] = []
        try:
            done.extend(_purged(run, journal, now) for run in old)
        finally:
            receipt = _receipt(home, settings, now, before, done)
    return Purge(before, tuple(done), receipt, failed=any(_folder(run).exists() and not _busy(run, now) for run in old))


def _ended(run: Run) -> datetime:
    return run.finished or run.started


def _gone(run: Run) -> bool:
    """Whether nothing more can go: purged before, or unfinished with its folder gone."""
    resumable = run.start.mode == "submit" and run.state is not RunState.FINISHED
    return not _folder(run).exists() and (resumable or "purged" in run.start.options)


def _busy(run: Run, now: datetime) -> bool:
    return run.state is RunState.RUNNING and now - run.started < AT_WORK


def _folder(run: Run) -> Path:
    return Path(str(run.start.options.get("folder", ""))) / run.id


def _would_go(run: Run, now: datetime) -> PurgedRun:
    files, size = _measured(_folder(run))
    left = _stays(run, now)
    return PurgedRun(run.id, run.start.mode, _ended(run).isoformat(), files, size, left=left)


def _stays(run: Run, now: datetime) -> str:
    """Why something of a run stays, in words."""
    if _busy(run, now):
        return "It may still be at work, so all of it stays."
    if run.start.mode == "submit" and run.state is not RunState.FINISHED:
        return f"It has not finished, so the journal keeps all it knows: bulk-import resume {run.id} goes on."
    return ""


def _purged(run: Run, journal: Journal, now: datetime) -> PurgedRun:
    seen = _would_go(run, now)
    if _busy(run, now):
        return replace(seen, files=0, bytes=0)
    if problem := _removed(_folder(run)):
        return replace(seen, files=0, bytes=0, left=problem)
    if seen.left:
        return seen
    forgotten = journal.forget(run.id)
    return replace(seen, journal_removed=forgotten.removed, journal_kept=forgotten.kept)


def _measured(folder: Path) -> tuple[int, int]:
    """How many files a folder holds, and how many bytes."""
    if not folder.is_dir() or folder.is_symlink():
        return 0, 0
    files = [path for path in folder.rglob("*") if path.is_file()]
    return len(files), sum(path.lstat().st_size for path in files)


def _removed(folder: Path) -> str:
    """Removes a run's folder; why that cannot be, in words.

    Only a real folder goes: whatever a link with its name leads to is none of ours.
    """
    if folder.is_symlink():
        return f"{folder} is a link, so it stays."
    try:
        if folder.exists():
            shutil.rmtree(folder)
    except OSError as wrong:
        said = unwritable(folder, wrong).message.replace("written", "removed")
        return f"{said} Close the files that are open in other programs, and purge again."
    return ""


def _receipt(home: Path, settings: Settings, now: datetime, before: datetime, done: list[PurgedRun]) -> Path:
    content = {
        "schema": 1,
        "purged": now.astimezone(UTC).isoformat(timespec="seconds"),
        "by": operator() or None,
        "retention_days": settings.retention,
        "ended_before": before.astimezone(UTC).isoformat(timespec="seconds"),
        "journal": str(settings.journal),
        "runs": [asdict(run) for run in done],
    }
    text = json.dumps(content, ensure_ascii=False, indent=2) + "\n"
    return write_file(home / f"{now:%Y%m%d-%H%M%S}.json", lambda stream: stream.write(text.encode()))
