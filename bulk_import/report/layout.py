"""Which row of which source stands where on the Results sheets."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from bulk_import.findings import column_letters

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bulk_import.report.assemble import Report, SourceReport

OWN_COLUMNS = ("Sheet", "Row", "Status", "User ID", "What happened", "What to do")
"""The columns that stand before the source's own."""

OWN_WIDTHS = (18, 8, 30, 10, 62, 52)

MOST_COLUMNS = 16_384

_MOST_BYTES = 1_900_000_000
"""Of one sheet's XML: beyond 2 GiB a package needs the zip64 form, which Excel offers to repair."""

_BYTES_OF_CELL = 80
_BYTES_OF_WORDS = 500
_LONGEST_NAME = 31
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\'()]")
_WORST_ESCAPE = 5
"""`&` becomes `&amp;`."""


@dataclass(frozen=True, slots=True)
class Block:
    """Rows of one source that stand together on a Results sheet.

    Attributes:
        source: the source's index in the run.
        start: first row of the frame, counted from 0.
        stop: the row of the frame after the last one.
        first: the row of the sheet in which `start` stands.
    """

    source: int
    start: int
    stop: int
    first: int


@dataclass(frozen=True, slots=True)
class ResultsSheet:
    """One Results sheet: its name, the sources' headings it shows, and its rows."""

    name: str
    headings: tuple[str, ...]
    blocks: tuple[Block, ...]

    @property
    def columns(self) -> int:
        """How many columns it has."""
        return len(OWN_COLUMNS) + len(self.headings)

    @property
    def last_row(self) -> int:
        """The number of its last row; 1 where it has headings only."""
        return max((block.first + block.stop - block.start - 1 for block in self.blocks), default=1)


@dataclass(frozen=True, slots=True)
class Layout:
    """All Results sheets of a report."""

    sheets: tuple[ResultsSheet, ...]

    def address(self, source: int, position: int, column: int | None) -> str:
        """Where a row stands, as the target of a link such as "'Results'!N7".

        Args:
            source: the source's index in the run.
            position: the row's position in the frame, counted from 0.
            column: the column's position in the frame, counted from 0; None for the row as a whole.
        """
        own = len(OWN_COLUMNS)
        letters = "A" if column is None or own + column >= MOST_COLUMNS else column_letters(own + column + 1)
        blocks = [(block, sheet) for sheet in self.sheets for block in sheet.blocks if block.source == source]
        block, sheet = blocks[bisect_right([block.start for block, _ in blocks], position) - 1]
        return f"'{sheet.name}'!{letters}{block.first + position - block.start}"


def lay_out(report: Report, *, most_rows: int) -> Layout:
    """Gives every row of every source its place.

    Sources that follow each other and have the same headings share a sheet; one that Excel could not hold goes on
    in a second one.

    Args:
        report: of one run.
        most_rows: of one sheet, the heading included.
    """
    sheets: list[ResultsSheet] = []
    numbered = list(enumerate(report.sources))
    several = len({_headings(source) for source in report.sources}) > 1
    for headings, group in groupby(numbered, key=lambda pair: _headings(pair[1])):
        for blocks in _filled(list(group), most_rows):
            name = f"Results {len(sheets) + 1}" if sheets else "Results"
            of = {report.sources[block.source].checked.table.source.sheet for block in blocks} if several else set()
            sheets.append(ResultsSheet(_named(name, of), headings, blocks))
    return Layout(tuple(sheets) or (ResultsSheet("Results", (), ()),))


def _named(name: str, of: set[str | None]) -> str:
    """The name of a Results sheet, with that of the only sheet whose rows it shows: “Results 2 (Learners)”."""
    shown = [_NOT_IN_NAMES.sub("_", sheet) for sheet in of if sheet]
    return f"{name} ({shown[0][: _LONGEST_NAME - len(name) - 3]})" if len(of) == len(shown) == 1 else name


def _headings(source: SourceReport) -> tuple[str, ...]:
    shown = source.checked.table.headings[: MOST_COLUMNS - len(OWN_COLUMNS)]
    return tuple(heading.text for heading in shown)


def _filled(group: list[tuple[int, SourceReport]], most_rows: int) -> Iterator[tuple[Block, ...]]:
    room = min(most_rows - 1, *(_rows_that_fit(source) for _, source in group))
    blocks: list[Block] = []
    used = 0
    for number, source in group:
        start, rows = 0, len(source.checked.table.frame)
        while start < rows:
            if used == room:
                yield tuple(blocks)
                blocks, used = [], 0
            stop = min(rows, start + room - used)
            blocks.append(Block(number, start, stop, first=used + 2))
            used, start = used + stop - start, stop
    yield tuple(blocks)


def _rows_that_fit(source: SourceReport) -> int:
    frame = source.checked.table.frame
    rows = max(1, len(frame))
    text = int(frame.memory_usage(index=False, deep=False).sum()) // rows
    row = _WORST_ESCAPE * text + _BYTES_OF_CELL * (len(OWN_COLUMNS) + frame.shape[1]) + _BYTES_OF_WORDS
    return int(max(1, _MOST_BYTES // row))
