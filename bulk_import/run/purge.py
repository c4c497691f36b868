"""Runs whose time is over: their folders go, the journal keeps what “never twice” needs, and a receipt stays."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from bulk_import.errors import AnotherRunActive, UsageError
from bulk_import.journal import Journal, RunState
from bulk_import.lock import holding_all
from bulk_import.report import uk_time
from bulk_import.run.bookkeeping import operator
from bulk_import.run.desk import utc_now
from bulk_import.run.folder import make_folder, unwritable, write_file

if TYPE_CHECKING:
    from bulk_import.journal import Run
    from bulk_import.settings import Settings

RECEIPTS = "purges"
AT_WORK = timedelta(days=1)
"""A run that is said to be running and began longer ago was killed, unless it holds its organisations."""

MAY_BE_AT_WORK = "It may still be at work, so all of it stays."


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
        left: why something of it stays, or that its folder was not there; "" where all went as it should.
        to_correct: how many of the files are there to be corrected.
        failed: whether its folder could not be removed, or was not there.
    """

    run: str
    mode: str
    ended: str
    files: int = 0
    bytes: int = 0
    journal_removed: int = 0
    journal_kept: int = 0
    left: str = ""
    to_correct: int = 0
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Purge:
    """A purge, done or only looked at.

    Attributes:
        before: runs that ended before it are purged.
        runs: the newest first.
        receipt: None where nothing was to be done.
    """

    before: datetime
    runs: tuple[PurgedRun, ...]
    receipt: Path | None = None

    @property
    def failed(self) -> bool:
        """Whether a folder could not be removed, or was not there."""
        return any(run.failed for run in self.runs)

    def lines(self) -> tuple[str, ...]:
        """What a person is asked about: how many runs and files go, and the newest of them; () where none do."""
        going = [run for run in self.runs if run.files]
        if not going:
            return ()
        newest = max(going, key=lambda run: run.ended)
        to_correct = sum(run.to_correct for run in going)
        return (
            f"Runs whose folders are removed for good: {len(going):,}, with {sum(run.files for run in going):,} files.",
            f"The newest is {newest.run}, which ended {uk_time(datetime.fromisoformat(newest.ended))} (UK time).",
            f"Files to correct among them, with whatever was corrected in them: {to_correct:,}.",
        )


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
        return Purge(before, ())
    with Journal.open(settings.journal) as journal:
        old = [run for run in journal.runs() if _ended(run) <= before and not _gone(run)]
        seen = [_would_go(run, now) for run in old]
        if rehearse or not old:
            return Purge(before, tuple(seen))
        lost = {run.id for run in old if not _folder(run).parent.exists()}  # before the receipt's folder is made
        home = make_folder(settings.reports, RECEIPTS)
        done: list[PurgedRun] = []
        try:
            for run, one in zip(old, seen, strict=True):
                done.append(one if run.id in lost else _purged(run, settings, journal, now))
        finally:
            receipt = _receipt(home, settings, now, before, done)
    return Purge(before, tuple(done), receipt)


def _ended(run: Run) -> datetime:
    return run.finished or run.started


def _gone(run: Run) -> bool:
    """Whether nothing more can go: purged before, or unfinished with its folder gone from where it was."""
    folder = _folder(run)
    return not folder.exists() and ((_resumable(run) and folder.parent.exists()) or "purged" in run.start.options)


def _resumable(run: Run) -> bool:
    return run.start.mode == "submit" and run.state is not RunState.FINISHED


def _busy(run: Run, now: datetime) -> bool:
    return run.state is RunState.RUNNING and now - run.started < AT_WORK


def _folder(run: Run) -> Path:
    return Path(str(run.start.options.get("folder", ""))) / run.id


def _would_go(run: Run, now: datetime) -> PurgedRun:
    folder = _folder(run)
    files, size, to_correct = _measured(folder)
    seen = PurgedRun(run.id, run.start.mode, _ended(run).isoformat(), files, size, to_correct=to_correct)
    if _busy(run, now):
        return replace(seen, files=0, bytes=0, to_correct=0, left=MAY_BE_AT_WORK)
    return replace(seen, left=_stays(run, folder), failed=not folder.exists())


def _stays(run: Run, folder: Path) -> str:
    """Why something of a run stays, or what is odd about it, in words."""
    if not folder.parent.exists():
        return f"{folder.parent} is not there, so all of it stays; connect the drive, and purge again."
    if not folder.exists():
        return f"Its folder {folder.name} was not in {folder.parent}; if it was renamed or moved, delete it yourself."
    if _resumable(run):
        return f"It has not finished, so the journal keeps all it knows: bulk-import resume {run.id} goes on."
    return ""


def _purged(run: Run, settings: Settings, journal: Journal, now: datetime) -> PurgedRun:
    if not _resumable(run):
        return _taken_away(run, journal, now)
    try:
        with holding_all(settings.journal, f"{run.start.environment}-{run.start.host}"):
            return _taken_away(run, journal, now)
    except AnotherRunActive:
        return PurgedRun(run.id, run.start.mode, _ended(run).isoformat(), left=MAY_BE_AT_WORK)


def _taken_away(run: Run, journal: Journal, now: datetime) -> PurgedRun:
    seen, folder = _would_go(run, now), _folder(run)
    if _busy(run, now):
        return seen
    if problem := _removed(folder):
        files, size, to_correct = _measured(folder)
        return replace(
            seen,
            files=seen.files - files,
            bytes=seen.bytes - size,
            to_correct=seen.to_correct - to_correct,
            left=problem,
            failed=True,
        )
    if _resumable(run):
        return seen
    forgotten = journal.forget(run.id)
    return replace(seen, journal_removed=forgotten.removed, journal_kept=forgotten.kept)


def _measured(folder: Path) -> tuple[int, int, int]:
    """How many files a folder holds, how many bytes, and how many of the files are there to be corrected."""
    if not folder.is_dir() or folder.is_symlink():
        return 0, 0, 0
    files = [path for path in folder.rglob("*") if path.is_file()]
    return len(files), sum(path.lstat().st_size for path in files), sum("-to-fix" in path.name for path in files)


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
