"""What the report says of people who are no longer in the file."""

from __future__ import annotations

import pytest

from bulk_import.catalogue import Role
from bulk_import.directory import Account
from bulk_import.report import Leaver
from bulk_import.run.leavers import IDS_SHOWN, leavers_sentence, looked_up


@pytest.mark.parametrize(
    ("count", "begins", "ends"),
    [
        (1, "1 person is no longer", "still has their account (user id 0)."),
        (2, "2 people are no longer", "still has their accounts (user ids 0, 1)."),
    ],
)
def test_leavers_are_told_by_their_user_ids(count: int, begins: str, ends: str) -> None:
    """By number, which is no personal data, and with where all that is listed of them stands."""
    (sentence,) = leavers_sentence([Leaver(id_) for id_ in range(count)])
    assert sentence.startswith(begins)
    assert ends in sentence
    assert sentence.endswith("the sheet Leavers of results.xlsx lists them all.")


def test_a_long_list_is_cut() -> None:
    """A file of another year does not fill the report, nor the terminal."""
    (sentence,) = leavers_sentence([Leaver(id_) for id_ in range(1_500)])
    assert f"{IDS_SHOWN - 1} and {1_500 - IDS_SHOWN:,} more)" in sentence
    assert len(sentence) < 300


def test_a_resumed_run_asks_onefile_again_who_they_are() -> None:
    """The journal has their numbers alone; whom OneFile does not list any more is still told by number."""
    seats = frozenset({(1, Role.ASSESSOR), (2, Role.IQA)})
    account = Account(7, seats, {"FirstName": "Zoë", "LastName": "Young", "MISID": "T7"}, in_full=False)
    found = looked_up([Leaver(7), Leaver(8)], {7: account})
    assert found == (Leaver(7, "T7", "Assessor or IQA", "Zoë Young"), Leaver(8))


def test_nothing_is_said_of_nobody() -> None:
    """No leavers, no sentence."""
    assert leavers_sentence(()) == ()
