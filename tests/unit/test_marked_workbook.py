"""The user's own workbook with its problems marked: nothing else of it changes, and it is read as before."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
import xlsxwriter

from bulk_import.findings import Finding, Place
from bulk_import.report import RowFate, Status
from bulk_import.report.marked.sheet import RULE
from tests.data.rich_workbook import FIRST_ROW, HEADINGS, MACROS, PEOPLE, SHEET, picture, rich_workbook
from tests.data.workbooks import part_of, rezipped, with_sheet_data, workbook
from tests.unit.marking import parts, read, to_fix

if TYPE_CHECKING:
    from pathlib import Path

    from bulk_import.report import FileToFix

LOST_BY_OPENPYXL = "ignore:(Data Validation|Sparkline Group|Conditional Formatting) extension:UserWarning"
pytestmark = pytest.mark.filterwarnings(LOST_BY_OPENPYXL)


def person(number: int, **changed: str) -> dict[str, str]:
    """A learner with the headings of the rich workbook."""
    usual = {
        "Learner Ref": f"J{number:03}",
        "First Name": "Asha",
        "Surname": f"Khan{'abcdefghij'[number]}",
        "Email Address": f"asha{number}@example.com",
        "Role": "Learner",
        "OrganisationID": "1",
        "DefaultAssessorID": "101",
        "ClassroomID": "201",
        "PlacementID": "301",
        "Date of Birth": "01/09/2007",
    }
    return usual | {heading.replace("_", " "): value for heading, value in changed.items()}


SOME = [
    person(1, Email_Address="nobody"),
    person(2),
    person(3, ClassroomID="#N/A", Email_Address="x@"),
    person(4, Surname=""),
    person(5),
]


def source(folder: Path, data: bytes | None = None, name: str = "people.xlsm") -> Path:
    """The rich workbook, or another one, as a file."""
    path = folder / name
    path.write_bytes(rich_workbook(SOME) if data is None else data)
    return path


def opened(file: FileToFix) -> Any:  # noqa: ANN401 - openpyxl's types are wider than what is asked of them here
    """A file to correct, opened by another program than the one that wrote it."""
    return openpyxl.load_workbook(io.BytesIO(file.data), keep_vba=True)


def without_our_marks(sheet: bytes) -> str:
    """A marked worksheet without the cells, the conditional formats and the heights of rows that are ours."""
    text = re.sub(r'<c r="P[0-9]+" s="[0-9]+" t="inlineStr">.*?</c>', "", sheet.decode(), flags=re.DOTALL)
    rule = rf"<cfRule[^>]*><formula>{re.escape(RULE)}</formula></cfRule>"
    ours = rf'<conditionalFormatting sqref="[^"]*">{rule}</conditionalFormatting>'
    text = re.sub(ours, "", text)
    text = re.sub(r'<col min="1[3-7]" [^>]*/>', "", text)
    text = re.sub(r'<row ht="[0-9]+" customHeight="1"', "<row", text)
    return re.sub(r' spans="[^"]*"|<dimension [^>]*/>', "", text)


def test_nothing_but_the_marks_changes(tmp_path: Path) -> None:
    """Every part keeps its bytes, but for six that get something more; the sheet itself loses nothing either."""
    path = source(tmp_path)
    before, after = parts(path.read_bytes()), parts(to_fix(path).data)
    assert before.keys() <= after.keys()
    changed = {name for name, data in before.items() if after[name] != data}
    assert changed == {
        "[Content_Types].xml",
        "xl/_rels/workbook.xml.rels",
        "xl/workbook.xml",
        "xl/styles.xml",
        "xl/comments1.xml",
        "xl/drawings/vmlDrawing1.vml",
        SHEET,
    }
    assert after.keys() - before.keys() == {"xl/worksheets/sheet4.xml"}
    assert after["xl/vbaProject.bin"] == MACROS
    assert without_our_marks(after[SHEET]) == without_our_marks(before[SHEET])
    for kept in (b"x14:dataValidation ", b"x14:sparkline>", b"<f>B4&amp;", b"<v>Asha Khanb</v>", b"<pane "):
        assert kept in after[SHEET]


def test_another_program_sees_what_the_user_had(tmp_path: Path) -> None:
    """Values, formats, widths, panes, lists, tables, names and the user's own note are those of the source."""
    path = source(tmp_path)
    before = openpyxl.load_workbook(path, keep_vba=True)
    after = opened(to_fix(path))
    assert after.sheetnames == [*before.sheetnames, "Problems"]
    assert after.defined_names.keys() == before.defined_names.keys()
    for name in before.sheetnames:
        one, other = before[name], after[name]
        for row in one.iter_rows():
            for cell in row:
                twin = other[cell.coordinate]
                assert [twin.value, twin.number_format, *map(repr, (twin.font, twin.fill, twin.border))] == (
                    [cell.value, cell.number_format, *map(repr, (cell.font, cell.fill, cell.border))]
                )
        assert {key: width.width for key, width in one.column_dimensions.items()}.items() <= {
            **{key: width.width for key, width in other.column_dimensions.items()},
            "M": one.column_dimensions["M"].width,
        }.items()
        assert other.freeze_panes == one.freeze_panes
        assert [(str(rule.sqref), rule.formula1) for rule in other.data_validations.dataValidation] == [
            (str(rule.sqref), rule.formula1) for rule in one.data_validations.dataValidation
        ]
        assert [(table.name, table.ref) for table in other.tables.values()] == [
            (table.name, table.ref) for table in one.tables.values()
        ]
        assert str(other.merged_cells) == str(one.merged_cells)
    assert after[PEOPLE]["A4"].comment.text == "My own note"


