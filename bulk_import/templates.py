"""The workbooks and CSVs that users fill in, made from the catalogue.

Row 1 has the headings, row 2 says how to fill each column in, row 3 is an example; the first cell of rows 2 and 3 holds
a mark by which the reader knows them and leaves them out. The same catalogue gives the same bytes.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from bulk_import.catalogue import EXAMPLE_MARK, FIELDS, GUIDANCE_MARK, NOTES_HEADING, Field, Role
from bulk_import.errors import OutputError
from bulk_import.kinds import Date, Reference, RoleKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from openpyxl import Workbook
    from openpyxl.cell.cell import Cell, MergedCell
    from openpyxl.worksheet.datavalidation import DataValidation
    from openpyxl.worksheet.worksheet import Worksheet

FIRST_ROW = 4
LAST_ROW = 10_003
NOTES_WIDTH = 20
LISTS_SHEET = "Lists"
COLUMNS_A_PAGE = 12
_MADE = datetime(2026, 1, 1)  # noqa: DTZ001 - a fixed stamp, so that the same catalogue gives the same bytes
_ZIP_TIME = (2026, 1, 1, 0, 0, 0)

_DARK, _PALE, _GREY, _LINE = "1F3864", "D9E1F2", "F2F2F2", "BFBFBF"


@dataclass(frozen=True, slots=True)
class Template:
    """What one template is for.

    Attributes:
        stem: the files' name without its ending.
        sheet: the name of the sheet that people fill in.
        roles: the roles whose people it takes.
    """

    stem: str
    sheet: str
    roles: tuple[Role, ...]

    @property
    def fields(self) -> tuple[Field, ...]:
        """The columns: what every role needs, what some need, what is optional; the API's order within each."""
        accepted = (field for field in FIELDS.values() if field.accepted_for.intersection(self.roles))
        return tuple(sorted(accepted, key=lambda field: -len(field.required_for.intersection(self.roles))))

    def heading(self, field: Field) -> str:
        """The column's heading, with the word “mandatory” where it is; the reader knows such remarks."""
        who = self._who(field)
        return field.label if who is None else f"{field.label} (mandatory{who})"

    def guidance(self, field: Field) -> str:
        """One line on what belongs into the column, beginning with whether it is mandatory."""
        who = self._who(field)
        begin = "Optional" if who is None else f"Mandatory{who}"
        only = field.accepted_for.intersection(self.roles)
        end = f" Leave empty for others than {_listed(only)}." if len(only) < len(self.roles) else ""
        return f"{begin}. {field.help}{end}"

    def example(self, field: Field) -> str:
        """The example's text in the column."""
        return self.roles[0].label if isinstance(field.kind, RoleKind) else field.example

    def _who(self, field: Field) -> str | None:
        need = field.required_for.intersection(self.roles)
        if not need:
            return None
        return "" if len(need) == len(self.roles) else f" for {_listed(need)}"


def _listed(roles: frozenset[Role]) -> str:
    names = [role.label if role is Role.IQA else role.label.lower() for role in sorted(roles)]
    return " and ".join(", ".join(f"{name}s" for name in names).rsplit(", ", 1))


TEMPLATES: tuple[Template, ...] = (
    *(Template(role.label.lower().replace(" ", "-"), f"{role.label}s", (role,)) for role in Role),
    Template("all-roles", "People", tuple(Role)),
)


def template_files() -> Iterator[tuple[str, bytes]]:
    """The name and the bytes of each template: a workbook and a CSV for each role, a workbook for all."""
    for template in TEMPLATES:
        yield f"{template.stem}.xlsx", _workbook(template)
        if len(template.roles) == 1:
            yield f"{template.stem}.csv", _csv(template)


