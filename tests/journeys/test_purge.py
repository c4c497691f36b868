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
    done = run(tmp_path, "purge", "--older-than", "0d", "--json")
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


def test_a_purged_run_is_listed_and_nothing_more(tmp_path: Path) -> None:
    """What is gone cannot be written again, and the command says so; the list of runs still has its line."""
    name = _submitted(tmp_path)
    run(tmp_path, "purge", "--older-than", "0d")
    for words in (("report", name), ("explain", name, "2")):
        ended = run(tmp_path, *words)
        assert ended.code == 2
        assert f"Run {name} has been purged" in ended.err
    assert "purged" in run(tmp_path, "runs").out
    again = run(tmp_path, "purge", "--older-than", "0d", "--json")
    assert (again.json["runs"], again.json["receipt"]) == ([], None)
    submitted = run(tmp_path, "submit", "people.csv", "--yes", "--json").json
    assert submitted["totals"]["unchanged"] == 1


def test_a_run_that_has_not_finished_keeps_all_that_the_journal_knows(tmp_path: Path) -> None:
    """Its folder goes with the people in it; what `resume` needs stays to the last entry."""
    name = _submitted(tmp_path)
    with closing(sqlite3.connect(tmp_path / "reports" / "journal.db")) as journal:
        journal.execute("UPDATE runs SET state = 'stopped', exit_code = 3")
        journal.execute("UPDATE operations SET state = 'unresolved', reason = 'no answer' WHERE state = 'done'")
        journal.commit()
    before = {table: _rows(tmp_path, table) for table in ("decisions", "operations", "attempts")}
    (purged,) = run(tmp_path, "purge", "--older-than", "0d", "--json").json["runs"]
    assert f"bulk-import resume {name}" in purged["left"]
    assert not (tmp_path / "reports" / name).exists()
    assert {table: _rows(tmp_path, table) for table in before} == before
    assert run(tmp_path, "resume", "--json").code == 1


def test_what_is_younger_or_perhaps_at_work_stays(tmp_path: Path) -> None:
    """The age counts from the end of a run, and a run that may still be running is let alone."""
    name = _submitted(tmp_path)
    assert run(tmp_path, "purge", "--older-than", "1d", "--json").json["runs"] == []
    with closing(sqlite3.connect(tmp_path / "reports" / "journal.db")) as journal:
        journal.execute("UPDATE runs SET state = 'running', finished = NULL")
        journal.commit()
    (purged,) = run(tmp_path, "purge", "--older-than", "0d", "--json").json["runs"]
    assert "may still be at work" in purged["left"]
    assert (tmp_path / "reports" / name).is_dir()


def test_the_age_is_a_setting_and_must_be_said(tmp_path: Path) -> None:
    """Without an age nothing goes; retention in the settings is one."""
    ended = run(tmp_path, "purge")
    assert (ended.code, "--older-than 90d" in ended.err) == (2, True)
    wrong = run(tmp_path, "purge", "--older-than", "soon")
    assert (wrong.code, "such as 30d or 4w" in wrong.err) == (2, True)
    assert run(tmp_path, "purge", env={"BULK_IMPORT_RETENTION": "12w"}).code == 0


def test_a_link_in_place_of_a_run_is_not_followed(tmp_path: Path) -> None:
    """Whatever a link with a run's name leads to is not the program's to remove."""
    name = _submitted(tmp_path)
    folder, elsewhere = tmp_path / "reports" / name, tmp_path / "elsewhere"
    folder.rename(elsewhere)
    folder.symlink_to(elsewhere, target_is_directory=True)
    ended = run(tmp_path, "purge", "--older-than", "0d", "--json")
    assert ended.code == 1
    assert "is a link" in ended.json["runs"][0]["left"]
    assert any(elsewhere.iterdir())
