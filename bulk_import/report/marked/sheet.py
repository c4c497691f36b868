"""The worksheet that is marked: fills as conditional formats, and a column Problem in a column that is free.

A fill is a conditional format of ours and not another format of the cell, so that the user's own formats stay as they
are, and so that ours can be told apart and taken away again, whatever program the file went through. Nothing is
moved here: `room` does that beforehand, where formulas, drop-downs, tables and pictures can follow.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Final
from xml.parsers import expat

from bulk_import.findings import Severity, column_letters
from bulk_import.report.cells import LINE, height_of
from bulk_import.report.marked.rows import CELL, column_number, data_span
from bulk_import.report.marked.splice import (
    CannotMarkError,
    Change,
    content,
    element_end,
    end_of_tag,
    parse_whole,
    spliced,
    with_attribute,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from bulk_import.report.marked.marks import Mark
    from bulk_import.report.marked.rows import Row, Rows
    from bulk_import.report.marked.style_sheet import Looks

MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MOST_COLUMNS: Final = 16_384
RULE: Final = '"bulk-import"="bulk-import"'
"""The formula of our conditional formats: always true, and nobody else's."""

WIDTH, FIRST_WIDTH = 80, 60
RANGES_AT_A_TIME: Final = 400
"""Excel takes no endless list of ranges."""

