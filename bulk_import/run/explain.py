"""One row's story: what stood in its cells, what was made of them, what was decided, sent and answered."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, assert_never

from bulk_import.catalogue import FIELDS, HIDDEN, ONEFILE_ID
from bulk_import.check import payload
from bulk_import.errors import RefusedAsUnsafe, UsageError
from bulk_import.findings import Place, fix, located, severity
from bulk_import.journal import Done, Journal, NotSent, Rejected, Unresolved
from bulk_import.kinds import Awaited
from bulk_import.read import CellType
from bulk_import.report import STATUS_WORDS, shape, uk_time
from bulk_import.run.past import reported_again

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from bulk_import.check import Record
    from bulk_import.journal import Attempt, Decision, Key, Outcome
    from bulk_import.kinds import Json
    from bulk_import.read import Table
    from bulk_import.report import Report, RowReport, SourceReport
    from bulk_import.run.desk import Desk
    from bulk_import.settings import Settings


@dataclass(frozen=True, slots=True)
class Chapter:
    """One part of a row's story: its title and its lines."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Story:
    """All that is known of one row of one run."""

    run: str
    row: int
    chapters: tuple[Chapter, ...]

    @property
    def summary(self) -> dict[str, object]:
        """What --json prints."""
        told = {chapter.title: list(chapter.lines) for chapter in self.chapters}
        return {"schema": 1, "run": self.run, "row": self.row, "story": told}


def explain(name: str, row: int, settings: Settings, *, source: str | None = None) -> Story:
    """Tells one row's story, from the journal and the source file.

    Args:
        name: the run.
        row: the number that Excel shows.
        settings: for the journal.
        source: the file or sheet, where several of the run have such a row.

    Raises:
        UsageError: there is no such run or row, or several sources have it and none is named.
        BulkImportError: as `rebuild`: the source is gone or has changed.
    """
    with Journal.open(settings.journal) as journal:
        desk, report = _as_it_was(name, row, settings, journal)
        number, position = _found(report, row, source)
        (told,) = report.sources[number].rows_at([position])
        key = number, row
        decided = next((one for one in journal.decisions(name) if one.key == key), None)
        outcomes = {one.planned.key: one.outcome for one in journal.operations(name)}
        attempts = journal.attempts(name, key)
    record = next((one for one in desk.records if one.key == key), None)
    outcome = outcomes.get(key)
    sent = {name: _in_words(name, value, report, outcomes) for name, value in _sent(record, decided).items()}
    verb = "sent" if attempts else "would be sent"
    again = desk.job.rows.makes_again(row)
    chapters = (
        Chapter("The row", tuple(_row(report, number, told))),
        Chapter("Cell by cell", tuple(_cells(report.sources[number], position, sent, verb, _same(record, decided)))),
        Chapter("What the rules say", tuple(_rules(report, told)) or ("Nothing is wrong with it.",)),
        Chapter("What OneFile had, and what was decided", (_decided(report, decided, again=again),)),
        Chapter("Calls", tuple(map(_call, attempts)) or ("No call was made for this row.",)),
        Chapter("What came of it", (_came(report, outcome, told),)),
    )
    return Story(name, row, chapters)


def _as_it_was(name: str, row: int, settings: Settings, journal: Journal) -> tuple[Desk, Report]:
    try:
        return reported_again(name, settings, journal)
    except RefusedAsUnsafe as changed:
        raise RefusedAsUnsafe(
            changed.message,
            f"A row's story can be told only from the file as it was: bring that back, or look at row {row} in "
            "results.xlsx of the run.",
        ) from changed


def _found(report: Report, row: int, source: str | None) -> tuple[int, int]:
    """Which source has the row, and where in its frame it stands."""
    wanted = [at for at in range(len(report.sources)) if source is None or source in _names(report, at)]
    if not wanted:
        names = ", ".join(report.label(at) for at in range(len(report.sources)))
        raise UsageError(f"The run has no source {source}.", f"It has: {names}.")
    found = [(at, position) for at in wanted if (position := int(report.sources[at].positions([row])[0])) >= 0]
    if len(found) > 1:
        names = " and ".join(f'--source "{report.label(at)}"' for at, _ in found)
        raise UsageError(f"Several sources of the run have a row {row}.", f"Say which one is meant: {names}.")
    if not found:
        why = next(filter(None, (_no_person(report.sources[at].checked.table, row) for at in wanted)), "")
        raise UsageError(
            f"Row {row} {why or 'is no data row of this run'}.",
            "Use the number that Excel shows beside the row; results.xlsx has it too.",
        )
    return found[0]


