"""The rows of a CSV below its heading row.

A row's number is the one that Excel shows when it opens the file: a cell with line breaks in quotation marks is part
of one row, an empty line is a row.

Rows of a width other than the usual one are decided thus:

- *longer*: cells right of the last heading must be empty, else `row-ragged`, because a separator without quotation
  marks has pushed the row's cells to the right;
- *shorter*: filled up with empty cells, silently, since many programs leave out the separators at a row's end; but
  short rows one after the other that make exactly one whole row, and of which only the first has an e-mail address
  where the others have theirs, were one until line breaks without quotation marks cut it: `row-ragged` on each;
- a cell that has swallowed whole lines, because a quotation mark is never closed: `row-ragged`.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from bulk_import.findings import Finding, Place
from bulk_import.read.content import refusal
from bulk_import.read.grid import Grid
from bulk_import.read.limits import LARGEST_CELL_TEXT, MOST_ODD_CELLS, MOST_ODD_ROWS, MOST_RAGGED_ROWS
from bulk_import.read.table import CellType, Heading

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    import pyarrow as pa
    from pyarrow.csv import InvalidRow


CARRIAGE_RETURN: Final = ord("\r")


@dataclass(frozen=True, slots=True)
class Head:
    """The beginning of a text file, cut into rows.

    Attributes:
        separator: between cells.
        rows: the cells of each of the first rows.
        ends: where each row ends, in bytes of UTF-8 from the start of the text.
        heading: position of the heading row in `rows`.
    """

    separator: str
    rows: tuple[tuple[str, ...], ...]
    ends: tuple[int, ...]
    heading: int

    @property
    def headings(self) -> tuple[str, ...]:
        """The cells of the heading row."""
        return self.rows[self.heading]

    @property
    def usual(self) -> int:
        """The usual number of cells in a row below; that of the heading row where nothing follows."""
        widths = Counter(len(row) for row in self.rows[self.heading + 1 :] if any(row))
        return widths.most_common(1)[0][0] if widths else len(self.headings)

    @property
    def width(self) -> int:
        """The number of columns."""
        return max(self.usual, len(self.headings))

    @property
    def named(self) -> int:
        """The number of columns up to the last one with a heading."""
        return max((i + 1 for i, text in enumerate(self.headings) if text.strip()), default=0)


@dataclass(frozen=True, slots=True)
class OddRow:
    """A row that has not the usual number of cells; `number` counts from 1 below the heading row."""

    number: int
    cells: tuple[str, ...]


@dataclass(slots=True)
class _PutAside:
    """The odd rows as they come: their numbers, and their text; no more of them than the limits allow."""

    rows: list[tuple[int, str, int]] = field(default_factory=list)
    cells: int = 0

    def __call__(self, row: InvalidRow) -> str:
        self.rows.append((row.number, row.text, row.actual_columns))
        self.cells += row.actual_columns
        return "error" if self.trouble() else "skip"

    def trouble(self) -> str | None:
        """Why the file as a whole is at fault, None if it is not."""
        if len(self.rows) > MOST_ODD_ROWS:
            return f"more than {MOST_ODD_ROWS:,} of its rows have more or fewer cells than the others"
        if self.cells > MOST_ODD_CELLS:
            return f"rows that have more or fewer cells than the others have more than {MOST_ODD_CELLS:,} cells"
        return None


def read_body(head: Head, data: bytes, name: str) -> tuple[Grid, tuple[Finding, ...]]:
    """Everything below the heading row.

    Args:
        head: the beginning of the text.
        data: the whole text in UTF-8.
        name: the file as the user named it.

    Returns:
        the grid, and a `row-ragged` finding for each row whose cells may stand in the wrong columns.

    Raises:
        InputUnreadable: a quotation mark is never closed, or the rows do not fit the headings at all.
    """
    columns, odd = _regular_and_odd(head, data, name)
    columns = _merged(columns, odd, head.width)
    grid = _grid(head, columns)
    reasons = {**_longer(head, grid, odd), **_cut_in_two(odd, head.usual, grid)}
    line_break = "\n" if b"\n" in data else "\r"
    if len(grid.rows) < data.count(line_break.encode()) - (head.heading + 1):
        reasons |= _swallowed(head, grid, line_break)
    if len(reasons) > MOST_RAGGED_ROWS:
        detail = (
            f"{len(reasons):,} of its rows do not fit the headings; separators stand in cells without quotation marks"
        )
        raise refusal("file-unreadable", name, detail)
    row = head.heading + 1
    findings = (Finding("row-ragged", Place(name, None, row + n), detail=why) for n, why in sorted(reasons.items()))
    return grid, tuple(findings)


def _regular_and_odd(head: Head, data: bytes, name: str) -> tuple[list[pa.ChunkedArray], list[OddRow]]:
    import pyarrow as pa  # noqa: PLC0415 - heavy

    aside = _PutAside()
    body = memoryview(data)[head.ends[head.heading] :]
    if not body:
        return [pa.chunked_array([], pa.large_string())] * head.usual, []
    try:
        columns = _read(body, head, aside)
        odd = [OddRow(number, _cells(text, head.separator, width)) for number, text, width in aside.rows]
    except pa.ArrowInvalid:
        raise refusal("file-unreadable", name, aside.trouble() or ENDLESS) from None
    if any(len(text) > LARGEST_CELL_TEXT for _, text, _ in aside.rows):
        raise refusal("file-unreadable", name, ENDLESS)
    return columns, odd


ENDLESS: Final = "one of its rows goes on for pages; a quotation mark is probably never closed"


def _read(body: memoryview, head: Head, aside: _PutAside) -> list[pa.ChunkedArray]:
    import pyarrow as pa  # noqa: PLC0415 - heavy
    from pyarrow import csv as arrow_csv  # noqa: PLC0415 - heavy

    names = [str(i) for i in range(head.usual)]
    table = arrow_csv.read_csv(
        pa.BufferReader(pa.py_buffer(body)),
        # One thread, because only then does an odd row come with its number.
        read_options=arrow_csv.ReadOptions(use_threads=False, column_names=names, block_size=block_size(body)),
        parse_options=arrow_csv.ParseOptions(
            delimiter=head.separator,
            newlines_in_values=True,
            ignore_empty_lines=False,
            invalid_row_handler=aside,
        ),
        convert_options=arrow_csv.ConvertOptions(
            check_utf8=False,
            column_types=dict.fromkeys(names, pa.large_string()),
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
        ),
    )
    return list(table.columns)


def block_size(body: memoryview, least: int = LARGEST_CELL_TEXT) -> int:
    """How many bytes Arrow is to read at a time: no block may end with a carriage return.

    Arrow takes a line feed at the beginning of the next block for the second half of a line end, and drops it even
    inside quotation marks.
    """
    sizes = range(least, least + 1000)
    return next((size for size in sizes if CARRIAGE_RETURN not in body[size - 1 :: size]), least)


def _cells(text: str, separator: str, width: int) -> tuple[str, ...]:
    if '"' not in text:
        return tuple(text.split(separator))
    if len(text) >= LONGEST_FOR_CSV:
        return _cells_of_long(text, separator, width)
    return tuple(next(csv.reader(io.StringIO(text, newline=""), delimiter=separator), ()))


LONGEST_FOR_CSV: Final = 131_072
"""Characters; a cell longer than this is an error to Python's csv module, whose limit holds for the whole process."""


