"""Which cells are marked and what is said there: decided from a report, before any file is touched."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bulk_import.findings import Severity, fix, message, severity, shortened
from bulk_import.report.assemble import NO_STATUS, STATUSES, Status
from bulk_import.report.cells import safe_heading
from bulk_import.report.words import SEVERITIES, STATUS_WORDS, by_weight

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from bulk_import.findings import Finding
    from bulk_import.report.assemble import Report, SourceReport

TO_CORRECT = frozenset({Status.INVALID, Status.HELD, Status.REJECTED, Status.UNRESOLVED, None})
"""The statuses of rows that somebody has to correct or decide about."""

NOT_YET_DONE = frozenset({Status.VALID, Status.WOULD_CREATE, Status.WOULD_UPDATE, Status.NOT_SENT})
"""The statuses of rows whose warnings can still be heeded before they are sent."""

NOTHING_TO_CORRECT = frozenset({"not-for-role", "uln-placeholder", "stopped"})
"""Findings that ask nothing of whoever corrects the file; among them values that are left out as they should be."""

LONGEST = 500
"""Characters of a sentence."""

NOTE_MARK = "bulk-import:"
"""How each of our notes begins: LibreOffice forgets who wrote a note."""

MARKED = (Severity.ERROR, Severity.WARNING)


@dataclass(frozen=True, slots=True)
class Move:
    """How the marked sheet's addresses differ from the source's.

    Attributes:
        columns: by how many columns everything stands further right.
        rows: the source's row number → that of the marked sheet; None where rows stand where they stood.
    """

    columns: int = 0
    rows: Mapping[int, int] | None = None

    def row(self, row: int) -> int:
        """Where a row of the source stands in the marked sheet."""
        return row if self.rows is None else self.rows[row]

    def moved(self, finding: Finding) -> Finding:
        """The finding with its address in the marked sheet."""
        place = finding.place
        row = None if place.row is None else self.row(place.row)
        column = None if place.column is None else place.column + self.columns
        return replace(finding, place=replace(place, row=row, column=column))


IN_PLACE = Move()


@dataclass(frozen=True, slots=True)
class Mark:
    """A cell that is filled, and its note.

    Attributes:
        row: of the marked sheet.
        column: of the marked sheet, counted from 1.
        weight: of the gravest thing said there.
        note: what is wrong and what to do, a paragraph each.
    """

    row: int
    column: int
    weight: Severity
    note: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the sheet Problems.

    Attributes:
        row: of the marked sheet; None for the file as a whole.
        column: what the line is about and links to; None for the row as a whole.
        heading: of that column, "" where there is none.
        weight: in words.
        wrong: what is wrong.
        to_do: what to do.
        located: what is wrong, with the cell before it, for the column Problem, which stands beside no cell.
    """

    row: int | None
    column: int | None
    heading: str
    weight: str
    wrong: str
    to_do: str
    located: str


@dataclass(frozen=True, slots=True)
class Marks:
    """All that is said in one marked sheet.

    Attributes:
        problems: row of the marked sheet → the text of its cell in the column Problem.
        cells: the cells to be filled, by row and column.
        lines: of the sheet Problems, in order.
    """

    problems: Mapping[int, str]
    cells: tuple[Mark, ...]
    lines: tuple[Line, ...]


def rows_to_correct(report: Report, source: SourceReport) -> tuple[int, ...]:
    """The rows of a source that somebody has to correct or decide about, in order; none: no file is needed.

    Rows that are done are among them where a value was left out because it cannot be right.
    """
    import numpy as np  # noqa: PLC0415 - heavy

    index = source.checked.table.frame.index
    wanted = [NO_STATUS if status is None else STATUSES.index(status) for status in TO_CORRECT]
    incomplete = {one.place.row for one in source.checked.findings if _loses(one, report, source)}
    return tuple(index[np.isin(source.status_codes(), wanted) | index.isin(list(incomplete))].tolist())


def _loses(finding: Finding, report: Report, source: SourceReport) -> bool:
    """Whether it stands for a value that is not sent and should be."""
    return (
        (finding.place.row, finding.field) in source.checked.left_out
        and finding.code not in NOTHING_TO_CORRECT
        and severity(finding, report.severities) in MARKED
    )


