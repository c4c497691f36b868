"""From what stands in the cells to ids, rows of the run, and findings: all of it without a connection."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulk_import.actions import Create, Hold
from bulk_import.catalogue import FIELDS, Role
from bulk_import.check import Checked, Options, check, payload
from bulk_import.directory import Account, Directory
from bulk_import.findings import Severity, message
from bulk_import.kinds import Awaited, Listed
from bulk_import.lists import CentreList
from bulk_import.newcomers import newcomers
from bulk_import.plan import make_plan
from bulk_import.references import (
    Answers,
    Known,
    Spot,
    Waits,
    Wrong,
    answers_to,
    asked,
    from_json,
    meanings,
    settle,
    to_json,
)
from tests.unit.tables import TODAY, made_table, people_table, sent, told

if TYPE_CHECKING:
    from collections.abc import Mapping

STAFF = (
    {"ID": 101, "FirstName": "Priya", "LastName": "Nair", "MISID": "S1"},
    {"ID": 105, "FirstName": "Helen", "LastName": "Marsh", "MISID": "S5", "Email": "helen@example.com"},
    {"ID": 112, "FirstName": "Priya", "LastName": "Nair", "MISID": "S1", "Archived": True},
    {"ID": 113, "FirstName": "Ann", "LastName": "Old", "Archived": True},
)
CLASSES = ({"ID": 201, "Name": "Carpentry Level 2 A", "MISID": "C1"}, {"ID": 202, "Name": "Care Level 3"})
LISTS = {
    (1, Listed.ASSESSORS): CentreList(STAFF),
    (1, Listed.CLASSES): CentreList(CLASSES),
    (1, Listed.PLACEMENTS): CentreList([{"ID": 301, "Name": "Alder Joinery"}]),
    (1, Listed.STATUSES): CentreList(refused="status 404"),
    (1, Listed.PROVIDERS): CentreList(),
    (1, Listed.EMPLOYERS): CentreList(),
    (2, Listed.CLASSES): CentreList([{"ID": 207, "Name": "Care Level 3"}]),
}
NOBODY = Directory([])


def learner(number: int, **values: str | None) -> dict[str, str | None]:
    """A learner who refers to what there is."""
    person: dict[str, str | None] = {
        "OrganisationID": "1",
        "FirstName": "Asha",
        "LastName": f"Khan{'abcdefgh'[number]}",
        "Email": f"l{number}@example.com",
        "Role": "Learner",
        "DefaultAssessorID": "Helen Marsh",
        "ClassroomID": "C1",
        "PlacementID": "301",
        "MISID": f"L{number}",
    }
    return {**person, **values}


def tutor(number: int, first: str, last: str, **values: str | None) -> dict[str, str | None]:
    """An assessor of the run's own."""
    nothing = {"DefaultAssessorID": None, "ClassroomID": None, "PlacementID": None}
    names = {"Role": "Tutor", "FirstName": first, "LastName": last, "Email": f"t{number}@example.com"}
    return learner(0, MISID=f"T{number}", **nothing, **names) | values


def sources(*files: list[dict[str, str | None]], **severities: Severity) -> tuple[Checked, ...]:
    """Files, checked."""
    chosen = {code.replace("_", "-"): weight for code, weight in severities.items()}
    options = Options(today=TODAY, severities=chosen)
    tables = [people_table(*people, name=f"{'abc'[at]}.csv") for at, people in enumerate(files)]
    return tuple(check(table, source=at, options=options) for at, table in enumerate(tables))


def answers_of(checked: tuple[Checked, ...], directory: Directory = NOBODY) -> Answers:
    """What all references of the files mean."""
    people = newcomers(checked, directory)
    return answers_to(asked(checked, {1, 2}), LISTS, people)


def settled(checked: tuple[Checked, ...], directory: Directory = NOBODY) -> tuple[Checked, ...]:
    """The files with their references answered."""
    return settle(checked, answers_of(checked, directory))


