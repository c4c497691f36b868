"""Whether a plan looks like what was meant: limits that stop a bad file before it becomes hundreds of e-mails.

A run's sources are told by a portrait, which holds counts and headings and nobody's data. It is judged by itself, and
beside the portrait of the last good run of the same sources: a file that was cut off, one of last year, and one whose
columns have slipped all look plausible row by row, and none of them looks like the file of the night before.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from typing import TYPE_CHECKING

from bulk_import.actions import Create, Skip, Unchanged, Update
from bulk_import.catalogue import FIELDS, Role
from bulk_import.difference import form
from bulk_import.findings import Severity, fix, message, severity
from bulk_import.row_choice import EVERY_ROW, RowChoice

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from bulk_import.actions import Action, Change
    from bulk_import.check import Checked
    from bulk_import.directory import Account
    from bulk_import.findings import Finding
    from bulk_import.plan import Plan

FEW = 20
"""Below so many rows shares say nothing."""

MOST_NAMED = 3
"""Missing columns that are told with what to do; the report of a check has all."""

IDENTITY = ("LastName", "Email", "DOB", "ULN")
"""What few people of a centre get another of between two nights."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What is normal. Numbers are rows, shares are per cent; None is no limit.

    Attributes:
        max_changes: creates and updates together.
        max_change_percent: the same, as a share of the centre's accounts.
        max_invalid_percent: rows with an error, of all rows.
        max_ended_percent: planned ends that have passed, or are earlier than OneFile's, of all that would be sent.
        max_identity_percent: people who would get another surname, e-mail address, date of birth or ULN, of those whom
            OneFile knows; each field by itself.
        min_known_percent: rows whose account is there, beside those of the last good run.
        max_fewer_rows_percent: rows that are missing beside the last good run.
        max_blank_percent: by how much the share of empty cells of a column may have grown since the last good run.
        max_role_percent: by how much a role's share of the rows may have changed since.
    """

    max_changes: int = 5000
    max_change_percent: int | None = None
    max_invalid_percent: int | None = 50
    max_ended_percent: int | None = 50
    min_known_percent: int | None = 20
    max_fewer_rows_percent: int | None = 50
    max_blank_percent: int | None = 50
    max_role_percent: int | None = 30
    max_identity_percent: int | None = 20


@dataclass(frozen=True, slots=True)
class Portrait:
    """What the sources of a run looked like, in counts.

    Attributes:
        rows: data rows, those without a word not among them.
        invalid: rows with an error.
        known: rows whose account was there, or was made by the run.
        learners: those to whom a planned end would be sent.
        ended: those of them whose planned end has passed, or is earlier than the one that OneFile has.
        roles: the role's id → rows.
        blank: API name → empty cells, for each field that a column holds.
        headings: API name → the heading of its column.
    """

    rows: int
    invalid: int
    known: int
    learners: int = 0
    ended: int = 0
    roles: Mapping[str, int] = field(default_factory=dict)
    blank: Mapping[str, int] = field(default_factory=dict)
    headings: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, object]:
        """What the journal keeps of it."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, object]) -> Portrait:
        """The portrait that `to_json` stored; what another version knew beside it is left out."""
        names = {one.name for one in fields(cls)}
        return cls(**{name: value for name, value in stored.items() if name in names})  # type: ignore[arg-type]


def portrait(
    checked: Sequence[Checked],
    plan: Plan,
    today: date,
    *,
    accounts: Mapping[int, Account],
    chosen: RowChoice = EVERY_ROW,
) -> Portrait:
    """What the sources of a plan look like.

    Args:
        checked: the sources.
        plan: what would be done for their rows.
        today: the day that planned ends are held against.
        accounts: as OneFile has them, by user id.
        chosen: the rows that are meant, which alone are counted.
    """
    roles = Counter(str(role) for source in checked for role in source.roles.tolist() if role)
    blank: Counter[str] = Counter()
    headings: dict[str, str] = {}
    for source in checked:
        for name, position in source.columns.field_at.items():
            blank[name] += int(source.table.frame.iloc[:, position].isna().sum())
            headings.setdefault(name, source.table.headings[position].text)
    ends = list(_planned_ends(plan.changes, accounts))
    return Portrait(
        rows=sum(_how_many(source.table.frame.index, chosen) for source in checked),
        invalid=sum(_how_many(source.invalid_rows, chosen) for source in checked),
        known=len(plan.creates) + sum(map(_is_known, plan.actions)),
        learners=len(ends),
        ended=sum(end < today or end.isoformat() < present for end, present in ends),
        roles=dict(roles),
        blank=dict(blank),
        headings=headings,
    )


