"""Room for the column Problem before the user's own: what points into the sheet follows it, all else stays."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from bulk_import.findings import column_letters
from bulk_import.report.marked.references import CannotMoveError, moved_formula, moved_ranges
from bulk_import.report.marked.room import _moved
from tests.data.workbooks import rezipped
from tests.unit.marking import parts, read, to_fix
from tests.unit.test_marked_workbook import LOST_BY_OPENPYXL

if TYPE_CHECKING:
    from pathlib import Path

    from openpyxl import Workbook as Opened

pytestmark = pytest.mark.filterwarnings(LOST_BY_OPENPYXL)
HEADINGS = ("First Name", "Surname", "Email", "Role", "OrganisationID", "Full name", "Shirt")
PEOPLE = "Our 'new' staff & co"
QUOTED = "'Our ''new'' staff & co'"


@pytest.mark.parametrize(
    ("formula", "own", "other"),
    [
        ("A1+$B$2*C$3-$D4", "B1+$C$2*D$3-$E4", None),
        ("SUM(A:A)+SUM($B:$C)+Lists!3:5", "SUM(B:B)+SUM($C:$D)+Lists!3:5", None),
        ('HYPERLINK("mailto:"&C4)', 'HYPERLINK("mailto:"&D4)', None),
        ("VLOOKUP(B4,Lists!$A$2:$B$9,2,0)", "VLOOKUP(C4,Lists!$A$2:$B$9,2,0)", None),
        ("Lists!A1&[1]Staff!A1&'Other one'!A1", "Lists!A1&[1]Staff!A1&'Other one'!A1", None),
        ("COUNTA(Staff!$A$4:$A$99)", "COUNTA(Staff!$B$4:$B$99)", "COUNTA(Staff!$B$4:$B$99)"),
        ("'STAFF'!A1+A1", "'STAFF'!B1+B1", "'STAFF'!B1+A1"),
        ('IF(A1="A1 and ""B2""",LOG10(B1),TAX_A1)', 'IF(B1="A1 and ""B2""",LOG10(C1),TAX_A1)', None),
        ("Table1[[#This Row],[A1]]&Table1[B2]&A2", "Table1[[#This Row],[A1]]&Table1[B2]&B2", None),
        ("IF(Z9,AZ9,ZZ9)", "IF(AA9,BA9,AAA9)", None),
        ("OFFSET($A$1,0,0,COUNTA($A:$A))", "OFFSET($B$1,0,0,COUNTA($B:$B))", None),
        ("A1:XFD1", "B1:XFD1", None),
        ("_xlfn.XLOOKUP(A2,B:B,C:C)", "_xlfn.XLOOKUP(B2,C:C,D:D)", None),
    ],
)
def test_references_follow_their_sheet(formula: str, own: str, other: str | None) -> None:
    """References to the sheet move one column, wherever the formula stands; texts, names and other sheets stay."""
    assert moved_formula(formula, "Staff", own=True) == own
    assert moved_formula(formula, "Staff", own=False) == (other or formula)


@pytest.mark.parametrize(
    "formula",
    [
        *("INDIRECT(A1)", "VLOOKUP(A1,B:D,COLUMN(),0)", "SUM(Jan:Dec!A1)", "SUM('Jan:Dec'!A1)", "XFD1", "cell(1,A1)"),
        *("COUNTA(4:4)", "INDEX($3:$9,1,2)", "MATCH(A1,Staff!$1:$1,0)", "COUNTA('Staff'!4 : 5)"),
        *('HYPERLINK("#Staff!A1")', 'hyperlink( "[me.xlsx]Staff!A1")', "HYPERLINK(H4)"),
    ],
)
def test_what_cannot_be_told_is_not_moved(formula: str) -> None:
    """A formula that may know a column by its number or in a text is refused, and so is one through several sheets."""
    with pytest.raises(CannotMoveError):
        moved_formula(formula, "Staff", own=True)


def test_a_name_that_starts_nowhere_is_not_moved() -> None:
    """A name may refer to the sheet by fixed columns alone; a relative one depends on where it is used."""
    assert moved_formula("Staff!$A$1", "Staff", own=False, absolute=True) == "Staff!$B$1"
    with pytest.raises(CannotMoveError):
        moved_formula("Staff!A1", "Staff", own=False, absolute=True)


