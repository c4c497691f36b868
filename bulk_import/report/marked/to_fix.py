"""One file to correct for each source that needs it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bulk_import.errors import InputUnreadable
from bulk_import.report.marked.marks import make_marks, rows_to_correct
from bulk_import.report.marked.splice import CannotMarkError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bulk_import.read.content import Content
    from bulk_import.read.table import Table
    from bulk_import.report.assemble import Report, SourceReport

ALREADY: Final = re.compile(r"(?:-to-fix(?: \(\d+\))?)+$")
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
    """A file for each source with rows that somebody has to correct or decide about, in order, one at a time."""
    taken: set[str] = set()
    for source in report.sources:
        rows = rows_to_correct(report, source)
        if not rows:
            continue
        try:
            data, ending = _made(report, source, rows)
        except CannotMarkError:
            # There is not even room for a column of ours: results.xlsx says what is wrong.
            continue
        stem = _stem(source)
        names = (f"{stem}-to-fix{f' {number}' if number > 1 else ''}{ending}" for number in range(1, len(taken) + 2))
        name = next(name for name in names if name.casefold() not in taken)
        taken.add(name.casefold())
        yield FileToFix(name, data)


def _stem(source: SourceReport) -> str:
    """The source's name without folder and ending, and without what an earlier marking added to it."""
    name = re.split(r"[/\\]", source.checked.table.source.name)[-1]
    stem = name.rpartition(".")[0] or name
    return ALREADY.sub("", stem) or stem


def _made(report: Report, source: SourceReport, rows: tuple[int, ...]) -> tuple[bytes, str]:
    """The marked workbook, or a marked copy of its values, and the ending of its name."""
    from bulk_import.report.marked.values import copy_values  # noqa: PLC0415 - heavy
    from bulk_import.report.marked.workbook import mark_workbook  # noqa: PLC0415 - heavy

    table = source.checked.table
    try:
        content = _content(table)
        rows_here = table.frame.index.tolist()
        marked = mark_workbook(content, table, lambda move: make_marks(report, source, rows_here, move))
    except CannotMarkError as why:
        return copy_values(report, source, rows, str(why)), ".xlsx"
    return marked.data, marked.ending


def _content(table: Table) -> Content:
    """The source's bytes, the same that were read.

    Raises:
        CannotMarkError: they are not to be had any more, or are of a kind or a length that is not marked.
    """
    from bulk_import.read.content import FileType, load  # noqa: PLC0415 - beside its only use
    from bulk_import.report.marked.values import MOST_ROWS, too_long  # noqa: PLC0415 - heavy

    try:
        content = load(table.source.path, table.source.name)
    except InputUnreadable:
        raise CannotMarkError("your own file could not be opened a second time") from None
    if content.sha256 != table.source.sha256:
        raise CannotMarkError("your own file has changed since it was read")
    if content.type is not FileType.XLSX:
        raise CannotMarkError(WHAT[content.type])
    if too_long(table):
        raise CannotMarkError(f"it has more than {MOST_ROWS:,} rows")
    return content
