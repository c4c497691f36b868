"""Cells whose value Excel changed for good, told by what it leaves behind."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from bulk_import.catalogue import FIELDS, Role
from bulk_import.check.cells import takers
from bulk_import.kinds import Identifier, Name, Uln
from bulk_import.kinds.kind import holds
from bulk_import.read.table import CellType

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from bulk_import.check.cells import Cells
    from bulk_import.read.table import Table

DIGITS_KEPT: Final = 15
TOO_LONG: Final = rf"[0-9]{{{DIGITS_KEPT + 1},}}"
LONG_NUMBER: Final = "[0-9]{10}"
"""What any number that lost digits has."""
LEADING_ZERO: Final = rf"{LONG_NUMBER}|\b0[0-9]"
"""Or what others of its column have that lost none."""
CUT: Final = rf"[1-9][0-9]{{{DIGITS_KEPT - 1}}}0+"
WHOLE: Final = rf"[0-8][0-9]{{{DIGITS_KEPT}}}"
"""Numbers of sixteen digits that a workbook still holds exactly, where another program than Excel wrote it."""
ENOUGH: Final = 3
"""Numbers of sixteen digits that end in a zero: as many do so by chance in one of a thousand columns."""
LEFT_OF_SCIENTIFIC: Final = "[1-9][0-9]{5}0{4}"
"""What 9.27631E+09 becomes when it is read as a number."""
ONE_IN: Final = 20
WITH_ZEROS: Final = 3
"""References with a zero in front from which on a column is one of such, if they are a good part of it."""
GOOD_PART: Final = 4
"""One in so many."""


def set_apart_damaged(
    cells: Cells, live: pd.Series[int], table: Table, counting: Iterable[tuple[str, int, pd.Series[bool] | bool]]
) -> None:
    """Numbers that lost digits, and words that became truth values.

    Args:
        cells: those at hand.
        live: the role of each row.
        table: as read.
        counting: API name, position and rows of the columns whose cells count.
    """
    import pandas as pd  # noqa: PLC0415 - heavy

    for name, position, counts in counting:
        typed, booleans = table.frame.iloc[:, position], table.types[:, position] == CellType.BOOLEAN
        kind = FIELDS[name].kind
        if name == "Role" or not (
            booleans.any() or holds(typed, LEADING_ZERO if isinstance(kind, Identifier) else LONG_NUMBER)
        ):
            continue
        takes = takers(name, live) & counts
        types = pd.Series(table.types[:, position], index=cells.index).where(takes, 0)
        numbers = types == CellType.NUMBER
        cut = _cut(typed.where(numbers)) if numbers.any() else cells.nowhere()
        if isinstance(kind, Identifier):
            cut |= _cut_before(typed.where(takes))
        cells.blame("number-damaged", name, cut, f"of a number Excel keeps {DIGITS_KEPT} digits, and this is longer")
        if isinstance(kind, Uln):
            _set_apart_rounded(cells, name, cells.texts[name].where(takes))
        if isinstance(kind, Identifier):
            learners = live == int(Role.LEARNER)
            for group in (learners, ~learners):  # staff have numbers of their own
                _tell_lost_zeros(cells, name, cells.texts[name].where(takes & group))
        if isinstance(kind, Name | Identifier):
            cells.blame("cell-boolean", name, types == CellType.BOOLEAN)


def _cut(numbers: pd.Series[str]) -> pd.Series[bool]:
    """Numbers that a workbook holds inexactly, and those that Excel cut: where all of them end in zeros."""
    long = numbers.str.fullmatch(TOO_LONG, na=False)
    exact = numbers.str.fullmatch(WHOLE, na=False)
    cut = exact & numbers.str.fullmatch(CUT, na=False)
    return (long & ~exact) | (cut if (cut == exact).all() else cut & ~cut)


def _cut_before(texts: pd.Series[str]) -> pd.Series[bool]:
    """Long numbers that a CSV got from Excel: every one of them has nothing but zeros after the digits that it keeps.

    A few of sixteen digits may end in a zero by chance.
    """
    long = texts.str.fullmatch(TOO_LONG, na=False)
    cut = texts.str.fullmatch(CUT, na=False)
    distinct = texts[cut].drop_duplicates()
    certain = len(distinct) >= ENOUGH or (distinct.str.len() > DIGITS_KEPT + 1).any()
    return cut if certain and (cut == long).all() else cut & ~cut


def _tell_lost_zeros(cells: Cells, name: str, texts: pd.Series[str]) -> None:
    """References that are shorter than the others, which all have one width and often zeros in front.

    Text is blamed as numbers are: a CSV has nothing else, and neither has a workbook that was made of one.
    """
    digits = texts.where(texts.str.fullmatch("[0-9]+", na=False))
    distinct = digits.drop_duplicates().dropna()
    padded = distinct.str.startswith("0")
    if int(padded.sum()) < WITH_ZEROS:
        return
    lengths = distinct.str.len()
    width = int(lengths[padded].mode().iloc[0])
    alike = lengths == width
    short = (lengths < width) & ~padded
    zeros, full, fewer = (int(some.sum()) for some in (alike & padded, alike, short))
    others = len(distinct) - full - fewer
    if zeros >= WITH_ZEROS and full <= zeros * GOOD_PART and fewer < full and others * ONE_IN <= full:
        cells.blame("zero-lost", name, digits.isin(distinct[short]), partial(_with_zeros, width))


def _with_zeros(width: int, text: str) -> str:
    return f"the others of this column have {width} digits, so it was probably “{text.zfill(width)}”"


def _set_apart_rounded(cells: Cells, name: str, texts: pd.Series[str]) -> None:
    """ULNs that were shown in scientific notation, saved, and read as numbers again.

    One in ten thousand ends in four zeros by chance, so one alone is no evidence, and a few among many are none.
    """
    rounded = texts.str.fullmatch(LEFT_OF_SCIENTIFIC, na=False)
    count = int(rounded.sum())
    if count > 1 and count * ONE_IN >= int(texts.notna().sum()):
        detail = f"it ends with four zeros, as {count:,} of this column do, where scientific notation cut digits off"
        cells.blame("number-damaged", name, rounded, detail)
