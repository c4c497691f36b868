"""Workbooks: XLSX and XLSM, XLSB, ODS and XLS."""

from __future__ import annotations

import io
import os
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import chain, islice, repeat
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from bulk_import.findings import Finding, Place, column_letters
from bulk_import.read import ods, xlsb, xlsx
from bulk_import.read.cells import columns_of, text_of
from bulk_import.read.content import FileType, refusal
from bulk_import.read.grid import Grid, as_table, listed_rows
from bulk_import.read.headings import heading_index
from bulk_import.read.limits import HEADING_ROWS, MOST_FAILED_CELLS, MOST_SHEETS
from bulk_import.read.marks import ProblemsSheet, problems_sheet, without_marks
from bulk_import.read.ods import ods_facts
from bulk_import.read.package import open_package
from bulk_import.read.sheet_xml import sheet_facts
from bulk_import.read.table import CellType, Heading, Source
from bulk_import.read.xls import open_xls
from bulk_import.read.xlsb import xlsb_facts, xlsb_sheet_parts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import numpy as np
    import pyarrow as pa
    from python_calamine import CalamineWorkbook

    from bulk_import.read.content import Content
    from bulk_import.read.facts import SheetFacts
    from bulk_import.read.package import Package
    from bulk_import.read.table import Table


_T = TypeVar("_T")


class Cells(Protocol):
    """The cells of a sheet as the fast reader tells them."""

    @property
    def start(self) -> tuple[int, int] | None:
        """Row and column, counted from 0, of the first cell."""

    @property
    def end(self) -> tuple[int, int] | None:
        """Row and column, counted from 0, of the last cell."""

    def iter_rows(self) -> Iterator[Sequence[object]]:
        """Every row from the first of the sheet on, from the first column with a cell on."""

    def to_python(self, *, skip_empty_area: bool, nrows: int) -> Sequence[Sequence[object]]:
        """The first rows, from column A on."""


@dataclass(frozen=True, slots=True, eq=False)
class OpenBook:
    """An open workbook.

    Attributes:
        content: the file.
        names: the worksheets in order, and whether each is shown.
        facts: gives what the fast reader does not tell of the sheet of a name.
        cells: gives the cells of the sheet of a name.
    """

    content: Content
    names: Mapping[str, bool]
    facts: Callable[[str], SheetFacts]
    cells: Callable[[str], Cells]


@dataclass(frozen=True, slots=True, eq=False)
class FoundSheet:
    """A sheet with its heading row.

    Attributes:
        name: as on its tab.
        cells: the sheet as the fast reader gives it.
        facts: what the fast reader does not tell.
        heading_row: counted from 1.
        headings: the texts of the heading row from column A on.
        above: the texts of the rows above it.
    """

    name: str
    cells: Cells
    facts: SheetFacts
    heading_row: int
    headings: tuple[str, ...]
    above: tuple[tuple[str, ...], ...]


def read_workbook(content: Content, *, sheets: Sequence[str] = (), known: Callable[[str], bool]) -> tuple[Table, ...]:
    """Reads the sheets that hold the people: those that are named, those of an earlier marking, or the only one.

    Raises:
        InputUnreadable: the workbook is damaged, encrypted or too large, or the sheet cannot be told.
    """
    with _open(content) as book:
        ours = problems_sheet(book.names, lambda name: _first_rows(book, name))
        known = known if ours is None else ours.knowing(known)
        found, findings = _choose(book, sheets, known, ours)
        if ours is not None and ours.options:
            detail = ", ".join(f'{option} "{value}"' for option, value in ours.options)
            findings = (*findings, Finding("options-remembered", Place(content.name), detail=detail))
        return tuple(_table(content, one, () if at else findings, ours) for at, one in enumerate(found))


def _table(content: Content, found: FoundSheet, findings: tuple[Finding, ...], ours: ProblemsSheet | None) -> Table:
    grid, marks = _grid(found), None
    if ours is not None:
        grid, marks = without_marks(grid, found.name, ours)
    source = Source(content.path, content.name, content.sha256, found.name)
    return _with_hidden(replace(as_table(grid, source, findings), marks=marks, above=found.above), found.facts)


