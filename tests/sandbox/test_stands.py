"""The stands that the practice OneFile takes where the real one is undocumented, by their numbers in the contract."""

from __future__ import annotations

import pytest

from bulk_import.sandbox import Switches
from bulk_import.sandbox.seed import OTHER_CUSTOMER_TOKEN
from tests.sandbox.desk import BASE, Desk, desk, person

HOUR = 3600.0


def everybody(one: Desk, role: int) -> list[int]:
    """The ids of all accounts of a role in the first organisation."""
    return sorted(one.found(Role=role, OrganisationID=1))


def test_stand_01_authentication_answers_the_bare_session() -> None:
    """The answer to the customer token is the session itself, in base64 with its awkward letters."""
    with desk(log_in=False) as one:
        response = one.log_in()
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/plain")
        assert len(response.text) > 200
        assert set("+/=") <= set(response.text)
        assert '"' not in response.text


@pytest.mark.parametrize("form", ["empty", "array", "form"])
def test_stand_01_authentication_takes_any_empty_body(form: str) -> None:
    """An empty body, an empty JSON array and a form all do."""
    headers = {"X-CustomerToken": "practice-northbridge"}
    with desk(log_in=False) as one:
        match form:
            case "empty":
                response = one.send("POST", "Authentication", headers=headers)
            case "array":
                response = one.send("POST", "authentication", json=[], headers=headers)
            case _:
                response = one.send("POST", "Authentication/", data={"a": "b"}, headers=headers)
        assert response.status_code == 200


@pytest.mark.parametrize("token", ["", "wrong", "PRACTICE-NORTHBRIDGE"])
def test_stand_02_a_wrong_customer_token_is_401(token: str) -> None:
    """Without the right customer token there is no session."""
    with desk(log_in=False) as one:
        assert one.log_in(token).status_code == 401


def test_stand_02_without_a_session_there_is_nothing() -> None:
    """A missing, an unknown and an ended session give 401."""
    with desk() as one:
        assert one.send("GET", "Customer").status_code == 401
        assert one.send("GET", "Customer", headers={"X-TokenID": "made up"}).status_code == 401
        one.world.end_sessions()
        assert one.get("Customer").status_code == 401


def test_stand_02_a_session_lives_24_hours() -> None:
    """A session ends 24 hours after it was made, however much it is used, and a new one works."""
    with desk() as one:
        one.now += 24 * HOUR - 1
        assert one.get("Customer").status_code == 200
        one.now += 1
        assert one.get("Customer").status_code == 401
        one.log_in()
        assert one.get("Customer").status_code == 200


def test_stand_02_sessions_live_side_by_side() -> None:
    """A second log-in does not end the first session."""
    with desk() as one:
        first = one.session
        one.log_in()
        assert one.session != first
        assert one.send("GET", "Customer", headers={"X-TokenID": first}).status_code == 200


@pytest.mark.parametrize("organisation", [3, 99])
def test_stand_03_a_foreign_organisation_is_not_found(organisation: int) -> None:
    """An organisation of another customer is like one that is not: -11 on create, nothing in searches."""
    with desk() as one:
        assert one.refusal("User", person(5, OrganisationID=organisation)) == (400, -11)
        assert one.refusal("Classroom", {"OrganisationID": organisation, "Name": "New"}) == (400, -11)
        assert one.post("User/Search", {"Role": 5, "OrganisationID": organisation}).status_code == 204
        assert one.post("Placement/Search", {"OrganisationID": organisation}).status_code == 204
        assert one.get(f"Organisation/{organisation}").status_code == 404


def test_stand_03_or_it_is_forbidden() -> None:
    """By switch an organisation of another customer is 403 everywhere, and an unknown one stays -11."""
    with desk(switches=Switches(foreign_organisation="403")) as one:
        assert one.post("User", person(5, OrganisationID=3)).status_code == 403
        assert one.post("User/Search", {"Role": 5, "OrganisationID": 3}).status_code == 403
        assert one.post("Classroom/Search", {"OrganisationID": 3}).status_code == 403
        assert one.get("Organisation/3").status_code == 403
        assert one.refusal("User", person(5, OrganisationID=99)) == (400, -11)


