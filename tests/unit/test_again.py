"""What is told of `--again` where it makes no account."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bulk_import.actions import Create, Hold, Skip, Unchanged, Update
from bulk_import.catalogue import Role
from bulk_import.findings import Finding, Place
from bulk_import.journal import Journal
from bulk_import.row_choice import RowChoice
from bulk_import.run.again import again_notices
from bulk_import.run.desk import Desk, utc_now
from bulk_import.run.job import Job
from bulk_import.settings import load
from tests.unit.tables import checked, person

if TYPE_CHECKING:
    from pathlib import Path

    from bulk_import.actions import Action
    from bulk_import.check import Record

SAID = [
    ("2", ""),
    ("", ""),
    ("2-5", "for rows 3, 4, 5: they have their accounts already."),
    ("8,6", "for row 6: it is held, and says why; for row 8: it has an error."),
    (
        "1-30",
        (
            "for rows 3, 4, 5: they have their accounts already; for row 6: it is held, and says why; "
            "for row 7: --only or --skip leaves it out; "
            "for rows 8, 9, 10, 11, 12, 13, 14, 15, 16, 17 and 4 more: they have errors."
        ),
    ),
]


def _decided(record: Record) -> Action:
    """Row 2 is made, 3 to 5 have accounts, 6 is held, all others are left out."""
    actions: dict[int, Action] = {
        2: Create(record),
        3: Unchanged(record, 77),
        4: Update(record, 78, ("Telephone",)),
        5: Skip(record, 79, Finding("account-protected", Place(""))),
        6: Hold(record, Finding("account-contradicted", Place("")), 80),
    }
    return actions.get(record.row, Skip(record))


@pytest.mark.parametrize(("again", "reason"), SAID)
def test_rows_for_which_again_makes_no_account_are_told(tmp_path: Path, again: str, reason: str) -> None:
    """Whoever asks for another account and gets none is told so, and why."""
    people = [person(Role.ASSESSOR, number) for number in range(2, 22)]
    source = checked(*(one | ({"Email": "nobody"} if at > 5 else {}) for at, one in enumerate(people)))
    with Journal.open(tmp_path / "journal.db") as journal:
        settings = load(environ={}, cwd=tmp_path)
        job = Job(files=(), rows=RowChoice(again=again, skip="7"))
        desk = Desk(job, settings, (source,), journal, utc_now())
        said = list(again_notices(desk, [_decided(record) for record in source.valid]))
    assert said == ([f"--again had no effect {reason}"] if reason else [])
