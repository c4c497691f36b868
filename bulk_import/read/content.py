"""A file's bytes, read once, and what kind of file they are, told by the bytes and never by the name."""

from __future__ import annotations

import hashlib
import io
import stat
import zipfile
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from bulk_import.errors import InputUnreadable
from bulk_import.findings import Finding, Place
from bulk_import.read.limits import LARGEST_TEXT, LARGEST_WORKBOOK, MEBI

if TYPE_CHECKING:
    import os
    from pathlib import Path


class FileType(StrEnum):
    """The kinds of file that can be read."""

    TEXT = "text"
    XLSX = "xlsx"
    XLSB = "xlsb"
    XLS = "xls"
    ODS = "ods"


@dataclass(frozen=True, slots=True)
class Content:
    """A file in memory.

    Attributes:
        path: the file.
        name: the file as the user named it.
        data: its bytes.
        sha256: of exactly these bytes, in hexadecimal.
        type: what they are.
    """

    path: Path
    name: str
    data: bytes
    sha256: str
    type: FileType


def refusal(code: str, file: str, detail: str = "", *, sheet: str | None = None) -> InputUnreadable:
    """The exception that says why a file cannot be read; `code` is one of the finding codes of files."""
    return InputUnreadable(Finding(code, Place(file, sheet), detail=detail))


LOCK_MARK = "~$"


def load(path: Path, name: str) -> Content:
    """Reads a file whole, once, so that what is hashed is what is read.

    Raises:
        InputUnreadable: the file is missing, a folder, not readable, empty, too large, changing, or of a kind
            that cannot be read.
    """
    if path.name.startswith(LOCK_MARK):
        detail = "it is the lock file that Excel leaves beside an open workbook; use the workbook itself"
        raise refusal("file-unreadable", name, detail)
    try:
        data = _bytes_of(path, name)
    except FileNotFoundError:
        raise refusal("file-unreadable", name, "there is no such file") from None
    except IsADirectoryError:
        raise refusal("file-unreadable", name, "it is a folder, not a file") from None
    except PermissionError:
        raise refusal("file-unreadable", name, "you may not open it, or another program holds it open") from None
    except (OSError, ValueError) as failure:
        why = failure.strerror if isinstance(failure, OSError) and failure.strerror else "the path is not one"
        raise refusal("file-unreadable", name, why[:1].lower() + why[1:]) from None
    return Content(path, name, data, hashlib.sha256(data).hexdigest(), file_type(data, name))


def _bytes_of(path: Path, name: str) -> bytes:
    # Looked at before it is opened: opening a named pipe would wait for ever.
    before = path.stat()
    if stat.S_ISDIR(before.st_mode):
        raise IsADirectoryError
    if not stat.S_ISREG(before.st_mode):
        raise refusal("file-unreadable", name, "it is a device or a pipe, not a file")
    _check_size(before.st_size, LARGEST_TEXT, name)
    with path.open("rb") as stream:
        data = stream.read(before.st_size + 1)
    if not data:
        raise refusal("file-unreadable", name, "it is empty")
    if len(data) != before.st_size or not _same(before, path.stat()):
        raise refusal("file-unreadable", name, "it changed while it was being read; wait until it is complete")
    return data


def _same(before: os.stat_result, after: os.stat_result) -> bool:
    return (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)


def _check_size(size: int, limit: int, name: str) -> None:
    if size > limit:
        raise refusal("file-too-large", name, f"it has {size / MEBI:,.0f} MiB, and the limit is {limit // MEBI} MiB")


ZIP = (b"PK\x03\x04", b"PK\x05\x06")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

OTHER_KINDS = (
    (b"%PDF", "it is a PDF"),
    (b"{\\rtf", "it is a Word (RTF) document"),
    (b"\x89PNG", "it is a picture"),
    (b"\xff\xd8\xff", "it is a picture"),
    (b"GIF8", "it is a picture"),
    (b"\x1f\x8b", "it is a compressed (gzip) file"),
    (b"7z\xbc\xaf", "it is a compressed (7-Zip) file"),
    (b"Rar!", "it is a compressed (RAR) file"),
    (b"SQLite format 3", "it is a database"),
)


