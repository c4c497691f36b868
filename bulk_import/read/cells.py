"""From the values of the fast reader to text and types, column by column."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING, Final

from bulk_import.read.table import CellType

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    import numpy as np
    import pyarrow as pa

BATCH: Final = 8192
"""Rows at a time: few enough that their Python objects stay small, many enough to be quick."""

EXPONENT_FROM: Final = 1e16
"""From here on Python itself writes floats with an exponent."""

MILLISECOND: Final = dt.timedelta(milliseconds=1)


def number_text(value: float) -> str:
    """The shortest decimal text that means exactly this number, without an exponent: "9276308686", "0.5"."""
    if value.is_integer() and abs(value) < EXPONENT_FROM:
        return str(int(value))
    text = repr(value)
    return format(Decimal(text), "f") if "e" in text else text


def date_text(value: dt.datetime) -> tuple[str, CellType]:
    """A date, or a date with a time, in ISO form. Excel keeps days as fractions, hence the rounding."""
    if value.microsecond:
        value = _to_millisecond(value)
    if value.time() == dt.time():
        return value.date().isoformat(), CellType.DATE
    return value.isoformat(timespec="milliseconds" if value.microsecond else "seconds"), CellType.DATETIME


def _to_millisecond(value: dt.datetime) -> dt.datetime:
    whole = value.replace(microsecond=0)
    thousandths = round((value - whole) / MILLISECOND)
    return value if value.year == dt.MAXYEAR else whole + thousandths * MILLISECOND


def duration_text(value: dt.timedelta) -> str:
    """Hours, minutes and seconds, the hours going on beyond 24: "30:00:00"."""
    seconds = round(abs(value).total_seconds())
    sign = "-" if value < dt.timedelta() else ""
    return f"{sign}{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def _time_text(value: dt.time) -> str:
    return value.isoformat(timespec="milliseconds" if value.microsecond >= 1000 else "seconds")  # noqa: PLR2004 - µs


TEXT_OF: Final[Mapping[type, Callable[..., tuple[str | None, CellType]]]] = {
    str: lambda v: (v, CellType.TEXT) if v else (None, CellType.EMPTY),
    float: lambda v: (number_text(v), CellType.NUMBER),
    int: lambda v: (str(v), CellType.NUMBER),
    bool: lambda v: ("TRUE" if v else "FALSE", CellType.BOOLEAN),
    dt.date: lambda v: (v.isoformat(), CellType.DATE),
    dt.datetime: date_text,
    dt.time: lambda v: (_time_text(v), CellType.TIME),
    dt.timedelta: lambda v: (duration_text(v), CellType.TIME),
}
"""Type of a value as the fast reader gives it → its text (None for an empty cell) and what it is."""


def text_of(value: object) -> str:
    """One cell's text, "" where it is empty."""
    return TEXT_OF[type(value)](value)[0] or ""


def columns_of(rows: Iterable[Sequence[object]], width: int) -> tuple[list[pa.ChunkedArray], np.ndarray]:
    """Turns rows of values into columns of text and a table of types.

    Args:
        rows: each `width` values long.
        width: the number of columns.

    Returns:
        a large_string array for each column, null where empty; and `CellType`, uint8, shape (rows, columns).
    """
    import numpy as np  # noqa: PLC0415 - heavy
    import pyarrow as pa  # noqa: PLC0415 - heavy

    texts: list[list[pa.Array]] = [[] for _ in range(width)]
    types: list[list[np.ndarray]] = [[np.zeros(0, np.uint8)] for _ in range(width)]
    for batch in _batches(rows):
        for position, cells in enumerate(zip(*batch, strict=True)):
            text, kind = _column(cells)
            texts[position].append(text)
            types[position].append(kind)
    columns = [pa.chunked_array(chunks, type=pa.large_string()) for chunks in texts]
    height = len(columns[0]) if columns else 0
    table = np.empty((height, width), dtype=np.uint8, order="F")
    for position, chunks in enumerate(types):
        table[:, position] = np.concatenate(chunks)
    return columns, table


def _batches(rows: Iterable[Sequence[object]]) -> Iterator[list[Sequence[object]]]:
    left = iter(rows)
    while batch := list(islice(left, BATCH)):
        yield batch


def _column(cells: tuple[object, ...]) -> tuple[pa.Array, np.ndarray]:
    import numpy as np  # noqa: PLC0415 - heavy
    import pyarrow as pa  # noqa: PLC0415 - heavy

    if set(map(type, cells)) == {str}:
        texts = pa.array([cell or None for cell in cells], pa.large_string())
        return texts, texts.is_valid().to_numpy(zero_copy_only=False).astype(np.uint8)
    told = [TEXT_OF[type(cell)](cell) for cell in cells]
    texts = pa.array([text for text, _ in told], pa.large_string())
    return texts, np.array([kind for _, kind in told], np.uint8)
