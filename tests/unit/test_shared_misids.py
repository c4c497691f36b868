"""MISIDs that several accounts of a centre hold are listed, and nobody's for two kinds of accounts."""

from __future__ import annotations

import pytest

from bulk_import.catalogue import Role
from bulk_import.directory import Account, shared_misids


def account(number: int, misid: str | None, role: Role = Role.ASSESSOR, organisation: int = 1) -> Account:
    """An account as a search shows it."""
    return Account(number, frozenset({(organisation, role)}), {"ID": number, "MISID": misid}, in_full=False)


@pytest.mark.parametrize(
    ("accounts", "shared"),
    [
        ([account(1, "A1"), account(2, "A2")], ()),
        ([account(1, "A1"), account(2, " a1 ")], ((1, 2),)),
        ([account(2, "A1", Role.IQA), account(1, "A1", Role.TRAINEE_ASSESSOR), account(3, "A1")], ((1, 2, 3),)),
        ([account(1, "A1", Role.LEARNER), account(2, "A1", Role.EMPLOYER), account(3, "A1")], ()),
        ([account(1, "A1"), account(2, "A1", organisation=2)], ()),
        ([account(1, ""), account(2, ""), account(3, None), account(4, None)], ()),
        ([account(1, "A1"), account(2, "A1"), account(3, "B1"), account(4, "B1")], ((1, 2), (3, 4))),
    ],
)
def test_misids_held_twice_are_found(accounts: list[Account], shared: tuple[tuple[int, ...], ...]) -> None:
    """Within a centre and a kind of account, whatever their case; accounts without a MISID share none."""
    assert shared_misids(accounts) == shared
