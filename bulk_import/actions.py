"""What is done with a row that passed the check."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bulk_import.check import Record
    from bulk_import.findings import Finding


@dataclass(frozen=True, slots=True)
class Create:
    """A new account."""

    record: Record


@dataclass(frozen=True, slots=True)
class Update:
    """Some fields of an account that is there.

    Attributes:
        record: the row.
        user_id: the account's.
        changes: the fields to send, in the API's order; at least one.
        finding: what is left out of them, and why.
        by: by what the account was found.
    """

    record: Record
    user_id: int
    changes: tuple[str, ...]
    finding: Finding | None = None
    by: str = ""


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The account already holds, or was given, all that the row says and that may be sent.

    `finding` says what may not be sent, or that an earlier run did it; `by`, by what the account was found.
    """

    record: Record
    user_id: int
    finding: Finding | None = None
    by: str = ""


@dataclass(frozen=True, slots=True)
class Hold:
    """Not to be decided without a person; `finding` says why."""

    record: Record
    finding: Finding
    user_id: int | None = None


@dataclass(frozen=True, slots=True)
class Skip:
    """Left out on purpose: the row was not chosen, or, as `finding` says, its account must not be changed."""

    record: Record
    user_id: int | None = None
    finding: Finding | None = None


Change = Create | Update
Action = Create | Update | Unchanged | Hold | Skip
