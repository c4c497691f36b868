"""Which column of a table holds which field, what there is to say of that, and what each column is used for."""

from __future__ import annotations

from bulk_import.columns.mapping import CATEGORY, PRIMARY, Columns, map_columns
from bulk_import.columns.naming import named, names_column, spellings
from bulk_import.columns.remarks import MOST_COMPARED
from bulk_import.columns.uses import Column, Use, uses

__all__ = [
    "CATEGORY",
    "MOST_COMPARED",
    "PRIMARY",
    "Column",
    "Columns",
    "Use",
    "map_columns",
    "named",
    "names_column",
    "spellings",
    "uses",
]