def _no_person(table: Table, row: int) -> str:
    """Why a row of a table is nobody's, "" where the table does not have it."""
    if row in table.blank_rows:
        return "is wholly empty"
    if row <= table.heading_row:
        return "holds the headings" if row == table.heading_row else "stands above the headings"
    skipped = [one.detail for one in table.findings if one.code in {"totals-skipped", "guidance-skipped"}]
    return "was left out as a totals or guidance line" if any(_lists(rows, row) for rows in skipped) else ""


def _lists(rows: str, row: int) -> bool:
    """Whether row numbers in words, of many only the first ones, have a row among them."""
    named, many, _ = rows.partition(" …")
    numbers = [int(number) for number in re.findall(r"\d+", named)]
    return row in numbers or (bool(many) and row > max(numbers))


def _names(report: Report, at: int) -> set[str | None]:
    source = report.sources[at].checked.table.source
    return {report.label(at), source.name, source.sheet}


def _row(report: Report, number: int, told: RowReport) -> Iterator[str]:
    words = STATUS_WORDS[told.status]
    yield f"{report.label(number)}, row {told.row}, {told.role.label if told.role else 'no known role'}"
    yield f"{words.name}. {words.happened.rstrip('.')}."


def _in_words(name: str, value: Json, report: Report, outcomes: Mapping[Key, Outcome | None]) -> str:
    """A value as it was sent; where it is the account of another row, which one."""
    if not isinstance(value, Awaited):
        return _shown(name, str(value))
    match outcomes.get((value.source, value.row)):
        case Done(user_id=user_id):
            which = f", user id {user_id}"
        case _:
            which = ""
    return f"the account made from row {value.row} of {report.label(value.source)} in this run{which}"


def _sent(record: Record | None, decided: Decision | None) -> dict[str, Json]:
    """What of a row was sent, or would be: all of it, the changes, or nothing."""
    values = {} if record is None else payload(record)
    if decided is None or decided.kind == "create":
        return values
    return {name: value for name, value in values.items() if name in decided.changes}


def _same(record: Record | None, decided: Decision | None) -> frozenset[str]:
    """The fields of which the account holds already what the row says."""
    if record is None or decided is None or decided.kind not in {"update", "unchanged"}:
        return frozenset()
    return frozenset(payload(record)) - {*decided.changes, *decided.detail.split(", ")}


NAMED = "it counts where the column of OneFile's ids beside it is empty"


def _cells(
    source: SourceReport, position: int, sent: Mapping[str, str], verb: str, same: frozenset[str]
) -> Iterator[str]:
    """A line for each field that the file has a column for, then the values that come from elsewhere."""
    checked = source.checked
    row = int(checked.table.frame.index[position])
    ids = checked.columns.field_at
    names = {(name, at) for name, positions in checked.columns.beside.items() for at in positions}
    for name, at in sorted({*ids.items(), *names}, key=lambda pair: pair[1]):
        heading = checked.table.headings[at]
        address = Place("", None, row, heading.column).address
        typed = checked.table.frame.iloc[position, at]
        real_date = checked.table.types[position, at] in {CellType.DATE, CellType.DATETIME}
        steps = [*_typed(name, typed if isinstance(typed, str) else None, _uk_day if real_date else str)]
        unsent = "the account holds it already, so not sent" if name in same else "not sent"
        outcome = f"{verb}: {sent[name]}" if name in sent else unsent
        steps.append(NAMED if (name, at) in names else outcome)
        yield f"{address} “{heading.text}” → {name}: {'; '.join(steps)}"
    for name in [name for name in sent if name not in ids]:
        given = checked.columns.given_by.get(name)
        origin = "the settings or options" if given is None else f"“{checked.table.headings[given].text}”, translated"
        yield f"{name}: {sent[name]}, from {origin}"
    for at in checked.columns.user_ids:
        heading, typed = checked.table.headings[at], checked.table.frame.iloc[position, at]
        said = f"typed “{typed}”; the account is found by it, and it is not sent" if isinstance(typed, str) else "empty"
        yield f"{Place('', None, row, heading.column).address} “{heading.text}” → {ONEFILE_ID}: {said}"
    unknown = [checked.table.headings[at].text for at in (*checked.columns.unknown, *checked.columns.left_out)]
    if unknown:
        yield f"Columns that are not sent: {', '.join(f'“{text}”' for text in unknown)}"


