"""Accounts of a centre that hold the same MISID, which OneFile does not prevent.

The vendor's own article 76000059706 blames MISIDs that staff hold twice, archived staff among them, for learners who
cannot be created; searches for staff show archived ones too. Somebody with accounts of different kinds (a learner who
is an employer as well) may hold one MISID in each, so staff, employers, observers and learners are looked at apart.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from bulk_import.catalogue import Role
from bulk_import.folding import folded

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bulk_import.directory import Account

_STAFF = frozenset({Role.TRAINEE_ASSESSOR, Role.ASSESSOR, Role.IQA})


def shared_misids(accounts: Iterable[Account]) -> tuple[tuple[int, ...], ...]:
    """The user ids of each MISID that several accounts hold, in their order."""
    holders: dict[tuple[int, Role, str], set[int]] = defaultdict(set)
    for account in accounts:
        if misid := folded(account.text("MISID")):
            for organisation, role in account.seats:
                holders[organisation, _kind(role), misid].add(account.id)
    return tuple(sorted({tuple(sorted(ids)) for ids in holders.values() if len(ids) > 1}))


def _kind(role: Role) -> Role:
    return Role.ASSESSOR if role in _STAFF else role
