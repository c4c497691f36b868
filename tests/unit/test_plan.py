"""The plan: what would be done for every row, and when it is refused."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bulk_import.actions import Create, Hold, Skip, Unchanged, Update
from bulk_import.catalogue import FIELDS, Role
from bulk_import.check import Options, check_all, payload
from bulk_import.decide import Rules
from bulk_import.directory import Account, Directory
from bulk_import.evidence import differences
from bulk_import.findings import Severity, fix, message
from bulk_import.folding import folded
from bulk_import.plan import SENDING_ORDER, Earlier, Plan, make_plan
from bulk_import.row_choice import RowChoice
from tests.unit.tables import TODAY, people_table, person

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bulk_import.check import Checked, Record
    from bulk_import.decide import Mode

CENTRE = int(FIELDS["OrganisationID"].example)
USUAL = Rules()


def sources(*tables: Sequence[Mapping[str, str | None]]) -> tuple[Checked, ...]:
    """Checked sources, a sequence of people for each."""
    made = [people_table(*people, name=f"{number}.csv") for number, people in enumerate(tables)]
    return check_all(made, options=Options(today=TODAY))


def planned(
    checked: Sequence[Checked],
    accounts: Sequence[Account] = (),
    *,
    rules: Rules = USUAL,
    **target: object,
) -> Plan:
    """The plan in a centre that holds these accounts."""
    return make_plan(checked, Directory(accounts), organisations={CENTRE}, target=target, rules=rules)


def held_account(record: Record, **changes: object) -> Account:
    """The account that sending a record would make, as OneFile answers it."""
    return Account(77, frozenset({(CENTRE, record.role)}), {"ID": 77, **payload(record), **changes})


def only(checked: Sequence[Checked]) -> Record:
    """The one record of the sources."""
    (record,) = [record for source in checked for record in source.records()]
    return record


@pytest.mark.parametrize("role", Role)
def test_somebody_new_is_created(role: Role) -> None:
    """In an empty centre each role's row becomes a create."""
    (action,) = planned(sources([person(role)])).actions
    assert isinstance(action, Create)


@pytest.mark.parametrize(
    ("told", "held"),
    [
        ({"Archived": True}, True),
        ({"DateArchived": "2026-07-31T00:00:00"}, True),
        ({"Archived": False, "DateArchived": "0001-01-01T00:00:00"}, False),
        ({"DateArchived": None}, False),
    ],
)
def test_an_account_that_says_it_is_archived_is_left_to_a_person(told: Mapping[str, object], *, held: bool) -> None:
    """It is not updated; where there is nothing to update nothing is said."""
    checked = sources([person(Role.EMPLOYER)])
    account = held_account(only(checked), **told)
    assert isinstance(planned(checked, [account]).actions[0], Unchanged)
    (action,) = planned(checked, [replace(account, values={**account.values, "MobileNumber": ""})]).actions
    assert isinstance(action, Hold if held else Update)
    if isinstance(action, Hold):
        assert (action.finding.code, action.user_id) == ("account-archived", 77)


@pytest.mark.parametrize("role", Role)
def test_planning_again_after_sending_changes_nothing(role: Role) -> None:
    """An account that holds all that the row says is unchanged."""
    checked = sources([person(role)])
    (action,) = planned(checked, [held_account(only(checked))]).actions
    assert action == Unchanged(only(checked), 77, by="MISID")


