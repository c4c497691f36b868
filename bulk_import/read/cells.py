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

BATCH: Final = 2048
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


def date_text(value: dt.datetime) -> str:
    """A date, or a date with a time, in ISO form. Excel keeps days as fractions, hence the rounding."""
    if value.microsecond:
        value = _to_millisecond(value)
    if value.time() == dt.time():
        return value.date().isoformat()
    return value.isoformat(timespec="milliseconds" if value.microsecond else "seconds")


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


TEXT_OF: Final[Mapping[type, Callable[..., str]]] = {
    str: str,
    float: number_text,
    int: str,
    bool: lambda value: "TRUE" if value else "FALSE",
    dt.date: dt.date.isoformat,
    dt.datetime: date_text,
    dt.time: _time_text,
    dt.timedelta: duration_text,
}
"""Type of a value as the fast reader gives it → what makes its text."""

KIND_OF: Final[Mapping[type, int]] = {
    str: int(CellType.TEXT),
    float: int(CellType.NUMBER),
    int: int(CellType.NUMBER),
    bool: int(CellType.BOOLEAN),
    dt.date: int(CellType.DATE),
    dt.datetime: int(CellType.DATETIME),
    dt.time: int(CellType.TIME),
    dt.timedelta: int(CellType.TIME),
}
"""Type of a value as the fast reader gives it → what the cell is, unless it is empty."""

LENGTH_OF_DATE: Final = len("2026-09-01")


def text_of(value: object) -> str:
    """One cell's text, "" where it is empty."""
    return TEXT_OF[type(value)](value)


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
    """Some cells of one column: their text, and what they are."""
    import pyarrow as pa  # noqa: PLC0415 - heavy
    import pyarrow.compute as pc  # noqa: PLC0415 - heavy

    try:
        texts = pa.array(cells, pa.large_string())
    except (pa.ArrowTypeError, pa.ArrowInvalid):
        return _dates(cells) or _mixed_column(cells)
    filled = pc.greater(pc.binary_length(texts), 0)
    texts = pc.if_else(filled, texts, pa.scalar(None, pa.large_string()))
    return texts, filled.to_numpy(zero_copy_only=False).view("uint8")


def _dates(cells: tuple[object, ...]) -> tuple[pa.Array, np.ndarray] | None:
    """A column of days and empty cells, made in one go; None for any other."""
    import numpy as np  # noqa: PLC0415 - heavy
    import pyarrow as pa  # noqa: PLC0415 - heavy

    if not set(map(type, cells)) <= {dt.date, str}:
        return None
    try:
        days = pa.array([cell or None for cell in cells], pa.date32())
    except (pa.ArrowTypeError, pa.ArrowInvalid):
        return None
    kinds = np.where(days.is_valid().to_numpy(zero_copy_only=False), CellType.DATE, CellType.EMPTY)
    return days.cast(pa.large_string()), kinds.astype(np.uint8)


def _mixed_column(cells: tuple[object, ...]) -> tuple[pa.Array, np.ndarray]:
    import numpy as np  # noqa: PLC0415 - heavy
    import pyarrow as pa  # noqa: PLC0415 - heavy

    types = list(map(type, cells))
    told = [TEXT_OF[kind](cell) or None for kind, cell in zip(types, cells, strict=True)]
    kinds = np.frombuffer(bytes(map(KIND_OF.__getitem__, types)), np.uint8).copy()
    texts = pa.array(told, pa.large_string())
    kinds[~texts.is_valid().to_numpy(zero_copy_only=False)] = CellType.EMPTY
    if dt.datetime in types:
        lengths = np.array([len(text or "") for text in told])
        kinds[(kinds == CellType.DATETIME) & (lengths == LENGTH_OF_DATE)] = CellType.DATE
    return texts, kinds