MOST_FACTS: Final = 400
"""Rows in which the sheet of an earlier marking says what it is."""


def _first_rows(book: OpenBook, name: str) -> list[list[str]]:
    _check_sheet(book, name)
    with _calamine(book.content.name):
        rows = book.cells(name).to_python(skip_empty_area=False, nrows=MOST_FACTS)
    return [[text_of(value) for value in row[:MOST_OWN]] for row in rows if row]


MOST_OWN: Final = 4
"""Cells of such a row: its label, the sheet or the option, and its value or the headings of two columns."""


@contextmanager
def _open(content: Content) -> Iterator[OpenBook]:
    from python_calamine import CalamineWorkbook  # noqa: PLC0415 - heavy

    if content.type is FileType.XLS:
        old = open_xls(content)
        names = {name: shown for name, (_, shown) in old.sheets.items()}
        yield _checked(OpenBook(content, names, lambda name: old.sheets[name][0], old.sheet))
        return
    data, facts = _looked_over(content)
    with _calamine(content.name):
        calamine = CalamineWorkbook.from_filelike(io.BytesIO(data))
    try:
        yield _checked(OpenBook(content, _names(calamine), facts, calamine.get_sheet_by_name))
    finally:
        calamine.close()


def _checked(book: OpenBook) -> OpenBook:
    if len(book.names) > MOST_SHEETS:
        raise refusal("file-too-large", book.content.name, f"it has more than {MOST_SHEETS} sheets")
    return book


def _looked_over(content: Content) -> tuple[bytes, Callable[[str], SheetFacts]]:
    """The workbook as the fast reader gets it, and the facts of a sheet of it by name."""
    package = open_package(content)
    if content.type is FileType.ODS:
        sheets = ods_facts(package)
        for name, facts in sheets.items():
            # Of these the fast reader reads all sheets at once, as soon as it opens the file.
            _check_facts(facts, content.name, name, stops=False)
        return ods.as_handed_over(package), lambda name: _of(sheets, name, package)
    if content.type is FileType.XLSB:
        binary = xlsb_sheet_parts(package)
        return xlsb.as_handed_over(package, binary), lambda name: xlsb_facts(package, _of(binary, name, package)[1])
    book = xlsx.listed(package)
    parts = {sheet.name: sheet.part for sheet in book.sheets}
    return xlsx.as_handed_over(package, book), lambda name: sheet_facts(package, _of(parts, name, package))


def _of(sheets: Mapping[str, _T], name: str, package: Package) -> _T:
    if name not in sheets:
        raise package.damaged("one of its sheets has two names")
    return sheets[name]


@contextmanager
def _calamine(name: str) -> Iterator[None]:
    """Turns the fast reader's failures into ours. Their texts may quote cells, so they are not passed on."""
    from python_calamine import CalamineError, PasswordError  # noqa: PLC0415 - heavy

    try:
        with _silent():
            yield
    except PasswordError:
        raise refusal("file-encrypted", name) from None
    except (CalamineError, ValueError, OverflowError, OSError):
        raise refusal("file-unreadable", name, "the workbook is damaged") from None
    except BaseException as failure:
        # A panic inside the reader arrives as a BaseException whose class cannot be imported.
        if type(failure).__name__ != "PanicException":
            raise
        raise refusal("file-unreadable", name, "the workbook is damaged") from None


@contextmanager
def _silent() -> Iterator[None]:
    """Keeps what the fast reader prints when it panics off the screen: it goes past Python, to the file descriptor."""
    try:
        kept = os.dup(STDERR)
    except OSError:
        yield  # a program without a screen
        return
    try:
        with Path(os.devnull).open("wb") as nothing:
            os.dup2(nothing.fileno(), STDERR)
        yield
    finally:
        os.dup2(kept, STDERR)
        os.close(kept)


STDERR: Final = 2


