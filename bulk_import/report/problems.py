"""The rows of the Problems sheets: one line a finding, linked to the row it speaks of."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

from bulk_import.findings import Severity, fix, message, severity
from bulk_import.report import cells
from bulk_import.report.styles import Style
from bulk_import.report.words import SEVERITIES, by_weight

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa

    from bulk_import.findings import Finding
    from bulk_import.report.assemble import Report
    from bulk_import.report.layout import Layout
    from bulk_import.report.results import Looks

HEADINGS = ("Sheet", "Row", "Cell", "Column", "Field", "Severity", "Code", "What is wrong", "What to do")
WIDTHS = (18, 8, 8, 24, 20, 10, 20, 62, 62)

MOST_LINES = 60_000
"""Problems on one sheet: Excel follows no more than 65,530 links in each."""

_AT_A_TIME = 5_000
_ROW_COLUMN = "B"
_WEIGHT_STYLES = {Severity.ERROR: Style.TEXT_WRONG, Severity.WARNING: Style.TEXT_DOUBTFUL}


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding, with the label of its source, what it weighs, and the place its link leads to."""

    label: str
    weight: Severity
    finding: Finding
    target: str | None


def problems(report: Report, layout: Layout) -> Iterator[Problem]:
    """Every finding: those of the files as a whole, then row by row in the order of the sources."""
    several = len(report.sources) > 1
    for weight, finding in by_weight(report.file_findings(), report.severities):
        place = finding.place
        label = f"{place.file}: {place.sheet}" if several and place.sheet else place.sheet or place.file
        yield Problem(label, weight, finding, None)
    for number in range(len(report.sources)):
        yield from _of_source(report, layout, number)


def _of_source(report: Report, layout: Layout, number: int) -> Iterator[Problem]:
    source, label = report.sources[number], report.label(number)
    columns = {heading.column: at for at, heading in enumerate(source.checked.table.headings)}
    found = source.listed_by_row()
    rows = sorted(found)
    positions = source.positions(rows).tolist()
    for row, position in zip(rows, positions, strict=True):
        for finding in found[row]:
            column = columns.get(finding.place.column or 0)
            target = layout.address(number, position, column) if position >= 0 else None
            yield Problem(label, severity(finding, report.severities), finding, target)


def count_problems(report: Report) -> int:
    """How many lines the Problems sheets have."""
    return len(report.file_findings()) + sum(source.count_listed() for source in report.sources)


def sheet_batches(lines: Iterator[Problem], looks: Looks, links: list[str]) -> Iterator[memoryview]:
    """The rows of one Problems sheet as XML; `links` receives an element for each row that has a target.

    Args:
        lines: of all sheets; at most MOST_LINES are taken.
        looks: style → index of its format.
        links: filled while the batches are made.
    """
    first = 2
    mine = islice(lines, MOST_LINES)
    while batch := list(islice(mine, _AT_A_TIME)):
        links.extend(_link(first + at, problem.target) for at, problem in enumerate(batch) if problem.target)
        yield _batch(batch, first, looks)
        first += len(batch)


def _link(row: int, target: str) -> str:
    return f'<hyperlink ref="{_ROW_COLUMN}{row}" location={quoteattr(target)} tooltip="Go to this row in Results"/>'


def _batch(batch: Sequence[Problem], first: int, looks: Looks) -> memoryview:
    rows = cells.Rows.counted(first, len(batch))
    findings = [problem.finding for problem in batch]
    numbers = [None if finding.place.row is None else str(finding.place.row) for finding in findings]
    weights = cells.as_text([looks[_WEIGHT_STYLES.get(problem.weight, Style.PLAIN)] for problem in batch])
    plain, words = looks[Style.PLAIN], looks[Style.WORDS]
    headings, wrong, to_do = [_fitted([say(finding) for finding in findings]) for say in (_heading, message, fix)]
    heights = cells.row_heights(*map(cells.lines_of, (headings, wrong, to_do), (WIDTHS[3], *WIDTHS[7:])))
    return rows.joined(
        [
            _texts("A", rows, [problem.label for problem in batch], plain),
            cells.number_cells(_ROW_COLUMN, rows, cells.as_text(numbers), looks[Style.LINK]),
            _texts("C", rows, [finding.place.address for finding in findings], plain),
            cells.text_cells("D", rows, headings, words),
            _texts("E", rows, [finding.field for finding in findings], plain),
            _texts("F", rows, [SEVERITIES[problem.weight] for problem in batch], weights),
            _texts("G", rows, [finding.code for finding in findings], plain),
            cells.text_cells("H", rows, wrong, words),
            cells.text_cells("I", rows, to_do, words),
        ],
        heights,
    )


def _texts(letters: str, rows: cells.Rows, texts: Sequence[str | None], style: str | pa.Array) -> pa.Array:
    return cells.text_cells(letters, rows, _fitted(texts), style)


def _fitted(texts: Sequence[str | None]) -> pa.Array:
    return cells.fitted(cells.as_text(texts))[0]


def _heading(finding: Finding) -> str | None:
    return finding.heading
