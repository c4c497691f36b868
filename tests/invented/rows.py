"""A row of a sample, with the mistakes that were put into it on purpose."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

Cell = str | int | float | date | None
"""What a spreadsheet cell may hold; `Formula`, `Failed` and `Unquoted` are texts with a meaning of their own."""

WHOLE_ROW = ""
"""In place of a heading: the finding is about the row, not about one cell."""


class Formula(str):
    """A formula that was never calculated: the workbook holds no result for it."""

    __slots__ = ()


class Unquoted(str):
    """Text that stands in a CSV without the quotation marks it needs."""

    __slots__ = ()


class Failed(str):
    """An error that Excel left in a cell, such as #N/A."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One row under the headings.

    Attributes:
        cells: heading → what stands there; a heading that is not named has an empty cell.
        finds: heading → the code of the finding the check must have at that cell; several, parted by blanks.
        refused: the code with which the practice OneFile refuses the row, which passes the check.
        unlisted: heading → the code of the finding that the lists of the practice OneFile give rise to.
    """

    cells: Mapping[str, Cell]
    finds: Mapping[str, str] = field(default_factory=dict)
    refused: int | None = None
    unlisted: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample file before it is written.

    Attributes:
        name: the file's name.
        above: rows above the headings.
        headings: in the order of the columns.
        rows: the rows below; None is a blank row.
        file_finds: the codes of the findings about the file as a whole.
        encoding: of a CSV.
        separator: of a CSV.
    """

    name: str
    above: tuple[tuple[Cell, ...], ...]
    headings: tuple[str, ...]
    rows: tuple[Row | None, ...]
    file_finds: tuple[str, ...] = ()
    encoding: str = "utf-8-sig"
    separator: str = ","

    @property
    def first_row(self) -> int:
        """The number that Excel shows beside the first row below the headings."""
        return len(self.above) + 2

    def planted(self) -> set[tuple[str, int, int]]:
        """Code, row and column (from 1; 0 for the whole row) of every finding that the check must have about a row."""
        columns = {WHOLE_ROW: 0} | {heading: column for column, heading in enumerate(self.headings, start=1)}
        return {
            (code, number, columns[heading])
            for number, row in enumerate(self.rows, start=self.first_row)
            if row is not None
            for heading, codes in row.finds.items()
            for code in codes.split()
        }


def address(first: str, last: str) -> str:
    """An e-mail address at example.com, which belongs to nobody."""
    plain = unicodedata.normalize("NFKD", f"{first}.{last}".replace("Ł", "L").replace("ł", "l").replace("ø", "o"))
    kept = "".join(letter for letter in plain if letter.isascii() and (letter.isalnum() or letter in ".-"))
    return f"{kept.lower()}@example.com"
