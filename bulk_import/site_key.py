"""The site's key file: the key of every pseudonym in the journal, made on first use and kept beside the settings."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING, BinaryIO

from bulk_import.errors import UsageError
from bulk_import.whole_file import write_whole

if TYPE_CHECKING:
    from pathlib import Path

    from bulk_import.settings import Settings

SECRET_BYTES = 32


def site_secret(settings: Settings) -> bytes:
    """The key of every pseudonym in the journal, made on first use and kept beside the settings.

    It stays out of the reports folder, so that whoever is sent a report cannot undo the pseudonyms in it. Owner-only
    on POSIX; on Windows it has the rights of its folder.

    Raises:
        UsageError: the file is damaged, or cannot be made.
    """
    file = settings.secret_file
    if not file.exists():
        _make_secret(file)
    return _secret_from(file)


def _make_secret(file: Path) -> None:
    """Makes the key file whole or not at all: a process can be killed in the middle, and two can begin at once."""
    try:
        write_whole(file, _write_key, mode=0o600, move=_named_first)
    except OSError as wrong:
        raise UsageError(
            f"The key file {file} cannot be made ({wrong.strerror}).",
            "Run the command in a folder you may write to, or name a settings file in one with --config.",
        ) from wrong


def _write_key(stream: BinaryIO) -> None:
    stream.write(f"{secrets.token_bytes(SECRET_BYTES).hex()}\n".encode("ascii"))


def _named_first(partial: Path, file: Path) -> Path:
    """Gives a file its name, unless another process was quicker; then that one's file counts."""
    try:
        # renaming replaces what is there, except on Windows; linking never does
        if os.name == "nt":
            partial.rename(file)
        else:
            os.link(partial, file)
    except FileExistsError:
        return file
    except OSError:
        partial.rename(file)  # a disk that knows no links
    return file


def _secret_from(file: Path) -> bytes:
    try:
        key = bytes.fromhex(file.read_text(encoding="ascii"))
    except (OSError, ValueError):
        key = b""
    if len(key) < SECRET_BYTES:
        raise UsageError(
            f"The key file {file} cannot be read, or is damaged.",
            "Bring it back from a backup. If there is none, delete it: earlier runs can then no longer be resumed, and "
            "after them you will be asked for a new journal.",
        )
    return key
