"""What an earlier run wrote into a workbook that came back to be corrected: it is recognised, and left out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bulk_import.catalogue import PROBLEM_HEADINGS, PROBLEMS_MARK, PROBLEMS_SHEET, ROW_HEADINGS
from bulk_import.read.table import OwnMarks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bulk_import.read.grid import Grid


def problems_sheet(names: Iterable[str], first_cell: Callable[[str], str]) -> str | None:
    """The name of the sheet that an earlier run listed the problems on, None where there is none.

    Args:
        names: of the sheets.
        first_cell: gives the text of a sheet's cell A1.
    """
    alike = [name for name in names if name.strip().casefold().startswith(PROBLEMS_SHEET.casefold())]
    return next((name for name in alike if first_cell(name).strip() == PROBLEMS_MARK), None)


def without_marks(grid: Grid, sheet: str) -> tuple[Grid, OwnMarks]:
    """The grid without our columns, and where they stood.

    Args:
        grid: of a workbook in which an earlier run left its marks.
        sheet: the name of the sheet with the problems.
    """
    problem = _column(grid, PROBLEM_HEADINGS)
    ours = {problem, _column(grid, ROW_HEADINGS)}
    keep = [at for at, heading in enumerate(grid.headings) if heading.column not in ours]
    rest = replace(
        grid,
        headings=tuple(grid.headings[at] for at in keep),
        columns=[grid.columns[at] for at in keep],
        types=grid.types[:, keep],
    )
    return rest, OwnMarks(sheet, problem)


def _column(grid: Grid, headings: tuple[str, ...]) -> int | None:
    """Where our column stands: the one of the longer heading, where the user has one of the shorter."""
    found = {heading.text.strip().casefold(): heading.column for heading in grid.headings}
    return next((found[text.casefold()] for text in reversed(headings) if text.casefold() in found), None)