@pytest.mark.parametrize(
    ("answer", "differing"),
    [
        ({"FirstName": "  Asha "}, ()),
        ({"FirstName": "ASHA"}, ("FirstName",)),
        ({"Email": "PERSON1@EXAMPLE.COM"}, ()),
        ({"HomeAddress": "1 High Street,  Leeds\r\nLS1 1AA\n"}, ()),
        ({"HomeAddress": "2 High Street\nLeeds\nLS1 1AA"}, ("HomeAddress",)),
        ({"CompanyName": "Example\u00a0 Ltd"}, ()),
        ({"ProviderID": None}, ()),
        ({"MobileNumber": "07700 900 123"}, ()),
        ({"MobileNumber": "07700 900124"}, ("MobileNumber",)),
        ({"ProviderID": 7}, ("ProviderID",)),
        ({"DOB": "2007-08-31T23:00:00Z"}, ()),
        ({"DOB": "2007-09-01T00:00:00.000Z"}, ()),
        ({"DOB": "2007-09-01"}, ()),
        ({"DOB": "2007-09-02T00:00:00Z"}, ("DOB",)),
        ({"DOB": None}, ("DOB",)),
        ({"DOB": "soon"}, ("DOB",)),
        ({"ClassroomID": "23"}, ()),
        ({"ClassroomID": 24}, ("ClassroomID",)),
        ({"SupportFunding": "true"}, ()),
        ({"SupportFunding": False}, ("SupportFunding",)),
        ({"ULN": None, "NINO": ""}, ("ULN", "NINO")),
        ({"Progress": 40, "LastModified": None}, ()),
    ],
)
def test_fields_are_compared_in_their_own_terms(answer: Mapping[str, object], differing: tuple[str, ...]) -> None:
    """Spaces, time zones and number types are no difference; another day, letter or value is."""
    learner = person(Role.LEARNER) | {
        "FirstName": "Asha",
        "HomeAddress": "1 High Street\nLeeds\nLS1 1AA",
        "CompanyName": "Example Ltd",
        "MobileNumber": "07700 900123",
        "ProviderID": "0",
        "DOB": "01/09/2007",
        "ClassroomID": "23",
        "SupportFunding": "Yes",
        "NINO": "AA000001A",
    }
    record = only(sources([learner]))
    assert differences(record, held_account(record, **answer)) == differing


def test_a_field_that_onefile_does_not_answer_is_empty_for_all_we_know() -> None:
    """What may be changed is sent; of what may not, nothing is said."""
    checked = sources([person(Role.LEARNER) | {"CompanyName": "Example Ltd", "ProviderID": "4"}])
    account = held_account(only(checked))
    shown = {name: value for name, value in account.values.items() if name not in {"CompanyName", "ProviderID"}}
    (action,) = planned(checked, [replace(account, values=shown)]).actions
    assert action == Update(only(checked), 77, ("CompanyName",), by="MISID")


def test_an_account_that_differs_is_updated_in_the_fields_that_differ() -> None:
    """Nothing but the differing fields is to be sent."""
    checked = sources([person(Role.LEARNER)])
    (action,) = planned(checked, [held_account(only(checked), ClassroomID=1, Email="elsewhere@example.com")]).actions
    assert action == Update(only(checked), 77, ("Email", "ClassroomID"), by="MISID")


@pytest.mark.parametrize(
    ("mode", "there", "kind", "code"),
    [
        ("upsert", True, Update, None),
        ("create", True, Hold, "account-exists"),
        ("update", True, Update, None),
        ("upsert", False, Create, None),
        ("create", False, Create, None),
        ("update", False, Hold, "account-missing"),
    ],
)
def test_the_mode_says_whether_accounts_are_made_changed_or_both(
    mode: Mode,
    there: bool,  # noqa: FBT001 - a table's column
    kind: type,
    code: str | None,
) -> None:
    """What a mode does not do is held, with a finding that names fields and no value."""
    checked = sources([person(Role.LEARNER)])
    accounts = [held_account(only(checked), LastName="Elsewhere")] if there else []
    (action,) = planned(checked, accounts, rules=Rules(mode)).actions
    assert isinstance(action, kind)
    finding = action.finding if isinstance(action, Hold) else None
    assert (finding and finding.code) == code
    assert "Elsewhere" not in (finding.detail if finding else "")


@pytest.mark.parametrize(
    ("rules", "changes", "left"),
    [
        (Rules(), ("ClassroomID",), "ProviderID, SupportFunding"),
        (Rules(updated=frozenset({"ProviderID"})), ("ClassroomID", "ProviderID"), "SupportFunding"),
        (
            Rules(updated=frozenset({"ProviderID", "SupportFunding"})),
            ("ClassroomID", "ProviderID", "SupportFunding"),
            "",
        ),
    ],
)
def test_fields_whose_update_nobody_documents_are_left_unless_the_settings_name_them(
    rules: Rules, changes: tuple[str, ...], left: str
) -> None:
    """What is left out is said in a warning that names the fields."""
    checked = sources([person(Role.LEARNER) | {"ProviderID": "4", "SupportFunding": "Yes"}])
    other = {"ProviderID": 5, "SupportFunding": False}
    (action,) = planned(checked, [held_account(only(checked), ClassroomID=1, **other)], rules=rules).actions
    assert isinstance(action, Update)
    assert action.changes == changes
    assert (action.finding.detail if action.finding else "") == left
    (rest,) = planned(checked, [held_account(only(checked), **other)]).actions
    assert isinstance(rest, Unchanged)
    assert rest.finding is not None
    assert rest.finding.code == "update-undocumented"


