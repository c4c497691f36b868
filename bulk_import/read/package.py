"""The zip that a workbook is: its parts, unpacked bit by bit and never more of them than the limits allow.

The sizes in a zip's directory are claims. Parts are unpacked here to see whether the claims are true, before the
fast reader, which trusts them, gets the file.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from xml.parsers import expat

from bulk_import.read.content import refusal, zip_entries
from bulk_import.read.limits import (
    KIBI,
    LARGEST_RATIO,
    LARGEST_UNPACKED,
    MEBI,
    MOST_PARTS,
    MOST_STRINGS,
    RATIO_MATTERS_ABOVE,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from bulk_import.errors import InputUnreadable
    from bulk_import.read.content import Content

CHUNK: Final = 1 * MEBI
FEED: Final = 256 * KIBI
LOCAL_HEADER: Final = 30
ENCRYPTED: Final = 0x1


@dataclass(frozen=True, slots=True)
class Package:
    """A workbook's parts.

    Attributes:
        name: the file as the user named it.
        data: the packed bytes.
        parts: normalised part name (lower case, forward slashes) → its entry in the zip's directory.
    """

    name: str
    data: bytes
    parts: Mapping[str, zipfile.ZipInfo]

    def chunks(self, part: str) -> Iterator[bytes]:
        """A part's bytes, about a mebibyte at a time.

        Raises:
            InputUnreadable: the part is missing or damaged, or its size is not what the directory says.
        """
        entry, size = self.entry(part), 0
        for chunk in self._unpacked(part):
            size += len(chunk)
            if size > entry.file_size:
                raise self.damaged("a part is larger than it says")
            yield chunk
        if size != entry.file_size:
            raise self.damaged("a part is smaller than it says")

    def entry(self, part: str) -> zipfile.ZipInfo:
        """What the zip's directory says of a part.

        Raises:
            InputUnreadable: the part is missing.
        """
        if part not in self.parts:
            raise self.damaged("a part of it is missing")
        return self.parts[part]

    def packed(self, part: str) -> memoryview:
        """A part's bytes as they lie in the zip.

        Raises:
            InputUnreadable: the part is missing.
        """
        entry = self.entry(part)
        header = self.data[entry.header_offset : entry.header_offset + LOCAL_HEADER]
        if len(header) < LOCAL_HEADER:
            raise self.damaged("a part of it is missing")
        names = int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
        start = entry.header_offset + LOCAL_HEADER + names
        return memoryview(self.data)[start : start + entry.compress_size]

    def _unpacked(self, part: str) -> Iterator[bytes]:
        entry, packed = self.entry(part), self.packed(part)
        if entry.compress_type == zipfile.ZIP_STORED:
            yield from (bytes(packed[at : at + CHUNK]) for at in range(0, len(packed), CHUNK))
        elif entry.compress_type == zipfile.ZIP_DEFLATED:
            yield from self._inflated(packed)
        else:
            raise self.damaged("it is packed in a way that Excel never uses")

    def _inflated(self, packed: memoryview) -> Iterator[bytes]:
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        at, left = 0, b""
        while not inflater.eof:
            # A little at a time: what is left over is copied at each step.
            if not left:
                left, at = bytes(packed[at : at + FEED]), at + FEED
            try:
                chunk = inflater.decompress(left, CHUNK)
            except zlib.error:
                raise self.damaged("a part cannot be unpacked") from None
            left = inflater.unconsumed_tail
            if not chunk and not left and at >= len(packed) and not inflater.eof:
                raise self.damaged("a part is cut short")
            yield chunk

    def damaged(self, how: str) -> InputUnreadable:
        """The exception that says the workbook is damaged, and how."""
        return refusal("file-unreadable", self.name, f"the workbook is damaged ({how})")


def open_package(content: Content) -> Package:
    """Looks at a workbook's parts without unpacking more than their claims allow.

    Sheets (unpacked later, one by one) and pictures (never unpacked) aside, every part is unpacked once to see
    that its size is what the directory says.

    Raises:
        InputUnreadable: `file-encrypted`, `file-too-large`, or `file-unreadable` where the parts are damaged.
    """
    entries = zip_entries(content.data, content.name)
    _check_claims(entries, content.name)
    parts = {part_name(entry.filename): entry for entry in entries}
    package_ = Package(content.name, content.data, parts)
    if len(parts) != len(entries):
        raise package_.damaged("two of its parts have the same name")
    _check_truth(package_)
    return package_


def part_name(name: str) -> str:
    """A part's name as the reader looks it up: no leading slash, forward slashes, lower case."""
    return name.replace("\\", "/").lstrip("/").lower()


