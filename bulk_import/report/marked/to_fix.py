"""One file to correct for each file that needs it, whatever number of its sheets was read."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bulk_import.errors import InputUnreadable
from bulk_import.report.marked.marks import make_marks, rows_to_correct
from bulk_import.report.marked.splice import CannotMarkError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from bulk_import.read.content import Content
    from bulk_import.read.table import Source, Table
    from bulk_import.report.assemble import Report, SourceReport
    from bulk_import.report.marked.workbook import ToMark

    ToCorrect = tuple[SourceReport, tuple[int, ...]]

ALREADY: Final = re.compile(r"(?:-to-fix(?: \(\d+\)| \d+)*)+$")
WHAT: Final = {
    "text": "a CSV or text file has no place for marks",
    "xlsb": "marks can be written into .xlsx and .xlsm workbooks only, and it is an .xlsb",
    "xls": "marks can be written into .xlsx and .xlsm workbooks only, and it is an .xls",
    "ods": "marks can be written into .xlsx and .xlsm workbooks only, and it is an OpenDocument workbook",
}


@dataclass(frozen=True, slots=True)
class FileToFix:
    """A file to correct, whole.

    Attributes:
        name: of the file, such as "enrolments-to-fix.xlsx".
        data: its bytes; the same for the same report and source.
    """

    name: str
    data: bytes


def files_to_fix(report: Report) -> Iterator[FileToFix]:
    """A file for each with rows that somebody has to correct or decide about, in order, one at a time."""
    taken: set[str] = set()
    for sources in _by_file(report):
        if not any(rows for _, rows in sources):
            continue
        try:
            data, ending = _made(report, sources)
        except CannotMarkError:
            # There is not even room for a column of ours: results.xlsx says what is wrong.
            continue
        stem = _stem(sources[0][0])
        names = (f"{stem}-to-fix{f' {number}' if number > 1 else ''}{ending}" for number in range(1, len(taken) + 2))
        name = next(name for name in names if name.casefold() not in taken)
        taken.add(name.casefold())
        yield FileToFix(name, data)


def _by_file(report: Report) -> Iterable[list[ToCorrect]]:
    """The sources that are sheets of one file, in order, with their rows to be corrected; a sheet read twice is two."""
    seen: Counter[Source] = Counter()
    files: dict[tuple[Path, int], list[ToCorrect]] = {}
    for source in report.sources:
        origin = source.checked.table.source
        seen[origin] += 1
        files.setdefault((origin.path, seen[origin]), []).append((source, rows_to_correct(report, source)))
    return files.values()


def _stem(source: SourceReport) -> str:
    """The source's name without folder and ending, and without what an earlier marking added to it."""
    name = re.split(r"[/\\]", source.checked.table.source.name)[-1]
    stem = name.rpartition(".")[0] or name
    return ALREADY.sub("", stem) or stem


def _made(report: Report, sources: list[ToCorrect]) -> tuple[bytes, str]:
    """The marked workbook, or a marked copy of its values, and the ending of its name."""
    from bulk_import.report.marked.values import copy_values  # noqa: PLC0415 - heavy
    from bulk_import.report.marked.workbook import mark_workbook  # noqa: PLC0415 - heavy

    try:
        content = _content([source.checked.table for source, _ in sources])
        marked = mark_workbook(content, [_to_mark(report, *source) for source in sources], report.read_with)
    except CannotMarkError as why:
        return copy_values(report, sources, str(why)), ".xlsx"
    return marked.data, marked.ending


def _to_mark(report: Report, source: SourceReport, rows: tuple[int, ...]) -> ToMark:
    from bulk_import.report.marked.workbook import ToMark  # noqa: PLC0415 - heavy

    table = source.checked.table
    every = table.frame.index.tolist()
    return ToMark(table, lambda move: make_marks(report, source, every, move), bool(rows))


def _content(tables: list[Table]) -> Content:
    """The source's bytes, the same that were read.

    Raises:
        CannotMarkError: they are not to be had any more, or are of a kind or a length that is not marked.
    """
    from bulk_import.read.content import FileType, load  # noqa: PLC0415 - beside its only use
    from bulk_import.report.marked.values import MOST_ROWS, too_long  # noqa: PLC0415 - heavy

    origin = tables[0].source
    try:
        content = load(origin.path, origin.name)
    except InputUnreadable:
        raise CannotMarkError("your own file could not be opened a second time") from None
    if any(content.sha256 != table.source.sha256 for table in tables):
        raise CannotMarkError("your own file has changed since it was read")
    if content.type is not FileType.XLSX:
        raise CannotMarkError(WHAT[content.type])
    if any(map(too_long, tables)):
        raise CannotMarkError(f"it has more than {MOST_ROWS:,} rows")
    return content
