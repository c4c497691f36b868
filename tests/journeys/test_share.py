"""`bulk-import report RUN --share` on a sample: nothing of its people is in what it writes."""

from __future__ import annotations

import csv
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.journeys.command import ROOT, run

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.journey

# Roles, the example of a sentence, and a shape.
OUR_OWN_WORDS = {"Assessor", "Employer", "Learner", "Observer", "Trainee Assessor", "07700 900123", "9999999999"}


def test_no_cell_of_the_sample_is_in_what_is_shared(tmp_path: Path) -> None:
    """Of all cells with more than three characters, none stands in shared.html or shared.json; making them exits 0."""
    shutil.copyfile(ROOT / "samples" / "enrolments.csv", tmp_path / "enrolments.csv")
    checked = run(tmp_path, "check", "enrolments.csv", "--json").json
    shared = run(tmp_path, "report", checked["run"], "--share", "--json")
    assert (checked["exit_code"], shared.code) == (1, 0)
    folder = tmp_path / "reports" / checked["run"]
    text = "".join((folder / name).read_text(encoding="utf-8") for name in ("shared.html", "shared.json"))
    with (tmp_path / "enrolments.csv").open(encoding="cp1252", newline="") as stream:
        rows = list(csv.reader(stream, delimiter=";"))[1:]
    cells = {cell.strip() for row in rows for cell in row if len(cell.strip()) > 3}
    assert len(cells) > 200
    assert sorted(cell for cell in cells - OUR_OWN_WORDS if cell in text) == []
