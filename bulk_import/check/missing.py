"""Columns that the rows at hand need, and that are not there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bulk_import.catalogue import FIELDS, Role
from bulk_import.check.cells import EVERYBODY, NO_ROLE
from bulk_import.columns import named, spellings
from bulk_import.findings import Finding, Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from bulk_import.check.cells import Cells
    from bulk_import.check.records import Options
    from bulk_import.columns import Columns
    from bulk_import.read.table import Table

STAFF = frozenset({Role.TRAINEE_ASSESSOR, Role.ASSESSOR, Role.IQA})


def missing_columns(
    cells: Cells, live: pd.Series[int], table: Table, columns: Columns, options: Options
) -> Iterator[Finding]:
    """One finding for each field that a role at hand requires and no column or default gives."""
    if len(cells.index) and "Role" not in {*columns.field_at, *columns.doubled} and options.usual_role is None:
        yield _missing("Role", "row needs", table, columns)
    present = [role for role in Role if (live == role).any()]
    for name, field in FIELDS.items():
        needing = [role.label for role in present if role in field.required_for]
        if field.required_for == EVERYBODY and not present and (live == NO_ROLE).any():
            needing = ["account"]
        if needing and name != "Role" and name not in cells.texts:
            yield _missing(name, f"{_listed(needing)} needs", table, columns)


def missing_misid(cells: Cells, live: pd.Series[int], table: Table, columns: Columns) -> Iterator[Finding]:
    """A note where staff come without a reference and some column is not used.

    Unless a heading that may be it is spoken of already.
    """
    spoken_of = any("MISID" in names for names in columns.doubtful.values())
    doubled = {at for positions in columns.doubled.values() for at in positions}
    if "MISID" in cells.texts or spoken_of or doubled.issuperset(columns.unknown):
        return
    if not live.isin([int(role) for role in STAFF]).any():
        return
    like, remedies = _candidate("MISID", table, columns)
    place = Place(table.source.name, table.source.sheet)
    yield Finding("misid-missing", place, field="MISID", detail=like, remedies=remedies)


def _missing(name: str, needs: str, table: Table, columns: Columns) -> Finding:
    like, remedies = _candidate(name, table, columns)
    place = Place(table.source.name, table.source.sheet)
    return Finding("column-missing", place, field=name, detail=f"{needs}{like}", remedies=remedies)


def _candidate(name: str, table: Table, columns: Columns) -> tuple[str, tuple[str, ...]]:
    """In words the first column whose heading is like one of a field's, and the option that ties it to the field."""
    at = next((at for at, field in columns.likely.items() if field == name), None)
    if at is None:
        return "", ()
    return f"; {named(table, [at])} looks like it", (f'--map "{spellings(table.headings)[at]}={name}"',)


def _listed(words: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))
