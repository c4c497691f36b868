"""Whole columns of cells as spreadsheet XML, made with Arrow rather than cell by cell.

A cell of text is always an inline string: it has no formula whatever it begins with, so that `=1+1`, `+44…`, `-` and
`@x` arrive as they are. Rules are those of ECMA-376 part 1 (18.3.1.4 c, 18.4.12 t, 22.9.2.19 ST_Xstring).
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

TEXT_LIMIT = 32_767
"""UTF-16 units an Excel cell can hold."""

LINE = 15
"""Points that a line of text is high."""

HIGHEST_ROW = 409
"""Points that Excel allows a row."""

CUT_MARK = " … [cut]"

_TEXT = pa.large_string()

_EXCEL_EPOCH = 25_569
"""Days from 30 December 1899, which Excel counts from, to 1 January 1970."""

_FIRST_TRUE_DAY = 61
"""Excel believes in 29 February 1900; from 1 March 1900 on, its days are right."""

_DAY = 86_400 * 1_000_000
"""Microseconds."""

_NEVER_PLAIN = np.zeros(256, dtype=bool)
_NEVER_PLAIN[[*range(9), *range(11, 32), 0xEF]] = True
"""Bytes of characters that XML forbids; 0xEF begins U+FFFE and U+FFFF."""

_SPECIAL = _NEVER_PLAIN.copy()
_SPECIAL[[*b"&<>_"]] = True
"""Bytes that may need escaping."""

_ESCAPE_LIKE = "_x[0-9A-Fa-f]{4}_"
_ESCAPE_AHEAD = re.compile("_(?=x[0-9A-Fa-f]{4}_)")

_FORBIDDEN = [*range(9), *range(11, 32), 0xFFFE, 0xFFFF]


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a batch: their numbers in the sheet being written, as text."""

    numbers: pa.Array

    @classmethod
    def counted(cls, first: int, count: int) -> Rows:
        """The `count` rows from row number `first` on."""
        return cls(pc.cast(pa.array(np.arange(first, first + count)), _TEXT))

    def joined(self, cells: Sequence[pa.Array], heights: pa.Array) -> memoryview:
        """The rows' XML: cells in the order of columns; a null stands for no cell.

        Args:
            cells: arrays of text as long as the batch.
            heights: an attribute for each row, from `row_heights`.
        """
        opening = [_scalar('<row r="'), self.numbers, _scalar('"'), heights, _scalar(">")]
        parts = [*opening, *cells, _scalar("</row>"), _scalar("")]
        rows = pc.binary_join_element_wise(*parts, null_handling="replace", null_replacement="")
        return _bytes_of(rows)[1].data


def _scalar(text: str) -> pa.Scalar:
    return pa.scalar(text, _TEXT)


def as_text(values: Sequence[str | None] | pa.Array) -> pa.Array:
    """Values as one Arrow array of text."""
    if isinstance(values, pa.Array):
        return values if values.type == _TEXT else values.cast(_TEXT)
    return pa.array(values, _TEXT)


def column(texts: pd.Series[str]) -> pa.ChunkedArray:
    """A frame's column of text as Arrow holds it, without a copy."""
    held = pa.array(texts.array, from_pandas=True)
    chunked = held if isinstance(held, pa.ChunkedArray) else pa.chunked_array([held])
    return chunked.cast(_TEXT)


def whole(texts: pa.ChunkedArray) -> pa.Array:
    """A column's batch in one piece."""
    return texts.chunk(0) if texts.num_chunks == 1 else pa.concat_arrays(texts.chunks)


def repeated(text: str | None, count: int) -> pa.Array:
    """The same text in every row of a batch."""
    return pa.repeat(_scalar(text) if text is not None else pa.scalar(None, _TEXT), count)


def text_cells(letters: str, rows: Rows, texts: pa.Array, style: str | pa.Array) -> pa.Array:
    """Cells of text in one column; an empty one is written only where its style says something.

    Args:
        letters: of the column, such as "AA".
        rows: of the batch.
        texts: what stands in the cells, null where nothing does.
        style: the index of a cell format, one for all or one for each cell.
    """
    space = ' xml:space="preserve"' if _has_outer_space(texts) else ""
    return _cells(letters, rows, escaped(texts), style, f' t="inlineStr"><is><t{space}>', "</t></is></c>")


def number_cells(letters: str, rows: Rows, numbers: pa.Array, style: str | pa.Array) -> pa.Array:
    """Cells of numbers in one column; null where there is none.

    Args:
        letters: of the column, such as "AA".
        rows: of the batch.
        numbers: as text, in the form that XML takes (12, 0.5).
        style: the index of a cell format, one for all or one for each cell.
    """
    return _cells(letters, rows, numbers, style, "><v>", "</v></c>")


def blank_cells(letters: str, rows: Rows, style: pa.Array) -> pa.Array:
    """Empty cells that carry a style; null where the style is null."""
    return pc.binary_join_element_wise(
        _scalar(f'<c r="{letters}'), rows.numbers, _scalar('" s="'), style, _scalar('"/>'), _scalar("")
    )


def _cells(letters: str, rows: Rows, content: pa.Array, style: str | pa.Array, opening: str, closing: str) -> pa.Array:
    left = _scalar(f'<c r="{letters}')
    if isinstance(style, str):
        parts = [left, rows.numbers, _scalar(f'" s="{style}"{opening}'), content, _scalar(closing)]
    else:
        parts = [left, rows.numbers, _scalar('" s="'), style, _scalar(f'"{opening}'), content, _scalar(closing)]
    return pc.binary_join_element_wise(*parts, _scalar(""))