def test_the_rows_printed_on_every_page_may_grow() -> None:
    """A name that says which rows and columns each page repeats moves its columns and keeps its rows."""
    titles = "Staff!$A:$B,Staff!$1:$3"
    assert moved_formula(titles, "Staff", own=False, absolute=True, titles=True) == "Staff!$B:$C,Staff!$1:$3"
    with pytest.raises(CannotMoveError):
        moved_formula(titles, "Staff", own=False, absolute=True)


@given(st.lists(st.tuples(st.integers(1, 16_000), st.integers(1, 9_999)), min_size=1))
def test_ranges_move_by_one(cells: list[tuple[int, int]]) -> None:
    """Every cell of a list of ranges stands one column further right, in the same row."""
    before = " ".join(f"{column_letters(column)}{row}" for column, row in cells)
    assert moved_ranges(before) == " ".join(f"{column_letters(column + 1)}{row}" for column, row in cells)


def staff(path: Path) -> Path:
    """A workbook of all that moves: formulas here and elsewhere, lists, formats, names, a table, pictures and notes."""
    with xlsxwriter.Workbook(path) as book:
        page, lists = book.add_worksheet(PEOPLE), book.add_worksheet("Lists")
        page.merge_range("A1:C1", "Staff")
        people = [("Asha", "Khan", "asha@example.com"), ("Ben", "Hill", "nobody"), ("Cai", "Rees", "cai@example.com")]
        for row, (first, last, email) in enumerate(people, start=3):
            page.write_row(row, 0, [first, last, email, "Assessor", 1])
            page.write_formula(row, 5, f'=A{row + 1}&" "&B{row + 1}', None, f"{first} {last}")
            page.write_formula(row, 6, "=Lists!B1", None, "x")
        page.add_table(2, 0, 5, 6, {"name": "Staff", "columns": [{"header": text} for text in HEADINGS]})
        page.freeze_panes(3, 2)
        page.set_column(0, 1, 14)
        page.set_column(2, 2, 30)
        page.data_validation("D4:D9", {"validate": "list", "source": "=Lists!$A$1:$A$2"})
        page.data_validation("E4:E9", {"validate": "custom", "value": "=A4<>B4"})
        page.conditional_format("A4:B9", {"type": "formula", "criteria": "=$C4=0", "format": book.add_format()})
        icons = [{"type": "formula", "value": "=$G$2"}, {"type": "number", "value": 3}]
        page.conditional_format("E4:E9", {"type": "icon_set", "icon_style": "3_arrows", "icons": icons})
        page.add_sparkline("H4", {"range": f"{QUOTED}!E4:E6"})
        page.write_comment("B5", "My own note")
        page.write_url("H1", f"internal:{QUOTED}!A4", string="first")
        page.insert_textbox("J2", "Ask before you change this")
        page.print_area(0, 0, 5, 6)
        page.repeat_columns(0, 1)
        page.repeat_rows(2)
        lists.write_column(0, 0, ["Assessor", "IQA"])
        lists.write_formula(0, 1, f"=COUNTA({QUOTED}!A4:A6)", None, 3)
        book.define_name("Addresses", f"={QUOTED}!$C$4:$C$6")
        chart = book.add_chart({"type": "column"})
        chart.add_series({"values": f"={QUOTED}!$E$4:$E$6"})
        lists.insert_chart("D4", chart)
    return path


def opened(data: bytes) -> Opened:
    """A workbook as another program sees it."""
    return openpyxl.load_workbook(io.BytesIO(data))


def test_problem_is_the_first_column(tmp_path: Path) -> None:
    """What is wrong with a row stands before the user's columns, in view beside what is frozen."""
    path = staff(tmp_path / "staff.xlsx")
    sheet = opened(to_fix(path).data)[PEOPLE]
    assert [cell.value for cell in sheet[3]] == ["Problem", *HEADINGS, None]
    assert [row for row in range(4, 7) if sheet.cell(row, 1).value] == [5]
    assert sheet["A5"].value.startswith("D5: ")
    assert "it has no @" in sheet["D5"].comment.text
    assert sheet.freeze_panes == "D4"
    assert sheet.column_dimensions["D"].width == openpyxl.load_workbook(path)[PEOPLE].column_dimensions["C"].width


