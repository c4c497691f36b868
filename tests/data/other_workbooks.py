"""OpenDocument and binary workbooks, written by hand because no library here writes them."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ODS_TYPE: Final = "application/vnd.oasis.opendocument.spreadsheet"
OASIS: Final = "urn:oasis:names:tc:opendocument:xmlns"
CALC: Final = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"
SPACES: Final = (
    f'xmlns:office="{OASIS}:office:1.0" xmlns:table="{OASIS}:table:1.0" '
    f'xmlns:text="{OASIS}:text:1.0" xmlns:calcext="{CALC}"'
)


def zipped(parts: Mapping[str, bytes | str]) -> bytes:
    """A zip of these parts, the first of them not packed, as OpenDocument asks for."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        for i, (part, data) in enumerate(parts.items()):
            package.writestr(part, data, zipfile.ZIP_STORED if i == 0 else None)
    return stream.getvalue()


def ods_cell(text: str) -> str:
    """A cell of text."""
    return f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>'


def ods(rows: str) -> bytes:
    """An OpenDocument workbook of one sheet, Learners."""
    sheet = f'<table:table table:name="Learners">{rows}</table:table>'
    body = f"<office:body><office:spreadsheet>{sheet}</office:spreadsheet></office:body>"
    content = f"<office:document-content {SPACES}>{body}</office:document-content>"
    return zipped({"mimetype": ODS_TYPE, "content.xml": content, "META-INF/manifest.xml": "<manifest/>"})


def number(value: int) -> bytes:
    """A number as a record's head has it: seven bits in each byte, the lowest first."""
    low, high = value & 0x7F, value >> 7
    return bytes([low | 0x80]) + number(high) if high else bytes([low])


def record(kind: int, data: bytes = b"") -> bytes:
    """One record of a binary workbook."""
    return number(kind) + number(len(data)) + data


def int4(value: int) -> bytes:
    """Four bytes, the lowest first."""
    return value.to_bytes(4, "little")


def wide(text: str) -> bytes:
    """A text with its length before it."""
    return int4(len(text)) + text.encode("utf-16-le")


RELATIONS: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATION: Final = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{RELATIONS}/worksheet" Target="worksheets/sheet1.bin"/></Relationships>'
)


def xlsb_row(row: int, cells: Iterable[bytes], *, hidden: bool = False) -> bytes:
    """A row, counted from 1, with its cells."""
    head = int4(row - 1) + bytes(7) + bytes([0x10 if hidden else 0]) + bytes(5)
    return record(0, head) + b"".join(cells)


def xlsb_text(column: int, text: str) -> bytes:
    """A cell of text, its column counted from 1."""
    return record(6, int4(column - 1) + bytes(4) + wide(text))


def xlsb_error(column: int, code: int) -> bytes:
    """A cell with an error."""
    return record(3, int4(column - 1) + bytes(4) + bytes([code]))


def xlsb_columns(first: int, last: int, *, hidden: bool = False) -> bytes:
    """What is said of a stretch of columns, counted from 1."""
    return record(60, int4(first - 1) + int4(last - 1) + bytes(8) + bytes([hidden, 0]))


def xlsb(rows: Iterable[bytes], columns: Iterable[bytes] = ()) -> bytes:
    """A binary workbook of one sheet, Learners."""
    book = [
        record(131),
        record(153, bytes(8) + bytes(4)),
        record(143),
        record(156, int4(0) + int4(1) + wide("rId1") + wide("Learners")),
        record(144),
        record(132),
    ]
    sheet = [
        record(129),
        record(148, bytes(16)),
        record(390),
        *columns,
        record(391),
        record(145),
        *rows,
        record(146),
        record(130),
    ]
    return zipped(
        {
            "[Content_Types].xml": "<Types/>",
            "xl/workbook.bin": b"".join(book),
            "xl/_rels/workbook.bin.rels": RELATION,
            "xl/worksheets/sheet1.bin": b"".join(sheet),
        }
    )
