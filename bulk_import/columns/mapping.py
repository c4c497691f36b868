"""Which column of a table holds which field.

What the user chose wins; then a heading's own meaning. A heading that could mean two things is never guessed, and
neither is a field that two columns claim.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from bulk_import.catalogue import (
    FIELDS,
    ONEFILE_ID,
    all_aliases,
    field_meant,
    fields_for_heading,
    heading_key,
    never_guessed,
    without_remark,
)
from bulk_import.columns.naming import with_column
from bulk_import.columns.remarks import Told, Unsure, likely_fields, remarks

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from bulk_import.findings import Finding
    from bulk_import.read.table import Heading, Table


CATEGORY, PRIMARY = "@LLDDCat", "@LLDDPrimary"
GIVEN_BY_CATEGORY = ("L15", "L16")
"""The helper columns that can be translated, and the fields they then give."""


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
        likely: positions of unknown columns → the field whose known heading theirs is most like.
        user_ids: the positions of the columns that give OneFile's own id of a row's account.
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
    likely: Mapping[int, str] = field(default_factory=dict)
    user_ids: tuple[int, ...] = ()

    def position(self, name: str) -> int | None:
        """Where a field stands, or OneFile's own id of a row's account; None for nowhere."""
        return next(iter(self.user_ids), None) if name == ONEFILE_ID else self.field_at.get(name)


def map_columns(table: Table, chosen: Mapping[str, str], *, categories: bool = False) -> Columns:
    """Ties columns to fields.

    Args:
        table: a table as read.
        chosen: heading → API name, or "" to leave the column out, as the settings and options say. A heading is
            compared as typed first, then by its letters and digits; one that stands several times can be told by its
            column, as in “Start Date (column H)”.
        categories: whether columns of the ILR's categories of difficulty are translated.
    """
    told = _told(table.headings, chosen)
    field_at = {name: told.claims[name][0] for name in FIELDS if len(told.claims.get(name, ())) == 1}
    left_out = tuple(at for at, name in told.wanted.items() if name == "")
    helpers, given_by = _helpers(table.headings, told.wanted, told.claims) if categories else ({}, {})
    user_ids = tuple(told.claims.get(ONEFILE_ID, ()))
    read = [*field_at.values(), *user_ids, *(at for positions in told.beside.values() for at in positions)]
    used = {*read, *left_out, *(at for positions in helpers.values() for at in positions)}
    unknown = tuple(at for at in range(len(table.headings)) if at not in used)
    likely = likely_fields(table, told, unknown)
    return Columns(
        field_at=MappingProxyType(field_at),
        beside=MappingProxyType(told.beside),
        unknown=unknown,
        chosen=frozenset(at for at, name in told.wanted.items() if name),
        left_out=left_out,
        doubtful=MappingProxyType({one.position: one.candidates for one in told.unsure}),
        doubled=MappingProxyType(told.doubled),
        helpers=MappingProxyType(helpers),
        given_by=MappingProxyType(given_by),
        findings=tuple(remarks(table, told, read, unknown, likely)),
        likely=MappingProxyType({at: name for at, (_, name) in likely.items()}),
        user_ids=user_ids,
    )


def _told(headings: Sequence[Heading], chosen: Mapping[str, str]) -> Told:
    wanted = _wanted(headings, chosen)
    fixed = _claims(wanted)
    free = {
        at: name
        for at, heading in enumerate(headings)
        if at not in wanted and (name := field_meant(heading.text)) is not None and name not in fixed
    }
    claims, unsure = _settled(headings, _claims(free))
    claims |= fixed
    beside = _beside(headings, wanted, claims)
    doubled = _doubled(claims, unsure)
    unsure += _never_guessed(headings, wanted, claims)
    return Told(wanted, claims, beside, doubled, sorted(unsure, key=lambda one: one.position))


def _wanted(headings: Sequence[Heading], chosen: Mapping[str, str]) -> dict[int, str]:
    keys = {heading_key(text): name for text, name in reversed(list(chosen.items()))}
    chosen_at = {at: _choice(heading, chosen, keys) for at, heading in enumerate(headings)}
    return {at: name for at, name in chosen_at.items() if name is not None}


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
    key, key_with_column = heading_key(heading.text), heading_key(with_column(heading))
    if key_with_column in keys:
        return keys[key_with_column]
    if heading.text in chosen:
        return chosen[heading.text]
    return keys.get(key) if key else None


def _claims(meanings: Mapping[int, str]) -> dict[str, list[int]]:
    claims: dict[str, list[int]] = {}
    for position, name in meanings.items():
        if name:
            claims.setdefault(name, []).append(position)
    return claims


def _settled(headings: Sequence[Heading], claims: Mapping[str, list[int]]) -> tuple[dict[str, list[int]], list[Unsure]]:
    """Claims without those that cannot be told apart by nature, and these."""
    settled: dict[str, list[int]] = {}
    unsure: list[Unsure] = []
    for name, positions in claims.items():
        ids = _ids_before_names(name, headings, positions)
        doubtful = _doubtful({at: heading_key(without_remark(headings[at].text)) for at in ids})
        settled[name] = [at for at in ids if at not in doubtful]
        unsure += [Unsure(at, (name,), "something else, since another column could be that too") for at in doubtful]
    return settled, unsure


def _doubled(claims: Mapping[str, list[int]], unsure: Sequence[Unsure]) -> dict[str, tuple[int, ...]]:
    """Fields that several columns claim, and fields of which all columns are doubtful together."""
    apart: dict[str, list[int]] = {}
    for one in unsure:
        apart.setdefault(one.candidates[0], []).append(one.position)
    several = {name: tuple(claims.get(name) or apart.get(name) or ()) for name in FIELDS}
    return {name: positions for name, positions in several.items() if len(positions) > 1}


def _ids_before_names(name: str, headings: Sequence[Heading], positions: list[int]) -> list[int]:
    """Where a column of OneFile's ids and one of names stand side by side, the ids are the field."""
    names = {heading_key(alias.heading) for alias in all_aliases().get(name, ()) if alias.names}
    ids = [at for at in positions if heading_key(without_remark(headings[at].text)) not in names]
    return ids or positions


def _beside(
    headings: Sequence[Heading], chosen: Collection[int], claims: Mapping[str, Sequence[int]]
) -> dict[str, tuple[int, ...]]:
    """The columns of names of each field whose ids stand in one column of their own, which a heading says by itself."""
    meanings = _claims({at: name for at, heading in enumerate(headings) if (name := field_meant(heading.text))})
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
) -> list[Unsure]:
    """Headings that mean different things in different systems, unless all they might mean is already there."""
    found = []
    for at, heading in enumerate(headings):
        doubt = never_guessed(heading.text)
        if at not in wanted and doubt is not None and not all(claims.get(name) for name in doubt.fields):
            found.append(Unsure(at, tuple(name for name in doubt.fields if not claims.get(name)), doubt.otherwise))
    return found