def test_each_text_is_asked_about_once() -> None:
    """The same text in many rows is one question for each field and organisation, whatever rows repeat it."""
    people = [learner(number) for number in range(4)] + [learner(5, OrganisationID="2"), learner(6, ProviderID="0")]
    questions = list(asked(sources(people)))
    assert [(one.spot.field, one.spot.row, one.organisation, one.text) for one in questions] == [
        ("DefaultAssessorID", 2, 1, "Helen Marsh"),
        ("DefaultAssessorID", 6, 2, "Helen Marsh"),
        ("ClassroomID", 2, 1, "C1"),
        ("ClassroomID", 6, 2, "C1"),
        ("PlacementID", 2, 1, "301"),
        ("PlacementID", 6, 2, "301"),
    ]
    assert {one.organisation for one in asked(sources(people), {2})} == {2}


def test_ids_stand_in_the_records() -> None:
    """What was written as a name is sent as a number, of the row's own organisation."""
    both = [
        learner(1, ClassroomID="care level 3", ProviderID="0"),
        learner(2, LearnerStatusID="503"),
    ]
    (found,) = settled(sources(both))
    first, second = (payload(record) for record in found.records())
    assert (first["DefaultAssessorID"], first["ClassroomID"], first["PlacementID"]) == (105, 202, 301)
    assert (first["ProviderID"], second["LearnerStatusID"]) == (0, 503)


def test_a_name_with_figures_is_not_taken_for_an_id() -> None:
    """A class of ten o'clock is not the one with the id 10; only “10.0” is what a program writes for a 10."""
    lists = {**LISTS, (1, Listed.CLASSES): CentreList([{"ID": 10, "Name": "Joinery"}, {"ID": 201, "Name": "10.00"}])}
    checked = sources([learner(1, ClassroomID="10.00"), learner(2, ClassroomID="10.0")])
    (found,) = settle(checked, answers_to(tuple(asked(checked)), lists, {}))
    assert [sent(record)["ClassroomID"] for record in found.records()] == [201, 10]


WRONG: tuple[tuple[Mapping[str, str], str, str, str], ...] = (
    ({"ClassroomID": "Carpentry Levl 2 A"}, "reference-unknown", "G2", "“Carpentry Level 2 A” (id 201, MIS value C1)"),
    ({"DefaultAssessorID": "priya nair"}, "reference-ambiguous", "F2", "(id 112, MIS value S1, archived)"),
    ({"DefaultAssessorID": "S1"}, "reference-ambiguous", "F2", "“Priya Nair” (id 101, MIS value S1)"),
    ({"PlacementID": "999"}, "reference-unknown", "H2", "its list of placements."),
    ({"LearnerStatusID": "On programme"}, "list-unavailable", "J2", "learner statuses (status 404)"),
    ({"ProviderID": "Main Site"}, "reference-unknown", "J2", "its list of providers."),
)


@pytest.mark.parametrize(("cells", "code", "cell", "words"), WRONG, ids=[f"{case[0]}" for case in WRONG])
def test_what_cannot_be_resolved_is_an_error_at_its_cell(
    cells: Mapping[str, str], code: str, cell: str, words: str
) -> None:
    """Code, address, what was typed and what is near or possible; never sent, and without a mandatory one no row is."""
    (found,) = settled(sources([learner(1, **cells), learner(2)]))
    assert [(one[0], one[3]) for one in told(found)] == [(code, cell)]
    (finding,) = found.findings
    [(name, text)] = cells.items()
    assert finding.value == text
    assert words in message(finding)
    stops = Role.LEARNER in FIELDS[name].required_for
    assert found.invalid_rows == ({2} if stops else frozenset())
    assert [(record.row, name in sent(record)) for record in found.records()] == [(2, False)] * (not stops) + [
        (3, name in learner(2))
    ]
    assert (2, name) in found.left_out


