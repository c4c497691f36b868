"""Workbooks made to do harm: whatever they hold, they end in a sentence, and cost little."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import pytest

from bulk_import.errors import InputUnreadable
from bulk_import.read import limits
from tests.data import other_workbooks as others
from tests.data import workbooks as made
from tests.unit.reading import read_bytes, rows, texts

if TYPE_CHECKING:
    from pathlib import Path

H = made.HEADINGS
ASHA = ("Asha", "Khan", "asha@example.com", "9276308686")
PLAIN = made.workbook([H, ASHA])
BOOK, RELS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"


def refused(folder: Path, data: bytes) -> tuple[str, str]:
    """Code and detail of the finding with which a file is refused."""
    with pytest.raises(InputUnreadable) as caught:
        read_bytes(folder, data)
    return caught.value.finding.code, caught.value.finding.detail


def changed(part: str, old: str, new: str, data: bytes = PLAIN) -> bytes:
    """A workbook in one part of which a text is replaced."""
    xml = made.part_of(data, part).decode()
    assert old in xml
    return made.rezipped(data, {part: xml.replace(old, new, 1).encode()})


FAR = "XFD1048576"
FAR_CELLS = [
    f'<c r="{FAR}" t="str"><v></v></c>',
    f'<c r="{FAR}" t="d"><v></v></c>',
    f'<c r="{FAR}" t="inlineStr"><is><t></t></is></c>',
    f'<c r="{FAR}"><is/></c>',
    f'<c r="A3" r="{FAR}"><v>1</v></c>',
    f'<c r="A3"r="{FAR}"><v>1</v></c>',
    f'<c r="A3" r = "{FAR}"><v>1</v></c>',
    f"<c r=\"A3\" r='{FAR}'><v>1</v></c>",
    f'<x:c\nr="{FAR}"><v>1</v></x:c>',
    f'<c\tr="{FAR}"><v>1</v></c>',
    f'<sheetDataX></sheetDataX><c r="{FAR}"><v>1</v></c>',
    f'<b a="</sheetData>"/><c r="{FAR}"><v>1</v></c>',
    '</row><row r="1048576"><c r="A9"><v>1</v></c><c r="XFD9"><v/></c><c><v>2</v></c>',
]


@pytest.mark.parametrize("cell", FAR_CELLS)
def test_no_form_of_cell_escapes_the_guard(tmp_path: Path, cell: str) -> None:
    """A far cell that the fast reader would heed, and set aside hundreds of gigabytes for, is seen in any form."""
    data = made.with_sheet_data(f'<row r="2"><c r="A2"><v>1</v></c></row><row r="3">{cell}</row>')
    assert refused(tmp_path, data)[0] in {"file-too-large", "file-unreadable"}


def test_data_before_the_worksheet_is_seen(tmp_path: Path) -> None:
    """The fast reader takes the first data it meets, wherever they stand."""
    hidden = f'<x><sheetData><row r="9"><c r="A1"><v>1</v></c><c r="{FAR}"><v>1</v></c></row></sheetData><worksheet '
    sheet = made.part_of(PLAIN, made.SHEET).decode().replace("<worksheet ", hidden) + "</x>"
    assert refused(tmp_path, made.rezipped(PLAIN, {made.SHEET: sheet.encode()}))[0] == "file-too-large"


def test_formatted_cells_without_a_value_do_no_harm(tmp_path: Path) -> None:
    """Empty values of the usual types are left out by the fast reader, so they do not count here either."""
    empty = "".join(f'<c r="XFC{i}" t="{kind}"><v></v></c>' for i, kind in enumerate("nsbe", start=1_000_000))
    data = made.with_sheet_data(f'<row r="2"><c r="A2"><v>1</v></c></row><row r="1000000">{empty}</row>')
    assert rows(read_bytes(tmp_path, data))[0] == 2


def test_a_large_sheet_with_formatted_cells_far_away_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Such cells are left out without parsing the sheet; where it would take parsing, its stretch is named."""
    monkeypatch.setattr("bulk_import.read.sheet_xml.LARGEST_PARSED", 100)
    filled = '<row r="2"><c r="A2"><v>1</v></c></row>'
    far = '<row r="1048576"><c r="A1048576" s="2"/><c r="XFD1048576" s="3" t="n" /></row>'
    assert rows(read_bytes(tmp_path, made.with_sheet_data(filled + far))) == [2]
    code, detail = refused(tmp_path, made.with_sheet_data(filled + far.replace("/>", "><v></v></c>")))
    assert (code, "stretches" in detail) == ("file-too-large", True)


