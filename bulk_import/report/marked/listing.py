"""The sheet Problems: what this file is, what to do with it, and a line for each problem with a link to its cell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bulk_import.catalogue import PROBLEMS_MARK, PROBLEMS_SHEET
from bulk_import.findings import column_letters
from bulk_import.report.cells import HIGHEST_ROW, LINE
from bulk_import.report.marked.sheet import MAIN, text_cell
from bulk_import.report.marked.splice import content

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from bulk_import.report.marked.marks import Line
    from bulk_import.report.marked.style_sheet import Looks

HEADINGS: Final = ("Go to", "Column", "Severity", "What is wrong", "What to do")
WIDTHS: Final = (12, 28, 10, 70, 70)
TITLE_HEIGHT: Final = 24
MOST_LINES: Final = 60_000
"""Excel follows no more than 65,530 links in a sheet."""


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


def cells_of(line: Line) -> tuple[str, ...]:
    """What stands in a line, in the order of `HEADINGS`."""
    return place_of(line), line.heading, line.weight, line.wrong, line.to_do


def height_of(texts: Sequence[str], widths: Sequence[int]) -> int:
    """How high a row of wrapped texts is, in points; spreadsheet programs do not all see to it themselves.

    Args:
        texts: of its cells.
        widths: of their columns, in characters.
    """
    lines = max(
        sum(-(-max(len(part), 1) // width) for part in text.split("\n"))
        for text, width in zip(texts, widths, strict=False)
    )
    return min(lines * LINE, HIGHEST_ROW)


def shown_lines(lines: Sequence[Line]) -> tuple[Sequence[Line], tuple[str, ...]]:
    """The lines that one sheet can hold, and what to say where that is not all of them."""
    if len(lines) <= MOST_LINES:
        return lines, ()
    return lines[:MOST_LINES], (
        f"The first {MOST_LINES:,} of {len(lines):,} problems are listed here; results.xlsx of the run has them all.",
    )


def problems_sheet(lines: Sequence[Line], remarks: Sequence[str], sheet: str, first_column: int, looks: Looks) -> bytes:
    """The worksheet part.

    Args:
        lines: of the sheet.
        remarks: what there is to know about the file, a sentence or two each.
        sheet: the name of the sheet that the links lead to.
        first_column: where links to whole rows lead, counted from 1.
        looks: the workbook's formats.
    """
    lines, cut = shown_lines(lines)
    above = [PROBLEMS_MARK, *remarks, *cut]
    heading_row = len(above) + 1
    rows = [_row(1, [above[0]], looks.title, TITLE_HEIGHT)]
    rows += [_row(at, [text], looks.plain) for at, text in enumerate(above[1:], start=2)]
    rows.append(_row(heading_row, HEADINGS, looks.heading))
    rows += _lines(lines, heading_row + 1, looks)
    links = "".join(_links(lines, heading_row + 1, sheet, first_column))
    columns = "".join(
        f'<col min="{at}" max="{at}" width="{width}" customWidth="1"/>' for at, width in enumerate(WIDTHS, start=1)
    )
    last = f"{column_letters(len(HEADINGS))}{heading_row + len(lines)}"
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


def _lines(lines: Sequence[Line], first: int, looks: Looks) -> Iterator[str]:
    for number, line in enumerate(lines, start=first):
        styles = [looks.link if line.row is not None else looks.words, *[looks.words] * (len(HEADINGS) - 1)]
        texts = zip(cells_of(line), styles, strict=True)
        cells = (
            text_cell(f"{column_letters(at)}{number}", text, look) for at, (text, look) in enumerate(texts, start=1)
        )
        height = height_of(cells_of(line), WIDTHS)
        yield f'<row r="{number}" ht="{height}" customHeight="1">{"".join(cells)}</row>'


def _links(lines: Sequence[Line], first: int, sheet: str, first_column: int) -> Iterator[str]:
    for number, line in enumerate(lines, start=first):
        target = target_of(line, sheet, first_column)
        if target is not None:
            yield f'<hyperlink ref="A{number}" location="{content(target)}" display="{content(place_of(line))}"/>'