def test_by_setting_an_optional_reference_stops_its_row() -> None:
    """[severity] makes an unknown name an error where it would be left out; a mandatory one stays an error."""
    people = [learner(1, ProviderID="x"), learner(2, ClassroomID="x")]
    (found,) = settled(sources(people, reference_unknown=Severity.ERROR))
    assert found.invalid_rows == {2, 3}
    (found,) = settled(sources(people, reference_unknown=Severity.NOTE))
    assert found.invalid_rows == {3}


def test_archived_where_it_is_known_is_a_warning() -> None:
    """The reference is sent, and the report says that it is archived."""
    (found,) = settled(sources([learner(1, DefaultAssessorID="Ann Old")]))
    assert [one[0] for one in told(found)] == ["reference-archived"]
    assert [sent(record)["DefaultAssessorID"] for record in found.records()] == [113]


def test_an_organisation_out_of_reach_leaves_references_alone() -> None:
    """Nothing is asked about it, and the plan holds the row for the organisation."""
    (found,) = settled(sources([learner(1, OrganisationID="9")]))
    assert found.findings == ()
    plan = make_plan([found], NOBODY, organisations={1, 2}, target={})
    assert [type(action) for action in plan.actions] == [Hold]


BESIDE: tuple[tuple[str | None, str | None, list[tuple[str, str]], object], ...] = (
    ("105", "Helen Marsh", [], 105),
    ("105", None, [], 105),
    (None, "Helen Marsh", [], 105),
    ("105", "S1", [("reference-contradiction", "G2")], None),
    ("101", "Priya Nair", [], 101),
    ("101", "Helen Marsh", [("reference-contradiction", "G2")], None),
    ("105", "H. Marsh", [("reference-name-unknown", "G2")], 105),
    ("999", "Helen Marsh", [("reference-unknown", "G2")], None),
    (None, "Nobody", [("reference-unknown", "F2")], None),
    (" ", "Nobody", [("reference-unknown", "F2")], None),
)


@pytest.mark.parametrize(("number", "name", "findings", "value"), BESIDE)
def test_a_name_beside_an_id(
    number: str | None, name: str | None, findings: list[tuple[str, str]], value: object
) -> None:
    """The id counts, the name where there is none; what contradicts stops the row."""
    headings = [
        "OrganisationID",
        "FirstName",
        "LastName",
        "Email",
        "Role",
        "Tutor",
        "Assessor ID",
        "Class",
        "Placement",
    ]
    cells = ["1", "Asha", "Khan", "a@example.com", "Learner", name, number, "C1", "301"]
    (found,) = settled((check(made_table(headings, [cells]), source=0, options=Options(today=TODAY)),))
    assert [(one[0], one[3]) for one in told(found)] == findings
    assert [sent(record)["DefaultAssessorID"] for record in found.records()] == ([] if value is None else [value])


@pytest.mark.parametrize(
    ("name", "findings"),
    [("Frank Alder", ["reference-contradiction"]), ("Somebody", ["reference-name-unknown"]), (None, [])],
)
def test_none_and_a_name_beside_it_contradict(name: str | None, findings: list[str]) -> None:
    """A 0 is what many an export writes for an id that it has not looked up."""
    people = people_table(learner(1, DefaultEmployerID="0"))
    headings = [*(heading.text for heading in people.headings), "Line Manager"]
    cells = [*people.frame.iloc[0].tolist(), name]
    lists = {**LISTS, (1, Listed.EMPLOYERS): CentreList([{"ID": 401, "FirstName": "Frank", "LastName": "Alder"}])}
    found = check(made_table(headings, [cells]), source=0, options=Options(today=TODAY))
    (found,) = settle([found], answers_to(tuple(asked([found])), lists, {}))
    assert [one[0] for one in told(found)] == findings
    stopped = "reference-contradiction" in findings
    assert [sent(record)["DefaultEmployerID"] for record in found.records()] == ([] if stopped else [0])


