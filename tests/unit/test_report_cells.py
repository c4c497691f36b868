"""Columns of cells as spreadsheet XML: whatever a text holds, it arrives."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulk_import.report import cells

if TYPE_CHECKING:
    import pyarrow as pa

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
MARKUP = st.text("&<>_x0D41\r\n\t ='\"\x00\x1f\ufffe\uffff]", max_size=14)


def _sheet(*columns: pa.Array) -> list[ET.Element]:
    rows = cells.Rows.counted(2, len(columns[0]))
    plain = cells.row_heights(cells.lines_of(cells.repeated("", len(columns[0])), 10))
    xml = bytes(rows.joined(columns, plain)).decode()
    return list(ET.fromstring(f"<sheetData>{xml}</sheetData>"))  # noqa: S314 - our own XML


def _decoded(text: str) -> str:
    """As Excel reads it: _xHHHH_ is the character with that number."""
    return re.sub("_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), text)


def _texts(values: list[str | None]) -> list[str | None]:
    rows = cells.Rows.counted(2, len(values))
    elements = _sheet(cells.text_cells("A", rows, cells.as_text(values), "3"))
    return [None if (text := row.find("c/is/t")) is None else _decoded(text.text or "") for row in elements]


@given(st.lists(st.none() | TEXTS | MARKUP, min_size=1, max_size=8))
def test_any_text_arrives_as_it_was(values: list[str | None]) -> None:
    """Markup, control characters, what looks like an escape, spaces at the ends: read back, each text is the same."""
    assert _texts(values) == values


@pytest.mark.parametrize("text", ["=1+1", "+447700900123", "-", "@x", "\t=1", "=HYPERLINK(1)", "0012", "1E5", "TRUE"])
def test_a_text_is_never_a_formula_nor_a_number(text: str) -> None:
    """What looks like a formula, a number or a truth value is a cell of inline text, without a formula."""
    rows = cells.Rows.counted(2, 1)
    ((cell,),) = _sheet(cells.text_cells("A", rows, cells.as_text([text]), "3"))
    assert cell.attrib == {"r": "A2", "s": "3", "t": "inlineStr"}
    assert cell.find("f") is None


def test_an_empty_cell_is_written_only_for_its_style() -> None:
    """An empty cell is left out, so that Excel counts it as blank; a marked one is there and still empty."""
    rows = cells.Rows.counted(2, 2)
    marked = cells.blank_cells("B", rows, cells.as_text(["7", None]))
    first, second = _sheet(cells.text_cells("A", rows, cells.as_text([None, None]), "3"), marked)
    assert [(cell.attrib, len(cell)) for cell in first] == [({"r": "B2", "s": "7"}, 0)]
    assert list(second) == []


def test_a_slice_of_a_column_is_written_as_that_slice() -> None:
    """Only the batch's own texts decide whether escaping is needed, and only they are written."""
    column = cells.as_text(["a & b", "plain", "c < d"])
    rows = cells.Rows.counted(9, 1)
    ((cell,),) = _sheet(cells.text_cells("C", rows, column.slice(1, 1), "3"))
    assert (cell.attrib["r"], cell.findtext("is/t")) == ("C9", "plain")
    assert cells.escaped(column.slice(2, 1)).to_pylist() == ["c &lt; d"]


@given(st.dates(date(1900, 3, 1), date(9999, 12, 31)))
def test_a_date_is_the_day_number_that_excel_counts(day: date) -> None:
    """From 1 March 1900 on, a date is the number of days since 30 December 1899."""
    (number,) = cells.day_numbers(cells.as_text([day.isoformat()])).to_pylist()
    assert date(1899, 12, 30) + timedelta(days=int(number)) == day


@given(st.datetimes(datetime(1900, 3, 1), datetime(2100, 1, 1)))  # noqa: DTZ001 - a cell knows no zone
def test_a_moment_is_a_day_number_with_a_fraction(moment: datetime) -> None:
    """A date with a time is right to the millisecond."""
    (number,) = cells.moment_numbers(cells.as_text([moment.isoformat()])).to_pylist()
    read = datetime(1899, 12, 30) + timedelta(days=float(number))  # noqa: DTZ001 - likewise
    assert abs(read - moment) < timedelta(milliseconds=1)


@pytest.mark.parametrize("day", ["1900-02-28", "1899-12-31", None])
def test_a_day_that_excel_would_show_wrongly_is_no_number(day: str | None) -> None:
    """Before 1 March 1900 Excel's days are one off, so such a date stays text."""
    assert cells.day_numbers(cells.as_text([day])).to_pylist() == [None]


@pytest.mark.parametrize(("text", "cut"), [("x" * 32_767, False), ("x" * 32_768, True), ("🎓" * 16_384, True)])
def test_a_text_longer_than_a_cell_is_cut_with_a_mark(text: str, *, cut: bool) -> None:
    """Excel's limit of 32,767 counts UTF-16 units; what is cut says so at its end."""
    fitted, positions = cells.fitted(cells.as_text(["short", text]))
    kept = fitted[1].as_py()
    assert positions == ([1] if cut else [])
    assert len(kept.encode("utf-16-le")) // 2 <= 32_767
    assert kept.endswith(cells.CUT_MARK) == cut
    assert text.startswith(kept.removesuffix(cells.CUT_MARK))
    assert fitted[0].as_py() == "short"


@pytest.mark.parametrize(
    ("texts", "heights"),
    [
        (["one line"], [""]),
        (["two\nlines"], [' ht="30" customHeight="1"']),
        ([None], [""]),
        (["x" * 100_000], [' ht="405" customHeight="1"']),
    ],
)
def test_a_row_is_as_high_as_its_lines(texts: list[str | None], heights: list[str]) -> None:
    """A row with one line has no height of its own; more lines have theirs, up to Excel's limit."""
    assert cells.row_heights(cells.lines_of(cells.as_text(texts), 60)).to_pylist() == heights
