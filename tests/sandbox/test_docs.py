"""The page about the practice OneFile says what it does."""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields
from pathlib import Path
from typing import get_args

import pytest

from bulk_import.sandbox import CUSTOMER_TOKEN, Switches
from bulk_import.sandbox import faults as plans
from tests.sandbox.desk import desk

PAGE = (Path(__file__).parents[2] / "docs" / "sandbox.md").read_text(encoding="utf-8")


def test_every_switch_and_its_default_is_named() -> None:
    """Each switch has a line that begins with its default."""
    for switch in fields(Switches):
        line = re.search(rf"^\| `{switch.name}` \| (.*?) \|$", PAGE, re.MULTILINE)
        assert line is not None, switch.name
        if isinstance(switch.default, str):
            assert line[1].startswith(f"`{switch.default}`")


@pytest.mark.parametrize("kind", get_args(plans.FaultKind))
def test_every_fault_is_named(kind: str) -> None:
    """Each kind of fault is in the page and in the module's own text."""
    assert f"`{kind}`" in PAGE
    assert plans.__doc__ is not None
    assert f"`{kind}`" in plans.__doc__


def test_the_example_plan_works() -> None:
    """The plan in the page can be read."""
    example = re.search(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    assert example is not None
    tomllib.loads(example[1])
    assert [fault.kind for fault in plans.parse(example[1]).faults] == ["reset-after", "search-lag"]


def test_the_people_and_places_are_those_of_the_practice_data() -> None:
    """The names and MISIDs beside the ids are what the server holds, and the token is the right one."""
    assert CUSTOMER_TOKEN in PAGE
    pairs = dict(re.findall(r"\| (\d{3,4}) \| ([^|]+?) (?=\|)", PAGE))
    with desk() as one:
        for person in [user for user in one.world.users() if user["Role"] in {1, 5} and user["OrganisationID"] != 3]:
            assert pairs.pop(str(person["ID"])) == f"{person['FirstName']} {person['LastName']}"
        for name in ("Classroom", "Placement"):
            for row in one.post(f"{name}/Search", {"OrganisationID": 1}).json():
                assert f"| {row['ID']} | {row['Name']} | {row['MISID'] or ''}".rstrip() in PAGE
