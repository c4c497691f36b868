"""What a column is called: its heading, with its letters where the heading alone does not tell it from others."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from bulk_import.catalogue import heading_key
from bulk_import.findings import column_letters

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bulk_import.read.table import Heading, Table


def with_column(heading: Heading) -> str:
    """A heading with its letters, such as “Start Date (column H)”."""
    return f"{heading.text} (column {column_letters(heading.column)})"


def names_column(text: str, heading: Heading) -> bool:
    """Whether a heading that somebody chose, with its column or without, is this one."""
    return heading_key(text) in {heading_key(heading.text), heading_key(with_column(heading))}


def spellings(headings: Sequence[Heading]) -> tuple[str, ...]:
    """What names each column after --map and under [columns]: its heading, with its column where others have it too."""
    counted = Counter(heading_key(heading.text) for heading in headings)
    texts = (heading.text if counted[heading_key(heading.text)] == 1 else with_column(heading) for heading in headings)
    return tuple(" ".join(text.split()) for text in texts)


def named(table: Table, positions: Sequence[int]) -> str:
    """Columns by their headings and letters."""
    headings = (table.headings[at] for at in positions)
    return " and ".join(f"“{heading.text}” (column {column_letters(heading.column)})" for heading in headings)
