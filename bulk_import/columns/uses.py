"""What each column of a table is used for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from bulk_import.catalogue import FIELDS, NOTES_HEADING, ONEFILE_ID, fields_for_heading, heading_key
from bulk_import.findings import column_letters

if TYPE_CHECKING:
    from bulk_import.columns.mapping import Columns
    from bulk_import.read.table import Heading, Table


class Use(StrEnum):
    """What a column is used for, or why it is not sent."""

    HEADING = "heading"
    NAMES = "names"
    CHOSEN = "chosen"
    TRANSLATED = "translated"
    LEFT_OUT = "left-out"
    AMBIGUOUS = "ambiguous"
    DUPLICATE = "duplicate"
    ELSEWHERE = "elsewhere"
    NO_FIELD = "no-field"
    UNKNOWN = "unknown"
    NOTES = "notes"
    NO_HEADING = "no-heading"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table and what it is used for.

    Attributes:
        heading: as typed.
        letters: as Excel shows them above the column.
        field: the API name of the field it holds, or OneFileID, which only finds the account; else None.
        use: how that came about.
    """

    heading: str
    letters: str
    field: str | None
    use: Use


def uses(table: Table, columns: Columns) -> tuple[Column, ...]:
    """Each column of a table in its order, and what it is used for."""
    held = {at: name for name, positions in columns.beside.items() for at in positions}
    held |= {position: name for name, position in columns.field_at.items()} | dict.fromkeys(
        columns.user_ids, ONEFILE_ID
    )
    told = dict.fromkeys((at for positions in columns.doubled.values() for at in positions), Use.DUPLICATE)
    told |= dict.fromkeys(columns.doubtful, Use.AMBIGUOUS) | dict.fromkeys(columns.left_out, Use.LEFT_OUT)
    told |= dict.fromkeys((at for positions in columns.helpers.values() for at in positions), Use.TRANSLATED)
    told |= {
        at: Use.CHOSEN if at in columns.chosen else Use.HEADING
        for at in (*columns.field_at.values(), *columns.user_ids)
    }
    told |= dict.fromkeys((at for positions in columns.beside.values() for at in positions), Use.NAMES)
    return tuple(
        Column(heading.text, column_letters(heading.column), held.get(at), told.get(at) or _unused(heading))
        for at, heading in enumerate(table.headings)
    )


def _unused(heading: Heading) -> Use:
    if heading_key(heading.text) == heading_key(NOTES_HEADING):
        return Use.NOTES
    if not heading.text.strip():
        return Use.NO_HEADING
    meanings = fields_for_heading(heading.text)
    if not meanings:
        return Use.UNKNOWN
    return Use.ELSEWHERE if any(name in FIELDS or name == f"@{ONEFILE_ID}" for name in meanings) else Use.NO_FIELD
