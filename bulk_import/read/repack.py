"""A workbook as the fast reader gets it: the parts that were looked over, in a zip of our own.

A zip can be made so that two readers find different parts in it (parts of the same name, a second directory, names
hidden in extra fields), and so can the lists that say which part holds which sheet. Facts that were gathered from one
part are worth nothing if the fast reader then reads another. So it never sees the file's own zip and lists.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bulk_import.read.package import Package

LOCAL: Final = struct.Struct("<4s5H3I2H")
CENTRAL: Final = struct.Struct("<4s6H3I5H2I")
END: Final = struct.Struct("<4s4H2IH")
VERSION: Final = 20
FIRST_DAY: Final = 0x21
"""1 January 1980, the earliest date that a zip can name."""


@dataclass(frozen=True, slots=True)
class _Packed:
    """A part as it lies in a zip."""

    method: int
    crc: int
    size: int
    data: bytes | memoryview


def repacked(package: Package, copies: Mapping[str, str], made: Mapping[str, str]) -> bytes:
    """A new zip.

    Args:
        package: the workbook.
        copies: name in the new zip → name of a part of the workbook; its bytes are copied as they are packed.
        made: name in the new zip → text of a part of our own.

    Raises:
        InputUnreadable: a part is missing.
    """
    parts = {name: _written(text) for name, text in made.items()}
    parts |= {name: _copied(package, part) for name, part in copies.items()}
    pieces: list[bytes | memoryview] = []
    directory: list[bytes] = []
    at = 0
    for name, part in parts.items():
        sizes = (VERSION, 0, part.method, 0, FIRST_DAY, part.crc, len(part.data), part.size, len(name), 0)
        head = LOCAL.pack(b"PK\3\4", *sizes) + name.encode("ascii")
        pieces += [head, part.data]
        directory += [CENTRAL.pack(b"PK\1\2", VERSION, *sizes, 0, 0, 0, 0, at), name.encode("ascii")]
        at += len(head) + len(part.data)
    listed = b"".join(directory)
    end = END.pack(b"PK\5\6", 0, 0, len(parts), len(parts), len(listed), at, 0)
    return b"".join([*pieces, listed, end])


def _written(text: str) -> _Packed:
    data = text.encode("utf-8")
    return _Packed(zipfile.ZIP_STORED, zlib.crc32(data), len(data), data)


def _copied(package: Package, part: str) -> _Packed:
    entry = package.entry(part)
    return _Packed(entry.compress_type, entry.CRC, entry.file_size, package.packed(part))