def _how_many(rows: Collection[int], chosen: RowChoice) -> int:
    return sum(map(chosen.takes, rows)) if chosen.leaves_out else len(rows)


def _is_known(action: Action) -> bool:
    """Whether OneFile knows a row's person: not where that is left to somebody to decide, or the row is not meant."""
    return isinstance(action, Update | Unchanged) or (isinstance(action, Skip) and action.user_id is not None)


def _planned_ends(changes: Sequence[Change], accounts: Mapping[int, Account]) -> Iterator[tuple[date, str]]:
    """Each planned end that would be sent, and the day that OneFile has, "" for none."""
    name = "PlannedEndDate"
    for change in changes:
        if isinstance(end := change.record.values.get(name), date):
            if isinstance(change, Create):
                yield end, ""
            elif name in change.changes:
                yield end, form(name, accounts[change.user_id].values)


@dataclass(frozen=True, slots=True)
class Missing:
    """The columns that the sources of a run lack.

    Attributes:
        columns: what was found of each.
        otherwise: how many rows have an error that does not come of them.
    """

    columns: tuple[Finding, ...] = ()
    otherwise: int = 0


NOTHING_MISSING = Missing()


def missing(checked: Sequence[Checked], chosen: RowChoice = EVERY_ROW) -> Missing:
    """The columns that sources lack, and the errors apart from them in the rows that are meant."""
    columns = tuple(one for source in checked for one in source.findings if one.code == "column-missing")
    return Missing(columns, sum(_how_many(_wrong_otherwise(source), chosen) for source in checked))


def _wrong_otherwise(source: Checked) -> set[int]:
    """The rows of a source with an error that comes of no missing column."""
    lacking = {one.field for one in source.findings if one.code == "column-missing"}
    return {
        one.place.row
        for one in source.findings
        if one.place.row is not None
        and not (one.code == "required" and one.field in lacking)
        and severity(one, source.options.severities) is Severity.ERROR
    }


def objections(
    plan: Plan,
    now: Portrait,
    before: Portrait | None,
    limits: Limits,
    *,
    accounts: Mapping[int, Account],
    lacking: Missing = NOTHING_MISSING,
) -> tuple[str, ...]:
    """Why a plan should not be carried out without being looked at twice, a sentence each.

    Args:
        plan: the plan.
        now: what its sources look like.
        before: what they looked like in the last good run; None if there was none.
        limits: what is normal.
        accounts: those of the centre, by user id.
        lacking: the columns that they lack.
    """
    said = [
        *_too_much(plan, limits, len(accounts)),
        *_invalid(now, limits, lacking),
        *_odd_by_itself(now, limits),
        *_exchanged(plan, accounts, limits),
    ]
    if before is not None and before.rows >= FEW:
        said += [*_lost(plan, now, before, limits), *_slipped(now, before, limits)]
    return tuple(said)


def _too_much(plan: Plan, limits: Limits, accounts: int) -> Iterator[str]:
    changes = len(plan.changes)
    creates = len(plan.creates)
    what = f"{changes:,} changes ({creates:,} new accounts, {changes - creates:,} updates)"
    if changes > limits.max_changes:
        yield f"The file would make {what}; the limit is {limits.max_changes:,} (max_changes)."
    percent = limits.max_change_percent
    if changes >= FEW and accounts and _over(changes, accounts, percent):
        yield (
            f"The file would make {what} where the centre has {accounts:,} accounts; the limit is {percent} "
            "per cent (max_change_percent)."
        )


