"""Workbooks with one particular hazard each, made when a test asks for them."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date, datetime, time
from typing import TYPE_CHECKING

import openpyxl
import xlsxwriter
from openpyxl.cell.cell import Cell
from openpyxl.utils.datetime import CALENDAR_MAC_1904

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from openpyxl.worksheet.worksheet import Worksheet

HEADINGS = ("First Name", "Last Name", "Email", "ULN")
SHEET = "xl/worksheets/sheet1.xml"


def saved(book: openpyxl.Workbook) -> bytes:
    """The workbook's bytes."""
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def workbook(
    rows: Iterable[Iterable[object]], *, title: str = "Learners", corner: str = "A1", epoch_1904: bool = False
) -> bytes:
    """A workbook of one sheet whose rows begin at `corner`."""
    book = openpyxl.Workbook()
    if epoch_1904:
        book.epoch = CALENDAR_MAC_1904
    fill(sheet_of(book, title), rows, corner=corner)
    return saved(book)


def sheet_of(book: openpyxl.Workbook, title: str) -> Worksheet:
    """The first sheet of a new workbook, renamed."""
    sheet = book.worksheets[0]
    sheet.title = title
    return sheet


def fill(sheet: Worksheet, rows: Iterable[Iterable[object]], *, corner: str = "A1") -> None:
    """Writes rows from `corner` on; None leaves a cell out."""
    start = sheet[corner]
    for down, row in enumerate(rows):
        for right, value in enumerate(row):
            if value is not None:
                put(sheet.cell(start.row + down, start.column + right), value)


def put(cell: object, value: object) -> None:
    """Writes a value; text stays text even where it begins with an equals sign, is a number or names an error."""
    assert isinstance(cell, Cell)
    cell.value = value  # type: ignore[assignment]  # whatever a test wants to see
    if isinstance(value, str):
        cell.data_type = "s"


def rezipped(data: bytes, changes: Mapping[str, bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """The same workbook with some parts replaced or added."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w", method) as new:
        for part in old.namelist():
            new.writestr(part, changes.get(part, old.read(part)))
        for part in changes.keys() - set(old.namelist()):
            new.writestr(part, changes[part])
    return stream.getvalue()


def part_of(data: bytes, part: str) -> bytes:
    """One part of a workbook."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return package.read(part)


def with_sheet_data(xml: str, *, prefix: str = "", root: str = "") -> bytes:
    """A workbook whose sheet's data is written by hand, below a heading row in row 1; columns B and D on are hidden."""
    data = workbook([HEADINGS])
    sheet = part_of(data, SHEET).decode()
    heading = "".join(
        f'<{prefix}c r="{letter}1" t="inlineStr"><{prefix}is><{prefix}t>{text}</{prefix}t></{prefix}is></{prefix}c>'
        for letter, text in zip("ABCD", HEADINGS, strict=True)
    )
    hidden = f'<{prefix}col min="2" max="2" hidden="1"/><{prefix}col hidden="true" max="16384" min="4"/>'
    columns = f'<{prefix}cols>{hidden}<{prefix}col min="1" max="1" hidden="0"/></{prefix}cols>'
    body = f'{columns}<{prefix}sheetData><{prefix}row r="1">{heading}</{prefix}row>{xml}</{prefix}sheetData>'
    sheet = re.sub(r"<sheetData>.*</sheetData>", lambda _: body, sheet, flags=re.DOTALL)
    if prefix:
        sheet = sheet.replace("<worksheet ", f'<{root}worksheet xmlns:{prefix[:-1]}="{MAIN}" ')
        sheet = sheet.replace("</worksheet>", f"</{root}worksheet>")
    return rezipped(data, {SHEET: sheet.encode()})


MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def hidden_rows(rows: Iterable[Iterable[object]], hidden: Iterable[int]) -> bytes:
    """A workbook some of whose rows are hidden, as a filter does."""
    book = openpyxl.Workbook()
    sheet = sheet_of(book, "Learners")
    fill(sheet, rows)
    for row in hidden:
        sheet.row_dimensions[row].hidden = True
    return saved(book)


def with_shared_texts(rows: Iterable[Iterable[object]]) -> bytes:
    """A workbook whose texts stand in a list of their own."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    sheet, day = book.add_worksheet("Learners"), book.add_format({"num_format": "dd/mm/yyyy"})
    clock, moment = (book.add_format({"num_format": form}) for form in ("hh:mm:ss", "dd/mm/yyyy hh:mm:ss"))
    for row, cells in enumerate(rows):
        for column, value in enumerate(cells):
            match value:
                case str():
                    sheet.write_string(row, column, value)
                case bool():
                    sheet.write_boolean(row, column, value)
                case int() | float():
                    sheet.write_number(row, column, value)
                case datetime():
                    sheet.write_datetime(row, column, value, moment)
                case date():
                    sheet.write_datetime(row, column, value, day)
                case time():
                    sheet.write_datetime(row, column, value, clock)
                case _:
                    pass
    book.close()
    return stream.getvalue()


def saved_empty() -> bytes:
    """A workbook with one sheet of nothing."""
    return saved(openpyxl.Workbook())


def merged(rows: Iterable[Iterable[object]], cells: str) -> bytes:
    """A workbook with some cells made one."""
    book = openpyxl.Workbook()
    sheet = sheet_of(book, "Learners")
    fill(sheet, rows)
    sheet.merge_cells(cells)
    return saved(book)


def encrypted() -> bytes:
    """The beginning of a workbook with an opening password: an OLE file with the stream EncryptedPackage."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 1016 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 512


def bomb() -> bytes:
    """A small workbook with a part of 300 MiB of nothing."""
    with io.BytesIO() as stream:
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as package:
            package.writestr("xl/workbook.xml", "<workbook/>")
            with package.open("xl/sharedStrings.xml", "w") as part:
                for _ in range(300):
                    part.write(b"\0" * 2**20)
        return stream.getvalue()


def lying_size(data: bytes, part: str) -> bytes:
    """The same workbook, one of whose parts claims in both directories to be 100 bytes long."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        size = package.getinfo(part).file_size.to_bytes(4, "little")
    return data.replace(
        size + len(part).to_bytes(2, "little"), (100).to_bytes(4, "little") + len(part).to_bytes(2, "little")
    )