@pytest.mark.parametrize("name", ["OrganisationID", "Role"])
def test_no_setting_lets_role_or_organisation_be_changed(name: str) -> None:
    """An account keeps its role and its organisation whatever the settings name."""
    assert not Rules(updated=frozenset({name})).may_change(name)


NAMED = {"FirstName": "Asha", "LastName": "Example", "DOB": "01/09/2007", "ULN": "1000000043"}
ELSE = {"FirstName": "Boris", "LastName": "Elsewhere"}
DAY, ELSEDAY = "2007-09-01T00:00:00Z", "2001-01-01T00:00:00Z"


SILENT = {"DOB": None, "ULN": None}
NAMELESS = {"FirstName": None, "LastName": None}


@pytest.mark.parametrize(
    ("misid", "account", "held"),
    [
        # one name changed, and something else says that it is the same person
        (True, {"LastName": "Married"}, False),
        (True, {"LastName": "Married", "Email": "married@example.com", "ULN": None}, False),
        (True, {"LastName": "Married", "Email": "married@example.com", "DOB": None}, False),
        (True, {"Email": "elsewhere@example.com", "DOB": ELSEDAY}, False),
        (True, {"Email": "elsewhere@example.com", "DOB": "0001-01-01T00:00:00Z", "ULN": "9999999999"}, False),
        # nothing says so, or something says otherwise
        (True, {**ELSE, "Email": "boris@example.com", "DOB": None, "ULN": None}, True),
        (True, {**ELSE, "DOB": ELSEDAY}, True),
        (True, {"FirstName": "Boris", "ULN": "1000000019"}, True),
        (True, {"Email": "elsewhere@example.com", "DOB": ELSEDAY, "ULN": "1000000019"}, True),
        (True, {**ELSE, "DOB": None, "ULN": None}, True),
        (True, {**NAMELESS, **SILENT, "Email": None, "ClassroomID": 1}, True),
        (True, {**NAMELESS, **SILENT, "Email": "elsewhere@example.com"}, True),
        (True, {**NAMELESS, **SILENT, "ClassroomID": 1}, False),
        (True, {"Role": 5, "ClassroomID": 1}, True),
        (True, {"OrganisationID": 2, "ClassroomID": 1}, True),
        # found by e-mail and name
        (False, {"DOB": ELSEDAY}, True),
        (False, {"ULN": "1000000019"}, True),
        (False, {"DOB": None, "ULN": None, "ClassroomID": 1}, False),
    ],
)
def test_an_account_that_may_be_another_persons_is_held(
    misid: bool,  # noqa: FBT001 - a table's column
    account: Mapping[str, object],
    held: bool,  # noqa: FBT001 - a table's column
) -> None:
    """A MISID that was used again never turns one person's account into another's; the finding holds no value."""
    row = person(Role.LEARNER) | NAMED
    checked = sources([row if misid else row | {"MISID": None}])
    theirs = held_account(only(checked), **account)
    (action,) = planned(checked, [theirs]).actions
    assert isinstance(action, Hold if held else Update)
    if isinstance(action, Hold):
        assert action.finding.code == "account-contradicted"
        assert not any(str(value) in action.finding.detail for value in account.values() if value)


