"""OneFile's own ids of the rows' accounts: read from their cells, and never sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bulk_import.catalogue import ONEFILE_ID, Role
from bulk_import.check import Checked, Options, check, payload
from bulk_import.findings import Severity, severity
from bulk_import.read.table import CellType
from tests.unit.tables import TODAY, made_table, person

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

TEXT = CellType.TEXT


def given(*cells: str | None, kind: CellType = TEXT, more: Mapping[str, Sequence[str | None]] | None = None) -> Checked:
    """Assessors whose first column gives these ids."""
    columns = {"OneFile ID": cells, **(more or {})}
    people = [person(Role.ASSESSOR, number) for number, _ in enumerate(cells)]
    headings = [*columns, *people[0]]
    rows = [[*(column[at] for column in columns.values()), *one.values()] for at, one in enumerate(people)]
    types = {} if kind is TEXT else {(at, 0): kind for at in range(len(cells))}
    soft = dict.fromkeys(("id-format", "cell-error", "column-unsure"), Severity.NOTE)
    return check(made_table(headings, rows, types=types), source=0, options=Options(today=TODAY, severities=soft))


@pytest.mark.parametrize(
    ("text", "user_id"), [("5740", 5740), (" 5740 ", 5740), ("5740.0", 5740), ("2147483647", 2147483647), (None, None)]
)
def test_a_cell_gives_the_id_of_the_account(text: str | None, user_id: int | None) -> None:
    """A whole number, however Excel wrote it; nothing where the cell is empty, and nothing of it is sent."""
    found = given(text)
    [record] = found.valid
    assert (record.user_id, found.findings) == (user_id, ())
    assert ONEFILE_ID not in {*record.values, *payload(record), *found.usable.columns}


@pytest.mark.parametrize(
    ("text", "kind", "code"),
    [
        ("0", TEXT, "id-format"),
        ("-7", TEXT, "id-format"),
        ("007", TEXT, "id-format"),
        ("7.5", TEXT, "id-format"),
        ("M1234", TEXT, "id-format"),
        ("CLEAR!", TEXT, "id-format"),
        ("2147483648", TEXT, "id-format"),
        ("#N/A", TEXT, "cell-error"),
        ("#REF!", CellType.ERROR, "cell-error"),
        ("1907-03-01", CellType.DATE, "number-damaged"),
        (None, CellType.UNCALCULATED, "formula-uncalculated"),
    ],
)
def test_a_cell_that_gives_no_id_stops_its_row(text: str | None, kind: CellType, code: str) -> None:
    """It is said at the cell, and no setting lets the row go: it would be matched in another way than it asks for."""
    found = given(text, kind=kind)
    assert (found.valid, found.user_ids) == ((), {})
    [finding] = found.findings
    assert (finding.code, finding.place.address, finding.field, finding.value) == (code, "A2", ONEFILE_ID, text)
    assert severity(finding, found.options.severities) is Severity.ERROR


def test_two_columns_of_ids_may_not_disagree() -> None:
    """One that is empty, or says the same, is no matter; of two different ids none is believed."""
    found = given("7", None, "9", more={"OneFile User ID": ["7.0", "8", "10"]})
    assert [record.user_id for record in found.valid] == [7, 8]
    assert [(one.code, one.place.address) for one in found.findings] == [("column-unsure", "B4")]
