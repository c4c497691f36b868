"""What the fast reader does not tell about the sheets of a binary workbook (XLSB, the format [MS-XLSB])."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bulk_import.read.sheet_xml import SheetFacts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bulk_import.read.package import Package

ROW: Final = 0
ERROR_CELLS: Final = frozenset({3, 11})
CELLS: Final = frozenset(range(2, 12))
END_OF_DATA: Final = 146
COLUMNS: Final = 60
COLUMNS_HIDDEN: Final = 0x01
"""Bit of the seventeenth byte of a record of columns (BrtColInfo, fHidden)."""
HIDDEN: Final = 0x10
"""Bit of the twelfth byte of a row's record (BrtRowHdr, fDyZero)."""

ERRORS: Final[Mapping[int, str]] = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}
"""BErr of [MS-XLSB], section 2.5.97.2."""


def xlsb_facts(package: Package, part: str) -> SheetFacts:
    """Walks one sheet, record by record.

    Raises:
        InputUnreadable: the part is missing or damaged.
    """
    facts, row = SheetFacts(), 0
    for kind, record in _records(package, part):
        if kind == ROW and len(record) > 11:  # noqa: PLR2004 - the row's number and flags
            row = int.from_bytes(record[:4], "little") + 1
            if record[11] & HIDDEN:
                facts.hidden.add(row)
        elif kind == COLUMNS and len(record) > 16 and record[16] & COLUMNS_HIDDEN:  # noqa: PLR2004 - flags
            ends = (int.from_bytes(record[at : at + 4], "little") + 1 for at in (0, 4))
            facts.hidden_columns.add((next(ends), next(ends)))
        elif kind in CELLS and len(record) > 8:  # noqa: PLR2004 - column, style and a value
            column = int.from_bytes(record[:4], "little") + 1
            facts.reach(row or 1, column)
            if kind in ERROR_CELLS:
                facts.errors[row or 1, column] = ERRORS.get(record[8], "#UNKNOWN!")
        elif kind == END_OF_DATA:
            break
    return facts


def _records(package: Package, part: str) -> Iterator[tuple[int, bytes]]:
    """Each record's kind and content; both kind and length are written in bytes of seven bits, the lowest first."""
    data = b"".join(package.chunks(part))
    at = 0
    try:
        while at < len(data):
            kind, at = _number(data, at, 2)
            size, at = _number(data, at, 4)
            yield kind, data[at : at + size]
            at += size
    except IndexError:
        raise package.damaged("a part is cut short") from None


def _number(data: bytes, at: int, longest: int) -> tuple[int, int]:
    value = 0
    for i in range(longest):
        byte = data[at + i]
        value |= (byte & 0x7F) << (7 * i)
        if byte < 0x80:  # noqa: PLR2004 - the last byte of a number has not the highest bit
            return value, at + i + 1
    return value, at + longest


SHEET: Final = 156


def xlsb_sheet_parts(package: Package, targets: Mapping[str, str]) -> Mapping[str, str]:
    """Sheet name → part name.

    Args:
        package: the workbook.
        targets: relation id → part name.

    Raises:
        InputUnreadable: the list of sheets is missing or damaged.
    """
    found: dict[str, str] = {}
    for kind, record in _records(package, "xl/workbook.bin"):
        if kind == SHEET:
            relation, at = _wide_text(record, 8)
            name, _ = _wide_text(record, at)
            found[name] = targets.get(relation, "")
    return found


def _wide_text(record: bytes, at: int) -> tuple[str, int]:
    end = at + 4 + 2 * int.from_bytes(record[at : at + 4], "little")
    return record[at + 4 : end].decode("utf-16-le", "replace"), end