@pytest.mark.parametrize(
    ("user_id", "account", "outcome"),
    [
        (77, {}, "unchanged"),
        (77, {"ClassroomID": 1}, "update"),
        (77, {"MISID": "M7"}, "update"),
        (77, {"MISID": "M7", "Email": "elsewhere@example.com", "ULN": None}, "update"),
        (77, {"LastName": "Married", "Email": "married@example.com", **SILENT}, "update"),
        # the id of another row's person
        (77, {**ELSE, "MISID": "M7", "Email": "boris@example.com", **SILENT}, "account-contradicted"),
        (77, {"FirstName": "Boris", "MISID": "M7", **SILENT}, "account-contradicted"),
        (77, {"MISID": "M7", "Email": "elsewhere@example.com", **SILENT}, "account-contradicted"),
        (77, {**ELSE, **SILENT}, "account-contradicted"),
        (77, {"FirstName": "Boris", "ULN": "1000000019"}, "account-contradicted"),
        (77, {"Role": 5, "ClassroomID": 1}, "account-contradicted"),
        # no account, or another one
        (78, {}, "account-not-there"),
        (78, {"MISID": "M7", "Email": "elsewhere@example.com"}, "account-not-there"),
    ],
)
def test_the_id_that_a_row_gives_must_be_that_of_its_person(
    user_id: int, account: Mapping[str, object], outcome: str
) -> None:
    """An id in the wrong row never turns one account into another, and an id that is not there makes no new account."""
    (source,) = sources([person(Role.LEARNER) | NAMED])
    theirs = held_account(only([source]), **account)
    for rules in (USUAL, Rules(rows=RowChoice(again="2"))):
        (action,) = planned([replace(source, user_ids={2: user_id})], [theirs], rules=rules).actions
        assert (action.finding.code if isinstance(action, Hold) else type(action).__name__.lower()) == outcome


def test_an_account_under_another_role_is_not_the_one_whose_id_a_row_gives() -> None:
    """The finding says where the account is; where it is nowhere, it says that."""
    (source,) = sources([person(Role.LEARNER)])
    tutor = Account(77, frozenset({(CENTRE, Role.ASSESSOR)}), {})
    for user_id, said in ((77, f"user id 77 is Assessor in organisation {CENTRE}"), (78, "no account with user id 78")):
        (action,) = planned([replace(source, user_ids={2: user_id})], [tutor]).actions
        assert isinstance(action, Hold)
        assert (action.finding.code, said in action.finding.detail) == ("account-not-there", True)


def test_an_account_that_differs_from_the_row_of_its_id_is_not_changed_by_a_run_that_only_creates() -> None:
    """What an id finds exists, as what a MISID finds."""
    (source,) = sources([person(Role.LEARNER)])
    theirs = held_account(only([source]), ClassroomID=1, MISID=None)
    (action,) = planned([replace(source, user_ids={2: 77})], [theirs], rules=Rules("create")).actions
    assert isinstance(action, Hold)
    assert action.finding.code == "account-exists"
    assert action.finding.detail.startswith("user id 77, found by OneFile id, differs in ")


def test_rows_that_give_one_id_are_held() -> None:
    """Even where one of them is the account's own: each is told, the other for what it is."""
    (source,) = sources([person(Role.LEARNER), person(Role.LEARNER, 2) | ELSE])
    theirs = held_account(next(source.records()))
    actions = planned([replace(source, user_ids={2: 77, 3: 77})], [theirs]).actions
    assert [one.finding.code for one in actions if isinstance(one, Hold)] == ["account-shared", "account-contradicted"]


def test_a_row_that_was_done_in_another_account_than_it_gives_now_is_held() -> None:
    """A marked file comes back with an id typed into a row that had made an account of its own."""
    (source,) = sources([person(Role.LEARNER)])
    theirs = held_account(only([source]), ClassroomID=1)
    for done, outcome in ((77, Unchanged), (78, Hold)):
        (action,) = make_plan(
            [replace(source, user_ids={2: 77})],
            Directory([theirs]),
            organisations={CENTRE},
            target={},
            earlier=Earlier(done={(0, 2): done}),
        ).actions
        assert isinstance(action, outcome)


@pytest.mark.parametrize(
    ("listed", "kept"),
    [("id:77", True), ("ID:77", True), ("m1", True), (" M1", True), ("id:78", False), ("77", False), ("", False)],
)
def test_a_protected_account_is_never_updated(listed: str, *, kept: bool) -> None:
    """By its number, or by the MISID of account or row; the fields are named, and one that agrees is unchanged."""
    checked = sources([{**person(Role.ASSESSOR, 1), "MISID": "M1"}])
    rules = Rules(protected=frozenset({listed}))
    account = held_account(only(checked), MobileNumber="07700 900999", MISID=None)
    (action,) = planned(checked, [account], rules=rules).actions
    assert isinstance(action, Skip if kept else Update)
    if isinstance(action, Skip):
        assert action.finding is not None
        assert (action.finding.code, "MobileNumber" in action.finding.detail) == ("account-protected", True)
    (same,) = planned(checked, [held_account(only(checked))], rules=rules).actions
    assert isinstance(same, Unchanged)


