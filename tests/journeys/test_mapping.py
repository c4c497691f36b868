"""Somebody's own headings, tied to fields once and kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.journeys.command import report_of, run

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.journey

SHEET = "Surname,Known name,Case,Reference number,Role\r\nKhan,Asha,A1,7,Tutor\r\n"
SETTINGS = '# ours\n[columns]\n"CASE" = ""  # not sent\n'


def test_a_mapping_is_shown_saved_and_used_again(tmp_path: Path) -> None:
    """Options win over settings, the report shows every column, and the saved mapping is that of the next check."""
    (tmp_path / "people.csv").write_text(SHEET, encoding="utf-8", newline="")
    (tmp_path / "bulk-import.toml").write_text(SETTINGS, encoding="utf-8")
    first = run(
        tmp_path, "check", "people.csv", "--map", "known-name=FirstName", "--map", "case=MISID", "--save-map", "--json"
    )
    told = [(one["letter"], one["field"], one["use"]) for one in first.json["sources"][0]["columns"]]
    assert told == [
        ("A", "LastName", "heading"),
        ("B", "FirstName", "chosen"),
        ("C", "MISID", "chosen"),
        ("D", None, "elsewhere"),
        ("E", "Role", "heading"),
    ]
    assert '"CASE" = "MISID"' in first.err
    assert (tmp_path / "bulk-import.toml").read_text(encoding="utf-8") == (
        '# ours\n[columns]\n"CASE" = "MISID"  # not sent\n'
        'Surname = "LastName"\n"Known name" = "FirstName"\nRole = "Role"\n'
    )
    again = report_of(run(tmp_path, "check", "people.csv", "--json"))
    assert [one["field"] for one in again["sources"][0]["columns"]] == [field for _, field, _ in told]
