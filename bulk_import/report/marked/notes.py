"""The notes of marked cells, beside those that a sheet has already, which stay as they are.

A note stands in two parts: its text among the sheet's comments, its box in a drawing in Excel's older language VML.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from bulk_import.findings import column_letters
from bulk_import.report.marked.marks import NOTE_MARK
from bulk_import.report.marked.rows import CELL, column_number
from bulk_import.report.marked.sheet import MAIN
from bulk_import.report.marked.splice import CannotMarkError, Change, content, outline, spliced

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bulk_import.report.marked.marks import Mark
    from bulk_import.report.marked.splice import Node, Outline

AUTHOR: Final = "bulk-import"
MOST_NOTES: Final = 5_000
"""In one sheet: with more of them Excel takes minutes to open it. The column Problem says the same."""

NO_COMMENTS: Final = f'<comments xmlns="{MAIN}"><authors/><commentList/></comments>'.encode()
NO_DRAWING: Final = (
    b'<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    b'xmlns:x="urn:schemas-microsoft-com:office:excel"><o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="1"/>'
    b"</o:shapelayout></xml>"
)
SPACES: Final = (
    ' xmlns:v="urn:schemas-microsoft-com:vml"',
    ' xmlns:o="urn:schemas-microsoft-com:office:office"',
    ' xmlns:x="urn:schemas-microsoft-com:office:excel"',
)
"""What every drawing of Excel's declares, and some other programs' do not."""

SHAPE_TYPE: Final = (
    '<v:shapetype{spaces} id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">'
    '<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
SHAPE: Final = (
    '<v:shape{spaces} id="_x0000_s{id}" type="#_x0000_t202" '
    'style=\'position:absolute;visibility:hidden\' fillcolor="#ffffe1" o:insetmode="auto">'
    '<v:fill color2="#ffffe1"/><v:path o:connecttype="none"/>'
    "<v:textbox style='mso-direction-alt:auto'><div style='text-align:left'></div></v:textbox>"
    '<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/><x:Anchor>{anchor}</x:Anchor>'
    "<x:AutoFill>False</x:AutoFill><x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
)
SHAPE_START: Final = re.compile(rb"<(\w+:)?shape[\s>]")
PLACE: Final = tuple(re.compile(rb"<(?:\w+:)?" + name + rb">\s*([0-9]{1,7})\s*<") for name in (b"Row", b"Column"))
FIRST_ID: Final = 1_025
"""Excel counts the shapes of a drawing from here on."""

COLUMNS_WIDE: Final = 4
CHARACTERS_A_LINE: Final = 42
MOST_LINES: Final = 24


def with_notes(comments: bytes | None, drawing: bytes | None, marks: Sequence[Mark]) -> tuple[bytes, bytes]:
    """The sheet's comments and their drawing, with a note for each mark, and without those of an earlier marking.

    A cell that has a note of the user's own keeps that one alone.

    Args:
        comments: the part with the comments; None where the sheet has none.
        drawing: the VML part; None where the sheet has none.
        marks: what is marked; only the first `MOST_NOTES` get a note.

    Raises:
        CannotMarkError: the parts are not as Excel writes them.
    """
    old = outline(comments or NO_COMMENTS, depth=2)
    authors, listed = (_only(old, name) for name in ("authors", "commentList"))
    ours = _ours(old, listed)
    kept = {node.attributes.get("ref", "") for node in listed.children} - ours.keys()
    noted = [mark for mark in marks[:MOST_NOTES] if _reference(mark) not in kept]
    removed = [Change(node.start, node.stop, b"") for node in ours.values()]
    prefix = old.prefix
    known = _author(old, authors)
    author = len(authors.children) if known is None else known
    added = [] if known is not None else [f"<{prefix}author>{AUTHOR}</{prefix}author>".encode()]
    changes = [
        *old.appended(authors, added),
        *removed,
        *old.appended(listed, [_comment(mark, author, prefix) for mark in noted]),
    ]
    return spliced(old.data, changes), _drawn(drawing or NO_DRAWING, noted, {*ours})


def _only(part: Outline, name: str) -> Node:
    found = part.root.named(name)
    if len(found) != 1:
        raise CannotMarkError("its comments are not written as Excel writes them")
    return found[0]


def _ours(part: Outline, listed: Node) -> dict[str, Node]:
    """The comments of an earlier marking, by their cells."""
    mine = [node for node in listed.children if _text(part.data[node.start : node.stop]).startswith(NOTE_MARK.encode())]
    return {node.attributes.get("ref", ""): node for node in mine}


def _text(comment: bytes) -> bytes:
    return re.sub(rb"<[^<>]*>", b"", comment).strip()


def _author(part: Outline, authors: Node) -> int | None:
    """Under which number this program is an author."""
    us = b">" + AUTHOR.encode() + b"<"
    return next((at for at, node in enumerate(authors.children) if us in part.data[node.start : node.stop]), None)


def _reference(mark: Mark) -> str:
    return f"{column_letters(mark.column)}{mark.row}"


def _comment(mark: Mark, author: int, prefix: str) -> bytes:
    text = f'<{prefix}t xml:space="preserve">{content(mark.note)}</{prefix}t>'
    return (
        f'<{prefix}comment ref="{_reference(mark)}" authorId="{author}"><{prefix}text>{text}</{prefix}text>'
        f"</{prefix}comment>"
    ).encode()


def _drawn(drawing: bytes, marks: Sequence[Mark], removed: set[str]) -> bytes:
    """The drawing with a box for each mark, and without those of the cells in `removed`."""
    gone = {(int(found[2]) - 1, column_number(found[1]) - 1) for found in map(CELL.fullmatch, removed) if found}
    shapes = [(start, stop) for start, stop in _boxes(drawing) if _place(drawing[start:stop]) in gone]
    changes = [Change(start, stop, b"") for start, stop in shapes]
    end = drawing.rfind(b"</xml>")
    if end < 0:
        raise CannotMarkError("its comments are not written as Excel writes them")
    known = b'id="_x0000_t202"' in drawing
    used = [int(number) for number in re.findall(rb'id="_x0000_s([0-9]{1,9})"', drawing)]
    first = max([FIRST_ID, *(number + 1 for number in used)])
    spaces = "" if all(space.encode() in drawing for space in SPACES) else "".join(SPACES)
    new = [*([] if known else [SHAPE_TYPE.format(spaces=spaces)]), *_shapes(marks, first, spaces)]
    return spliced(drawing, [*changes, Change(end, end, "".join(new).encode("ascii"))])


def _boxes(drawing: bytes) -> Iterator[tuple[int, int]]:
    """Where each shape of a drawing begins and ends."""
    at = 0
    while found := SHAPE_START.search(drawing, at):
        closing = b"</" + (found[1] or b"") + b"shape>"
        end = drawing.find(closing, found.start())
        if end < 0:
            return
        at = end + len(closing)
        yield found.start(), at


def _place(shape: bytes) -> tuple[int, int] | None:
    row, column = (pattern.search(shape) for pattern in PLACE)
    return (int(row[1]), int(column[1])) if row and column else None


def _shapes(marks: Sequence[Mark], first: int, spaces: str) -> Iterator[str]:
    for number, mark in enumerate(marks, start=first):
        row, column = mark.row - 1, mark.column - 1
        lines = sum(-(-max(len(line), 1) // CHARACTERS_A_LINE) for line in mark.note.split("\n"))
        height = min(lines + 1, MOST_LINES)
        anchor = (
            f"{column + 1}, 15, {max(row - 1, 0)}, 10, {column + 1 + COLUMNS_WIDE}, 15, {max(row - 1, 0) + height}, 4"
        )
        yield SHAPE.format(spaces=spaces, id=number, anchor=anchor, row=row, column=column)
