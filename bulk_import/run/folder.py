"""A run's folder: its reports, written whole or not at all, and for the owner's eyes only."""

from __future__ import annotations

import shutil
from itertools import count
from typing import TYPE_CHECKING, BinaryIO

from bulk_import.errors import OutputError
from bulk_import.whole_file import drop_leftovers, write_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Container
    from pathlib import Path

    from bulk_import.report import FileToFix, Report

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


def write_reports(report: Report, folder: Path, *, kept: Container[str] = ()) -> tuple[Path, ...]:
    """Writes results.xlsx, the files to correct, report.html and report.json, each whole or not at all.

    What cannot be written keeps no other from being written. A file that another program holds open (Excel on Windows
    does) gets the next free name, so that no run is lost for it; so does a file to correct where there is one already,
    in which somebody may have corrected something.

    Args:
        report: of one run.
        folder: the run's.
        kept: names of files that are there, and are left as they are.

    Returns:
        The files: those for people first, report.json last.

    Raises:
        OutputError: one of them could not be written, after all have been tried.
    """
    from bulk_import.report import files_to_fix, write_json, write_page, write_workbook  # noqa: PLC0415 - heavy

    again = f"bulk-import report {report.run}"

    def written(name: str, write: Callable[[Report, BinaryIO], None]) -> list[Path]:
        file = folder / name
        return [file if name in kept else write_file(file, lambda stream: write(report, stream), again=again)]

    return _write_all(
        lambda: written("results.xlsx", write_workbook),
        lambda: [_write_beside(folder, file, again) for file in files_to_fix(report)],
        lambda: written("report.html", write_page),
        lambda: written("report.json", write_json),
    )


def _write_beside(folder: Path, file: FileToFix, again: str) -> Path:
    """Writes a file to correct without touching one that is not the same."""
    target = folder / file.name
    names = (target if number == 1 else target.with_stem(f"{target.stem} ({number})") for number in count(1))
    free = next(name for name in names if not name.exists() or _holds(name, file.data))
    return free if free.exists() else write_file(free, lambda stream: stream.write(file.data), again=again)


def _holds(path: Path, data: bytes) -> bool:
    try:
        return path.read_bytes() == data
    except OSError:  # on Windows: open in Excel
        return False


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

    again = f"bulk-import report {report.run} --share"
    page, whole = folder / "shared.html", folder / "shared.json"
    return _write_all(
        lambda: [write_file(page, lambda stream: write_page(report, stream, whole=whole.name), again=again)],
        lambda: [write_file(whole, lambda stream: write_json(report, stream), again=again)],
    )


def _write_all(first: Callable[[], list[Path]], *others: Callable[[], list[Path]]) -> tuple[Path, ...]:
    """Lets each writer write, whatever becomes of those before it."""
    rest: tuple[Path, ...] = ()
    try:
        written = first()
    finally:
        if others:
            rest = _write_all(*others)
    return (*written, *rest)


def write_file(target: Path, render: Render, *, again: str = "") -> Path:
    """Writes a file under a temporary name and moves it into place; the name it has got in the end.

    A file that another program holds open (Excel on Windows does) gets the next free name.

    Args:
        target: the file's own name.
        render: writes the content.
        again: the command that writes the file where this one could not, if that is another one.

    Raises:
        OutputError: there is no room, or no right to write.
    """
    try:
        drop_leftovers(target)
        return write_whole(target, render, move=_moved)
    except OSError as wrong:
        raise unwritable(target, wrong, again) from wrong


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


def unwritable(path: Path | str, wrong: OSError, again: str = "") -> OutputError:
    """What is said about a file that cannot be written, and which command writes it once that is mended."""
    mended = f"Make room on the disk and see that you may write there; then {again} writes the reports."
    elsewhere = "Make room on the disk or choose another folder with --out, and run the command again."
    return OutputError(
        f"{path} cannot be written ({wrong.strerror or type(wrong).__name__}).", mended if again else elsewhere
    )
