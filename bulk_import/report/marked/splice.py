"""Small changes in the XML of a part: what is not changed stays as it is, byte by byte."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from xml.parsers import expat
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

TAG: Final = re.compile(rb"<(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>")
ATTRIBUTE: Final = rb"\s%s\s*=\s*(?:\"([^\"]*)\"|'([^']*)')"
FORBIDDEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
ESCAPE_LIKE: Final = re.compile("_(?=x[0-9A-Fa-f]{4}_)")


class CannotMarkError(Exception):
    """A workbook cannot be marked without touching what it holds; the message says why, in the user's words."""


@dataclass(frozen=True, slots=True)
class Change:
    """The bytes from `start` to `stop` become `new`."""

    start: int
    stop: int
    new: bytes


def spliced(data: bytes, changes: Iterable[Change]) -> bytes:
    """The part with all changes made; those at the same place in the order in which they are given."""
    pieces, at = [], 0
    for change in sorted(changes, key=lambda change: (change.start, change.stop)):
        if change.start < at:
            raise CannotMarkError("two of the changes would fall on the same place of a sheet")
        pieces += [data[at : change.start], change.new]
        at = change.stop
    return b"".join([*pieces, data[at:]])


@dataclass(slots=True)
class Node:
    """An element of a part.

    Attributes:
        name: without prefix.
        attributes: as written, with prefixes.
        start: where its opening tag begins.
        stop: where what follows it begins.
        inner_stop: where its closing tag begins; `start` where it has none.
        children: the elements in it, as deep as was asked for.
    """

    name: str
    attributes: Mapping[str, str]
    start: int
    stop: int = 0
    inner_stop: int = 0
    children: list[Node] = field(default_factory=list)

    def named(self, *names: str) -> list[Node]:
        """Its children of some names."""
        return [child for child in self.children if child.name in names]


@dataclass(frozen=True, slots=True)
class Outline:
    """A small part and its elements.

    Attributes:
        data: its bytes.
        root: its outermost element.
        prefix: what stands before the names of its elements, such as "x:".
    """

    data: bytes
    root: Node
    prefix: str

    def appended(self, node: Node, items: Iterable[bytes], *, count: str = "") -> list[Change]:
        """The changes that add items at the end of an element, and bring its attribute `count` up to date."""
        added = list(items)
        tag_stop = end_of_tag(self.data, node.start)
        tag = self.data[node.start : tag_stop]
        if count:
            total = len(node.children) + len(added)
            tag = with_attribute(tag, count, str(total))
        if node.inner_stop == node.start:
            closing = f"</{self.prefix}{node.name}>".encode()
            return [Change(node.start, node.stop, tag[:-2].rstrip() + b">" + b"".join(added) + closing)]
        return [
            Change(node.start, tag_stop, tag),
            Change(node.inner_stop, node.inner_stop, b"".join(added)),
        ]


def outline(data: bytes, *, depth: int) -> Outline:
    """The elements of a part, down to a depth (1: the root's children).

    Raises:
        CannotMarkError: the part is not well-formed, or not in an encoding in which mark-up is ASCII.
    """
    stack: list[Node] = []
    roots: list[tuple[str, Node]] = []
    parser = expat.ParserCreate()

    def start(name: str, attributes: dict[str, str]) -> None:
        node = Node(name.rpartition(":")[2], attributes, parser.CurrentByteIndex)
        if stack and len(stack) <= depth:
            stack[-1].children.append(node)
        if not stack:
            roots.append((name, node))
        stack.append(node)

    def end(_: str) -> None:
        node = stack.pop()
        node.inner_stop, node.stop = element_end(data, node.start, parser.CurrentByteIndex)

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parse_whole(parser, data)
    name, root = roots[0]
    return Outline(data, root, name.rpartition(":")[0] + ":" if ":" in name else "")


def parse_whole(parser: expat.XMLParserType, data: bytes) -> None:
    """Parses a part that reading has looked over already.

    Raises:
        CannotMarkError: it is not well-formed, or not in an encoding in which mark-up is ASCII.
    """

    def refuse(*_: object) -> None:
        raise CannotMarkError("a part of the workbook declares a document type, which no spreadsheet program writes")

    parser.StartDoctypeDeclHandler = refuse
    if data.startswith((b"\xff\xfe", b"\xfe\xff", b"\0", b"<\0")):
        raise CannotMarkError("a part of the workbook is written in an unusual encoding")
    try:
        parser.Parse(data, True)  # noqa: FBT003 - expat takes it by position only
    except (expat.ExpatError, ValueError, LookupError):
        raise CannotMarkError("a part of the workbook is not well-formed") from None


def element_end(data: bytes, start: int, reported: int) -> tuple[int, int]:
    """Where an element's closing tag begins, and where what follows it begins.

    Args:
        data: the part.
        start: where the element begins.
        reported: where the parser stands as it closes the element.
    """
    opened = end_of_tag(data, start)
    if data.endswith(b"/>", start, opened):
        return start, opened
    return reported, data.index(b">", reported) + 1


def end_of_tag(data: bytes, start: int) -> int:
    """Where what follows a tag begins."""
    found = TAG.match(data, start)
    if found is None:
        raise CannotMarkError("a part of the workbook is not well-formed")
    return found.end()


def with_attribute(tag: bytes, name: str, value: str) -> bytes:
    """An opening tag with another value of an attribute that it has; unchanged where it has none."""
    found = re.search(ATTRIBUTE % name.encode(), tag)
    return tag if found is None else tag[: found.start()] + f' {name}="{value}"'.encode() + tag[found.end() :]


def content(text: str) -> str:
    """A text as the content of an element or a quoted attribute, in ASCII whatever encoding the part is in.

    What XML forbids becomes _xHHHH_, as Excel writes it.
    """
    told = ESCAPE_LIKE.sub("_x005F_", text)
    told = FORBIDDEN.sub(lambda found: f"_x{ord(found[0]):04X}_", told)
    safe = escape(told, {'"': "&quot;", "\r": "&#13;"})
    return safe.encode("ascii", "xmlcharrefreplace").decode("ascii")
