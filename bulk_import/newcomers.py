"""The people in a run's own rows, whom other rows may name: by name, e-mail address or MIS value."""

from __future__ import annotations

from collections import defaultdict
from enum import Enum
from typing import TYPE_CHECKING

from bulk_import.check.cells import NO_ROLE
from bulk_import.directory import One
from bulk_import.folding import plainly_folded
from bulk_import.kinds import Awaited
from bulk_import.lists import ROLES_OF, name_keys

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bulk_import.catalogue import Role
    from bulk_import.check import Checked
    from bulk_import.directory import Directory
    from bulk_import.kinds import Listed


class Standing(Enum):
    """How far a row of the run can be relied upon to make somebody, or to be about an account."""

    SOUND = "sound"
    WRONG = "has an error"
    NO_ROLE = "names no known role, so that it may be about anybody"


Newcomers = dict[tuple[int, "Listed", str], dict[Awaited | int, Standing]]
"""Organisation, list and folded text → the rows of the run that make somebody so named, or the account they are."""


def newcomers(checked: Sequence[Checked], directory: Directory) -> Newcomers:
    """The people in the run's own rows whom other rows may name: new ones by their row, known ones by their id.

    Rows with errors count too, so that whoever names them is told of the row, and not that nobody has that name.
    """
    found: Newcomers = defaultdict(dict)
    for source in checked:
        sound = {record.row: record for record in source.records(among=_PEOPLE)}
        for listed, row, organisation, texts in _people(source):
            who: Awaited | int = Awaited(source.source, row)
            if row in sound and isinstance(match := directory.find(sound[row]), One):
                who = match.account.id
            wrong = Standing.WRONG if source.roles[row] else Standing.NO_ROLE
            for text in texts:
                found[organisation, listed, text][who] = Standing.SOUND if row in sound else wrong
    return found


_PEOPLE: frozenset[Role] = frozenset(role for roles in ROLES_OF.values() for role in roles)
_NAMED = ("OrganisationID", "FirstName", "LastName", "Email", "MISID")


def _people(source: Checked) -> Iterator[tuple[Listed, int, int, list[str]]]:
    """List, row, organisation and folded texts of each row about somebody whom others may name."""
    for listed, roles in ROLES_OF.items():
        rows = source.usable[source.roles.isin([int(role) for role in roles] + [NO_ROLE])]
        if not {"OrganisationID", "FirstName", "LastName"} <= set(rows.columns):
            continue
        rows = rows.reindex(columns=list(_NAMED)).dropna(subset=["OrganisationID"])
        for row, organisation, *texts in rows.itertuples(name=None):
            first, last, email, misid = (text if isinstance(text, str) else "" for text in texts)
            keys = [*name_keys(first, last), *(plainly_folded(text) for text in (email, misid) if text)]
            yield listed, int(row), int(organisation), keys
