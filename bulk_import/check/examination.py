"""The stages of a check that look at one table: up to breaches of rules, in whole columns."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from bulk_import.catalogue import FIELDS, Role
from bulk_import.check import schema
from bulk_import.check.cells import ERROR_TEXTS, EVERYBODY, NO_ROLE, SHUT, Cells, first_filled, takers
from bulk_import.check.clearing import by_row, set_apart_cleared
from bulk_import.check.codes import translations
from bulk_import.check.damage import set_apart_damaged
from bulk_import.check.dates import columns_of_dates
from bulk_import.check.missing import missing_columns, missing_misid
from bulk_import.check.roles import tell_roles
from bulk_import.check.tidied import tidied
from bulk_import.check.user_ids import UserIds, read_user_ids
from bulk_import.columns import map_columns, named
from bulk_import.findings import Finding, Severity, severity
from bulk_import.kinds.kind import trimmed
from bulk_import.read.table import CellType
from bulk_import.rules import DATE_FIELDS, People, across_cells, days_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pandas as pd

    from bulk_import.check.records import Options
    from bulk_import.columns import Columns
    from bulk_import.read.table import Table
    from bulk_import.rules import Breach

_DATES = (CellType.DATE, CellType.DATETIME, CellType.TIME)


@dataclass(frozen=True, slots=True, eq=False)
class Examined:
    """A table after all stages but those that look at other tables.

    Attributes:
        table: as read.
        columns: which column holds which field.
        roles: row number → the role's id, 0 where unknown.
        people: what is usable of it.
        cleared: row number → the fields that the row empties.
        breaches: rules broken in rows.
        findings: those of the file as a whole.
        names: API name → cleaned names that stand beside an id, missing where either is.
        user_ids: OneFile's own ids of the rows' accounts.
    """

    table: Table
    columns: Columns
    roles: pd.Series[int]
    people: People
    cleared: Mapping[int, tuple[str, ...]]
    breaches: tuple[Breach, ...]
    findings: tuple[Finding, ...]
    names: Mapping[str, pd.Series[str]]
    user_ids: UserIds


def examine(table: Table, options: Options) -> Examined:
    """Judges one table, apart from what other tables say."""
    columns = map_columns(table, options.chosen, categories=options.coding.categories is not None)
    cells = Cells(table.frame.index, options.kind)
    roles = tell_roles(cells, table, columns, options)
    shut = _shut_rows(table, options)
    cells.say_nothing_of(shut)
    live = roles.mask(roles.index.isin(shut), SHUT)
    _clean(cells, table, columns, options)
    _take_names(cells, live, table, columns)
    _set_apart_doubled(cells, live, table, columns)
    set_apart_cleared(cells, live, table, columns, allowed=options.clear)
    _set_apart_broken(cells, live, table, columns)
    set_apart_damaged(cells, live, table, _cells_that_count(table, columns))
    translated = tuple(translations(cells, live, table, columns, options))
    of_dates = tuple(columns_of_dates(cells, table, columns, options))
    _fill_in(cells, live, options)
    for role in (role for role in Role if (live == role).any()):
        _judge(cells, live == role, role, options)
    _judge_without_role(cells, live)
    missing = tuple(missing_columns(cells, live, table, columns, options))
    people = _judge_across(cells, live, table, options)
    return Examined(
        table=table,
        columns=columns,
        roles=roles,
        people=people,
        cleared=by_row(cells.cleared),
        breaches=tuple(cells.breaches),
        findings=(
            *_of_columns(columns, table, missing),
            *missing,
            *missing_misid(cells, live, table, columns),
            *of_dates,
            *translated,
            *tidied(table, columns),
        ),
        names={name: texts for name, texts in cells.names.items() if texts.notna().any()},
        user_ids=read_user_ids(table, columns, shut),
    )


def _shut_rows(table: Table, options: Options) -> list[int]:
    """Rows that reading found to be wrong (too many cells, say): their cells cannot be trusted."""
    return [
        finding.place.row
        for finding in table.findings
        if finding.place.row is not None and severity(finding, options.severities) is Severity.ERROR
    ]


def _clean(cells: Cells, table: Table, columns: Columns, options: Options) -> None:
    for name, position in columns.field_at.items():
        if name != "Role":
            typed = table.frame.iloc[:, position]
            foreign = name in options.coding.lists
            cleaned = trimmed(typed) if foreign else options.kind(name).clean(typed)
            # Most columns are clean as typed; sharing them halves the memory of a large file.
            cells.texts[name] = typed if cleaned.equals(typed) else cleaned


def _take_names(cells: Cells, live: pd.Series[int], table: Table, columns: Columns) -> None:
    """Names that stand beside a column of ids: in place of an empty id, and to be compared with the others.

    Where several columns of names say different things and no id does, it cannot be told which is meant.
    """
    for name, positions in columns.beside.items():
        names = FIELDS[name].kind.clean(first_filled(table, positions))
        ids = cells.texts[name]
        cells.texts[name] = ids.where(ids.notna(), names)
        cells.names[name] = names.where(ids.notna() & ~names.isin(ERROR_TEXTS))
        for position in positions[1:]:
            others = FIELDS[name].kind.clean(table.frame.iloc[:, position])
            unlike = others.notna() & (others.str.casefold() != names.str.casefold())
            cells.blame("column-unsure", name, ids.isna() & unlike & takers(name, live), named(table, positions))


def _set_apart_doubled(cells: Cells, live: pd.Series[int], table: Table, columns: Columns) -> None:
    """Values of which it cannot be told which column's is meant: such rows must not go without them."""
    for name, positions in columns.doubled.items():
        if name != "Role":
            cells.texts[name] = FIELDS[name].kind.clean(first_filled(table, positions))
            filled = cells.texts[name].notna() & takers(name, live)
            cells.blame("column-unsure", name, filled, named(table, positions))


