"""What the fast reader does not tell about the sheets of an OpenDocument workbook (LibreOffice, Google)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bulk_import.read.content import refusal
from bulk_import.read.limits import LARGEST_ODS, MEBI
from bulk_import.read.package import parse, safe_parser
from bulk_import.read.sheet_xml import SheetFacts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bulk_import.read.package import Package

CONTENT: Final = "content.xml"
MOST_REPEATED_ERRORS: Final = 10_000


def ods_facts(package: Package) -> Mapping[str, SheetFacts]:
    """The facts of each sheet, by its name.

    Raises:
        InputUnreadable: the part with the sheets is missing, damaged or too large.
    """
    entry = package.parts.get(CONTENT)
    if entry is not None and entry.file_size > LARGEST_ODS:
        detail = f"as OpenDocument it has {entry.file_size / MEBI:,.0f} MiB, and the limit is {LARGEST_ODS // MEBI} MiB"
        raise refusal("file-too-large", package.name, detail)
    reader = _ContentReader()
    parser = safe_parser(package)
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parse(parser, package, CONTENT)
    return reader.sheets


def _times(attributes: Mapping[str, str], what: str) -> int:
    number = attributes.get(f"table:number-{what}-repeated", "1")
    return int(number) if number.isdecimal() and number.isascii() and len(number) <= 9 else 1  # noqa: PLR2004


class _ContentReader:
    """Follows the sheets element by element; rows and cells may stand once and be repeated thousands of times."""

    def __init__(self) -> None:
        self.sheets: dict[str, SheetFacts] = {}
        self._facts = SheetFacts()
        self._row = self._rows = self._column = self._columns = self._described = 0
        self._error: str | None = None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element opens."""
        match name:
            case "table:table":
                self._facts = self.sheets.setdefault(attributes.get("table:name", ""), SheetFacts())
                self._row = self._rows = self._described = 0
            case "table:table-column":
                self._describe_columns(attributes)
            case "table:table-row":
                self._open_row(attributes)
            case "table:table-cell" | "table:covered-table-cell":
                self._open_cell(attributes)
            case _:
                pass

    def _describe_columns(self, attributes: dict[str, str]) -> None:
        first = self._described + 1
        self._described += _times(attributes, "columns")
        if attributes.get("table:visibility", "visible") != "visible":
            self._facts.hidden_columns.add((first, self._described))

    def _open_row(self, attributes: dict[str, str]) -> None:
        self._row += self._rows or 1
        self._rows = _times(attributes, "rows")
        self._column = self._columns = 0
        if attributes.get("table:visibility", "visible") != "visible":
            self._facts.hidden.update(range(self._row, self._row + min(self._rows, MOST_REPEATED_ERRORS)))

    def _open_cell(self, attributes: dict[str, str]) -> None:
        self._column += self._columns or 1
        self._columns = _times(attributes, "columns")
        self._error = None
        if "office:value-type" not in attributes and "table:formula" not in attributes:
            return
        self._facts.reach(self._row, self._column)
        self._facts.reach(self._row + self._rows - 1, self._column + self._columns - 1)
        if attributes.get("calcext:value-type") == "error":
            self._error = ""
        elif "office:value-type" not in attributes:
            self._facts.uncalculated.add((self._row, self._column))

    def text(self, data: str) -> None:
        """Text between tags."""
        if self._error is not None:
            self._error += data

    def end(self, name: str) -> None:
        """An element closes."""
        if name == "table:table-cell" and self._error is not None:
            if self._rows * self._columns <= MOST_REPEATED_ERRORS:
                for row in range(self._row, self._row + self._rows):
                    for column in range(self._column, self._column + self._columns):
                        self._facts.errors[row, column] = self._error.strip()
            self._error = None
