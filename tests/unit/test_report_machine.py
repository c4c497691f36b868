"""report.json, which other people's scripts read."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bulk_import.findings import Finding, Place, Severity
from bulk_import.report import RowFate, Status, summary, write_json
from tests.unit.reporting import HEADINGS, assessor, report, table

if TYPE_CHECKING:
    from bulk_import.report import Report

LEARNER = [*HEADINGS[:6], "DefaultAssessorID", "ClassroomID", "PlacementID", "NINO", "L12", "L14"]


def _json(made: Report) -> dict[str, Any]:
    stream = io.BytesIO()
    write_json(made, stream)
    loaded: dict[str, Any] = json.loads(stream.getvalue())
    return loaded


def test_the_keys_are_those_that_were_promised_in_their_order() -> None:
    """report.json has exactly the documented keys, in the documented order, at each level."""
    made = report(table([assessor(1, Email="nobody")]))
    loaded = _json(made)
    assert list(loaded) == [
        "schema",
        "run",
        "mode",
        "started",
        "finished",
        "by",
        "environment",
        "organisation",
        "sources",
        "digest",
        "totals",
        "balanced",
        "exit_code",
        "calls",
        "notices",
        "leavers",
        "findings",
        "rows",
    ]
    assert list(loaded["sources"][0]) == ["path", "sha256", "sheet", "rows", "columns"]
    assert list(loaded["calls"]) == ["total", "retried", "throttled"]
    assert list(loaded["rows"][0]) == (
        [
            "source",
            "sheet",
            "row",
            "role",
            "misid",
            "status",
            "user_id",
            "changes",
            "attempts",
            "http_status",
            "findings",
            "found_by",
        ]
    )
    assert list(loaded["rows"][0]["findings"][0]) == ["code", "severity", "field", "column", "cell", "message", "fix"]


def test_a_small_report_reads_like_this() -> None:
    """A refused row tells its whole story, down to the cell."""
    refused = Finding("refused", Place("staff.xlsx", "Staff", 2), detail="no such placement (code -57)")
    fate = RowFate(Status.REJECTED, None, (), 1, 400, (refused,))
    loaded = _json(
        report(table([assessor(1), assessor(2)], blank=(4,)), fates=[{2: fate, 3: RowFate(Status.CREATED, 5740)}])
    )
    assert loaded["started"] == "2026-09-01T06:00:05Z"
    assert loaded["organisation"] == {"id": 1, "name": "Northgate College"}
    [source] = loaded["sources"]
    columns = source.pop("columns")
    assert source == {"path": "staff.xlsx", "sha256": "ab" * 32, "sheet": "Staff", "rows": 3}
    assert columns[0] == {"heading": "MISID", "letter": "A", "field": "MISID", "use": "heading"}
    assert columns[-1] == {"heading": "Remarks", "letter": "G", "field": None, "use": "unknown"}
    assert loaded["totals"] == {"created": 1, "rejected": 1, "read": 3, "blank": 1}
    assert loaded["balanced"] is True
    assert loaded["rows"][0] == {
        "source": "staff.xlsx",
        "sheet": "Staff",
        "row": 2,
        "role": "Assessor",
        "misid": "T001",
        "status": "rejected",
        "user_id": None,
        "changes": [],
        "attempts": 1,
        "http_status": 400,
        "findings": [
            {
                "code": "refused",
                "severity": "error",
                "field": None,
                "column": None,
                "cell": None,
                "message": "Row 2: OneFile refused this row: no such placement (code -57).",
                "fix": "Read what OneFile says, correct the row, and submit the file again.",
            }
        ],
        "found_by": None,
    }
    assert loaded["rows"][1]["user_id"] == 5740


def test_a_finding_names_its_cell_and_its_heading() -> None:
    """A finding of a cell carries the address, the heading as typed, and the field."""
    (row,) = _json(report(table([assessor(1, Email="nobody")])))["rows"]
    (finding,) = row["findings"]
    assert (finding["code"], finding["field"], finding["column"], finding["cell"]) == (
        "email-format",
        "Email",
        "Email",
        "D2",
    )


def test_severities_are_those_of_the_settings() -> None:
    """A severity that the settings change is the one that is told."""
    made = report(table([assessor(1, First_Name="Khan (2)")]), severities={"name-characters": Severity.NOTE})
    assert _json(made)["rows"][0]["findings"][0]["severity"] == "note"


@pytest.mark.parametrize("rows", [0, 1, 12_345])
def test_any_number_of_rows_is_one_json_text(rows: int) -> None:
    """However many rows there are, and however often they are written out on the way, the text is whole."""
    loaded = _json(report(table([assessor(at) for at in range(rows)])))
    assert [row["row"] for row in loaded["rows"]] == list(range(2, rows + 2))


def test_text_of_any_kind_survives() -> None:
    """Quotation marks, accents and emoji in what the user typed come back as they were."""
    loaded = _json(report(table([assessor(1, MISID='Ł"1\\🎓')], name="Ünsere „Liste“.xlsx", sheet="Ärzte")))
    assert loaded["rows"][0]["misid"] == 'Ł"1\\🎓'
    assert (loaded["rows"][0]["source"], loaded["rows"][0]["sheet"]) == ("Ünsere „Liste“.xlsx", "Ärzte")


def test_a_ni_number_and_special_categories_are_never_told() -> None:
    """A wrong National Insurance number and wrong L12 and L14 codes are found, and their values stand nowhere."""
    learner = [*assessor(1, Role="Learner")[:6], "901", "3001", "7001", "QQ 98 76 54 Z", "Martian-42", "Secret-43"]
    stream = io.BytesIO()
    write_json(report(table([learner], LEARNER)), stream)
    text = stream.getvalue().decode()
    assert {finding["code"] for finding in json.loads(text)["rows"][0]["findings"]} == {"nino-format", "code-unknown"}
    assert not [secret for secret in ("QQ", "98 76", "Martian", "Secret") if secret in text]


def test_the_summary_is_the_report_without_its_rows() -> None:
    """What --json prints is report.json without rows, and with its path."""
    made = report(table([assessor(1)]))
    told = summary(made, Path("reports", "run", "report.json"))
    whole = _json(made)
    del whole["rows"]
    assert told.pop("report") == str(Path("reports", "run", "report.json"))
    assert told == whole


def test_the_same_report_gives_the_same_bytes() -> None:
    """Nothing but the report decides about report.json."""
    first, second = io.BytesIO(), io.BytesIO()
    write_json(report(table([assessor(1)])), first)
    write_json(report(table([assessor(1)])), second)
    assert first.getvalue() == second.getvalue()