def test_rows_that_mean_one_account_are_held() -> None:
    """Two rows never write to one account in turns, whatever finds it; the findings name each other's rows."""
    learner = person(Role.LEARNER)
    moved = learner | {"MISID": None, "ULN": None, "Email": "moved@example.com"}
    checked = sources([learner, moved])
    first, second = (record for source in checked for record in source.records())
    account = held_account(first, Email="moved@example.com")
    actions = planned(checked, [account]).actions
    assert [isinstance(one, Hold) and one.finding.code for one in actions] == ["account-shared"] * 2
    assert [
        f"row {one.row}" in action.finding.detail
        for one, action in zip((second, first), actions, strict=True)
        if isinstance(action, Hold)
    ] == [True, True]


def test_several_accounts_are_held() -> None:
    """Two holders of one MISID are a person's decision."""
    checked = sources([person(Role.LEARNER)])
    first = held_account(only(checked))
    (action,) = planned(checked, [first, replace(first, id=78)]).actions
    assert isinstance(action, Hold)
    assert action.finding.code == "account-ambiguous"
    assert "77, 78" in action.finding.detail


@pytest.mark.parametrize(
    ("accounts", "why"),
    [
        ([{"MISID": "OTHER"}], "an account with this name and e-mail address has another MISID (user id 70)"),
        (
            [{"MISID": None, "Email": "other@example.com"}],
            "an account has this name and the same e-mail address, ULN or date of birth (user id 70)",
        ),
        (
            [{"MISID": "X", "Email": "x@example.com"}, {"MISID": "Y", "Email": "y@example.com"}],
            "accounts have this name and the same e-mail address, ULN or date of birth (user ids 70, 71)",
        ),
        ([{"MISID": None, "Email": None}], "an account has this name and shows no e-mail address (user id 70)"),
        (
            [{"MISID": None, "Email": None}] * 2,
            "accounts have this name and show no e-mail address (user ids 70, 71)",
        ),
        (
            [{"MISID": "X", "FirstName": "Another", "Email": "x@example.com"}],
            "an account with another name has this ULN (user id 70)",
        ),
        (
            [{"MISID": one, "FirstName": "Another", "Email": "x@example.com"} for one in "XY"],
            "accounts with other names have this ULN (user ids 70, 71)",
        ),
        (
            [{"FirstName": "Another"}, {"MISID": "OTHER"}],
            "the MISID belongs to one account, name and e-mail address to another (user ids 70, 71)",
        ),
    ],
)
def test_another_account_is_advised_only_where_it_can_be_made(accounts: list[dict[str, object]], why: str) -> None:
    """What is said fits one account and several; --again is spoken of exactly where it makes an account."""
    checked = sources([person(Role.LEARNER)])
    there = [replace(held_account(only(checked), **one), id=70 + at) for at, one in enumerate(accounts)]
    (held,) = planned(checked, there).actions
    (asked,) = planned(checked, there, rules=Rules(rows=RowChoice(again="2"))).actions
    assert isinstance(held, Hold)
    assert held.finding.detail == why
    assert ("--again" in fix(held.finding)) is isinstance(asked, Create)
    assert "several accounts" not in message(held.finding)


def test_an_organisation_out_of_reach_is_held() -> None:
    """Nothing is sent to an organisation that the token does not reach."""
    checked = sources([person(Role.ASSESSOR) | {"OrganisationID": "99"}])
    (action,) = planned(checked).actions
    assert isinstance(action, Hold)
    assert action.finding.code == "organisation-unknown"


def test_staff_go_before_employers_and_these_before_learners() -> None:
    """The order of sending is by role and then by row."""
    roles = [Role.LEARNER, Role.OBSERVER, Role.IQA, Role.EMPLOYER, Role.ASSESSOR, Role.TRAINEE_ASSESSOR, Role.ASSESSOR]
    plan = planned(sources([person(role, number) for number, role in enumerate(roles, 1)]))
    assert [(action.record.role, action.record.row) for action in plan.actions] == [
        (Role.ASSESSOR, 6),
        (Role.ASSESSOR, 8),
        (Role.TRAINEE_ASSESSOR, 7),
        (Role.IQA, 4),
        (Role.EMPLOYER, 5),
        (Role.OBSERVER, 3),
        (Role.LEARNER, 2),
    ]
    assert set(SENDING_ORDER) == set(Role)


