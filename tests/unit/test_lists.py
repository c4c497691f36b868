"""What an entry of a list is, and which entries a text means."""

from __future__ import annotations

from typing import TYPE_CHECKING

import openpyxl
import pytest

from bulk_import.folding import plainly_folded
from bulk_import.lists import LONGEST_NAME, UNCLEAR, CentreList, entry_from, id_in
from bulk_import.templates.lists import write_lists

if TYPE_CHECKING:
    from pathlib import Path

CLASSES = (
    {"ID": 201, "Name": "Carpentry Level 2 A", "MISID": "CL-CARP2A"},
    {"ID": 202, "Name": "Carpentry Level 2 B", "MISID": "201"},
    {"ID": 203, "Name": "Café  Skills", "MISID": None},
    {"ID": 204, "Name": "Twice"},
    {"ID": 205, "Name": "twice ", "MISID": "T2"},
    {"ID": 206, "Name": "T2"},
    {"Name": "Without an id"},
)
MATCHES: tuple[tuple[str, list[int]], ...] = (
    ("carpentry level 2 a", [201]),
    ("cl-carp2a", [201]),
    ("Cafe skills", [203]),
    ("CAFÉ SKILLS", [203]),
    ("202", [202]),
    ("201", [201, 202]),
    ("Twice", [204, 205]),
    ("t2", [205, 206]),
    ("Carpentry", []),
    ("0202", []),
    ("", []),
)


@pytest.mark.parametrize(("text", "ids"), MATCHES)
def test_a_text_means_an_entry_by_id_value_or_name(text: str, ids: list[int]) -> None:
    """Whatever fits counts, and nothing that fits only in part."""
    assert [entry.id for entry in CentreList(CLASSES).matches(text)] == ids


@pytest.mark.parametrize(
    ("text", "ids"),
    [("Carpentry Levl 2 A", [201, 202]), ("Cafe Skill", [203]), ("Welding", [])],
)
def test_near_names_are_offered(text: str, ids: list[int]) -> None:
    """The nearest first, three at the most, and none where none is near."""
    assert [entry.id for entry in CentreList(CLASSES).near(text)] == ids


@pytest.mark.parametrize(
    ("values", "archived"),
    [
        ({"Archived": True}, True),
        ({"IsArchived": "true"}, True),
        ({"Archive": False}, False),
        ({"DateArchived": "2025-01-01T00:00:00Z"}, True),
        ({"DateArchived": None}, False),
        ({"Active": False}, True),
        ({"Active": "True"}, False),
        ({}, False),
    ],
)
def test_archived_is_known_only_where_onefile_says_so(values: dict[str, object], *, archived: bool) -> None:
    """Any of the fields that may say it counts, and silence says nothing."""
    entry = entry_from({"ID": 1, "FirstName": "A", "LastName": "B", **values})
    assert entry is not None
    assert entry.archived is archived
    assert ("archived" in entry.described) is archived


def test_what_to_write_for_an_entry_means_it_alone() -> None:
    """The name where it is the only one, else the MIS value, else the id; nothing where none of them does."""
    listed = CentreList(CLASSES)
    texts = {entry.id: listed.text_for(entry) for entry in listed.entries.values()}
    assert texts == {201: "Carpentry Level 2 A", 202: "Carpentry Level 2 B", 203: "Café Skills"} | {
        204: "204",
        205: "205",
        206: "206",
    }
    assert all([entry.id for entry in listed.matches(text)] == [id_] for id_, text in texts.items())


@pytest.mark.parametrize(
    ("text", "number"),
    [("7", 7), ("2147483647", 2147483647), ("2147483648", None), ("007", None), ("0", None), ("٧", None), ("7a", None)],
)
def test_what_may_be_an_id(text: str, number: int | None) -> None:
    """Digits that fit 32 bits, without leading zeros."""
    assert id_in(text) == number


@pytest.mark.parametrize(
    ("one", "other"),
    [("Zoë  O\u2019Neill", "ZOE o'neill"), ("Łukasz Ørsted", "lukasz orsted"), ("A\u2013B", "a-b"), ("Weiß", "WEISS")],
)
def test_names_of_lists_fold_accents_and_quotes(one: str, other: str) -> None:
    """Names match as people type them: without accents, with straight quotes and short dashes."""
    assert plainly_folded(one) == plainly_folded(other)


@pytest.mark.parametrize(
    ("told", "read"),
    [
        (None, None),
        ("", None),
        ("2", 2),
        (2, 2),
        (2.5, UNCLEAR),
        (True, UNCLEAR),
        ("two", UNCLEAR),
        ("9" * 99, UNCLEAR),
    ],
)
def test_an_organisation_that_cannot_be_read_is_none_of_ours(told: object, *, read: int | None) -> None:
    """Only an entry that tells no organisation at all may be of any."""
    entry = entry_from({"ID": 1, "OrganisationID": told})
    assert entry is not None
    assert entry.organisation == read


def test_a_name_without_end_is_shown_cut_and_near_to_nothing() -> None:
    """Comparing names of a million letters would take all memory, and a sentence cannot hold one."""
    centre = CentreList([{"ID": 201, "Name": "x" * 1_000_000}])
    (entry,) = centre.entries.values()
    assert len(entry.described) < LONGEST_NAME + 50
    assert (centre.near("x" * 1_000_000), centre.near("x" * 90)) == ((), ())
    assert centre.text_for(entry) == "201"


def test_the_workbook_of_lists_loses_nothing_that_a_cell_cannot_hold(tmp_path: Path) -> None:
    """Long names are cut, ids of many digits stand as text, and what XML cannot hold is marked."""
    names = ["x" * 40_000, "=1+1", "a\ufffe\x1bb\ud800", "Twice", "twice"]
    entries = [{"ID": 10**17 + at, "Name": name} for at, name in enumerate(names)]
    write_lists(tmp_path / "lists.xlsx", {"classes": [(1, "Centre", CentreList(entries))]})
    sheet = openpyxl.load_workbook(tmp_path / "lists.xlsx").worksheets[0]
    cells = [[str(cell.value) for cell in row[:2]] for row in sheet.iter_rows(min_row=2)]
    assert sorted(number for _, number in cells) == [str(10**17 + at) for at in range(5)]
    assert max(len(name) for name, _ in cells) == 32_767
    by_id = {row[1].value: [cell.value for cell in row] for row in sheet.iter_rows(min_row=2)}
    assert [by_id[str(10**17 + at)][3] for at in range(3)] == [str(10**17), "=1+1", str(10**17 + 2)]
    assert by_id[str(10**17 + 2)][0] == "a\ufffd\ufffdb\ufffd"
    assert [by_id[str(10**17 + at)][5] for at in (2, 3)] == ["a cell cannot hold this name", "several have this name"]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}
