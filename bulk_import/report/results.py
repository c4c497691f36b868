"""The rows of the Results sheets: what became of each source row, then the row itself, cell by cell as it was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bulk_import.findings import Severity, column_letters, severity
from bulk_import.read import CellType
from bulk_import.report import cells
from bulk_import.report.assemble import STATUSES, Status
from bulk_import.report.layout import MOST_COLUMNS, OWN_COLUMNS, OWN_WIDTHS
from bulk_import.report.styles import Style
from bulk_import.report.words import ATTENTION, STATUS_WORDS, what_happened, what_to_do

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from bulk_import.findings import Finding
    from bulk_import.report.assemble import Report, SourceReport
    from bulk_import.report.layout import Block, ResultsSheet

CELLS_AT_A_TIME = 50_000
"""What a batch holds, about three MiB of XML, of which several are in the making at a time."""

_CODED = (*STATUSES, None)
_NAMES = cells.as_text([STATUS_WORDS[status].name for status in _CODED])
_HAPPENED = cells.as_text([what_happened(status) for status in _CODED])
_TO_DO = cells.as_text([what_to_do(status) for status in _CODED])
_DONE = {Status.CREATED, Status.UPDATED}

_CUT = "Column “{heading}” is too long for a spreadsheet cell and is cut here; your own file is as it was."

Looks = dict[Style, str]
"""Style → the index of its format in the workbook."""

_FAMILIES = {
    "text": (Style.TEXT, Style.TEXT_DOUBTFUL, Style.TEXT_WRONG, Style.TEXT_LINES),
    "date": (Style.DATE, Style.DATE_DOUBTFUL, Style.DATE_WRONG, Style.DATE),
    "moment": (Style.MOMENT, Style.MOMENT_DOUBTFUL, Style.MOMENT_WRONG, Style.MOMENT),
}
_LINES = 3
"""The place in its family of a look that nothing marks, for a text of several lines."""

_DATES: tuple[tuple[CellType, str, Callable[[pa.Array], pa.Array]], ...] = (
    (CellType.DATE, "date", cells.day_numbers),
    (CellType.DATETIME, "moment", cells.moment_numbers),
)
_WEIGHTS = {Severity.WARNING: 1, Severity.ERROR: 2}


@dataclass(frozen=True, slots=True, eq=False)
class _Source:
    """What the batches of one source have in common, made once."""

    report: SourceReport
    label: str
    data: pa.Table
    codes: np.ndarray
    found: dict[int, tuple[Finding, ...]]
    marks: dict[int, tuple[np.ndarray, np.ndarray]]
    severities: Mapping[str, Severity]

    def changes(self, row: int) -> tuple[tuple[str, ...], str]:
        """What was, or would be, set in a row's account, and by what that was found."""
        fate = self.report.fates.get(row)
        return (fate.told_changes, fate.found_by) if fate else ((), "")


