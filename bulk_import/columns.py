"""Which column of a table holds which field.

What the user chose wins; then a heading's own meaning. A heading that could mean two things is never guessed, and
neither is a field that two columns claim.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from bulk_import.catalogue import (
    FIELDS,
    NEVER_GUESSED,
    NOTES_HEADING,
    fields_for_heading,
    heading_key,
    without_remark,
)
from bulk_import.findings import Finding, Place, column_letters

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from bulk_import.read.table import Heading, Table


@dataclass(frozen=True, slots=True)
class Columns:
    """The mapping of one table; positions count from 0 within its frame.

    Attributes:
        field_at: API name → the position of the column that holds it.
        beside: API name → the positions of columns that hold names, where another one holds OneFile's ids.
        unknown: positions that hold no field, or none that can be told for certain.
        left_out: positions the user chose to leave out.
        doubtful: position → the fields its heading may mean, where it was not guessed.
        doubled: API name → the positions of all columns that may hold it, where none can be told from the others.
        findings: what there is to say about the headings.
    """

    field_at: Mapping[str, int]
    beside: Mapping[str, tuple[int, ...]]
    unknown: tuple[int, ...]
    left_out: tuple[int, ...]
    doubtful: Mapping[int, tuple[str, ...]]
    doubled: Mapping[str, tuple[int, ...]]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class _Unsure:
    position: int
    candidates: tuple[str, ...]
    instead: str

    @property
    def meanings(self) -> str:
        return f"{' or '.join(self.candidates)}, {self.instead}"


def map_columns(table: Table, chosen: Mapping[str, str]) -> Columns:
    """Ties columns to fields.

    Args:
        table: a table as read.
        chosen: heading → API name, or "" to leave the column out, as the settings and options say; a heading is
            compared as typed first, then by its letters and digits.
    """
    wanted = {at: name for at, heading in enumerate(table.headings) if (name := _choice(heading, chosen)) is not None}
    fixed = _claims(wanted)
    free = {
        at: name
        for at, heading in enumerate(table.headings)
        if at not in wanted and (name := _meaning(heading.text)) is not None and name not in fixed
    }
    claims, unsure = _settled(table.headings, _claims(free))
    beside = _beside(table.headings, free, claims)
    claims |= fixed
    doubled = _doubled(claims, unsure)
    unsure += _never_guessed(table.headings, wanted, claims)
    field_at = {name: claims[name][0] for name in FIELDS if len(claims.get(name, ())) == 1}
    left_out = tuple(at for at, name in wanted.items() if name == "")
    read = [*field_at.values(), *(at for name in beside for at in beside[name])]
    unknown = tuple(at for at in range(len(table.headings)) if at not in {*read, *left_out})
    unsure.sort(key=lambda one: one.position)
    doubtful = {one.position: one.candidates for one in unsure}
    findings = (
        *(_ambiguous(table, one) for one in unsure),
        *(_duplicate(table, name, positions) for name, positions in doubled.items() if claims.get(name)),
        *_hidden(table, read),
        *_not_sent(table, unknown, {at for name in claims for at in claims[name]} | doubtful.keys()),
    )
    return Columns(
        field_at=MappingProxyType(field_at),
        beside=MappingProxyType(beside),
        unknown=unknown,
        left_out=left_out,
        doubtful=MappingProxyType(doubtful),
        doubled=MappingProxyType(doubled),
        findings=findings,
    )


def _choice(heading: Heading, chosen: Mapping[str, str]) -> str | None:
    if heading.text in chosen:
        return chosen[heading.text]
    key = heading_key(heading.text)
    return next((name for text, name in chosen.items() if key and heading_key(text) == key), None)


def _meaning(text: str) -> str | None:
    """The one field a heading means by itself; None for helpers, unknown headings and those never guessed."""
    names = fields_for_heading(text)
    certain = len(names) == 1 and names[0] in FIELDS and heading_key(text) not in NEVER_GUESSED
    return names[0] if certain else None


def _claims(meanings: Mapping[int, str]) -> dict[str, list[int]]:
    claims: dict[str, list[int]] = {}
    for position, name in meanings.items():
        if name:
            claims.setdefault(name, []).append(position)
    return claims


def _settled(
    headings: Sequence[Heading], claims: Mapping[str, list[int]]
) -> tuple[dict[str, list[int]], list[_Unsure]]:
    """Claims without those that cannot be told apart by nature, and these."""
    settled: dict[str, list[int]] = {}
    unsure: list[_Unsure] = []
    for name, positions in claims.items():
        ids = _ids_before_names(name, headings, positions)
        doubtful = _doubtful({at: heading_key(headings[at].text) for at in ids})
        settled[name] = [at for at in ids if at not in doubtful]
        unsure += [_Unsure(at, (name,), "which another column could be too") for at in doubtful]
    return settled, unsure


def _doubled(claims: Mapping[str, list[int]], unsure: Sequence[_Unsure]) -> dict[str, tuple[int, ...]]:
    """Fields that several columns claim, and fields of which all columns are doubtful together."""
    apart: dict[str, list[int]] = {}
    for one in unsure:
        apart.setdefault(one.candidates[0], []).append(one.position)
    several = {name: tuple(claims.get(name) or apart.get(name) or ()) for name in FIELDS}
    return {name: positions for name, positions in several.items() if len(positions) > 1}


def _ids_before_names(name: str, headings: Sequence[Heading], positions: list[int]) -> list[int]:
    """Where a column of OneFile's ids and one of names stand side by side, the ids are the field."""
    names = {heading_key(alias.heading) for alias in FIELDS[name].aliases if alias.names}
    ids = [at for at in positions if heading_key(without_remark(headings[at].text)) not in names]
    return ids or positions


