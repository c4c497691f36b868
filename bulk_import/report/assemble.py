"""What became of every row of a run, and whether the counts add up.

A report holds the checked tables and what happened to their rows; it never holds a million row objects: `rows`
yields them one by one, in the order of the sources.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from itertools import chain
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    import numpy as np

    from bulk_import.catalogue import Role
    from bulk_import.check import Checked
    from bulk_import.findings import Finding, Severity

BATCH = 10_000
"""Rows that are turned into Python objects at a time."""


class Status(StrEnum):
    """What a data row ends in; each row in exactly one."""

    VALID = "valid"
    WOULD_CREATE = "would-create"
    WOULD_UPDATE = "would-update"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"
    CREATED = "created"
    UPDATED = "updated"
    INVALID = "invalid"
    HELD = "held"
    REJECTED = "rejected"
    UNRESOLVED = "unresolved"
    NOT_SENT = "not-sent"


STATUSES = tuple(Status)
"""Every status in the order of reports; its position is the status's code in arrays."""

NO_STATUS = len(STATUSES)
"""The code of a row that nothing accounts for, which would be a fault of this program."""


@dataclass(frozen=True, slots=True)
class RowFate:
    """What became of a row that the check let through.

    Attributes:
        status: where it ended.
        user_id: the account's id in OneFile, None where none is known.
        changes: the fields that were, or would be, set.
        attempts: how often the row was sent.
        http_status: of the last answer, None where none came.
        findings: what there is to know beyond the check's findings.
        differences: the changes as people read them, with what was there before; empty where that is not known.
        found_by: by what an account that is there was found; "" where none was, or nobody wrote that down.
    """

    status: Status
    user_id: int | None = None
    changes: tuple[str, ...] = ()
    attempts: int = 0
    http_status: int | None = None
    findings: tuple[Finding, ...] = ()
    differences: tuple[str, ...] = ()
    found_by: str = ""

    @property
    def told_changes(self) -> tuple[str, ...]:
        """What was, or would be, set, as far as it can be told to people."""
        return self.differences or self.changes


@dataclass(frozen=True, slots=True)
class RowReport:
    """One data row of a source and what became of it.

    Attributes:
        source: the source's name as the user gave it.
        sheet: the sheet's name, None for a CSV.
        row: the number Excel shows beside the row.
        role: None where the row names no known role.
        misid: the college's own reference, None where the row has none.
        status: None only where nothing accounts for the row; the report is then not balanced.
        user_id: the account's id in OneFile.
        changes: the fields that were, or would be, set.
        attempts: how often the row was sent.
        http_status: of the last answer.
        findings: the check's, then those of what became of the row.
        told_changes: what was, or would be, set, as people read it.
        found_by: by what the account was found; "" where that does not apply.
    """

    source: str
    sheet: str | None
    row: int
    role: Role | None
    misid: str | None
    status: Status | None
    user_id: int | None
    changes: tuple[str, ...]
    attempts: int
    http_status: int | None
    findings: tuple[Finding, ...]
    told_changes: tuple[str, ...]
    found_by: str


