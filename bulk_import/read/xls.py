"""Old binary workbooks (XLS, the format [MS-XLS]), read by xlrd in pure Python.

The fast reader sets aside as much memory as such a file claims to need, and ends the whole process where it cannot
have it. xlrd does not, once it gets only what it needs: the stream with the workbook is taken out of its container
here, walked record by record, and every record that plays no part in the cells (names, drawings, notes, formats of
the page) is made one that xlrd passes over, since it is strict about them. The walk also finds what is told of no
cell: hidden rows and columns, and how far the sheet stretches.
"""

from __future__ import annotations

import io
import struct
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from bulk_import.read.content import refusal
from bulk_import.read.facts import ERRORS, SheetFacts
from bulk_import.read.limits import LARGEST_XLS, MEBI, MOST_RECORDS, MOST_XLS_CELLS

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from xlrd.book import Book
    from xlrd.sheet import Sheet

    from bulk_import.errors import InputUnreadable
    from bulk_import.read.content import Content

FORMULAS: Final = frozenset({0x0006, 0x0206, 0x0406})
TEXTS: Final = 0xFC
ROW, COLUMNS, SHEET, ENCRYPTED, ERROR, MANY_NUMBERS, BEGINNING, END = 0x208, 0x7D, 0x85, 0x2F, 0x205, 0xBD, 0x809, 0x0A
LEAST: Final[Mapping[int, int]] = {
    **dict.fromkeys(FORMULAS, 16),
    ROW: 16,
    COLUMNS: 10,
    ERROR: 8,
    MANY_NUMBERS: 6,
    SHEET: 8,
    BEGINNING: 4,
    **dict.fromkeys((0x203, 0xFD, 0x204, 0xD6, 0x27E), 6),
}
"""Kind of record → how many bytes it has at least."""
CELLS: Final = FORMULAS | {0x203, 0xFD, 0x204, 0xD6, 0x27E, ERROR, MANY_NUMBERS}
"""Numbers, texts of both kinds, rich texts, short numbers, errors and truth values, rows of numbers, formulas."""
FURTHER: Final = frozenset(
    {END, 0x3C, 0x42, 0x22, 0x1E, 0x41E, 0xE0, 0xFC, 0x07, 0x207, 0x4BC, 0x21, 0x221, 0x36, 0x236}
)
"""End, continuation, code page, epoch, formats of numbers, the list of texts, and what belongs to a formula."""
WANTED: Final = CELLS | FURTHER | {SHEET, BEGINNING}
OF_INTEREST: Final = CELLS | {ROW, COLUMNS, SHEET, BEGINNING, END}
PASSED_OVER: Final = (0x0FFF).to_bytes(2, "little")
ROW_HIDDEN, COLUMN_HIDDEN, ALWAYS_CALCULATED = 0x20, 0x01, 0x01
IS_WORKSHEET: Final = 0x10
NO_NUMBER: Final = b"\xff\xff"
EMPTY_RESULT, ERROR_RESULT = 3, 2


