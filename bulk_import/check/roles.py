"""The role of each row."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from bulk_import.catalogue import FIELDS, Role
from bulk_import.check.cells import ERROR_TEXTS, first_filled
from bulk_import.columns import named
from bulk_import.read.table import CellType

if TYPE_CHECKING:
    import pandas as pd

    from bulk_import.check.cells import Cells
    from bulk_import.check.records import Options
    from bulk_import.columns import Columns
    from bulk_import.read.table import Table

_explain = FIELDS["Role"].kind.explain
_IDS = {role.label: int(role) for role in Role}


def tell_roles(cells: Cells, table: Table, columns: Columns, options: Options) -> pd.Series[int]:
    """The role's id of each row, 0 where it names none that is known; such rows are blamed.

    The row's own cell counts first, then the role that the options give to rows that name none.
    Of two columns with roles neither counts, since a wrong role makes a wrong account.
    """
    import pandas as pd  # noqa: PLC0415 - heavy

    position, doubled = columns.field_at.get("Role"), columns.doubled.get("Role")
    typed = cells.empty() if position is None else table.frame.iloc[:, position]
    kinds = 0 if position is None else table.types[:, position]
    types = pd.Series(kinds, index=cells.index)
    labels = FIELDS["Role"].kind.clean(first_filled(table, doubled) if doubled else typed)
    cells.texts["Role"] = labels
    if doubled:
        cells.blame("column-unsure", "Role", labels.notna(), named(table, doubled))
    cells.blame("cell-error", "Role", (types == CellType.ERROR) | typed.isin(ERROR_TEXTS), str)
    cells.blame("formula-uncalculated", "Role", types == CellType.UNCALCULATED)
    cells.blame("role-unknown", "Role", labels.notna() & ~labels.isin(_IDS), partial(_explain, "role-unknown"))
    usual = options.usual_role
    if usual is None:
        cells.blame("required", "Role", labels.isna(), "account")
    else:
        labels = labels.mask(labels.isna() & ~cells.taken("Role"), usual.label)
    del cells.texts["Role"]
    return labels.map(_IDS).fillna(0).astype("int8").where(~cells.taken("Role"), 0)