@pytest.mark.parametrize("reference", ["AAAAAAA9999999999", "A0", "A", "9", "Ä9", ""])
def test_an_address_that_is_none_is_said(tmp_path: Path, reference: str, capfd: pytest.CaptureFixture[str]) -> None:
    """The fast reader never sees it, and so prints nothing of its own."""
    data = made.with_sheet_data(f'<row r="2"><c r="{reference}"><v>1</v></c></row>')
    assert refused(tmp_path, data)[0] == "file-unreadable"
    assert capfd.readouterr().err == ""


def test_cells_and_rows_without_numbers_stand_where_the_fast_reader_puts_them(tmp_path: Path) -> None:
    """Numbers may be left out; a cell's own address does not move the rows after it."""
    xml = (
        '<row><c r="A2" t="str"><v>x</v></c><c t="e"><v>#N/A</v></c></row>'
        '<row r="5"><c t="str"><v>y</v></c><c t="e"><v>#REF!</v></c></row>'
    )
    table = read_bytes(tmp_path, made.with_sheet_data(xml))
    assert rows(table) == [2, 5]
    assert texts(table) == [["x", "#N/A", None, None], ["y", "#REF!", None, None]]


SHEETS = '<sheet name="P" sheetId="1" state="visible" r:id="rId1"/>'


@pytest.mark.parametrize(
    "sheets",
    [
        '<sheet name="P" sheetId="1" r:id="rId1"/><sheet name="P" sheetId="2" r:id="rId2"/>',
        '<sheet name="P" sheetId="1" r:id="rId1"/><sheet name="Q" sheetId="2" r:id="rId1"/>',
        '<sheet name="P" sheetId="1" q:id="rId2" r:id="rId1" xmlns:q="urn:q"/>',
        '<sheet name="P" sheetId="1" r:id="rId9"/>',
        '<sheet name="P" sheetId="1"/>',
    ],
    ids=["same name", "same content", "two ids", "no relation", "no id"],
)
def test_an_ambiguous_list_of_sheets_is_refused(tmp_path: Path, sheets: str) -> None:
    """Where two readers could find different sheets, none is read."""
    xml = made.part_of(PLAIN, BOOK).decode()
    start, end = xml.index("<sheets>") + len("<sheets>"), xml.index("</sheets>")
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    book = xml[:start] + sheets.replace(" r:id", f' xmlns:r="{relation}" r:id') + xml[end:]
    data = made.rezipped(PLAIN, {BOOK: book.encode()})
    assert refused(tmp_path, data)[0] == "file-unreadable"


def test_repeated_relations_are_refused(tmp_path: Path) -> None:
    """One id may lead to one part only; the list of sheets must be where Excel keeps it."""
    relation = '<Relationship Id="rId1" Type="x/worksheet" Target="other.xml"/></Relationships>'
    assert refused(tmp_path, changed(RELS, "</Relationships>", relation))[0] == "file-unreadable"
    moved = changed("_rels/.rels", "xl/workbook.xml", "yl/workbook.xml")
    assert refused(tmp_path, moved)[0] == "file-unreadable"