def write_templates(folder: Path) -> tuple[Path, ...]:
    """Writes the templates into a folder, which is made if need be.

    A file of the same name but other content may be somebody's filled-in list: it is never overwritten.

    Raises:
        OutputError: such a file is there, or the folder cannot be written; then no template is changed.
    """
    files = {folder / name: content for name, content in template_files()}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _refuse_to_overwrite(folder, files)
        for path, content in files.items():
            _write(path, content)
    except OSError as failure:
        why = failure.strerror or "the folder cannot be written"
        raise OutputError(
            f"The templates cannot be written to {folder}: {why}.", "Name another folder with --out."
        ) from None
    return tuple(files)


def _refuse_to_overwrite(folder: Path, files: Mapping[Path, bytes]) -> None:
    changed = [path.name for path, content in files.items() if path.exists() and path.read_bytes() != content]
    if changed:
        raise OutputError(
            f"{folder} already has other files of these names: {', '.join(changed)}.",
            "They may hold somebody's work, so nothing was written. Move them away, or name another folder with --out.",
        )


def _write(path: Path, content: bytes) -> None:
    part = path.with_name(f"{path.name}.part")
    try:
        part.write_bytes(content)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _csv(template: Template) -> bytes:
    stream = io.StringIO()
    fields = template.fields
    csv.writer(stream).writerows(
        (
            [NOTES_HEADING, *map(template.heading, fields)],
            [GUIDANCE_MARK, *map(template.guidance, fields)],
            [EXAMPLE_MARK, *map(template.example, fields)],
        )
    )
    # The byte-order mark tells Excel that the file is UTF-8.
    return stream.getvalue().encode("utf-8-sig")


def _workbook(template: Template) -> bytes:
    from openpyxl import Workbook  # noqa: PLC0415 - heavy, and only templates need it

    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None  # noqa: S101 - a new workbook has a sheet
    sheet.title = template.sheet
    _fill(sheet, template)
    _arrange(sheet, template)
    _read_me(workbook.create_sheet("Read me"), template)
    _lists(workbook.create_sheet(LISTS_SHEET), sheet, template)
    workbook.properties.title = f"{template.sheet} for OneFile"
    return workbook_bytes(workbook)


def _fill(sheet: Worksheet, template: Template) -> None:
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side  # noqa: PLC0415 - likewise

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
    from openpyxl.styles import Alignment  # noqa: PLC0415 - heavy, and only templates need it
    from openpyxl.utils import get_column_letter  # noqa: PLC0415 - heavy, and only templates need it

    sheet.column_dimensions["A"].width = NOTES_WIDTH
    for column, field in enumerate(template.fields, start=2):
        prepared = field.kind.excel()
        dimension = sheet.column_dimensions[get_column_letter(column)]
        dimension.width = max(prepared.width, 16)
        dimension.number_format = prepared.number_format
        dimension.alignment = Alignment(horizontal="left", vertical="top")
    last = get_column_letter(len(template.fields) + 1)
    sheet.row_dimensions[1].height = 46
    sheet.row_dimensions[2].height = 66
    sheet.freeze_panes = f"E{FIRST_ROW}"
    # The filter hangs on the example row, so that sorting never moves the three rows at the top.
    sheet.auto_filter.ref = f"A{FIRST_ROW - 1}:{last}{LAST_ROW}"
    sheet.print_title_rows, sheet.print_title_cols = f"1:{FIRST_ROW - 1}", "A:D"
    _page(sheet)