def test_people_of_the_run_are_found_by_name_email_and_mis_value() -> None:
    """Whoever a row of any file makes can be named, and the plan has the learner wait for that row."""
    learners = [
        learner(at, DefaultAssessorID=text) for at, text in enumerate(("Nia New", "New, nia", "t1@example.com", "T1"))
    ]
    checked = settled(sources(learners, [tutor(1, "Nia", "New")]))
    assert [sent(record)["DefaultAssessorID"] for record in checked[0].records()] == [Awaited(1, 2)] * 4
    plan = make_plan(checked, NOBODY, organisations={1}, target={})
    assert [type(action) for action in plan.actions] == [Create] * 5


def test_a_new_row_and_an_account_of_one_name_are_ambiguous() -> None:
    """Unless the row is about that account: then it is the account."""
    files = ([learner(1)], [tutor(1, "Helen", "Marsh")])
    (found, _) = settled(sources(*files))
    assert [one[0] for one in told(found)] == ["reference-ambiguous"]
    assert "row 2 of b.csv" in message(found.findings[0])
    same = {"ID": 105, "FirstName": "Helen", "LastName": "Marsh", "Email": "t1@example.com"}
    directory = Directory([Account(105, frozenset({(1, Role.ASSESSOR)}), same)])
    (found, _) = settled(sources(*files), directory)
    assert [sent(record)["DefaultAssessorID"] for record in found.records()] == [105]


def test_a_finding_names_no_more_than_a_few_of_many_namesakes() -> None:
    """Thousands of rows that name one of thousands would make a report of gigabytes."""
    (found, _) = settled(
        sources([learner(1, DefaultAssessorID="Nia New")], [tutor(at, "Nia", "New") for at in range(30)])
    )
    said = next(message(one) for one in found.findings if one.code == "reference-ambiguous")
    assert (said.count("b.csv"), "20 more" in said) == (10, True)


