"""The last step of reading, the same for every kind of file: blank rows, guidance, empty columns, the frame."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from bulk_import.findings import Finding, Place
from bulk_import.read import asides
from bulk_import.read.content import refusal
from bulk_import.read.limits import MOST_USED_COLUMNS
from bulk_import.read.table import Heading, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    import pandas as pd
    import pyarrow as pa

    from bulk_import.read.table import Source

UNSEEN: Final = " \t\r\n\v\f\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008"
UNSEEN_TOO: Final = "\u2009\u200a\u200b\u200c\u200d\u2028\u2029\u202f\u205f\u2060\u3000\ufeff"
"""Characters that show nothing: a row of nothing else is blank."""


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """What stands below a heading row, before anything is left out.

    Attributes:
        heading_row: its row number.
        headings: one for each column.
        rows: row numbers, int64, ascending.
        columns: large_string, null where a cell is empty.
        types: `CellType`, uint8, shape (rows, columns).
    """

    heading_row: int
    headings: tuple[Heading, ...]
    rows: np.ndarray
    columns: list[pa.ChunkedArray]
    types: np.ndarray


def as_table(grid: Grid, source: Source, findings: tuple[Finding, ...]) -> Table:
    """Leaves out blank rows, guidance, totals and wholly empty columns, and builds the frame.

    Raises:
        InputUnreadable: there are more columns than any list of people has.
    """
    place = Place(source.name, source.sheet)
    grid, guidance = _left_out(grid, "guidance-skipped", asides.guidance, place)
    grid, totals = _left_out(grid, "totals-skipped", asides.totals, place)
    grid, blank = _without_blank_rows(grid)
    grid = _without_empty_columns(grid)
    if len(grid.headings) > MOST_USED_COLUMNS:
        detail = f"it has {len(grid.headings):,} columns in use, and the limit is {MOST_USED_COLUMNS:,}"
        raise refusal("file-too-large", source.name, detail, sheet=source.sheet)
    findings = (*findings, *guidance, *totals)
    if not len(grid.rows):
        findings = (*findings, Finding("rows-missing", place))
    return Table(
        source=source,
        heading_row=grid.heading_row,
        headings=grid.headings,
        frame=_frame(grid),
        types=grid.types,
        blank_rows=blank,
        findings=findings,
    )


def _kept(grid: Grid, mask: np.ndarray) -> Grid:
    import pyarrow as pa  # noqa: PLC0415 - heavy

    keep = pa.array(mask)
    columns = [column.filter(keep) for column in grid.columns]
    return replace(grid, rows=grid.rows[mask], columns=columns, types=grid.types[mask])


def _left_out(grid: Grid, code: str, find: Callable[[Grid], np.ndarray], place: Place) -> tuple[Grid, list[Finding]]:
    """Without the rows that are no people, and the finding that names them."""
    mask = find(grid) if grid.columns and len(grid.rows) else None
    if mask is None or not mask.any():
        return grid, []
    return _kept(grid, ~mask), [Finding(code, place, detail=listed_rows(grid.rows[mask].tolist()))]


ENOUGH: Final = 5
"""Row numbers that are enough to find the place."""


def listed_rows(rows: Sequence[int]) -> str:
    """Row numbers in words; of many the first, and how many there are in all."""
    numbers = ", ".join(map(str, rows[:ENOUGH]))
    if len(rows) > ENOUGH:
        return f"rows {numbers} … ({len(rows):,} in all)"
    return f"row {numbers}" if len(rows) == 1 else f"rows {numbers}"


def _without_blank_rows(grid: Grid) -> tuple[Grid, tuple[int, ...]]:
    blank = _blank(grid)
    if not blank.any():
        return grid, ()
    filled = grid.rows[~blank]
    last = int(filled[-1]) if len(filled) else grid.heading_row
    between: np.ndarray = blank & (grid.rows < last)
    return _kept(grid, ~blank), tuple(grid.rows[between].tolist())


def _blank(grid: Grid) -> np.ndarray:
    """Which rows hold nothing, or nothing but text that shows nothing."""
    import numpy as np  # noqa: PLC0415 - heavy
    import pyarrow as pa  # noqa: PLC0415 - heavy
    import pyarrow.compute as pc  # noqa: PLC0415 - heavy

    candidates = np.arange(len(grid.rows))
    for position, column in enumerate(grid.columns):
        if not len(candidates):
            break
        taken = column if len(candidates) == len(column) else column.take(pa.array(candidates))
        unseen = pc.equal(pc.utf8_trim(taken, UNSEEN + UNSEEN_TOO), "")
        shows_nothing: np.ndarray = pc.fill_null(unseen, fill_value=True).to_numpy()
        # An error or a formula without a result has a type but may have no text.
        few = grid.types[candidates, position] <= 1
        candidates = candidates[shows_nothing & few]
    blank = np.zeros(len(grid.rows), dtype=bool)
    blank[candidates] = True
    return blank


def _without_empty_columns(grid: Grid) -> Grid:
    import numpy as np  # noqa: PLC0415 - heavy

    filled = set(np.flatnonzero(grid.types.any(axis=0)).tolist())
    keep = [i for i, heading in enumerate(grid.headings) if heading.text.strip() or i in filled]
    if len(keep) == len(grid.headings):
        return grid
    return replace(
        grid,
        headings=tuple(grid.headings[i] for i in keep),
        columns=[grid.columns[i] for i in keep],
        types=grid.types[:, keep],
    )


def _frame(grid: Grid) -> pd.DataFrame:
    import numpy as np  # noqa: PLC0415 - heavy
    import pandas as pd  # noqa: PLC0415 - heavy

    dtype = pd.StringDtype("pyarrow", na_value=np.nan)
    arrays = {
        i: pd.arrays.ArrowStringArray(column, dtype=dtype)  # type: ignore[call-arg]  # the stubs lag behind pandas 3
        for i, column in enumerate(grid.columns)
    }
    frame = pd.DataFrame(arrays, index=pd.Index(grid.rows), copy=False)
    frame.columns = pd.RangeIndex(len(grid.columns))
    return frame
