"""OneFile's own ids of the rows' accounts, where a column gives them.

They are never sent: an account is found by them before all else. So a cell that holds no such id stops its row,
whatever the settings say, for the row would be matched in another way than it asks for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bulk_import.catalogue import ONEFILE_ID
from bulk_import.check.cells import ERROR_TEXTS
from bulk_import.columns import named
from bulk_import.findings import Finding, Place, Severity
from bulk_import.kinds import Reference
from bulk_import.read.table import CellType
from bulk_import.rules import Breach

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    import pandas as pd

    from bulk_import.columns import Columns
    from bulk_import.read.table import Table

_KIND: Final = Reference()
_DATES: Final = (CellType.DATE, CellType.DATETIME, CellType.TIME)


@dataclass(frozen=True, slots=True)
class UserIds:
    """What the columns of a table say.

    Attributes:
        by_row: row number → id.
        wrong: what is wrong with cells, each with the position of its column.
    """

    by_row: Mapping[int, int]
    wrong: tuple[tuple[int, Breach], ...]

    @property
    def breaches(self) -> tuple[Breach, ...]:
        """What is wrong with cells."""
        return tuple(breach for _, breach in self.wrong)

    def findings(self, table: Table) -> Iterator[Finding]:
        """An error for each cell that is wrong."""
        for position, breach in self.wrong:
            heading, typed = table.headings[position], table.frame.iloc[:, position].loc[list(breach.rows)].tolist()
            for place, (row, text) in enumerate(zip(breach.rows, typed, strict=True)):
                yield Finding(
                    code=breach.code,
                    place=Place(table.source.name, table.source.sheet, row, heading.column),
                    field=ONEFILE_ID,
                    heading=heading.text,
                    value=text if isinstance(text, str) else None,
                    detail=breach.detail(place),
                    certain=Severity.ERROR,
                )


def read_user_ids(table: Table, columns: Columns, shut: Collection[int]) -> UserIds:
    """Reads the ids of a table's rows; two columns may give them as long as they agree.

    Args:
        table: as read.
        columns: which column holds what.
        shut: rows whose cells cannot be trusted, and of which nothing is said.
    """
    by_row: dict[int, int] = {}
    wrong: list[tuple[int, Breach]] = []
    for position in columns.user_ids:
        texts = _KIND.clean(table.frame.iloc[:, position])
        sound = ~texts.index.isin(list(shut))
        for code, broken, detail in _rules(texts, table.types[:, position]):
            if (bad := broken & sound).any():
                details = texts[bad].fillna("").tolist() if code == "cell-error" else detail
                wrong.append((position, Breach(code, ONEFILE_ID, texts.index[bad].tolist(), details)))
            sound &= ~broken
        ids = {int(str(row)): int(text) for row, text in texts[sound].dropna().items()}
        if unlike := [row for row, user_id in ids.items() if by_row.get(row, user_id) != user_id]:
            wrong.append((position, Breach("column-unsure", ONEFILE_ID, unlike, named(table, columns.user_ids))))
        by_row = ids | by_row
    return UserIds(by_row, tuple(wrong))


def _rules(texts: pd.Series[str], types: object) -> Iterator[tuple[str, pd.Series[bool], str]]:
    """Codes, where each is broken, and what to say; of a cell only the first counts."""
    import pandas as pd  # noqa: PLC0415 - heavy

    kinds = pd.Series(types, index=texts.index)
    yield "cell-error", (kinds == CellType.ERROR) | texts.isin(ERROR_TEXTS), ""
    yield "formula-uncalculated", kinds == CellType.UNCALCULATED, ""
    yield "number-damaged", kinds.isin(_DATES), "Excel turned it into a date"
    yield "id-format", ~_KIND.rules()["id-format"](texts), ""
