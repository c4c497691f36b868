"""When an account counts as the one a row asked for."""

from __future__ import annotations

import pytest

from bulk_import.submit.likeness import COMPARED, Likeness, compare, worth_fetching

SENT = {
    "OrganisationID": 1,
    "Role": 1,
    "FirstName": "Zoë Anne",
    "LastName": "Example",
    "Email": "zoe@example.com",
    "MISID": "N42",
    "ClassroomID": 201,
    "PlacementID": 301,
    "ULN": "9276308686",
}
WITHOUT_MISID = {name: value for name, value in SENT.items() if name != "MISID"}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, Likeness.SAME),
        ({"Email": " ZOE@Example.com "}, Likeness.SAME),
        ({"FirstName": "zoë  anne"}, Likeness.SAME),
        ({"FirstName": "Zoe\u0308 Anne"}, Likeness.SAME),
        ({"OrganisationID": "1", "Role": "1"}, Likeness.SAME),
        ({"ClassroomID": None, "ULN": "", "PlacementID": 0}, Likeness.SAME),
        ({"Email": None}, Likeness.SAME),
        ({"MISID": None}, Likeness.SAME),
        ({"MISID": "n42"}, Likeness.SAME),
        ({"DOB": "1999-01-01T00:00:00Z"}, Likeness.SAME),
        ({"MISID": "N43"}, Likeness.DISPUTED),
        ({"Email": "other@example.com"}, Likeness.DISPUTED),
        ({"FirstName": "Zoë"}, Likeness.DISPUTED),
        ({"LastName": "Other"}, Likeness.DISPUTED),
        ({"ClassroomID": 202}, Likeness.DISPUTED),
        ({"Role": 2}, Likeness.DISPUTED),
        ({"OrganisationID": 2}, Likeness.DISPUTED),
        ({"MISID": None, "Email": None}, Likeness.DISPUTED),
        ({"MISID": None, "Email": "other@example.com"}, Likeness.OTHER),
        ({"MISID": "N43", "Email": None}, Likeness.OTHER),
        ({"MISID": "N43", "FirstName": "Zoë"}, Likeness.OTHER),
    ],
)
def test_an_account_is_compared_by_misid_or_by_email_and_names(changes: dict[str, object], expected: Likeness) -> None:
    """The key is the MISID, else e-mail with names; case and blanks do not count; what is missing says nothing."""
    assert compare(SENT, {**SENT, **changes}) is expected


@pytest.mark.parametrize(
    ("account", "expected"),
    [
        (SENT, Likeness.SAME),
        ({**SENT, "MISID": "somebody's"}, Likeness.SAME),
        ({**SENT, "Email": "other@example.com"}, Likeness.OTHER),
        ({**WITHOUT_MISID, "Email": ""}, Likeness.DISPUTED),
        ({}, Likeness.OTHER),
    ],
)
def test_a_row_without_misid_is_told_by_email_and_names(account: dict[str, object], expected: Likeness) -> None:
    """Without a MISID nothing but e-mail with names makes an account a row's."""
    assert compare(WITHOUT_MISID, account) is expected


@pytest.mark.parametrize("name", COMPARED)
def test_each_compared_field_can_dispute(name: str) -> None:
    """Every field on the list speaks against an account if it differs."""
    sent = {**dict.fromkeys(COMPARED, "value"), "MISID": "N1", "Email": "a@example.com"}
    assert compare(sent, sent) is Likeness.SAME
    assert compare(sent, {**sent, name: "another"}) is Likeness.DISPUTED


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({"ID": 1, "FirstName": "ZOË ANNE", "LastName": "Example"}, True),
        ({"ID": 1, "FirstName": "Zoë Anne", "LastName": "Example", "MISID": "N43"}, True),
        ({"ID": 1, "FirstName": "Other", "LastName": "Name", "MISID": "N42"}, True),
        ({"ID": 1}, True),
        ({"ID": 1, "FirstName": "Zoë", "LastName": "Example"}, False),
        ({"ID": 1, "FirstName": "Zoë Anne", "LastName": "Examples", "MISID": None}, False),
    ],
)
def test_only_who_may_be_the_person_is_fetched(entry: dict[str, object], *, expected: bool) -> None:
    """Of a search's entries those with the MISID, the names, or no names at all are looked at more closely."""
    assert worth_fetching(SENT, entry) is expected