@dataclass(frozen=True, slots=True)
class OrganisationInfo:
    """The organisation a run works for."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Leaver:
    """Somebody who is no longer in the file and whose account OneFile still has.

    Attributes:
        user_id: the account's.
        misid: as OneFile lists it, None where it does not.
        role: of the account, in words; "" where only its number is known.
        name: first and last name as OneFile lists them; for people's reports alone.
    """

    user_id: int
    misid: str | None = None
    role: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Calls:
    """How many calls the API saw, how many were repeats, and how often it asked to wait."""

    total: int = 0
    retried: int = 0
    throttled: int = 0


_NO_CALLS = Calls()


@dataclass(frozen=True, slots=True, eq=False)
class SourceReport:
    """One source and what became of its rows.

    Attributes:
        checked: the table with its findings; its invalid rows have the status "invalid".
        fates: row number → what became of a row that the check let through.
        default_status: the status of rows that the check let through and `fates` does not name, so that a check
            of a million rows needs no mapping; None: such a row has no status, and the report is not balanced.
    """

    checked: Checked
    fates: Mapping[int, RowFate]
    default_status: Status | None = None

    def status_codes(self) -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
        """For each row of the frame, the position of its status in STATUSES, or NO_STATUS."""
        import numpy as np  # noqa: PLC0415 - heavy

        index = self.checked.table.frame.index
        default = NO_STATUS if self.default_status is None else STATUSES.index(self.default_status)
        codes = np.full(len(index), default, dtype=np.uint8)
        invalid = self.positions(self.checked.invalid_rows)
        codes[invalid[invalid >= 0]] = STATUSES.index(Status.INVALID)
        position = {status: at for at, status in enumerate(STATUSES)}
        fated = self.positions(self.fates)
        values = np.array([position[fate.status] for fate in self.fates.values()], dtype=np.uint8)
        codes[fated[fated >= 0]] = values[fated >= 0]
        return codes

    def counts(self) -> dict[Status, int]:
        """How many rows each status claims, counted from the claims and not from the table's rows.

        A row that is claimed twice counts twice, so that the sum then differs from the rows that were read.
        """
        claims = dict.fromkeys(STATUSES, 0)
        claims[Status.INVALID] += len(self.checked.invalid_rows)
        for fate in self.fates.values():
            claims[fate.status] += 1
        if self.default_status is not None:
            claimed = self.checked.invalid_rows | self.fates.keys()
            rest = len(self.checked.table.frame) - len(claimed)
            claims[self.default_status] += max(0, rest)
        return claims

    @property
    def accounted(self) -> bool:
        """Whether each row of the table is claimed exactly once, and no claim names a row that does not exist."""
        rows = self.checked.table.frame.index
        fates = self.fates.keys()
        if not self.checked.invalid_rows.isdisjoint(fates):
            return False
        claims = [*self.checked.invalid_rows, *fates]
        exist = bool((self.positions(claims) >= 0).all())
        return exist and (self.default_status is not None or len(claims) == len(rows))

    def positions(self, rows: Iterable[int]) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
        """Where rows stand in the frame, counted from 0; -1 for a number that is no row of it."""
        import pandas as pd  # noqa: PLC0415 - heavy

        return self.checked.table.frame.index.get_indexer(pd.Index(list(rows), dtype="int64"))

    def findings_by_row(self) -> dict[int, tuple[Finding, ...]]:
        """Row number → the check's findings and then those of its fate; rows without any are not in it."""
        found: dict[int, tuple[Finding, ...]] = {}
        for finding in self.checked.findings:
            row = finding.place.row
            if row is not None:
                found[row] = (*found[row], finding) if row in found else (finding,)
        for row, fate in self.fates.items():
            if fate.findings:
                found[row] = (*found.get(row, ()), *fate.findings)
        return found

    def listed_by_row(self) -> dict[int, tuple[Finding, ...]]:
        """The findings by row that a list of problems names one by one.

        Not those of a column that the whole file lacks: of these the file's own finding speaks once.
        """
        lacking = {one.field for one in self.checked.findings if one.code == "column-missing"}
        found = self.findings_by_row()
        if not lacking:
            return found
        listed = {
            row: tuple(one for one in some if not (one.code == "required" and one.field in lacking))
            for row, some in found.items()
        }
        return {row: some for row, some in listed.items() if some}

    def count_listed(self) -> int:
        """How many findings of rows are listed one by one."""
        return sum(map(len, self.listed_by_row().values()))

    def rows(self) -> Iterator[RowReport]:
        """Each row of the table in the source's order, a batch of plain values at a time."""
        count = len(self.checked.table.frame)
        batches = (range(start, min(start + BATCH, count)) for start in range(0, count, BATCH))
        yield from self._rows(batches)

    def rows_at(self, positions: Sequence[int]) -> Iterator[RowReport]:
        """Some rows of the table, in the order given.

        Args:
            positions: where they stand in the frame, counted from 0.
        """
        yield from self._rows(positions[start : start + BATCH] for start in range(0, len(positions), BATCH))

    def _rows(self, batches: Iterable[Sequence[int]]) -> Iterator[RowReport]:
        index, found, codes = self.checked.table.frame.index, self.findings_by_row(), self.status_codes()
        for batch in batches:
            chosen = slice(batch.start, batch.stop) if isinstance(batch, range) else list(batch)
            rows = zip(
                index[chosen].tolist(),
                self.roles(chosen),
                self.texts("MISID", chosen),
                codes[chosen].tolist(),
                strict=True,
            )
            for row, role, misid, code in rows:
                yield self._row(row, role, misid, code, found.get(row, ()))

    def texts(self, field: str, chosen: slice | list[int]) -> list[str | None]:
        """What stands in the column of a field in some of the frame's rows, None where there is nothing.

        Args:
            field: its API name.
            chosen: positions in the frame, counted from 0.
        """
        position = self.checked.columns.field_at.get(field)
        frame = self.checked.table.frame
        if position is None:
            return [None] * len(frame.index[chosen])
        texts = frame.iloc[chosen, position].str.strip()
        return [text or None for text in texts.astype(object).where(texts.notna(), None)]

    def roles(self, chosen: slice | list[int]) -> list[Role | None]:
        """The roles of some of the frame's rows, None where a row names no known one."""
        from bulk_import.catalogue import Role  # noqa: PLC0415 - keeps --help free of it

        known: dict[int, Role | None] = {int(role): role for role in Role}
        return [known.get(role) for role in self.checked.roles.iloc[chosen].tolist()]

    def _row(
        self, row: int, role: Role | None, misid: str | None, code: int, findings: tuple[Finding, ...]
    ) -> RowReport:
        source = self.checked.table.source
        fate = self.fates.get(row, _NO_FATE)
        return RowReport(
            source=source.name,
            sheet=source.sheet,
            row=row,
            role=role,
            misid=misid,
            status=None if code == NO_STATUS else STATUSES[code],
            user_id=fate.user_id,
            changes=fate.changes,
            attempts=fate.attempts,
            http_status=fate.http_status,
            findings=findings,
            told_changes=fate.told_changes,
            found_by=fate.found_by,
        )