def test_everything_follows(tmp_path: Path) -> None:
    """Formulas, lists, formats, names, tables, links, pictures, charts and notes point at the cells they pointed at."""
    book = opened(to_fix(staff(tmp_path / "staff.xlsx")).data)
    sheet = book[PEOPLE]
    assert (sheet["G4"].value, sheet["H4"].value) == ('=B4&" "&C4', "=Lists!B1")
    assert book["Lists"]["B1"].value == f"=COUNTA({QUOTED}!B4:B6)"
    assert book.defined_names["Addresses"].attr_text == f"{QUOTED}!$D$4:$D$6"
    assert sheet.print_area == f"{QUOTED}!$B$1:$H$6"
    assert (sheet.print_title_cols, sheet.print_title_rows) == ("$B:$C", "$3:$3")
    assert str(sheet.merged_cells) == "B1:D1"
    assert (sheet.tables["Staff"].ref, sheet.tables["Staff"].autoFilter.ref) == ("B3:H6", "B3:H6")
    lists = [(str(rule.sqref), rule.formula1) for rule in sheet.data_validations.dataValidation]
    assert lists == [("E4:E9", "Lists!$A$1:$A$2"), ("F4:F9", "B4<>C4")]
    formats = [rule.formula for area in sheet.conditional_formatting for rule in area.rules]
    assert ["$D4=0"] in formats
    assert sheet["I1"].hyperlink.location == f"{QUOTED}!B4"
    assert sheet["C5"].comment.text == "My own note"
    made = parts(to_fix(tmp_path / "staff.xlsx").data)
    assert b"<c:f>'Our ''new'' staff &amp; co'!$F$4:$F$6</c:f>" in made["xl/charts/chart1.xml"].replace(b"&apos;", b"'")
    assert b"!F4:F6</xm:f><xm:sqref>I4<" in made["xl/worksheets/sheet1.xml"]
    assert re.findall(rb"<cfvo [^>]*>", made["xl/worksheets/sheet1.xml"]) == [
        b'<cfvo type="percent" val="0"/>',
        b'<cfvo type="num" val="3"/>',
        b'<cfvo type="formula" val="$H$2"/>',
    ]
    assert b"<xdr:from><xdr:col>10<" in made["xl/drawings/drawing1.xml"]
    assert b"<x:Column>2</x:Column>" in made["xl/drawings/vmlDrawing1.vml"]


def test_it_comes_back_as_it_was(tmp_path: Path) -> None:
    """The moved workbook is read with the same cells, and marked again it stays where it is."""
    path, back = staff(tmp_path / "staff.xlsx"), tmp_path / "staff-to-fix.xlsx"
    back.write_bytes(to_fix(path).data)
    before, after = read(path), read(back)
    assert after.frame.equals(before.frame)
    assert [one.column - 1 for one in after.headings] == [one.column for one in before.headings]
    again = opened(to_fix(back).data)[PEOPLE]
    assert [cell.value for cell in again[3]] == ["Problem", *HEADINGS, None]


STAYS = {
    "a part of an unknown kind": {"xl/pivotCache/pivotCacheDefinition1.xml": b"<x/>"},
    "macros": {"xl/vbaProject.bin": b"macros"},
}


@pytest.mark.parametrize("case", [*STAYS, "INDIRECT", "headings that stand twice"])
def test_what_is_not_known_to_move_stays(tmp_path: Path, case: str) -> None:
    """The column Problem then stands beside the last column, and nothing of the user's is moved."""
    path = staff(tmp_path / "staff.xlsx")
    data = rezipped(path.read_bytes(), STAYS.get(case, {}))
    sheet = parts(data)["xl/worksheets/sheet1.xml"]
    if case == "INDIRECT":
        data = rezipped(data, {"xl/worksheets/sheet1.xml": sheet.replace(b"<f>Lists!B1</f>", b"<f>INDIRECT(A1)</f>")})
    if case == "headings that stand twice":
        strings = parts(data)["xl/sharedStrings.xml"]
        data = rezipped(data, {"xl/sharedStrings.xml": strings.replace(b"<t>Shirt<", b"<t>Full name<")})
    path.write_bytes(data)
    made = opened(to_fix(path).data)[PEOPLE]
    assert made["A3"].value == "First Name"
    assert made["I3"].value == "Problem"


def test_a_picture_of_cells_follows_them() -> None:
    """The cells that a camera's picture shows, and the filters of a chart, are named as attributes and lists are."""
    camera = b'<a14:cameraTool cellRange="$A$1:$C$3" spid="1"/>'
    assert _moved(camera, "Staff", own=True) == b'<a14:cameraTool cellRange="$B$1:$D$3" spid="1"/>'
    chart = b"<c15:sqref>Staff!$A$1:$A$9</c15:sqref>"
    assert _moved(chart, "Staff", own=False) == b"<c15:sqref>Staff!$B$1:$B$9</c15:sqref>"
