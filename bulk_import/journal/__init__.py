"""The journal: what was meant, what was tried, what came of it, written before it happens.

It holds no personal data: people stand in it as keyed tokens (see `keyed_token`), beside the source and row they came
from. A run that is done needs nothing from it but its history.
"""

from __future__ import annotations

from bulk_import.journal.book import Journal
from bulk_import.journal.entries import (
    Attempt,
    Decision,
    Done,
    Forgotten,
    Key,
    NotSent,
    Operation,
    Outcome,
    Planned,
    Rejected,
    Run,
    RunStart,
    RunState,
    SourceRead,
    State,
    Unresolved,
    keyed_token,
    payload_digest,
)
from bulk_import.journal.memory import Memory, Remembered

__all__ = [
    "Attempt",
    "Decision",
    "Done",
    "Forgotten",
    "Journal",
    "Key",
    "Memory",
    "NotSent",
    "Operation",
    "Outcome",
    "Planned",
    "Rejected",
    "Remembered",
    "Run",
    "RunStart",
    "RunState",
    "SourceRead",
    "State",
    "Unresolved",
    "keyed_token",
    "payload_digest",
]
