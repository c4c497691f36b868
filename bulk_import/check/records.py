"""What a check is asked, and what it gives: the good rows and the findings, side by side."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from bulk_import.catalogue import AS_ONEFILE, FIELDS, Role, role_from_text
from bulk_import.check.clearing import NOTHING
from bulk_import.errors import UsageError
from bulk_import.kinds import Apostrophes, Choice, Name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from datetime import date

    import pandas as pd

    from bulk_import.catalogue import Coding
    from bulk_import.columns import Columns
    from bulk_import.findings import Finding, Severity
    from bulk_import.kinds import DateOrder, Json, Kind, Value
    from bulk_import.read.table import Table

BATCH = 4096


@dataclass(frozen=True, slots=True)
class Options:
    """What the settings say about a check.

    Attributes:
        today: the day that ages are counted to.
        role: of rows that name none.
        defaults: API name → text for empty cells.
        date_order: how text dates are to be read; ISO is always accepted.
        severities: finding code → how much it weighs, where the settings say so.
        chosen: heading → API name, "" to leave the column out.
        coding: how codes of L12 to L16 arrive, and what becomes of those that are not known.
        bad_optional: whether a value that cannot be right stops its row where the field may be empty.
        apostrophes: what becomes of ’ in names.
        clear: whether the word CLEAR! empties fields.

    Raises:
        UsageError: the default for Role is no role.
    """

    today: date
    role: Role | None = None
    defaults: Mapping[str, str] = field(default_factory=dict)
    date_order: DateOrder = "dmy"
    severities: Mapping[str, Severity] = field(default_factory=dict)
    chosen: Mapping[str, str] = field(default_factory=dict)
    coding: Coding = AS_ONEFILE
    bad_optional: Literal["leave-out", "stop-row"] = "leave-out"
    apostrophes: Apostrophes = Apostrophes.AS_TYPED
    clear: bool = False

    def __post_init__(self) -> None:
        usual = self.defaults.get("Role", "").strip()
        if usual and role_from_text(usual) is None:
            roles = ", ".join(f"{role.label} ({role:d})" for role in Role)
            raise UsageError(f"The default “{usual}” for Role is not a role.", f"The roles are {roles}.")

    def kind(self, name: str) -> Kind:
        """What a field's cells can hold, as this check reads them."""
        kind = FIELDS[name].kind.reading(self.date_order, self.today)
        if isinstance(kind, Choice):
            return replace(kind, unknown=self.coding.unknown.get(name, kind.unknown))
        return replace(kind, apostrophes=self.apostrophes) if isinstance(kind, Name) else kind

    @property
    def usual_role(self) -> Role | None:
        """The role of rows that name none, if there is one."""
        return self.role or role_from_text(self.defaults.get("Role", ""))


@dataclass(frozen=True, slots=True)
class Record:
    """One row that can be sent.

    Attributes:
        source: the number of its source in the run, counted from 0.
        row: the number that Excel shows.
        role: of the account.
        values: API name → parsed value, in the API's order; only what the role accepts and the check let through.
        cleared: the fields that the row empties in an account that is there.
        user_id: OneFile's own id of the row's account, where a column gives it; never sent.
    """

    source: int
    row: int
    role: Role
    values: Mapping[str, Value]
    cleared: tuple[str, ...] = ()
    user_id: int | None = None

    @property
    def key(self) -> tuple[int, int]:
        """Source and row: what the row goes by in the journal."""
        return self.source, self.row


def payload(record: Record) -> dict[str, Json]:
    """What a record says: API name → JSON value as OneFile takes it, in the API's order; then what it empties."""
    said = {name: _TO_API[name](value) for name, value in record.values.items()}  # noqa: PD011 - no frame
    return {**said, **{name: NOTHING[name] for name in record.cleared}} if record.cleared else said


_TO_API: Mapping[str, Callable[[Value], Json]] = {name: field.kind.to_api for name, field in FIELDS.items()}


