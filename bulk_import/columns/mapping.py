"""Which column of a table holds which field.

What the user chose wins; then a heading's own meaning. A heading that could mean two things is never guessed, and
neither is a field that two columns claim.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from bulk_import.catalogue import (
    FIELDS,
    NOTES_HEADING,
    fields_for_heading,
    heading_key,
    nearest_heading,
    never_guessed,
    without_remark,
)
from bulk_import.findings import Finding, Place, column_letters

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from bulk_import.read.table import Heading, Table


CATEGORY, PRIMARY = "@LLDDCat", "@LLDDPrimary"
GIVEN_BY_CATEGORY = ("L15", "L16")
"""The helper columns that can be translated, and the fields they then give."""

MOST_COMPARED = 100
"""Unknown headings for which a known one like them is looked for; a sheet can have thousands."""


class Use(StrEnum):
    """What a column is used for, or why it is not sent."""

    HEADING = "heading"
    NAMES = "names"
    CHOSEN = "chosen"
    TRANSLATED = "translated"
    LEFT_OUT = "left-out"
    AMBIGUOUS = "ambiguous"
    DUPLICATE = "duplicate"
    ELSEWHERE = "elsewhere"
    NO_FIELD = "no-field"
    UNKNOWN = "unknown"
    NOTES = "notes"
    NO_HEADING = "no-heading"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table and what it is used for.

    Attributes:
        heading: as typed.
        letters: as Excel shows them above the column.
        field: the API name of the field it holds, None where it is not sent.
        use: how that came about.
    """

    heading: str
    letters: str
    field: str | None
    use: Use


@dataclass(frozen=True, slots=True)
class Columns:
    """The mapping of one table; positions count from 0 within its frame.

    Attributes:
        field_at: API name → the position of the column that holds it.
        beside: API name → the positions of columns that hold names, where another one holds OneFile's ids.
        unknown: positions that hold no field, or none that can be told for certain.
        chosen: positions that the user tied to a field.
        left_out: positions the user chose to leave out.
        doubtful: position → the fields its heading may mean, where it was not guessed.
        doubled: API name → the positions of all columns that may hold it, where none can be told from the others.
        helpers: helper name → the positions of the columns that are translated.
        given_by: API name → the position of the column that is translated into it.
        findings: what there is to say about the headings.
    """

    field_at: Mapping[str, int]
    beside: Mapping[str, tuple[int, ...]]
    unknown: tuple[int, ...]
    chosen: frozenset[int]
    left_out: tuple[int, ...]
    doubtful: Mapping[int, tuple[str, ...]]
    doubled: Mapping[str, tuple[int, ...]]
    helpers: Mapping[str, tuple[int, ...]]
    given_by: Mapping[str, int]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class _Unsure:
    position: int
    candidates: tuple[str, ...]
    otherwise: str

    @property
    def meanings(self) -> str:
        return f"{' or '.join(self.candidates)}, or {self.otherwise}"


