"""The report that can be sent to others: it tells what went wrong and not with whom."""

from __future__ import annotations

import io
import json
import re
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING, BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulk_import.findings import Finding, Place, message
from bulk_import.report import Report, RowFate, Status, pseudonymised, write_json, write_page, write_workbook
from bulk_import.report.share import shape
from tests.unit.reporting import HEADINGS, assessor, report, table

if TYPE_CHECKING:
    from collections.abc import Callable

SECRET = b"a secret of the site, for tests"
PEOPLE = [
    assessor(1, "rang about Zebedee", First_Name="Zebedee", Last_Name="Quillfeather", Email="zq@example.com"),
    assessor(2, First_Name="Persephone", Last_Name="Quillfeather (2)", Email="persephone.example.com"),
    assessor(3, First_Name="Balthazar", Role="Wizard of Oz", MISID="XK-77123"),
]
NAMES = ["Zebedee", "Quillfeather", "zq@example.com", "Persephone", "Balthazar", "Wizard", "XK-77123", "T001", "Zebra"]
HELD = Finding("account-ambiguous", Place("zebra.xlsx", "Zebra", 2), detail="2 accounts (user ids 5740, 5741)")


UPDATED = RowFate(Status.UPDATED, 5742, ("LastName",), differences=("LastName from “Balthazar” to “Quillfeather”",))


def _shared(secret: bytes = SECRET, *, first_row: int = 2) -> Report:
    people = table(
        PEOPLE, [*HEADINGS[:6], "Notes of Mr Quillfeather"], name="zebra.xlsx", sheet="Zebra", first_row=first_row
    )
    fates = [{first_row: RowFate(Status.HELD, 5740, findings=(HELD,)), first_row + 1: UPDATED}]
    return pseudonymised(report(people, fates=fates, notices=("C:\\Users\\quillfeather",)), secret)


@pytest.mark.parametrize("write", [write_json, write_page])
def test_nobody_is_named(write: Callable[[Report, BinaryIO], None]) -> None:
    """No name, address, reference, account, file, sheet or unknown heading stands in what is shared."""
    stream = io.BytesIO()
    write(_shared(), stream)
    text = stream.getvalue().decode()
    assert [name for name in [*NAMES, "quillfeather", "zebra", "5740", "5741", "5742"] if name in text] == []


def test_even_the_workbook_could_be_shared() -> None:
    """The pseudonymised report is a report like any other, so no form of it can show more."""
    stream = io.BytesIO()
    write_workbook(_shared(), stream)
    with zipfile.ZipFile(stream) as parts:
        texts = [parts.read(name).decode() for name in parts.namelist()]
    assert any("person " in text for text in texts)
    assert [text for text in texts if "Quillfeather" in text] == []


def test_a_remedy_names_no_heading_that_may_be_a_name() -> None:
    """What would settle a doubtful column is told with the shape of its heading."""
    doubt = Finding("column-duplicate", Place("zebra.xlsx"), "Email", remedies=('--map "Zebedee=7=Email"',))
    (told,) = pseudonymised(replace(report(table(PEOPLE)), findings=(doubt,)), SECRET).findings
    assert told.remedies == ('--map "Aaaaaaa=9=Email"',)


def test_what_went_wrong_is_told_whole() -> None:
    """Rows, statuses, codes, cells and fields are those of the report itself; values keep their shape."""
    stream = io.BytesIO()
    write_json(_shared(), stream)
    told = json.loads(stream.getvalue())
    assert [row["status"] for row in told["rows"]] == ["held", "updated", "invalid"]
    found = {
        finding["cell"]: (finding["code"], finding["field"]) for row in told["rows"] for finding in row["findings"]
    }
    assert found["D3"] == ("email-format", "Email")
    assert found["E4"] == ("role-unknown", "Role")
    assert "“Aaaaaa aa Aa”" in str(told["rows"][2]["findings"])
    assert told["balanced"] is False


def test_a_person_has_the_same_token_in_every_report_of_a_site_and_of_no_other() -> None:
    """A vendor can follow one person through two reports, and nobody without the secret can tell who it is."""
    first, again, elsewhere = _shared(), _shared(first_row=9), _shared(b"another site's secret, for tests")
    tokens = [[row.misid for row in one.rows()] for one in (first, again, elsewhere)]
    assert tokens[0] == tokens[1]
    assert len({*tokens[0], *tokens[2]}) == 6


def test_entries_of_lists_and_other_files_are_not_named() -> None:
    """A name near the one typed, its id and its MIS value become shapes and tokens, and so does another file's name."""
    near = "classes; the nearest it has: “Zebedee Class” (id 201, MIS value ZEB-1) and “Zeb” (id 7)"
    found = tuple(
        Finding("reference-unknown", Place("zebra.xlsx"), detail=detail)
        for detail in (near, "row 5 of zebra.xlsx (Zebra)", "row 6 of zebra.xlsx")
    )
    people = report(table(PEOPLE, name="zebra.xlsx", sheet="Zebra"))
    told = [finding.detail for finding in pseudonymised(replace(people, findings=found), SECRET).findings]
    assert re.fullmatch(
        r"classes; the nearest it has: “Aaaaaaa Aaaaa” \(entry \w{10}, MIS value AAA-9\) and “Aaa” \(entry \w{10}\)",
        told[0],
    )
    assert told[1:] == ["row 5 of file 1.xlsx", "row 6 of file 1.xlsx"]


def test_two_accounts_are_told_apart_without_their_ids() -> None:
    """Ids of accounts become tokens, each its own."""
    (fate,) = [fate for source in _shared().sources for fate in source.fates.values() if fate.findings]
    said = message(fate.findings[0])
    assert said.count("account ") == 2
    assert len(set(said.split("account ")[1:])) == 2


@given(st.text())
def test_a_shape_keeps_no_letter_and_no_digit(text: str) -> None:
    """A shape is made of A, a, 9, signs and nothing else, and is never long."""
    shown = shape(text)
    assert not [each for each in shown.partition("… (")[0] if each.isalnum() and each not in "Aa9"]
    assert len(shown) < 100


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Asha-7", "Aaaa-9"), ("1234567890", "9999999999"), ("a@example.com", "a@aaaaaaa.aaa"), ("Łódź\u200b", "Aaaa·")],
)
def test_a_shape_shows_what_is_wrong_with_a_value(text: str, expected: str) -> None:
    """Length, signs and kinds of character stay."""
    assert shape(text) == expected