_NO_FATE = RowFate(Status.VALID)


@dataclass(frozen=True, slots=True, eq=False)
class Report:
    """One run, complete.

    Attributes:
        run: its name, which is also its folder's.
        mode: what was asked for.
        started: in UTC.
        finished: in UTC.
        environment: which OneFile.
        organisation: None where the run never asked for it.
        sources: in the order they were given.
        digest: of the plan, None where none was made.
        calls: what the API saw.
        severities: finding code → what the settings say it weighs.
        notices: sentences for the summary.
        findings: of the run as a whole, beyond those of its sources.
        exit_code: of the command.
        leavers: the people of earlier nights who are not in the sources any more.
        by: who ran it and where, as the computer knows them; "" where that is not known or not to be told.
        read_with: the options of the command line with which the sources were read: ("--set", "OrganisationID=1").
        refusal: why a submit is refused and what to do, a sentence each; empty where it is not.
    """

    run: str
    mode: Literal["check", "dry-run", "submit"]
    started: datetime
    finished: datetime
    environment: str
    organisation: OrganisationInfo | None
    sources: tuple[SourceReport, ...]
    digest: str | None = None
    calls: Calls = _NO_CALLS
    severities: Mapping[str, Severity] = field(default_factory=dict)
    notices: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    exit_code: int = 0
    by: str = ""
    leavers: tuple[Leaver, ...] = ()
    read_with: tuple[tuple[str, str], ...] = ()
    refusal: tuple[str, ...] = ()

    @property
    def sentences(self) -> tuple[str, ...]:
        """The notices, the refusal before them, for whoever shows no steps."""
        return self.refusal + self.notices

    @property
    def totals(self) -> dict[str, int]:
        """Status → rows, for each status that occurs, then "read" (data rows of the sources) and "blank"."""
        counts = [source.counts() for source in self.sources]
        sums = {status.value: sum(count[status] for count in counts) for status in STATUSES}
        tables = [source.checked.table for source in self.sources]
        return {
            **{status: rows for status, rows in sums.items() if rows},
            "read": sum(table.rows_read for table in tables),
            "blank": sum(len(table.blank_rows) for table in tables),
        }

    @property
    def balanced(self) -> bool:
        """Whether the rows read are the blank ones plus the sum over all statuses, and each row has one status."""
        totals = self.totals
        claimed = sum(totals.values()) - totals["read"]
        return claimed == totals["read"] and all(source.accounted for source in self.sources)

    def label(self, number: int) -> str:
        """What a source is called: its sheet, or its file where there is no sheet; both where there are several.

        Args:
            number: the source's index in the run.
        """
        source = self.sources[number].checked.table.source
        if source.sheet is None:
            return source.name
        return source.sheet if len(self.sources) == 1 else f"{source.name}: {source.sheet}"

    def file_findings(self) -> tuple[Finding, ...]:
        """What there is to know about the run and its files as a whole, each once."""
        found = dict.fromkeys(self.findings)
        for source in self.sources:
            found.update(dict.fromkeys(one for one in source.checked.findings if one.place.row is None))
        return tuple(found)

    def rows(self) -> Iterator[RowReport]:
        """Each data row of each source, in order, made one by one."""
        return chain.from_iterable(source.rows() for source in self.sources)
