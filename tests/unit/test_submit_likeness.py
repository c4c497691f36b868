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
        ({"MISID": None, "Email": None}, Likeness.UNTOLD),
        ({"MISID": None, "FirstName": None}, Likeness.UNTOLD),
        (dict.fromkeys(SENT), Likeness.UNTOLD),
        ({"MISID": None, "Email": "other@example.com"}, Likeness.OTHER),
        ({"MISID": "N43", "Email": None}, Likeness.OTHER),
        ({"MISID": "N43", "FirstName": "Zoë"}, Likeness.OTHER),
    ],
)
def test_an_account_is_compared_by_misid_or_by_email_and_names(changes: dict[str, object], expected: Likeness) -> None:
    """The key is the MISID, else e-mail with names; case and blanks do not count; what is missing says nothing."""
    assert compare(SENT, {}, {**SENT, **changes}) is expected


@pytest.mark.parametrize(
    ("account", "expected"),
    [
        (SENT, Likeness.SAME),
        ({**SENT, "MISID": "somebody's"}, Likeness.SAME),
        ({**SENT, "Email": "other@example.com"}, Likeness.OTHER),
        ({**WITHOUT_MISID, "Email": ""}, Likeness.UNTOLD),
        ({}, Likeness.UNTOLD),
    ],
)
def test_a_row_without_misid_is_told_by_email_and_names(account: dict[str, object], expected: Likeness) -> None:
    """Without a MISID nothing but e-mail with names makes an account a row's."""
    assert compare(WITHOUT_MISID, {}, account) is expected


ENTRY = {"ID": 7, "FirstName": "Zoë Anne", "LastName": "Example", "MISID": "N42"}
NAMESAKE = {**ENTRY, "MISID": None}
NOTHING: list[dict[str, object] | None] = [
    None,
    {},
    {"ID": 7},
    {"ID": 7, **dict.fromkeys(SENT)},
    {"ID": 7, "FirstName": "", "Email": " "},
    {"status": "busy"},
    {"error": {"code": -1}},
    {"ID": 8, "FirstName": "Other", "LastName": "Person", "Email": "other@example.com", "MISID": "N9"},
]


@pytest.mark.parametrize("fetched", NOTHING)
@pytest.mark.parametrize("sent", [SENT, WITHOUT_MISID])
@pytest.mark.parametrize("entry", [ENTRY, NAMESAKE, {"ID": 7}, {"ID": 7, "MISID": "N42"}])
def test_missing_details_make_nobody_somebody_else(
    sent: dict[str, object], entry: dict[str, object], fetched: dict[str, object] | None
) -> None:
    """Who fits in a search and cannot be fetched in full is left to a person: neither somebody else nor proved."""
    assert compare(sent, entry, fetched) is Likeness.UNTOLD


@pytest.mark.parametrize("fetched", NOTHING)
@pytest.mark.parametrize("told", [{"MISID": "N43"}, {"MISID": None, "LastName": "Other"}])
def test_what_a_search_tells_can_make_somebody_else(told: dict[str, object], fetched: dict[str, object] | None) -> None:
    """A search's own word that it is another person counts where the account cannot be fetched."""
    assert compare(SENT, {**ENTRY, **told}, fetched) is Likeness.OTHER


@pytest.mark.parametrize(
    ("entry", "fetched", "expected"),
    [
        (ENTRY, {"ID": 7, "FirstName": None, "LastName": None, "MISID": None, "Email": SENT["Email"]}, Likeness.SAME),
        (NAMESAKE, {"ID": "7", "Email": SENT["Email"]}, Likeness.SAME),
        (NAMESAKE, {"ID": 7, "Email": "other@example.com"}, Likeness.OTHER),
        (NAMESAKE, {"ID": 7, "MISID": "N43"}, Likeness.OTHER),
        (ENTRY, {"ID": 7, "MISID": "N43", "Email": "other@example.com"}, Likeness.DISPUTED),
        ({**ENTRY, "FirstName": "Old"}, SENT, Likeness.SAME),
    ],
)
def test_search_and_details_are_read_together(
    entry: dict[str, object], fetched: dict[str, object], expected: Likeness
) -> None:
    """What is fetched goes before the search's word, which fills its gaps; where the two disagree a person looks."""
    assert compare(SENT, entry, fetched) is expected


@pytest.mark.parametrize("name", COMPARED)
def test_each_compared_field_can_dispute(name: str) -> None:
    """Every field on the list speaks against an account if it differs."""
    sent = {**dict.fromkeys(COMPARED, "value"), "MISID": "N1", "Email": "a@example.com"}
    assert compare(sent, {}, sent) is Likeness.SAME
    assert compare(sent, {}, {**sent, name: "another"}) is Likeness.DISPUTED


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
