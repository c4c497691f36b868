"""Fetching the lists of a centre from a practice OneFile that hides, ignores and repeats what nobody documents."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Literal

import pytest

from bulk_import.catalogue import Role
from bulk_import.directory import Account, Directory
from bulk_import.kinds import Listed
from bulk_import.references import Answer, Known, Question, Spot, Wrong, answer
from bulk_import.run.lists import load_lists
from bulk_import.run.world import World
from bulk_import.sandbox import CUSTOMER_TOKEN, Switches
from tests.unit.practice import Practice

if TYPE_CHECKING:
    from pathlib import Path

    from bulk_import.lists import CentreList

NOBODY = World({}, Directory([]))
FIELD_OF = {
    Listed.ASSESSORS: "DefaultAssessorID",
    Listed.EMPLOYERS: "DefaultEmployerID",
    Listed.CLASSES: "ClassroomID",
    Listed.PLACEMENTS: "PlacementID",
    Listed.PROVIDERS: "ProviderID",
    Listed.STATUSES: "LearnerStatusID",
}
MEANT: tuple[tuple[Listed, str, Answer], ...] = (
    (Listed.ASSESSORS, "Helen Marsh", Known(105)),
    (Listed.ASSESSORS, "Marsh, Helen", Known(105)),
    (Listed.ASSESSORS, "  GWEN pritchard ", Known(103)),
    (Listed.ASSESSORS, "stf-0104", Known(104)),
    (Listed.ASSESSORS, "Person106@example.com", Known(106)),
    (Listed.ASSESSORS, "102", Known(102)),
    (Listed.ASSESSORS, "Luke Harding", Known(121)),
    (Listed.ASSESSORS, "Priya Nair", Wrong("reference-ambiguous", (101, 112))),
    (Listed.ASSESSORS, "STF-0101", Wrong("reference-ambiguous", (101, 112))),
    (Listed.ASSESSORS, "131", Wrong("reference-unknown")),
    (Listed.ASSESSORS, "111", Wrong("reference-unknown")),
    (Listed.ASSESSORS, "nobody@example.com", Wrong("reference-unknown")),
    (Listed.EMPLOYERS, "EMP-0602", Known(602)),
    (Listed.EMPLOYERS, "Siobhan Keane", Known(603)),
    (Listed.CLASSES, "carpentry level 2 A", Known(201)),
    (Listed.CLASSES, "CL-CARE3", Known(203)),
    (Listed.CLASSES, "207", Wrong("reference-unknown")),
    (Listed.PLACEMENTS, "Ivy House Day Nursery", Wrong("reference-ambiguous", (309, 310))),
    (Listed.PLACEMENTS, "PL-0310", Known(310)),
    (Listed.PLACEMENTS, "999", Wrong("reference-unknown")),
    (Listed.PROVIDERS, "Northbridge East Site", Known(402)),
    (Listed.STATUSES, "gateway", Known(503)),
    (Listed.STATUSES, "510", Wrong("reference-unknown")),
)
FILTERS: tuple[Literal["honest", "ignored", "contains"], ...] = ("honest", "ignored", "contains")
MISIDS: tuple[Literal["given", "null", "absent"], ...] = ("given", "null", "absent")
SWITCHES = [
    Switches(
        filters=filters,
        misid_in_search=misid,
        search_empty="[]" if misid == "null" else "204",
        pages="overlapping" if misid == "given" else "exact",
        account_fields="all",
    )
    for filters, misid in product(FILTERS, MISIDS)
]


def _asked(listed: Listed, text: str) -> Question:
    return Question(Spot(0, FIELD_OF[listed], 2, beside=False), 1, text)


def _loaded(
    practice: Practice, questions: list[Question], world: World = NOBODY
) -> dict[tuple[int, Listed], CentreList]:
    async def load() -> dict[tuple[int, Listed], CentreList]:
        async with practice.onefile(CUSTOMER_TOKEN, 8, 3000) as api:
            return await load_lists(questions, world, api)

    return practice.run(load())


@pytest.mark.parametrize("switches", SWITCHES, ids=lambda one: f"{one.filters}-{one.misid_in_search}")
def test_a_text_means_the_same_whatever_onefile_shows(tmp_path: Path, switches: Switches) -> None:
    """With filters kept, ignored or loose, and with MIS values or without, each text finds the same entries."""
    questions = [_asked(listed, text) for listed, text, _ in MEANT]
    lists = _loaded(Practice(tmp_path, switches=switches), questions)
    found = {question.text: _told(answer(question, lists, {})) for question in questions}
    assert found == {text: _told(wanted) for _, text, wanted in MEANT}


def _told(given: Answer) -> object:
    """What a test compares: near names are beside the point."""
    match given:
        case Wrong(code="reference-unknown"):
            return "unknown"
        case Wrong(code=code, ids=ids):
            return code, ids
        case Known(id=id_):
            return id_
        case other:
            return other


COSTS: tuple[tuple[str, list[tuple[Listed, str]], int], ...] = (
    ("classes by name", [(Listed.CLASSES, "Adult Care Level 3"), (Listed.CLASSES, "CL-CARE3")], 2),
    ("two roles of assessors by name", [(Listed.ASSESSORS, "Helen Marsh")], 6),
    ("learner statuses", [(Listed.STATUSES, "Gateway")], 1),
    ("an id that the list does not show", [(Listed.PLACEMENTS, "999")], 3),
    ("an e-mail address", [(Listed.ASSESSORS, "person106@example.com")], 10),
    ("a name that two have", [(Listed.ASSESSORS, "Priya Nair")], 8),
)


@pytest.mark.parametrize(("wanted", "calls"), [case[1:] for case in COSTS], ids=[case[0] for case in COSTS])
def test_what_a_list_costs(tmp_path: Path, wanted: list[tuple[Listed, str]], calls: int) -> None:
    """A list is fetched once, and single look-ups are made only for what it does not tell."""
    practice = Practice(tmp_path, switches=Switches(pages="exact"))
    _loaded(practice, [_asked(*each) for each in wanted])
    assert len([call for call in practice.world.calls() if not call.path.lower().endswith("/authentication")]) == calls


def test_accounts_that_are_known_already_are_not_fetched_again(tmp_path: Path) -> None:
    """The look-up of a run's own staff serves for the learners that name them."""
    seats = {(1, Role.ASSESSOR), (1, Role.TRAINEE_ASSESSOR)}
    helen = Account(105, frozenset({(1, Role.ASSESSOR)}), {"ID": 105, "FirstName": "Helen", "LastName": "Marsh"})
    practice = Practice(tmp_path)
    question = _asked(Listed.ASSESSORS, "Helen Marsh")
    lists = _loaded(practice, [question], World({}, Directory([helen]), frozenset(seats)))
    assert answer(question, lists, {}) == Known(105)
    assert practice.world.calls() == []