def test_each_problem_is_told_in_four_ways(tmp_path: Path) -> None:
    """Its cell is filled and carries a note, its row says so in the column Problem, and a line links to the cell."""
    file = to_fix(source(tmp_path))
    assert file.name == "people-to-fix.xlsm"
    book = opened(file)
    sheet, problems = book[PEOPLE], book["Problems"]
    filled = [str(area.sqref) for area in sheet.conditional_formatting for rule in area.rules if rule.formula == [RULE]]
    assert filled == ["C7 D4 D6 H6"]
    for address, wrong in (("D4", "it has no @"), ("D6", "no dot"), ("H6", "the error #N/A"), ("C7", "is missing")):
        assert wrong in sheet[address].comment.text
        assert sheet[address].comment.author == "bulk-import"
    assert sheet["P3"].value == "Problem"
    texts = {row: sheet.cell(row, 16).value for row in range(FIRST_ROW, FIRST_ROW + len(SOME))}
    assert {row for row, text in texts.items() if text} == {4, 6, 7}
    assert texts[6].startswith("(1) D6: This is not an e-mail address")
    assert (sheet.cell(6, 16).alignment.wrap_text, sheet.cell(6, 16).alignment.vertical) == (True, "top")
    assert "\n(2) H6: ClassroomID is not sent, because the cell holds the error" in texts[6]
    lines = [row for row in problems.iter_rows(min_row=2) if row[0].hyperlink]
    assert [(row[0].value, row[0].hyperlink.location, row[1].value) for row in lines] == [
        ("D4", f"'{PEOPLE}'!D4", "Email Address"),
        ("D6", f"'{PEOPLE}'!D6", "Email Address"),
        ("H6", f"'{PEOPLE}'!H6", "ClassroomID"),
        ("C7", f"'{PEOPLE}'!C7", "Surname"),
    ]


def test_it_says_what_it_carries(tmp_path: Path) -> None:
    """Hidden sheets, macros, comments, properties and the names in them are named on the sheet Problems."""
    data = rich_workbook(SOME)
    core = part_of(data, "docProps/core.xml").replace(b"lastModifiedBy>A.", b"lastModifiedBy>B. O&apos;Hara, for A.")
    named = b"<Manager>C. Head</Manager><Company>North &amp; South</Company>"
    app = part_of(data, "docProps/app.xml").replace(b"<Company></Company>", named)
    path = source(tmp_path, rezipped(data, {"docProps/core.xml": core, "docProps/app.xml": app}))
    texts = [row[0].value for row in opened(to_fix(path))["Problems"].iter_rows(max_row=6)]
    (carried,) = [text for text in texts if text and text.startswith("As it is your own workbook")]
    people = ("(A. Registrar)", "(B. O'Hara, for A. Registrar)", "(C. Head)", "(North & South)")
    for words in ("“Old”", "macros", "comments", "document properties of your own", *people):
        assert words in carried


def test_our_marks_are_dropped_on_reading(tmp_path: Path) -> None:
    """The marked file is read as the source was: the same rows at the same addresses, no column and no sheet more."""
    path = source(tmp_path)
    back = tmp_path / "people-to-fix.xlsm"
    back.write_bytes(to_fix(path).data)
    before, after = read(path), read(back)
    assert after.headings == before.headings
    assert after.frame.equals(before.frame)
    assert (after.types == before.types).all()
    assert [(one.code, one.detail) for one in after.findings] == [(one.code, one.detail) for one in before.findings]
    assert (before.marks, after.marks and after.marks.sheet) == (None, "Problems")


