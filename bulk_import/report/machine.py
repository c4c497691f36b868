"""report.json: the same report for scripts and schedulers, streamed."""

from __future__ import annotations

import json
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, BinaryIO

from bulk_import.columns import uses
from bulk_import.findings import fix, located, severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from bulk_import.catalogue import Role
    from bulk_import.columns import Column
    from bulk_import.findings import Finding, Severity
    from bulk_import.report.assemble import Report, RowReport, SourceReport

SCHEMA = 1
"""Changes when a script that reads report.json would have to change."""


def write_json(report: Report, stream: BinaryIO) -> None:
    """Writes report.json, a row to a line, without holding the rows in memory.

    Args:
        report: of one run.
        stream: open for binary writing; the caller opens and closes it.
    """
    head = json.dumps(_head(report), ensure_ascii=False, indent=2)
    stream.write(head.removesuffix("\n}").encode() + b',\n  "rows": [')
    lines = _lines(report)
    separator = b"\n"
    while batch := ",\n".join(islice(lines, 5_000)):
        stream.write(separator + batch.encode())
        separator = b",\n"
    stream.write(b"\n  ]\n}\n")


def summary(report: Report, path: Path | None = None) -> dict[str, object]:
    """The report without its rows, and with the path of report.json: what `--json` prints.

    Args:
        report: of one run.
        path: of report.json; None where none was written.
    """
    return {**_head(report), "report": None if path is None else str(path)}


def finding_object(finding: Finding, chosen: Mapping[str, Severity]) -> dict[str, str | None]:
    """FINDING of report.json; `chosen` is what the settings say of severities."""
    return {
        "code": finding.code,
        "severity": severity(finding, chosen).value,
        "field": finding.field,
        "column": finding.heading,
        "cell": finding.place.address,
        "message": located(finding),
        "fix": fix(finding),
    }


def _head(report: Report) -> dict[str, object]:
    organisation = report.organisation
    return {
        "schema": SCHEMA,
        "run": report.run,
        "mode": report.mode,
        "started": _utc(report.started),
        "finished": _utc(report.finished),
        "by": report.by or None,
        "environment": report.environment,
        "organisation": None if organisation is None else {"id": organisation.id, "name": organisation.name},
        "sources": [_source(source) for source in report.sources],
        "digest": report.digest,
        "totals": report.totals,
        "balanced": report.balanced,
        "exit_code": report.exit_code,
        "calls": {
            "total": report.calls.total,
            "retried": report.calls.retried,
            "throttled": report.calls.throttled,
        },
        "notices": list(report.sentences),
        "leavers": [{"user_id": one.user_id, "misid": one.misid} for one in report.leavers],
        "findings": [finding_object(finding, report.severities) for finding in report.file_findings()],
    }


def _source(source: SourceReport) -> dict[str, object]:
    table = source.checked.table
    return {
        "path": table.source.name,
        "sha256": table.source.sha256,
        "sheet": table.source.sheet,
        "rows": table.rows_read,
        "columns": [_column(column) for column in uses(table, source.checked.columns)],
    }


def _column(column: Column) -> dict[str, str | None]:
    """A column of a source: its heading, its letters, the field it holds, and how so or why it has none."""
    return {"heading": column.heading, "letter": column.letters, "field": column.field, "use": column.use.value}


def _utc(moment: datetime) -> str:
    from datetime import UTC  # noqa: PLC0415 - beside its only use

    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _lines(report: Report) -> Iterator[str]:
    for row in report.rows():
        yield _line(row, report.severities)


_encode = json.JSONEncoder(ensure_ascii=False).encode


def _or_null(value: str | int | None) -> str:
    return "null" if value is None else _encode(value)


@cache
def _role(role: Role | None) -> str:
    return _or_null(role and role.label)


def _line(row: RowReport, chosen: Mapping[str, Severity]) -> str:
    """A row as JSON; written out key by key, because a million rows through a mapping each take twice as long."""
    findings = _encode([finding_object(finding, chosen) for finding in row.findings]) if row.findings else "[]"
    return (
        f'    {{"source": {_encode(row.source)}, "sheet": {_or_null(row.sheet)}, "row": {row.row}, '
        f'"role": {_role(row.role)}, "misid": {_or_null(row.misid)}, "status": {_or_null(row.status)}, '
        f'"user_id": {_or_null(row.user_id)}, "changes": {_encode(row.changes) if row.changes else "[]"}, '
        f'"attempts": {row.attempts}, "http_status": {_or_null(row.http_status)}, "findings": {findings}, '
        f'"found_by": {_or_null(row.found_by or None)}}}'
    )