def map_columns(table: Table, chosen: Mapping[str, str], *, categories: bool = False) -> Columns:
    """Ties columns to fields.

    Args:
        table: a table as read.
        chosen: heading → API name, or "" to leave the column out, as the settings and options say. A heading is
            compared as typed first, then by its letters and digits; one that stands several times can be told by its
            column, as in “Start Date (column H)”.
        categories: whether columns of the ILR's categories of difficulty are translated.
    """
    keys = {heading_key(text): name for text, name in reversed(list(chosen.items()))}
    chosen_at = {at: _choice(heading, chosen, keys) for at, heading in enumerate(table.headings)}
    wanted = {at: name for at, name in chosen_at.items() if name is not None}
    fixed = _claims(wanted)
    free = {
        at: name
        for at, heading in enumerate(table.headings)
        if at not in wanted and (name := _meaning(heading.text)) is not None and name not in fixed
    }
    claims, unsure = _settled(table.headings, _claims(free))
    claims |= fixed
    beside = _beside(table.headings, wanted, claims)
    doubled = _doubled(claims, unsure)
    unsure += _never_guessed(table.headings, wanted, claims)
    field_at = {name: claims[name][0] for name in FIELDS if len(claims.get(name, ())) == 1}
    left_out = tuple(at for at, name in wanted.items() if name == "")
    helpers, given_by = _helpers(table.headings, wanted, claims) if categories else ({}, {})
    read = [*field_at.values(), *(at for positions in beside.values() for at in positions)]
    used = {*read, *left_out, *(at for positions in helpers.values() for at in positions)}
    unknown = tuple(at for at in range(len(table.headings)) if at not in used)
    unsure.sort(key=lambda one: one.position)
    doubtful = {one.position: one.candidates for one in unsure}
    spelt = spellings(table.headings)
    findings = (
        *(_ambiguous(table, one, spelt[one.position]) for one in unsure),
        *(_duplicate(table, name, positions, wanted, spelt) for name, positions in doubled.items() if claims.get(name)),
        *_hidden(table, read),
        *_not_sent(table, unknown, {at for name in claims for at in claims[name]} | doubtful.keys(), claims),
    )
    return Columns(
        field_at=MappingProxyType(field_at),
        beside=MappingProxyType(beside),
        unknown=unknown,
        chosen=frozenset(at for at, name in wanted.items() if name),
        left_out=left_out,
        doubtful=MappingProxyType(doubtful),
        doubled=MappingProxyType(doubled),
        helpers=MappingProxyType(helpers),
        given_by=MappingProxyType(given_by),
        findings=findings,
    )


def _helpers(
    headings: Sequence[Heading], wanted: Mapping[int, str], claims: Mapping[str, Sequence[int]]
) -> tuple[dict[str, tuple[int, ...]], dict[str, int]]:
    """The columns of categories, and the fields they give: those that have no column of their own."""
    found: dict[str, list[int]] = {}
    for at, heading in enumerate(headings):
        name = _helper(heading.text)
        if at not in wanted and name is not None:
            found.setdefault(name, []).append(at)
    given = [name for name in GIVEN_BY_CATEGORY if not claims.get(name)]
    if not given or CATEGORY not in found:
        return {}, {}
    return {name: tuple(at) for name, at in found.items()}, dict.fromkeys(given, found[CATEGORY][0])


def _helper(text: str) -> str | None:
    """The helper that a heading is, such as “LLDDCat” or “LLDDCat 2”."""
    names = fields_for_heading(re.sub(r"[\s_#(]*[0-9]+\)?$", "", text.strip()))
    return next((name for name in names if name in {CATEGORY, PRIMARY}), None)


def _choice(heading: Heading, chosen: Mapping[str, str], keys: Mapping[str, str]) -> str | None:
    """What the user chose for a column: by its letters, as typed, or by its letters and digits."""
    key, with_column = heading_key(heading.text), heading_key(_with_column(heading))
    if with_column in keys:
        return keys[with_column]
    if heading.text in chosen:
        return chosen[heading.text]
    return keys.get(key) if key else None


def _with_column(heading: Heading) -> str:
    return f"{heading.text} (column {column_letters(heading.column)})"


def names_column(text: str, heading: Heading) -> bool:
    """Whether a heading that somebody chose, with its column or without, is this one."""
    return heading_key(text) in {heading_key(heading.text), heading_key(_with_column(heading))}


def without_column(text: str) -> str:
    """A heading as somebody chose it, without “(column H)” at its end."""
    return re.sub(r"\s*\(column [A-Z]{1,3}\)\s*$", "", text, flags=re.IGNORECASE)


def spellings(headings: Sequence[Heading]) -> tuple[str, ...]:
    """What names each column after --map and under [columns]: its heading, with its column where others have it too."""
    counted = Counter(heading_key(heading.text) for heading in headings)
    texts = (heading.text if counted[heading_key(heading.text)] == 1 else _with_column(heading) for heading in headings)
    return tuple(" ".join(text.split()) for text in texts)