def _check_claims(entries: list[zipfile.ZipInfo], name: str) -> None:
    if len(entries) > MOST_PARTS:
        raise refusal("file-too-large", name, f"it has {len(entries):,} parts, and the limit is {MOST_PARTS:,}")
    if any(entry.flag_bits & ENCRYPTED for entry in entries):
        raise refusal("file-encrypted", name)
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > LARGEST_UNPACKED:
        raise refusal(
            "file-too-large",
            name,
            f"unpacked it has {unpacked / MEBI:,.0f} MiB, and the limit is {LARGEST_UNPACKED // MEBI} MiB",
        )
    if any(_tight(entry) for entry in entries):
        raise refusal(
            "file-too-large",
            name,
            f"a part of it unpacks to more than {LARGEST_RATIO} times its size, as no real workbook does",
        )


def _tight(entry: zipfile.ZipInfo) -> bool:
    large = entry.file_size > RATIO_MATTERS_ABOVE
    return large and entry.file_size > LARGEST_RATIO * max(entry.compress_size, 1)


def _check_truth(package: Package) -> None:
    for part in package.parts:
        if part.startswith(("xl/worksheets/", "xl/media/")) and not part.endswith(".rels"):
            continue
        strings = 0
        for chunk in package.chunks(part):
            if part.endswith("sharedstrings.xml"):
                strings += chunk.count(b"<si") + chunk.count(b":si")
            if strings > MOST_STRINGS:
                raise _too_many_strings(package)


def _too_many_strings(package: Package) -> InputUnreadable:
    return refusal("file-too-large", package.name, f"it has more than {MOST_STRINGS:,} texts")


def check_strings(package: Package, part: str) -> None:
    """Looks at how many texts a list of shared strings claims to have: the fast reader sets aside room for them.

    Raises:
        InputUnreadable: the part is damaged, or claims too many.
    """
    roots: list[Element] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        if not roots:
            roots.append(Element(name.rpartition(":")[2], attributes))

    parser = safe_parser(package)
    parser.StartElementHandler = start
    parse(parser, package, part, lambda: bool(roots))
    if not roots or roots[0].name != "sst":
        raise package.damaged("its list of texts is none")
    claimed = re.search(r"[0-9]+", roots[0].attributes.get("uniqueCount", ""))
    if claimed and (len(claimed[0]) > LONGEST_COUNT or int(claimed[0]) > MOST_STRINGS):
        raise _too_many_strings(package)


LONGEST_COUNT: Final = 20


@dataclass(frozen=True, slots=True)
class Element:
    """The opening tag of an XML element: its name without prefix, its attributes as written."""

    name: str
    attributes: Mapping[str, str]


def elements(package: Package, part: str) -> list[Element]:
    """All opening tags of a small part, in order.

    Raises:
        InputUnreadable: the part is missing, large, damaged, or declares a document type, as XML bombs do.
    """
    entry = package.parts.get(part)
    if entry is not None and entry.file_size > 16 * MEBI:
        raise package.damaged("its list of sheets is far too long")
    found: list[Element] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        found.append(Element(name.rpartition(":")[2], attributes))

    parser = safe_parser(package)
    parser.StartElementHandler = start
    parse(parser, package, part)
    return found


def safe_parser(package: Package) -> expat.XMLParserType:
    """An XML parser that refuses document types, and with them every entity of the file's own."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.buffer_size = 64 * KIBI

    def refuse(*_: object) -> None:
        raise package.damaged("it declares a document type, which no spreadsheet program writes")

    def check_encoding(_version: str, encoding: str | None, _standalone: int) -> None:
        if encoding and encoding.lower() not in ENCODINGS:
            raise package.damaged(OTHER_ENCODING)

    parser.StartDoctypeDeclHandler = refuse
    parser.XmlDeclHandler = check_encoding
    return parser


ENCODINGS: Final = frozenset({"utf-8", "us-ascii", "iso-8859-1", "windows-1252"})
"""In these, mark-up is the same bytes; in any other, the fast reader would find other elements than the parser."""
DECLARED_ENCODING: Final = re.compile(rb"encoding\s*=\s*[\"']([^\"']*)[\"']")
WIDE: Final = (b"\xff\xfe", b"\xfe\xff", b"\0", b"<\0")
OTHER_ENCODING: Final = "a part is written in an encoding that no spreadsheet program uses"


def declares_plain_encoding(declaration: bytes) -> bool:
    """Whether an XML declaration, without its brackets, names one of the usual encodings or none."""
    named = DECLARED_ENCODING.search(declaration)
    return named is None or named[1].decode("latin-1").lower() in ENCODINGS


def parse(parser: expat.XMLParserType, package: Package, part: str, enough: Callable[[], bool] = lambda: False) -> None:
    """Feeds a part to a parser, until its handlers have had enough.

    Raises:
        InputUnreadable: the part is missing or damaged.
    """
    begun = False
    try:
        for chunk in package.chunks(part):
            if not begun and chunk.startswith(WIDE):
                raise package.damaged(OTHER_ENCODING)
            begun = begun or bool(chunk)
            parser.Parse(chunk, False)  # noqa: FBT003 - expat takes it by position only
            if enough():
                return
        parser.Parse(b"", True)  # noqa: FBT003 - likewise
    except (expat.ExpatError, ValueError, LookupError):
        raise package.damaged("a part is not well-formed") from None
