"""The lock: one run at a time for each organisation, and never longer than its process lives."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from bulk_import.errors import AnotherRunActive, JournalError
from bulk_import.lock import holding

if TYPE_CHECKING:
    from pathlib import Path

HOLD = """
import sys
from pathlib import Path
from bulk_import.lock import holding
with holding(Path(sys.argv[1]), "beta", [7]):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_run_is_told_who_holds_the_organisation(tmp_path: Path) -> None:
    """Exit code 5, with the process and since when."""
    journal = tmp_path / "journal.db"
    with holding(journal, "beta", [7]), pytest.raises(AnotherRunActive) as stop, holding(journal, "beta", [6, 7]):
        pytest.fail("held twice")
    assert stop.value.exit_code == 5
    assert f"process {os.getpid()}" in stop.value.message
    assert "organisation 7" in stop.value.message


def test_another_organisation_or_environment_is_free(tmp_path: Path) -> None:
    """Runs on different centres do not wait for each other."""
    journal = tmp_path / "journal.db"
    with holding(journal, "beta", [7]), holding(journal, "beta", [8]), holding(journal, "live", [7]):
        assert len(list(tmp_path.glob("*.holder.json"))) == 3
    assert not list(tmp_path.glob("*.holder.json"))


def test_a_lock_can_be_taken_again_and_again(tmp_path: Path) -> None:
    """What was let go of is free, also after a run that failed."""
    journal = tmp_path / "journal.db"
    with pytest.raises(ValueError, match="broken"), holding(journal, "beta", [7]):
        raise ValueError("broken")
    with holding(journal, "beta", [7, 7]):
        pass


def test_the_lock_of_a_killed_process_is_taken_over(tmp_path: Path) -> None:
    """While the process lives the organisation is held; killed, it is free at once."""
    journal = tmp_path / "journal.db"
    command = [sys.executable, "-c", HOLD, str(journal)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(AnotherRunActive) as stop, holding(journal, "beta", [7]):
            pytest.fail("held twice")
        assert f"process {holder.pid}" in stop.value.message
        holder.kill()
        holder.wait()
        with holding(journal, "beta", [7]):
            pass


def test_a_folder_that_cannot_hold_a_lock_gets_a_sentence(tmp_path: Path) -> None:
    """No traceback where a file stands in the place of the folder."""
    (tmp_path / "no").write_text("", encoding="utf-8")
    with pytest.raises(JournalError, match="cannot be made"), holding(tmp_path / "no" / "journal.db", "beta", [7]):
        pytest.fail("held nowhere")


def test_a_damaged_note_does_no_harm(tmp_path: Path) -> None:
    """Without a readable note the sentence just does not say by whom."""
    journal = tmp_path / "journal.db"
    with holding(journal, "beta", [7]):
        next(tmp_path.glob("*.holder.json")).write_text("{", encoding="utf-8")
        with pytest.raises(AnotherRunActive, match=r"organisation 7\. Nothing"), holding(journal, "beta", [7]):
            pytest.fail("held twice")