def test_a_role_filter_that_is_ignored_brings_nobody_in(tmp_path: Path) -> None:
    """Somebody who comes under several roles is fetched, and counts only where the account itself does not deny it."""
    seats: frozenset[tuple[int, Role]] = frozenset({(1, Role.ASSESSOR), (1, Role.TRAINEE_ASSESSOR), (1, Role.LEARNER)})
    names = {1003: ("Amelia", "Hart"), 105: ("Helen", "Marsh")}
    everybody = [
        Account(id_, seats, {"ID": id_, "FirstName": first, "LastName": last}) for id_, (first, last) in names.items()
    ]
    practice = Practice(tmp_path, switches=Switches(account_fields="all"))
    questions = [_asked(Listed.ASSESSORS, text) for text in ("Amelia Hart", "Helen Marsh")]
    lists = _loaded(practice, questions, World({}, Directory(everybody), seats))
    found = [answer(question, lists, {}) for question in questions]
    assert isinstance(found[0], Wrong)
    assert found[1] == Known(105)


REFUSALS: tuple[tuple[Literal["assessor", "status"], Listed, str], ...] = (
    ("assessor", Listed.ASSESSORS, "105"),
    ("status", Listed.STATUSES, "503"),
)


@pytest.mark.parametrize(("listed", "number"), [case[1:] for case in REFUSALS], ids=[case[0] for case in REFUSALS])
def test_a_list_that_onefile_refuses_leaves_ids_as_they_are(tmp_path: Path, listed: Listed, number: str) -> None:
    """An id is then taken on trust, and a name is a finding that says why; the run goes on."""
    practice = Practice(tmp_path, switches=Switches(foreign_organisation="403"))
    field = FIELD_OF[listed]
    questions = [Question(Spot(0, field, row, beside=False), 3, text) for row, text in ((2, number), (3, "Somebody"))]
    lists = _loaded(practice, questions)
    found = [answer(question, lists, {}) for question in questions]
    assert found[0] == Known(int(number))
    assert isinstance(found[1], Wrong)
    assert found[1].code == "list-unavailable"