@dataclass(frozen=True, eq=False)
class Checked:
    """A judged table.

    Attributes:
        table: as read.
        columns: which column holds which field.
        source: its number in the run, counted from 0.
        roles: row number → the role's id, 0 where it names no known one (int8).
        findings: those of the file first, then by row and column.
        invalid_rows: rows with an error; they are never sent.
        left_out: row and API name of each value that is not sent though it stands in the file or the defaults.
        cleared: row number → the fields that the row empties.
        usable: the texts that can be sent, cleaned, a column for each field; missing where nothing is to be sent.
        options: what the check was asked.
        names: API name → cleaned names that stand beside an id, missing where either is.
        referred: API name → what a text in an organisation means, once the lists were asked (see `reference_key`);
            a text that is not among them has not been looked up, None is left out.
        user_ids: row number → OneFile's own id of its account, where a column gives it.
    """

    table: Table
    columns: Columns
    source: int
    roles: pd.Series[int]
    findings: tuple[Finding, ...]
    invalid_rows: frozenset[int]
    left_out: AbstractSet[tuple[int, str]]
    usable: pd.DataFrame
    cleared: Mapping[int, tuple[str, ...]]
    options: Options
    names: Mapping[str, pd.Series[str]] = field(default_factory=dict)
    referred: Mapping[str, Mapping[str, Value | None]] = field(default_factory=dict)
    user_ids: Mapping[int, int] = field(default_factory=dict)

    @cached_property
    def valid(self) -> tuple[Record, ...]:
        """The valid rows in the source's order; a run asks for them several times."""
        return tuple(self.records())

    def records(self, *, among: AbstractSet[Role] = frozenset(Role)) -> Iterator[Record]:
        """The valid rows of these roles in the source's order, made as they are asked for."""
        parsers = self._parsers()
        sound = self.roles.isin([int(role) for role in among]) & ~self.roles.index.isin(list(self.invalid_rows))
        for start in range(0, len(self.usable), BATCH):
            chosen = sound.iloc[start : start + BATCH]
            batch = self.usable.iloc[start : start + BATCH][chosen]
            roles = [Role(role) for role in self.roles.loc[batch.index].tolist()]
            columns = [self._values(name, parse, batch, roles) for name, parse in parsers.items()]
            for row, role, *values in zip(batch.index.tolist(), roles, *columns, strict=True):
                held = {name: value for name, value in zip(parsers, values, strict=True) if value is not None}
                sent = MappingProxyType(held)
                yield Record(self.source, row, role, sent, self.cleared.get(row, ()), self.user_ids.get(row))

    def _values(
        self, name: str, parse: Callable[[str], Value], batch: pd.DataFrame, roles: list[Role]
    ) -> Sequence[Value | None]:
        if name == "Role":
            return roles
        values = _parsed(batch[name], parse)
        if not (referred := self.referred.get(name)):
            return values
        keys = reference_keys(batch, batch[name]).tolist()
        return [referred.get(key, value) for key, value in zip(keys, values, strict=True)]

    def _parsers(self) -> dict[str, Callable[[str], Value]]:
        """How each field at hand is parsed, in the API's order; Role among them, though its values are known."""
        order, today = self.options.date_order, self.options.today
        return {
            # Dates and ids repeat from row to row, and parsing them is what costs.
            name: lru_cache(BATCH)(field.kind.reading(order, today).parse)
            for name, field in FIELDS.items()
            if name in self.usable.columns or name == "Role"
        }


def reference_keys(rows: pd.DataFrame, texts: pd.Series[str]) -> pd.Series[str]:
    """What a reference goes by: its organisation, a space, and its text; missing where either is."""
    if "OrganisationID" not in rows.columns:
        return texts.mask(texts.notna())
    return rows["OrganisationID"] + " " + texts


def _parsed(texts: pd.Series[str], parse: Callable[[str], Value]) -> list[Value | None]:
    listed: Sequence[object] = texts.tolist()
    return [parse(text) if isinstance(text, str) else None for text in listed]
