"""log.jsonl: what happened, a line each, without personal data: rows by number, people never."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bulk_import.run.folder import unwritable

if TYPE_CHECKING:
    from pathlib import Path
    from typing import TextIO

    from bulk_import.api import CallMade


class RunLog:
    """The log of one run; lines wait in memory until the run has a folder, and then are on disk at once."""

    def __init__(self) -> None:
        self._waiting: list[str] = []
        self._stream: TextIO | None = None
        self.broken = False

    def open(self, folder: Path) -> None:
        """Goes on in a run's folder, with what has waited first; a log that is open stays where it is.

        Raises:
            OutputError: it cannot be written.
        """
        if self._stream is not None:
            return
        file = folder / "log.jsonl"
        try:
            self._stream = file.open("a", encoding="utf-8", newline="\n")
            self._stream.writelines(self._waiting)
            self._stream.flush()
        except OSError as wrong:
            raise unwritable(file, wrong) from wrong

    def close(self) -> None:
        """Ends the log."""
        if self._stream is not None:
            try:
                self._stream.close()
            except OSError:
                self.broken = True

    def event(self, name: str, **facts: float | str | None) -> None:
        """Writes one line.

        A log that can no longer be written is given up, and says so in `broken`: what was sent must not be lost
        sight of because a line about it could not be written.

        Args:
            name: what happened.
            facts: counts, codes and names of things, never of people.
        """
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = json.dumps({"at": at, "event": name, **facts}, ensure_ascii=False) + "\n"
        if self._stream is None:
            self._waiting.append(line)
            return
        try:
            self._stream.write(line)
            self._stream.flush()
        except (OSError, ValueError):
            self.broken = True

    def call(self, made: CallMade) -> None:
        """Writes the line of one call."""
        source, row = made.row or (None, None)
        self.event(
            "call",
            operation=made.operation,
            source=source,
            row=row,
            attempt=made.attempt,
            status=made.status,
            verdict=made.verdict,
            seconds=round(made.seconds, 3),
        )