@settings(deadline=None, max_examples=8)
@given(st.lists(st.sampled_from(Role), min_size=1, max_size=8), st.integers())
def test_permuting_rows_changes_nothing_but_the_order(roles: list[Role], seed: int) -> None:
    """The same people in another order get the same actions, and each exactly one."""
    people = [person(role, number) for number, role in enumerate(roles, 1)]
    shuffled = people.copy()
    Random(seed).shuffle(shuffled)

    def actions(some: list[dict[str, str]]) -> set[tuple[str, object]]:
        return {(type(each).__name__, each.record.values["MISID"]) for each in planned(sources(some)).actions}

    found = actions(people)
    assert found == actions(shuffled)
    assert len(found) == len(people)


ALIKE = st.fixed_dictionaries(
    {
        "MISID": st.sampled_from(["", "M1", "m1 ", "M2"]),
        "Email": st.sampled_from(["a@example.com", "A@example.com", "b@example.com"]),
        "LastName": st.sampled_from(["Khan", "KHAN ", "Smith"]),
    }
)


@settings(deadline=None, max_examples=15)
@given(st.lists(ALIKE, min_size=1, max_size=6), st.sampled_from(Role))
def test_nobody_is_made_twice(alike: list[dict[str, str]], role: Role) -> None:
    """However alike the rows, no two creates share a MISID, or names and e-mail address."""
    people = [{**person(role, number), **one} for number, one in enumerate(alike, 1)]
    made = [action.record.values for action in planned(sources(people)).creates]
    for names in (("MISID",), ("FirstName", "LastName", "Email")):
        keys = [tuple(folded(values[name]) for name in names) for values in made if names[0] in values]
        assert len(keys) == len(set(keys))


@settings(deadline=None, max_examples=8)
@given(st.lists(st.sampled_from(Role), min_size=1, max_size=6))
def test_after_a_submit_nothing_is_left_to_do(roles: list[Role]) -> None:
    """Once every create of a plan has become an account, all rows are unchanged."""
    checked = sources([person(role, number) for number, role in enumerate(roles, 1)])
    made = [replace(held_account(one.record), id=number) for number, one in enumerate(planned(checked).creates, 100)]
    assert planned(checked, made).counts == {"unchanged": len(roles)}


def test_the_digest_is_the_same_for_the_same_and_another_for_another() -> None:
    """Rows, accounts and target all count; asking twice does not."""
    checked = sources([person(Role.LEARNER)])
    plan = planned(checked, environment="beta")
    assert plan.digest == planned(checked, environment="beta").digest
    others = {
        planned(checked, environment="live").digest,
        planned(checked, [held_account(only(checked))], environment="beta").digest,
        planned(sources([person(Role.LEARNER)], [person(Role.IQA, 2)]), environment="beta").digest,
    }
    assert plan.digest not in others
    assert len(others) == 3


MISSING = "placement not found (code -57)"


@pytest.mark.parametrize(
    ("there", "earlier", "action", "code", "user_id"),
    [
        (None, "refused", Hold, "refused-before", None),
        ({"FirstName": "Another"}, "refused", Hold, "refused-before", 77),
        ({}, "refused", Unchanged, None, 77),
        ({"FirstName": "Another"}, "done", Unchanged, "done-before", 77),
        ({}, "done", Unchanged, None, 77),
        (None, "done", Hold, "account-gone", 77),
        ({"FirstName": "Another"}, "superseded", Hold, "done-otherwise", 77),
        ({}, "superseded", Unchanged, None, 77),
    ],
)
def test_nothing_is_sent_again_that_ended_before(
    there: Mapping[str, object] | None, earlier: str, action: type, code: str | None, user_id: int | None
) -> None:
    """A row that was done or refused as it stands is not sent, whatever became of its account since."""
    checked = sources([person(Role.LEARNER)])
    record = only(checked)
    directory = Directory([] if there is None else [held_account(record, **there)])
    key = record.key
    ended = {
        "done": Earlier(done={key: 77}),
        "superseded": Earlier(done={key: 77}, superseded=frozenset({key})),
        "refused": Earlier(refused={key: MISSING}),
    }[earlier]
    (made,) = make_plan(checked, directory, organisations={CENTRE}, target={}, earlier=ended).actions
    assert isinstance(made, action)
    assert isinstance(made, Hold | Unchanged)
    assert (made.user_id, None if made.finding is None else made.finding.code) == (user_id, code)


