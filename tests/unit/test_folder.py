"""A run's folder: files are written whole, under another name where theirs is taken, and for the owner alone."""

from __future__ import annotations

import stat
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import pytest

from bulk_import.errors import OutputError
from bulk_import.journal import Journal, RunState
from bulk_import.run.bookkeeping import begin_check, conclude
from bulk_import.run.desk import Desk
from bulk_import.run.ending import Ending
from bulk_import.run.folder import _write_all, make_folder, write_file, write_reports
from bulk_import.run.job import Job
from bulk_import.settings import load
from tests.unit.reporting import assessor, checked, report, table

if TYPE_CHECKING:
    from typing import Self


class OpenInExcel(type(Path())):  # type: ignore[misc]  # the class for this system is known only here
    """A path whose file another program holds open, as Windows knows it."""

    held = frozenset({"results.xlsx", "results (2).xlsx"})

    def replace(self, target: Path | str) -> Self:
        """What Windows says when such a file is to be replaced."""
        if Path(target).name in self.held:
            raise PermissionError(13, "Access is denied", str(target))
        return super().replace(target)  # type: ignore[no-any-return]  # likewise


def test_a_file_that_is_open_elsewhere_is_written_under_the_next_name(tmp_path: Path) -> None:
    """No run is lost because somebody looks at the last one."""
    (tmp_path / "results.xlsx").write_text("the last one")
    written = write_file(OpenInExcel(tmp_path / "results.xlsx"), lambda stream: stream.write(b"this one"))
    assert (written.name, written.read_bytes()) == ("results (3).xlsx", b"this one")
    assert (tmp_path / "results.xlsx").read_text() == "the last one"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["results (3).xlsx", "results.xlsx"]


def test_a_file_that_cannot_be_finished_leaves_the_one_before_it(tmp_path: Path) -> None:
    """Where the disk is full the report of before stays whole, and nothing half-written is left."""

    def render(stream: BinaryIO) -> None:
        stream.write(b"half of it")
        raise OSError(28, "No space left on device")

    target = tmp_path / "report.json"
    target.write_text("before")
    with pytest.raises(OutputError, match="No space left on device"):
        write_file(target, render)
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("report.json", "before")]


def test_a_report_that_cannot_be_written_keeps_no_other_from_being_written(tmp_path: Path) -> None:
    """A folder in the place of one file costs that file alone, and what writes it afterwards is said by name."""
    blocked = tmp_path / "results.xlsx"
    (blocked / "something").mkdir(parents=True)
    with pytest.raises(OutputError, match=r"results\.xlsx") as stop:
        write_reports(report(table([assessor(1)])), tmp_path)
    assert stop.value.fix.endswith("then bulk-import report 20260901-070005 writes the reports.")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report.html", "report.json", "results.xlsx"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other rights")
def test_a_runs_folder_is_its_owners_alone(tmp_path: Path) -> None:
    """Nobody else on the machine may look into it, whatever the umask."""
    folder = make_folder(tmp_path / "reports", "20261125-070000-ab12")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_whatever_stops_one_report_the_others_are_written(tmp_path: Path) -> None:
    """A fault of the program in one report costs that one alone, and is still told."""

    def fault() -> list[Path]:
        raise KeyError("min")

    def good() -> list[Path]:
        return [write_file(tmp_path / "report.json", lambda stream: stream.write(b"{}"))]

    with pytest.raises(KeyError):
        _write_all(fault, good)
    assert (tmp_path / "report.json").exists()


def test_a_run_ends_in_the_journal_whatever_stops_its_reports(tmp_path: Path) -> None:
    """A run whose reports cannot be written for an unforeseen reason is not left as if it were under way."""
    started = datetime(2026, 9, 1, 6, tzinfo=UTC)
    chosen = load(environ={}, cwd=tmp_path)
    with Journal.open(tmp_path / "journal.db") as journal:
        desk = Desk(Job(files=()), chosen, checked(table([assessor(1)])), journal, started)
        run = begin_check(desk)
        nowhere = replace(desk, settings=replace(chosen, out=tmp_path / "no\0where"))
        with pytest.raises(ValueError, match="null"):
            conclude(nowhere, None, Ending(run, "check", started, started, "sandbox"))
        ended = journal.run(run)
        assert ended is not None
        assert (ended.state, ended.exit_code) == (RunState.FINISHED, 3)
