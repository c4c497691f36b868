"""What the fast reader does not tell about the sheets of an OpenDocument workbook (LibreOffice, Google)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from bulk_import.read.content import refusal
from bulk_import.read.facts import SheetFacts
from bulk_import.read.limits import (
    LARGEST_ODS,
    MEBI,
    MOST_COLUMNS,
    MOST_FAILED_CELLS,
    MOST_ODS_CELLS,
    MOST_REPEATED_TEXT,
    MOST_ROWS,
)
from bulk_import.read.package import parse, safe_parser
from bulk_import.read.repack import repacked

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bulk_import.read.package import Package

CONTENT: Final = "content.xml"
MANIFEST: Final = "meta-inf/manifest.xml"
MIMETYPE: Final = "application/vnd.oasis.opendocument.spreadsheet"


def ods_facts(package: Package) -> Mapping[str, SheetFacts]:
    """The facts of each sheet, by its name, as far as none is hopeless.

    Raises:
        InputUnreadable: the part with the sheets is missing, encrypted, damaged or too large.
    """
    if MANIFEST in package.parts and b"encryption-data" in b"".join(package.chunks(MANIFEST)):
        raise refusal("file-encrypted", package.name)
    entry = package.entry(CONTENT)
    if entry.file_size > LARGEST_ODS:
        detail = f"as OpenDocument it has {entry.file_size / MEBI:,.0f} MiB, and the limit is {LARGEST_ODS // MEBI} MiB"
        raise refusal("file-too-large", package.name, detail)
    reader = _ContentReader(package)
    parser = safe_parser(package)
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parse(parser, package, CONTENT, reader.hopeless)
    return reader.sheets


def as_handed_over(package: Package) -> bytes:
    """The workbook's sheets alone.

    Raises:
        InputUnreadable: their part is missing.
    """
    made = {"mimetype": MIMETYPE, "META-INF/manifest.xml": "<manifest/>"}
    return repacked(package, {CONTENT: CONTENT}, made)


TIMES: Final = re.compile(r"[0-9]{1,9}")
VALUES: Final = frozenset(
    {
        "office:value-type",
        "office:value",
        "office:string-value",
        "office:date-value",
        "office:time-value",
        "office:boolean-value",
        "table:formula",
    }
)
"""A cell with one of these is a cell to the fast reader."""


class _ContentReader:
    """Follows the sheets element by element; rows and cells may stand once and be repeated thousands of times."""

    def __init__(self, package: Package) -> None:
        self.sheets: dict[str, SheetFacts] = {}
        self._package = package
        self._facts = SheetFacts()
        self._in_table = self._filled = False
        self._row = self._rows = self._column = self._columns = self._described = 0
        self._written = self._characters = self._length = 0
        self._error: str | None = None

    def hopeless(self) -> bool:
        """Whether the sheet will be refused, whatever is still to come.

        Raises:
            InputUnreadable: written out, the sheets would take far more room than the file.
        """
        if self._written > MOST_ODS_CELLS:
            raise refusal("file-too-large", self._package.name, f"it has more than {MOST_ODS_CELLS:,} cells")
        if self._characters > MOST_REPEATED_TEXT:
            detail = f"with its repeated cells it has more than {MOST_REPEATED_TEXT // MEBI} MiB of text"
            raise refusal("file-too-large", self._package.name, detail)
        return self._facts.hopeless()

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element opens."""
        match name:
            case "table:table":
                self._open_table(attributes)
            case "table:table-column":
                self._describe_columns(attributes)
            case "table:table-row":
                self._open_row(attributes)
            case "table:table-cell" | "table:covered-table-cell":
                self._open_cell(attributes)
            case "text:s":
                self._length += self._number(attributes, "text:c")
            case _:
                pass

    def _open_table(self, attributes: dict[str, str]) -> None:
        name = attributes.get("table:name", "")
        if self._in_table or name in self.sheets:
            raise self._package.damaged("two of its sheets have the same name, or one stands in another")
        if self._facts.hopeless():
            return
        self._facts = self.sheets[name] = SheetFacts()
        self._in_table = True
        self._row = self._rows = self._described = 0

    def _number(self, attributes: Mapping[str, str], what: str) -> int:
        text = attributes.get(what, "1")
        if not TIMES.fullmatch(text) or not int(text):
            raise self._package.damaged("it repeats something without saying how often")
        return int(text)

    def _describe_columns(self, attributes: dict[str, str]) -> None:
        first = self._described + 1
        self._described += self._number(attributes, "table:number-columns-repeated")
        if attributes.get("table:visibility", "visible") != "visible":
            self._facts.hidden_columns.add((first, self._described))

    def _open_row(self, attributes: dict[str, str]) -> None:
        self._row += self._rows or 1
        self._rows = self._number(attributes, "table:number-rows-repeated")
        self._column = self._columns = 0
        if attributes.get("table:visibility", "visible") != "visible":
            # LibreOffice hides what is left of the sheet too; these rows hold nothing.
            self._facts.hidden.update(range(self._row, min(self._row + self._rows, MOST_ROWS + 1)))

    def _open_cell(self, attributes: dict[str, str]) -> None:
        self._column += self._columns or 1
        self._columns = self._number(attributes, "table:number-columns-repeated")
        self._error = None
        self._filled = not VALUES.isdisjoint(attributes)
        if not self._filled:
            return
        last = self._column + self._columns - 1
        self._length = len(attributes.get("office:string-value", "")) + len(attributes.get("table:formula", ""))
        self._facts.reach(self._row, self._column)
        self._facts.reach(self._row + self._rows - 1, last)
        if attributes.get("calcext:value-type") == "error":
            self._error = ""
        elif attributes.keys() & VALUES == {"table:formula"}:
            self._facts.uncalculated.add((self._row, self._column))

    def text(self, data: str) -> None:
        """Text between tags."""
        self._length += len(data)
        if self._error is not None:
            self._error += data

    def end(self, name: str) -> None:
        """An element closes."""
        match name:
            case "table:table":
                self._in_table = False
            case "table:table-row":
                # The fast reader keeps each row from its first column on.
                self._written += min(self._facts.last_column, MOST_COLUMNS)
            case "table:table-cell" | "table:covered-table-cell":
                self._close_cell()
            case _:
                pass

    def _close_cell(self) -> None:
        if self._filled:
            self._characters += self._length * min(self._rows, MOST_ROWS) * min(self._columns, MOST_COLUMNS)
        if self._error is not None:
            self._fail(self._error.strip())
        self._error, self._filled = None, False

    def _fail(self, error: str) -> None:
        """Takes note of an error in each of the cells that the cell stands for; one too many is enough."""
        cells = self._rows * self._columns
        wanted = min(cells, max(MOST_FAILED_CELLS + 1 - len(self._facts.errors), 0))
        for i in range(wanted):
            row, column = divmod(i, self._columns)
            self._facts.errors[self._row + row, self._column + column] = error
