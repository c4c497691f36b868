"""The traps of the libraries that read, each shown in the library itself and avoided by the product."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import csv as arrow_csv
from python_calamine import CalamineWorkbook

from bulk_import.read import CellType
from tests.data import workbooks as made
from tests.unit.reading import read_bytes, rows, texts, types

if TYPE_CHECKING:
    from pathlib import Path

H = made.HEADINGS
CELLS = (
    '<row r="2"><c r="A2" t="e"><v>#N/A</v></c><c r="B2"><f>A1</f></c><c r="C2" t="str"><v>x_x000D_y</v></c>'
    '<c r="D2"><v>12345678901234567890</v></c></row>'
)


def calamine(data: bytes) -> list[list[object]]:
    """The first sheet as the fast reader gives it by default."""
    rows = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    return [list(row) for row in rows]


def test_an_error_and_a_formula_without_a_result_are_not_empty(tmp_path: Path) -> None:
    """The fast reader gives an empty text for both."""
    data = made.with_sheet_data(CELLS)
    assert calamine(data)[1][:2] == ["", ""]
    table = read_bytes(tmp_path, data)
    assert (texts(table)[0][:2], types(table)[0][:2]) == (["#N/A", None], [CellType.ERROR, CellType.UNCALCULATED])


def test_leading_empty_rows_and_columns_do_not_shift_addresses(tmp_path: Path) -> None:
    """The fast reader drops them."""
    data = made.workbook([H, ("Asha", "Khan", "a@example.com", "1")], corner="C5")
    assert calamine(data)[0] == list(H)
    table = read_bytes(tmp_path, data)
    assert (table.heading_row, rows(table), table.headings[0].column) == (5, [6], 3)


def test_the_type_of_a_number_is_kept(tmp_path: Path) -> None:
    """As text alone, 0012345678 typed and 12345678 stored could not be told apart; the fast reader gives a float."""
    data = made.workbook([H, ("0012345678", 12345678, "x", 9276308686)])
    assert calamine(data)[1][1] == 12345678.0
    table = read_bytes(tmp_path, data)
    assert (texts(table)[0], types(table)[0]) == (["0012345678", "12345678", "x", "9276308686"], [1, 2, 1, 2])


def test_a_number_of_too_many_digits_has_no_invented_ones(tmp_path: Path) -> None:
    """A float of twenty digits is written out as the shortest number that means it; an escape is decoded."""
    assert texts(read_bytes(tmp_path, made.with_sheet_data(CELLS)))[0][2:] == ["x\ry", "12345678901234567000"]


HEAD = "First Name,Last Name,Email,ULN\n"


def test_line_breaks_in_quotation_marks_are_one_cell(tmp_path: Path) -> None:
    """Arrow, unless told otherwise, stops at them; so does pandas with it."""
    data = (HEAD + 'Asha,"Kh\nan",a@example.com,1\n' * 9).encode()
    with pytest.raises(pa.ArrowInvalid):
        arrow_csv.read_csv(pa.BufferReader(data), read_options=arrow_csv.ReadOptions(block_size=100))
    assert texts(read_bytes(tmp_path, data)) == [["Asha", "Kh\nan", "a@example.com", "1"]] * 9


def test_half_a_row_is_not_taken_for_a_whole_one(tmp_path: Path) -> None:
    """Pandas fills short rows up without a word, even where a line break has cut one person in two."""
    cut = HEAD + "Mei,Lin,m@example.com,1\n" * 3 + "Asha,Kh\nan,a@example.com,1\n"
    assert pd.read_csv(io.StringIO(cut), dtype=str).iloc[3].isna().sum() == 2
    table = read_bytes(tmp_path, cut.encode())
    assert [finding.place.row for finding in table.findings if finding.code == "row-ragged"] == [5, 6]


def test_words_for_nothing_are_names(tmp_path: Path) -> None:
    """Pandas takes None and NA for missing, and a column of numbers with a gap for floats."""
    data = HEAD + "None,NA,n@example.com,0276308686\nAsha,Khan,a@example.com,\n"
    assert pd.read_csv(io.StringIO(data)).iloc[0].tolist()[3] == 276308686.0
    assert texts(read_bytes(tmp_path, data.encode()))[0] == ["None", "NA", "n@example.com", "0276308686"]