@dataclass(slots=True)
class _Walk:
    """What the records tell.

    Attributes:
        data: the records, with those made harmless that are not wanted.
        damaged: makes the exception that says how the workbook is damaged.
        shown: for each worksheet, in order: where it begins, and whether it is shown.
        facts: where a worksheet begins → its facts.
        cells: of all sheets so far.
    """

    data: bytearray
    damaged: Callable[[str], InputUnreadable]
    shown: list[tuple[int, bool]] = field(default_factory=list)
    facts: dict[int, SheetFacts] = field(default_factory=dict)
    cells: int = 0
    depth: int = 0
    now: SheetFacts | None = None

    def take(self, at: int, kind: int, record: memoryview) -> None:
        """Takes note of the record that begins at `at`."""
        if len(record) < LEAST.get(kind, 0):
            raise self.damaged("a record of it is cut short")
        if kind in CELLS:
            self._take_cell(kind, record)
        elif kind in {ROW, COLUMNS} and self.now:
            self._take_hidden(kind, record, self.now)
        elif kind == SHEET and record[5] == 0:
            self.shown.append((int.from_bytes(record[:4], "little"), record[4] & 0x03 == 0))
        elif kind == BEGINNING:
            self._begin(at, record)
        elif kind == END:
            self.depth = max(self.depth - 1, 0)
            self.now = None if self.depth == 0 else self.now

    def _take_hidden(self, kind: int, record: memoryview, facts: SheetFacts) -> None:
        first, last = struct.unpack_from("<HH", record)
        if kind == ROW and record[12] & ROW_HIDDEN:
            facts.hide(first + 1, first + 1)
        elif kind == COLUMNS and record[8] & COLUMN_HIDDEN:
            facts.hidden_columns.add((first + 1, last + 1))

    def _begin(self, at: int, record: memoryview) -> None:
        self.depth += 1
        if self.depth == 1 and record[2] == IS_WORKSHEET:
            self.now = self.facts[at] = SheetFacts()

    def _take_cell(self, kind: int, record: memoryview) -> None:
        row, first = struct.unpack_from("<HH", record)
        last = max(int.from_bytes(record[-2:], "little"), first) if kind == MANY_NUMBERS else first
        self.cells += last - first + 1
        if self.now is None:
            return
        self.now.reach(row + 1, first + 1)
        self.now.reach(row + 1, last + 1)
        if kind == ERROR and record[7]:
            self.now.errors[row + 1, first + 1] = ERRORS.get(record[6], "#UNKNOWN!")
        elif kind in FORMULAS and bytes(record[12:14]) == NO_NUMBER:
            self._take_result(row + 1, first + 1, record, self.now)

    def _take_result(self, row: int, column: int, record: memoryview, facts: SheetFacts) -> None:
        if record[6] == ERROR_RESULT:
            facts.errors[row, column] = ERRORS.get(record[8], "#UNKNOWN!")
        elif record[6] == EMPTY_RESULT and record[14] & ALWAYS_CALCULATED:
            facts.uncalculated.add((row, column))


def _walked(stream: bytes, content: Content) -> _Walk:
    """Walks all records.

    Raises:
        InputUnreadable: encrypted, damaged, or too large.
    """
    walk = _Walk(bytearray(stream), _damaged(content))
    whole = memoryview(stream)
    at = records = 0
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        if kind == size == walk.depth == 0:
            break
        if kind == ENCRYPTED:
            raise refusal("file-encrypted", content.name)
        if kind == TEXTS and int.from_bytes(stream[at + 8 : at + 12], "little") > MOST_XLS_CELLS:
            raise refusal("file-too-large", content.name, f"it has more than {MOST_XLS_CELLS:,} texts")
        if kind in OF_INTEREST:
            walk.take(at, kind, whole[at + 4 : at + 4 + size])
        if kind not in WANTED:
            walk.data[at : at + 2] = PASSED_OVER
        at += 4 + size
        records += 1
        if records > MOST_RECORDS or walk.cells > MOST_XLS_CELLS:
            raise refusal("file-too-large", content.name, f"it has more than {MOST_XLS_CELLS:,} cells")
    begun = [start for start, _ in walk.shown]
    if len(set(begun)) < len(begun) or not walk.facts.keys() >= set(begun):
        raise walk.damaged("a sheet is listed without its content")
    return walk


def _damaged(content: Content) -> Callable[[str], InputUnreadable]:
    return lambda how: refusal("file-unreadable", content.name, f"the workbook is damaged ({how})")


@contextmanager
def _guarded(content: Content) -> Iterator[None]:
    """Turns the failures of olefile and xlrd into ours. Their texts may quote cells, so they are not passed on."""
    from xlrd.biffh import XLRDError  # noqa: PLC0415 - only for such workbooks

    try:
        yield
    except (
        *(XLRDError, OSError, ValueError, LookupError, ArithmeticError, AssertionError, struct.error),
        *(TypeError, AttributeError, RecursionError),
    ):
        # Neither library looks at each number before it uses it; what they trip over is a damaged file.
        raise refusal("file-unreadable", content.name, "the workbook is damaged") from None