def _bytes_of(texts: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """The array's offsets (one more than cells) and the bytes they point into, counted from 0."""
    _, offsets, data = texts.buffers()
    marks = np.frombuffer(offsets, dtype=np.int64)[texts.offset : texts.offset + len(texts) + 1]
    if data is None or len(marks) == 0:
        return np.zeros(len(texts) + 1, dtype=np.int64), np.zeros(0, dtype=np.uint8)
    return marks - marks[0], np.frombuffer(data, dtype=np.uint8)[marks[0] : marks[-1]]


def _has_outer_space(texts: pa.Array) -> bool:
    """Whether a text begins or ends with a space, a tab or a line break, which XML readers may drop."""
    marks, data = _bytes_of(texts)
    filled = marks[1:] > marks[:-1]
    ends = np.concatenate([data[marks[:-1][filled]], data[marks[1:][filled] - 1]])
    return bool((ends <= ord(" ")).any())


def escaped(texts: pa.Array) -> pa.Array:
    """The texts as XML content: markup escaped, what XML forbids as _xHHHH_, as Excel writes it."""
    _, data = _bytes_of(texts)
    if not _SPECIAL[data].any():
        return texts
    if pc.any(pc.match_substring_regex(texts, _ESCAPE_LIKE)).as_py():
        # A text that happens to read _x0041_ would come back as "A"; Arrow's expressions cannot look ahead.
        texts = pa.array([text and _ESCAPE_AHEAD.sub("_x005F_", text) for text in texts.to_pylist()], _TEXT)
    for plain, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        texts = pc.replace_substring(texts, plain, entity)
    if not _has_forbidden(texts):
        return texts
    for code in _FORBIDDEN:
        texts = pc.replace_substring(texts, chr(code), f"_x{code:04X}_")
    return texts


def _has_forbidden(texts: pa.Array) -> bool:
    _, data = _bytes_of(texts)
    return bool(_NEVER_PLAIN[data].any())


def fitted(texts: pa.Array) -> tuple[pa.Array, list[int]]:
    """The texts no longer than a cell can hold, and the positions of those that were cut and carry a mark."""
    marks, _ = _bytes_of(texts)
    # A text has at least as many bytes in UTF-8 as units in UTF-16.
    long = np.flatnonzero(np.diff(marks) > TEXT_LIMIT).tolist()
    cut = {at: _cut(text) for at in long if _units(text := texts[at].as_py()) > TEXT_LIMIT}
    if not cut:
        return texts, []
    values = texts.to_pylist()
    for at, text in cut.items():
        values[at] = text
    return pa.array(values, _TEXT), sorted(cut)


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _cut(text: str) -> str:
    head = text.encode("utf-16-le")[: 2 * (TEXT_LIMIT - len(CUT_MARK))]
    return head.decode("utf-16-le", errors="ignore") + CUT_MARK


def day_numbers(dates: pa.Array) -> pa.Array:
    """ISO dates as Excel's day numbers, as text; null where there is no date or Excel would show another one.

    Args:
        dates: such as "2026-09-01"; null where the cell holds no date.
    """
    days = pc.add(pc.cast(pc.cast(dates, pa.date32()), pa.int32()), _EXCEL_EPOCH)
    return pc.cast(pc.if_else(pc.greater_equal(days, _FIRST_TRUE_DAY), days, None), _TEXT)


def moment_numbers(moments: pa.Array) -> pa.Array:
    """ISO moments ("2026-09-01T13:30:00") as Excel's day numbers with a fraction, as text; null as for days."""
    ticks = pc.cast(pc.cast(pc.cast(moments, pa.timestamp("us")), pa.int64()), pa.float64())
    days = pc.add(pc.divide(ticks, float(_DAY)), float(_EXCEL_EPOCH))
    return pc.cast(pc.if_else(pc.greater_equal(days, float(_FIRST_TRUE_DAY)), days, None), _TEXT)


def lines_of(texts: pa.Array, width: int) -> pa.Array:
    """How many lines each text takes in a column that wraps.

    Args:
        texts: null counts as one line.
        width: of the column, in characters of a digit's breadth, as Excel counts it.
    """
    lines = pc.ceil(pc.divide(pc.cast(pc.utf8_length(texts), pa.float64()), float(width)))
    counted = pc.cast(pc.fill_null(pc.max_element_wise(lines, 1.0), 1.0), pa.int64())
    if not has_breaks(texts):
        return counted
    several = {at: text for at, text in enumerate(texts.to_pylist()) if text and "\n" in text}
    return pa.array(
        [
            sum(max(1, math.ceil(len(line) / width)) for line in several[at].split("\n")) if at in several else one
            for at, one in enumerate(counted.to_pylist())
        ]
    )


def has_breaks(texts: pa.Array) -> bool:
    """Whether one of the texts has more than one line."""
    return bool((_bytes_of(texts)[1] == ord("\n")).any())


def breaks_in(texts: pa.Array) -> pa.Array:
    """How many line breaks each text has."""
    return pc.fill_null(pc.cast(pc.count_substring(texts, "\n"), pa.int64()), 0)


def row_heights(*lines: pa.Array) -> pa.Array:
    """The attribute that makes each row as high as its highest cell; none where one line does.

    Args:
        lines: how many lines the cells of a column take, for each column that wraps.
    """
    most = pc.min_element_wise(pc.max_element_wise(*lines), HIGHEST_ROW // LINE)
    height = pc.cast(pc.multiply(most, LINE), _TEXT)
    attribute = pc.binary_join_element_wise(_scalar(' ht="'), height, _scalar('" customHeight="1"'), _scalar(""))
    return pc.if_else(pc.greater(most, 1), attribute, _scalar(""))


def safe_heading(text: str) -> str:
    """A heading as a cell can hold it."""
    return _cut(text) if _units(text) > TEXT_LIMIT else text


def height_of(texts: Iterable[str], widths: Iterable[int]) -> int:
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
