"""Rows that name somebody whom another row of the run makes: the id is filled in at the moment of sending.

What stands in the journal as the row's content is the other row and not the id, so that it is the same before and
after a crash. Groups go in the order staff, employers, learners, and only learners name people, so a row that is to
be sent finds whoever it waits for made, refused, or left where the run stopped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bulk_import.journal import Done
from bulk_import.kinds import Awaited

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bulk_import.journal import Outcome
    from bulk_import.journal.entries import Key


class Accounts:
    """The accounts of the run's rows, as far as they are there."""

    def __init__(self, known: Mapping[Key, int]) -> None:
        self._known = dict(known)

    def add(self, key: Key, outcome: Outcome) -> None:
        """Takes in what a row came to."""
        if isinstance(outcome, Done):
            self._known[key] = outcome.user_id

    def missing(self, fields: Mapping[str, object]) -> dict[str, Awaited]:
        """The fields whose account is not there, and the row that was to make it."""
        waiting = {name: value for name, value in fields.items() if isinstance(value, Awaited)}
        return {name: where for name, where in waiting.items() if tuple(where) not in self._known}

    def filled(self, fields: Mapping[str, object]) -> dict[str, object]:
        """The fields with ids in place of rows; none may be missing."""
        return {
            name: self._known[value.source, value.row] if isinstance(value, Awaited) else value
            for name, value in fields.items()
        }