def uses(table: Table, columns: Columns) -> tuple[Column, ...]:
    """Each column of a table in its order, and what it is used for."""
    held = {at: name for name, positions in columns.beside.items() for at in positions}
    held |= {position: name for name, position in columns.field_at.items()}
    told = dict.fromkeys((at for positions in columns.doubled.values() for at in positions), Use.DUPLICATE)
    told |= dict.fromkeys(columns.doubtful, Use.AMBIGUOUS) | dict.fromkeys(columns.left_out, Use.LEFT_OUT)
    told |= dict.fromkeys((at for positions in columns.helpers.values() for at in positions), Use.TRANSLATED)
    told |= {at: Use.CHOSEN if at in columns.chosen else Use.HEADING for at in columns.field_at.values()}
    told |= dict.fromkeys((at for positions in columns.beside.values() for at in positions), Use.NAMES)
    return tuple(
        Column(heading.text, column_letters(heading.column), held.get(at), told.get(at) or _unused(heading))
        for at, heading in enumerate(table.headings)
    )


def _unused(heading: Heading) -> Use:
    if heading_key(heading.text) == heading_key(NOTES_HEADING):
        return Use.NOTES
    if not heading.text.strip():
        return Use.NO_HEADING
    meanings = fields_for_heading(heading.text)
    if not meanings:
        return Use.UNKNOWN
    return Use.ELSEWHERE if any(name in FIELDS for name in meanings) else Use.NO_FIELD


def _meaning(text: str) -> str | None:
    """The one field a heading means by itself; None for helpers, unknown headings and those never guessed."""
    names = fields_for_heading(text)
    certain = len(names) == 1 and names[0] in FIELDS and never_guessed(text) is None
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
        doubtful = _doubtful({at: heading_key(without_remark(headings[at].text)) for at in ids})
        settled[name] = [at for at in ids if at not in doubtful]
        unsure += [_Unsure(at, (name,), "something else, since another column could be that too") for at in doubtful]
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
    headings: Sequence[Heading], chosen: Collection[int], claims: Mapping[str, Sequence[int]]
) -> dict[str, tuple[int, ...]]:
    """The columns of names of each field whose ids stand in one column of their own, which a heading says by itself."""
    meanings = _claims({at: name for at, heading in enumerate(headings) if (name := _meaning(heading.text))})
    found = {}
    for name, positions in meanings.items():
        ids = _ids_before_names(name, headings, positions)
        if len(positions) > len(ids) == 1 and list(claims.get(name, ())) == ids:
            found[name] = tuple(at for at in positions if at not in ids and at not in chosen)
    return {name: names for name, names in found.items() if names}


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
        doubt = never_guessed(heading.text)
        if at not in wanted and doubt is not None and not all(claims.get(name) for name in doubt.fields):
            found.append(_Unsure(at, doubt.fields, doubt.otherwise))
    return found


def _ambiguous(table: Table, unsure: _Unsure, spelt: str) -> Finding:
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


def _not_sent(
    table: Table, unknown: Sequence[int], spoken_of: set[int], claims: Mapping[str, Sequence[int]]
) -> Iterator[Finding]:
    """One note that lists the columns nothing else was said about, each with the known heading that it is like."""
    free = {name for name in FIELDS if not claims.get(name)}
    unspoken = [at for at in unknown if at not in spoken_of]
    compared = [at for at in unspoken if not fields_for_heading(table.headings[at].text)][:MOST_COMPARED]
    likely = {at: near for at in compared if (near := nearest_heading(table.headings[at].text, free)) is not None}
    described = [_described(table, at) + (_like(*likely[at]) if at in likely else "") for at in unspoken]
    listed = ", ".join(name for name in described if name)
    if listed:
        yield Finding("column-unknown", Place(table.source.name, table.source.sheet), detail=listed)


def _like(heading: str, name: str) -> str:
    return f" (is it “{heading}”, which would be {name}?)"


def _described(table: Table, position: int) -> str:
    heading = table.headings[position]
    if heading_key(heading.text) == heading_key(NOTES_HEADING):
        return ""
    if heading.text.strip():
        return f"“{heading.text.strip()}”"
    filled = table.frame.iloc[:, position].notna().any()
    return f"column {column_letters(heading.column)}, which has no heading" if filled else ""