def _uk_day(iso: str) -> str:
    """A real date as Excel shows it in the UK, with the time where it has one that is not midnight."""
    moment = datetime.fromisoformat(iso)
    return f"{moment:%d/%m/%Y %H:%M}".removesuffix(" 00:00")


def _typed(name: str, typed: str | None, seen: Callable[[str], str]) -> Iterator[str]:
    """What stands in a cell as its user sees it, and what cleaning makes of it."""
    if typed is None:
        yield "empty"
        return
    yield f"typed {_shown(name, seen(typed))}"
    cleaned = _cleaned(name, typed)
    if cleaned is None:
        yield "nothing is left of it after cleaning"
    elif cleaned != typed:
        yield f"cleaned to {_shown(name, seen(cleaned) if cleaned in typed else cleaned)}"


def _cleaned(name: str, typed: str) -> str | None:
    import pandas as pd  # noqa: PLC0415 - heavy

    cleaned: object = FIELDS[name].kind.clean(pd.Series([typed], dtype="str")).iloc[0]
    return cleaned if isinstance(cleaned, str) else None


def _shown(name: str, text: str) -> str:
    text = text.replace("\n", " ⏎ ")
    return f"“{text}”" if FIELDS[name].sensitive not in HIDDEN else f"a value of the shape “{shape(text)}”"


def _rules(report: Report, told: RowReport) -> Iterator[str]:
    for finding in told.findings:
        weight = severity(finding, report.severities).value.capitalize()
        yield f"{weight} {finding.code}: {located(finding)} {fix(finding)}"


def _decided(report: Report, decided: Decision | None, *, again: bool) -> str:
    if decided is None:
        checked = (
            "A check asks nobody." if report.mode == "check" else "It has an error, so nobody was looked up for it."
        )
        return f"Nothing was decided. {checked}"
    by = f", found by {decided.found_by}" if decided.found_by else ""
    account = f" (user id {decided.user_id}{by})" if decided.user_id is not None else ""
    left = f" It differs in {decided.detail} too, which is left as it is." if decided.detail else ""
    match decided.kind:
        case "create":
            return _AGAIN if again else "OneFile had no such person; an account was to be made."
        case "update":
            return f"OneFile had the person{account}; to be changed: {', '.join(decided.changes)}.{left}"
        case "unchanged":
            return f"OneFile had the person{account}, and the account held all that may be sent of the row.{left}"
        case "hold":
            why = f" {decided.detail[:1].upper()}{decided.detail[1:]}." if decided.detail else ""
            return f"It was held for a person to decide{account}.{why}"
        case "skip":
            return (
                f"The row was left out on purpose{account}: by --only or --skip, or because the account is protected."
            )
        case other:
            assert_never(other)


_AGAIN = "Another account was asked for with --again, so one was to be made whether OneFile had the person or not."


def _call(attempt: Attempt) -> str:
    answer = "no answer" if attempt.http_status is None else f"answered with status {attempt.http_status}"
    verdict = f", understood as “{attempt.verdict}”" if attempt.verdict else ", of which nothing is known yet"
    return f"{attempt.number}. sent {uk_time(attempt.sent_at)} (UK time): {answer}{verdict}"


def _came(report: Report, outcome: Outcome | None, told: RowReport) -> str:
    match outcome:
        case None:
            return "Nothing was sent." if report.mode != "submit" or told.status != "unresolved" else _DOUBT
        case Done(user_id=user_id, confirmed=confirmed):
            proof = "A look-up proved that it was done" if confirmed else "OneFile said that it was done"
            return f"{proof}; user id {user_id}."
        case Rejected(code=code, message=said):
            with_code = "" if code is None else f" with code {code}"
            return f"OneFile refused it{with_code}: {said.rstrip('.') or 'it gave no reason'}."
        case Unresolved(reason=reason):
            return f"Nobody can tell whether it arrived: {reason.rstrip('.')}."
        case NotSent(reason=reason):
            return f"It was not sent: {reason.rstrip('.')}."
        case other:
            assert_never(other)


_DOUBT = "It was about to be sent when the run was cut off; bulk-import resume looks it up."
