"""What there is to say of a table's headings: doubts, doubles, hidden columns, and those that are not sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bulk_import.catalogue import FIELDS, NOTES_HEADING, fields_for_heading, heading_key, nearest_heading
from bulk_import.columns.naming import named, spellings
from bulk_import.findings import Finding, Place, column_letters

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from bulk_import.read.table import Table

MOST_COMPARED = 100
"""Unknown headings for which a known one like them is looked for; a sheet can have thousands."""

MOST_LISTED = 50
"""Columns that the note of those not sent names; the mapping in the reports has all of them."""


@dataclass(frozen=True, slots=True)
class Unsure:
    """A column that is not guessed: its position, the fields it may hold, and what it may be besides."""

    position: int
    candidates: tuple[str, ...]
    otherwise: str

    @property
    def meanings(self) -> str:
        """All that it may mean."""
        return f"{' or '.join(self.candidates)}, or {self.otherwise}"


@dataclass(frozen=True, slots=True)
class Told:
    """What headings say of their columns.

    Attributes:
        wanted: position → what the user chose, "" to leave it out.
        claims: API name → the positions of the columns that claim to hold it.
        beside: API name → the positions of names beside its ids.
        doubled: API name → the positions of columns of which it cannot be told which one counts.
        unsure: the headings that are not guessed, in the order of their columns.
    """

    wanted: Mapping[int, str]
    claims: Mapping[str, Sequence[int]]
    beside: Mapping[str, tuple[int, ...]]
    doubled: Mapping[str, tuple[int, ...]]
    unsure: Sequence[Unsure]


def likely_fields(table: Table, told: Told, unknown: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Positions of unknown columns → the known heading that theirs is most like, and its field, if it has no column."""
    free = {name for name in FIELDS if not told.claims.get(name)}
    unspoken = [at for at in unknown if at not in _spoken_of(told)]
    compared = [at for at in unspoken if not fields_for_heading(table.headings[at].text)][:MOST_COMPARED]
    return {at: near for at in compared if (near := nearest_heading(table.headings[at].text, free)) is not None}


def _spoken_of(told: Told) -> set[int]:
    return {at for positions in told.claims.values() for at in positions} | {one.position for one in told.unsure}


def remarks(
    table: Table, told: Told, read: Sequence[int], unknown: Sequence[int], likely: Mapping[int, tuple[str, str]]
) -> Iterator[Finding]:
    """What there is to say of headings, of hidden columns and of those that are not sent."""
    spelt = spellings(table.headings)
    for one in told.unsure:
        yield _ambiguous(table, one, spelt[one.position])
    for name, positions in told.doubled.items():
        if told.claims.get(name):
            yield _duplicate(table, name, positions, told.wanted, spelt)
    yield from _hidden(table, read)
    yield from _not_sent(table, [at for at in unknown if at not in _spoken_of(told)], likely)


def _ambiguous(table: Table, unsure: Unsure, spelt: str) -> Finding:
    heading = table.headings[unsure.position]
    place = Place(table.source.name, table.source.sheet, None, heading.column)
    remedies = (*(_map(spelt, name) for name in unsure.candidates), f"{_map(spelt)} to leave the column out")
    return Finding("column-ambiguous", place, heading=heading.text, detail=unsure.meanings, remedies=remedies)


def _map(heading: str, name: str = "") -> str:
    return f'--map "{heading}={name}"'


def _duplicate(
    table: Table, name: str, positions: Sequence[int], chosen: Collection[int], spelt: Sequence[str]
) -> Finding:
    """One field in several columns; where all were chosen, only leaving some out settles it."""
    place = Place(table.source.name, table.source.sheet)
    used = "neither was used" if len(positions) == 2 else "none was used"  # noqa: PLR2004 - a pair
    all_chosen = set(positions) <= set(chosen)
    remedies = tuple(
        f"{_map(spelt[at])} to leave that column out" if all_chosen else _map(spelt[at], name) for at in positions
    )
    return Finding(
        "column-duplicate", place, field=name, detail=f"{named(table, positions)}; {used}", remedies=remedies
    )


def _hidden(table: Table, used: Iterable[int]) -> Iterator[Finding]:
    """One warning of the columns that nobody sees in Excel and that are sent all the same."""
    sent = [at for at in sorted(used) if table.frame.iloc[:, at].notna().any()]
    hidden = [at for at in sent if table.headings[at].column in table.hidden_columns]
    if hidden:
        yield Finding("hidden-columns", Place(table.source.name, table.source.sheet), detail=named(table, hidden))


def _not_sent(table: Table, unspoken: Sequence[int], likely: Mapping[int, tuple[str, str]]) -> Iterator[Finding]:
    """One note that lists the columns nothing else was said about, first those that are like a known heading."""
    first = sorted(unspoken, key=lambda at: at not in likely)
    described = [_described(table, at) + (_like(*likely[at]) if at in likely else "") for at in first]
    names = [name for name in described if name]
    listed = ", ".join(names[:MOST_LISTED])
    if (more := len(names) - MOST_LISTED) > 0:
        listed = f"{listed} and {more:,} more"
    if listed:
        yield Finding("column-unknown", Place(table.source.name, table.source.sheet), detail=listed)


def _like(heading: str, name: str) -> str:
    if heading_key(heading) == heading_key(name):
        return f" (is it {name}?)"
    return f" (is it “{heading}”, which would be {name}?)"


def _described(table: Table, position: int) -> str:
    heading = table.headings[position]
    if heading_key(heading.text) == heading_key(NOTES_HEADING):
        return ""
    if heading.text.strip():
        return f"“{heading.text.strip()}”"
    filled = table.frame.iloc[:, position].notna().any()
    return f"column {column_letters(heading.column)}, which has no heading" if filled else ""
