"""What the fast reader does not tell about a sheet, whatever the kind of workbook."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from bulk_import.read.limits import MOST_CELLS, MOST_COLUMNS, MOST_FAILED_CELLS, MOST_ROWS

if TYPE_CHECKING:
    from collections.abc import Mapping

ERRORS: Final[Mapping[int, str]] = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}
"""The errors of binary workbooks by their codes: BErr of [MS-XLS], section 2.5.10, and of [MS-XLSB], 2.5.97.2."""


@dataclass(slots=True)
class SheetFacts:
    """Facts of one sheet; rows and columns are counted from 1.

    Attributes:
        first_row, first_column, last_row, last_column: the rectangle round all cells; 0 for a sheet without any.
        errors: (row, column) → the error as it stands, such as "#N/A".
        uncalculated: (row, column) of formulas without a stored result.
        hidden: rows that are hidden or filtered away.
        hidden_columns: first and last column of each stretch of hidden ones.
    """

    first_row: int = 0
    first_column: int = 0
    last_row: int = 0
    last_column: int = 0
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    uncalculated: set[tuple[int, int]] = field(default_factory=set)
    hidden: set[int] = field(default_factory=set)
    hidden_columns: set[tuple[int, int]] = field(default_factory=set)

    def columns_hidden(self) -> frozenset[int]:
        """The hidden columns."""
        marks = bytearray(MOST_COLUMNS + 1)
        for first, last in self.hidden_columns:
            end = min(last, MOST_COLUMNS) + 1
            marks[first:end] = b"\1" * max(end - first, 0)
        return frozenset(column for column, mark in enumerate(marks) if mark)

    def reach(self, row: int, column: int) -> None:
        """Widens the rectangle so that it holds a cell."""
        if self.first_row <= row <= self.last_row and self.first_column <= column <= self.last_column:
            return
        self.first_row = min(self.first_row or row, row)
        self.first_column = min(self.first_column or column, column)
        self.last_row = max(self.last_row, row)
        self.last_column = max(self.last_column, column)

    def hide(self, first: int, last: int) -> None:
        """Takes note of hidden rows; one that Excel cannot have makes the sheet too large."""
        self.hidden.update(range(first, min(last, MOST_ROWS) + 1))
        if last > MOST_ROWS:
            self.last_row = max(self.last_row, last)

    def too_many_failed(self) -> bool:
        """Whether so many cells are errors or formulas without a result that the sheet as a whole is at fault."""
        return len(self.errors) + len(self.uncalculated) > MOST_FAILED_CELLS

    def beyond_excel(self) -> str | None:
        """What goes beyond the last row or column that a sheet can have, None if nothing does."""
        if self.last_row > MOST_ROWS:
            return f"it claims more than {MOST_ROWS:,} rows"
        if self.last_column > MOST_COLUMNS or len(self.hidden_columns) > MOST_COLUMNS:
            return f"it claims more than {MOST_COLUMNS:,} columns"
        return None

    def too_large(self) -> str | None:
        """What is too large about the rectangle, None if nothing is."""
        rows, columns = self.last_row - self.first_row + 1, self.last_column - self.first_column + 1
        if (beyond := self.beyond_excel()) or rows * columns <= MOST_CELLS:
            return beyond
        return f"the sheet stretches over {rows:,} rows × {columns:,} columns, and the limit is {MOST_CELLS:,} cells"

    def stretches_too_far(self) -> bool:
        """Whether nothing is wrong but the size of the rectangle."""
        return bool(self.too_large()) and not self.beyond_excel() and not self.too_many_failed()

    def hopeless(self) -> bool:
        """Whether the sheet will be refused, whatever is still to come of it."""
        return self.too_many_failed() or self.too_large() is not None