def _page(sheet: Worksheet) -> None:
    """Prints on A4 across, few pages wide, with the sheet's name and the page at the foot."""
    from openpyxl.worksheet.page import PageMargins  # noqa: PLC0415 - heavy, and only templates need it
    from openpyxl.worksheet.properties import PageSetupProperties  # noqa: PLC0415 - heavy, and only templates need it

    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = -(-sheet.max_column // COLUMNS_A_PAGE), 0
    sheet.page_margins = PageMargins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.oddFooter.left.text = "&A"  # type: ignore[union-attr] # the stubs leave out what openpyxl always makes
    sheet.oddFooter.right.text = "Page &P of &N"  # type: ignore[union-attr] # likewise


def _read_me(sheet: Worksheet, template: Template) -> None:
    from openpyxl.styles import Alignment, Font  # noqa: PLC0415 - heavy, and only templates need it

    lines = (
        f"{template.sheet} for OneFile",
        f"Write one person into each row of the sheet “{template.sheet}”, from row {FIRST_ROW} down.",
        "Columns whose heading says “(mandatory)” must be filled in; all others may stay empty or be deleted.",
        "Rows 2 and 3 (guidance and example) and the column “Notes (not sent)” never reach OneFile.",
        "Leave the wording of the headings as it is. The order of the columns does not matter.",
        f"Where a cell offers a list, choose from it; the sheet “{LISTS_SHEET}” shows all its values.",
        "IDs are OneFile's own numbers of centres, classes, placements and people, not your system's.",
        "Dates are dd/mm/yyyy. Numbers such as the ULN or a telephone number are kept as text, with every 0.",
        "Then run: bulk-import check FILE. It says what is wrong, cell by cell, and sends nothing.",
        "Filled in, this workbook holds personal data: keep it where enrolment data is kept, no longer than needed.",
    )
    for number, line in enumerate(lines, start=1):
        cell = sheet.cell(number, 1, line if number == 1 else f"{number - 1}.  {line}")
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        cell.font = Font(bold=number == 1, size=14 if number == 1 else 11)
    sheet.column_dimensions["A"].width = 110
    sheet.sheet_view.showGridLines = False
    _page(sheet)


def _lists(lists: Worksheet, sheet: Worksheet, template: Template) -> None:
    """The values of the drop-downs, and the drop-downs themselves."""
    from openpyxl.styles import Font  # noqa: PLC0415 - heavy, and only templates need it
    from openpyxl.utils import get_column_letter  # noqa: PLC0415 - heavy, and only templates need it

    # A number before each line keeps a value that is also a heading elsewhere, such as Employer, from standing alone.
    longest = max(len(_choices(field, template)) for field in template.fields)
    for row, text in enumerate(("No.", *range(1, longest + 1)), start=1):
        lists.cell(row, 1, text)
    place = 1
    for column, field in enumerate(template.fields, start=2):
        choices = _choices(field, template)
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
    _page(lists)


def _choices(field: Field, template: Template) -> tuple[str, ...]:
    if isinstance(field.kind, RoleKind):
        return tuple(role.label for role in template.roles)
    return field.kind.excel().choices


def _list_column(lists: Worksheet, place: int, field: Field, choices: tuple[str, ...]) -> None:
    from openpyxl.utils import get_column_letter  # noqa: PLC0415 - heavy, and only templates need it

    heading = f"Values for {field.label}"
    for row, text in enumerate((heading, *choices), start=1):
        lists.cell(row, place, text)
    lists.column_dimensions[get_column_letter(place)].width = max(map(len, (heading, *choices))) + 2


def _validation(field: Field, source: str) -> DataValidation | None:
    """What Excel offers and questions in the column's cells; it only warns, since the check has the last word."""
    from openpyxl.worksheet.datavalidation import DataValidation  # noqa: PLC0415 - heavy, and only templates need it

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


def workbook_bytes(workbook: Workbook) -> bytes:
    """A workbook as the bytes of its file, without the hour it was made.

    Sheets with a filter are fill-in sheets: there, Excel is told that digits kept as text are meant so.
    """
    stream = io.BytesIO()
    workbook.properties.creator = "bulk-import"
    workbook.properties.created = _MADE
    workbook.save(stream)
    timeless = io.BytesIO()
    with zipfile.ZipFile(stream) as made, zipfile.ZipFile(timeless, "w", zipfile.ZIP_DEFLATED) as package:
        for name in made.namelist():
            member = zipfile.ZipInfo(name, _ZIP_TIME)
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