def test_stand_03_customers_see_nothing_of_each_other() -> None:
    """A session of one customer finds, opens and changes nobody of the other."""
    with desk() as one:
        assert one.get("User/931").status_code == 404
        assert one.post("User/931", {"MISID": "x"}).status_code == 404
        assert 931 not in one.found(Role=5)
        one.log_in(OTHER_CUSTOMER_TOKEN)
        assert one.found(Role=5) == [931]
        assert one.get("User/101").status_code == 404


def test_stand_04_create_answers_id_and_username() -> None:
    """Creating answers 200 with the id, the user name and an echo of the names."""
    with desk() as one:
        response = one.post("User", person(1))
        assert (response.status_code, response.json()) == (
            200,
            {"ID": 5001, "Username": "NMORGAN", "FirstName": "Nia", "LastName": "Morgan"},
        )


def test_stand_05_update_is_partial_and_silent() -> None:
    """An update answers 204 without a body, changes what it names and nothing else, and ignores unknown fields."""
    with desk() as one:
        before = one.world.user(1001)
        one.now += 10
        response = one.post("User/1001", {"MISID": "NEW", "Wonder": 1})
        assert (response.status_code, response.content) == (204, b"")
        after = one.world.user(1001)
        assert after.pop("LastModified") != before.pop("LastModified")
        assert after == {**before, "MISID": "NEW"}
        assert [entry.field for entry in one.world.ignored()] == ["Wonder"]


def test_stand_06_one_error_at_a_time() -> None:
    """A body with many mistakes gets one code and one message, in JSON with small letters."""
    with desk() as one:
        response = one.post("User", {"Role": 1, "OrganisationID": 1})
        assert response.status_code == 400
        assert set(response.json()) == {"code", "message"}
        assert -999 <= response.json()["code"] <= -900


@pytest.mark.parametrize("shape", ["json", "text", "html", "empty"])
def test_stand_06_the_body_of_a_refusal_can_have_any_shape(shape: str) -> None:
    """By switch a refusal is JSON, bare text, a page, or has no body; its status stays."""
    with desk(switches=Switches(error_body=shape)) as one:  # type: ignore[arg-type] # a word of the table
        response = one.post("User", {"Role": 1})
        assert response.status_code == 400
        seen = {"json": b'{"code"', "text": b"Organisation", "html": b"<!DOCTYPE", "empty": b""}[shape]
        assert response.content.startswith(seen)
        assert bool(response.content) == (shape != "empty")


@pytest.mark.parametrize(
    ("field", "code"),
    [("OrganisationID", -11), ("PlacementID", -57), ("ClassroomID", -58)],
)
@pytest.mark.parametrize("number", [99999, 911, 901])
def test_stand_07_the_three_known_codes(field: str, code: int, number: int) -> None:
    """An unknown organisation, placement or class has the code that is known of the real service."""
    with desk() as one:
        assert one.refusal("User", person(1, **{field: number})) == (400, code)


def test_stand_07_references_belong_to_the_organisation() -> None:
    """A class and a placement of the customer's other organisation do not count."""
    with desk() as one:
        assert one.refusal("User", person(1, PlacementID=311)) == (400, -57)
        assert one.refusal("User/1001", {"ClassroomID": 207}) == (400, -58)


@pytest.mark.parametrize("assessor", [99999, 131, 601, 1001, 111, 112, 931])
def test_stand_08_an_assessor_that_is_none(assessor: int) -> None:
    """An unknown, wrong-role, archived or foreign assessor is refused with a code of our own."""
    with desk() as one:
        status, code = one.refusal("User", person(1, DefaultAssessorID=assessor))
        assert (status, code) == (400, -904)
        assert one.refusal("User/1001", {"DefaultAssessorID": assessor}) == (400, -904)