@pytest.mark.parametrize("target", ["/xl/worksheets/sheet1.xml", "worksheets/sheet1.xml", "WorkSheets/Sheet1.xml"])
def test_targets_may_be_written_in_any_way(tmp_path: Path, target: str) -> None:
    """Absolute, relative and in other letters, a target leads to the same part."""
    data = changed(RELS, "/xl/worksheets/sheet1.xml", target)
    assert texts(read_bytes(tmp_path, data)) == [list(ASHA)]


def test_the_same_part_twice_is_refused(tmp_path: Path) -> None:
    """Two parts of the same name in one zip, or of names that differ in letters alone, are refused."""
    for name in (made.SHEET, made.SHEET.upper()):
        stream = io.BytesIO(PLAIN)
        with zipfile.ZipFile(stream, "a") as package, pytest.warns() if name == made.SHEET else io.BytesIO():
            package.writestr(name, "<worksheet/>")
        assert refused(tmp_path, stream.getvalue())[0] == "file-unreadable"


def test_a_part_in_another_encoding_is_refused(tmp_path: Path) -> None:
    """The fast reader would find nothing in UTF-16, and the sheet would seem empty."""
    xml = made.part_of(PLAIN, made.SHEET).decode()
    for data in (xml.encode("utf-16"), ('<?xml version="1.0" encoding="UTF-16BE"?>' + xml).encode("utf-16-be")):
        assert refused(tmp_path, made.rezipped(PLAIN, {made.SHEET: data}))[0] == "file-unreadable"
    other = '<?xml version="1.0" encoding="cp037"?>' + xml.removeprefix("<?xml")
    assert refused(tmp_path, made.rezipped(PLAIN, {made.SHEET: other.encode()}))[0] == "file-unreadable"


@pytest.mark.parametrize("zeros", [11, 19, 5000])
def test_a_list_of_texts_without_end_is_refused(tmp_path: Path, zeros: int) -> None:
    """The fast reader sets aside room for as many texts as the list claims."""
    strings = f'<sst uniqueCount="1{"0" * zeros}"><si><t>x</t></si></sst>'.encode()
    data = made.rezipped(PLAIN, {"xl/sharedStrings.xml": strings})
    assert refused(tmp_path, data)[0] == "file-too-large"


def test_rows_beyond_excels_last_stop_the_sweep(tmp_path: Path) -> None:
    """Hidden rows without end cost nothing."""
    beyond = f'<row r="{limits.MOST_ROWS + 1}" hidden="1"/>'
    assert refused(tmp_path, made.with_sheet_data(beyond))[0] == "file-too-large"
    assert refused(tmp_path, made.with_sheet_data("<!-- -->" + beyond))[0] == "file-too-large"


