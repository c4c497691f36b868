"""What the tests of reading share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from bulk_import.catalogue import fields_for_heading
from bulk_import.read import Table, read_table

if TYPE_CHECKING:
    from pathlib import Path

    from bulk_import.findings import Finding


def known(heading: str) -> bool:
    """Whether the catalogue knows a heading."""
    return bool(fields_for_heading(heading))


def read_bytes(folder: Path, data: bytes, *, sheet: str | None = None, name: str = "people") -> Table:
    """Writes bytes to a file whose name tells nothing, and reads it."""
    path = folder / "source"
    path.write_bytes(data)
    return read_table(path, name=name, sheet=sheet, known=known)


def texts(table: Table) -> list[list[str | None]]:
    """The frame's rows, None where a cell is empty."""
    return [[None if pd.isna(cell) else str(cell) for cell in row] for row in table.frame.itertuples(index=False)]


def rows(table: Table) -> list[int]:
    """The row numbers of the frame."""
    return [int(row) for row in table.frame.index]


def types(table: Table) -> list[list[int]]:
    """The cell types, row by row."""
    found: list[list[int]] = table.types.tolist()
    return found


def said(findings: tuple[Finding, ...]) -> list[tuple[str, int | None, str]]:
    """Code, row and detail of each finding."""
    return [(finding.code, finding.place.row, finding.detail) for finding in findings]