def _statuses(source: SourceReport, rows: Sequence[int]) -> Mapping[int, Status | None]:
    """Row number → status, None where nothing accounts for the row."""
    codes = source.status_codes()[source.positions(rows)].tolist()
    return {row: None if code == NO_STATUS else STATUSES[code] for row, code in zip(rows, codes, strict=True)}


def make_marks(report: Report, source: SourceReport, rows: Sequence[int], move: Move = IN_PLACE) -> Marks:
    """Decides what is marked.

    Of done rows only values that were left out are marked; rows that were not sent yet carry all their warnings.

    Args:
        report: of the run.
        source: the source that is marked.
        rows: the rows of it that come back.
        move: where they stand there.
    """
    first = source.checked.table.headings[0].column + move.columns
    found, status_of = source.findings_by_row(), _statuses(source, rows)
    problems: dict[int, str] = {}
    cells: list[Mark] = []
    lines = list(_of_file(report, source, move))
    for row in rows:
        findings = found.get(row, ())
        if status_of[row] not in TO_CORRECT | NOT_YET_DONE:
            findings = tuple(finding for finding in findings if _loses(finding, report, source))
        told = _told(row, findings, status_of[row], report, move)
        if not told:
            continue
        at = move.row(row)
        problems[at] = safe_heading(_joined(told))
        cells += _cells(told, at, first)
        lines += told
    return Marks(problems, tuple(cells), tuple(lines))


def _of_file(report: Report, source: SourceReport, move: Move) -> Iterator[Line]:
    """What is wrong with the file or whole columns of it."""
    heading_row = move.row(source.checked.table.heading_row)
    of_file = [finding for finding in source.checked.findings if finding.place.row is None]
    for weight, finding in by_weight(of_file, report.severities):
        if weight in MARKED:
            moved = move.moved(finding)
            row = heading_row if moved.place.column is not None else None
            yield replace(_line(weight, moved), row=row)


def _told(row: int, findings: Iterable[Finding], status: Status | None, report: Report, move: Move) -> list[Line]:
    """What is said of one row: its errors and warnings, or at least its status where that is one to act on."""
    weighed = [(weight, move.moved(one)) for weight, one in by_weight(findings, report.severities) if weight in MARKED]
    told = [_line(weight, one) for weight, one in weighed if one.code not in NOTHING_TO_CORRECT]
    if told or status not in TO_CORRECT:
        return told
    words = STATUS_WORDS[status]
    return [Line(move.row(row), None, "", SEVERITIES[Severity.ERROR], words.happened, words.to_do, words.happened)]


def _joined(told: list[Line]) -> str:
    """What is said of a row in one cell, numbered where there are several things."""
    if len(told) == 1:
        return f"{told[0].located} {told[0].to_do}"
    return "\n".join(f"({number}) {line.located} {line.to_do}" for number, line in enumerate(told, start=1))


def _line(weight: Severity, finding: Finding) -> Line:
    place = finding.place
    heading = finding.heading or finding.field or ""
    wrong, to_do = shortened(message(finding), LONGEST), shortened(fix(finding), LONGEST)
    placed = wrong if place.address is None else f"{place.address}: {wrong}"
    return Line(place.row, place.column, heading, SEVERITIES[weight], wrong, to_do, placed)


def _cells(told: list[Line], row: int, first: int) -> Iterator[Mark]:
    """The cells of one row; what is said of the row as a whole stands at its first cell."""
    by_column: dict[int, list[Line]] = defaultdict(list)
    for line in told:
        by_column[line.column or first].append(line)
    for column, lines in sorted(by_column.items()):
        error = any(line.weight == SEVERITIES[Severity.ERROR] for line in lines)
        told_here = "\n\n".join(f"{line.weight}: {line.wrong}\nWhat to do: {line.to_do}" for line in lines)
        weight = Severity.ERROR if error else Severity.WARNING
        yield Mark(row, column, weight, f"{NOTE_MARK}\n{told_here}")
