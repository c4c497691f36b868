"""The report that can be sent to others: it tells what went wrong and not with whom."""

from __future__ import annotations

import io
import json
import re
import zipfile
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulk_import.findings import Finding, Place, all_sentences, fix, located
from bulk_import.report import Leaver, Report, RowFate, Status, pseudonymised, write_json, write_page, write_workbook
from bulk_import.report.share import TELLING, shape
from tests.finding_examples import EXAMPLES, REMEDIES
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
    gone, refusal = (Leaver(5741, "XK-77123", "Learner", "Balthazar"),), ("zebra.xlsx has no column for Email.",)
    made = report(people, fates=fates, notices=("C:\\Users\\quillfeather",))
    return pseudonymised(replace(made, leavers=gone, refusal=refusal), secret)


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


@cache
def _report() -> Report:
    return report(table(PEOPLE))


QUOTED = ["“{}”", "”{}“", "the one with id {}, MIS value {}", "(id 3, MIS value AB,{} Ltd)", "user id 41, {} now", "{}"]


@given(
    st.sampled_from(sorted(all_sentences().keys() - TELLING)),
    st.text(st.characters(categories=["L", "Nd"]), min_size=1),
    st.sampled_from(QUOTED),
    st.sampled_from([None, 2]),
)
def test_no_detail_that_may_quote_anything_is_told(code: str, typed: str, quoting: str, row: int | None) -> None:
    """Whatever a heading, an entry, a file or an id is, and however a sentence quotes it, it is not told."""
    secret = f"Zq{typed}ed"
    quoted = quoting.replace("{}", secret)
    place = Place(f"{secret}.{secret}", secret, row)
    found = Finding(code, place, None, secret, secret, quoted, remedies=(f'--map "{quoted}=Email"', quoted))
    fate = RowFate(Status.HELD, findings=(found,))
    whole = _report()
    sources = (replace(whole.sources[0], fates={2: fate}),)
    shared = pseudonymised(replace(whole, sources=sources, findings=(found,)), SECRET)
    told = [*shared.findings, *(finding for row in shared.rows() for finding in row.findings)]
    assert len(told) > 1
    assert [text for one in told for text in (located(one), fix(one), repr(one)) if secret in text] == []


@pytest.mark.parametrize("code", sorted(TELLING))
def test_what_is_told_whole_quotes_nothing(code: str) -> None:
    """The details of the codes that are told whole have neither quotations nor ids in them."""
    detail = EXAMPLES[code][3].replace("“.0”", "")
    assert not re.search(r"[“”]|\bids? \d", detail)


def test_no_detail_of_any_example_tells_who_anybody_is() -> None:
    """The example of every code, as a finding of the run, of its file and of a row: no name, heading, file and id."""
    found = [
        Finding(code, Place("zebra.xlsx", "Zebra", row), *EXAMPLES[code], remedies=REMEDIES.get(code, ()))
        for code in all_sentences()
        for row in (None, 3)
    ]
    fate = RowFate(Status.HELD, findings=tuple(one for one in found if one.place.row))
    people = table(PEOPLE, name="zebra.xlsx", sheet="Zebra")
    whole = report(people, fates=[{3: fate}, {}][:1])
    stream = io.BytesIO()
    for write in (write_json, write_page):
        write(pseudonymised(replace(whole, findings=tuple(found)), SECRET), stream)
    text = stream.getvalue().decode()
    hidden = [
        "Priya",
        "Helen",
        "Carpentry",
        "STF-0101",
        "CL-CARP2A",
        "staff.csv",
        "zebra",
        "Zebra",
        "Lerners",
        "Campus",
    ]
    hidden += ["Campus", "1003", "5740", "5012", "Northtown", "Archive", "Course Code", "id 101"]
    assert [name for name in hidden if name in text] == []


def test_a_row_is_told_by_its_number_alone() -> None:
    """Another row of the same file is told, another file is not."""
    found = tuple(Finding("duplicate-misid", Place("zebra.xlsx"), detail=one) for one in ("row 5", "row 5 of Zebra"))
    people = report(table(PEOPLE, name="zebra.xlsx", sheet="Zebra"))
    told = [finding.detail for finding in pseudonymised(replace(people, findings=found), SECRET).findings]
    assert told == ["row 5", "(not told in a report to be shared)"]


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