def _cells_of_long(text: str, separator: str, width: int) -> tuple[str, ...]:
    import pyarrow as pa  # noqa: PLC0415 - heavy
    from pyarrow import csv as arrow_csv  # noqa: PLC0415 - heavy

    data, names = text.encode(), [str(i) for i in range(width)]
    table = arrow_csv.read_csv(
        pa.BufferReader(data),
        read_options=arrow_csv.ReadOptions(column_names=names, block_size=len(data) + 2),
        parse_options=arrow_csv.ParseOptions(delimiter=separator, newlines_in_values=True),
        convert_options=arrow_csv.ConvertOptions(column_types=dict.fromkeys(names, pa.large_string())),
    )
    return tuple(column[0].as_py() or "" for column in table.columns)


def _merged(columns: list[pa.ChunkedArray], odd: list[OddRow], width: int) -> list[pa.ChunkedArray]:
    """All rows in order, `width` columns wide."""
    import pyarrow as pa  # noqa: PLC0415 - heavy

    height = len(columns[0])
    nothing = pa.chunked_array([pa.nulls(height, pa.large_string())])
    columns = columns + [nothing] * (width - len(columns))
    if not odd:
        return columns
    order = pa.array(_order(height, odd))
    for i, column in enumerate(columns):
        texts = [row.cells[i] or None if i < len(row.cells) else None for row in odd]
        whole = pa.chunked_array([*column.chunks, pa.array(texts, pa.large_string())])
        columns[i] = whole.take(order)
    return columns


def _order(height: int, odd: list[OddRow]) -> np.ndarray:
    """For each row in its place: where it stands among the regular rows with the odd rows appended."""
    import numpy as np  # noqa: PLC0415 - heavy

    order = np.full(height + len(odd), -1, dtype=np.int64)
    order[[row.number - 1 for row in odd]] = np.arange(height, height + len(odd))
    order[order < 0] = np.arange(height)
    return order


