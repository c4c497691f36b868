"""A plan that is kept in a file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from bulk_import.catalogue import Role
from bulk_import.errors import UsageError
from bulk_import.journal import Decision
from bulk_import.report.machine import SCHEMA
from bulk_import.run.comparison import refuse_to_overwrite, save_plan
from tests.unit.tables import person
from tests.unit.test_plan import planned, sources

if TYPE_CHECKING:
    from pathlib import Path


def _save(file: Path, *decided: Decision) -> None:
    save_plan(file, planned(sources([person(Role.LEARNER)])), decided, ())


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("enrolments.xlsx", b"PK\x03\x04\xff\xfe"),
        ("bulk-import.toml", b'environment = "beta"\n'),
        ("bulk-import.key", b"0123456789abcdef"),
        ("journal.db", b"SQLite format 3\x00"),
        ("number.json", b"7"),
        ("list.json", b"[]"),
        ("empty.json", b""),
        ("report.json", json.dumps({"schema": SCHEMA, "digest": "ab", "sources": [], "rows": []}).encode()),
        ("deep.json", b"[" * 100_000),
    ],
)
def test_what_is_no_plan_is_never_overwritten(tmp_path: Path, name: str, content: bytes) -> None:
    """Before anything is asked, and once more where the run has made the file meanwhile."""
    file = tmp_path / name
    file.write_bytes(content)
    for write in (refuse_to_overwrite, _save):
        with pytest.raises(UsageError, match="is not a plan of an earlier dry run") as refused:
            write(file)
        assert refused.value.exit_code == 2
    assert file.read_bytes() == content
    assert list(tmp_path.iterdir()) == [file]


def test_a_folder_is_no_plan(tmp_path: Path) -> None:
    """It is refused before anything is asked."""
    with pytest.raises(UsageError, match="is not a plan"):
        refuse_to_overwrite(tmp_path)


@pytest.mark.parametrize("name", ["nowhere/plan.json", "people.csv/plan.json", f"{'long' * 100}.json"])
def test_a_file_that_cannot_be_made_is_told_before_anything_is_asked(tmp_path: Path, name: str) -> None:
    """Nobody waits for a dry run whose plan has no place."""
    (tmp_path / "people.csv").write_text("MISID", encoding="utf-8")
    with pytest.raises(UsageError, match="cannot be written to"):
        refuse_to_overwrite(tmp_path / name)


@pytest.mark.skipif(os.name == "nt", reason="links need special rights on Windows")
def test_an_earlier_plan_is_replaced_whole(tmp_path: Path) -> None:
    """Also where a link leads to it, which stays one; nothing else is left in the folder."""
    file, link = tmp_path / "plan.json", tmp_path / "latest.json"
    _save(file)
    link.symlink_to(file.name)
    refuse_to_overwrite(link)
    before = file.stat().st_ino
    _save(link, Decision((0, 2), "create"))
    assert [row["action"] for row in json.loads(file.read_bytes())["rows"]] == ["create"]
    assert file.stat().st_ino != before
    assert link.is_symlink()
    assert sorted(tmp_path.iterdir()) == [link, file]


WRITES = """
from pathlib import Path
from tests.unit.test_comparison import _save
_save(Path("/dev/stdout"))
"""


@pytest.mark.skipif(os.name == "nt", reason="there are no such names")
@pytest.mark.parametrize("to", ["pipe", "file"])
def test_a_plan_can_be_sent_down_a_stream(tmp_path: Path, to: str) -> None:
    """Standard output may be a pipe or a file that others hold open; it is written to, not replaced."""
    with (tmp_path / "out").open("wb+") as out:
        stream = subprocess.PIPE if to == "pipe" else out
        done = subprocess.run([sys.executable, "-c", WRITES], stdout=stream, check=True, timeout=60)
        out.seek(0)
        written = done.stdout if to == "pipe" else out.read()
    assert json.loads(written)["schema"] == 1
    assert [one.name for one in tmp_path.iterdir()] == ["out"]
