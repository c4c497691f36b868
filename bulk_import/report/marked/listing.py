"""The sheet Problems: what this file is, what to do with it, and a line for each problem with a link to its cell."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

from bulk_import.catalogue import MARKED_SHEET, PROBLEMS_MARK, PROBLEMS_SHEET, READ_WITH
from bulk_import.findings import column_letters
from bulk_import.report.cells import LINE, height_of
from bulk_import.report.marked.sheet import MAIN, text_cell
from bulk_import.report.marked.splice import content
from bulk_import.report.problems import MOST_LINES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from bulk_import.report.marked.marks import Line
    from bulk_import.report.marked.style_sheet import Looks

COLUMNS: Final = {"Go to": 12, "Sheet": 24, "Column": 28, "Severity": 10, "What is wrong": 70, "What to do": 70}
"""Heading → width in characters; the sheet is named where there are several."""

TITLE_HEIGHT: Final = 24


@dataclass(frozen=True, slots=True)
class Section:
    """What is listed of one sheet.

    Attributes:
        sheet: its name.
        first_column: where links to whole rows lead, counted from 1.
        lines: in order.
        own: the headings of our columns in it.
    """

    sheet: str
    first_column: int
    lines: Sequence[Line]
    own: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """The whole of the sheet Problems.

    Attributes:
        sections: of all sheets that were read, in order.
        remarks: what there is to know about the file, a sentence or two each.
        read_with: the options with which the sheets were read, and will be again.
    """

    sections: Sequence[Section]
    remarks: Sequence[str]
    read_with: Sequence[tuple[str, str]]

    @property
    def above(self) -> list[tuple[str, ...]]:
        """The rows above the lines: sentences, and what reading the file again goes by."""
        sheets = [(MARKED_SHEET, one.sheet, *one.own) for one in self.sections]
        return [
            (PROBLEMS_MARK,),
            *((remark,) for remark in [*self.remarks, *self._cut]),
            *sheets,
            *((READ_WITH, *option) for option in self.read_with),
        ]

    @property
    def _cut(self) -> tuple[str, ...]:
        """What to say where one sheet cannot hold all lines."""
        count = sum(len(section.lines) for section in self.sections)
        if count <= MOST_LINES:
            return ()
        shown = f"The first {MOST_LINES:,} of {count:,} problems are listed here"
        return (f"{shown}; results.xlsx of the run has them all.",)

    @property
    def widths(self) -> Mapping[str, int]:
        """Heading → width of the lines' columns."""
        return {text: width for text, width in COLUMNS.items() if text != "Sheet" or len(self.sections) > 1}

    def lines(self) -> Iterator[tuple[tuple[str, ...], str | None]]:
        """What stands in each line, and the place in the workbook to which it leads."""
        pairs = ((section, line) for section in self.sections for line in section.lines)
        for section, line in islice(pairs, MOST_LINES):
            sheet = (section.sheet,) if len(self.sections) > 1 else ()
            texts = (place_of(line), *sheet, line.heading, line.weight, line.wrong, line.to_do)
            yield texts, target_of(line, section.sheet, section.first_column)


def sheet_name(taken: Collection[str]) -> str:
    """The name of the sheet, where sheets of some names are there already."""
    folded = {name.casefold() for name in taken}
    names = [PROBLEMS_SHEET, f"{PROBLEMS_SHEET} (bulk-import)"]
    names += [f"{PROBLEMS_SHEET} (bulk-import {number})" for number in range(2, len(folded) + 3)]
    return next(name for name in names if name.casefold() not in folded)


def own_heading(headings: tuple[str, ...], taken: Collection[str]) -> str:
    """The heading of a column of ours: the longer one where the user has a column of the shorter."""
    folded = {text.strip().casefold() for text in taken}
    return next((heading for heading in headings if heading.casefold() not in folded), headings[-1])


def place_of(line: Line) -> str:
    """Where a line leads, in words."""
    if line.row is None:
        return "Whole file"
    return f"Row {line.row}" if line.column is None else f"{column_letters(line.column)}{line.row}"


def target_of(line: Line, sheet: str, first_column: int) -> str | None:
    """Where a line leads, as a link within the workbook; None where that is nowhere."""
    if line.row is None:
        return None
    quoted = sheet.replace("'", "''")
    return f"'{quoted}'!{column_letters(line.column or first_column)}{line.row}"


def problems_sheet(listing: Listing, looks: Looks) -> bytes:
    """The worksheet part, with the workbook's formats."""
    above, widths, lines = listing.above, listing.widths, list(listing.lines())
    heading_row = len(above) + 1
    rows = [_row(1, above[0], looks.title, TITLE_HEIGHT)]
    rows += [_row(at, texts, looks.plain) for at, texts in enumerate(above[1:], start=2)]
    rows.append(_row(heading_row, tuple(widths), looks.heading))
    rows += _lines(lines, heading_row + 1, looks, tuple(widths.values()))
    links = "".join(_links(lines, heading_row + 1))
    columns = "".join(
        f'<col min="{at}" max="{at}" width="{width}" customWidth="1"/>'
        for at, width in enumerate(widths.values(), start=1)
    )
    last = f"{column_letters(len(widths))}{heading_row + len(lines)}"
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="{MAIN}">'
        '<sheetPr><tabColor rgb="FF9C0006"/><pageSetUpPr fitToPage="1"/></sheetPr>'
        f'<dimension ref="A1:{last}"/><sheetViews><sheetView workbookViewId="0" showGridLines="0">'
        f'<pane ySplit="{heading_row}" topLeftCell="A{heading_row + 1}" activePane="bottomLeft" state="frozen"/>'
        f'<selection pane="bottomLeft" activeCell="A{heading_row + 1}" sqref="A{heading_row + 1}"/>'
        f'</sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/><cols>{columns}</cols>'
        f"<sheetData>{''.join(rows)}</sheetData>{f'<hyperlinks>{links}</hyperlinks>' if links else ''}"
        '<pageMargins left="0.4" right="0.4" top="0.5" bottom="0.6" header="0.3" footer="0.3"/>'
        '<pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/></worksheet>'
    ).encode()


def _row(number: int, texts: Sequence[str], look: int, height: int = LINE) -> str:
    cells = (text_cell(f"{column_letters(at)}{number}", text, look) for at, text in enumerate(texts, start=1))
    return f'<row r="{number}" ht="{height}" customHeight="1">{"".join(cells)}</row>'


def _lines(
    lines: Sequence[tuple[tuple[str, ...], str | None]], first: int, looks: Looks, widths: Sequence[int]
) -> Iterator[str]:
    for number, (texts, target) in enumerate(lines, start=first):
        styles = [looks.link if target is not None else looks.words, *[looks.words] * (len(texts) - 1)]
        cells = (
            text_cell(f"{column_letters(at)}{number}", text, look)
            for at, (text, look) in enumerate(zip(texts, styles, strict=True), start=1)
        )
        yield f'<row r="{number}" ht="{height_of(texts, widths)}" customHeight="1">{"".join(cells)}</row>'


def _links(lines: Sequence[tuple[tuple[str, ...], str | None]], first: int) -> Iterator[str]:
    for number, (texts, target) in enumerate(lines, start=first):
        if target is not None:
            yield f'<hyperlink ref="A{number}" location="{content(target)}" display="{content(texts[0])}"/>'
