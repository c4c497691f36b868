"""An .xlsx written as a stream: a small workbook of XlsxWriter's, with the rows of some sheets put in its place.

XlsxWriter makes everything that is particular (styles, widths, charts, tables, print set-up); the many rows come as
finished XML and are compressed in a second thread while the next ones are made.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from concurrent.futures import Future

LEVEL = 1
"""Of deflate: rows are so alike that more effort costs four times the time for a third of the size."""

_AT_MOST_WAITING = 2
"""Batches waiting to be compressed, so that memory stays flat."""

_STYLE_ROW = re.compile(rb'<row r="2".*?</row>', re.DOTALL)
_STYLE = re.compile(rb'<c r="[A-Z]+2" s="(\d+)"')
_DIMENSION = re.compile(rb'<dimension ref="[^"]*"/>')
_AFTER_LINKS = re.compile(rb"<(?:printOptions|pageMargins)\b")


_LANGUAGE = (b"</cp:coreProperties>", b"<dc:language>en-GB</dc:language></cp:coreProperties>")
"""What XlsxWriter's document properties leave out."""


@dataclass(frozen=True, slots=True)
class Body:
    """What stands in a sheet below its headings.

    Attributes:
        dimension: the range that the sheet fills, such as "A1:AI120".
        batches: rows as XML, from row `first` on.
        links: `<hyperlink …/>` elements, asked for after the last batch.
        first: the number of the row below the headings.
    """

    dimension: str
    batches: Iterator[bytes | memoryview]
    links: Iterator[str]
    first: int = 2


def part(number: int) -> str:
    """The name of the part that holds the sheet with a number, counted from 1."""
    return f"xl/worksheets/sheet{number}.xml"


def styles_of(skeleton: bytes, number: int) -> list[str]:
    """The indices of the cell formats in row 2 of a sheet of the small workbook, from left to right."""
    with zipfile.ZipFile(io.BytesIO(skeleton)) as package:
        row = _STYLE_ROW.search(package.read(part(number)))
    if row is None:
        raise ValueError(f"sheet {number} has no row of styles")
    return [style.decode() for style in _STYLE.findall(row.group())]


def write_package(skeleton: bytes, bodies: Mapping[str, Body], stream: BinaryIO) -> None:
    """Writes the small workbook with the rows of `bodies` (part name → body) in their places.

    Args:
        skeleton: a workbook; in each sheet named in `bodies`, only the rows above these are kept.
        bodies: the parts to fill.
        stream: open for binary writing and seekable.
    """
    with (
        zipfile.ZipFile(io.BytesIO(skeleton)) as source,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as target,
    ):
        for name in source.namelist():
            content = source.read(name).replace(*_LANGUAGE)
            body = bodies.get(name)
            with target.open(name, "w") as out:
                _compress([content] if body is None else _filled(content, body), out)


def _compress(pieces: Iterable[bytes | memoryview], out: IO[bytes]) -> None:
    with ThreadPoolExecutor(max_workers=1) as second:
        waiting: deque[Future[int]] = deque()
        for piece in pieces:
            waiting.append(second.submit(out.write, piece))
            if len(waiting) > _AT_MOST_WAITING:
                waiting.popleft().result()
        for written in waiting:
            written.result()


def _filled(sheet: bytes, body: Body) -> Iterator[bytes | memoryview]:
    sheet = _DIMENSION.sub(f'<dimension ref="{body.dimension}"/>'.encode(), sheet, count=1)
    start, stop, tail = sheet.find(b'<row r="%d"' % body.first), sheet.find(b"</sheetData>"), _AFTER_LINKS.search(sheet)
    if start < 0 or tail is None:
        raise ValueError("the small workbook's sheet has no row below its headings, or no margins")
    yield sheet[:start]
    yield from body.batches
    yield sheet[stop : tail.start()]
    yield _links(body.links)
    yield sheet[tail.start() :]


def _links(links: Iterator[str]) -> bytes:
    elements = "".join(links)
    return f"<hyperlinks>{elements}</hyperlinks>".encode() if elements else b""
