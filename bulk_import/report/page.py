"""report.html: the run on one page that needs nothing else, not even its script.

Whatever stands in a cell is text: the template escapes it, and the page's own policy lets neither markup nor address
do anything. The policy names the one style sheet and the one script by their digests (CSP level 2, `sha256-…`).
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, BinaryIO

from bulk_import.findings import shortened
from bulk_import.printable import printable
from bulk_import.report.assemble import STATUSES, Status
from bulk_import.report.facts import MEANINGS, TITLE, adding_up, column_facts, file_facts, run_facts, steps
from bulk_import.report.groups import groups
from bulk_import.report.words import (
    ATTENTION,
    MODES,
    SEVERITIES,
    STATUS_WORDS,
    uk_time,
    what_happened,
    what_to_do,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bulk_import.report.assemble import Report, RowReport, SourceReport

MOST_ROWS = 2_000
"""Rows in the table: a browser stays quick, and nobody reads more than that."""

_CHANGING = (Status.WOULD_CREATE, Status.WOULD_UPDATE, Status.CREATED, Status.UPDATED)

LONGEST = 400
"""Characters of a sentence; a cell's text may have thousands."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One status of the chart.

    Attributes:
        name: in words.
        meaning: in a sentence.
        rows: how many.
        percent: of the largest status, for the bar's length.
        attention: whether a person has to do something about it.
    """

    name: str
    meaning: str
    rows: int
    percent: float
    attention: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table.

    Attributes:
        anchor: the target of links from the problems.
        source: what its file or sheet is called.
        row: the number Excel shows.
        person: first and last name as they stand in the file.
        reference: the college's own.
        role: in words.
        status: in words.
        attention: whether a person has to do something about it.
        user_id: the account's.
        happened: a sentence, then one for each finding.
        to_do: sentences.
    """

    anchor: str
    source: str
    row: int
    person: str
    reference: str
    role: str
    status: str
    attention: bool
    user_id: int | None
    happened: tuple[str, ...]
    to_do: tuple[str, ...]


def write_page(report: Report, stream: BinaryIO, *, most_rows: int = MOST_ROWS, whole: str = "results.xlsx") -> None:
    """Writes report.html in UTF-8.

    Args:
        report: of one run.
        stream: open for binary writing; the caller opens and closes it.
        most_rows: in the table; rows that need attention come first, and the page says how many are left out.
        whole: the file beside it that leaves nothing out.
    """
    from jinja2 import Environment, StrictUndefined  # noqa: PLC0415 - only here, and slow to load

    house = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, finalize=_harmless
    )
    template = house.from_string(_asset("page.html"))
    stream.writelines(
        piece.encode("utf-8", errors="replace") for piece in template.generate(_view(report, most_rows, whole))
    )


def _harmless(value: object) -> object:
    return printable(value) if type(value) is str else value


def _asset(name: str) -> str:
    return resources.files("bulk_import.report").joinpath(name).read_text(encoding="utf-8")


def _view(report: Report, most_rows: int, whole: str) -> dict[str, object]:
    style, script = _asset("page.css"), _asset("page.js")
    lines = list(_lines(report, most_rows))
    return {
        "title": TITLE,
        "mode": MODES[report.mode],
        "finished": f"{uk_time(report.finished)} (UK time)",
        "policy": f"default-src 'none'; style-src {_digest(style)}; script-src {_digest(script)}; "
        "base-uri 'none'; form-action 'none'",
        "style": style,
        "script": script,
        "run": report.run,
        "steps": [_short(step) for step in steps(report)],
        "bars": _bars(report),
        "totals": report.totals,
        "accounted": sum(report.totals.values()) - report.totals["read"],
        "adding_up": adding_up(report),
        "balanced": report.balanced,
        "notices": report.notices,
        "leavers": report.leavers[:most_rows],
        "leavers_left_out": len(report.leavers) - most_rows,
        "groups": groups(report),
        "severities": SEVERITIES,
        "lines": lines,
        "anchors": {line.anchor for line in lines},
        "statuses": list(dict.fromkeys(line.status for line in lines)),
        "left_out": report.totals["read"] - report.totals["blank"] - len(lines),
        "whole": whole,
        "several": len(report.sources) > 1,
        "columns": list(column_facts(report)),
        "facts": [*run_facts(report), *file_facts(report)],
        "short": _short,
        "anchor": anchor,
    }


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _short(text: str) -> str:
    return shortened(text, LONGEST)


def anchor(source: int | None, row: int | None) -> str:
    """The target of links to a row."""
    return f"row-{source}-{row}"


def _bars(report: Report) -> list[Bar]:
    counts: Mapping[str, int] = report.totals
    most = max((counts.get(status, 0) for status in Status), default=0)
    return [
        Bar(
            STATUS_WORDS[status].name,
            MEANINGS[status],
            rows,
            max(0.5, round(100 * rows / most, 1)),
            status in ATTENTION,
        )
        for status in STATUSES
        if (rows := counts.get(status, 0))
    ]


def _lines(report: Report, most_rows: int) -> Iterator[Line]:
    """Rows that need attention, in the order of the sources, then those that change something, then the others."""
    places = [_places(source) for source in report.sources]
    for group in range(3):
        for number, source in enumerate(report.sources):
            chosen = places[number][group][: max(0, most_rows)]
            most_rows -= len(chosen)
            yield from _of_source(report, number, source, chosen)


def _places(source: SourceReport) -> tuple[list[int], list[int], list[int]]:
    """Positions of the rows that need attention, of those that change something, and of the others."""
    import numpy as np  # noqa: PLC0415 - heavy

    codes = source.status_codes()
    # a lost row, which has no status, needs attention too
    attention = ~np.isin(codes, [at for at, status in enumerate(STATUSES) if status not in ATTENTION])
    changing = np.isin(codes, [STATUSES.index(status) for status in _CHANGING])
    calm = ~(attention | changing)
    return np.flatnonzero(attention).tolist(), np.flatnonzero(changing).tolist(), np.flatnonzero(calm).tolist()


def _of_source(report: Report, number: int, source: SourceReport, positions: list[int]) -> Iterator[Line]:
    if not positions:
        return
    names = zip(source.texts("FirstName", positions), source.texts("LastName", positions), strict=True)
    for row, name in zip(source.rows_at(positions), names, strict=True):
        yield _line(report, number, row, " ".join(filter(None, name)))


def _line(report: Report, number: int, row: RowReport, person: str) -> Line:
    happened = what_happened(row.status, row.findings, report.severities, row.told_changes, row.found_by)
    to_do = what_to_do(row.status, row.findings, report.severities)
    return Line(
        anchor=anchor(number, row.row),
        source=report.label(number),
        row=row.row,
        person=_short(person),
        reference=_short(row.misid or ""),
        role=row.role.label if row.role else "",
        status=STATUS_WORDS[row.status].name,
        attention=row.status in ATTENTION,
        user_id=row.user_id,
        happened=tuple(_short(line) for line in happened.split("\n")),
        to_do=tuple(_short(line) for line in to_do.split("\n")),
    )
