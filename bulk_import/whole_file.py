"""Files that are written whole or not at all, whatever ends the process or the power in the middle."""

from __future__ import annotations

import glob
import os
import secrets
import shutil
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

EVERYBODY = 0o666
"""What the process's own mask then takes from."""


def _replaced(partial: Path, target: Path) -> Path:
    return partial.replace(target)


def write_whole(
    target: Path,
    render: Callable[[BinaryIO], object],
    *,
    mode: int = EVERYBODY,
    move: Callable[[Path, Path], Path] = _replaced,
) -> Path:
    """Writes a file under a temporary name beside it, and moves it into place when all of it is on the disk.

    A file that is replaced hands its rights on, on POSIX.

    Args:
        target: the file's own name.
        render: writes the content.
        mode: the rights of a new file on POSIX; on Windows it has those of its folder.
        move: gives the written file its name, and says which it has got.

    Returns:
        The name it has got.

    Raises:
        OSError: it cannot be written or moved; then nothing is left of it.
    """
    partial = target.with_name(f".{target.name}.{secrets.token_hex(4)}.partial")
    try:
        partial.touch(mode=mode, exist_ok=False)
        with partial.open("wb") as stream:
            render(stream)
            stream.flush()
            os.fsync(stream.fileno())
        if os.name != "nt" and target.exists():  # there the mode is read-only or not, and such a file stays in the way
            shutil.copymode(target, partial)
        return move(partial, target)
    finally:
        partial.unlink(missing_ok=True)


def drop_leftovers(target: Path) -> None:
    """Takes away what a process that was killed in the middle of `write_whole` has left; nobody else may be at it.

    Raises:
        OSError: a leftover cannot be deleted.
    """
    for partial in target.parent.glob(f".{glob.escape(target.name)}.*.partial"):
        partial.unlink(missing_ok=True)