def test_near_names_are_looked_for_only_so_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sheet of nothing but unknown names costs no hours of comparing, and all are findings."""
    monkeypatch.setattr("bulk_import.references.MOST_NEAR", 1)
    (found,) = settled(sources([learner(1, ClassroomID="Care Level 4"), learner(2, ClassroomID="Care Level 5")]))
    said = [message(one) for one in found.findings if one.code == "reference-unknown"]
    assert [one.count("nearest") for one in said] == [1, 0]


def test_whoever_waits_for_a_row_with_errors_is_held() -> None:
    """The plan says which row is to be mended, and that of other organisations is nobody."""
    checked = settled(sources([learner(1, DefaultAssessorID="Nia New")], [tutor(1, "Nia", "New", Email="bad")]))
    (hold,) = make_plan(checked, NOBODY, organisations={1}, target={}).actions
    assert isinstance(hold, Hold)
    assert (hold.finding.code, hold.finding.detail) == (
        "reference-not-made",
        "DefaultAssessorID: row 2 of b.csv, which has an error",
    )
    elsewhere = settled(
        sources([learner(1, DefaultAssessorID="Nia New")], [tutor(1, "Nia", "New", OrganisationID="2")])
    )
    assert [one[0] for one in told(elsewhere[0])] == ["reference-unknown"]


def test_whoever_waits_for_a_row_with_a_misspelt_role_is_held() -> None:
    """The person is in the run all the same, and the row that names the role is to be corrected."""
    checked = settled(sources([learner(1, DefaultAssessorID="Nia New")], [tutor(1, "Nia", "New", Role="Assesor")]))
    (hold,) = make_plan(checked, NOBODY, organisations={1}, target={}).actions
    assert isinstance(hold, Hold)
    assert (hold.finding.code, hold.finding.detail) == (
        "reference-not-made",
        "DefaultAssessorID: row 2 of b.csv, which has an error",
    )


def test_a_row_without_a_role_is_nobody_where_somebody_else_is_meant() -> None:
    """It may be about anybody, so that it makes no name ambiguous."""
    (found, _) = settled(sources([learner(1)], [tutor(1, "Helen", "Marsh", Role="Assesor", MISID=None)]))
    assert [sent(record)["DefaultAssessorID"] for record in found.records()] == [105]
    rows = [tutor(1, "Nia", "New"), tutor(2, "Nia", "New", Role="Boss")]
    (found, _) = settled(sources([learner(1, DefaultAssessorID="Nia New")], rows))
    assert [sent(record)["DefaultAssessorID"] for record in found.records()] == [Awaited(1, 2)]


@pytest.mark.parametrize(
    ("named", "values", "expected"),
    [
        ("Helen Marsh", {"MISID": "S5"}, 105),
        ("Helen Marsh", {"MISID": "s5 "}, 105),
        ("S5", {"MISID": "S5"}, 105),
        ("Helen Marsh", {"MISID": "1.5E+10", "Email": "Helen@example.com"}, 105),
        ("Helen Marsh", {"MISID": "S9"}, None),
        ("Priya Nair", {"FirstName": "Priya", "LastName": "Nair", "MISID": "S1"}, None),
        ("Nia New", {"FirstName": "Nia", "LastName": "New", "MISID": "S5"}, Awaited(1, 2)),
    ],
)
def test_a_row_with_an_error_may_be_about_an_entry(
    named: str, values: Mapping[str, str], expected: int | Awaited | None
) -> None:
    """One whose MIS value or e-mail address it has, and no other; else its name and the entry's stay ambiguous."""
    staff = {**tutor(1, "Helen", "Marsh", Email="bad"), **values}
    (found, _) = settled(sources([learner(1, DefaultAssessorID=named)], [staff]))
    assert [sent(record)["DefaultAssessorID"] for record in found.records()] == ([expected] if expected else [])
    assert ("reference-ambiguous" in [one.code for one in found.findings]) == (expected is None)


_numbers = st.integers(1, 10**6)
_rows = st.builds(Awaited, st.integers(0, 3), _numbers)
_answers = st.one_of(
    st.builds(Known, _numbers, st.booleans()),
    st.builds(Waits, _rows),
    st.builds(
        Wrong,
        st.sampled_from(["reference-unknown", "reference-ambiguous", "list-unavailable"]),
        st.lists(_numbers, max_size=3).map(tuple),
        st.lists(_rows, max_size=3).map(tuple),
    ),
)
_spots = st.builds(
    Spot, st.integers(0, 3), st.sampled_from(["ClassroomID", "DefaultAssessorID"]), _numbers, st.booleans()
)


@given(st.dictionaries(_spots, _answers, max_size=5))
def test_answers_survive_the_journal(answers: Answers) -> None:
    """What is kept comes back the same."""
    assert from_json(json.loads(json.dumps(to_json(answers)))) == answers


def test_the_journal_keeps_no_names() -> None:
    """Neither what was typed nor what is near stands in it; the rebuilt findings have the same codes and cells."""
    checked = sources([learner(1, ClassroomID="Carpentry Levl", DefaultAssessorID="priya nair")])
    answers = answers_of(checked)
    kept = json.dumps(to_json(answers))
    assert [name for name in ("arpentry", "riya", "air", "S1") if name in kept] == []
    then, now = settle(checked, answers), settle(checked, from_json(json.loads(kept)))
    assert told(then[0]) == told(now[0])


def test_the_digest_depends_on_what_is_meant_and_not_on_what_is_near() -> None:
    """Another id is another plan; another near name is not."""
    spot = Spot(0, "ClassroomID", 2, beside=False)
    assert meanings({spot: Known(1)}) != meanings({spot: Known(2)})
    assert meanings({spot: Wrong("reference-unknown", (1,))}) == meanings({spot: Wrong("reference-unknown", (2,))})
