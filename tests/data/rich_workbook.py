"""A workbook with all that a college's own may have and that a careless program loses on saving."""

from __future__ import annotations

import io
import re
import struct
import zlib
from typing import TYPE_CHECKING, Final

import xlsxwriter

from tests.data.workbooks import part_of, rezipped

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

PEOPLE: Final = "Our learners"
SHEET: Final = "xl/worksheets/sheet1.xml"
FIRST_ROW: Final = 4
"""Of the people; the headings stand in the row above."""

HEADINGS: Final = (
    *("Learner Ref", "First Name", "Surname", "Email Address", "Role", "OrganisationID", "DefaultAssessorID"),
    *("ClassroomID", "PlacementID", "Date of Birth", "Full name", "Progress", "Remarks"),
)
MACROS: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(range(256)) * 16
OTHER_SHEET_LIST: Final = (
    '<extLst><ext xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main" '
    'uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}"><x14:dataValidations '
    'xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main" count="1"><x14:dataValidation type="list" '
    'allowBlank="1"><x14:formula1><xm:f>Lists!$A$1:$A$3</xm:f></x14:formula1><xm:sqref>H4:H40</xm:sqref>'
    "</x14:dataValidation></x14:dataValidations></ext>"
)


def picture() -> bytes:
    """A PNG of two by two pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    pixels = zlib.compress(b"\0\xff\0\0\0\xff\0\0\0\0\xff\xff\xff\xff"[:7] * 2)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", 2, 2, 8, 2, 0, 0, 0))
        + chunk(b"IDAT", pixels)
        + chunk(b"IEND", b"")
    )


def rich_workbook(people: Sequence[Mapping[str, str]], *, macros: bool = True, notes: bool = True) -> bytes:
    """The workbook: title rows, people, lists, a hidden sheet, and everything else.

    Args:
        people: by the headings; what is left out stays empty.
        macros: whether it has any.
        notes: whether cells have notes of the user's own.
    """
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        page = book.add_worksheet(PEOPLE)
        lists = book.add_worksheet("Lists")
        secret = book.add_worksheet("Old")
        secret.hide()
        secret.write(0, 0, "First Name")
        for row, number in enumerate((201, 202, 203)):
            lists.write(row, 0, number)
        lists.write_formula(0, 1, f"=COUNTA('{PEOPLE}'!A4:A99)", None, len(people))
        book.define_name("Classes", "=Lists!$A$1:$A$3")
        book.set_properties({"author": "A. Registrar"})
        book.set_custom_property("Department", "MIS")
        _people(book, page, people)
        _ornaments(book, page, len(people), notes=notes)
        if macros:
            book.add_vba_project(io.BytesIO(MACROS), is_stream=True)
    data = stream.getvalue()
    sheet = part_of(data, SHEET).decode()
    sheet = re.sub("<extLst>", lambda _: OTHER_SHEET_LIST, sheet, count=1)
    return rezipped(data, {SHEET: sheet.encode()})


def _people(book: Workbook, page: Worksheet, people: Sequence[Mapping[str, str]]) -> None:
    title = book.add_format({"bold": True, "font_size": 18, "font_color": "#7030A0"})
    heading = book.add_format({"bold": True, "bg_color": "#D9E1F2", "border": 1})
    odd = book.add_format({"font_name": "Courier New", "bg_color": "#E2EFDA", "num_format": "@", "locked": False})
    page.merge_range("A1:D1", "Enrolments 2026/27", title)
    page.write(1, 0, "From the registry")
    for at, text in enumerate(HEADINGS):
        page.write(FIRST_ROW - 2, at, text, heading)
    for row, person in enumerate(people, start=FIRST_ROW - 1):
        for at, text in enumerate(HEADINGS):
            if text in person:
                page.write_string(row, at, person[text], odd if row % 2 else None)
        name = f"{person.get('First Name', '')} {person.get('Surname', '')}"
        page.write_formula(row, HEADINGS.index("Full name"), f'=B{row + 1}&" "&C{row + 1}', None, name)
    page.set_column(0, 0, 14)
    page.set_column(3, 3, 31)
    page.set_column(12, 20, 22)


def _ornaments(book: Workbook, page: Worksheet, count: int, *, notes: bool) -> None:
    last = FIRST_ROW + count - 2
    page.freeze_panes(FIRST_ROW - 1, 3)
    page.data_validation("E4:E40", {"validate": "list", "source": ["Learner", "Assessor", "Tutor"]})
    page.data_validation("F4:F40", {"validate": "integer", "criteria": ">", "value": 0})
    amber = book.add_format({"bg_color": "#FFE699"})
    page.conditional_format("A4:A40", {"type": "duplicate", "format": amber})
    page.conditional_format("B4:B40", {"type": "blanks", "format": amber})
    page.add_table(FIRST_ROW - 2, 0, last, len(HEADINGS) - 1, {"columns": [{"header": text} for text in HEADINGS]})
    page.add_sparkline("L4", {"range": f"'{PEOPLE}'!F4:I4"})
    page.insert_textbox("P2", "Ask the registry before you change this sheet")
    page.insert_image("P8", "logo.png", {"image_data": io.BytesIO(picture())})
    page.insert_checkbox(0, 14, boolean=True)
    page.insert_button("P14", {"macro": "Refresh", "caption": "Refresh"})
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": f"='{PEOPLE}'!$F$4:$F$9"})
    page.insert_chart("P18", chart)
    page.write_url("A2", "https://example.com/registry", string="From the registry")
    page.set_header("&L&G&CEnrolments", {"image_left": "logo.png", "image_data_left": io.BytesIO(picture())})
    page.print_area(0, 0, last, len(HEADINGS) - 1)
    if notes:
        page.write_comment("A4", "My own note", {"author": "A. Registrar"})
