"""Customers, organisations, classes, placements, templates, standards and units, and the life of an account."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bulk_import.sandbox import Switches
from bulk_import.sandbox.assignments import assignments_of
from bulk_import.sandbox.contract import SEEN_IN_ANSWERS
from tests.sandbox.desk import NOON, desk


def test_the_way_to_the_organisations() -> None:
    """The customer is known by its token, and its organisations show their keychain switches."""
    with desk() as one:
        customer = one.get("Customer").json()
        assert customer == {"ID": 1, "Name": "Northbridge College Group"}
        found = one.post("Organisation/Search", {"CustomerID": customer["ID"]}).json()
        shown = {row["ID"]: (row["KeychainCreationForNewUserActive"], row["KeychainEmailSuppression"]) for row in found}
        assert shown == {1: (True, False), 2: (False, True)}
        assert one.post("Organisation/Search", {"CustomerID": 2}).status_code == 204
        assert one.get("Organisation/2").json()["Name"] == "Northbridge Training"


@pytest.mark.parametrize(
    ("path", "ids"),
    [
        ("LearnerStatuses", [501, 502, 503, 504, 505]),
        ("LearningAimStatuses", [1, 2, 3]),
        ("AssignedStandards", [701, 702, 703, 704, 705, 706]),
    ],
)
def test_the_lists_of_an_organisation(path: str, ids: list[int]) -> None:
    """Statuses and standards of an organisation come as plain arrays with ids and names."""
    with desk() as one:
        rows = one.get(f"Organisation/1/{path}").json()
        assert [row["ID"] for row in rows] == ids
        assert all(row.get("Name") or row.get("Title") for row in rows)


@pytest.mark.parametrize(
    ("name", "ids"),
    [
        ("Classroom", range(201, 207)),
        ("Placement", range(301, 311)),
        ("Provider", range(401, 403)),
        ("Standard", range(701, 707)),
        ("FrameworkTemplate", range(801, 805)),
    ],
)
def test_each_list_is_searched_by_organisation(name: str, ids: range) -> None:
    """A list gives the entries of the organisation asked for, whole or page by page, and needs to be told which."""
    with desk() as one:
        assert sorted(one.found(f"{name}/Search", OrganisationID=1)) == list(ids)
        paged = {row for page in range(1, 9) for row in one.found(f"{name}/Search/{page}/3", OrganisationID=1)}
        assert sorted(paged) == list(ids)
        assert one.post(f"{name}/Search", {}).status_code == 400


def test_lists_are_searched_by_name() -> None:
    """A name matches anywhere without case; two placements may have the same one."""
    with desk() as one:
        assert one.found("Placement/Search", OrganisationID=1, Name="alder") == [301]
        assert sorted(one.found("Placement/Search", OrganisationID=1, Name="Ivy House Day Nursery")) == [309, 310]
        assert one.found("Standard/Search", OrganisationID=1, Title="business") == [703]
    with desk(switches=Switches(filters="ignored", order="by-id")) as one:
        assert len(one.found("Placement/Search", OrganisationID=1, Name="alder")) == 10


@pytest.mark.parametrize(("name", "number"), [("Classroom", 6001), ("Placement", 7001), ("Provider", 8001)])
def test_a_list_can_be_added_to(name: str, number: int) -> None:
    """A new entry answers its id and nothing else, can be read and found, and changes in part."""
    with desk() as one:
        response = one.post(name, {"OrganisationID": 1, "Name": "New one", "MISID": "N1", "Wonder": 1})
        assert (response.status_code, response.json()) == (200, number)
        assert one.post(f"{name}/{number}", {"Name": "Newer one"}).status_code == 204
        entry = one.get(f"{name}/{number}").json()
        assert (entry["ID"], entry["Name"], entry["MISID"]) == (number, "Newer one", "N1")
        assert one.found(f"{name}/Search", OrganisationID=1, Name="newer one") == [number]
        assert one.post(name, {"OrganisationID": 1}).status_code == 400


@pytest.mark.parametrize(
    "path", ["Classroom/99", "Placement/911", "Standard/99", "Unit/NOTHING", "FrameworkTemplate/9"]
)
def test_an_unknown_entry_is_404(path: str) -> None:
    """An entry that is not, or is another customer's, cannot be read."""
    with desk() as one:
        assert one.get(path).status_code == 404


def test_a_template_brings_its_standards_and_units() -> None:
    """Assigning a template answers 204 and gives the learner its standards with their units."""
    with desk() as one:
        assert one.post("FrameworkTemplate/801/Assign/1001/true").status_code == 204
        assert [(kind, what) for kind, what, _ in assignments_of(one.world, 1001)] == [
            ("template", "801"),
            ("standard", "701"),
            ("unit", "carp_l2_01"),
            ("unit", "carp_l2_02"),
            ("unit", "carp_l2_03"),
            ("standard", "706"),
        ]
        assert one.post("FrameworkTemplate/801/Assign/101/true").status_code == 400
        assert one.post("FrameworkTemplate/9/Assign/1001/true").status_code == 400
        assert one.post("FrameworkTemplate/801/Assign/1001/perhaps").status_code == 400


def test_reading_an_account() -> None:
    """An account shows the fields that clients have seen, null where nothing is held, and its dates in UTC."""
    with desk() as one:
        account = one.get("User/1001").json()
        assert tuple(account) == SEEN_IN_ANSWERS
        assert account["StartOn"] == "2025-06-03T23:00:00Z"
        assert account["NINO"] is None


def test_reading_an_account_otherwise() -> None:
    """By switch an account shows all it holds, and leaves out what it does not."""
    with desk(switches=Switches(account_fields="all", unset_fields="absent")) as one:
        number = one.create(WorkAddress="1 Mill Lane\nNorthbridge")
        account = one.get(f"User/{number}").json()
        assert (account["Role"], account["WorkAddress"]) == (1, "1 Mill Lane\nNorthbridge")
        assert None not in account.values()


def test_only_learners_have_episodes() -> None:
    """A member of staff has no episodes."""
    with desk() as one:
        assert one.get("User/101/LearnerEpisodes").status_code == 204


def test_deleting_waits_for_the_night() -> None:
    """A deleted account is marked at once and gone two hours later at the earliest, between 20:00 and 06:00."""
    with desk() as one:
        assert one.send("DELETE", "User/1001", headers={"X-TokenID": one.session}).status_code == 204
        assert one.get("User/1001").status_code == 200
        one.now = datetime(2026, 1, 1, 19, 59, 59, tzinfo=UTC).timestamp()
        assert 1001 in one.found(Role=1)
        one.now += 1
        assert one.get("User/1001").status_code == 404
        assert 1001 not in one.found(Role=1)


def test_deleting_at_night_takes_two_hours() -> None:
    """In the night the two hours are all there is to wait."""
    with desk(log_in=False) as one:
        one.now = NOON + 11 * 3600
        one.log_in()
        one.send("DELETE", "User/1001", headers={"X-TokenID": one.session})
        one.now += 2 * 3600 - 1
        assert one.get("User/1001").status_code == 200
        one.now += 1
        assert one.get("User/1001").status_code == 404


@pytest.mark.parametrize(("method", "path"), [("GET", "Nowhere"), ("PUT", "User/1001"), ("GET", "User")])
def test_what_is_not_there(method: str, path: str) -> None:
    """A path or a verb that the service does not have is 404 or 405."""
    with desk() as one:
        assert one.send(method, path, headers={"X-TokenID": one.session}).status_code in {404, 405}
