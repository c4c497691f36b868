"""The limits that stop a bad file: each has a file that trips it and one that does not."""

from __future__ import annotations

from dataclasses import fields, replace
from functools import cache
from typing import TYPE_CHECKING

import pytest

from bulk_import.catalogue import FIELDS, Role
from bulk_import.check import Options, check_all, payload
from bulk_import.decide import Rules
from bulk_import.directory import Account, Directory
from bulk_import.plan import make_plan
from bulk_import.row_choice import EVERY_ROW, RowChoice
from bulk_import.safety import Limits, Portrait, missing, objections, portrait
from tests.unit.tables import TODAY, people_table, person

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bulk_import.check import Checked

Person = dict[str, str | None]
CENTRE = int(FIELDS["OrganisationID"].example)
NO_LIMITS = Limits(10**7, *[None] * (len(fields(Limits)) - 1))


def learners(numbers: range, **values: str) -> list[Person]:
    """Learners on a programme that has begun and goes on."""
    course: Person = {"StartOn": "2026-09-01", "PlannedEndDate": "2027-07-31", **values}
    return [{**person(Role.LEARNER, number), **course} for number in numbers]


def tutors(numbers: range) -> list[Person]:
    """Assessors."""
    return [{**person(Role.ASSESSOR, number)} for number in numbers]


def checked(people: Sequence[Person]) -> tuple[Checked, ...]:
    """One sheet of people."""
    return check_all([people_table(*people)], options=Options(today=TODAY))


def accounts(people: Sequence[Person]) -> list[Account]:
    """What OneFile holds once these people have been sent."""
    records = [record for source in checked(people) for record in source.records()]
    seats = [frozenset({(CENTRE, record.role)}) for record in records]
    return [
        Account(id_, seat, {"ID": id_, **payload(record)})
        for id_, (seat, record) in enumerate(zip(seats, records, strict=True), 5001)
    ]


def night(
    people: Sequence[Person],
    known: Sequence[Person] = (),
    before: Portrait | None = None,
    limits: Limits | None = None,
    chosen: RowChoice = EVERY_ROW,
) -> tuple[tuple[str, ...], Portrait]:
    """What is said of a file where OneFile holds some people, and what the file looks like."""
    sources = checked(people)
    there = usual_accounts() if known is USUAL else accounts(known)
    directory = Directory(there)
    plan = make_plan(sources, directory, organisations={CENTRE}, target={}, rules=Rules(rows=chosen))
    now = portrait(sources, plan, TODAY, accounts=directory.accounts, chosen=chosen)
    lacking = missing(sources, chosen)
    return objections(plan, now, before, limits or Limits(), accounts=directory.accounts, lacking=lacking), now


USUAL = [*learners(range(1, 41)), *tutors(range(100, 105))]


@cache
def usual_accounts() -> list[Account]:
    """What OneFile holds after the usual file."""
    return accounts(USUAL)


@cache
def first_night() -> Portrait:
    """The portrait of a good run of the usual file."""
    said, seen = night(USUAL)
    assert said == ()
    return seen


def _september() -> list[Person]:
    """A new year: some leave, most of the file is new, everybody's class is another."""
    return [*learners(range(25, 41), ClassroomID="77"), *learners(range(200, 260)), *tutors(range(100, 105))]


def _last_year() -> list[Person]:
    return learners(range(300, 340), StartOn="2025-09-01", PlannedEndDate="2026-07-31")


def _slipped() -> list[Person]:
    """The columns of e-mail address and MISID have changed places."""
    return [one | {"Email": one["MISID"], "MISID": one["Email"]} for one in USUAL]


def _this_year_undone() -> list[Person]:
    """The usual people with the course that they had a year ago."""
    return [one | {"ClassroomID": "201", "PlannedEndDate": "2027-01-31"} for one in USUAL if one["Role"] == "Learner"]


