"""Arguments in, exit code out; the only part that prints."""

from __future__ import annotations

import gc
import signal
import sys
import traceback
from typing import TYPE_CHECKING

from bulk_import.errors import BulkImportError, Interrupted, StoppedEarly

if TYPE_CHECKING:
    from types import FrameType

BREAK = 130  # what the command-line library ends with on Ctrl-C
OBJECTS_BETWEEN_COLLECTIONS = 50_000


def main() -> None:
    """Runs the command line and ends the process with its exit code."""
    _speak_utf8()
    _end_on_any_signal()
    collect_seldom()
    sys.exit(_exit_code())


def _speak_utf8() -> None:
    # A Windows console or a pipe may be set to a code page that lacks half of people's names.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")


def collect_seldom() -> None:
    """Looks for unreachable cycles less often than is usual: what a run reads and decides lives to its end."""
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS, 20, 20)


def _end_on_any_signal() -> None:
    """Lets SIGTERM, and Ctrl-Break on Windows, end a command as Ctrl-C does; sending asks for more care itself."""
    for name in ("SIGTERM", "SIGBREAK"):
        if (number := getattr(signal, name, None)) is not None:
            signal.signal(number, _as_ctrl_c)


def _as_ctrl_c(_number: int, _frame: FrameType | None) -> None:
    # Raised as SIGINT it is cancelled in an orderly way; an exception in the midst of a loop may never end.
    signal.raise_signal(signal.SIGINT)


def _exit_code() -> int:
    from bulk_import.cli.commands import app  # noqa: PLC0415 - what fails here is caught by nobody else
    from bulk_import.cli.screen import complain  # noqa: PLC0415

    try:
        app(_config_first(sys.argv[1:]), prog_name="bulk-import")
    except SystemExit as end:
        if end.code != BREAK:
            return end.code if isinstance(end.code, int) else 0
        stop: BulkImportError = Interrupted("The command was interrupted.", "Run it again when you are ready.")
    except BulkImportError as expected:
        stop = expected
    except Exception as bug:  # noqa: BLE001 - the last line of defence: a bug's own text may hold personal data
        stop = _mistake_of_ours(bug)
    else:
        return 0
    complain(stop)
    return stop.exit_code


def _config_first(words: list[str]) -> list[str]:
    """The arguments with --config in front, where a global option belongs; people write it behind the command too."""
    for at, word in enumerate(words):
        if word == "--config" or word.startswith("--config="):
            end = at + (2 if word == "--config" else 1)
            return [*words[at:end], *words[:at], *words[end:]]
    return words


def _mistake_of_ours(bug: Exception) -> BulkImportError:
    where = traceback.extract_tb(bug.__traceback__)[-1]
    return StoppedEarly(
        f"This is a mistake in bulk-import itself: {type(bug).__name__} in {where.name}, line {where.lineno}.",
        "Whatever was sent is in the journal: see bulk-import runs. Give this line to whoever looks after bulk-import.",
    )
