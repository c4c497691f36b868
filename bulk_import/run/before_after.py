"""What an update changes, before and after, as people read it; only in reports, and never in the journal."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from bulk_import.actions import Update
from bulk_import.catalogue import FIELDS, HIDDEN
from bulk_import.check import payload
from bulk_import.difference import form
from bulk_import.findings import shortened
from bulk_import.kinds import Awaited, Date

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bulk_import.actions import Change
    from bulk_import.directory import Account
    from bulk_import.report import RowFate

LONGEST = 60
"""Characters of a value; an address has more, and the row itself has it whole."""


def with_differences(
    fates: Sequence[Mapping[int, RowFate]], changes: Iterable[Change], accounts: Mapping[int, Account]
) -> list[dict[int, RowFate]]:
    """The fates, those of updates with what each field was and is to be.

    Args:
        fates: for each source, row number → fate.
        changes: of the plan.
        accounts: user id → account as OneFile showed it before anything was sent.
    """
    told = [dict(some) for some in fates]
    for change in changes:
        if isinstance(change, Update) and change.user_id in accounts:
            rows, row = told[change.record.source], change.record.row
            rows[row] = replace(rows[row], differences=_differences(change, accounts[change.user_id]))
    return told


def _differences(update: Update, account: Account) -> tuple[str, ...]:
    wanted = payload(update.record)
    return tuple(_difference(name, account.values, wanted) for name in update.changes)


def _difference(name: str, before: Mapping[str, object], after: Mapping[str, object]) -> str:
    if FIELDS[name].sensitive in HIDDEN or name not in after:
        return f"{name} (changed)"
    if isinstance(made := after[name], Awaited):
        return f"{name} from {_shown(name, before)} to the account of row {made.row}"
    return f"{name} from {_shown(name, before)} to {_shown(name, after)}"


def _shown(name: str, values: Mapping[str, object]) -> str:
    plain = form(name, values)
    if not plain:
        return "nothing"
    if isinstance(FIELDS[name].kind, Date) and re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", plain):
        return f"“{date.fromisoformat(plain):%d/%m/%Y}”"
    return f"“{shortened(_text(values[name]), LONGEST)}”"


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "Yes" if value else "No"
    lines = map(str, value) if isinstance(value, list) else str(value).splitlines()
    return ", ".join(stripped for line in lines if (stripped := " ".join(line.split())))
