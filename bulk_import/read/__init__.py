"""A file becomes a table of text in which every cell keeps its address.

`content` reads the bytes and tells what they are; `workbook` reads workbooks (`package`, `xlsx`, `xlsb`, `ods` and
`sheet_xml` look them over first, and `repack` makes what the fast reader gets; `xls` goes without it), `text` (with
`body`) separated text; `headings` finds the heading row; `grid` makes the table. `limits` says how large a file may be.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from bulk_import.read.content import FileType, load
from bulk_import.read.table import CellType, Heading, Source, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

__all__ = ["CellType", "Heading", "Source", "Table", "read_table", "read_tables"]


LONE_SURROGATE: Final = re.compile("[\ud800-\udfff]")
"""What Python makes of the bytes of a file's name that are not UTF-8; no report can hold it."""


def read_table(path: Path, *, name: str | None = None, sheet: str | None = None, known: Callable[[str], bool]) -> Table:
    """Reads one sheet with people: `read_tables` for a single one."""
    [table] = read_tables(path, name=name, sheets=() if sheet is None else (sheet,), known=known)
    return table


def read_tables(
    path: Path, *, name: str | None = None, sheets: Sequence[str] = (), known: Callable[[str], bool]
) -> tuple[Table, ...]:
    """Reads the sheets with the people from a workbook or a CSV.

    The heading row is the one among the first 50 with the most known headings. What a row shows on the screen
    decides: text is kept exactly as typed, and a row's number is the one that Excel shows.

    Args:
        path: the file; its kind is told by its content, not by its name.
        name: the file as the user named it; the path where that is not given. What cannot be shown of it is
            U+FFFD, the sign for a character that is none, from here on.
        sheets: the names of the sheets, each giving a table; by default the only visible sheet with known headings. A
            CSV has none, gives one table, and the names are of no consequence. Of a workbook that comes back
            marked, by default those that were read before.
        known: says whether a heading means a field.

    Raises:
        InputUnreadable: its finding says why: `file-unreadable`, `file-encrypted`, `file-too-large`, `file-type`,
            `sheet-missing`, `sheet-ambiguous` or `header-missing`.
    """
    from bulk_import.read.text import read_text  # noqa: PLC0415 - only when a file is read
    from bulk_import.read.workbook import read_workbook  # noqa: PLC0415 - likewise

    content = load(path, LONE_SURROGATE.sub("\ufffd", str(path) if name is None else name))
    if content.type is FileType.TEXT:
        return (read_text(content, known=known),)
    return read_workbook(content, sheets=sheets, known=known)
