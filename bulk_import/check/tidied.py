"""What cells were read without: nothing that a spreadsheet put there is taken away without a word."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bulk_import.catalogue import FIELDS
from bulk_import.findings import Finding, Place, column_letters
from bulk_import.kinds.kind import INVISIBLE, ODD_SPACES, trimmed
from bulk_import.kinds.numbers import Reference, Uln

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from bulk_import.columns import Columns
    from bulk_import.read.table import Table

UNSEEN: Final = f"{INVISIBLE}|{ODD_SPACES}"
FLOAT: Final = r"[0-9]+\.0+"
APOSTROPHE: Final = "'"


def tidied(table: Table, columns: Columns) -> Iterator[Finding]:
    """One note for each column that was tidied, and one warning for each with cells that begin with an apostrophe."""
    for name, position in columns.field_at.items():
        texts = table.frame.iloc[:, position]
        heading = table.headings[position]
        letters = column_letters(heading.column)
        place = Place(table.source.name, table.source.sheet, None, heading.column)
        floats = isinstance(FIELDS[name].kind, (Uln, Reference))
        seen = [
            _counted(texts[_unseen(texts)], letters, "spaces that do not break or characters that show nothing"),
            _counted(texts[texts.str.fullmatch(FLOAT, na=False)] if floats else texts[:0], letters, "“.0” at the end"),
        ]
        if any(seen):
            yield Finding(
                "cells-tidied", place, field=name, heading=heading.text, detail=" and ".join(filter(None, seen))
            )
        marked = texts[texts.str.startswith(APOSTROPHE, na=False)]
        if len(marked):
            detail = _counted(marked, letters, "an apostrophe")
            yield Finding("apostrophe-first", place, field=name, heading=heading.text, detail=detail)


def _unseen(texts: pd.Series[str]) -> pd.Series[bool]:
    odd = ~texts.str.isascii() & texts.notna()
    if odd.any():
        odd[odd] = texts[odd].str.contains(UNSEEN, regex=True) & trimmed(texts[odd]).notna()
    return odd


def _counted(texts: pd.Series[str], letters: str, what: str) -> str:
    """How many cells, and the first of them; "" for none."""
    if not len(texts):
        return ""
    count = "1 cell" if len(texts) == 1 else f"{len(texts):,} cells"
    return f"{count} with {what} (first {letters}{texts.index[0]})"
