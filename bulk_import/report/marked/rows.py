"""Where the rows and cells of a worksheet stand in its part, found without parsing what lies between them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bulk_import.report.marked.splice import CannotMarkError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

CELL: Final = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
DATA: Final = re.compile(rb"<(\w+:)?sheetData\b[^<>]*(?<!/)>")
ROW: Final = re.compile(rb"<(?:\w+:)?row(?=[\s/>])[^<>]*>")
NUMBER: Final = re.compile(rb"\sr\s*=\s*[\"']([0-9]{1,7})[\"']")
OPENED: Final = re.compile(rb"<(?:\w+:)?c(?=[\s/>])[^<>]*>")
LETTERS: Final = re.compile(rb"\sr\s*=\s*[\"']([A-Z]{1,3})[0-9]{1,7}[\"']")
FILLED: Final = re.compile(rb"<(?:\w+:)?(?:v|f|is)[\s/>]")
CLOSED: Final = re.compile(rb"</(?:\w+:)?c\s*>")


@dataclass(frozen=True, slots=True)
class Cell:
    """Where a cell stands in the part, in which column, counted from 1, and whether it holds something."""

    column: int
    start: int
    stop: int
    filled: bool


@dataclass(frozen=True, slots=True)
class Row:
    """Where a row stands in the part.

    Attributes:
        opened: where its opening tag begins.
        start: where its first cell may stand.
        stop: where its closing tag begins.
        cells: its cells.
    """

    opened: int
    start: int
    stop: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows that were asked for, by their numbers, and the last column in which any row holds something."""

    found: Mapping[int, Row]
    last_column: int


def column_number(letters: str) -> int:
    """The number of a column, counted from 1."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def data_span(data: bytes) -> tuple[int, int]:
    """Where the rows of a worksheet begin and end.

    Raises:
        CannotMarkError: they are not written as spreadsheet programs write them.
    """
    found = DATA.search(data)
    stop = -1 if found is None else data.rfind(b"</" + (found[1] or b"") + b"sheetData")
    if found is None or stop < found.end():
        raise CannotMarkError("its rows are not written as Excel writes them")
    if data.find(b"<!", 0, stop) >= 0 or data.find(b"<?", found.end(), stop) >= 0:
        raise CannotMarkError("its rows are not written as Excel writes them")
    return found.end(), stop


def find_rows(data: bytes, wanted: Collection[int] | None) -> Rows:
    """Looks the rows of a worksheet up.

    Args:
        data: the worksheet's part.
        wanted: the rows whose cells are asked for; None for all.

    Raises:
        CannotMarkError: they are not written as spreadsheet programs write them.
    """
    found: dict[int, Row] = {}
    number = last_column = 0
    for tag, stop in _rows(data):
        told = NUMBER.search(tag[0])
        number = number + 1 if told is None else int(told[1])
        if wanted is None or number in wanted:
            cells = tuple(_cells(data, tag.end(), stop))
            found[number] = Row(tag.start(), tag.end(), stop, cells)
            last_column = max(last_column, *(cell.column for cell in cells if cell.filled), 0)
        else:
            last_column = max(last_column, _last_column(data, tag.end(), stop))
    return Rows(found, last_column)


def _rows(data: bytes) -> Iterator[tuple[re.Match[bytes], int]]:
    """The opening tag of each row that has something in it, and where its closing tag begins."""
    start, stop = data_span(data)
    closing = b"</" + (_prefix(data)) + b"row"
    for tag in ROW.finditer(data, start, stop):
        if tag[0].endswith(b"/>"):
            continue
        end = data.find(closing, tag.end(), stop)
        if end < 0:
            raise CannotMarkError("its rows are not written as Excel writes them")
        yield tag, end


def _prefix(data: bytes) -> bytes:
    found = DATA.search(data)
    return b"" if found is None else found[1] or b""


def _cells(data: bytes, start: int, stop: int) -> Iterator[Cell]:
    column = 0
    for tag in OPENED.finditer(data, start, stop):
        told = LETTERS.search(tag[0])
        column = column + 1 if told is None else column_number(told[1].decode("ascii"))
        if tag[0].endswith(b"/>"):
            yield Cell(column, tag.start(), tag.end(), filled=False)
            continue
        closed = CLOSED.search(data, tag.end(), stop)
        if closed is None:
            raise CannotMarkError("its rows are not written as Excel writes them")
        filled = FILLED.search(data, tag.end(), closed.start()) is not None
        yield Cell(column, tag.start(), closed.end(), filled)


def _last_column(data: bytes, start: int, stop: int) -> int:
    """The last column of a row in which something stands; mostly the last cell tells."""
    last = max(data.rfind(b"<c ", start, stop), data.rfind(b":c ", start, stop) - 1)
    told = LETTERS.search(data, last, stop) if last >= start else None
    if told and FILLED.search(data, last, stop):
        return column_number(told[1].decode("ascii"))
    return max((cell.column for cell in _cells(data, start, stop) if cell.filled), default=0)