def _ulns_rotated() -> list[Person]:
    """One column has moved by a row."""
    return [one | {"ULN": other["ULN"]} for one, other in zip(USUAL[:40], [*USUAL[1:40], USUAL[0]], strict=True)]


def _moved(count: int) -> list[Person]:
    """So many people of 45 have another e-mail address."""
    return [one | {"Email": f"new{at}@example.com"} if at < count else one for at, one in enumerate(USUAL)]


def _empty(name: str) -> list[Person]:
    return [one | {name: None} for one in USUAL]


BAD: dict[str, Callable[[], list[Person]]] = {
    "Was it cut off?": lambda: USUAL[:20],
    "Is this a file of last year?": _last_year,
    "that would be sent have passed, or are earlier": _this_year_undone,
    "would get another Email": lambda: _moved(10),
    "would get another ULN": _ulns_rotated,
    "Have the columns slipped?": _slipped,
    "(max_blank_percent)": lambda: _empty("HomeAddress"),
    "(max_role_percent)": lambda: [*USUAL[20:40], *tutors(range(100, 130))],
    "has the column of the MISID changed?": lambda: [*learners(range(500, 560)), *tutors(range(600, 605))],
    "are gone": lambda: [{name: text for name, text in one.items() if name != "NINO"} for one in USUAL],
}


@pytest.mark.parametrize("words", BAD)
def test_a_bad_file_is_stopped(words: str) -> None:
    """A file that was cut off, slipped, is of last year or another one is told from that of the night before."""
    said, _ = night(BAD[words](), USUAL, first_night())
    assert [sentence for sentence in said if words in sentence], said
    assert all(sentence.endswith((".", "?")) for sentence in said)


def _without(*names: str) -> list[Person]:
    return [{name: text for name, text in one.items() if name not in names} for one in learners(range(1, 41))]


@pytest.mark.parametrize(
    "names",
    [("OrganisationID",), ("Role",), ("OrganisationID", "ClassroomID", "PlacementID", "DefaultAssessorID", "Email")],
)
def test_columns_that_are_missing_are_named_instead_of_slipped_ones(names: tuple[str, ...]) -> None:
    """The reason for the errors, with what to do; of many the first, and how many there are besides."""
    (said,), _ = night(_without(*names))
    assert said.startswith("people.csv has no column for ")
    assert all(f"has no column for {name}" in said for name in sorted(names, key=list(FIELDS).index)[:3])
    assert said.count("has no column for") == min(len(names), 3)
    assert ("Columns that are missing besides: 2; bulk-import check names them." in said) == (len(names) > 3)
    assert "Tie one of your columns to it with --map" in said
    assert said.endswith("As it is, 40 of 40 rows have an error; the limit is 50 per cent (max_invalid_percent).")


def test_columns_that_have_slipped_besides_are_asked_about() -> None:
    """A missing column explains no other errors; where these are few nothing is asked."""
    slipped = [one | {"Email": one["MISID"]} for one in _without("OrganisationID")]
    missing_one, slipped_too = night(slipped)[0]
    assert "has no column for OrganisationID" in missing_one
    assert "Have the columns slipped?" in slipped_too
    assert len(night([*slipped[:20], *_without("OrganisationID")[20:]])[0]) == 1
    assert len(night(slipped, chosen=RowChoice(skip="22-60"))[0]) == 2


@pytest.mark.parametrize("words", [words for words in BAD if words != "are gone"])
def test_every_limit_can_be_lifted(words: str) -> None:
    """Without limits nothing is said of the same file, save of columns that are gone."""
    said, _ = night(BAD[words](), USUAL, first_night(), NO_LIMITS)
    assert not [sentence for sentence in said if words in sentence]


