"""A run's folder: its reports, written whole or not at all, and for the owner's eyes only."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING, BinaryIO

from bulk_import.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from bulk_import.report import Report

    Render = Callable[[BinaryIO], object]

OWNER_ONLY = 0o700
SPARE_NAMES = 20


def make_folder(reports: Path, run: str) -> Path:
    """The folder of one run, made if it is not there yet.

    Only the owner may look inside; on Windows administrators too, and with a Python older than 3.11.10, which knows
    no other way there, whoever may look into the reports folder.

    Raises:
        OutputError: it cannot be made.
    """
    folder = reports / run
    try:
        reports.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=OWNER_ONLY, exist_ok=True)
    except OSError as wrong:
        raise unwritable(folder, wrong) from wrong
    return folder


def write_reports(report: Report, folder: Path) -> tuple[Path, ...]:
    """Writes results.xlsx, report.html and report.json; what cannot be written keeps no other from being written.

    Returns:
        The files: those for people first, report.json last.

    Raises:
        OutputError: one of them could not be written, after all have been tried.
    """
    from bulk_import.report import write_json, write_page, write_workbook  # noqa: PLC0415 - heavy

    return _write_all(
        {
            folder / "results.xlsx": lambda stream: write_workbook(report, stream),
            folder / "report.html": lambda stream: write_page(report, stream),
            folder / "report.json": lambda stream: write_json(report, stream),
        }
    )


def write_shared(report: Report, folder: Path) -> tuple[Path, ...]:
    """Writes shared.html and shared.json, as `write_reports` writes.

    Args:
        report: pseudonymised.
        folder: the run's.

    Returns:
        The files, shared.json last.

    Raises:
        OutputError: as `write_reports`.
    """
    from bulk_import.report import write_json, write_page  # noqa: PLC0415 - heavy

    return _write_all(
        {
            folder / "shared.html": lambda stream: write_page(report, stream, whole="shared.json"),
            folder / "shared.json": lambda stream: write_json(report, stream),
        }
    )


def _write_all(renderers: Mapping[Path, Render]) -> tuple[Path, ...]:
    written: list[Path] = []
    failures: list[OutputError] = []
    for target, render in renderers.items():
        try:
            written.append(write_file(target, render))
        except OutputError as wrong:
            failures.append(wrong)
    if failures:
        raise failures[0]
    return tuple(written)


def write_file(target: Path, render: Render) -> Path:
    """Writes a file under a temporary name and moves it into place; the name it has got in the end.

    A file that another program holds open (Excel on Windows does) gets the next free name.

    Raises:
        OutputError: there is no room, or no right to write.
    """
    partial = target.with_name(f".{target.name}.partial")
    try:
        with partial.open("wb") as stream:
            render(stream)
            stream.flush()
            os.fsync(stream.fileno())
        return _moved(partial, target)
    except OSError as wrong:
        partial.unlink(missing_ok=True)
        raise unwritable(target, wrong) from wrong


def _moved(partial: Path, target: Path) -> Path:
    names = [target, *(target.with_stem(f"{target.stem} ({number})") for number in range(2, SPARE_NAMES))]
    for name in names[:-1]:
        try:
            return partial.replace(name)
        except PermissionError:  # on Windows: open in Excel
            continue
    return partial.replace(names[-1])


def drop_if_empty(folder: Path) -> None:
    """Takes a run's folder away where nothing could be written into it."""
    if folder.is_dir() and not any(path for path in folder.iterdir() if path.name != "log.jsonl"):
        shutil.rmtree(folder, ignore_errors=True)


def unwritable(path: Path | str, wrong: OSError) -> OutputError:
    """What is said about a file that cannot be written."""
    return OutputError(
        f"{path} cannot be written ({wrong.strerror or type(wrong).__name__}).",
        "Make room on the disk or choose another folder with --out, and run the command again.",
    )