def _beside(
    headings: Sequence[Heading], meanings: Mapping[int, str], claims: Mapping[str, list[int]]
) -> dict[str, tuple[int, ...]]:
    """The columns of names of each field whose ids stand in one column of their own."""
    found = {}
    for name, positions in _claims(meanings).items():
        ids = _ids_before_names(name, headings, positions)
        if len(ids) == 1 and claims[name] == ids and len(positions) > 1:
            found[name] = tuple(at for at in positions if at not in ids)
    return found


def _doubtful(keys: Mapping[int, str]) -> list[int]:
    """Positions never guessed together: Start Date where two exist; Class and Group."""
    if len(keys) < 2:  # noqa: PLR2004 - a single column cannot be confused
        return []
    together = {"class", "group"} if {"class", "group"} <= set(keys.values()) else set()
    return [at for at, key in keys.items() if key in together | {"startdate"}]


def _never_guessed(
    headings: Sequence[Heading], wanted: Mapping[int, str], claims: Mapping[str, list[int]]
) -> list[_Unsure]:
    """Headings that mean different things in different systems, unless all they might mean is already there."""
    found = []
    for at, heading in enumerate(headings):
        candidates = NEVER_GUESSED.get(heading_key(heading.text), ())
        if at not in wanted and candidates and not all(claims.get(name) for name in candidates):
            found.append(_Unsure(at, candidates, "or something that is not sent"))
    return found


def _ambiguous(table: Table, unsure: _Unsure) -> Finding:
    heading = table.headings[unsure.position]
    place = Place(table.source.name, table.source.sheet, None, heading.column)
    return Finding("column-ambiguous", place, heading=heading.text, detail=unsure.meanings)


def _duplicate(table: Table, name: str, positions: Sequence[int]) -> Finding:
    place = Place(table.source.name, table.source.sheet)
    return Finding("column-duplicate", place, field=name, detail=f"{named(table, positions)}; neither was used")


def named(table: Table, positions: Sequence[int]) -> str:
    """Columns by their headings and letters."""
    headings = (table.headings[at] for at in positions)
    return " and ".join(f"“{heading.text}” (column {column_letters(heading.column)})" for heading in headings)


def _hidden(table: Table, used: Iterable[int]) -> Iterator[Finding]:
    """One warning of the columns that nobody sees in Excel and that are sent all the same."""
    sent = [at for at in sorted(used) if table.frame.iloc[:, at].notna().any()]
    hidden = [at for at in sent if table.headings[at].column in table.hidden_columns]
    if hidden:
        yield Finding("hidden-columns", Place(table.source.name, table.source.sheet), detail=named(table, hidden))


def _not_sent(table: Table, unknown: Sequence[int], spoken_of: set[int]) -> Iterator[Finding]:
    """One note that lists the columns nothing else was said about."""
    named = [_described(table, at) for at in unknown if at not in spoken_of]
    listed = ", ".join(name for name in named if name)
    if listed:
        yield Finding("column-unknown", Place(table.source.name, table.source.sheet), detail=listed)


def _described(table: Table, position: int) -> str:
    heading = table.headings[position]
    if heading_key(heading.text) == heading_key(NOTES_HEADING):
        return ""
    if heading.text.strip():
        return f"“{heading.text.strip()}”"
    filled = table.frame.iloc[:, position].notna().any()
    return f"column {column_letters(heading.column)}, which has no heading" if filled else ""