def test_a_large_sheet_of_unusual_form_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Parsing element by element is slow, so there is a limit to it."""
    monkeypatch.setattr("bulk_import.read.sheet_parser.LARGEST_PARSED", 1000)
    assert rows(read_bytes(tmp_path, PLAIN)) == [2]
    code, detail = refused(tmp_path, made.with_sheet_data("<!-- -->" + '<row r="2"/>' * 100))
    assert (code, "unusual form" in detail) == ("file-too-large", True)


def test_a_closed_error_cell_does_not_take_the_next_cells_value(tmp_path: Path) -> None:
    """An error without a text is not given the text of the cell after it."""
    xml = '<row r="2"><c r="A2" t="e"/><c r="B2" t="str"><v>Khan</v></c></row>'
    assert texts(read_bytes(tmp_path, made.with_sheet_data(xml))) == [[None, "Khan", None, None]]


EMPTY = "<table:table-cell/>"
ODS_HEADINGS = f"<table:table-row>{''.join(map(others.ods_cell, H))}</table:table-row>"
SPACES = '<table:table-cell office:value-type="string"><text:p><text:s text:c="999999999"/></text:p></table:table-cell>'
LONG = f'<table:table-cell table:number-columns-repeated="999" office:value-type="string"><text:p>{"x" * 9999}'
END = "</table:table-cell></table:table-row>"
FAR_ODS = '<table:table-cell table:number-columns-repeated="16383"/><table:table-cell office:value="1"/>'
HOSTILE_ODS = {
    "spaces": f"<table:table-row>{SPACES}</table:table-row>",
    "long text": f'<table:table-row table:number-rows-repeated="999">{LONG}</text:p>{END}',
    "without type": f"<table:table-row>{EMPTY}</table:table-row>"
    + f"<table:table-row>{FAR_ODS}</table:table-row>" * 999,
    "many digits": f'<table:table-row table:number-rows-repeated="0000000000999999">{FAR_ODS}</table:table-row>',
    "never": f'<table:table-row table:number-rows-repeated="0">{EMPTY}</table:table-row>',
    "nested": '<table:table-row><table:table-cell><table:table table:name="B"/>' + END,
    "errors": (
        '<table:table-row table:number-rows-repeated="1000"><table:table-cell table:number-columns-repeated="1000" '
        f'office:value-type="string" calcext:value-type="error"><text:p>#N/A</text:p>{END}'
    ),
}


@pytest.mark.parametrize("xml", HOSTILE_ODS.values(), ids=HOSTILE_ODS.keys())
def test_a_small_opendocument_file_cannot_grow_without_end(tmp_path: Path, xml: str) -> None:
    """Repetition in any form counts for what it would take written out."""
    assert refused(tmp_path, others.ods(ODS_HEADINGS + xml))[0] in {"file-too-large", "file-unreadable"}


def test_an_encrypted_opendocument_file_is_told_as_such(tmp_path: Path) -> None:
    """Its own list of parts says so."""
    manifest = b"<manifest:manifest><manifest:encryption-data/></manifest:manifest>"
    parts: dict[str, bytes | str] = {
        "mimetype": others.ODS_TYPE,
        "content.xml": b"\1\2",
        "META-INF/manifest.xml": manifest,
    }
    assert refused(tmp_path, others.zipped(parts)) == ("file-encrypted", "")


XLSB_HEADINGS = others.xlsb_row(1, [others.xlsb_text(i, text) for i, text in enumerate(H, start=1)])


def test_binary_records_out_of_order_are_refused(tmp_path: Path) -> None:
    """Short records, an early end of the data and data told twice would let the fast reader see other cells."""
    far = others.xlsb_row(1_000_000, [others.xlsb_text(16_000, "x")])
    assert refused(tmp_path, others.xlsb([XLSB_HEADINGS, others.record(146), far]))[0] == "file-too-large"
    for record in (others.record(0, b"\1"), others.record(4, b"\1"), others.record(145)):
        assert refused(tmp_path, others.xlsb([XLSB_HEADINGS, record]))[0] == "file-unreadable"


def test_half_characters_never_leave_the_reader(tmp_path: Path) -> None:
    """What is no character in the file is U+FFFD in the table, or the file is refused; reports can hold neither."""
    half = "A\ud800n"
    record = len(half).to_bytes(4, "little") + half.encode("utf-16-le", "surrogatepass")
    binary = others.xlsb_row(2, [others.record(6, bytes(8) + record)])
    assert texts(read_bytes(tmp_path, others.xlsb([XLSB_HEADINGS, binary])))[0][0] == "A\ufffdn"
    text = f"{','.join(H)}\n{half},Khan,a@example.com,1\n".encode("utf-16-le", "surrogatepass")
    assert texts(read_bytes(tmp_path, b"\xff\xfe" + text))[0][0] == "A\ufffdn"
    row = f"<table:table-row>{others.ods_cell('A&#xD800;n')}</table:table-row>"
    assert refused(tmp_path, others.ods(ODS_HEADINGS + row))[0] == "file-unreadable"
    cell = '<row r="2"><c r="A2" t="inlineStr"><is><t>A&#xD800;n</t></is></c></row>'
    assert refused(tmp_path, made.with_sheet_data(cell))[0] == "file-unreadable"