@pytest.mark.parametrize(
    "people",
    [
        USUAL,
        _september(),
        [*USUAL, *learners(range(700, 900))],
        USUAL[3:],
        [*USUAL[:-1], USUAL[-1] | {"Email": "nobody"}],
        [one | {"Telephone": "01632 960001"} for one in USUAL],
        [one | {"PlannedEndDate": "2028-07-31"} if one["Role"] == "Learner" else one for one in USUAL],
        [one | {"PlannedEndDate": "2026-12-01"} if at < 19 else one for at, one in enumerate(USUAL)],
        _moved(9),
    ],
    ids=[
        *("the same", "a new year", "many more", "some left", "a mistake", "another telephone"),
        *("another year on", "some end early", "some new addresses"),
    ],
)
def test_a_good_night_is_let_through(people: list[Person]) -> None:
    """Neither a new year nor the usual changes of a night trip a limit."""
    assert night(people, USUAL, first_night())[0] == ()


def test_a_few_rows_are_never_judged_by_shares() -> None:
    """Three late enrolments after a night of many, one of them wrong, are no cut off file where the source is small."""
    small, seen = night(learners(range(1, 6)))
    assert small == ()
    assert night(learners(range(1, 2)), learners(range(1, 6)), seen)[0] == ()


@pytest.mark.parametrize(
    ("limits", "known", "refused"),
    [
        (Limits(2), 0, False),
        (Limits(1), 0, True),
    ],
)
def test_a_plan_too_large_to_be_meant_is_objected_to(limits: Limits, known: int, refused: bool) -> None:  # noqa: FBT001 - a table's column
    """More changes than the limit are objected to in a sentence."""
    said, _ = night(tutors(range(1, 3)), tutors(range(50, 50 + known)), limits=limits)
    assert bool(said) is refused
    assert all("2 new accounts" in sentence for sentence in said)


@pytest.mark.parametrize(
    ("count", "known", "refused"),
    [(20, 20, False), (20, 19, True), (19, 1, False), (30, 0, False)],
    ids=["no more", "one more", "a few rows", "a centre without accounts"],
)
def test_changes_are_held_against_the_accounts_of_the_centre(count: int, known: int, *, refused: bool) -> None:
    """From 20 changes on, and where the centre has accounts at all."""
    limits = replace(NO_LIMITS, max_change_percent=100)
    said, _ = night(tutors(range(1, count + 1)), tutors(range(50, 50 + known)), limits=limits)
    assert bool(said) is refused
    assert all(f"has {known} accounts;" in sentence for sentence in said)


def test_only_chosen_rows_are_judged() -> None:
    """One good row of a file that is wrong otherwise can be sent; all that is wrong in it is no reason to stop."""
    people = [one if at == 0 else one | {"Email": "nobody"} for at, one in enumerate(learners(range(1, 41)))]
    assert night(people)[0]
    said, seen = night(people, chosen=RowChoice("2"))
    assert (said, seen.rows, seen.invalid) == ((), 1, 0)


def test_a_row_that_is_held_is_nobody_whom_onefile_knows() -> None:
    """Neither is one that is not meant; a protected one is."""
    people = learners(range(1, 31))
    plan = make_plan(
        checked(people), Directory(accounts(people[:20])), organisations={CENTRE}, target={}, rules=Rules("update")
    )
    assert portrait(checked(people), plan, TODAY, accounts={}).known == 20


def test_updates_count_as_changes() -> None:
    """A file that changes everybody is as large as one that makes everybody."""
    moved = learners(range(1, 6), ClassroomID="77")
    (said,), _ = night(moved, learners(range(1, 6)), limits=replace(NO_LIMITS, max_changes=4))
    assert "5 updates" in said


def test_a_portrait_outlives_the_journal() -> None:
    """It comes back as it was stored; what another version stored beside it is left out."""
    seen = first_night()
    assert Portrait.from_json({**seen.to_json(), "moon": "full"}) == seen


def test_a_portrait_holds_nobodys_data() -> None:
    """It has counts and headings alone."""
    text = str(first_night().to_json())
    values = {value for one in USUAL for name, value in one.items() if name not in {"OrganisationID", "Role"}}
    assert not [value for value in values if value and len(value) > 3 and value in text]
