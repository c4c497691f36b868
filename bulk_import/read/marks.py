"""What an earlier run wrote into a workbook that came back to be corrected: it is recognised, and left out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bulk_import.catalogue import (
    MARKED_SHEET,
    PROBLEM_HEADINGS,
    PROBLEMS_MARK,
    PROBLEMS_SHEET,
    READ_WITH,
    ROW_HEADINGS,
    heading_key,
    without_column,
)
from bulk_import.read.table import OwnMarks

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from bulk_import.read.grid import Grid

    Rows = Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class ProblemsSheet:
    """The sheet that an earlier run listed the problems on, and what it says of the workbook.

    Attributes:
        name: of the sheet.
        marked: the sheets that were read, in order → the headings of our columns in each, none where it has none.
        options: those with which they were read, as on the command line: ("--set", "OrganisationID=1").
        renamed: whether none of the marked sheets is there under its name any more.
    """

    name: str
    marked: Mapping[str, tuple[str, ...]]
    options: tuple[tuple[str, str], ...]
    renamed: bool

    def sheets(self, names: Collection[str]) -> tuple[str, ...]:
        """The sheets to be read; none where one of them is gone, so that it is for the usual choice to say which."""
        return tuple(self.marked) if all(name in names for name in self.marked) else ()

    def own_headings(self, sheet: str) -> tuple[str, ...]:
        """The headings of our columns in a sheet."""
        if self.renamed and len(self.marked) == 1:
            return next(iter(self.marked.values()))
        return self.marked.get(sheet, ())

    def knowing(self, known: Callable[[str], bool]) -> Callable[[str], bool]:
        """Says whether a heading means a field, those too that an option tied to one."""
        tied = [value.rpartition("=")[0] for option, value in self.options if option == "--map"]
        keys = {heading_key(without_column(heading)) for heading in tied}
        return lambda text: known(text) or heading_key(text) in keys


def problems_sheet(names: Collection[str], first_rows: Callable[[str], Rows]) -> ProblemsSheet | None:
    """The sheet that an earlier run listed the problems on, None where there is none.

    Args:
        names: of the sheets.
        first_rows: gives the texts of a sheet's first rows.
    """
    for name in names:
        if name.strip().casefold().startswith(PROBLEMS_SHEET.casefold()):
            rows = [[text.strip() for text in row] for row in first_rows(name)]
            if rows and rows[0][:1] == [PROBLEMS_MARK]:
                return _read(name, rows, names)
    return None


def _read(name: str, rows: Rows, names: Collection[str]) -> ProblemsSheet:
    marked = {row[1]: _ours(row[2:]) for row in rows if row[0] == MARKED_SHEET and row[1:2]}
    options = tuple((row[1], row[2]) for row in rows if row[0] == READ_WITH and len(row) > 2)  # noqa: PLR2004 - two cells
    return ProblemsSheet(name, marked, options, renamed=marked.keys().isdisjoint(names))


def _ours(headings: Sequence[str]) -> tuple[str, ...]:
    """The headings that this program writes itself; anybody can type others into the sheet."""
    problem, *row = [*filter(None, headings), ""]
    if problem not in PROBLEM_HEADINGS:
        return ()
    return (problem, *(text for text in row[:1] if text in ROW_HEADINGS))


def without_marks(grid: Grid, sheet: str, ours: ProblemsSheet) -> tuple[Grid, OwnMarks]:
    """The grid without our columns, and where they stood.

    Args:
        grid: of a sheet of a workbook in which an earlier run left its marks.
        sheet: its name.
        ours: the sheet with the problems.
    """
    own = ours.own_headings(sheet)
    texts = {heading.column: heading.text.strip() for heading in grid.headings}
    problem = next((column for column, text in texts.items() if own[:1] == (text,)), None)
    # Our further columns stand right beside it; anywhere else, the same heading is the user's own.
    numbered = () if problem is None else tuple(enumerate(own, start=problem))
    left_out = {column: text for column, text in numbered if texts.get(column) == text}
    keep = [at for at, heading in enumerate(grid.headings) if heading.column not in left_out]
    rest = replace(
        grid,
        headings=tuple(grid.headings[at] for at in keep),
        columns=[grid.columns[at] for at in keep],
        types=grid.types[:, keep],
    )
    return rest, OwnMarks(ours.name, problem, tuple(left_out.values())[1:], ours.options)