def _set_apart_broken(cells: Cells, live: pd.Series[int], table: Table, columns: Columns) -> None:
    """Cells that hold no value at all, or one that Excel made into a date."""
    import pandas as pd  # noqa: PLC0415 - heavy

    for name, position, counts in _cells_that_count(table, columns):
        types, failed = table.types[:, position], table.frame.iloc[:, position].isin(ERROR_TEXTS)
        if name == "Role" or not ((types >= CellType.DATE).any() or failed.any()):
            continue
        takes = takers(name, live) & counts
        kinds = pd.Series(types, index=cells.index).where(takes, 0)
        cells.blame("cell-error", name, (kinds == CellType.ERROR) | (failed & takes), str)
        cells.blame("formula-uncalculated", name, kinds == CellType.UNCALCULATED)
        if FIELDS[name].kind.hurt_by_dates:
            cells.blame("number-damaged", name, kinds.isin(_DATES), "Excel turned it into a date")


def _cells_that_count(table: Table, columns: Columns) -> Iterator[tuple[str, int, pd.Series[bool] | bool]]:
    """API name, position and rows of each column's cells, of a names column only where those before it are empty."""
    for name, position in columns.field_at.items():
        yield name, position, True
        before = table.frame.iloc[:, position]
        for beside in columns.beside.get(name, ()):
            yield name, beside, before.isna()
            before = before.where(before.notna(), table.frame.iloc[:, beside])


def _fill_in(cells: Cells, live: pd.Series[int], options: Options) -> None:
    """Defaults fill the empty cells of rows whose role takes the field."""
    import pandas as pd  # noqa: PLC0415 - heavy

    for name in (name for name in FIELDS if name in options.defaults and name != "Role"):
        [text] = FIELDS[name].kind.clean(pd.Series([options.defaults[name]], dtype="str"))
        if isinstance(text, str):
            texts = cells.texts.get(name, cells.empty())
            cells.texts[name] = texts.mask(texts.isna() & takers(name, live) & ~cells.taken(name), text)


def _of_columns(columns: Columns, table: Table, missing: Sequence[Finding]) -> Iterator[Finding]:
    """What there is to say of headings; a doubtful one is an error where it may hold what rows cannot do without."""
    wanted = {finding.field for finding in missing} | columns.doubled.keys()
    stopping = {table.headings[at].column for at, names in columns.doubtful.items() if wanted.intersection(names)}
    for finding in columns.findings:
        stops = finding.code == "column-ambiguous" and finding.place.column in stopping
        yield replace(finding, certain=Severity.ERROR) if stops else finding


def _judge(cells: Cells, rows: pd.Series[bool], role: Role, options: Options) -> None:
    """The cells of one role's rows, by its schema."""
    import pandas as pd  # noqa: PLC0415 - heavy

    judged = {
        name: cells.texts.get(name, cells.empty())
        for name, field in FIELDS.items()
        if name != "Role" and (name in cells.texts or role in field.required_for)
    }
    everybody = pd.DataFrame(judged, index=cells.index, copy=False)
    frame = everybody if rows.all() else everybody[rows]
    for name, code, broken in schema.broken_cells(frame, role, options.date_order, options.today):
        kind = options.kind(name)
        match code:
            case schema.REQUIRED:
                cells.blame(code, name, broken, role.label)
            case schema.NOT_FOR_ROLE:
                cells.blame(code, name, broken, f"the role {role.label}")
            case _:
                cells.blame(code, name, broken, partial(kind.explain, code))


def _judge_without_role(cells: Cells, live: pd.Series[int]) -> None:
    """Rows without a known role lack what every role needs."""
    for name, field in FIELDS.items():
        if field.required_for == EVERYBODY and name != "Role":
            lacking = cells.texts.get(name, cells.empty()).isna() & (live == NO_ROLE)
            cells.blame(schema.REQUIRED, name, lacking, "account")


def _judge_across(cells: Cells, live: pd.Series[int], table: Table, options: Options) -> People:
    """What cells say together; the people without what that makes unusable."""
    usable = cells.usable(live)
    kinds = {name: kind.reading(options.date_order, options.today) for name, kind in DATE_FIELDS.items()}
    people = People(table.source.name, table.source.sheet, usable, live, days_of(usable, kinds))
    for breach in across_cells(people, today=options.today):
        cells.take(breach)
    return replace(people, texts=cells.usable(live))
