"""What a workbook carries beside the rows that were read: whoever passes it on should know."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Final

from bulk_import.report.marked.splice import outline

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bulk_import.read.xlsx import Book
    from bulk_import.report.marked.parts import Parts

KINDS: Final = (
    (re.compile(r"xl/vbaproject\.bin"), "macros"),
    (re.compile(r"xl/externallinks/[^/]+\.xml"), "links to other workbooks"),
    (re.compile(r"xl/(?:comments[^/]*|comments/[^/]+|threadedcomments/[^/]+)\.xml"), "comments"),
    (re.compile(r"xl/connections\.xml"), "connections to data elsewhere"),
    (re.compile(r"xl/pivotcache/[^/]+\.xml"), "stored data of pivot tables"),
    (re.compile(r"docprops/custom\.xml"), "document properties of your own"),
)
PROPERTIES: Final = (
    ("docProps/core.xml", "creator", "its author's name"),
    ("docProps/core.xml", "lastModifiedBy", "the name of whoever saved it last"),
    ("docProps/app.xml", "Manager", "its manager's name"),
    ("docProps/app.xml", "Company", "its company's name"),
)
"""Part, name and words of document properties that name somebody."""


def carried(parts: Parts, book: Book) -> Iterator[str]:
    """One sentence that lists it, if there is anything."""
    found = [words for pattern, words in KINDS if any(pattern.fullmatch(part) for part in parts.package.parts)]
    hidden = [sheet.name for sheet in book.sheets if sheet.state != "visible"]
    if hidden:
        found.insert(0, f"hidden sheets ({', '.join(f'“{name}”' for name in hidden)})")
    found += [f"{words} ({text})" for part, name, words in PROPERTIES if (text := _property(parts, part, name))]
    if found:
        yield f"As it is your own workbook, this file carries what yours does: {', '.join(found)}."


def _property(parts: Parts, part: str, name: str) -> str:
    """What a document property says."""
    if not parts.has(part):
        return ""
    properties = outline(parts.read(part), depth=1)
    for node in properties.root.named(name):
        text = re.sub(rb"<[^<>]*>", b"", properties.data[node.start : node.stop])
        return unescape(text.decode("utf-8", "replace")).strip()
    return ""