@pytest.mark.parametrize("resaved", [False, True], ids=["as it was written", "saved by another program"])
def test_marked_a_second_time(tmp_path: Path, *, resaved: bool) -> None:
    """Marks of what was corrected are gone, others stay: one column, one sheet, one note a cell, the same name."""
    back = tmp_path / "people-to-fix.xlsm"
    back.write_bytes(to_fix(source(tmp_path)).data)
    book = openpyxl.load_workbook(back, keep_vba=True)
    book[PEOPLE]["D4"] = "asha@example.com"
    book[PEOPLE]["C7"] = "Khan"
    if resaved:
        book.save(back)
    else:
        cells = {"D4": b"asha@example.com", "C7": b"Khan"}
        sheet = part_of(back.read_bytes(), SHEET)
        for address, text in cells.items():
            cell = re.compile(rb'<c r="' + address.encode() + rb'"( s="\d+")? t="s"><v>\d+</v></c>')
            new = rb'<c r="' + address.encode() + rb'"\1 t="inlineStr"><is><t>' + text + rb"</t></is></c>"
            sheet, count = cell.subn(new, sheet)
            assert count == 1
        back.write_bytes(rezipped(back.read_bytes(), {SHEET: sheet}))
    again = to_fix(back)
    assert again.name == "people-to-fix.xlsm"
    sheet = opened(again)[PEOPLE]
    assert opened(again).sheetnames == [PEOPLE, "Lists", "Old", "Problems"]
    filled = [str(area.sqref) for area in sheet.conditional_formatting for rule in area.rules if rule.formula == [RULE]]
    assert filled == ["D6 H6"]
    notes = {cell.coordinate: cell.comment.author for row in sheet.iter_rows() for cell in row if cell.comment}
    assert {at for at, author in notes.items() if author == "bulk-import"} == {"D6", "H6"}
    drawing = next(data for name, data in parts(again.data).items() if name.endswith(".vml") and b"Note" in data)
    assert drawing.count(b'ObjectType="Note"') == len(notes)
    assert [cell.value for cell in sheet[3]].count("Problem") == 1
    assert [row for row in range(4, 9) if sheet.cell(row, 16).value] == [6]


def test_refusals_stand_at_their_cells(tmp_path: Path) -> None:
    """What OneFile refused is marked like any other problem; done rows are not marked at all."""
    path = source(tmp_path, rich_workbook([person(1), person(2), person(3)], notes=False))
    place = Place("people.xlsm", PEOPLE, 4, HEADINGS.index("PlacementID") + 1)
    refused = Finding("refused", place, "PlacementID", "PlacementID", detail="placement not found (code -57)")
    whole = Finding("refused", Place("people.xlsm", PEOPLE, 5), detail="no reason")
    fates = {
        4: RowFate(Status.REJECTED, findings=(refused,)),
        5: RowFate(Status.REJECTED, findings=(whole,)),
        6: RowFate(Status.CREATED, 7),
    }
    sheet = opened(to_fix(path, fates))[PEOPLE]
    assert "placement not found" in sheet["I4"].comment.text
    assert "no reason" in sheet["A5"].comment.text
    assert [sheet.cell(row, 16).value is not None for row in (4, 5, 6)] == [True, True, False]


def test_the_users_own_names_are_kept(tmp_path: Path) -> None:
    """Where the user has a column Problem and a sheet Problems, ours have longer names, and theirs are read."""
    rows = [["First Name", "Last Name", "Email", "Problem"], ["Asha", "", "a@example.com", "none of ours"]]
    book = openpyxl.load_workbook(io.BytesIO(workbook(rows)))
    book.create_sheet("problems")
    stream = io.BytesIO()
    book.save(stream)
    path = source(tmp_path, stream.getvalue(), "people.xlsx")
    file = to_fix(path)
    assert opened(file).sheetnames == ["Learners", "problems", "Problems (bulk-import)"]
    assert opened(file)["Learners"]["A1"].value == "Problem (bulk-import)"
    back = source(tmp_path, file.data, "back.xlsx")
    assert [heading.text for heading in read(back).headings] == ["First Name", "Last Name", "Email", "Problem"]


@pytest.mark.parametrize("prefix", ["", "x:"])
def test_unusual_xml(tmp_path: Path, prefix: str) -> None:
    """Prefixed elements, rows and cells without addresses and stretches of columns are marked as well."""
    cells = "".join(
        f'<{prefix}c t="inlineStr"><{prefix}is><{prefix}t>{text}</{prefix}t></{prefix}is></{prefix}c>'
        for text in ("Asha", "Khan", "nobody")
    )
    data = with_sheet_data(f'<{prefix}row>{cells}<{prefix}c r="Z2" s="0"/></{prefix}row>', prefix=prefix, root=prefix)
    sheet = opened(to_fix(source(tmp_path, data, "people.xlsx")))["Learners"]
    assert sheet["E1"].value == "Problem"
    assert sheet["E2"].value.startswith("(1) OrganisationID is missing")
    assert sheet["A2"].comment is not None


