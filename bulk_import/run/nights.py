"""Earlier submits, and those of the same files on other nights: one rule for all that compares a night with others."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import TYPE_CHECKING

from bulk_import.journal import RunState, SourceRead

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bulk_import.journal import Journal, Run
    from bulk_import.run.desk import Desk
    from bulk_import.run.target import Target

DATE_DIGITS = 6
_STAMP = re.compile(r"[0-9]+(?:[-_. T]?[0-9]+)*")


def sources_of(desk: Desk) -> tuple[SourceRead, ...]:
    """What was read, to be recognised again."""
    tables = [source.table for source in desk.checked]
    return tuple(
        SourceRead(str(table.source.path.resolve()), table.source.sha256, table.source.sheet, table.rows_read)
        for table in tables
    )


def submits(journal: Journal, target: Target) -> Iterator[Run]:
    """The submits to one OneFile that came to their end, newest first.

    Raises:
        JournalError: the journal cannot be read.
    """
    for run in journal.runs():
        start = run.start
        same_onefile = (start.environment, start.host) == (target.environment, target.host)
        if same_onefile and (start.mode, run.state) == ("submit", RunState.FINISHED):
            yield run


def last_night(journal: Journal, target: Target, sources: Sequence[SourceRead]) -> Run | None:
    """The last submit of all rows of the same files to the same OneFile that came to its end.

    The files may be given in another order, and have another date in their names. What a run of chosen rows left
    behind says little of the next.

    Raises:
        JournalError: the journal cannot be read.
    """
    wanted = _places(sources)
    found = (run for run in submits(journal, target) if not _chosen(run) and _places(run.start.sources) == wanted)
    return next(found, None)


def _chosen(run: Run) -> bool:
    job = run.start.options.get("job")
    return isinstance(job, dict) and bool(job.get("only") or job.get("skip"))


def _places(sources: Sequence[SourceRead]) -> list[tuple[str, str]]:
    return sorted((same_every_night(source.path), source.sheet or "") for source in sources)


def same_every_night(path: str) -> str:
    """A file's path without the date in its name: many exports are called otherwise each night."""
    whole = PurePath(path)
    return str(whole.with_name(_STAMP.sub(_without_date, whole.name)))


def _without_date(stamp: re.Match[str]) -> str:
    return "#" if sum(character.isdigit() for character in stamp[0]) >= DATE_DIGITS else stamp[0]