def _grid(head: Head, columns: list[pa.ChunkedArray]) -> Grid:
    import numpy as np  # noqa: PLC0415 - heavy

    height = len(columns[0])
    types = np.empty((height, len(columns)), dtype=np.uint8, order="F")
    for position, column in enumerate(columns):
        types[:, position] = column.is_valid().to_numpy()
    types *= np.uint8(CellType.TEXT)
    texts = (*head.headings, *[""] * (head.width - len(head.headings)))
    headings = tuple(Heading(text, i + 1) for i, text in enumerate(texts))
    numbers = np.arange(1, height + 1, dtype=np.int64) + head.heading + 1
    return Grid(head.heading + 1, headings, numbers, columns, types)


def _longer(head: Head, grid: Grid, odd: list[OddRow]) -> dict[int, str]:
    """Rows that go on beyond the last heading, with what is wrong."""
    import numpy as np  # noqa: PLC0415 - heavy

    beyond = grid.types[:, len(head.headings) :].any(axis=1)
    found = {int(n) + 1: _too_many(head.usual, head.named) for n in np.flatnonzero(beyond)}
    for row in odd:
        if len(row.cells) > len(head.headings) and any(row.cells[head.named :]):
            found[row.number] = _too_many(len(row.cells), head.named)
    return found


def _too_many(cells: int, headings: int) -> str:
    return f"{cells} cells under {headings} headings"


def _cut_in_two(odd: list[OddRow], usual: int, grid: Grid) -> dict[int, str]:
    """Short rows, one right after the other, that together make exactly one row and no more than one person."""
    found: dict[int, str] = {}
    runs = [run for run in _runs([row for row in odd if len(row.cells) < usual]) if len(run) > 1]
    addresses = _address_columns(grid) if runs else ()
    for run in runs:
        for pieces in _wholes(run, usual, addresses):
            first, last = pieces[0].number, pieces[-1].number
            why = "only {} of {} cells, and seems to be a piece of one row that was cut by a line break"
            found |= {n: why.format(len(pieces[n - first].cells), usual) for n in range(first, last + 1)}
    return found


def _runs(rows: list[OddRow]) -> Iterator[list[OddRow]]:
    """Rows in groups that follow each other without a gap."""
    start = 0
    for i, (row, after) in enumerate(pairwise(rows), start=1):
        if after.number != row.number + 1:
            yield rows[start:i]
            start = i
    if rows:
        yield rows[start:]


def _address_columns(grid: Grid) -> tuple[int, ...]:
    """Positions of the columns that hold e-mail addresses, told by what most of their cells hold."""
    import pyarrow.compute as pc  # noqa: PLC0415 - heavy

    found = []
    for position, column in enumerate(grid.columns):
        filled = len(column) - column.null_count
        if filled and 2 * pc.sum(pc.match_substring(column, "@")).as_py() > filled:
            found.append(position)
    return tuple(found)


def _stands_alone(row: OddRow, addresses: tuple[int, ...]) -> bool:
    """Whether a short row is a person of its own whose last cells are empty, as staff among learners are."""
    return any(position < len(row.cells) and "@" in row.cells[position] for position in addresses)


def _wholes(run: list[OddRow], usual: int, addresses: tuple[int, ...]) -> Iterator[list[OddRow]]:
    """Pieces that make one row: each cut turns one cell into two, so n pieces have n - 1 cells more."""
    pieces: list[OddRow] = []
    cells = 1
    for row in run:
        if _stands_alone(row, addresses):
            pieces, cells = [], 1
        pieces.append(row)
        cells += len(row.cells) - 1
        if cells == usual:
            yield pieces
        if cells >= usual:
            pieces, cells = [], 1


LEAST_SEPARATORS: Final = 3


def _swallowed(head: Head, grid: Grid, line_break: str) -> dict[int, str]:
    """Rows with a cell whose later lines look like rows themselves."""
    import numpy as np  # noqa: PLC0415 - heavy
    import pyarrow.compute as pc  # noqa: PLC0415 - heavy

    enough = max(head.usual - 1, LEAST_SEPARATORS)
    why = "a quotation mark that is never closed, so that the lines below were taken into one of its cells"
    found: dict[int, str] = {}
    for column in grid.columns:
        broken = pc.fill_null(pc.match_substring(column, line_break), fill_value=False).to_numpy()
        for i in np.flatnonzero(broken).tolist():
            lines = column[i].as_py().splitlines()[1:]
            if any(line.count(head.separator) >= enough for line in lines):
                found[i + 1] = why
    return found