@pytest.mark.parametrize(
    ("made", "again", "action"),
    [(None, "", Create), (77, "", Hold), (77, "2", Create), (77, "3", Hold)],
    ids=["nobody", "made before", "made before and wanted again", "made before, another wanted again"],
)
def test_nobody_is_made_again_whose_account_is_hidden(made: int | None, again: str, action: type) -> None:
    """A person whom an earlier run made is held when OneFile does not show the account, unless asked for by row."""
    checked = sources([person(Role.LEARNER)])
    rules, earlier = Rules(rows=RowChoice(again=again)), Earlier(made=lambda _: made)
    [found] = make_plan(checked, Directory([]), organisations={CENTRE}, target={}, rules=rules, earlier=earlier).actions
    assert isinstance(found, action)
    if isinstance(found, Hold):
        assert (found.finding.code, found.user_id) == ("account-made-before", 77)


def test_a_person_of_two_roles_in_one_file_gets_both_accounts_whatever_came_between() -> None:
    """An account under another role that a row of the same file means does not hold the row of the other role."""
    both = [{**person(role), "MISID": "M1", "Email": "a@example.com"} for role in (Role.ASSESSOR, Role.IQA)]
    checked = sources(both)
    tutor, _ = (record for source in checked for record in source.records())
    assert [type(action) for action in planned(checked).actions] == [Create, Create]
    assert [type(action) for action in planned(checked, [held_account(tutor)]).actions] == [Unchanged, Create]
    chosen = planned(checked, [held_account(tutor)], rules=Rules(rows=RowChoice(only="3"))).actions
    assert [type(action) for action in chosen] == [Skip, Create]
    (alone,) = planned(sources(both[1:]), [held_account(tutor)]).actions
    assert isinstance(alone, Hold)
    assert (alone.finding.code, alone.finding.detail) == ("account-other-role", "user id 77 (Assessor)")


@pytest.mark.parametrize(
    ("there", "again", "action"),
    [
        ({"MISID": "OTHER"}, "", Hold),
        ({"MISID": "OTHER"}, "2", Create),
        ({"MISID": None, "Email": "other@example.com"}, "2", Create),
        ({"FirstName": "Another", "LastName": "Person", "ULN": None, "DOB": None}, "2", Hold),
        ({}, "2", Unchanged),
    ],
    ids=["another MISID", "wanted again", "a namesake's ULN", "another's MISID", "the account itself"],
)
def test_another_account_is_made_where_somebody_asks_for_it(
    there: Mapping[str, object], again: str, action: type
) -> None:
    """A second programme may be a second account; a MISID that somebody holds is never made twice."""
    checked = sources([person(Role.LEARNER)])
    account = held_account(only(checked), **there)
    [found] = planned(checked, [account], rules=Rules(rows=RowChoice(again=again))).actions
    assert isinstance(found, action)


@pytest.mark.parametrize("same", [{"MISID": "M00001"}, {"Email": "person1@example.com"}], ids=["MISID", "e-mail"])
def test_one_person_is_made_once_though_the_check_is_mild(same: Mapping[str, str]) -> None:
    """Two rows with one MISID, or with one name and e-mail address, never become two accounts."""
    tables = [people_table(person(Role.LEARNER), {**person(Role.LEARNER, 2), **same})]
    mild = dict.fromkeys(("duplicate-misid", "duplicate-email"), Severity.WARNING)
    checked = check_all(tables, options=Options(today=TODAY, severities=mild))
    first, second = planned(checked).actions
    assert isinstance(first, Create)
    assert isinstance(second, Hold)
    assert (second.finding.code, second.finding.detail) == ("person-twice", "row 2 of people.csv")


def test_the_digest_depends_on_what_an_update_overwrites() -> None:
    """A plan is another where the account holds another value by now in a field that would be sent."""
    checked = sources([person(Role.LEARNER)])
    seen, since = (held_account(only(checked), MobileNumber=number) for number in ("07700 900001", "07700 900777"))
    plans = [planned(checked, [account]) for account in (seen, since, seen)]
    assert [one.changes for plan in plans for one in plan.changes if isinstance(one, Update)] == [("MobileNumber",)] * 3
    assert plans[0].digest == plans[2].digest != plans[1].digest