def test_stand_08_a_trainee_assessor_will_do() -> None:
    """Role 4 can be a default assessor."""
    with desk() as one:
        assert one.world.user(one.create(DefaultAssessorID=121))["DefaultAssessorID"] == 121


@pytest.mark.parametrize(
    ("field", "number"),
    [("DefaultEmployerID", 101), ("DefaultEmployerID", 606), ("ProviderID", 403), ("LearnerStatusID", 511)],
)
def test_stand_08_the_other_references(field: str, number: int) -> None:
    """An employer, provider or learner status that does not fit is refused; 0 says none."""
    with desk() as one:
        assert one.post("User", person(1, **{field: number})).status_code == 400
        assert field not in one.world.user(one.create(**{field: 0}))


def test_stand_09_the_same_person_twice_is_two_accounts() -> None:
    """Nothing stops duplicates, unless the switch says so."""
    with desk() as one:
        assert one.create() != one.create()
    with desk(switches=Switches(duplicate_email="reject")) as one:
        one.create()
        assert one.refusal("User", person(1, Email="NIA.morgan@example.com")) == (400, -908)
        assert len(one.found(Role=1, Email="nia.morgan@example.com")) == 1


def test_stand_10_the_same_misid_twice() -> None:
    """A MISID need not be unique; one is held by an archived and a live assessor from the start."""
    with desk() as one:
        number = one.create(5, MISID="STF-0101")
        assert sorted(one.found(Role=5, MISID="stf-0101")) == [101, 112, number]


def test_stand_11_missing_email_by_switch() -> None:
    """By switch a user needs no e-mail address, and then nobody would be mailed."""
    with desk(switches=Switches(missing_email="lax")) as one:
        body = person(5)
        del body["Email"]
        assert one.post("User", body).status_code == 200
        assert one.world.would_email() == []


def test_stand_12_a_search_without_result_is_204() -> None:
    """A search without hits, and a page past the end, are 204 without a body."""
    with desk() as one:
        for path in ("User/Search", "User/Search/9/50"):
            response = one.post(path, {"Role": 5, "MISID": "nobody"} if path.endswith("h") else {"Role": 5})
            assert (response.status_code, response.content) == (204, b"")
        assert one.post("Classroom/Search/9/50", {"OrganisationID": 1}).status_code == 204


def test_stand_12_or_an_empty_list() -> None:
    """By switch they are 200 with an empty list."""
    with desk(switches=Switches(search_empty="[]")) as one:
        for path in ("User/Search", "Classroom/Search"):
            response = one.post(path, {"Role": 5, "MISID": "nobody", "OrganisationID": 1, "Name": "nothing"})
            assert (response.status_code, response.json()) == (200, [])


def test_stand_13_search_without_role() -> None:
    """A search without a role is refused, or finds all roles by switch."""
    with desk() as one:
        assert one.post("User/Search", {"OrganisationID": 1}).status_code == 400
    with desk(switches=Switches(search_without_role="all")) as one:
        assert {101, 121, 131, 141, 601, 1001} <= set(one.found(OrganisationID=1))


def test_stand_14_names_match_anywhere_and_keys_exactly() -> None:
    """Names match anywhere without case; e-mail and MISID without case, but whole."""
    with desk() as one:
        assert sorted(one.found(Role=1, LastName="SMITH")) == [1006, 1007]
        assert one.found(Role=1, FirstName="zo", LastName="BRENN") == [1001]
        assert one.found(Role=1, FirstName="SIÂN") == [1008]
        assert one.found(Role=1, Email="PERSON1001@example.com") == [1001]
        assert one.found(Role=1, Email="person1001@example") == []
        assert one.found(Role=1, MISID="nb25-1001") == [1001]
        assert one.found(Role=1, MISID="NB25-100") == []
        assert one.found(Role=40, PlacementID=303) == [603]


def test_stand_14_filters_ignored() -> None:
    """By switch only role and organisation restrict a search."""
    with desk(switches=Switches(filters="ignored")) as one:
        assert sorted(one.found(Role=1, OrganisationID=2, MISID="nobody", LastName="x")) == [1027, 1028, 1029, 1030]


