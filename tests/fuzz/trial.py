"""Reads one file, as the product does, and sees that only what may come of it does."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from bulk_import.check import Options, check
from bulk_import.errors import InputUnreadable
from bulk_import.findings import fix, message
from bulk_import.read import content, text, workbook
from tests.unit.reading import known
from tests.unit.tables import TODAY

if TYPE_CHECKING:
    from bulk_import.findings import Finding
    from bulk_import.read import Table

CHECKED_EACH: Final = 200
"""Judging a table takes far longer than reading it, so only some are."""


def _read(data: bytes) -> Table:
    kind = content.file_type(data, "people")
    whole = content.Content(Path("people"), "people", data, "0" * 64, kind)
    if kind is content.FileType.TEXT:
        return text.read_text(whole, known=known)
    (table,) = workbook.read_workbook(whole, known=known)
    return table


def _said(finding: Finding) -> str:
    """The code of a finding that has its sentences."""
    assert message(finding)
    assert fix(finding)
    return finding.code


def outcome(data: bytes, *, judged: bool) -> str:
    """What comes of a file: "read", or the code with which it was refused; nothing else may happen.

    Args:
        data: the file.
        judged: whether its rows are checked too.
    """
    try:
        table = _read(data)
    except InputUnreadable as refusal:
        return _said(refusal.finding)
    assert table.types.shape == table.frame.shape == (len(table.frame), len(table.headings))
    assert table.frame.index.is_monotonic_increasing
    assert table.frame.index.is_unique
    assert not set(table.blank_rows).intersection(table.frame.index)
    if judged:
        _judge(table)
    return "read"


def _judge(table: Table) -> None:
    try:
        found = check(table, source=0, options=Options(today=TODAY))
    except InputUnreadable:
        return
    for finding in found.findings:
        _said(finding)
    assert set(found.roles.index) == set(table.frame.index)
