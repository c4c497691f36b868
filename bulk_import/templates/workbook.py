"""The workbook of a template: headings, guidance, example, drop-downs, formats, instructions."""

from __future__ import annotations

import io
import re
import textwrap
import zipfile
from datetime import datetime
from typing import TYPE_CHECKING

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties

from bulk_import.catalogue import EXAMPLE_MARK, GUIDANCE_MARK, NOTES_HEADING
from bulk_import.kinds import Date, Reference, RoleKind
from bulk_import.templates.cells import fitted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from openpyxl.cell.cell import Cell, MergedCell
    from openpyxl.worksheet.worksheet import Worksheet

    from bulk_import.catalogue import Field
    from bulk_import.templates.template import Template

FIRST_ROW = 4
LAST_ROW = 10_003
NOTES_WIDTH = 20
LISTS_SHEET = "Lists"
COLUMNS_A_PAGE = 10
COLUMNS_A_PAGE_OF_LISTS = 4
WIDEST_LIST = 80
_MADE = datetime(2026, 1, 1)  # noqa: DTZ001 - a fixed stamp, so that the same catalogue gives the same bytes
_ZIP_TIME = (2026, 1, 1, 0, 0, 0)

_DARK, _PALE, _GREY, _LINE = "1F3864", "D9E1F2", "F2F2F2", "BFBFBF"


def workbook(template: Template, choices: Mapping[str, Sequence[str]]) -> bytes:
    """The bytes of a template's workbook; `choices` as for `template_files`."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None  # noqa: S101 - a new workbook has a sheet
    sheet.title = template.sheet
    _fill(sheet, template)
    _arrange(sheet, template)
    _read_me(book.create_sheet("Read me"), template)
    _lists(book.create_sheet(LISTS_SHEET), sheet, template, choices)
    book.properties.title = f"{template.sheet} for OneFile"
    return workbook_bytes(book)


def _fill(sheet: Worksheet, template: Template) -> None:
    line = Side(style="thin", color=_LINE)
    rows = (
        (NOTES_HEADING, template.heading, Font(bold=True)),
        (GUIDANCE_MARK, template.guidance, Font(size=9)),
        (EXAMPLE_MARK, template.example, Font(italic=True, color="595959")),
    )
    for number, (first, text_of, font) in enumerate(rows, start=1):
        sheet.append([first, *map(text_of, template.fields)])
        for cell in sheet[number]:
            cell.font = font
            cell.alignment = Alignment(horizontal="left", vertical="top", wrap_text=number < FIRST_ROW - 1)
            cell.border = Border(left=line, right=line, bottom=line)
            cell.fill = PatternFill("solid", start_color=_PALE if number == 1 else _GREY)
    for column, field in enumerate(template.fields, start=2):
        _type_example(sheet.cell(FIRST_ROW - 1, column), field)
        if "mandatory" in template.heading(field):
            sheet.cell(1, column).font = Font(bold=True, color="FFFFFF")
            sheet.cell(1, column).fill = PatternFill("solid", start_color=_DARK)


def _type_example(cell: Cell | MergedCell, field: Field) -> None:
    """Gives the example the type and the format that the column's own cells have."""
    text = str(cell.value)
    if isinstance(field.kind, Date):
        cell.value = datetime.strptime(text, "%d/%m/%Y").date()  # noqa: DTZ007 - a calendar day has no zone
    elif isinstance(field.kind, Reference):
        cell.value = int(text)
    cell.number_format = field.kind.excel().number_format