def test_stand_14_everything_contains() -> None:
    """By switch e-mail and MISID match anywhere, too."""
    with desk(switches=Switches(filters="contains")) as one:
        assert len(one.found(Role=1, MISID="nb25-100")) == 8
        assert len(one.found(Role=1, Email="@example.com")) == 29


def test_stand_14_last_modified() -> None:
    """LastModified finds who was changed at or after that moment, given with Z or an offset."""
    with desk() as one:
        one.now += 60
        one.post("User/1003", {"MISID": "changed"})
        assert one.found(Role=1, LastModified="2026-01-01T12:01:00Z") == [1003]
        assert one.found(Role=1, LastModified="2026-01-01T13:01:00.000+01:00") == [1003]
        assert one.found(Role=1, LastModified="2026-01-01T12:01:01Z") == []
        assert one.post("User/Search", {"Role": 1, "LastModified": "yesterday"}).status_code == 400


def test_stand_15_results_come_in_no_order() -> None:
    """A whole list is not sorted and comes differently each time; by switch it is in the order of ids."""
    with desk() as one:
        first, second = (one.found(Role=1, OrganisationID=1) for _ in range(2))
        assert first != second
        assert sorted(first) == sorted(second) != first
    with desk(switches=Switches(order="by-id")) as one:
        assert one.found(Role=1) == sorted(one.found(Role=1))


@pytest.mark.parametrize("size", [1, 2, 3, 7, 50])
@pytest.mark.parametrize("pages", ["overlapping", "exact"])
def test_stand_15_all_pages_together_hold_everybody(size: int, pages: str) -> None:
    """Turning pages until one is empty meets everybody, some perhaps twice."""
    with desk(switches=Switches(pages=pages)) as one:  # type: ignore[arg-type] # a word of the table
        met: list[int] = []
        for page in range(1, 99):
            found = one.found(f"User/Search/{page}/{size}", Role=1, OrganisationID=1)
            if not found:
                break
            met += found
        assert sorted(set(met)) == everybody(one, 1)
        assert (len(met) > len(set(met))) == (pages == "overlapping" and 1 < size < 25)


def test_stand_16_page_size_is_capped() -> None:
    """A page is cut to the greatest size in silence; page 0, size 0 and words are refused."""
    with desk(switches=Switches(page_cap=10)) as one:
        assert len(one.found("User/Search/1/5000", Role=1)) == 10
        for path in ("User/Search/0/10", "User/Search/1/0", "User/Search/one/10"):
            assert one.post(path, {"Role": 1}).status_code == 400


def test_stand_17_search_gives_four_fields() -> None:
    """A search gives id, names and MISID, no more; a missing MISID is null."""
    with desk() as one:
        assert one.post("User/Search", {"Role": 1, "FirstName": "Rebecca"}).json() == [
            {"ID": 1007, "FirstName": "Rebecca", "LastName": "Smith", "MISID": None}
        ]


def test_stand_17_misid_null_or_absent() -> None:
    """By switch the MISID is null in every answer, or not there."""
    with desk(switches=Switches(misid_in_search="null")) as one:
        assert one.post("User/Search", {"Role": 1, "MISID": "NB25-1001"}).json()[0]["MISID"] is None
    with desk(switches=Switches(misid_in_search="absent")) as one:
        assert "MISID" not in one.post("User/Search", {"Role": 1, "MISID": "NB25-1001"}).json()[0]


def test_stand_18_archived_people() -> None:
    """An archived learner has role 2; archived staff stay in the searches of their role."""
    with desk() as one:
        assert 1026 not in one.found(Role=1)
        assert one.found(Role=2) == [1026]
        assert 112 in one.found(Role=5)
        assert one.post("User/1001/Archive").status_code == 204
        assert (1001 in one.found(Role=1), 1001 in one.found(Role=2)) == (False, True)
        assert one.post("User/1001/Unarchive").status_code == 204
        assert (1001 in one.found(Role=1), 1001 in one.found(Role=2)) == (True, False)


