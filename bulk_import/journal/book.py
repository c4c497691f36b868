"""The journal itself: each method is one transaction, on the disk when it returns."""

from __future__ import annotations

import json
import secrets
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self

from bulk_import.errors import JournalError
from bulk_import.journal.entries import RunState, State
from bulk_import.journal.forgetting import forget
from bulk_import.journal.history import History
from bulk_import.journal.memory import Memory
from bulk_import.journal.rows import (
    attempt_of,
    columns_of,
    decision_of,
    operation_of,
    run_of,
    said_of,
    whole,
)
from bulk_import.journal.store import connect, in_words, transaction

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
    from pathlib import Path

    from bulk_import.journal.entries import (
        Attempt,
        Decision,
        Forgotten,
        Key,
        Operation,
        Outcome,
        Planned,
        Run,
        RunStart,
    )

_OPERATIONS = """
    SELECT source, row, verb, role, identity, payload_digest, state, attempts, user_id, http_status, code, reason,
        confirmed,
        (SELECT sent_at FROM attempts WHERE attempts.run = operations.run AND attempts.source = operations.source
            AND attempts.row = operations.row ORDER BY number DESC LIMIT 1)
    FROM operations WHERE run = ? ORDER BY source, row"""
_SENT_ELSEWHERE = """
    SELECT operations.identity, max(attempts.sent_at) FROM attempts
    JOIN operations USING (run, source, row) JOIN runs ON runs.id = attempts.run JOIN runs AS mine ON mine.id = ?
    WHERE runs.id != mine.id AND runs.environment = mine.environment AND runs.host = mine.host
        AND operations.verb = 'create' AND operations.state IN (?, ?, ?) AND attempts.sent_at >= ?
    GROUP BY operations.identity"""
_RUNS = """
    SELECT id, mode, started, finished, environment, host, organisation_id, sources, digest, options, state, exit_code,
        calls, closing FROM runs"""


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _random_suffix() -> str:
    return secrets.token_hex(2)


