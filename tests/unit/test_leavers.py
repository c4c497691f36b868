"""What the report says of people who are no longer in the file."""

from __future__ import annotations

import pytest

from bulk_import.report import Leaver
from bulk_import.run.leavers import IDS_SHOWN, leavers_sentence


@pytest.mark.parametrize(
    ("count", "begins", "ends"),
    [(1, "1 person is no longer", "(user ids 0)"), (2, "2 people are no longer", "(user ids 0, 1)")],
)
def test_leavers_are_told_by_their_user_ids(count: int, begins: str, ends: str) -> None:
    """By number, which is no personal data, and with what to do."""
    (sentence,) = leavers_sentence([Leaver(id_) for id_ in range(count)])
    assert sentence.startswith(begins)
    assert ends in sentence
    assert "archived in OneFile by hand" in sentence


def test_a_long_list_is_cut() -> None:
    """A file of another year does not fill the report."""
    (sentence,) = leavers_sentence([Leaver(id_) for id_ in range(IDS_SHOWN + 1)])
    assert f"{IDS_SHOWN - 1} and more)" in sentence


def test_nothing_is_said_of_nobody() -> None:
    """No leavers, no sentence."""
    assert leavers_sentence(()) == ()
