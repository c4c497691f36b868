"""Explaining a row of a check: which row is meant, why a row is nobody's, and dates as their user sees them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import openpyxl
import pytest

from bulk_import.errors import RefusedAsUnsafe, UsageError
from bulk_import.run import Job, check, explain, runs
from bulk_import.settings import load
from tests.unit.reporting import HEADINGS, assessor

if TYPE_CHECKING:
    from pathlib import Path

    from bulk_import.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Those of an empty folder."""
    return load(environ={}, cwd=tmp_path)


def _checked(file: Path, settings: Settings, *sheets: str) -> str:
    """A check of a workbook with a title, two people, a blank row and a total on each sheet; the run's name."""
    book = openpyxl.Workbook()
    for sheet in sheets:
        page = book.create_sheet(sheet)
        page.append(["All our people"])
        page.append([*HEADINGS, "Date of Birth"])
        for number, born in enumerate(["2005-01-02", "2006-11-30"], start=1):
            page.append([*map(str, assessor(number)), date.fromisoformat(born)])
            page.append([])
        page.delete_rows(6)
        page.append(["Total: 2"])
    del book["Sheet"]
    book.save(file)
    return check(Job((file,), sheets=sheets), settings).report.run


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (1, "stands above the headings"),
        (2, "holds the headings"),
        (4, "is wholly empty"),
        (6, "was left out as a totals or guidance line"),
        (7, "is no data row of this run"),
    ],
)
def test_a_row_that_is_nobodys_is_told_why(tmp_path: Path, settings: Settings, row: int, why: str) -> None:
    """Whoever asks for a title or a total sees what it was taken for."""
    name = _checked(tmp_path / "people.xlsx", settings, "Staff")
    with pytest.raises(UsageError, match=rf"Row {row} {why}\."):
        explain(name, row, settings)


def test_a_row_of_several_sheets_is_never_guessed(tmp_path: Path, settings: Settings) -> None:
    """Where two sheets have the row, both are named; --source says which."""
    name = _checked(tmp_path / "people.xlsx", settings, "Staff", "Others")
    with pytest.raises(UsageError, match="Several sources of the run have a row 3") as stop:
        explain(name, 3, settings)
    assert "Staff" in stop.value.fix
    assert "Others" in stop.value.fix
    assert explain(name, 3, settings, source="Others").chapters[0].lines[0].endswith("Others, row 3, Assessor")


def test_the_list_of_runs_tells_two_sheets_of_one_file_apart(tmp_path: Path, settings: Settings) -> None:
    """Which sheets a run read is seen in the list."""
    _checked(tmp_path / "people.xlsx", settings, "Staff", "Others")
    ((*_, source),) = runs(settings)
    assert source == "people.xlsx (Staff), people.xlsx (Others)"


def test_a_real_date_is_shown_as_excel_shows_it(tmp_path: Path, settings: Settings) -> None:
    """The day first, as everybody in the UK sees it."""
    name = _checked(tmp_path / "people.xlsx", settings, "Staff")
    cells = explain(name, 3, settings).chapters[1].lines
    assert [line.partition("; ")[0] for line in cells if "DOB" in line] == [
        "H3 “Date of Birth” → DOB: typed “02/01/2005”"
    ]


def test_a_file_that_has_changed_is_told_with_where_the_row_stands(tmp_path: Path, settings: Settings) -> None:
    """The story needs the file as it was; the results of the run have the row."""
    name = _checked(tmp_path / "people.xlsx", settings, "Staff")
    _checked(tmp_path / "people.xlsx", settings, "Staff", "Others")
    with pytest.raises(RefusedAsUnsafe, match="has changed since run") as stop:
        explain(name, 3, settings)
    assert "only from the file as it was" in stop.value.fix
    assert stop.value.fix.endswith("look at row 3 in results.xlsx of the run.")