def test_stand_19_300_calls_in_any_minute() -> None:
    """300 calls pass in a minute; the next is 429 in bare text without Retry-After and closes the door for 60 s."""
    with desk() as one:
        for _ in range(299):
            assert one.get("Customer").status_code == 200
        one.now += 1
        refused = one.get("Customer")
        assert (refused.status_code, refused.text) == (429, "Too Many Requests")
        assert "retry-after" not in refused.headers
        one.now += 59.9
        assert one.get("Customer").status_code == 429
        one.now += 0.1
        assert one.get("Customer").status_code == 200
        assert one.world.worst_minute() == 300
        assert len(one.world.admitted()) == 301


def test_stand_19_the_minute_rolls() -> None:
    """The limit holds in every window of 60 seconds, not from one full minute to the next."""
    with desk(switches=Switches(calls_per_minute=3)) as one:  # the log-in was the first call
        one.now += 50
        assert [one.get("Customer").status_code for _ in range(2)] == [200, 200]
        one.now += 10
        assert [one.get("Customer").status_code for _ in range(2)] == [200, 429]
        assert one.world.worst_minute() == 3


def test_stand_19_each_customer_has_its_own_limit() -> None:
    """One customer's calls do not use up another's, and calls without a valid token count for nobody."""
    with desk(switches=Switches(calls_per_minute=2)) as one:
        one.send("GET", "Customer")
        assert [one.get("Customer").status_code for _ in range(2)] == [200, 429]
        assert one.log_in(OTHER_CUSTOMER_TOKEN).status_code == 200


@pytest.mark.parametrize(
    ("form", "value"), [("seconds", "60"), ("date", "Thu, 01 Jan 2026 12:01:00 GMT"), ("off", None)]
)
def test_stand_19_retry_after_by_switch(form: str, value: str | None) -> None:
    """By switch a 429 says when to come again, in seconds or as a date."""
    with desk(switches=Switches(calls_per_minute=1, retry_after=form)) as one:  # type: ignore[arg-type] # from the table
        assert one.get("Customer").headers.get("retry-after") == value


def test_stand_23_assign_takes_the_assignee_in_the_path() -> None:
    """The path names the assignee and the body the learner; a learner in the path is refused."""
    with desk() as one:
        assert one.post("User/102/Assign", {"LearnerID": 1001, "Level": 1}).status_code == 204
        assert one.post("User/1001/Assign", {"LearnerID": 1001, "Level": 1}).status_code == 400
        assert one.post("User/102/Assign", {"LearnerID": 101, "Level": 1}).status_code == 400
        assert one.post("User/102/Assign", {"LearnerID": 1001, "Level": 4}).status_code == 400
        assert one.post("User/111/Assign", {"LearnerID": 1001, "Level": 1}).status_code == 400


@pytest.mark.parametrize("path", ["User/1001/Archive", "User/1001/Unarchive", "User/601/AssignPlacement/302/false"])
def test_stand_24_actions_answer_204(path: str) -> None:
    """Archive, unarchive and the further placement of an employer answer 204 without a body."""
    with desk() as one:
        response = one.post(path)
        assert (response.status_code, response.content) == (204, b"")


def test_stand_24_a_further_placement_is_for_employers() -> None:
    """Only an employer gets a further placement, only an existing one, and the last part is a truth value."""
    with desk() as one:
        assert one.post("User/101/AssignPlacement/302/false").status_code == 400
        assert one.refusal("User/601/AssignPlacement/999/false") == (400, -57)
        assert one.post("User/601/AssignPlacement/302/maybe").status_code == 400


def test_stand_25_repeated_assignments() -> None:
    """Assigning a user again does nothing, a standard again gives the same id, a unit again is refused."""
    with desk() as one:
        assert [one.post("User/102/Assign", {"LearnerID": 1001, "Level": 1}).status_code for _ in "12"] == [204, 204]
        first, second = (one.post("Standard/701/Assign/1001").json() for _ in "12")
        assert first == second
        assert [one.post("Unit/CARP_L2_01/Assign/1001/701").status_code for _ in "12"] == [200, 400]


