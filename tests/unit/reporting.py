"""Reports for tests, made the way the product makes them: a real table, really checked."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bulk_import.check import Checked, Options, check_all
from bulk_import.read import CellType, Heading, Source, Table
from bulk_import.report import OrganisationInfo, Report, RowFate, SourceReport, Status, write_workbook

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bulk_import.findings import Severity

HEADINGS = ("MISID", "First Name", "Last Name", "Email", "Role", "OrganisationID", "Remarks")
OPTIONS = Options(today=date(2026, 9, 1))
STARTED = datetime(2026, 9, 1, 6, 0, 5, tzinfo=UTC)
FINISHED = datetime(2026, 9, 1, 6, 1, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Day:
    """A cell that is a real date in the source."""

    iso: str


Cell = str | Day | None


def assessor(number: int, remarks: Cell = None, **changed: Cell) -> list[Cell]:
    """A row that the check lets through, unless a field is changed."""
    row: dict[str, Cell] = {
        "MISID": f"T{number:03d}",
        "First Name": "Asha",
        "Last Name": "Khan",
        "Email": f"asha{number}@example.com",
        "Role": "Assessor",
        "OrganisationID": "1",
        "Remarks": remarks,
    }
    return list((row | {name.replace("_", " "): value for name, value in changed.items()}).values())


def table(
    rows: Sequence[Sequence[Cell]],
    headings: Sequence[str] = HEADINGS,
    *,
    name: str = "staff.xlsx",
    sheet: str | None = "Staff",
    first_row: int = 2,
    blank: tuple[int, ...] = (),
) -> Table:
    """A table as reading gives it, with consecutive row numbers except the blank ones."""
    numbers = [row for row in range(first_row, first_row + len(rows) + len(blank)) if row not in blank]
    columns = [[row[at] for row in rows] for at in range(len(headings))]
    frame = pd.DataFrame(
        {at: pd.array([_text(cell) for cell in column], dtype="str") for at, column in enumerate(columns)}
    )
    frame.index = pd.Index(numbers)
    types = np.array([[_type(cell) for cell in row] for row in rows], dtype=np.uint8).reshape(len(rows), len(headings))
    return Table(
        source=Source(Path(name), name, "ab" * 32, sheet),
        heading_row=first_row - 1,
        headings=tuple(Heading(text, at) for at, text in enumerate(headings, start=1)),
        frame=frame,
        types=types,
        blank_rows=blank,
        findings=(),
    )


def _text(cell: Cell) -> str | None:
    return cell.iso if isinstance(cell, Day) else cell


def _type(cell: Cell) -> CellType:
    match cell:
        case None:
            return CellType.EMPTY
        case Day(iso=iso):
            return CellType.DATETIME if "T" in iso else CellType.DATE
        case str():
            return CellType.TEXT


def checked(*tables: Table) -> tuple[Checked, ...]:
    """The tables, judged."""
    return check_all(tables, options=OPTIONS)


def report(
    *tables: Table,
    fates: Sequence[Mapping[int, RowFate]] | None = None,
    severities: Mapping[str, Severity] | None = None,
    notices: tuple[str, ...] = (),
) -> Report:
    """A check's report, or a submit's where fates are given."""
    default = Status.VALID if fates is None else None
    given = fates or [{} for _ in tables]
    return Report(
        run="20260901-070005",
        mode="check" if fates is None else "submit",
        started=STARTED,
        finished=FINISHED,
        environment="sandbox",
        organisation=OrganisationInfo(1, "Northgate College"),
        sources=tuple(
            SourceReport(one, fate, default_status=default) for one, fate in zip(checked(*tables), given, strict=True)
        ),
        severities=severities or {},
        notices=notices,
    )


def workbook(made: Report) -> io.BytesIO:
    """results.xlsx in memory, ready to be read."""
    stream = io.BytesIO()
    write_workbook(made, stream)
    stream.seek(0)
    return stream
