"""What reading gives: a table of text, each cell with its address and the type it had in the file."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    import pandas as pd

    from bulk_import.findings import Finding


class CellType(IntEnum):
    """What a cell was in the file, whatever its text looks like."""

    EMPTY = 0
    TEXT = 1
    NUMBER = 2
    DATE = 3
    DATETIME = 4
    TIME = 5
    BOOLEAN = 6
    ERROR = 7
    UNCALCULATED = 8


@dataclass(frozen=True, slots=True)
class Source:
    """Where a table came from.

    Attributes:
        path: the file.
        name: the file as the user named it.
        sha256: of the very bytes that were read, in hexadecimal.
        sheet: the sheet's name; None for a CSV.
    """

    path: Path
    name: str
    sha256: str
    sheet: str | None


@dataclass(frozen=True, slots=True)
class Heading:
    """A column's heading.

    Attributes:
        text: as typed, "" where the heading cell is empty.
        column: counted from 1 (A = 1).
    """

    text: str
    column: int


@dataclass(frozen=True, slots=True)
class OwnMarks:
    """What an earlier run wrote into a workbook for it to be corrected, and what reading leaves out.

    Attributes:
        sheet: the name of the sheet that lists the problems.
        problem_column: where the column Problem stands, counted from 1; None where it is gone.
        beside: the headings of our further columns, right beside it.
        options: those with which the workbook was read, as on the command line: ("--set", "OrganisationID=1").
    """

    sheet: str
    problem_column: int | None
    beside: tuple[str, ...] = ()
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A sheet or a CSV, below its heading row.

    Attributes:
        source: the file and sheet.
        heading_row: its row number.
        headings: one for each column of the frame, in the sheet's order.
        frame: the text as typed. Index: the row numbers that Excel shows, ascending; columns: positions 0 … n-1;
            every column of pandas' `str` dtype, empty cells missing. Numbers stand in their shortest exact
            decimal form, dates as 2026-09-01, with a time as 2026-09-01T13:30:00, times as 09:30:00, booleans as
            TRUE and FALSE, errors as #N/A.
        types: `CellType` of each cell, uint8, shape (rows, columns).
        blank_rows: row numbers between the heading and the last row with content that hold nothing; not in frame.
        findings: of the file as a whole, and `row-ragged` of rows.
        hidden_columns: columns of the frame, counted from 1 as in `Heading`, that the sheet hides.
        marks: what an earlier run wrote into the workbook; it is not in headings and frame.
        above: the texts of the rows above the heading row, from row 1 and from column A on.
    """

    source: Source
    heading_row: int
    headings: tuple[Heading, ...]
    frame: pd.DataFrame
    types: np.ndarray
    blank_rows: tuple[int, ...]
    findings: tuple[Finding, ...]
    hidden_columns: frozenset[int] = frozenset()
    marks: OwnMarks | None = None
    above: tuple[tuple[str, ...], ...] = ()

    @property
    def rows_read(self) -> int:
        """Data rows of the source, the blank ones among them."""
        return len(self.frame) + len(self.blank_rows)
