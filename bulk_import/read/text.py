"""CSV and other text: its encoding, its separator, its heading row."""

from __future__ import annotations

import codecs
import csv
import io
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from bulk_import.findings import Finding, Place
from bulk_import.read.body import Head, read_body
from bulk_import.read.content import BOMS_OF_UTF_16, refusal, utf_16_without_mark
from bulk_import.read.grid import as_table
from bulk_import.read.headings import heading_index
from bulk_import.read.limits import (
    HEADING_ROWS,
    MEBI,
    MOST_COLUMNS,
    MOST_LINES,
    MOST_TEXT_CELLS,
    TEXT_HEAD,
)
from bulk_import.read.table import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bulk_import.read.content import Content
    from bulk_import.read.table import Table

SEPARATORS: Final = (",", ";", "\t", "|")


def read_text(content: Content, *, known: Callable[[str], bool]) -> Table:
    """Reads a CSV, TSV or other separated text.

    Raises:
        InputUnreadable: no known heading, too many lines or columns, or a quotation mark that is never closed.
    """
    data, encoding = _as_utf_8(content.data)
    if not data.strip():
        raise refusal("file-unreadable", content.name, "it is empty")
    separator, data = _told_separator(data)
    _check_lines(data, 1, content.name)
    head = _head(data, (separator,) if separator else SEPARATORS, content.name, known)
    _check_lines(data, head.width, content.name)
    grid, ragged = read_body(head, data, content.name)
    source = Source(content.path, content.name, content.sha256, None)
    guessed = Finding("encoding-guessed", Place(content.name), detail=encoding or "")
    table = as_table(grid, source, (guessed, *ragged) if encoding else ragged)
    return replace(table, above=head.rows[: head.heading])


def _as_utf_8(data: bytes) -> tuple[bytes, str | None]:
    """The text in UTF-8 without a byte order mark, and the name of its encoding where that was guessed."""
    if data.startswith(BOMS_OF_UTF_16):
        return _recoded(data, "utf-16"), None
    if data.startswith(codecs.BOM_UTF8):
        return _sound(data[len(codecs.BOM_UTF8) :])
    if codec := utf_16_without_mark(data[:65536]):
        return _recoded(data, codec), "UTF-16"
    if data.isascii() or _is_utf_8(data):
        return data, None
    return b"".join(_from_windows(data)), "Windows-1252"


def _recoded(data: bytes, codec: str) -> bytes:
    return data.decode(codec, "replace").removeprefix("\ufeff").encode("utf-8", "replace")


def _sound(data: bytes) -> tuple[bytes, str | None]:
    if _is_utf_8(data):
        return data, None
    return _recoded(data, "utf-8"), "UTF-8 with damaged characters, shown as �"


def _is_utf_8(data: bytes) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for at in range(0, len(data), MEBI):
            decoder.decode(data[at : at + MEBI])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _windows_character(code: int) -> str:
    try:
        return bytes([code]).decode("cp1252")
    except UnicodeDecodeError:
        return chr(code)


WINDOWS: Final = {code: _windows_character(code) for code in range(0x80, 0xA0)}
"""Five codes mean nothing in Windows-1252; like Windows itself, they are kept as they are."""


def _from_windows(data: bytes) -> Iterator[bytes]:
    for at in range(0, len(data), MEBI):
        chunk = data[at : at + MEBI]
        yield chunk if chunk.isascii() else chunk.decode("latin-1").translate(WINDOWS).encode("utf-8")


def _told_separator(data: bytes) -> tuple[str | None, bytes]:
    """Excel's own first line `sep=;`, which it obeys and does not show."""
    line = data[:16].splitlines(keepends=True)[0]
    told = line.strip(b' "\r\n')
    if not told.lower().startswith(b"sep=") or len(told) > 5:  # noqa: PLR2004 - "sep=" and one character
        return None, data
    separator = line.rstrip(b'"\r\n').lower().partition(b"sep=")[2].decode("ascii", "replace")
    usable = len(separator) == 1 and separator.isascii() and separator not in '"\r\n'
    return (separator if usable else None), data[len(line) :]


def _check_lines(data: bytes, width: int, name: str) -> None:
    lines = max(data.count(b"\n"), data.count(b"\r"))
    if lines > MOST_LINES:
        raise refusal("file-too-large", name, f"it has {lines:,} lines, and the limit is {MOST_LINES:,}")
    if width > MOST_COLUMNS:
        raise refusal("file-too-large", name, f"it has {width:,} columns, and the limit is {MOST_COLUMNS:,}")
    if lines * width > MOST_TEXT_CELLS:
        raise refusal(
            "file-too-large",
            name,
            f"it has {lines:,} lines of {width:,} columns, and the limit is {MOST_TEXT_CELLS:,} cells",
        )


def _head(data: bytes, separators: tuple[str, ...], name: str, known: Callable[[str], bool]) -> Head:
    """The beginning, cut by whichever separator shows the most known headings, then the most even rows."""
    whole = len(data) <= TEXT_HEAD
    text = data[:TEXT_HEAD].decode("utf-8", "ignore")
    heads = [head for separator in separators if (head := _cut(text, separator, known, whole=whole))]
    if not heads:
        raise refusal("header-missing", name)

    def evidence(head: Head) -> tuple[int, int]:
        below = head.rows[head.heading + 1 :]
        found = sum(1 for cell in head.rows[head.heading] if known(cell))
        return found, sum(1 for row in below if len(row) == len(head.rows[head.heading]))

    return max(heads, key=evidence)


def _cut(text: str, separator: str, known: Callable[[str], bool], *, whole: bool) -> Head | None:
    rows, ends, line_ends = [], [], [0]

    def lines() -> Iterator[str]:
        for line in io.StringIO(text, newline=""):
            line_ends.append(line_ends[-1] + len(line.encode()))
            yield line

    reader = csv.reader(lines(), delimiter=separator)
    try:
        for row in reader:
            rows.append(tuple(row))
            ends.append(line_ends[reader.line_num])
            if len(rows) > 2 * HEADING_ROWS:
                break
    except csv.Error:
        # A cell is longer than Python's csv module allows; the rows before it are complete.
        whole = True
    complete = rows if whole or len(rows) > 2 * HEADING_ROWS else rows[:-1]
    heading = heading_index(complete, known)
    return None if heading is None else Head(separator, tuple(complete), tuple(ends), heading)