def _arrange(sheet: Worksheet, template: Template) -> None:
    """Widths, formats of whole columns, frozen panes, the filter and the page."""
    sheet.column_dimensions["A"].width = NOTES_WIDTH
    for column, field in enumerate(template.fields, start=2):
        prepared = field.kind.excel()
        dimension = sheet.column_dimensions[get_column_letter(column)]
        dimension.width = max(prepared.width, 18, len(template.heading(field)) // 3 + 6)
        dimension.number_format = prepared.number_format
        dimension.alignment = Alignment(horizontal="left", vertical="top")
    last = get_column_letter(len(template.fields) + 1)
    sheet.row_dimensions[1].height = 16 * _most_lines(sheet, 1, room=0.9) + 4
    sheet.row_dimensions[2].height = 13 * _most_lines(sheet, 2, room=1.1) + 4
    sheet.freeze_panes = f"E{FIRST_ROW}"
    # The filter hangs on the example row, so that sorting never moves the three rows at the top.
    sheet.auto_filter.ref = f"A{FIRST_ROW - 1}:{last}{LAST_ROW}"
    sheet.print_title_rows, sheet.print_title_cols = f"1:{FIRST_ROW - 1}", "A:D"
    _page(sheet)


def _most_lines(sheet: Worksheet, number: int, *, room: float) -> int:
    """How many lines the fullest cell of a row needs; `room` is the characters that fit into one unit of width."""
    widths = [sheet.column_dimensions[get_column_letter(cell.column or 1)].width for cell in sheet[number]]
    cells = zip(sheet[number], widths, strict=True)
    return max(len(textwrap.wrap(str(cell.value), int(width * room))) for cell, width in cells)


def _page(sheet: Worksheet, columns: int = COLUMNS_A_PAGE) -> None:
    """Prints on A4 across, few pages wide, with the sheet's name and the page at the foot."""
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = -(-sheet.max_column // columns), 0
    sheet.page_margins = PageMargins(left=0.4, right=0.4, top=0.5, bottom=0.7, footer=0.3)
    sheet.oddFooter.left.text = "&A"  # type: ignore[union-attr] # the stubs leave out what openpyxl always makes
    sheet.oddFooter.right.text = "Page &P of &N"  # type: ignore[union-attr] # likewise


def _read_me(sheet: Worksheet, template: Template) -> None:
    lines = (
        f"{template.sheet} for OneFile",
        f"Write one person into each row of the sheet “{template.sheet}”, from row {FIRST_ROW} down.",
        "Columns whose heading says “(mandatory)” must be filled in; all others may stay empty or be deleted.",
        "Rows 2 and 3 (guidance and example) and the column “Notes (not sent)” never reach OneFile.",
        "Leave the wording of the headings as it is. The order of the columns does not matter.",
        f"Where a cell offers a list, choose from it; the sheet “{LISTS_SHEET}” shows all its values.",
        "For an assessor, class, placement and their like write the name, MIS value or id that OneFile has.",
        "Dates are dd/mm/yyyy. Numbers such as the ULN or a telephone number are kept as text, with every 0.",
        "Then run: bulk-import check FILE. It says what is wrong, cell by cell, and sends nothing.",
        "Filled in, this workbook holds personal data: keep it where enrolment data is kept, no longer than needed.",
    )
    for number, line in enumerate(lines, start=1):
        cell = sheet.cell(number, 1, line if number == 1 else f"{number - 1}.  {line}")
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        cell.font = Font(bold=number == 1, size=14 if number == 1 else 11)
    sheet.row_dimensions[1].height = 26
    sheet.column_dimensions["A"].width = 110
    sheet.sheet_view.showGridLines = False
    _page(sheet)


def _lists(lists: Worksheet, sheet: Worksheet, template: Template, offered: Mapping[str, Sequence[str]]) -> None:
    """The values of the drop-downs, and the drop-downs themselves."""
    # A number before each line keeps a value that is also a heading elsewhere, such as Employer, from standing alone.
    longest = max(len(_choices(field, template, offered)) for field in template.fields)
    lists.column_dimensions["A"].width = 6
    for row, text in enumerate(("No.", *range(1, longest + 1)), start=1):
        lists.cell(row, 1, text).alignment = Alignment(horizontal="left", vertical="top")
    place = 1
    for column, field in enumerate(template.fields, start=2):
        choices = _choices(field, template, offered)
        letter = get_column_letter(column)
        source = ""
        if choices:
            place += 1
            _list_column(lists, place, field, choices)
            source = f"'{LISTS_SHEET}'!${get_column_letter(place)}$2:${get_column_letter(place)}${len(choices) + 1}"
        _validate(sheet, f"{letter}{FIRST_ROW}:{letter}{LAST_ROW}", _validation(field, source))
    for cell in lists[1]:
        cell.font = Font(bold=True)
    lists.freeze_panes = "A2"
    _page(lists, COLUMNS_A_PAGE_OF_LISTS)


def _choices(field: Field, template: Template, offered: Mapping[str, Sequence[str]]) -> Sequence[str]:
    if isinstance(field.kind, RoleKind):
        return tuple(role.label for role in template.roles)
    return offered.get(field.api_name, field.kind.excel().choices)


def _list_column(lists: Worksheet, place: int, field: Field, choices: Sequence[str]) -> None:
    heading = f"Values for {field.label}"
    for row, text in enumerate((heading, *choices), start=1):
        # a name that begins like a formula is a name
        lists.cell(row, place, fitted(text)).data_type = "s"
    lists.column_dimensions[get_column_letter(place)].width = min(max(map(len, (heading, *choices))) + 2, WIDEST_LIST)


def _validation(field: Field, source: str) -> DataValidation | None:
    """What Excel offers and questions in the column's cells; it only warns, since the check has the last word."""
    if source:
        # A bare code, such as 31, is as good as the list's “31 - …”, so that typing one raises no question.
        return DataValidation(type="list", formula1=source, allow_blank=True, showErrorMessage=False)
    if isinstance(field.kind, Date):
        said = "Write the date as dd/mm/yyyy, for example 01/09/2026."
        return DataValidation(
            type="date", operator="between", formula1="1", formula2="73415", allow_blank=True,
            showErrorMessage=True, errorStyle="warning", errorTitle="Not a date", error=said,
        )  # fmt: skip
    if isinstance(field.kind, Reference):
        said = "This is OneFile's own number, for example 1234: digits only, no name."
        return DataValidation(
            type="whole", operator="greaterThanOrEqual", formula1="0", allow_blank=True,
            showErrorMessage=True, errorStyle="warning", errorTitle="Not a OneFile number", error=said,
        )  # fmt: skip
    return None


def _validate(sheet: Worksheet, cells: str, validation: DataValidation | None) -> None:
    if validation is not None:
        validation.add(cells)
        sheet.add_data_validation(validation)


def workbook_bytes(book: Workbook) -> bytes:
    """A workbook as the bytes of its file, without the hour it was made.

    Sheets with a filter are fill-in sheets: there, Excel is told that digits kept as text are meant so.
    """
    stream = io.BytesIO()
    book.properties.creator = "bulk-import"
    book.properties.created = _MADE
    book.save(stream)
    timeless = io.BytesIO()
    with zipfile.ZipFile(stream) as made, zipfile.ZipFile(timeless, "w", zipfile.ZIP_DEFLATED) as package:
        for name in made.namelist():
            member = zipfile.ZipInfo(name, _ZIP_TIME)
            member.create_system = 3  # or the bytes would tell Windows from Linux
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = 0o600 << 16
            package.writestr(member, _without_hour(made.read(name)))
    return timeless.getvalue()


def _without_hour(part: bytes) -> bytes:
    stamped = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>2026-01-01T00:00:00Z", part)
    if b"<autoFilter" not in part:
        return stamped
    ignored = b'<ignoredErrors><ignoredError sqref="A1:XFD1048576" numberStoredAsText="1"/></ignoredErrors>'
    return stamped.replace(b"</headerFooter>", b"</headerFooter>" + ignored)
