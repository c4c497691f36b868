"""The mapping of a checked file, kept under [columns] of the settings file for the next time."""

from __future__ import annotations

import os
import tomllib
from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bulk_import.catalogue import heading_key
from bulk_import.columns import Use, spellings, uses
from bulk_import.errors import UsageError
from bulk_import.settings import FILE_NAME
from bulk_import.whole_file import write_whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from bulk_import.check import Checked
    from bulk_import.settings import Settings

_BOM = "\ufeff"
_SETTLED = frozenset({Use.HEADING, Use.CHOSEN, Use.LEFT_OUT})
_UNSETTLED = frozenset({Use.AMBIGUOUS, Use.DUPLICATE})


@dataclass(frozen=True, slots=True)
class Saved:
    """What came of saving a mapping.

    Attributes:
        file: the settings file.
        changed: heading → field, "" to leave the column out, of each line that is new or different.
        kept: how many lines said the same already.
        unsettled: headings that were not saved because nobody has said what they mean.
    """

    file: Path
    changed: Mapping[str, str]
    kept: int
    unsettled: tuple[str, ...]

    def lines(self) -> tuple[str, ...]:
        """What was written, a sentence or a setting to a line."""
        listed = (f'  "{heading}" = "{name}"' for heading, name in self.changed.items())
        same = f" Lines that said so already: {self.kept}." if self.kept else ""
        said = f"Written under [columns] of {self.file}:" if self.changed else f"Nothing to write to {self.file}."
        doubt = ", ".join(f"“{heading}”" for heading in self.unsettled)
        left = (f"Not written, because it is not settled what they mean: {doubt}.",) if doubt else ()
        return f"{said}{same}", *listed, *left


def save_mapping(checked: Iterable[Checked], settings: Settings) -> Saved:
    """Writes which heading means which field into the settings file; all else in it stays as it is.

    The file is made where there is none, and is replaced whole or not at all.

    Args:
        checked: the sources, whose mapping is taken; of two that differ the first counts.
        settings: which file they came from, or the folder they would be looked for in.

    Raises:
        UsageError: the file cannot be read, changed or written.
    """
    file = (settings.file or settings.folder / FILE_NAME).resolve()
    wanted, unsettled = _mapping(checked)
    before = _read(file)
    after, changed = _with_columns(before, wanted)
    if changed:
        _see_that_nothing_else_changed(before, after, changed, file)
        _replace(file, after)
    return Saved(file, changed, len(wanted) - len(changed), unsettled)


def _mapping(checked: Iterable[Checked]) -> tuple[dict[str, str], tuple[str, ...]]:
    """Heading → field of every column that is settled, and the headings that are not."""
    wanted: dict[str, str] = {}
    unsettled: dict[str, None] = {}
    for source in checked:
        spelt = spellings(source.table.headings)
        for heading, column in zip(spelt, uses(source.table, source.columns), strict=True):
            if column.use in _SETTLED:
                wanted.setdefault(heading, column.field or "")
            elif column.use in _UNSETTLED:
                unsettled[heading] = None
    return wanted, tuple(unsettled)


def _read(file: Path) -> str:
    try:
        return file.read_bytes().decode("utf-8") if file.exists() else ""
    except (OSError, UnicodeDecodeError) as wrong:
        raise UsageError(f"The mapping was not saved: {file} cannot be read.", "Save it again as UTF-8.") from wrong


def _with_columns(before: str, wanted: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """The settings' text with the mapping in it, and the lines that are new or different."""
    import tomlkit  # noqa: PLC0415 - only where a mapping is saved

    document = tomlkit.parse(before.removeprefix(_BOM))
    columns = document.setdefault("columns", tomlkit.table())
    assert isinstance(columns, MutableMapping)  # noqa: S101 - loading the settings would have refused any other
    spelt = {heading_key(str(heading)): str(heading) for heading in columns}
    changed: dict[str, str] = {}
    for heading, name in wanted.items():
        line = heading if heading in columns else spelt.get(heading_key(heading), heading)
        if columns.get(line) != name:
            columns[line] = changed[line] = name
    return _in_the_same_form(before, tomlkit.dumps(document)), changed


def _in_the_same_form(before: str, after: str) -> str:
    """The new text with the byte-order mark and the line ends of the old one."""
    ends = "\r\n" if "\r\n" in before or (not before and os.name == "nt") else "\n"
    mark = _BOM if before.startswith(_BOM) else ""
    return mark + after.replace("\r\n", "\n").replace("\n", ends)


def _see_that_nothing_else_changed(before: str, after: str, changed: Mapping[str, str], file: Path) -> None:
    """Raises UsageError where the new text would say anything but the old one and the mapping."""
    then, now = (tomllib.loads(text.removeprefix(_BOM)) for text in (before, after))
    if now != {**then, "columns": {**then.get("columns", {}), **changed}}:
        raise UsageError(
            f"The mapping was not saved: {file} is written in a way that it does not fit into.",
            "Put the lines that report.json has under columns into its table [columns] by hand.",
        )


def _replace(file: Path, text: str) -> None:
    try:
        write_whole(file, lambda stream: stream.write(text.encode()))
    except OSError as wrong:
        raise UsageError(
            f"The mapping was not saved: {file} cannot be written ({wrong.strerror}).",
            "Close it in other programs, see that you may write to it, and run the command again.",
        ) from wrong
