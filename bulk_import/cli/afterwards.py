"""What is shown of runs that have been: the story of a row, and what a purge removed."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

from bulk_import.cli.screen import confirmed, console
from bulk_import.errors import RefusedAsUnsafe, UsageError
from bulk_import.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bulk_import.run import Purge, Story


def show_story(story: Story) -> None:
    """A row's story, chapter by chapter."""
    out = console()
    for chapter in story.chapters:
        out.print(printable(chapter.title))
        for line in chapter.lines:
            out.print(printable(f"  {line}"))


def show_purge(done: Purge, *, rehearsed: bool) -> None:
    """What a purge removed, or would remove, and what stays and why."""
    out = console()
    for line in _lines(done, rehearsed=rehearsed):
        out.print(printable(line))


def _lines(done: Purge, *, rehearsed: bool) -> Iterator[str]:
    yield f"Runs that ended before {done.before:%d/%m/%Y %H:%M} UTC: {len(done.runs):,}"
    for run in done.runs:
        size = f"{run.files:,} files, {run.bytes / 1024:,.0f} KiB {'would be ' if rehearsed else ''}removed"
        yield f"  {run.run} ({run.mode}): {size}. {run.left}".rstrip()
    if done.receipt is not None:
        yield f"Receipt: {done.receipt}"
    elif rehearsed and done.runs:
        yield "Nothing was removed. Without --dry-run it will be."


def purge_object(done: Purge, *, rehearsed: bool) -> dict[str, object]:
    """What --json prints."""
    return {
        "schema": 1,
        "dry_run": rehearsed,
        "ended_before": done.before.isoformat(timespec="seconds"),
        "receipt": None if done.receipt is None else str(done.receipt),
        "failed": done.failed,
        "runs": [asdict(run) for run in done.runs],
    }


def ask_about(seen: Purge, *, yes: bool) -> None:
    """Goes on where somebody types yes, where nothing would go, and with --yes.

    Raises:
        UsageError: nobody can be asked.
        RefusedAsUnsafe: the answer is another one.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        raise UsageError(
            "Nothing was removed: there is no terminal here that could ask you.",
            "Look at the result of bulk-import purge --dry-run, then add --yes.",
        )
    if seen.lines() and not confirmed(seen.lines()):
        raise RefusedAsUnsafe("Nothing was removed: the answer was not yes.", "Run the command again to be asked.")
