"""The marks in a worksheet's XML: whatever form it has, what is put in stands where it belongs."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.worksheet.cell_range import CellRange

from bulk_import.findings import Severity
from bulk_import.report.marked.marks import Mark
from bulk_import.report.marked.rows import find_rows
from bulk_import.report.marked.sheet import ORDER, Marking, marked, open_sheet
from bulk_import.report.marked.splice import CannotMarkError, Change, content, outline, spliced
from bulk_import.report.marked.style_sheet import Looks, with_looks
from tests.data.workbooks import MAIN, part_of, workbook

LOOKS = Looks(0, 0, 0, 0, 0, 0, wrong=0, doubtful=1)
DATA = (
    '<sheetData><row r="1" spans="1:2"><c r="A1"><v>1</v></c></row><row r="2"><c r="A2"><v>2</v></c></row></sheetData>'
)


def sheet(inside: str = DATA) -> bytes:
    """A worksheet."""
    return f'<?xml version="1.0"?><worksheet xmlns="{MAIN}">{inside}</worksheet>'.encode()


def marked_sheet(data: bytes, *cells: tuple[int, int], column: int = 4, drawing: str | None = None) -> str:
    """The worksheet with a heading, a problem in row 2 and some cells filled."""
    marks = [Mark(row, at, Severity.ERROR, "note") for row, at in cells]
    marking = Marking(column, 1, "Problem", {2: "=wrong & <bad>"}, marks, LOOKS, drawing)
    return marked(open_sheet(data), find_rows(data, {1, 2}), marking).decode()


OURS = '<col min="4" max="4" width="80" customWidth="1"/>'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", OURS),
        ('<col min="1" max="3" a="b"/>', f'<col min="1" max="3" a="b"/>{OURS}'),
        (
            '<col min="2" max="16384" hidden="1"/>',
            f'<col min="2" max="3" hidden="1"/>{OURS}<col min="5" max="16384" hidden="1"/>',
        ),
        ('<col min="4" max="4" width="9"/>', OURS),
        ('<col min="6" max="7" width="9"/>', f'{OURS}<col min="6" max="7" width="9"/>'),
    ],
)
def test_the_width_of_the_new_column(before: str, after: str) -> None:
    """It gets a width of its own, whatever stretches of columns are described already."""
    described = f"<cols>{before}</cols>" if before else ""
    assert f"<cols>{after}</cols><sheetData>" in marked_sheet(sheet(described + DATA))


def test_what_is_put_in_stands_in_order() -> None:
    """The elements of the marked sheet come in the order that the standard demands."""
    rest = (
        '<mergeCells><mergeCell ref="A3:B3"/></mergeCells><pageMargins/><drawing/>'
        '<mc:AlternateContent xmlns:mc="http://x"><mc:Choice><controls/></mc:Choice></mc:AlternateContent><tableParts/>'
    )
    text = marked_sheet(sheet(f'<dimension ref="A1:B2"/>{DATA}{rest}'), (2, 1), drawing="rId9")
    names = [node.name for node in outline(text.encode(), depth=1).root.children]
    assert names == [
        *("dimension", "cols", "sheetData", "mergeCells", "conditionalFormatting", "pageMargins", "drawing"),
        *("legacyDrawing", "AlternateContent", "tableParts"),
    ]
    assert [ORDER.index(name) for name in names if name in ORDER] == sorted(
        ORDER.index(name) for name in names if name in ORDER
    )
    assert '<dimension ref="A1:D2"/>' in text
    assert '<row r="1" spans="1:4">' in text


def test_texts_are_never_formulas() -> None:
    """What begins with an equals sign is the text of a cell, and mark-up in it is none."""
    assert '<c r="D2" s="0" t="inlineStr"><is><t xml:space="preserve">=wrong &amp; &lt;bad&gt;</t>' in marked_sheet(
        sheet()
    )


@given(st.sets(st.tuples(st.integers(1, 30), st.integers(1, 5)), min_size=1))
def test_each_cell_is_filled_once(cells: set[tuple[int, int]]) -> None:
    """The ranges of our conditional formats hold each marked cell once, and no other."""
    text = marked_sheet(sheet(), *cells)
    areas = [CellRange(area) for listed in re.findall('sqref="([^"]*)"', text) for area in listed.split()]
    filled = [cell for area in areas for row in area.rows for cell in row]
    assert sorted(filled) == sorted(cells)


@pytest.mark.parametrize(
    "data",
    [
        b"<worksheet/>",
        sheet("<sheetData/>"),
        sheet(DATA.replace("<sheetData>", "<sheetData><!-- a -->")),
        sheet(DATA.replace("</row>", "")),
        sheet(DATA).replace(b"<worksheet", b'<!DOCTYPE a [<!ENTITY b "c">]><worksheet'),
        sheet(DATA).replace(b"</worksheet>", b""),
        sheet(DATA).decode().encode("utf-16"),
    ],
    ids=["nothing", "no rows", "comment", "open rows", "document type", "cut short", "wide characters"],
)
def test_sheets_that_are_not_touched(data: bytes) -> None:
    """A worksheet of any other form is refused rather than guessed at."""
    with pytest.raises(CannotMarkError):
        marked_sheet(data)


def test_formats_keep_their_numbers() -> None:
    """The formats that a workbook has stay the first, and ours are counted behind them."""
    before = part_of(workbook([["a"]]), "xl/styles.xml")
    after, looks = with_looks(before)
    assert looks.problem == len(outline(before, depth=2).root.named("cellXfs")[0].children)
    for node in outline(after, depth=2).root.children:
        if "count" in node.attributes:
            assert int(node.attributes["count"]) == len(node.children)


def test_changes_that_meet_are_refused() -> None:
    """Two changes never fall on the same bytes; any order of giving them is the same."""
    assert spliced(b"abcdef", [Change(4, 5, b"E"), Change(1, 2, b""), Change(1, 1, b"+")]) == b"a+cdEf"
    with pytest.raises(CannotMarkError):
        spliced(b"abcdef", [Change(1, 4, b""), Change(3, 5, b"")])


@given(st.text())
def test_content_is_ascii(text: str) -> None:
    """A text's content can stand in a part of any encoding, and holds nothing that XML forbids."""
    written = content(text)
    assert written.isascii()
    assert outline(f"<t>{written}</t>".encode(), depth=1).root.name == "t"
