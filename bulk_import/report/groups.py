"""The problems of a run, those of one kind together: how often, in which columns, in which cells."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bulk_import.findings import Severity, column_letters, fix, located, severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bulk_import.findings import Finding
    from bulk_import.report.assemble import Report

MOST_SPOTS = 40
"""Cells that are named for each column of a kind of problem; the others are counted."""

_ORDER = {weight: at for at, weight in enumerate(Severity)}


@dataclass(frozen=True, slots=True)
class Spot:
    """Where one problem stands.

    Attributes:
        name: in the user's words, such as "H7" or "row 7".
        source: the source's index in the run, None for what concerns the whole run.
        row: the number Excel shows, None for the file as a whole.
    """

    name: str
    source: int | None
    row: int | None


@dataclass(frozen=True, slots=True)
class Part:
    """The problems of one kind in one column.

    Attributes:
        column: in the user's words, "" for rows or files as a whole.
        count: how many.
        message: of the first of them.
        fix: what to do about the first of them.
        spots: of the first few.
    """

    column: str
    count: int
    message: str
    fix: str
    spots: tuple[Spot, ...]

    @property
    def more(self) -> int:
        """How many are not named."""
        return self.count - len(self.spots)


@dataclass(frozen=True, slots=True)
class Group:
    """All problems of one kind."""

    code: str
    weight: Severity
    parts: tuple[Part, ...]

    @property
    def count(self) -> int:
        """How many there are."""
        return sum(part.count for part in self.parts)


_Placed = tuple[int | None, "Finding"]


def groups(report: Report) -> tuple[Group, ...]:
    """The problems of a run by severity and code, the gravest and then the most frequent first."""
    kinds: dict[tuple[Severity, str], dict[str, list[_Placed]]] = defaultdict(lambda: defaultdict(list))
    for source, finding in _placed(report):
        weight = severity(finding, report.severities)
        kinds[weight, finding.code][_column(report, source, finding)].append((source, finding))
    made = [
        Group(code, weight, tuple(_part(report, column, some) for column, some in parts.items()))
        for (weight, code), parts in kinds.items()
    ]
    return tuple(sorted(made, key=lambda group: (_ORDER[group.weight], -group.count)))


def _placed(report: Report) -> Iterator[_Placed]:
    for finding in report.findings:
        yield None, finding
    for number, source in enumerate(report.sources):
        yield from ((number, finding) for finding in source.checked.findings if finding.place.row is None)
        for found in source.listed_by_row().values():
            yield from ((number, finding) for finding in found)


def _column(report: Report, source: int | None, finding: Finding) -> str:
    """The column in the user's words; files that are told apart have columns that are told apart."""
    if finding.place.column is None:
        return finding.field or ""
    name = f"Column {column_letters(finding.place.column)}"
    name = f"{name}, “{finding.heading}”" if finding.heading else name
    return name if source is None or len(report.sources) == 1 else f"{report.label(source)}: {name}"


def _part(report: Report, column: str, some: list[_Placed]) -> Part:
    _, first = some[0]
    named = dict.fromkeys(_spot(report, source, finding) for source, finding in some[:MOST_SPOTS])
    return Part(column, len(some), located(first), fix(first), tuple(spot for spot in named if spot.name))


def _spot(report: Report, source: int | None, finding: Finding) -> Spot:
    place = finding.place
    name = place.address or (f"row {place.row}" if place.row is not None else "")
    if name and source is not None and len(report.sources) > 1 and place.column is None:
        name = f"{report.label(source)}: {name}"
    return Spot(name, source, place.row)