def _invalid(now: Portrait, limits: Limits, lacking: Missing) -> Iterator[str]:
    """Why most rows have an error: columns that are missing, or else columns that are others than they seem."""
    percent = limits.max_invalid_percent
    if now.rows < FEW or not _over(now.invalid, now.rows, percent):
        return
    what = f"{now.invalid:,} of {now.rows:,} rows have an error"
    limit = f"the limit is {percent} per cent (max_invalid_percent)"
    if lacking.columns:
        told = (f"{message(one)} {fix(one)}" for one in lacking.columns[:MOST_NAMED])
        more = len(lacking.columns) - MOST_NAMED
        rest = f" Columns that are missing besides: {more}; bulk-import check names them." if more > 0 else ""
        yield f"{' '.join(told)}{rest} As it is, {what}; {limit}."
    if not lacking.columns or _over(lacking.otherwise, now.rows, percent):
        yield f"{what}; {limit}. Have the columns slipped?"


def _odd_by_itself(now: Portrait, limits: Limits) -> Iterator[str]:
    if now.learners >= FEW and _over(now.ended, now.learners, limits.max_ended_percent):
        yield (
            f"{now.ended:,} of the {now.learners:,} planned ends that would be sent have passed, or are earlier than "
            f"OneFile's; the limit is {limits.max_ended_percent} per cent (max_ended_percent). Is this a file of last "
            "year?"
        )


def _exchanged(plan: Plan, accounts: Mapping[int, Account], limits: Limits) -> Iterator[str]:
    """What tells of one column that was sorted, or moved, without the others."""
    known = sum(isinstance(action, Update | Unchanged) for action in plan.actions)
    updates = [change for change in plan.changes if isinstance(change, Update)]
    for name in IDENTITY:
        another = sum(name in one.changes and form(name, accounts[one.user_id].values) != "" for one in updates)
        if known >= FEW and _over(another, known, limits.max_identity_percent):
            yield (
                f"{another:,} of the {known:,} people whom OneFile knows would get another {name}; the limit is "
                f"{limits.max_identity_percent} per cent (max_identity_percent). Was this column sorted, or moved by a "
                "row, without the others?"
            )


def _lost(plan: Plan, now: Portrait, before: Portrait, limits: Limits) -> Iterator[str]:
    """What a file lacks that was cut off, or that is another one."""
    if _over(before.rows - now.rows, before.rows, limits.max_fewer_rows_percent):
        yield (
            f"The file has {now.rows:,} rows, the last good run had {before.rows:,}; the limit is "
            f"{limits.max_fewer_rows_percent} per cent fewer (max_fewer_rows_percent). Was it cut off?"
        )
    there = sum(map(_is_known, plan.actions))
    percent = limits.min_known_percent
    if percent is not None and min(before.known, len(plan.creates)) >= FEW and there * 100 < percent * before.known:
        yield (
            f"OneFile knows {there:,} of the file's people and would get {len(plan.creates):,} new ones; the last good "
            f"run left {before.known:,} that it knows, and the least is {percent} per cent of them "
            "(min_known_percent). Is this another file, or has the column of the MISID changed?"
        )


def _slipped(now: Portrait, before: Portrait, limits: Limits) -> Iterator[str]:
    """What tells of columns that have moved, gone, or come out of the export empty."""
    gone = [f"{name} (“{heading}”)" for name, heading in before.headings.items() if name not in now.headings]
    if gone:
        yield f"Columns that the last good run had are gone: {', '.join(gone)}."
    if now.rows < FEW:
        return
    for name in FIELDS:
        if name in now.blank and name in before.blank:
            share, usual = _percent(now.blank[name], now.rows), _percent(before.blank[name], before.rows)
            if limits.max_blank_percent is not None and share - usual > limits.max_blank_percent:
                yield (
                    f"{name} is empty in {share} per cent of the rows, in the last good run in {usual}; the limit is "
                    f"{limits.max_blank_percent} more (max_blank_percent)."
                )
    for role in Role:
        share, usual = (_percent(one.roles.get(str(int(role)), 0), one.rows) for one in (now, before))
        if limits.max_role_percent is not None and abs(share - usual) > limits.max_role_percent:
            yield (
                f"{role.label}: {share} per cent of the rows, in the last good run {usual}; the limit is "
                f"{limits.max_role_percent} more or less (max_role_percent)."
            )


def _over(part: int, whole: int, percent: int | None) -> bool:
    return percent is not None and part * 100 > percent * whole


def _percent(part: int, whole: int) -> int:
    return round(part * 100 / whole)