def test_stand_25_levels_2_and_3_need_what_they_are_for() -> None:
    """An assessor can only be assigned to a unit or standard that the learner has."""
    with desk() as one:
        for body in ({"Level": 3, "StandardID": 701}, {"Level": 2, "UnitID": "CARP_L2_01"}, {"Level": 3}):
            assert one.post("User/102/Assign", {"LearnerID": 1001, **body}).status_code == 400
        one.post("Standard/701/Assign/1001")
        one.post("Unit/CARP_L2_01/Assign/1001/701")
        for body in ({"Level": 3, "StandardID": 701}, {"Level": 2, "UnitID": "CARP_L2_01"}):
            assert one.post("User/102/Assign", {"LearnerID": 1001, **body}).status_code == 204
            assert one.post("User/601/Assign", {"LearnerID": 1001, **body}).status_code == 400


def test_stand_26_unit_ids_are_text() -> None:
    """Units have text ids, found by standard and usable in paths in any case."""
    with desk() as one:
        assert sorted(str(code) for code in one.found("Unit/Search", StandardID=701)) == [
            "CARP_L2_01",
            "CARP_L2_02",
            "CARP_L2_03",
        ]
        assert one.get("Unit/carp_l2_01").json()["ID"] == "CARP_L2_01"
        assert one.post("Unit/CARP_L2_01/Assign/1001/701").status_code == 400


@pytest.mark.parametrize(
    ("sent", "answered"),
    [
        ("2025-09-01T00:00:00.000Z", "2025-09-01T00:00:00Z"),
        ("2025-09-01T00:00:00Z", "2025-09-01T00:00:00Z"),
        ("2025-09-01T00:00:00+01:00", "2025-08-31T23:00:00Z"),
        ("2025-09-01", "2025-09-01T00:00:00Z"),
        ("1899-12-31", "1899-12-31T00:00:00Z"),
    ],
)
def test_stand_27_dates_in_many_forms_out_in_one(sent: str, answered: str) -> None:
    """ISO dates with Z, offset, fraction or as bare days are taken, and answered in UTC with Z."""
    with desk() as one:
        number = one.create(StartOn=sent)
        assert one.get(f"User/{number}").json()["StartOn"] == answered


@pytest.mark.parametrize(
    "sent", ["01/09/2025", "2025-09-01T00:00:00", "2025-13-01", "20250901", "2025-02-30", 20250901, "2025-09-01 "]
)
def test_stand_27_other_dates_are_refused(sent: object) -> None:
    """What is no ISO date, or names no zone, is refused."""
    with desk() as one:
        assert one.post("User", person(1, StartOn=sent)).status_code == 400


@pytest.mark.parametrize("path", ["User/99999", "User/99999/Archive", "User/0/Unarchive", "User/abc"])
def test_stand_28_an_unknown_user_is_404(path: str) -> None:
    """Reading, changing and archiving nobody gives 404 with code and message."""
    with desk() as one:
        assert one.refusal(path)[0] == 404
        assert one.get("User/99999").json().keys() == {"code", "message"}


def test_stand_29_user_names_are_made_and_unique() -> None:
    """A user name is initial and surname in capitals, numbered on a clash; a learner's own wish is ignored."""
    with desk() as one:
        names = [one.world.user(one.create(Username="mine"))["Username"] for _ in range(3)]
        assert names == ["NMORGAN", "NMORGAN2", "NMORGAN3"]
        assert one.world.user(one.create(5, Username="HLANG9"))["Username"] == "HLANG9"
        assert one.world.user(one.create(5, Username="HLANG9"))["Username"] == "HLANG"
        assert one.world.user(one.create(5, FirstName="Łucja", LastName="D'Évêque-Roe"))["Username"] == "DEVEQUEROE"
        assert one.world.user(one.create(5, FirstName="王", LastName="芳"))["Username"] == "USER"


