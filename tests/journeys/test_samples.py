"""`bulk-import check` on each sample, as users run it, reports exactly what was agreed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.expected_reports import NAMES, as_text, checked, expected_file, forms

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.journey
@pytest.mark.parametrize(("name", "exit_code"), list(zip(NAMES, (1, 1, 0), strict=True)))
def test_a_check_of_a_sample_reports_what_was_agreed(name: str, exit_code: int, tmp_path: Path) -> None:
    """Exit code, report.json, results.xlsx and report.html are the reviewed ones, apart from run and hours."""
    ended, report = checked(name, tmp_path)
    assert ended == exit_code
    assert report == json.loads(expected_file(name).read_text(encoding="utf-8"))
    for form, text in forms(name, tmp_path).items():
        assert text.splitlines() == expected_file(name, form).read_text(encoding="utf-8").splitlines(), form


@pytest.mark.parametrize("name", NAMES)
def test_an_agreed_report_is_kept_in_the_form_that_shows_differences(name: str) -> None:
    """A line for each row and finding: a change in the report is a change in a few lines."""
    text = expected_file(name).read_text(encoding="utf-8")
    assert as_text(json.loads(text)) == text
