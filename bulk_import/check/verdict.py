"""From breaches of rules to findings with addresses, and from their weight to what is sent."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from bulk_import.catalogue import FIELDS, HIDDEN
from bulk_import.check.cells import EVERYBODY, NO_ROLE, unusable
from bulk_import.check.records import Checked
from bulk_import.check.schema import REQUIRED
from bulk_import.errors import InputUnreadable
from bulk_import.findings import Finding, Place, Severity, severity
from bulk_import.kinds import Choice
from bulk_import.read.table import CellType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import numpy as np

    from bulk_import.check.examination import Examined
    from bulk_import.check.records import Options
    from bulk_import.kinds import Value
    from bulk_import.read.table import Heading, Source, Table
    from bulk_import.rules import Breach

_NO_COLUMN = 1_000_000
# There is no value yet, or none is wanted.
_NO_MISTAKE = frozenset({"uln-placeholder", "not-for-role"})
_OF_NO_CELL = frozenset({REQUIRED, "column-unsure"})

MOST_PROBLEMS = 60_000
"""Problems in rows that a run lists; each costs memory and time, and nobody reads so many."""
WORST = 5


def refuse_too_many(found: Sequence[tuple[Source, Sequence[Breach]]]) -> None:
    """Refuses tables that have more problems than can be listed, before they are listed.

    Raises:
        InputUnreadable: its finding says which columns have the most.
    """
    counts = [sum(len(breach.rows) for breach in breaches) for _, breaches in found]
    if sum(counts) <= MOST_PROBLEMS:
        return
    source, breaches = found[counts.index(max(counts))]
    by_column: Counter[tuple[str, str]] = Counter()
    for breach in breaches:
        by_column[breach.field, breach.code] += len(breach.rows)
    worst = ", ".join(f"{field} ({code}) in {rows:,} rows" for (field, code), rows in by_column.most_common(WORST))
    detail = f"{sum(counts):,}, and the limit is {MOST_PROBLEMS:,}; most are {worst}"
    raise InputUnreadable(Finding("problems-too-many", Place(source.name, source.sheet), detail=detail))


def conclude(examined: Examined, repeated: Sequence[Breach], *, source: int, options: Options) -> Checked:
    """Weighs the findings of a table.

    Args:
        examined: the table after the stages that look at it alone.
        repeated: breaches that other rows and tables gave rise to.
        source: the table's number in the run.
        options: what the settings say.
    """
    breaches = (*examined.breaches, *repeated)
    of_reading = examined.table.findings
    found = [finding for finding in of_reading if finding.place.row is not None]
    found += [finding for breach in breaches for finding in _findings(breach, examined, options)]
    found += examined.user_ids.findings(examined.table)
    found.sort(key=_order)
    return Checked(
        table=examined.table,
        columns=examined.columns,
        source=source,
        roles=examined.roles,
        findings=(*(one for one in of_reading if one.place.row is None), *examined.findings, *found),
        invalid_rows=_stopped(found, options),
        left_out=_left_out(breaches, options),
        usable=examined.people.texts,
        cleared=examined.cleared,
        options=options,
        names=examined.names,
        user_ids=examined.user_ids.by_row,
    )


def with_references(
    checked: Checked, breaches: Sequence[Breach], referred: Mapping[str, Mapping[str, Value | None]]
) -> Checked:
    """The same table after the lists of the centre were asked.

    Args:
        checked: as the check left it.
        breaches: what is wrong with references; a row with an error among them is invalid from now on.
        referred: as `Checked.referred`.
    """
    options = checked.options
    found = [finding for breach in breaches for finding in _findings(breach, checked, options)]
    of_rows = [finding for finding in checked.findings if finding.place.row is not None]
    return replace(
        checked,
        findings=(
            *(finding for finding in checked.findings if finding.place.row is None),
            *sorted((*of_rows, *found), key=_order),
        ),
        invalid_rows=checked.invalid_rows | _stopped(found, options),
        left_out=checked.left_out | _left_out(breaches, options),
        referred=referred,
    )


def _stopped(found: Iterable[Finding], options: Options) -> frozenset[int]:
    """The rows with an error."""
    weigh = lru_cache(maxsize=None)(
        lambda code, certain: severity(Finding(code, _ANYWHERE, certain=certain), options.severities)
    )
    return frozenset(
        finding.place.row
        for finding in found
        if finding.place.row is not None and weigh(finding.code, finding.certain) is Severity.ERROR
    )


def _left_out(breaches: Iterable[Breach], options: Options) -> set[tuple[int, str]]:
    return {
        (row, breach.field)
        for breach in breaches
        if unusable(options.kind(breach.field), breach.code)
        for row in breach.rows
    }


_ANYWHERE = Place("")
_POSITIONS = {name: position for position, name in enumerate(FIELDS)}


def _order(finding: Finding) -> tuple[int, int, int]:
    place = finding.place
    return place.row or 0, place.column or _NO_COLUMN, _POSITIONS.get(finding.field or "", -1)


def _findings(breach: Breach, examined: Examined | Checked, options: Options) -> Iterator[Finding]:
    """One finding for each row of a breach, with what the user typed unless it may not be shown.

    L12 to L16 are optional and describe people: whatever is wrong there is a warning, and never stops a row.
    A value that cannot be sent always stops it where the row must not go without one, else where the settings want
    that.
    """
    source = examined.table.source
    field = FIELDS[breach.field]
    needing = _needing(breach.field) if unusable(options.kind(breach.field), breach.code) else frozenset()
    unshown = field.sensitive in HIDDEN or breach.code in _OF_NO_CELL
    stops = _stops_anyway(breach, options)
    never_error = isinstance(field.kind, Choice) and _weight(breach.code, options) is Severity.ERROR
    roles = examined.roles.loc[list(breach.rows)].tolist()
    cells = _typed(breach, examined, options)
    for place, (row, role, (heading, typed)) in enumerate(zip(breach.rows, roles, cells, strict=True)):
        certain = Severity.ERROR if stops or role in needing else None
        yield Finding(
            code=breach.code,
            place=Place(source.name, source.sheet, row, None if heading is None else heading.column),
            field=breach.field,
            heading=None if heading is None else heading.text,
            value=None if unshown else typed,
            detail=breach.detail(place),
            certain=Severity.WARNING if never_error else certain,
        )


def _needing(name: str) -> frozenset[int]:
    """The roles whose rows must not go without what they have in a field, `NO_ROLE` for an unknown one.

    A MISID may be empty. But accounts are found by it, and a row that went without the one it has could make a second
    account for a person whose e-mail address has changed since.
    """
    roles = EVERYBODY if name == "MISID" else FIELDS[name].required_for
    return roles | {NO_ROLE} if roles == EVERYBODY else roles


def _position(breach: Breach, examined: Examined | Checked) -> int | None:
    """The column that holds the field, or that is translated into it."""
    return examined.columns.field_at.get(breach.field, examined.columns.given_by.get(breach.field))


def _stops_anyway(breach: Breach, options: Options) -> bool:
    """Whether a value that cannot be right stops its row though the field may be empty; [severity] counts more."""
    kind, code = FIELDS[breach.field].kind, breach.code
    if options.bad_optional == "leave-out" or code in options.severities or isinstance(kind, Choice):
        return False
    return unusable(kind, code) and code not in _NO_MISTAKE


def _weight(code: str, options: Options) -> Severity:
    return severity(Finding(code, _ANYWHERE), options.severities)


def _typed(
    breach: Breach, examined: Examined | Checked, options: Options
) -> Iterator[tuple[Heading | None, str | None]]:
    """The heading of each row's cell and what Excel shows in it, or the default where it is empty.

    Where the id is missing, a name beside it is the cell that counts.
    """
    import pandas as pd  # noqa: PLC0415 - heavy

    default = options.defaults.get(breach.field)
    position = _position(breach, examined)
    if position is None:
        yield from [(None, default)] * len(breach.rows)
        return
    table = examined.table
    positions = (position, *examined.columns.beside.get(breach.field, ()))
    places = table.frame.index.get_indexer(pd.Index(list(breach.rows)))
    columns = [_shown(table, at, places) for at in positions]
    for texts in zip(*columns, strict=True):
        filled = [(at, text) for at, text in zip(positions, texts, strict=True) if isinstance(text, str)]
        at, text = next((cell for cell in filled if cell[1].strip()), (positions[0], default))
        yield table.headings[at], text


def _shown(table: Table, position: int, places: np.ndarray) -> list[object]:
    """The texts of some cells of a column; real dates as Excel shows them in the UK, 2007-03-04 as 04/03/2007."""
    texts = table.frame.iloc[places, position].tolist()
    kinds = table.types[places, position].tolist()
    return [_BY_DAY.sub(r"\3/\2/\1", text) if kind in _DAYS else text for text, kind in zip(texts, kinds, strict=True)]


_DAYS = frozenset({CellType.DATE, CellType.DATETIME})
_BY_DAY = re.compile("([0-9]{4})-([0-9]{2})-([0-9]{2})(?:T.*)?")
