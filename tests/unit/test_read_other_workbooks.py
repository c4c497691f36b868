"""Reading OpenDocument and binary workbooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bulk_import.errors import InputUnreadable
from tests.data import other_workbooks as made
from tests.data.workbooks import HEADINGS, rezipped
from tests.unit.reading import read_bytes, rows, said, texts, types

if TYPE_CHECKING:
    from pathlib import Path

EMPTY = "<table:table-cell/>"
ODS_HEADINGS = f"<table:table-row>{EMPTY}{''.join(map(made.ods_cell, HEADINGS))}</table:table-row>"


def repeated(times: int, cells: str, more: str = "") -> str:
    """A row that stands once in the file and many times in the sheet."""
    return f'<table:table-row table:number-rows-repeated="{times}"{more}>{cells}</table:table-row>'


def refused(folder: Path, data: bytes) -> str:
    """The code of the finding with which a file is refused."""
    with pytest.raises(InputUnreadable) as caught:
        read_bytes(folder, data)
    return caught.value.finding.code


def test_an_opendocument_sheet_keeps_addresses_and_types(tmp_path: Path) -> None:
    """Repeated rows, errors, dates and filtered rows stand where LibreOffice shows them."""
    person = (
        f"<table:table-row>{EMPTY}{made.ods_cell('Asha')}"
        '<table:table-cell table:formula="of:=NA()" office:value-type="string" office:string-value="" '
        'calcext:value-type="error"><text:p>#N/A</text:p></table:table-cell>'
        '<table:table-cell office:value-type="date" office:date-value="2026-09-01"/>'
        '<table:table-cell office:value-type="float" office:value="9276308686"/>'
        '<table:table-cell table:number-columns-repeated="16379"/></table:table-row>'
    )
    twice = repeated(2, EMPTY + made.ods_cell("Tom"), ' table:visibility="filter"')
    end = repeated(1048560, '<table:table-cell table:number-columns-repeated="16384"/>')
    title = repeated(3, EMPTY)
    table = read_bytes(tmp_path, made.ods(title + ODS_HEADINGS + person + twice + end))
    assert (table.heading_row, rows(table), table.source.sheet) == (4, [5, 6, 7], "Learners")
    assert [h.column for h in table.headings] == [2, 3, 4, 5]
    assert texts(table)[0] == ["Asha", "#N/A", "2026-09-01", "9276308686"]
    assert types(table) == [[1, 7, 3, 2], [1, 0, 0, 0], [1, 0, 0, 0]]
    assert said(table.findings) == [("hidden-rows", None, "rows 6, 7")]


def test_hidden_columns_of_an_opendocument_sheet_are_told(tmp_path: Path) -> None:
    """Columns may be described once for many."""
    columns = (
        '<table:table-column table:number-columns-repeated="2"/>'
        '<table:table-column table:visibility="collapse" table:number-columns-repeated="2"/>'
        "<table:table-column/>"
    )
    assert read_bytes(tmp_path, made.ods(columns + ODS_HEADINGS)).hidden_columns == {3, 4}


def test_a_hostile_opendocument_sheet_is_refused(tmp_path: Path) -> None:
    """One cell that is repeated ten thousand million times costs nothing."""
    cell = '<table:table-cell table:number-columns-repeated="10000" office:value-type="float" office:value="1"/>'
    assert refused(tmp_path, made.ods(ODS_HEADINGS + repeated(1_000_000, cell))) == "file-too-large"


XLSB_HEADINGS = made.xlsb_row(3, [made.xlsb_text(i, text) for i, text in enumerate(HEADINGS, start=2)])


def test_a_binary_workbook_keeps_addresses_and_errors(tmp_path: Path) -> None:
    """Errors, hidden rows and blank rows stand where Excel shows them."""
    asha = made.xlsb_row(5, [made.xlsb_text(2, "Asha"), made.xlsb_error(3, 0x2A)], hidden=True)
    tom = made.xlsb_row(6, [made.xlsb_text(2, "Tom"), made.xlsb_text(5, "9276308686")])
    table = read_bytes(tmp_path, made.xlsb([XLSB_HEADINGS, asha, tom]))
    assert (table.heading_row, rows(table), table.blank_rows) == (3, [5, 6], (4,))
    assert [h.column for h in table.headings] == [2, 3, 4, 5]
    assert texts(table) == [["Asha", "#N/A", None, None], ["Tom", None, None, "9276308686"]]
    assert types(table) == [[1, 7, 0, 0], [1, 0, 0, 1]]
    assert said(table.findings) == [("hidden-rows", None, "row 5")]


def test_hidden_columns_of_a_binary_workbook_are_told(tmp_path: Path) -> None:
    """Columns are described in stretches, before the rows."""
    columns = [made.xlsb_columns(3, 4, hidden=True), made.xlsb_columns(5, 5)]
    assert read_bytes(tmp_path, made.xlsb([XLSB_HEADINGS], columns)).hidden_columns == {3, 4}


def test_a_hostile_binary_workbook_is_refused(tmp_path: Path) -> None:
    """Two cells at opposite ends of a sheet would take gigabytes."""
    far = made.xlsb_row(1_000_000, [made.xlsb_text(16_000, "x")])
    assert refused(tmp_path, made.xlsb([XLSB_HEADINGS, far])) == "file-too-large"
    assert refused(tmp_path, made.xlsb([XLSB_HEADINGS, b"\x80"])) == "file-unreadable"


def test_a_panic_of_the_fast_reader_stays_off_the_screen(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """It ends in the product's own sentence, and nothing else is printed."""
    parts: dict[str, bytes] = {"xl/workbook.bin": made.record(131) + made.record(153)}
    data = rezipped(made.xlsb([XLSB_HEADINGS]), parts)
    assert refused(tmp_path, data) == "file-unreadable"
    assert capfd.readouterr() == ("", "")