def _choose(
    book: OpenBook, sheets: Sequence[str], known: Callable[[str], bool], ours: ProblemsSheet | None
) -> tuple[list[FoundSheet], tuple[Finding, ...]]:
    """The sheets to read, and what to say of hidden sheets that look like lists of people; `ours` is none."""
    file = book.content.name
    names = {name: shown for name, shown in book.names.items() if ours is None or name != ours.name}
    if sheets:
        return [_needed(book, _named(sheet, tuple(names), file), known) for sheet in dict.fromkeys(sheets)], ()
    visible = [name for name, shown in names.items() if shown]
    marked = [] if ours is None else [name for name in ours.sheets(names) if name in visible]
    candidates = [_needed(book, name, known) for name in marked]
    candidates = candidates or [found for name in visible if (found := _look(book, name, known))]
    if len(candidates) > 1 and not marked:
        raise refusal("sheet-ambiguous", file, _quoted(found.name for found in candidates))
    hidden = [name for name, shown in names.items() if not shown and name not in marked and _look(book, name, known)]
    if not candidates:
        raise _nothing_found(file, visible, hidden)
    others = [name for name in visible if marked and name not in marked and _look(book, name, known)]
    said = (("hidden-sheet", hidden), ("sheet-unread", others))
    return candidates, tuple(Finding(code, Place(file), detail=_quoted(listed)) for code, listed in said if listed)


def _needed(book: OpenBook, name: str, known: Callable[[str], bool]) -> FoundSheet:
    found = _look(book, name, known)
    if found is None:
        raise refusal("header-missing", book.content.name, sheet=name)
    return found


def _nothing_found(file: str, visible: list[str], hidden: list[str]) -> Exception:
    if hidden:
        detail = f"that is shown and has known headings; hidden are {_quoted(hidden)}"
        return refusal("sheet-missing", file, detail)
    return refusal("header-missing", file, sheet=visible[0] if len(visible) == 1 else None)


def _quoted(names: Iterator[str] | Sequence[str]) -> str:
    return ", ".join(f"“{name}”" for name in names)


def _names(calamine: CalamineWorkbook) -> dict[str, bool]:
    """The worksheets in order, and whether each is shown."""
    from python_calamine import SheetTypeEnum, SheetVisibleEnum  # noqa: PLC0415 - heavy

    sheets = [s for s in calamine.sheets_metadata if s.typ is SheetTypeEnum.WorkSheet]
    return {s.name: s.visible is SheetVisibleEnum.Visible for s in sheets}


def _named(wanted: str, names: tuple[str, ...], file: str) -> str:
    if wanted in names:
        return wanted
    alike = [name for name in names if name.strip().casefold() == wanted.strip().casefold()]
    if len(alike) == 1:
        return alike[0]
    raise refusal("sheet-missing", file, f"“{wanted}”; its sheets are {_quoted(names)}")


CALAMINE_ERRORS: Final = frozenset({"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"})


def _look(book: OpenBook, name: str, known: Callable[[str], bool]) -> FoundSheet | None:
    """The sheet if it has a heading row; the sweep comes first, because it guards the fast reader."""
    facts = _check_sheet(book, name)
    with _calamine(book.content.name):
        cells = book.cells(name)
        rows = cells.to_python(skip_empty_area=False, nrows=HEADING_ROWS)
    texts = [[text_of(value) for value in row] for row in rows]
    index = heading_index(texts, known)
    if index is None:
        return None
    return FoundSheet(name, cells, facts, index + 1, tuple(texts[index]), tuple(map(tuple, texts[:index])))


def _check_sheet(book: OpenBook, name: str) -> SheetFacts:
    """The facts of a sheet that can be handed to the fast reader."""
    facts = book.facts(name)
    _check_facts(facts, book.content.name, name, stops=book.content.type is FileType.XLSX)
    return facts


def _check_facts(facts: SheetFacts, file: str, sheet: str, *, stops: bool) -> None:
    """Refuses what would harm or stop the fast reader; `stops` where it stops at errors that it does not know."""
    if large := facts.too_large():
        raise refusal("file-too-large", file, large, sheet=sheet)
    if facts.too_many_failed():
        detail = (
            f"more than {MOST_FAILED_CELLS:,} cells of sheet “{sheet}” hold errors or formulas without a stored "
            "result; open it in Excel, let it calculate and save it"
        )
        raise refusal("file-unreadable", file, detail, sheet=sheet)
    for (row, column), error in facts.errors.items():
        if stops and error not in CALAMINE_ERRORS:
            where = f"{column_letters(column)}{row}"
            detail = f"cell {where} of sheet “{sheet}” holds an error that only newer versions of Excel know"
            raise refusal("file-unreadable", file, detail, sheet=sheet)


