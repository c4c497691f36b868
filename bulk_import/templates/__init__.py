"""The workbooks and CSVs that users fill in, made from the catalogue.

Row 1 has the headings, row 2 says how to fill each column in, row 3 is an example; the first cell of rows 2 and 3 holds
a mark by which the reader knows them and leaves them out. The same catalogue gives the same bytes.
"""

from __future__ import annotations

import csv
import io
from types import MappingProxyType
from typing import TYPE_CHECKING

from bulk_import.catalogue import EXAMPLE_MARK, GUIDANCE_MARK, NOTES_HEADING
from bulk_import.errors import OutputError, UsageError
from bulk_import.templates.template import TEMPLATES, Template

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

__all__ = ["TEMPLATES", "Template", "template_files", "write_templates"]


NO_CHOICES: Mapping[str, Sequence[str]] = MappingProxyType({})


def template_files(choices: Mapping[str, Sequence[str]] = NO_CHOICES) -> Iterator[tuple[str, bytes]]:
    """The name and the bytes of each template: a workbook and a CSV for each role, a workbook for all.

    Args:
        choices: API name → what the drop-down of a field offers, beyond what the catalogue knows.
    """
    from bulk_import.templates.workbook import workbook  # noqa: PLC0415 - heavy, and only templates need it

    for template in TEMPLATES:
        yield f"{template.stem}.xlsx", workbook(template, choices)
        if len(template.roles) == 1:
            yield f"{template.stem}.csv", _csv(template)


def write_templates(folder: Path, choices: Mapping[str, Sequence[str]] = NO_CHOICES) -> tuple[Path, ...]:
    """Writes the templates into a folder, which is made if need be.

    A file of the same name but other content may be somebody's filled-in list: it is never overwritten.

    Args:
        folder: where.
        choices: as for `template_files`.

    Raises:
        UsageError: such a file is there; then none is written.
        OutputError: the folder cannot be written.
    """
    files = {folder / name: content for name, content in template_files(choices)}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _refuse_to_overwrite(folder, files)
        for path, content in files.items():
            _write(path, content)
    except OSError as failure:
        why = failure.strerror or "the folder cannot be written"
        raise OutputError(
            f"The templates cannot be written to {folder}: {why}.", "Name another folder with --out."
        ) from None
    return tuple(files)


def _refuse_to_overwrite(folder: Path, files: Mapping[Path, bytes]) -> None:
    changed = [path.name for path, content in files.items() if path.exists() and path.read_bytes() != content]
    if changed:
        raise UsageError(
            f"{folder} already has other files of these names: {', '.join(changed)}.",
            "They may hold somebody's work, so nothing was written. Move them away, or name another folder with --out.",
        )


def _write(path: Path, content: bytes) -> None:
    part = path.with_name(f"{path.name}.part")
    try:
        part.write_bytes(content)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _csv(template: Template) -> bytes:
    stream = io.StringIO()
    fields = template.fields
    csv.writer(stream).writerows(
        (
            [NOTES_HEADING, *map(template.heading, fields)],
            [GUIDANCE_MARK, *map(template.guidance, fields)],
            [EXAMPLE_MARK, *map(template.example, fields)],
        )
    )
    # The byte-order mark tells Excel that the file is UTF-8.
    return stream.getvalue().encode("utf-8-sig")
