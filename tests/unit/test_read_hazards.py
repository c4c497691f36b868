"""Each hazard of a file ends in exactly the findings that it should, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bulk_import.check import Options, check
from bulk_import.errors import InputUnreadable
from bulk_import.findings import column_letters, severity
from tests.data.hazards import FILE, Hazard, all_hazards
from tests.unit.reading import read_bytes
from tests.unit.tables import TODAY

if TYPE_CHECKING:
    from pathlib import Path

    from bulk_import.findings import Finding, Severity

HAZARDS = all_hazards()


def _told(finding: Finding) -> tuple[str, str, Severity]:
    place = finding.place
    if place.address:
        where = place.address
    elif place.row:
        where = f"row {place.row}"
    else:
        where = f"column {column_letters(place.column)}" if place.column else FILE
    return finding.code, where, severity(finding)


@pytest.mark.parametrize("hazard", HAZARDS.values(), ids=HAZARDS.keys())
def test_a_hazard_is_exactly_its_findings(tmp_path: Path, hazard: Hazard) -> None:
    """Code, address and severity are those of the table, and every row is read."""
    try:
        table = read_bytes(tmp_path, hazard.data, sheet=hazard.sheet)
    except InputUnreadable as refusal:
        assert ([_told(refusal.finding)], None) == (list(hazard.findings), hazard.people)  # noqa: PT017 - an end too
        return
    found = check(table, source=0, options=Options(today=TODAY))
    assert [_told(finding) for finding in found.findings] == list(hazard.findings)
    assert len(table.frame) == hazard.people
