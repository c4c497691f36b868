"""Reading old binary workbooks (XLS)."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest

from bulk_import.errors import InputUnreadable
from tests.data import old_workbooks as made
from tests.data.workbooks import HEADINGS
from tests.unit.reading import read_bytes, rows, said, texts, types

if TYPE_CHECKING:
    from pathlib import Path

HEAD = [made.text(3, column, heading) for column, heading in enumerate(HEADINGS, start=2)]


def refused(folder: Path, data: bytes) -> str:
    """The code of the finding with which a file is refused."""
    with pytest.raises(InputUnreadable) as caught:
        read_bytes(folder, data)
    return caught.value.finding.code


def test_an_old_workbook_keeps_addresses_and_types(tmp_path: Path) -> None:
    """Texts, numbers, dates, truth values, errors, hidden rows and columns stand where Excel shows them."""
    asha = [made.text(5, 2, "Zoë"), made.error(5, 3, 0x2A), made.truth(5, 4, value=True), made.number(5, 5, 9276308686)]
    born = [made.number(6, 2, 38961, style=made.DATE_STYLE), made.number(6, 3, 0.5, style=made.DATE_STYLE)]
    cells = [made.hidden_columns(3, 4), made.hidden_row(6), *HEAD, *asha, *born]
    table = read_bytes(tmp_path, made.xls(cells))
    assert (table.heading_row, rows(table), table.blank_rows, table.source.sheet) == (3, [5, 6], (4,), "Learners")
    assert [h.column for h in table.headings] == [2, 3, 4, 5]
    assert texts(table) == [["Zoë", "#N/A", "TRUE", "9276308686"], ["2006-09-01", "12:00:00", None, None]]
    assert types(table) == [[1, 7, 6, 2], [3, 5, 0, 0]]
    assert said(table.findings) == [("hidden-rows", None, "row 6")]
    assert table.hidden_columns == {3, 4}


def test_the_epoch_of_1904_is_heeded(tmp_path: Path) -> None:
    """The same serial number is another day there."""
    cells = [*HEAD, made.number(4, 2, 37499, style=made.DATE_STYLE)]
    assert texts(read_bytes(tmp_path, made.xls(cells, epoch_1904=True)))[0][0] == "2006-09-01"


def test_results_of_formulas_are_told(tmp_path: Path) -> None:
    """A number, an error, an empty text, and a formula that waits to be calculated are four things."""
    results = (struct.pack("<d", 7.0), made.FAILED, made.NOTHING)
    cells = [made.formula(4, column, result) for column, result in enumerate(results, start=2)]
    waiting = made.formula(4, 5, made.NOTHING, flags=1)
    table = read_bytes(tmp_path, made.xls([*HEAD, *cells, waiting]))
    assert (texts(table), types(table)) == ([["7", "#N/A", None, None]], [[2, 7, 0, 8]])


def test_records_that_play_no_part_are_passed_over(tmp_path: Path) -> None:
    """Names, notes and drawings, however damaged, do not stop the reading."""
    other = b"".join(made.record(kind, b"\xff\x01\x02") for kind in (0x18, 0x1C, 0x5D, 0xEC, 0x1B6, 0x17, 0xEB))
    data = made.container(made.stream([*HEAD, other, made.text(4, 2, "Asha")], more=other))
    assert texts(read_bytes(tmp_path, data)) == [["Asha", None, None, None]]


WHOLE = made.stream([*HEAD, made.text(4, 2, "Asha")])
HOSTILE = {
    "encrypted": (made.container(made.stream(HEAD, more=made.record(0x2F, bytes(6)))), "file-encrypted"),
    "cut short": (made.container(WHOLE[: len(WHOLE) // 2]), "file-unreadable"),
    "no stream": (made.container(WHOLE, name="Works").replace(b"W\0o\0r\0k\0s\0", b"W\0o\0r\0d\0X\0"), "file-type"),
    "hidden alone": (made.container(made.stream(HEAD, state=1)), "sheet-missing"),
    "short record": (made.xls([*HEAD, made.record(0x203, b"\1")]), "file-unreadable"),
    "endless texts": (
        made.container(made.stream(HEAD, more=made.record(0xFC, b"\xff\xff\xff\x7f" * 2))),
        "file-too-large",
    ),
    "far cell": (made.xls([*HEAD, made.number(60_000, 60_000, 1)]), "file-too-large"),
    "beyond the last column": (made.xls([*HEAD, made.number(4, 300, 1)]), "file-unreadable"),
    "half a character": (made.xls([*HEAD, made.text(4, 2, "A\ud800n")]), "file-unreadable"),
    "many cells": (made.xls([*HEAD, made.record(0xBD, struct.pack("<HHH", 3, 0, 60_000)) * 70]), "file-too-large"),
}


@pytest.mark.parametrize(("data", "code"), HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_old_workbook_is_refused(tmp_path: Path, data: bytes, code: str) -> None:
    """Whatever it claims, it ends in a sentence."""
    assert refused(tmp_path, data) == code


@pytest.mark.parametrize("at", range(44, 76, 4))
def test_no_claim_in_the_head_of_the_container_sets_memory_aside(tmp_path: Path, at: int) -> None:
    """Counts of sectors that no file could hold end the reading, not the process."""
    data = bytearray(made.xls([*HEAD, made.text(4, 2, "Asha")]))
    data[at : at + 4] = b"\xff\xff\xff\x3f"
    try:
        assert texts(read_bytes(tmp_path, bytes(data))) == [["Asha", None, None, None]]
    except InputUnreadable as refusal:
        assert refusal.finding.code in {"file-unreadable", "file-type"}  # noqa: PT017 - both ends are good
