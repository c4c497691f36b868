"""Old binary workbooks (XLS) of one sheet, written record by record."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

LARGE: Final = 6_000_000
"""Bytes from which on a container has larger sectors, because its head must name all sectors of its table."""
FREE, LAST, TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
DATE_STYLE: Final = 1
"""The number of the format dd/mm/yyyy among those that `xls` writes."""


def record(kind: int, data: bytes = b"") -> bytes:
    """One record."""
    return struct.pack("<HH", kind, len(data)) + data


def text(row: int, column: int, value: str) -> bytes:
    """A cell of text, row and column counted from 1."""
    head = struct.pack("<HHHHB", row - 1, column - 1, 0, len(value), 1)
    return record(0x204, head + value.encode("utf-16-le", "surrogatepass"))


def number(row: int, column: int, value: float, *, style: int = 0) -> bytes:
    """A cell with a number, or a date."""
    return record(0x203, struct.pack("<HHHd", row - 1, column - 1, style, value))


def truth(row: int, column: int, *, value: bool) -> bytes:
    """A cell with TRUE or FALSE."""
    return record(0x205, struct.pack("<HHHBB", row - 1, column - 1, 0, value, 0))


def error(row: int, column: int, code: int) -> bytes:
    """A cell with an error."""
    return record(0x205, struct.pack("<HHHBB", row - 1, column - 1, 0, code, 1))


def formula(row: int, column: int, result: bytes, *, flags: int = 0) -> bytes:
    """A formula and the eight bytes of its result."""
    return record(0x06, struct.pack("<HHH8sHIH", row - 1, column - 1, 0, result, flags, 0, 0))


FAILED: Final = bytes([2, 0, 0x2A, 0, 0, 0, 0xFF, 0xFF])
NOTHING: Final = bytes([3, 0, 0, 0, 0, 0, 0xFF, 0xFF])


def hidden_row(row: int) -> bytes:
    """What is said of a hidden row."""
    return record(0x208, struct.pack("<HHHHHHI", row - 1, 0, 0, 255, 0, 0, 0x20))


def hidden_columns(first: int, last: int) -> bytes:
    """What is said of hidden columns."""
    return record(0x7D, struct.pack("<HHHHHH", first - 1, last - 1, 2000, 0, 1, 0))


def stream(cells: Iterable[bytes], *, more: bytes = b"", state: int = 0, epoch_1904: bool = False) -> bytes:
    """The records of a workbook whose sheet is Learners; `more` stands among those of the workbook."""
    begin = struct.pack("<HHHHII", 0x0600, 0x0005, 0x0DBB, 0x07CC, 0, 6)
    style = struct.pack("<HHHHHIIH", 0, 0, 1, 0x20, 0, 0, 0, 0)
    date = struct.pack("<HHHHHIIH", 0, 14, 1, 0x20, 0, 0, 0, 0)
    before = record(0x809, begin) + record(0x42, struct.pack("<H", 1200)) + record(0x22, bytes([epoch_1904, 0]))
    before += record(0xE0, style) + record(0xE0, date) + more
    name = b"Learners"
    start = len(before) + 4 + 8 + len(name) + 4
    listed = record(0x85, struct.pack("<IBBBB", start, state, 0, len(name), 0) + name) + record(0x0A)
    sheet = record(0x809, begin[:2] + b"\x10\x00" + begin[4:]) + b"".join(cells) + record(0x0A)
    return before + listed + sheet


def container(data: bytes, *, name: str = "Workbook") -> bytes:
    """An OLE file with one stream."""
    data = data.ljust(4096, b"\0")
    sector, power = (512, 9) if len(data) < LARGE else (4096, 12)
    sectors = -(-len(data) // sector)
    tables = -(-(sectors + 1) // (sector // 4 - 1))
    chain = [*range(1, sectors), LAST, LAST, *[TABLE] * tables]
    directory = _entry("Root Entry", 5, child=1, start=LAST, size=0) + _entry(name, 2, start=0, size=len(data))
    head = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + bytes(16)
        + struct.pack("<HHHHH", 0x3E, 3 if power == 9 else 4, 0xFFFE, power, 6)
        + bytes(6)
    )
    head += struct.pack("<9I", 0, tables, sectors, 0, 4096, LAST, 0, LAST, 0)
    places = [sectors + 1 + at for at in range(tables)]
    head += struct.pack("<109I", *places, *[FREE] * (109 - tables))
    table = struct.pack(f"<{len(chain)}I", *chain).ljust(tables * sector, b"\xff")
    return b"".join(
        (head.ljust(sector, b"\0"), data.ljust(sectors * sector, b"\0"), directory.ljust(sector, b"\0"), table)
    )


def _entry(name: str, kind: int, *, start: int, size: int, child: int = FREE) -> bytes:
    wide = name.encode("utf-16-le")
    links = struct.pack("<HBBIII", len(wide) + 2, kind, 1, FREE, FREE, child)
    return wide.ljust(64, b"\0") + links + bytes(36) + struct.pack("<IQ", start, size)


def xls(cells: Iterable[bytes], *, epoch_1904: bool = False) -> bytes:
    """A workbook with these cells."""
    return container(stream(cells, epoch_1904=epoch_1904))