STRICT = b"http://purl.oclc.org/ooxml/spreadsheetml/main"
MAIN = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
REFUSED = {
    "signed": ({"_xmlsignatures/sig1.xml": b"<s/>"}, "signed"),
    "shared": ({"xl/revisions/log1.xml": b"<s/>"}, "history of changes"),
    "strict": ({SHEET: MAIN}, "Strict Open XML"),
    "part outside": ({"../outside.txt": b"x"}, "names that Excel would not give"),
    "part of the whole disk": ({"/outside.txt": b"x"}, "names that Excel would not give"),
    "part on a server": ({"\\\\server\\outside.txt": b"x"}, "names that Excel would not give"),
    "part on a drive": ({"C:/outside.txt": b"x"}, "names that Excel would not give"),
    "full": ({SHEET: b'<c r="XFD1"><v>1</v></c></row><row r="2"'}, "no room"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_marked_faithfully(tmp_path: Path, case: str) -> None:
    """A copy of the values comes back instead, which says why."""
    changes, why = REFUSED[case]
    data = rich_workbook(SOME)
    sheet = part_of(data, SHEET)
    if case == "strict":
        changes = {SHEET: sheet.replace(MAIN, STRICT)}
    if case == "full":
        changes = {SHEET: sheet.replace(b'</row><row r="2"', changes[SHEET])}
    file = to_fix(source(tmp_path, rezipped(data, changes)))
    assert file.name == "people-to-fix.xlsx"
    book = openpyxl.load_workbook(io.BytesIO(file.data))
    assert book.sheetnames == [PEOPLE, "Problems"]
    assert why in book["Problems"]["A3"].value
    assert "it has no @" in book[PEOPLE]["A4"].value


@pytest.mark.parametrize(
    ("part", "before", "odd"),
    [("xl/workbook.xml", b'sheetId="1"', b'sheetId="x"'), (SHEET, b'<col min="', b'<col least="')],
)
def test_what_the_standard_demands_and_is_missing(tmp_path: Path, part: str, before: bytes, odd: bytes) -> None:
    """An attribute that is not there, or no number, costs the user's looks and nothing else."""
    data = rich_workbook(SOME)
    assert before in part_of(data, part)
    file = to_fix(source(tmp_path, rezipped(data, {part: part_of(data, part).replace(before, odd, 1)})))
    assert (
        "its parts are not as Excel writes them"
        in openpyxl.load_workbook(io.BytesIO(file.data))["Problems"]["A3"].value
    )


def test_done_rows_need_no_file(tmp_path: Path) -> None:
    """Where nothing has to be corrected, warnings or not, there is no file to correct."""
    path = source(tmp_path, rich_workbook([person(1), person(2, Date_of_Birth="01/09/1920")]))
    done = {4: RowFate(Status.UNCHANGED, 7), 5: RowFate(Status.UPDATED, 8)}
    for fates in (None, done):
        with pytest.raises(ValueError, match="not enough values"):
            to_fix(path, fates)


@pytest.mark.parametrize("status", [None, Status.CREATED, Status.UPDATED, Status.UNCHANGED, Status.WOULD_UPDATE])
def test_a_value_that_was_left_out_is_marked(tmp_path: Path, status: Status | None) -> None:
    """A value that is not sent because it cannot be right is to be corrected, whatever became of its row."""
    path = source(tmp_path, rich_workbook([person(1, Date_of_Birth="31/02/2007"), person(2)], notes=False))
    fates = None if status is None else {row: RowFate(status, row) for row in (4, 5)}
    sheet = opened(to_fix(path, fates))[PEOPLE]
    assert "not sent" in sheet["J4"].comment.text
    assert [sheet.cell(row, 16).value is not None for row in (4, 5)] == [True, False]


def test_it_is_the_same_twice(tmp_path: Path) -> None:
    """The same report and source give the same bytes, and the source is left as it was."""
    path = source(tmp_path)
    before = path.read_bytes()
    assert to_fix(path) == to_fix(path)
    assert path.read_bytes() == before


def test_pictures_in_headers_are_not_taken_for_notes(tmp_path: Path) -> None:
    """A sheet whose only older drawing is its header's gets another one for its notes."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        page = book.add_worksheet("Learners")
        for row, texts in enumerate((["First Name", "Last Name", "Email"], ["Asha", "Khan", "a@example.com"])):
            page.write_row(row, 0, texts)
        page.set_header("&L&G", {"image_left": "logo.png", "image_data_left": io.BytesIO(picture())})
    path = source(tmp_path, stream.getvalue(), "people.xlsx")
    before, file = parts(path.read_bytes()), to_fix(path)
    after = parts(file.data)
    assert after["xl/drawings/vmlDrawing1.vml"] == before["xl/drawings/vmlDrawing1.vml"]
    assert b"<x:Row>1</x:Row>" in after["xl/drawings/vmlDrawing2.vml"]
    assert opened(file)["Learners"]["B2"].comment.text.startswith("bulk-import:\nError: OrganisationID is missing")
