"""Files are written whole or not at all."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, BinaryIO

import pytest

from bulk_import.whole_file import drop_leftovers, write_whole

if TYPE_CHECKING:
    from pathlib import Path


class KilledError(BaseException):
    """The process ends here."""


def _names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def _halfway(stream: BinaryIO) -> None:
    stream.write(b"hal")
    raise KilledError


def test_a_file_that_could_not_be_finished_leaves_the_old_one_and_nothing_else(tmp_path: Path) -> None:
    """Whatever happens while it is written, its name stands for the whole of the one or of the other."""
    target = tmp_path / "report.json"
    assert write_whole(target, lambda stream: stream.write(b"old")) == target
    with pytest.raises(KilledError):
        write_whole(target, _halfway)
    assert (target.read_bytes(), _names(tmp_path)) == (b"old", ["report.json"])
    write_whole(target, lambda stream: stream.write(b"new"))
    assert (target.read_bytes(), _names(tmp_path)) == (b"new", ["report.json"])


def test_a_file_that_cannot_be_moved_leaves_nothing(tmp_path: Path) -> None:
    """As where another program holds its name open."""

    def refused(partial: Path, target: Path) -> Path:
        assert partial.read_bytes() == b"new"
        raise PermissionError(target.name)

    with pytest.raises(PermissionError):
        write_whole(tmp_path / "results.xlsx", lambda stream: stream.write(b"new"), move=refused)
    assert _names(tmp_path) == []


@pytest.mark.skipif(os.name == "nt", reason="rights of this kind are POSIX's")
def test_rights_are_asked_for_or_handed_on(tmp_path: Path) -> None:
    """A new file has those that were asked for from its first byte on, and one that replaces another has that one's."""
    seen = []

    def render(stream: BinaryIO) -> None:
        seen.append(stat.S_IMODE(os.fstat(stream.fileno()).st_mode))

    target = tmp_path / "key"
    write_whole(target, render, mode=0o600)
    write_whole(target, render)
    assert (seen[0], stat.S_IMODE(target.stat().st_mode)) == (0o600, 0o600)


@pytest.mark.skipif(os.name != "nt", reason="elsewhere such a file is replaced")
def test_a_read_only_file_on_windows_stays_and_nothing_else_does(tmp_path: Path) -> None:
    """It cannot be replaced, and what was written beside it must not become as hard to delete."""
    target = tmp_path / "bulk-import.toml"
    target.write_bytes(b"old")
    target.chmod(stat.S_IREAD)
    with pytest.raises(PermissionError):
        write_whole(target, lambda stream: stream.write(b"new"))
    assert (target.read_bytes(), _names(tmp_path)) == (b"old", ["bulk-import.toml"])
    target.chmod(stat.S_IREAD | stat.S_IWRITE)


def test_what_a_killed_process_left_is_taken_away(tmp_path: Path) -> None:
    """Of this file alone, whatever its name."""
    for name in (".a [1].xlsx.0123abcd.partial", ".a 1.xlsx.0123abcd.partial"):
        (tmp_path / name).touch()
    drop_leftovers(tmp_path / "a [1].xlsx")
    assert _names(tmp_path) == [".a 1.xlsx.0123abcd.partial"]