def sheet_batches(report: Report, sheet: ResultsSheet, looks: Looks) -> Iterator[memoryview]:
    """The rows of one Results sheet as XML, a batch at a time."""
    step = max(100, CELLS_AT_A_TIME // sheet.columns)
    for block in sheet.blocks:
        source = _opened(report, block.source)
        for start in range(block.start, block.stop, step):
            stop = min(start + step, block.stop)
            yield _batch(source, block, start, stop, looks)


def _opened(report: Report, number: int) -> _Source:
    source = report.sources[number]
    frame = source.checked.table.frame
    found = source.findings_by_row()
    columns = [cells.column(frame.iloc[:, at]) for at in range(frame.shape[1])]
    return _Source(
        report=source,
        label=report.label(number),
        data=pa.Table.from_arrays(columns, names=[str(at) for at in range(frame.shape[1])]),
        codes=source.status_codes(),
        found=found,
        marks=_marks(source, found, report.severities),
        severities=report.severities,
    )


def _marks(
    source: SourceReport, found: Mapping[int, tuple[Finding, ...]], chosen: Mapping[str, Severity]
) -> dict[int, tuple[np.ndarray, np.ndarray]]:
    """Column of the frame → positions of the rows to be marked there (ascending), and how strongly."""
    table = source.checked.table
    columns = {heading.column: at for at, heading in enumerate(table.headings)}
    strongest: dict[int, dict[int, int]] = {}
    for row, findings in found.items():
        for finding in findings:
            at, weight = columns.get(finding.place.column or 0), _WEIGHTS.get(severity(finding, chosen), 0)
            if at is not None and weight:
                rows = strongest.setdefault(at, {})
                rows[row] = max(weight, rows.get(row, 0))
    return {at: _by_position(source, rows) for at, rows in strongest.items()}


def _by_position(source: SourceReport, weights: Mapping[int, int]) -> tuple[np.ndarray, np.ndarray]:
    positions = source.positions(weights)
    order = np.argsort(positions)
    return positions[order], np.fromiter(weights.values(), dtype=np.int64)[order]


def _batch(source: _Source, block: Block, start: int, stop: int, looks: Looks) -> memoryview:
    rows = cells.Rows.counted(block.first + start - block.start, stop - start)
    data = source.data.slice(start, stop - start)
    table, own = source.report.checked.table, len(OWN_COLUMNS)
    headings = table.headings
    shown: list[pa.Array] = []
    cut: dict[int, str] = {}
    lines: list[pa.Array] = []
    for at in range(min(data.num_columns, MOST_COLUMNS - own)):
        texts, positions = cells.fitted(cells.whole(data.column(at)))
        cut.update(dict.fromkeys(positions, headings[at].text))
        types = table.types[start:stop, at]
        weights = _weights(source.marks.get(at), start, stop)
        if cells.has_breaks(texts):
            breaks = cells.breaks_in(texts)
            lines.append(pc.add(breaks, 1))
            weights = _with_lines(weights, breaks.to_numpy())
        shown.append(source_cells(column_letters(own + at + 1), rows, texts, (types, weights), looks))
    stories = _stories(source, start, stop, cut)
    heights = cells.row_heights(*map(cells.lines_of, stories[:2], OWN_WIDTHS[4:]), *lines)
    return rows.joined([*_own_cells(source, rows, start, stop, stories, looks), *shown], heights)


def _weights(marks: tuple[np.ndarray, np.ndarray] | None, start: int, stop: int) -> np.ndarray | None:
    """How strongly each cell of a batch's column is marked; None where none is."""
    if marks is None:
        return None
    positions, weights = marks
    first, last = np.searchsorted(positions, [start, stop])
    if first == last:
        return None
    dense = np.zeros(stop - start, dtype=np.int64)
    dense[positions[first:last] - start] = weights[first:last]
    return dense


def _with_lines(weights: np.ndarray | None, breaks: np.ndarray) -> np.ndarray:
    """The weights, with a text of several lines told apart where nothing marks it."""
    known = np.zeros(len(breaks), dtype=np.int64) if weights is None else weights
    return np.where((known == 0) & (breaks > 0), _LINES, known)


def source_cells(
    letters: str, rows: cells.Rows, texts: pa.Array, about: tuple[np.ndarray, np.ndarray | None], looks: Looks
) -> pa.Array:
    """One column of the source: text as text, real dates as real dates, marked cells filled even where empty."""
    types, weights = about
    made, rest = [], texts
    for cell_type, family, numbers in _DATES:
        mask = types == cell_type
        if mask.any():
            days = numbers(pc.if_else(pa.array(mask), rest, None))
            rest = pc.if_else(pc.is_valid(days), None, rest)
            made.append(cells.number_cells(letters, rows, days, _style(family, weights, looks)))
    made.append(cells.text_cells(letters, rows, rest, _style("text", weights, looks)))
    if weights is not None:
        marked = pc.if_else(pa.array(weights > 0), _style("text", weights, looks), None)
        made.append(cells.blank_cells(letters, rows, marked))
    return pc.coalesce(*made) if len(made) > 1 else made[0]


def _style(family: str, weights: np.ndarray | None, looks: Looks) -> str | pa.Array:
    members = [looks[style] for style in _FAMILIES[family]]
    return members[0] if weights is None else cells.as_text(members).take(pa.array(weights))


def _own_cells(
    source: _Source, rows: cells.Rows, start: int, stop: int, stories: _Stories, looks: Looks
) -> list[pa.Array]:
    """The columns Sheet, Row, Status, User ID, What happened and What to do."""
    numbers = source.report.checked.table.frame.index[start:stop]
    codes = pa.array(source.codes[start:stop])
    happened, to_do, told = stories
    words = cells.as_text([looks[Style.PLAIN], looks[Style.WORDS]]).take(pa.array(told))
    status_looks = cells.as_text([looks[_status_style(status)] for status in _CODED]).take(codes)
    return [
        cells.text_cells("A", rows, cells.repeated(source.label, stop - start), looks[Style.PLAIN]),
        cells.number_cells("B", rows, cells.as_text(pa.array(numbers.to_numpy())), looks[Style.NUMBER]),
        cells.text_cells("C", rows, _NAMES.take(codes), status_looks),
        cells.number_cells("D", rows, _user_ids(source, numbers.tolist()), looks[Style.NUMBER]),
        cells.text_cells("E", rows, happened, words),
        cells.text_cells("F", rows, to_do, words),
    ]


def _status_style(status: Status | None) -> Style:
    if status in ATTENTION:
        return Style.ATTENTION
    return Style.GOOD if status in _DONE else Style.NEUTRAL


def _user_ids(source: _Source, numbers: list[int]) -> pa.Array:
    fates = source.report.fates
    if not fates:
        return cells.repeated(None, len(numbers))
    ids = [fate.user_id if (fate := fates.get(row)) else None for row in numbers]
    return cells.as_text([None if user_id is None else str(user_id) for user_id in ids])


_Stories = tuple[pa.Array, pa.Array, np.ndarray]


def _stories(source: _Source, start: int, stop: int, cut: Mapping[int, str]) -> _Stories:
    """What happened, what to do, and for which rows (1) that is more than the status's usual sentence (0)."""
    numbers = source.report.checked.table.frame.index[start:stop].tolist()
    codes = pa.array(source.codes[start:stop])
    happened, to_do = _HAPPENED.take(codes), _TO_DO.take(codes)
    told = np.zeros(len(numbers), dtype=np.int8)
    coded = codes.to_pylist()
    particular = [at for at, row in enumerate(numbers) if row in source.found or source.changes(row)[0]] + [*cut]
    if not particular:
        return happened, to_do, told
    said, next_step = happened.to_pylist(), to_do.to_pylist()
    for at in dict.fromkeys(particular):
        status, row = _CODED[coded[at]], numbers[at]
        findings = source.found.get(row, ())
        said[at] = what_happened(status, findings, source.severities, *source.changes(row))
        next_step[at] = what_to_do(status, findings, source.severities)
        if at in cut:
            said[at] += "\n" + _CUT.format(heading=cut[at])
    told[particular] = 1
    return cells.fitted(cells.as_text(said))[0], cells.fitted(cells.as_text(next_step))[0], told
