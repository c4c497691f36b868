"""What a person confirms before a submit: the right centre, and how many people are written to."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from bulk_import.api import Organisation
from bulk_import.cli.screen import ask
from bulk_import.errors import CredentialsRefused
from bulk_import.run import Preview
from bulk_import.run.preview import email_sentence, emailed
from bulk_import.run.world import completed, listed
from bulk_import.sandbox import CUSTOMER_TOKEN
from tests.unit.practice import Practice, rows

if TYPE_CHECKING:
    from pathlib import Path

    from bulk_import.check import Record
    from bulk_import.run.world import World

NAME = "Example College"
PREVIEW = Preview(
    environment="live",
    organisations=(f"{NAME} (1)",),
    names=(NAME,),
    counts={"create": 3},
    invalid=0,
    emailed=3,
    addresses=0,
    minutes=0.1,
    ends=datetime(2026, 9, 1, 8, tzinfo=UTC),
    digest="0123456789abcdef",
)


def answered(monkeypatch: pytest.MonkeyPatch, preview: Preview, *lines: str) -> bool:
    """What comes of the question where somebody types these lines."""
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
    return ask(preview)


@pytest.mark.parametrize(
    ("typed", "sent"),
    [(NAME, True), ("  example  COLLEGE ", True), ("yes", False), ("", False), ("Example", False), ("1", False)],
)
def test_on_the_live_onefile_the_name_of_the_centre_is_typed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], typed: str, *, sent: bool
) -> None:
    """Nothing but the name that OneFile gives goes on, whatever its case and spaces; the question shows it."""
    assert answered(monkeypatch, PREVIEW, typed) is sent
    shown = capsys.readouterr().err
    assert f"Type the name of the organisation, {NAME}, to go on" in shown
    assert "People whom OneFile e-mails about their new account: 3." in shown


def test_every_centre_of_the_rows_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows of two centres need both names, in turn."""
    both = replace(PREVIEW, names=(NAME, "Example Academy"))
    assert answered(monkeypatch, both, NAME, "Example Academy")
    assert not answered(monkeypatch, both, NAME)


@pytest.mark.parametrize(("typed", "sent"), [("yes", True), ("YES", True), ("no", False), (NAME, False)])
@pytest.mark.parametrize("environment", ["sandbox", "beta", "practice"])
def test_elsewhere_yes_is_enough(monkeypatch: pytest.MonkeyPatch, environment: str, typed: str, *, sent: bool) -> None:
    """Where nobody is written to and nothing is live, the word yes goes on."""
    assert answered(monkeypatch, replace(PREVIEW, environment=environment), typed) is sent


PRACTICE = "Practice only: no e-mail is sent. The real OneFile, set up like this one, would"
NOT_DOCUMENTED = "is not documented."


@pytest.mark.parametrize(
    ("people", "environment", "addresses", "said"),
    [
        (0, "sandbox", 0, f"{PRACTICE} e-mail nobody about new accounts."),
        (1, "sandbox", 0, f"{PRACTICE} send 1 e-mail."),
        (3, "sandbox", 0, f"{PRACTICE} send 3 e-mails."),
        (0, "beta", 1, f" One e-mail address changes; whether OneFile writes to this person {NOT_DOCUMENTED}"),
        (3, "beta", 1200, f" 1,200 e-mail addresses change; whether OneFile writes to these people {NOT_DOCUMENTED}"),
    ],
)
def test_whom_onefile_writes_to_is_told_in_a_sentence(people: int, environment: str, addresses: int, said: str) -> None:
    """Nobody, one and several each read as they should."""
    assert email_sentence(people, environment, addresses).endswith(said)


@pytest.mark.parametrize(("creation", "suppression", "people"), [(True, False, 3), (True, True, 0), (False, False, 0)])
def test_whoever_is_written_to_is_counted_by_both_switches(*, creation: bool, suppression: bool, people: int) -> None:
    """OneFile writes where keychains are made for new people and their e-mails are not suppressed."""
    centre = Organisation(1, NAME, keychain_creation=creation, email_suppression=suppression)
    assert emailed(rows(3), {1: centre}) == people


def looked_up(practice: Practice, records: list[Record]) -> World:
    """OneFile as a run finds it."""

    async def look() -> World:
        async with practice.onefile(CUSTOMER_TOKEN, 8, 300) as api:
            return await completed(await listed(records, api), records, api)

    return practice.run(look())


def test_a_token_of_another_customer_stops_the_run(tmp_path: Path) -> None:
    """Where the customer owns no organisation of the rows, the run stops (3) and says whose token it is."""
    practice = Practice(tmp_path)
    records = [create.record for create in rows(3, OrganisationID=999)]
    with pytest.raises(CredentialsRefused, match="who does not own organisation 999") as stop:
        looked_up(practice, records)
    assert stop.value.exit_code == 3
    assert [
        call for call in practice.world.calls() if "search" in call.path.lower() and "user" in call.path.lower()
    ] == []


def test_one_mistyped_centre_stops_nobody_else(tmp_path: Path) -> None:
    """Where it owns the organisation of other rows, the run goes on; the row of the strange one is held by its plan."""
    records = [create.record for create in [*rows(2), *rows(1, OrganisationID=999)]]
    assert 1 in looked_up(Practice(tmp_path), records).organisations


@pytest.mark.parametrize("environment", ["sandbox", "live"])
def test_nothing_to_send_is_nothing_to_ask(monkeypatch: pytest.MonkeyPatch, environment: str) -> None:
    """Where all is unchanged or held nobody is asked to type yes to nothing."""
    idle = replace(PREVIEW, environment=environment, counts={"unchanged": 3, "hold": 1})
    assert answered(monkeypatch, idle)
    assert not answered(monkeypatch, replace(idle, counts={"unchanged": 3, "update": 1}))


def test_the_first_row_is_one(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """One row is sent first, or several are."""
    for number, said in ((1, "The first row of each role is sent"), (2, "The first 2 rows of each role are sent")):
        answered(monkeypatch, replace(PREVIEW, canary=number), NAME)
        assert said in " ".join(capsys.readouterr().err.split())