class Journal:
    """All runs, their operations and every attempt at them. Use `open`, and close it or use it in a `with`."""

    def __init__(
        self, connection: sqlite3.Connection, path: Path, now: Callable[[], datetime], suffix: Callable[[], str]
    ) -> None:
        self._connection = connection
        self.now = now
        self._suffix = suffix
        self.path = path

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        now: Callable[[], datetime] = _utc_now,
        suffix: Callable[[], str] = _random_suffix,
    ) -> Journal:
        """The journal in a file, made if there is none, its schema brought up to date.

        Args:
            path: the file.
            now: the time in UTC.
            suffix: four letters or digits that set runs of the same second apart.

        Raises:
            JournalError: it cannot be opened or written, is damaged, or of a newer version.
        """
        return cls(connect(path), path, now, suffix)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def memory(self, environment: str, host: str) -> Memory:
        """What was last confirmed in one OneFile."""
        return Memory(self._connection, self.path, environment, host)

    def history(self, environment: str, host: str) -> History:
        """What all runs to one OneFile have done."""
        return History(self._connection, self.path, environment, host)

    def close(self) -> None:
        """Closes the file."""
        self._connection.close()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with in_words(self.path), transaction(self._connection):
            yield self._connection

    def _rows(self, sql: str, *values: object) -> list[tuple[object, ...]]:
        with in_words(self.path):
            return self._connection.execute(sql, values).fetchall()

    def begin_run(
        self, start: RunStart, decisions: Iterable[Decision] = (), known: Collection[int] | None = None
    ) -> str:
        """Writes a run down with its whole plan, all of it or nothing.

        Args:
            start: what is known of it.
            decisions: the plan, one for each row that passed the check.
            known: the ids of the accounts that stood in OneFile before, as for `remember_known`.

        Returns:
            Its name, such as 20261123-181500-ab12: readable, and in the order of time.

        Raises:
            JournalError: it cannot be written.
        """
        now = self.now()
        run = f"{now:%Y%m%d-%H%M%S}-{self._suffix()}"
        sources = json.dumps([[part.path, part.sha256, part.sheet, part.rows] for part in start.sources])
        with self._writing() as writing:
            writing.execute(
                "INSERT INTO runs (id, mode, started, environment, host, organisation_id, sources, digest, options,"
                " state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    *(run, start.mode, now.isoformat(), start.environment, start.host, start.organisation_id),
                    *(sources, start.digest, json.dumps(dict(start.options)), RunState.RUNNING),
                ),
            )
            rows = [(run, *each.key, *said_of(each)) for each in decisions]
            writing.executemany("INSERT INTO decisions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
            if known is not None:
                _remember(writing, run, known)
        return run

    def reopen_run(self, run: str) -> None:
        """Marks a run that had ended early as running again.

        Raises:
            JournalError: it cannot be written, or there is no such run.
        """
        self._change_run(run, "state = ?, finished = NULL, exit_code = NULL", RunState.RUNNING)

    def finish_run(
        self, run: str, state: RunState, *, exit_code: int, calls: int, closing: Mapping[str, object] | None = None
    ) -> None:
        """Writes down how a run ended.

        Args:
            run: its name.
            state: finished, or stopped where `resume` can go on.
            exit_code: the command's.
            calls: how many calls it made since it was begun or resumed; they are added up.
            closing: what its report says beside its rows; no personal data.

        Raises:
            JournalError: it cannot be written, or there is no such run.
        """
        change = "state = ?, exit_code = ?, calls = calls + ?, finished = ?, closing = ?"
        said = json.dumps(dict(closing or {}))
        self._change_run(run, change, state, exit_code, calls, self.now().isoformat(), said)

    def _change_run(self, run: str, change: str, *values: object) -> None:
        with self._writing() as writing:
            # `change` is written in this module alone
            changed = writing.execute(f"UPDATE runs SET {change} WHERE id = ?", (*values, run))  # noqa: S608
            if changed.rowcount != 1:
                raise JournalError(f"The journal {self.path} knows no run {run}.", "bulk-import runs shows them all.")

    def redecide(self, run: str, decisions: Iterable[Decision]) -> None:
        """Writes down what has become of a plan in the meantime, row by row.

        Raises:
            JournalError: it cannot be written.
        """
        rows = [(*said_of(each), run, *each.key) for each in decisions]
        with self._writing() as writing:
            writing.executemany(
                "UPDATE decisions SET kind = ?, user_id = ?, code = ?, detail = ?, changes = ?, found_by = ?"
                " WHERE run = ? AND source = ? AND row = ?",
                rows,
            )

    def decisions(self, run: str) -> tuple[Decision, ...]:
        """The plan of a run, by source and row; a check has none.

        Raises:
            JournalError: it cannot be read.
        """
        found = self._rows("SELECT * FROM decisions WHERE run = ? ORDER BY source, row", run)
        return tuple(decision_of(row) for row in found)

    def plan(self, run: str, planned: Iterable[Planned]) -> None:
        """Writes down which rows are to be sent; those it knows already stay as they are.

        Raises:
            JournalError: it cannot be written.
        """
        listed = list(planned)
        rows = [(run, *row.key, row.verb, row.role, row.identity, row.payload_digest, State.PLANNED) for row in listed]
        tokens = [(run, *row.key, token) for row in listed for token in row.tokens]
        with self._writing() as writing:
            writing.executemany(
                "INSERT INTO operations (run, source, row, verb, role, identity, payload_digest, state)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                rows,
            )
            writing.executemany("INSERT INTO tokens VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING", tokens)

    def remember_known(self, run: str, user_ids: Collection[int]) -> frozenset[int]:
        """Keeps the ids of the accounts that stood in OneFile before the run; the first set given is kept for good.

        After a crash the directory already holds what the run itself had made, so a later set would be wrong.

        Returns:
            The set that counts.

        Raises:
            JournalError: it cannot be written.
        """
        with self._writing() as writing:
            _remember(writing, run, user_ids)
        return self.known_before(run) or frozenset()

    def known_before(self, run: str) -> frozenset[int] | None:
        """The ids that `remember_known` keeps for a run; None if it has not been called yet, so nothing was sent.

        Raises:
            JournalError: it cannot be read.
        """
        if not self._rows("SELECT run FROM snapshots WHERE run = ?", run):
            return None
        return frozenset(whole(one) for (one,) in self._rows("SELECT user_id FROM known_accounts WHERE run = ?", run))

    def sent_elsewhere(self, run: str, since: datetime) -> Mapping[str, datetime]:
        """Whose accounts other runs to the same OneFile have asked for since a moment: identity → when last.

        Raises:
            JournalError: it cannot be read.
        """
        states = State.OPEN, State.DONE, State.UNRESOLVED
        found = self._rows(_SENT_ELSEWHERE, run, *states, since.isoformat())
        return {str(identity): datetime.fromisoformat(str(moment)) for identity, moment in found}

    def intent(self, run: str, key: Key) -> int:
        """Writes down that a row is about to be sent; on the disk before the call leaves.

        Returns:
            The attempt's number, from 1.

        Raises:
            JournalError: it cannot be written; then nothing may be sent.
        """
        with self._writing() as writing:
            ((number,),) = writing.execute(
                "UPDATE operations SET state = ?, attempts = attempts + 1 WHERE run = ? AND source = ? AND row = ?"
                " RETURNING attempts",
                (State.OPEN, run, *key),
            ).fetchall()
            writing.execute(
                "INSERT INTO attempts (run, source, row, number, sent_at) VALUES (?, ?, ?, ?, ?)",
                (run, *key, number, self.now().isoformat()),
            )
        return int(number)

    def tried(self, run: str, key: Key, verdict: str, http_status: int | None) -> None:
        """Writes down what came of the last attempt at a row where the row is not settled by it.

        Raises:
            JournalError: it cannot be written.
        """
        with self._writing() as writing:
            _close_attempt(writing, run, key, verdict, http_status)

    def outcome(self, run: str, key: Key, outcome: Outcome, *, verdict: str | None = None) -> None:
        """Writes down what became of a row.

        Args:
            run: the run.
            key: source and row.
            outcome: what became of it.
            verdict: the last attempt's, where that has not been written down yet.

        Raises:
            JournalError: it cannot be written.
        """
        state, user_id, status, code, reason, confirmed = columns_of(outcome)
        with self._writing() as writing:
            if verdict is not None:
                _close_attempt(writing, run, key, verdict, status)
            writing.execute(
                "UPDATE operations SET state = ?, user_id = ?, http_status = ?, code = ?, reason = ?, confirmed = ?"
                " WHERE run = ? AND source = ? AND row = ?",
                (state, user_id, status, code, reason, confirmed, run, *key),
            )

    def operations(self, run: str) -> tuple[Operation, ...]:
        """All rows of a run that were to be sent, by source and row.

        Raises:
            JournalError: it cannot be read.
        """
        return tuple(operation_of(row) for row in self._rows(_OPERATIONS, run))

    def runs(self) -> tuple[Run, ...]:
        """All runs, newest first.

        Raises:
            JournalError: it cannot be read.
        """
        return tuple(self._run(row) for row in self._rows(f"{_RUNS} ORDER BY started DESC, id DESC"))

    def run(self, run: str) -> Run | None:
        """One run; None if there is none of that name.

        Raises:
            JournalError: it cannot be read.
        """
        found = self._rows(f"{_RUNS} WHERE id = ?", run)
        return self._run(found[0]) if found else None

    def attempts(self, run: str, key: Key) -> tuple[Attempt, ...]:
        """The calls for one row of a run, the first one first.

        Raises:
            JournalError: it cannot be read.
        """
        found = self._rows(
            "SELECT number, sent_at, verdict, http_status FROM attempts WHERE run = ? AND source = ? AND row = ?"
            " ORDER BY number",
            *(run, *key),
        )
        return tuple(attempt_of(row) for row in found)

    def forget(self, run: str) -> Forgotten:
        """Takes out what only the reports of a finished run needed; `forgetting` says what stays.

        Raises:
            JournalError: it cannot be written, or the run has not finished.
        """
        known = self.run(run)
        if known is None or (known.start.mode == "submit" and known.state is not RunState.FINISHED):
            raise JournalError(f"Run {run} has not finished, so the journal keeps all of it.", "Resume it first.")
        with self._writing() as writing:
            return forget(writing, run, self.now().isoformat())

    def newest_unfinished(self, target: tuple[str, str] | None = None) -> Run | None:
        """The newest submit that has not finished; None if there is none.

        Args:
            target: environment and host of the OneFile that it went to; None for any.

        Raises:
            JournalError: it cannot be read.
        """
        unfinished = (run for run in self.runs() if run.start.mode == "submit" and run.state is not RunState.FINISHED)
        return next((run for run in unfinished if target in {None, (run.start.environment, run.start.host)}), None)

    def _run(self, row: tuple[object, ...]) -> Run:
        counted = self._rows("SELECT state, count(*) FROM operations WHERE run = ? GROUP BY state", row[0])
        return run_of(row, {State(str(state)): int(str(count)) for state, count in counted})


def _remember(writing: sqlite3.Connection, run: str, user_ids: Collection[int]) -> None:
    """Keeps the first set that is given for a run."""
    if writing.execute("INSERT INTO snapshots VALUES (?) ON CONFLICT DO NOTHING", (run,)).rowcount:
        rows = [(run, user_id) for user_id in set(user_ids)]
        writing.executemany("INSERT INTO known_accounts VALUES (?, ?)", rows)


def _close_attempt(writing: sqlite3.Connection, run: str, key: Key, verdict: str, http_status: int | None) -> None:
    writing.execute(
        "UPDATE attempts SET verdict = ?, http_status = ? WHERE run = ? AND source = ? AND row = ?"
        " AND number = (SELECT attempts FROM operations WHERE run = ? AND source = ? AND row = ?)",
        (verdict, http_status, run, *key, run, *key),
    )
