"""What the fast reader does not tell about the sheets of a binary workbook (XLSB, the format [MS-XLSB])."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bulk_import.read.content import refusal
from bulk_import.read.facts import ERRORS, SheetFacts
from bulk_import.read.limits import LARGEST_BINARY_SHEET, MEBI
from bulk_import.read.package import elements, part_name
from bulk_import.read.repack import repacked
from bulk_import.read.xlsx import relations, target

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bulk_import.read.package import Package

ROW: Final = 0
ERROR_CELLS: Final = frozenset({3, 11})
LEAST: Final[Mapping[int, int]] = {ROW: 12, 2: 12, 3: 9, 4: 9, 5: 16, 6: 12, 7: 12, 8: 12, 9: 16, 10: 9, 11: 9, 148: 16}
"""Kind of record → how many bytes it has at least: rows, cells, and the sheet's dimensions."""
COLUMNS: Final = 60
COLUMNS_HIDDEN: Final = 0x01
"""Bit of the seventeenth byte of a record of columns (BrtColInfo, fHidden)."""
HIDDEN: Final = 0x10
"""Bit of the twelfth byte of a row's record (BrtRowHdr, fDyZero)."""
DATA: Final = 145
CELLS: Final = frozenset(range(2, 12))
OF_DATA: Final = CELLS | {ROW, DATA}
OF_INTEREST: Final = frozenset({*LEAST, COLUMNS, DATA})
ENOUGH: Final = 1 << 16
"""Records after which it is looked whether the sheet is hopeless."""


def xlsb_facts(package: Package, part: str) -> SheetFacts:
    """Walks one sheet, record by record, as far as it is not hopeless.

    Raises:
        InputUnreadable: the part is missing, damaged or too large.
    """
    entry = package.entry(part)
    if entry.file_size > LARGEST_BINARY_SHEET:
        detail = f"a sheet has {entry.file_size / MEBI:,.0f} MiB, and the limit is {LARGEST_BINARY_SHEET // MEBI} MiB"
        raise refusal("file-too-large", package.name, detail)
    walk = _Walk(package, SheetFacts())
    for number, (kind, record) in enumerate(_records(package, part, OF_INTEREST)):
        walk.take(kind, record)
        if not number % ENOUGH and walk.facts.hopeless():
            break
    return walk.facts


@dataclass(slots=True)
class _Walk:
    """What was seen so far of a sheet's records."""

    package: Package
    facts: SheetFacts
    row: int = 1
    in_data: bool = False

    def take(self, kind: int, record: bytes) -> None:
        """Takes note of one record."""
        if len(record) < LEAST.get(kind, 0):
            raise self.package.damaged("a record of it is cut short")
        if self.in_data == (kind == DATA) and kind in OF_DATA:
            # The fast reader begins with the data; where that is told twice, it is not certain which it takes.
            raise self.package.damaged("its records are out of order")
        if kind in CELLS:
            self._take_cell(kind, record)
        elif kind == ROW:
            self._take_row(record)
        elif kind == COLUMNS:
            self._take_columns(record)
        elif kind == DATA:
            self.in_data = True

    def _take_row(self, record: bytes) -> None:
        self.row = int.from_bytes(record[:4], "little") + 1
        if record[11] & HIDDEN:
            self.facts.hide(self.row, self.row)

    def _take_columns(self, record: bytes) -> None:
        if len(record) > 16 and record[16] & COLUMNS_HIDDEN:  # noqa: PLR2004 - flags
            first, last = (int.from_bytes(record[at : at + 4], "little") + 1 for at in (0, 4))
            self.facts.hidden_columns.add((first, last))

    def _take_cell(self, kind: int, record: bytes) -> None:
        column = int.from_bytes(record[:4], "little") + 1
        self.facts.reach(self.row, column)
        if kind in ERROR_CELLS:
            self.facts.errors[self.row, column] = ERRORS.get(record[8], "#UNKNOWN!")


CONTINUED: Final = 0x80
"""The bit that all bytes of a number but the last have."""


def _records(package: Package, part: str, wanted: frozenset[int]) -> Iterator[tuple[int, bytes]]:
    """Kind and content of each record of a wanted kind.

    Both kind and length are written in bytes of seven bits, the lowest first.
    """
    data = b"".join(package.chunks(part))
    at = 0
    try:
        while at < len(data):
            kind, size = data[at], data[at + 1]
            if kind < CONTINUED and size < CONTINUED:
                at += 2
            else:
                kind, at = _number(data, at, 2)
                size, at = _number(data, at, 4)
            if kind in wanted:
                yield kind, data[at : at + size]
            at += size
    except IndexError:
        raise package.damaged("a part is cut short") from None


def _number(data: bytes, at: int, longest: int) -> tuple[int, int]:
    value = 0
    for i in range(longest):
        byte = data[at + i]
        value |= (byte & 0x7F) << (7 * i)
        if byte < CONTINUED:
            return value, at + i + 1
    return value, at + longest


SHEET: Final = 156
NO_RELATION: Final = 0xFFFFFFFF
RELATION_ID: Final = re.compile(r"[A-Za-z0-9_.-]+")
FURTHER_PARTS: Final = ("xl/workbook.bin", "xl/sharedStrings.bin", "xl/styles.bin")


def xlsb_sheet_parts(package: Package) -> Mapping[str, tuple[str, str]]:
    """Sheet name → relation id and part name.

    Raises:
        InputUnreadable: the list of sheets is missing, damaged or ambiguous.
    """
    parts = _targets(package)
    found: dict[str, tuple[str, str]] = {}
    for _, record in _records(package, "xl/workbook.bin", frozenset({SHEET})):
        if record[8:12] == NO_RELATION.to_bytes(4, "little"):
            continue
        relation, at = _wide_text(record, 8)
        name, _ = _wide_text(record, at)
        if relation not in parts or not RELATION_ID.fullmatch(relation):
            raise package.damaged("a sheet is listed without its content")
        if name in found or (relation, parts[relation]) in found.values():
            raise package.damaged("two of its sheets have the same name or the same content")
        found[name] = relation, parts[relation]
    return found


def _targets(package: Package) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for element in elements(package, "xl/_rels/workbook.bin.rels"):
        if element.name == "Relationship":
            relation, part = element.attributes.get("Id", ""), target(element.attributes.get("Target", ""))
            if relation in found or part in found.values():
                raise package.damaged("two of its relations have the same name or the same content")
            found[relation] = part
    return found


def as_handed_over(package: Package, sheets: Mapping[str, tuple[str, str]]) -> bytes:
    """The workbook with these sheets and what belongs to them, and with relations written anew.

    Raises:
        InputUnreadable: a part is missing.
    """
    copies = {part: part_name(part) for part in FURTHER_PARTS if part_name(part) in package.parts}
    listed = []
    for i, (relation, part) in enumerate(sheets.values(), start=1):
        # The fast reader tells a worksheet from a chart by the folder.
        kind = "worksheets" if part.startswith("xl/worksheets/") else "chartsheets"
        place = f"{kind}/sheet{i}.bin"
        copies[f"xl/{place}"] = part
        listed.append((relation, kind.removesuffix("s"), place))
    return repacked(package, copies, {"xl/_rels/workbook.bin.rels": relations(listed)})


def _wide_text(record: bytes, at: int) -> tuple[str, int]:
    end = at + 4 + 2 * int.from_bytes(record[at : at + 4], "little")
    return record[at + 4 : end].decode("utf-16-le", "replace"), end