ORDER: Final = (
    *("sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "sheetCalcPr", "sheetProtection"),
    *("protectedRanges", "scenarios", "autoFilter", "sortState", "dataConsolidate", "customSheetViews", "mergeCells"),
    *("phoneticPr", "conditionalFormatting", "dataValidations", "hyperlinks", "printOptions", "pageMargins"),
    *("pageSetup", "headerFooter", "rowBreaks", "colBreaks", "customProperties", "cellWatches", "ignoredErrors"),
    *("smartTags", "drawing", "legacyDrawing", "legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls"),
    *("webPublishItems", "tableParts", "extLst"),
)
"""The order in which a worksheet's elements must stand (ECMA-376 part 1, 18.3.1.99)."""


@dataclass(slots=True)
class Child:
    """An element right inside the worksheet; `ours` where it is a conditional format with our rule alone."""

    name: str
    start: int
    stop: int = 0
    attributes: Mapping[str, str] = field(default_factory=dict)
    rules: list[str] = field(default_factory=list)

    @property
    def ours(self) -> bool:
        """Whether an earlier marking made it."""
        return self.name == "conditionalFormatting" and bool(self.rules) and set(self.rules) == {RULE}


@dataclass(slots=True)
class Sheet:
    """A worksheet part without its rows.

    Attributes:
        data: its bytes.
        prefix: what stands before the names of its elements.
        inner_stop: where the worksheet's closing tag begins.
        children: the elements right inside it.
        columns: each `col`, as (start, stop, attributes).
        priority: the highest of its conditional formats.
        merged: the last column that merged cells reach.
    """

    data: bytes
    prefix: str = ""
    inner_stop: int = 0
    children: list[Child] = field(default_factory=list)
    columns: list[tuple[int, int, Mapping[str, str]]] = field(default_factory=list)
    priority: int = 0
    merged: int = 0

    def child(self, name: str) -> Child | None:
        """The first element of a name."""
        return next((child for child in self.children if child.name == name), None)

    @property
    def drawing(self) -> str | None:
        """The id of the relation to the drawing of its notes and controls; None where it has none."""
        child = self.child("legacyDrawing")
        named = {} if child is None else child.attributes
        return next((value for name, value in named.items() if name.rpartition(":")[2] == "id"), None)

    def place_for(self, name: str) -> int:
        """Where an element of a name is put in."""
        after = ORDER[ORDER.index(name) + 1 :]
        return next((child.start for child in self.children if child.name in after), self.inner_stop)


def open_sheet(data: bytes) -> Sheet:
    """Goes through a worksheet part, its rows left out.

    Raises:
        CannotMarkError: it is not a plain worksheet.
    """
    start, stop = data_span(data)
    # As many blanks as the rows have bytes: all else keeps its place, and is found in no time.
    reader = _Reader(data, b"".join([data[:start], b" " * (stop - start), data[stop:]]))
    return reader.sheet


class _Reader:
    """Follows a worksheet's elements."""

    def __init__(self, data: bytes, blanked: bytes) -> None:
        self.sheet = Sheet(data)
        self._path: list[str] = []
        self._formula: list[str] | None = None
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        parse_whole(self._parser, blanked)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local, depth = name.rpartition(":")[2], len(self._path)
        self._path.append(local)
        at = self._parser.CurrentByteIndex
        if depth == 0:
            self._open_root(name, attributes)
        elif depth == 1:
            self.sheet.children.append(Child(local, at, attributes=attributes))
        else:
            self._open_inside(local, attributes, at)

    def _open_root(self, name: str, attributes: Mapping[str, str]) -> None:
        self.sheet.prefix = name.rpartition(":")[0] + ":" if ":" in name else ""
        own = attributes.get(f"xmlns:{self.sheet.prefix[:-1]}" if self.sheet.prefix else "xmlns")
        if name.rpartition(":")[2] != "worksheet" or own != MAIN:
            raise CannotMarkError("its sheet is written in the “Strict Open XML” form")

    def _open_inside(self, local: str, attributes: Mapping[str, str], at: int) -> None:
        match local:
            case "col" if self._path[1] == "cols":
                self.sheet.columns.append((at, end_of_tag(self.sheet.data, at), attributes))
            case "mergeCell":
                last = CELL.fullmatch(attributes.get("ref", "").rpartition(":")[2])
                self.sheet.merged = max(self.sheet.merged, column_number(last[1]) if last else 0)
            case "cfRule":
                self.sheet.priority = max(self.sheet.priority, int(attributes.get("priority", 0)))
            case "formula" if self._path[1] == "conditionalFormatting":
                self._formula = []
            case _ if self._path[1] == "AlternateContent" and local in ORDER:
                # What an AlternateContent holds decides where it stands.
                self.sheet.children[-1].name = local
            case _:
                pass

    def _text(self, data: str) -> None:
        if self._formula is not None:
            self._formula.append(data)

    def _end(self, _: str) -> None:
        local, depth = self._path.pop(), len(self._path)
        reported = self._parser.CurrentByteIndex
        if depth == 0:
            self.sheet.inner_stop = reported
        elif depth == 1:
            child = self.sheet.children[-1]
            child.stop = element_end(self.sheet.data, child.start, reported)[1]
        elif local == "formula" and self._formula is not None:
            self.sheet.children[-1].rules.append("".join(self._formula))
            self._formula = None


@dataclass(frozen=True, slots=True)
class Marking:
    """What is written into a sheet.

    Attributes:
        column: where the column Problem stands, counted from 1.
        heading_row: the row in which its heading stands.
        heading: what that is.
        problems: row → text.
        cells: to be filled.
        looks: the formats that the workbook was given for it.
        drawing: the id of the relation to the drawing of the notes, where the sheet had none.
    """

    column: int
    heading_row: int
    heading: str
    problems: Mapping[int, str]
    cells: Sequence[Mark]
    looks: Looks
    drawing: str | None


def marked(sheet: Sheet, rows: Rows, marking: Marking) -> bytes:
    """The worksheet with its marks, and without those of an earlier marking.

    Raises:
        CannotMarkError: a row to be marked is not there, or the column is not free.
    """
    if marking.column > MOST_COLUMNS:
        raise CannotMarkError("its last column is in use, so that there is no room for the column Problem")
    changes = [Change(child.start, child.stop, b"") for child in sheet.children if child.ours]
    changes += _dimension(sheet, marking)
    changes += _columns(sheet, marking)
    changes += _problems(sheet, rows, marking)
    formats = "".join(_formats(sheet, marking)).encode()
    changes.append(_put(sheet, "conditionalFormatting", formats))
    if marking.drawing is not None:
        element = f'<{sheet.prefix}legacyDrawing xmlns:r="{RELATIONS}" r:id="{marking.drawing}"/>'
        changes.append(_put(sheet, "legacyDrawing", element.encode()))
    return spliced(sheet.data, changes)


def _put(sheet: Sheet, name: str, new: bytes) -> Change:
    at = sheet.place_for(name)
    return Change(at, at, new)


def _dimension(sheet: Sheet, marking: Marking) -> Iterator[Change]:
    """The range that the sheet says it fills, wide enough for the new column."""
    child = sheet.child("dimension")
    if child is None:
        return
    first, _, last = child.attributes.get("ref", "").partition(":")
    ends = [found for found in (CELL.fullmatch(end) for end in (first, last or first)) if found]
    if len(ends) == 2:  # noqa: PLR2004 - a range has two ends
        reached = [column_number(end[1]) for end in ends]
        left, right = min(reached[0], marking.column), max(reached[1], marking.column)
        reference = f"{column_letters(left)}{ends[0][2]}:{column_letters(right)}{ends[1][2]}"
        yield Change(child.start, child.stop, f'<{sheet.prefix}dimension ref="{reference}"/>'.encode())


def _columns(sheet: Sheet, marking: Marking) -> Iterator[Change]:
    """The width of the new column; a stretch of columns that holds it is divided."""
    at, prefix = marking.column, sheet.prefix
    width = FIRST_WIDTH if at == 1 else WIDTH
    new = f'<{prefix}col min="{at}" max="{at}" width="{width}" customWidth="1"/>'
    if sheet.child("cols") is None:
        yield _put(sheet, "cols", f"<{prefix}cols>{new}</{prefix}cols>".encode())
        return
    for start, stop, attributes in sheet.columns:
        first, last = int(attributes["min"]), int(attributes["max"])
        if last < at:
            continue
        if first > at:
            yield Change(start, start, new.encode())
            return
        tag = sheet.data[start:stop]
        before = [with_attribute(tag, "max", str(at - 1))] if first < at else []
        after = [with_attribute(tag, "min", str(at + 1))] if last > at else []
        yield Change(start, stop, b"".join([*before, new.encode(), *after]))
        return
    child = sheet.child("cols")
    closing = f"</{prefix}cols>".encode()
    if child is not None and sheet.data.endswith(closing, child.start, child.stop):
        end = child.stop - len(closing)
        yield Change(end, end, new.encode())


def _problems(sheet: Sheet, rows: Rows, marking: Marking) -> Iterator[Change]:
    """The cells of the column Problem, and those of an earlier marking taken away."""
    texts = {marking.heading_row: marking.heading, **marking.problems}
    if not texts.keys() <= rows.found.keys():
        raise CannotMarkError("a row that has to be marked is not in the sheet")
    letters = column_letters(marking.column)
    for number, row in rows.found.items():
        old = next((cell for cell in row.cells if cell.column == marking.column), None)
        if number not in texts:
            if old is not None:
                yield Change(old.start, old.stop, b"")
            continue
        look = marking.looks.heading if number == marking.heading_row else marking.looks.problem
        cell = text_cell(f"{letters}{number}", texts[number], look, sheet.prefix).encode()
        yield from _tag(sheet, row, marking, texts[number])
        if old is not None:
            yield Change(old.start, old.stop, cell)
            continue
        later = next((other.start for other in row.cells if other.column > marking.column), row.stop)
        yield Change(later, later, cell)


def _tag(sheet: Sheet, row: Row, marking: Marking, text: str) -> Iterator[Change]:
    """A row's own words on the columns that it fills, which may not be wrong, and on its height, that all is seen."""
    before = tag = sheet.data[row.opened : row.start]
    if found := re.search(rb'\sspans="([0-9]+):([0-9]+)"', tag):
        spans = f"{min(int(found[1]), marking.column)}:{max(int(found[2]), marking.column)}"
        tag = with_attribute(tag, "spans", spans)
    height = height_of([text], [FIRST_WIDTH if marking.column == 1 else WIDTH])
    stated = re.search(rb'\sht="([0-9.]+)"', tag)
    if height > LINE and (stated is None or float(stated[1]) < height):
        plain = re.sub(rb'\s(?:ht|customHeight)="[^"]*"', b"", tag)
        tag = re.sub(rb"^<[^\s/>]+", rb"\g<0>" + f' ht="{height}" customHeight="1"'.encode(), plain)
    if tag != before:
        yield Change(row.opened, row.start, tag)


def text_cell(reference: str, text: str, look: int, prefix: str = "") -> str:
    """A cell of text, whatever it begins with."""
    inside = f'<{prefix}is><{prefix}t xml:space="preserve">{content(text)}</{prefix}t></{prefix}is>'
    return f'<{prefix}c r="{reference}" s="{look}" t="inlineStr">{inside}</{prefix}c>'


def _formats(sheet: Sheet, marking: Marking) -> Iterator[str]:
    """Our conditional formats; each fills cells of one weight."""
    prefix, priority = sheet.prefix, sheet.priority
    for weight, look in ((Severity.ERROR, marking.looks.wrong), (Severity.WARNING, marking.looks.doubtful)):
        ranges = list(_ranges([(mark.column, mark.row) for mark in marking.cells if mark.weight is weight]))
        for start in range(0, len(ranges), RANGES_AT_A_TIME):
            priority += 1
            listed = " ".join(ranges[start : start + RANGES_AT_A_TIME])
            rule = (
                f'<{prefix}cfRule type="expression" dxfId="{look}" priority="{priority}">'
                f"<{prefix}formula>{RULE}</{prefix}formula></{prefix}cfRule>"
            )
            yield f'<{prefix}conditionalFormatting sqref="{listed}">{rule}</{prefix}conditionalFormatting>'


def _ranges(cells: Iterable[tuple[int, int]]) -> Iterator[str]:
    """Cells, as column and row, with those below each other drawn together."""
    by_column: dict[int, list[int]] = defaultdict(list)
    for column, row in sorted(cells):
        by_column[column].append(row)
    for column, rows in by_column.items():
        letters = column_letters(column)
        cuts = [0, *(at for at, (one, next_) in enumerate(pairwise(rows), start=1) if next_ != one + 1), len(rows)]
        for start, stop in pairwise(cuts):
            first, last = f"{letters}{rows[start]}", f"{letters}{rows[stop - 1]}"
            yield first if first == last else f"{first}:{last}"