def file_type(data: bytes, name: str) -> FileType:
    """What the bytes are.

    Raises:
        InputUnreadable: `file-type` says what they are instead; `file-encrypted`; `file-too-large`.
    """
    if data.startswith(ZIP):
        _check_size(len(data), LARGEST_WORKBOOK, name)
        return _type_of_zip(data, name)
    if data.startswith(OLE):
        _check_size(len(data), LARGEST_WORKBOOK, name)
        return _type_of_ole(data, name)
    other = next((says for beginning, says in OTHER_KINDS if data.startswith(beginning)), None)
    other = other or _markup(data) or _binary(data)
    if other:
        raise refusal("file-type", name, other)
    return FileType.TEXT


def zip_entries(data: bytes, name: str) -> list[zipfile.ZipInfo]:
    """What a zip's directory lists.

    Raises:
        InputUnreadable: it has none that can be read.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            return package.infolist()
    except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError, OSError):
        raise refusal("file-unreadable", name, "it is damaged: its end is missing or wrong") from None


def _type_of_zip(data: bytes, name: str) -> FileType:
    parts = {entry.filename.replace("\\", "/").lower() for entry in zip_entries(data, name)}
    if "xl/workbook.xml" in parts:
        return FileType.XLSX
    if "xl/workbook.bin" in parts:
        return FileType.XLSB
    if "content.xml" in parts and b"opendocument.spreadsheet" in data[:200]:
        return FileType.ODS
    if "word/document.xml" in parts:
        raise refusal("file-type", name, "it is a Word document")
    if "ppt/presentation.xml" in parts:
        raise refusal("file-type", name, "it is a PowerPoint presentation")
    if any(part.startswith("index/") for part in parts):
        raise refusal("file-type", name, "it is an Apple Numbers document")
    raise refusal("file-type", name, "it is a zip folder without a workbook inside")


def _type_of_ole(data: bytes, name: str) -> FileType:
    def has_stream(stream: str) -> bool:
        return stream.encode("utf-16-le") in data

    if has_stream("EncryptedPackage"):
        raise refusal("file-encrypted", name)
    if has_stream("Workbook") or has_stream("Book"):
        return FileType.XLS
    raise refusal("file-type", name, "it is an older Office file, but not a workbook")


def _markup(data: bytes) -> str | None:
    head = data[:4096].removeprefix(b"\xef\xbb\xbf").replace(b"\0", b"").lstrip(b"\xff\xfe \t\r\n").lower()
    if head.startswith((b"<!doctype html", b"<html", b"<table", b"<head", b"<body", b"<meta", b"<style", b"<div")):
        return "it is a web page (HTML), whatever its name says"
    if not head.startswith((b"<?xml", b"<workbook")):
        return None
    if b"schemas-microsoft-com:office:spreadsheet" in head:
        return "it is an “XML Spreadsheet 2003”"
    return "it is a web page (HTML), whatever its name says" if b"<html" in head else "it is an XML file"


BOMS_OF_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def _binary(data: bytes) -> str | None:
    head = data[:65536]
    if b"\0" not in head or head.startswith(BOMS_OF_UTF_16) or utf_16_without_mark(head):
        return None
    return "it is a binary file of an unknown kind"


def utf_16_without_mark(head: bytes) -> str | None:
    """The codec's name if the bytes look like mostly Latin text in UTF-16 without a byte order mark."""
    sample = head[: len(head) // 2 * 2][:4096]
    half = len(sample) // 2
    if half < 2:  # noqa: PLR2004 - one character is too little to judge by
        return None
    low, high = sample[0::2].count(0), sample[1::2].count(0)
    if high > 0.7 * half and low == 0:
        return "utf-16-le"
    if low > 0.7 * half and high == 0:
        return "utf-16-be"
    return None
