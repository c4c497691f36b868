"""`bulk-import purge`: old runs go, a receipt stays, and nobody can be made twice for it."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.journeys.command import learner, run, tutor, write_csv

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.journey


def _submitted(folder: Path) -> str:
    """A run with an account made, one refused and one invalid row; its name."""
    people = [tutor(1), learner(2, PlacementID="9999"), learner(3, Email="nobody")]
    write_csv(folder / "people.csv", people)
    name: str = run(folder, "submit", "people.csv", "--yes", "--json").json["run"]
    return name


def _rows(folder: Path, table: str) -> int:
    with closing(sqlite3.connect(folder / "reports" / "journal.db")) as journal:
        ((count,),) = journal.execute(f"SELECT count(*) FROM {table}").fetchall()  # noqa: S608 - names of ours
    return int(count)


def test_an_old_run_goes_and_leaves_a_receipt(tmp_path: Path) -> None:
    """Folder and details of a finished run go, the person made stays as a token, and a receipt says all of it."""
    name = _submitted(tmp_path)
    folder = tmp_path / "reports" / name
    files = sorted(folder.iterdir())
    rehearsed = run(tmp_path, "purge", "--older-than", "0d", "--dry-run", "--json")
    assert (rehearsed.code, rehearsed.json["receipt"]) == (0, None)
    assert sorted(folder.iterdir()) == files
    unasked = run(tmp_path, "purge", "--older-than", "0d")
    assert (unasked.code, "add --yes" in unasked.err) == (2, True)
    assert sorted(folder.iterdir()) == files
    done = run(tmp_path, "purge", "--older-than", "0d", "--yes", "--json")
    assert done.code == 0
    assert not folder.exists()
    (purged,) = done.json["runs"]
    assert (purged["run"], purged["files"], purged["journal_kept"], purged["left"]) == (name, len(files), 1, "")
    assert {table: _rows(tmp_path, table) for table in ("decisions", "operations", "attempts", "known_accounts")} == {
        "decisions": 0,
        "operations": 1,
        "attempts": 1,
        "known_accounts": 0,
    }
    with open(done.json["receipt"], encoding="utf-8") as receipt:  # noqa: PTH123 - a path as a person gets it
        written = json.load(receipt)
    assert written["runs"] == done.json["runs"]
    assert written["retention_days"] == 0
    assert "people.csv" not in json.dumps(written)


def test_the_age_is_a_setting_and_must_be_said(tmp_path: Path) -> None:
    """Without an age nothing goes; retention in the settings is one."""
    ended = run(tmp_path, "purge")
    assert (ended.code, "--older-than 90d" in ended.err) == (2, True)
    wrong = run(tmp_path, "purge", "--older-than", "90")
    assert (wrong.code, "--older-than 90 must be" in wrong.err, "Write --older-than 90d." in wrong.err) == (
        2,
        True,
        True,
    )
    assert run(tmp_path, "purge", "--yes", env={"BULK_IMPORT_RETENTION": "12w"}).code == 0
