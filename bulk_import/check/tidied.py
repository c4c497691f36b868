"""What cells were read without: nothing that a spreadsheet put there is taken away without a word."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bulk_import.catalogue import FIELDS
from bulk_import.findings import Finding, Place, column_letters
from bulk_import.kinds import Identifier, ListedReference, Name, Phone, Reference, Uln
from bulk_import.kinds.kind import GUARDED, INVISIBLE, ODD_SPACES, holds, trimmed
from bulk_import.kinds.numbers import FLOATS, FLOATS_AMONG_TEXTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from bulk_import.columns import Columns
    from bulk_import.kinds import Kind
    from bulk_import.read.table import Table

UNSEEN: Final = f"{INVISIBLE}|{ODD_SPACES}"
ANYTHING: Final = r"^'|\.0+$|^\s*=\"|[^\x00-\x7f]"
"""What there may be something to say of: an apostrophe, a float, a guarded text, a sign beyond ASCII."""
APOSTROPHE: Final = "'"
CURLY: Final = "[‘’“”]"


def tidied(table: Table, columns: Columns) -> Iterator[Finding]:
    """One finding for each column that was tidied, that has curly quotes, or cells that begin with an apostrophe."""
    for name, position in _used(columns):
        texts, heading = table.frame.iloc[:, position], table.headings[position]
        if not holds(texts, ANYTHING):
            continue
        place = Place(table.source.name, table.source.sheet, None, heading.column)
        for code, detail in _told(texts, FIELDS[name].kind, column_letters(heading.column)):
            if detail:
                yield Finding(code, place, field=name, heading=heading.text, detail=detail)


def _used(columns: Columns) -> Iterator[tuple[str, int]]:
    """API name and position of each column that is read, those of names among them."""
    yield from columns.field_at.items()
    yield from ((name, at) for name, positions in columns.beside.items() for at in positions)


def _told(texts: pd.Series[str], kind: Kind, letters: str) -> Iterator[tuple[str, str]]:
    """Codes with their details, "" where there is nothing to say."""
    unseen = _counted(texts[_unseen(texts)], letters, "spaces that do not break or characters that show nothing")
    floats = ""
    if isinstance(kind, (Uln, Reference, ListedReference, Phone, Identifier)):
        pattern = FLOATS_AMONG_TEXTS if isinstance(kind, (ListedReference, Identifier)) else FLOATS
        floats = _counted(texts[texts.str.fullmatch(pattern, na=False)], letters, "“.0” at the end")
    guarded = _counted(texts[texts.str.strip().str.fullmatch(GUARDED, na=False)], letters, '="…" around them')
    yield "cells-tidied", " and ".join(filter(None, [unseen, floats, guarded]))
    yield "apostrophe-first", _counted(texts[texts.str.startswith(APOSTROPHE, na=False)], letters, "an apostrophe")
    if isinstance(kind, Name):
        yield "quotes-curly", _counted(texts[texts.str.contains(CURLY, regex=True, na=False)], letters, "them")


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
