"""The word CLEAR! empties a field where that is allowed and can be trusted, and otherwise says why not."""

from __future__ import annotations

from itertools import cycle
from typing import TYPE_CHECKING

import pytest

from bulk_import.actions import Create, Unchanged, Update
from bulk_import.catalogue import FIELDS, Role
from bulk_import.check import Checked, Options, Record, check_all, payload
from bulk_import.check.clearing import NOTHING
from bulk_import.decide import Rules
from bulk_import.directory import Account, Directory
from bulk_import.journal import Done
from bulk_import.plan import Plan as Planned
from bulk_import.plan import make_plan
from tests.unit.practice import Practice, row
from tests.unit.tables import TODAY, people_table, person

if TYPE_CHECKING:
    from pathlib import Path

CENTRE = int(FIELDS["OrganisationID"].example)


def checked(values: dict[str, str | None], *, clear: bool = True, **defaults: str) -> Checked:
    """One learner with these values."""
    options = Options(today=TODAY, clear=clear, defaults=defaults)
    (one,) = check_all([people_table({**person(Role.LEARNER), **values})], options=options)
    return one


def record(one: Checked) -> Record:
    """Its record."""
    (found,) = one.records()
    return found


def codes(one: Checked) -> dict[str, str | None]:
    """Code → field of what was found about the word."""
    return {found.code: found.field for found in one.findings if found.code.startswith("clear")}


def planned(one: Checked, **held: object) -> Planned:
    """What would be done where the account holds all that a learner usually does, and this."""
    usual = record(checked({}))
    account = Account(77, frozenset({(CENTRE, Role.LEARNER)}), {"ID": 77, **payload(usual), **held})
    rules = Rules(updated=frozenset({"ProviderID", "LearnerStatusID", "Website"}))
    return make_plan([one], Directory([account]), organisations={CENTRE}, target={}, rules=rules)


@pytest.mark.parametrize(("name", "word"), [*zip(NOTHING, cycle(["CLEAR!", " clear! ", "Clear!"]), strict=False)])
def test_the_word_empties_a_field_that_can_be_emptied(name: str, word: str) -> None:
    """It is an update to nothing, which says nothing more once the field is empty, by whatever OneFile calls empty."""
    one = checked({name: word})
    assert (codes(one), record(one).cleared, name in record(one).values) == ({}, (name,), False)
    (action,) = planned(one, **{name: "7"}).actions
    assert isinstance(action, Update)
    assert action.changes == (name,)
    assert payload(action.record)[name] == NOTHING[name]
    for nothing in ("", None, NOTHING[name]):
        assert isinstance(planned(one, **{name: nothing}).actions[0], Unchanged)


@pytest.mark.parametrize(("name", "action"), [("CompanyName", Update), ("Telephone", Unchanged)])
def test_a_field_that_onefile_does_not_show_is_emptied_all_the_same(name: str, action: type) -> None:
    """What no answer tells may be full; what answers usually tell is empty where they leave it out."""
    one = checked({name: "CLEAR!"})
    values = {field: value for field, value in payload(record(checked({}))).items() if field != name}
    account = Account(77, frozenset({(CENTRE, Role.LEARNER)}), {"ID": 77, **values})
    (found,) = make_plan([one], Directory([account]), organisations={CENTRE}, target={}).actions
    assert isinstance(found, action)


@pytest.mark.parametrize("name", ["ULN", "NINO", "DOB", "L12", "SupportFunding"])
def test_nothing_else_is_emptied(name: str) -> None:
    """Dates, codes and what tells people apart stay as they are, with a warning, and the row goes on."""
    one = checked({name: "CLEAR!"})
    assert codes(one) == {"clear-untrusted": name}
    assert (one.invalid_rows, record(one).cleared, name in payload(record(one))) == (frozenset(), (), False)


@pytest.mark.parametrize("name", ["Email", "PlacementID"])
@pytest.mark.parametrize("clear", [True, False])
def test_a_mandatory_field_is_never_emptied(name: str, *, clear: bool) -> None:
    """The row is stopped and told so in one finding, whether the word is allowed or not."""
    one = checked({name: "CLEAR!"}, clear=clear)
    assert codes(one) == {"clear-mandatory" if clear else "clear-off": name}
    assert len(one.invalid_rows) == 1


@pytest.mark.parametrize("name", ["HomeAddress", "ULN", "MobileNumber", "ProviderID"])
def test_without_the_setting_the_word_empties_nothing(name: str) -> None:
    """It is neither sent as it stands nor taken for an empty field; a warning says how to allow it."""
    one = checked({name: "CLEAR!"}, clear=False)
    assert codes(one) == {"clear-off": name}
    assert (one.invalid_rows, record(one).cleared, name in payload(record(one))) == (frozenset(), (), False)


def test_a_row_never_goes_without_the_misid_it_has() -> None:
    """The word in the MISID's column stops the row: without it the person might be made twice."""
    one = checked({"MISID": "CLEAR!"})
    assert (codes(one), len(one.invalid_rows)) == ({"clear-untrusted": "MISID"}, 1)


def test_no_default_fills_a_field_that_is_to_be_emptied() -> None:
    """The word wins over a default, which fills only what is blank."""
    assert record(checked({"ProviderID": "CLEAR!"}, ProviderID="7")).cleared == ("ProviderID",)
    assert str(record(checked({"ProviderID": None}, ProviderID="7")).values["ProviderID"]) == "7"


def test_a_field_that_the_role_does_not_take_is_no_matter() -> None:
    """The word in a learner's column of an assessor's row is left out like any other value there."""
    options = Options(today=TODAY, clear=True)
    (one,) = check_all([people_table({**person(Role.ASSESSOR), "EpisodeName": "CLEAR!"})], options=options)
    assert (codes(one), record(one).cleared) == ({}, ())


def test_onefile_holds_nothing_afterwards(tmp_path: Path) -> None:
    """Sent to the practice OneFile, the field is empty; a new account goes without it."""
    practice = Practice(tmp_path)
    made = row(2, MobileNumber="07700 900123")
    new = Create(Record(0, 3, Role.ASSESSOR, row(3).record.values, ("MobileNumber",)))
    result = practice.run(practice.process([made, new]))
    outcome = result.outcomes[0, 2]
    assert isinstance(outcome, Done)
    emptied = Update(
        Record(0, 4, Role.ASSESSOR, made.record.values, ("Telephone", "MobileNumber")),
        outcome.user_id,
        ("MobileNumber",),
    )
    practice.run(practice.process([made, new, emptied]))
    held = {user["ID"]: user.get("MobileNumber") for user in practice.world.users()}
    assert not held[outcome.user_id]
