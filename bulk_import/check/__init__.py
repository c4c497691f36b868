"""A table becomes records and findings.

The stages: columns are tied to fields, roles are told, cells that the spreadsheet broke are set apart, defaults fill
empty cells, a pandera schema for each role (made from the catalogue) judges the cells, `rules` judges what spans
several of them, and what remains usable becomes records.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bulk_import.check.examination import examine
from bulk_import.check.records import Checked, Options, Record, payload, reference_keys
from bulk_import.check.schema import CheckBrokenError
from bulk_import.check.verdict import conclude, refuse_too_many, with_references
from bulk_import.rules import duplicates

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bulk_import.read.table import Table
    from bulk_import.rules import Breach

__all__ = [
    "CheckBrokenError",
    "Checked",
    "Options",
    "Record",
    "check",
    "check_all",
    "payload",
    "reference_keys",
    "with_references",
]


def check(table: Table, *, source: int, options: Options) -> Checked:
    """Judges one table by itself.

    Args:
        table: as read.
        source: its number in the run, counted from 0.
        options: what the settings say.

    Raises:
        CheckBrokenError: a rule failed to give an answer for each row; a mistake in this program, never in the data.
        InputUnreadable: its finding `problems-too-many` says of which columns.
    """
    return _checked([table], [source], options)[0]


def check_all(tables: Sequence[Table], *, options: Options) -> tuple[Checked, ...]:
    """Judges the tables of a run, numbered from 0, and finds persons that stand in several of them.

    Args:
        tables: as read, in the order of the run.
        options: what the settings say.

    Raises:
        CheckBrokenError, InputUnreadable: as `check`.
    """
    return _checked(tables, range(len(tables)), options)


def _checked(tables: Sequence[Table], sources: Sequence[int], options: Options) -> tuple[Checked, ...]:
    examined = [examine(table, options) for table in tables]
    repeated: list[list[Breach]] = [[] for _ in tables]
    for number, breach in duplicates([one.people for one in examined]):
        repeated[number].append(breach)
    refuse_too_many(
        [
            (one.table.source, (*one.breaches, *one.user_ids.breaches, *again))
            for one, again in zip(examined, repeated, strict=True)
        ]
    )
    return tuple(
        conclude(one, again, source=source, options=options)
        for one, again, source in zip(examined, repeated, sources, strict=True)
    )