def test_stand_30_who_would_be_mailed() -> None:
    """A new user of an organisation that makes keychains and does not suppress mail is noted, others are not."""
    with desk() as one:
        first, second = one.create(), one.create()
        one.create(5, OrganisationID=2)
        assert [(mail.user, mail.email, mail.keychain) for mail in one.world.would_email()] == [
            (first, "nia.morgan@example.com", "new"),
            (second, "nia.morgan@example.com", "existing"),
        ]


def test_stand_31_seats_by_switch() -> None:
    """With a cap on seats the next learner is refused until one is archived; staff take none."""
    with desk(switches=Switches(seats=26)) as one:  # 25 of the first organisation are there
        one.create()
        assert one.refusal("User", person(1)) == (400, -909)
        one.create(5)
        one.post("User/1001/Archive")
        one.create()
        assert one.refusal("User/1001/Unarchive") == (400, -909)


def test_stand_32_role_and_organisation_stay() -> None:
    """A change of role or organisation is refused; the same value again is not a change."""
    with desk() as one:
        assert one.refusal("User/1001", {"Role": 5}) == (400, -910)
        assert one.refusal("User/1001", {"OrganisationID": 2}) == (400, -910)
        assert one.post("User/1001", {"ID": 1001, "Role": 1, "OrganisationID": 1}).status_code == 204
        assert one.post("User/1026", {"Role": 1}).status_code == 204


def test_stand_33_no_length_limit() -> None:
    """Long texts are kept whole."""
    with desk() as one:
        assert one.world.user(one.create(FirstName="x" * 5000))["FirstName"] == "x" * 5000


def test_stand_34_null_leaves_alone_and_empty_clears() -> None:
    """In an update null changes nothing and an empty text clears, but not what the role must have."""
    with desk() as one:
        one.post("User/1001", {"MISID": None, "MobileNumber": ""})
        user = one.world.user(1001)
        assert user["MISID"] == "NB25-1001"
        assert "MobileNumber" not in user
        assert one.refusal("User/1001", {"LastName": ""}) == (400, -921)


def test_stand_35_forms_small_letters_and_numeric_text() -> None:
    """A form with small letters and numbers as text does what JSON does."""
    with desk() as one:
        data = {
            name.lower(): str(value) for name, value in person(1, FirstName="Zoë & Co", SupportFunding="TRUE").items()
        }
        response = one.send("POST", "user/", data=data, headers={"X-TokenID": one.session})
        user = one.world.user(response.json()["ID"])
        assert (user["FirstName"], user["PlacementID"], user["SupportFunding"]) == ("Zoë & Co", 301, True)


@pytest.mark.parametrize("path", ["user/search", "USER/SEARCH/", "User/Search/1/500/"])
def test_stand_35_paths_in_any_case(path: str) -> None:
    """The case of a path and a slash at its end do not matter."""
    with desk() as one:
        assert 101 in one.found(path, rOLE="5")
        url = f"{BASE}/Customer".replace("/api/", "/API/")
        assert one.send("GET", url, headers={"X-TokenID": one.session}).status_code == 200


@pytest.mark.parametrize("body", [b"{", b'"text"', b"[1]", b"\xff\xfe{}", b"null"])
def test_stand_35_an_unreadable_body_is_refused(body: bytes) -> None:
    """What is neither a JSON object nor a form gives 400."""
    with desk() as one:
        headers = {"X-TokenID": one.session, "Content-Type": "application/json"}
        assert one.send("POST", "User", content=body, headers=headers).status_code == 400


def test_stand_36_a_class_brings_no_template() -> None:
    """A new learner has no standards until they are assigned."""
    with desk() as one:
        number = one.create()
        assert one.get(f"User/{number}/LearnerEpisodes").json()[0]["Standards"] == []


def test_httpx_takes_the_empty_answers() -> None:
    """An answer of 204 has no body and no length, as HTTP wants it."""
    with desk() as one:
        response = one.post("User/1001", {"MISID": "x"})
        assert "content-length" not in response.headers