def _stream(content: Content) -> bytes:
    """The workbook as it lies in its container."""
    import olefile  # noqa: PLC0415 - only for such workbooks

    with olefile.OleFileIO(io.BytesIO(content.data)) as container:
        name = next((name for name in ("Workbook", "Book") if container.exists(name)), None)
        if name is None:
            raise refusal("file-type", content.name, "it is an older Office file, but not a workbook")
        return bytes(container.openstream(name).read())


def open_xls(content: Content) -> XlsBook:
    """Opens an old workbook.

    Raises:
        InputUnreadable: it is encrypted, damaged, too large, or holds no workbook.
    """
    import xlrd  # noqa: PLC0415 - only for such workbooks

    if len(content.data) > LARGEST_XLS:
        detail = f"as .xls it has {len(content.data) / MEBI:,.0f} MiB, and the limit is {LARGEST_XLS // MEBI} MiB"
        raise refusal("file-too-large", content.name, detail)
    with _guarded(content):
        stream = _stream(content)
        walk = _walked(stream, content)
        book = xlrd.open_workbook(
            file_contents=bytes(walk.data), on_demand=True, ragged_rows=True, logfile=io.StringIO(), use_mmap=False
        )
        names = book.sheet_names()
    if not len(set(names)) == len(names) == len(walk.shown):
        raise walk.damaged("two of its sheets have the same name")
    sheets = {name: (walk.facts[start], shown) for name, (start, shown) in zip(names, walk.shown, strict=True)}
    return XlsBook(content, book, sheets)


@dataclass(frozen=True, slots=True, eq=False)
class XlsBook:
    """An open workbook.

    Attributes:
        content: the file.
        book: as xlrd sees it.
        sheets: name → facts, and whether the sheet is shown.
    """

    content: Content
    book: Book
    sheets: Mapping[str, tuple[SheetFacts, bool]]

    def sheet(self, name: str) -> XlsSheet:
        """The cells of a sheet.

        Raises:
            InputUnreadable: the sheet is damaged.
        """
        with _guarded(self.content):
            return XlsSheet(self.book.sheet_by_name(name), self.book.datemode, self.sheets[name][0])


class XlsSheet:
    """A sheet's cells, told as the fast reader tells them."""

    def __init__(self, sheet: Sheet, datemode: Literal[0, 1], facts: SheetFacts) -> None:
        self._sheet, self._datemode = sheet, datemode
        self._width = max(facts.last_column, 1)
        self.start = (max(facts.first_row - 1, 0), 0)
        self.end = (max(sheet.nrows - 1, 0), self._width - 1)

    def iter_rows(self) -> Iterator[Sequence[object]]:
        """Every row from the first of the sheet on, from column A on."""
        return map(self._row, range(self._sheet.nrows))

    def to_python(self, *, skip_empty_area: bool, nrows: int) -> list[Sequence[object]]:  # noqa: ARG002 - never skipped
        """The first rows."""
        return [self._row(number) for number in range(min(nrows, self._sheet.nrows))]

    def _row(self, number: int) -> list[object]:
        types, values = self._sheet.row_types(number), self._sheet.row_values(number)
        row = [self._value(kind, value) for kind, value in zip(types, values, strict=True)]
        return row + [""] * (self._width - len(row))

    def _value(self, kind: int, value: object) -> object:
        import xlrd  # noqa: PLC0415 - only for such workbooks

        match kind, value:
            case xlrd.XL_CELL_DATE, float():
                return _moment(value, self._datemode)
            case xlrd.XL_CELL_BOOLEAN, int():
                return bool(value)
            case xlrd.XL_CELL_ERROR, _:
                return ""  # told by the facts
            case _:
                return value


DAYS: Final = range(2_958_466)
"""Serial numbers of the days that Excel knows."""


def _moment(value: float, datemode: Literal[0, 1]) -> object:
    """A date, a time of day, or the number itself where it is no day."""
    from xlrd.xldate import xldate_as_datetime  # noqa: PLC0415 - only for such workbooks

    if not 0 <= value < DAYS.stop - 1462 * datemode:
        return value
    moment: dt.datetime = xldate_as_datetime(value, datemode)
    return moment.time() if value < 1 else moment