def _grid(found: FoundSheet) -> Grid:
    """The sheet below its heading row, with errors and formulas without a result put where they stand."""
    import numpy as np  # noqa: PLC0415 - heavy

    marks = {at for at in chain(found.facts.errors, found.facts.uncalculated) if at[0] > found.heading_row}
    start, end = found.cells.start or (0, 0), found.cells.end or (0, 0)
    first = min([start[1] + 1, *(column for _, column in marks)])
    last = max([end[1] + 1, *(column for _, column in marks)])
    last_row = max([end[0] + 1, found.heading_row, *(row for row, _ in marks)])
    rows = _rows(found, first=first, last=last, last_row=last_row)
    columns, types = columns_of(rows, last - first + 1)
    headings = tuple(Heading(_heading(found, column), column) for column in range(first, last + 1))
    numbers = np.arange(found.heading_row + 1, last_row + 1, dtype=np.int64)
    grid = Grid(found.heading_row, headings, numbers, columns, types)
    return _marked(grid, found.facts, marks) if marks else grid


def _heading(found: FoundSheet, column: int) -> str:
    return found.headings[column - 1] if column <= len(found.headings) else ""


def _rows(found: FoundSheet, *, first: int, last: int, last_row: int) -> Iterator[Sequence[object]]:
    """The rows below the heading row, from column `first` to `last`, as many as reach `last_row`."""
    start, end = found.cells.start or (0, 0), found.cells.end or (0, 0)
    before, after = [""] * (start[1] + 1 - first), [""] * (last - end[1] - 1)
    body = islice(found.cells.iter_rows(), found.heading_row, None)
    missing = max(last_row - max(end[0] + 1, found.heading_row), 0)
    nothing = repeat([""] * (last - first + 1), missing)
    if before or after:
        return chain(([*before, *row, *after] for row in body), nothing)
    return chain(body, nothing)


def _marked(grid: Grid, facts: SheetFacts, marks: set[tuple[int, int]]) -> Grid:
    import numpy as np  # noqa: PLC0415 - heavy

    types, columns = grid.types, list(grid.columns)
    first_row, first = grid.heading_row + 1, grid.headings[0].column
    by_column: dict[int, dict[int, str | None]] = defaultdict(dict)
    for row, column in sorted(marks):
        by_column[column - first][row - first_row] = facts.errors.get((row, column))
    for position, texts in by_column.items():
        offsets = np.fromiter(texts, np.int64, len(texts))
        columns[position] = _replaced(columns[position], offsets, list(texts.values()))
        failed = np.array([text is not None for text in texts.values()])
        types[offsets, position] = np.where(failed, CellType.ERROR, CellType.UNCALCULATED)
    return replace(grid, columns=columns, types=types)


def _replaced(column: pa.ChunkedArray, offsets: np.ndarray, texts: list[str | None]) -> pa.ChunkedArray:
    """The column with other texts at some offsets, which ascend."""
    import numpy as np  # noqa: PLC0415 - heavy
    import pyarrow as pa  # noqa: PLC0415 - heavy
    import pyarrow.compute as pc  # noqa: PLC0415 - heavy

    mask = np.zeros(len(column), dtype=bool)
    mask[offsets] = True
    whole = pa.concat_arrays(column.chunks)
    return pa.chunked_array([pc.replace_with_mask(whole, pa.array(mask), pa.array(texts, pa.large_string()))])


def _with_hidden(table: Table, facts: SheetFacts) -> Table:
    """The table with what the sheet hides: a warning of rows, and the numbers of columns."""
    columns = facts.columns_hidden() & {heading.column for heading in table.headings}
    table = replace(table, hidden_columns=columns)
    rows = table.frame.index[table.frame.index.isin(list(facts.hidden))].tolist() if facts.hidden else []
    if not rows:
        return table
    place = Place(table.source.name, table.source.sheet)
    finding = Finding("hidden-rows", place, detail=listed_rows(rows))
    return replace(table, findings=(*table.findings, finding))
