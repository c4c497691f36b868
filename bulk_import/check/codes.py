"""Codes of other lists become OneFile's, where the settings ask for it; counted, and never shown."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from bulk_import.catalogue import CATEGORIES, EQUALS
from bulk_import.check.cells import takers
from bulk_import.columns import CATEGORY, PRIMARY
from bulk_import.findings import Finding, Place
from bulk_import.kinds.kind import by_distinct, trimmed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import pandas as pd

    from bulk_import.check.cells import Cells
    from bulk_import.check.records import Options
    from bulk_import.columns import Columns
    from bulk_import.kinds.codes import Code, CodeList
    from bulk_import.read.table import Table

OLD_ETHNICITIES, NEW_ETHNICITIES = range(11, 26), range(31, 48)
NO_CATEGORY = ("98", "99")
SEVERAL = "90"
_PRIMARY = "\x1f"


def translations(
    cells: Cells, live: pd.Series[int], table: Table, columns: Columns, options: Options
) -> Iterator[Finding]:
    """Translates each column whose codes come from another list; cells that the list does not have are left out.

    Yields:
        A note for each such column that says how many cells were translated, and a warning where a column of
        ethnicities holds codes of two lists.
    """
    if "L12" in columns.field_at:
        yield from _mixed(cells, table, columns, options)
    for name, codes in options.coding.lists.items():
        if name in columns.field_at:
            counts = _translate(cells, live, name, codes)
            yield _note(table, columns.field_at[name], name, f"the list {codes.name}", counts)
    if columns.given_by:
        yield from _categories(cells, live, table, columns, options)


def _note(table: Table, position: int, name: str, source: str, counts: tuple[int, int]) -> Finding:
    heading = table.headings[position]
    place = Place(table.source.name, table.source.sheet, None, heading.column)
    detail = f"from {source}: cells translated: {counts[0]:,}, left out: {counts[1]:,}"
    return Finding("codes-translated", place, field=name, heading=heading.text, detail=detail)


def _translate(cells: Cells, live: pd.Series[int], name: str, codes: CodeList) -> tuple[int, int]:
    """How many cells were translated, and how many could not be."""
    find = codes.finder()

    def meaning(text: str) -> str:
        found = find(text)
        return (found and found.means) or ""

    def problem(text: str) -> str:
        return f"it is not in the list {codes.name}" if find(text) is None else "OneFile's list has no equal of it"

    texts = cells.texts[name]
    means = by_distinct(texts, meaning)
    at_hand = texts.notna() & takers(name, live) & ~cells.taken(name)
    unknown = at_hand & (means == "")
    cells.blame("code-untranslated", name, unknown, problem)
    cells.texts[name] = texts.mask(means.notna() & (means != ""), means)
    return int(at_hand.sum()) - int(unknown.sum()), int(unknown.sum())


def _mixed(cells: Cells, table: Table, columns: Columns, options: Options) -> Iterator[Finding]:
    """Whether a column holds codes of the list before 2012 beside today's, which nobody means; HESA's has both."""
    codes = options.coding.lists.get("L12")
    if codes is not None and codes.name != "ilr-legacy":
        return
    numbers = by_distinct(cells.texts["L12"], _leading_number)
    old, new = (int(numbers.isin([str(code) for code in which]).sum()) for which in (OLD_ETHNICITIES, NEW_ETHNICITIES))
    if old and new:
        heading = table.headings[columns.field_at["L12"]]
        place = Place(table.source.name, table.source.sheet, None, heading.column)
        detail = f"from 11 to 25: {_cells(old)}, from 31 to 47: {_cells(new)}"
        yield Finding("codes-mixed", place, field="L12", heading=heading.text, detail=detail)


def _cells(count: int) -> str:
    return "1 cell" if count == 1 else f"{count:,} cells"


def _leading_number(text: str) -> str:
    match = re.match("0*([0-9]{1,3})(?![0-9])", text)
    return match[1] if match else ""


def _categories(
    cells: Cells, live: pd.Series[int], table: Table, columns: Columns, options: Options
) -> Iterator[Finding]:
    """L15 and L16 from the ILR's categories, for those of the two that have no column of their own."""
    typed = _joined(table, columns)
    alone = options.coding.categories == "primary"
    told = {text: told_categories(text, primary_only=alone) for text in typed.dropna().unique()}
    names = list(columns.given_by)
    for name in names:
        cells.texts[name] = typed
    at_hand = typed.notna() & takers(names[0], live)
    unclear = at_hand & typed.map(lambda text: isinstance(told.get(text), str)).astype(bool)
    cells.blame("code-untranslated", names[0], unclear, lambda text: str(told[text]))
    for name in names:
        place = 0 if name == "L15" else 1
        values = {text: found[place] for text, found in told.items() if isinstance(found, tuple)}
        cells.texts[name] = typed.map(lambda text, values=values: values.get(text)).astype("str")
        count = int((cells.texts[name].notna() & at_hand).sum())
        left = int(unclear.sum()) if name == names[0] else 0
        yield _note(table, columns.given_by[name], name, "the ILR's categories (LLDDCat)", (count, left))


def _joined(table: Table, columns: Columns) -> pd.Series[str]:
    """All categories of a row in one text, and behind a mark what the column of the primary one says."""
    positions = columns.helpers[CATEGORY]
    joined = trimmed(table.frame.iloc[:, positions[0]]).fillna("")
    for position in positions[1:]:
        joined = joined.str.cat(trimmed(table.frame.iloc[:, position]).fillna(""), sep=";")
    empty = joined.str.strip(";") == ""
    for position in columns.helpers.get(PRIMARY, ())[:1]:
        joined = joined.str.cat(trimmed(table.frame.iloc[:, position]).fillna(""), sep=_PRIMARY)
    return joined.mask(empty)


def told_categories(text: str, *, primary_only: bool) -> tuple[str | None, str | None] | str:
    """What the categories of one person are in L15 and in L16, or why that cannot be told.

    Args:
        text: codes or labels of LLDDCat, several parted by semicolons; behind U+001F which one is the primary.
        primary_only: whether of several only the primary one counts; else several of one kind are 90.
    """
    listed, _, primary = text.partition(_PRIMARY)
    find = _category()
    found = [find(part) for part in _parts(listed)]
    codes = list(dict.fromkeys(code.written for code in found if code is not None))
    if None in found:
        return "it holds something that is no category of the ILR"
    codes = [code for code in codes if code not in NO_CATEGORY] or codes[:1]
    if primary_only and len(codes) > 1:
        named = find(primary.strip())
        if named is None or named.written not in codes:
            return "it holds several categories, and none of them is named as the primary one"
        codes = [named.written]
    if any(EQUALS[code] == (None, None) for code in codes):
        return "OneFile's lists have no equal of a category"
    return _together([EQUALS[code][0] for code in codes]), _together([EQUALS[code][1] for code in codes])


@cache
def _category() -> Callable[[str], Code | None]:
    return CATEGORIES.finder()


def _parts(text: str) -> list[str]:
    """Each category of a cell; commas and the like part numbers only, since labels have them too."""
    if re.fullmatch(r"[0-9]+(?:\s*[,/+&;|\s]\s*[0-9]+)*", text):
        return re.findall("[0-9]+", text)
    return [part.strip() for part in re.split(r"[;|\n]", text) if part.strip()]


def _together(codes: Sequence[str | None]) -> str | None:
    """One code for all: that of a single kind, or the one for several."""
    distinct = {code for code in codes if code is not None}
    return SEVERAL if len(distinct) > 1 else next(iter(distinct), None)
