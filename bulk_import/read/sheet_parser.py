"""The facts of a sheet whose XML is not in the plain form, found by parsing it element by element."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from bulk_import.read.content import refusal
from bulk_import.read.facts import SheetFacts
from bulk_import.read.limits import LARGEST_PARSED, MEBI
from bulk_import.read.package import parse, safe_parser

if TYPE_CHECKING:
    from bulk_import.read.package import Package

REFERENCE: Final = re.compile(r"([A-Za-z]{1,7})([0-9]{1,9})")
NUMBER: Final = re.compile(r"[0-9]{1,9}")


def position(reference: str) -> tuple[int, int] | None:
    """Row and column, counted from 1, of a reference such as "H7"; None if it is not one."""
    match = REFERENCE.fullmatch(reference)
    if match is None or not int(match[2]):
        return None
    column = 0
    for letter in match[1].upper():
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(match[2]), column


def parsed_facts(package: Package, part: str) -> SheetFacts:
    """Parses one sheet, as far as it is not hopeless.

    Raises:
        InputUnreadable: the part is missing, damaged or too large.
    """
    entry = package.entry(part)
    if entry.file_size > LARGEST_PARSED:
        detail = (
            f"a sheet of it has {entry.file_size / MEBI:,.0f} MiB in an unusual form, and the limit is "
            f"{LARGEST_PARSED // MEBI} MiB; open it in Excel and save it"
        )
        raise refusal("file-too-large", package.name, detail)
    reader = _SheetReader(package)
    parser = safe_parser(package)
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parse(parser, package, part, reader.facts.hopeless)
    return reader.facts


LEFT_OUT_WHEN_EMPTY: Final = frozenset({"", "n", "s", "b", "e", "inlineStr", "is"})
"""Types of cell that the fast reader leaves out where the value is an empty one."""


class _SheetReader:
    """Follows a sheet's XML as the fast reader does; only cells that hold something count."""

    def __init__(self, package: Package) -> None:
        self.facts = SheetFacts()
        self._package = package
        self._row = self._next_column = 1
        self._place = (1, 1)
        self._type = self._value = ""
        self._formula = self._text = self._in_value = False
        self._in_data: bool | None = None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element opens."""
        match _local(name):
            case "sheetData" if self._in_data is None:
                self._in_data = True
            case "col":
                self._describe_columns(attributes)
            case "row" if self._in_data:
                self._open_row(attributes)
            case "c" if self._in_data:
                self._open_cell(attributes)
            case "f":
                self._formula = True
            case "is":
                self._text = True
            case "v" | "t":
                self._in_value = True
            case _:
                pass

    def _describe_columns(self, attributes: dict[str, str]) -> None:
        ends = [attributes.get(end, "") for end in ("min", "max")]
        if attributes.get("hidden") in {"1", "true"} and all(NUMBER.fullmatch(end) for end in ends):
            self.facts.hidden_columns.add((int(ends[0]), int(ends[1])))

    def _open_row(self, attributes: dict[str, str]) -> None:
        number = attributes.get("r")
        if number is not None:
            if not NUMBER.fullmatch(number) or not int(number):
                raise self._package.damaged("a row has no proper number")
            self._row = int(number)
        if attributes.get("hidden") in {"1", "true"}:
            self.facts.hide(self._row, self._row)

    def _open_cell(self, attributes: dict[str, str]) -> None:
        reference = attributes.get("r")
        here = (self._row, self._next_column) if reference is None else position(reference)
        if here is None:
            raise self._package.damaged("a cell has no proper address")
        self._place, self._next_column = here, here[1] + 1
        self._type, self._value = attributes.get("t", ""), ""
        self._formula = self._text = False

    def text(self, data: str) -> None:
        """Text between tags."""
        if self._in_value:
            self._value += data

    def end(self, name: str) -> None:
        """An element closes."""
        match _local(name):
            case "v" | "t":
                self._in_value = False
                self._text = self._text or self._type not in LEFT_OUT_WHEN_EMPTY
            case "c" if self._in_data:
                self._close_cell()
            case "row" if self._in_data:
                self._row, self._next_column = self._row + 1, 1
            case "sheetData" if self._in_data:
                self._in_data = False
            case _:
                pass

    def _close_cell(self) -> None:
        if self._value or self._formula or self._text:
            self.facts.reach(*self._place)
        if self._type == "e":
            if self._value:
                self.facts.errors[self._place] = self._value
        elif self._formula and self._type != "str" and not self._value.strip():
            self.facts.uncalculated.add(self._place)


def _local(name: str) -> str:
    before, colon, after = name.partition(":")
    return after if colon else before
