"""What the journal lets go of when a run is purged: all that only its reports needed.

Rows that were sent, or perhaps were, stay: keyed tokens that tell nothing without the site's secret, and what came of
them. They are what keeps anybody from being made twice, so doubts stay for good.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from bulk_import.journal.entries import Forgotten, State

if TYPE_CHECKING:
    import sqlite3

_OPTIONS = ("started", "by", "organisation", "organisations", "folder")
"""What stays of a run's options; the rest is how its rows were read."""

_REMOVED = (
    "DELETE FROM decisions WHERE run = :run",
    "DELETE FROM known_accounts WHERE run = :run",
    "DELETE FROM snapshots WHERE run = :run",
    """DELETE FROM attempts WHERE run = :run AND (source, row) IN (
        SELECT source, row FROM operations WHERE run = :run AND state NOT IN (:open, :done, :unresolved))""",
    """DELETE FROM tokens WHERE run = :run AND (source, row) IN (
        SELECT source, row FROM operations WHERE run = :run AND state NOT IN (:open, :done, :unresolved))""",
    "DELETE FROM operations WHERE run = :run AND state NOT IN (:open, :done, :unresolved)",
)


def forget(writing: sqlite3.Connection, run: str, when: str) -> Forgotten:
    """Takes out what only the reports of a run needed.

    Args:
        writing: in a transaction.
        run: finished.
        when: the moment, as it is to be written down.
    """
    states = {"open": State.OPEN, "done": State.DONE, "unresolved": State.UNRESOLVED}
    removed = sum(writing.execute(statement, {"run": run, **states}).rowcount for statement in _REMOVED)
    ((kept,),) = writing.execute("SELECT count(*) FROM operations WHERE run = ?", (run,)).fetchall()
    ((options, sources, closing),) = writing.execute(
        "SELECT options, sources, closing FROM runs WHERE id = ?", (run,)
    ).fetchall()
    left = {name: value for name, value in json.loads(options).items() if name in _OPTIONS} | {"purged": when}
    named = [[_name(path), *rest] for path, *rest in json.loads(sources)]
    said = {name: value for name, value in json.loads(closing).items() if name != "notices"}
    writing.execute(
        "UPDATE runs SET options = ?, sources = ?, closing = ? WHERE id = ?",
        (json.dumps(left), json.dumps(named), json.dumps(said), run),
    )
    return Forgotten(removed, kept)


def _name(path: str) -> str:
    return path.replace("\\", "/").rpartition("/")[2]
