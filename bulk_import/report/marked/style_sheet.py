"""The formats that a workbook is given for its marks, put behind its own, which keep their numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bulk_import.report.marked.splice import CannotMarkError, Change, outline, spliced

if TYPE_CHECKING:
    from bulk_import.report.marked.splice import Node, Outline

ORDER: Final = (
    *("numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs", "tableStyles"),
    *("colors", "extLst"),
)
"""The order in which the elements of a style sheet must stand (ECMA-376 part 1, 18.8.39)."""

FONTS: Final = (
    '<{p}font><{p}b/><{p}sz val="11"/><{p}color rgb="FFFFFFFF"/><{p}name val="Calibri"/></{p}font>',
    '<{p}font><{p}u/><{p}sz val="11"/><{p}color rgb="FF0B57A4"/><{p}name val="Calibri"/></{p}font>',
    '<{p}font><{p}b/><{p}sz val="16"/><{p}color rgb="FF1F4E79"/><{p}name val="Calibri"/></{p}font>',
    '<{p}font><{p}sz val="11"/><{p}color rgb="FF1F2A37"/><{p}name val="Calibri"/></{p}font>',
    '<{p}font><{p}sz val="11"/><{p}color rgb="FF7A2E0A"/><{p}name val="Calibri"/></{p}font>',
)
WHITE_BOLD, LINK, TITLE, PLAIN, PROBLEM = range(len(FONTS))

FILL: Final = (
    '<{p}fill><{p}patternFill patternType="solid"><{p}fgColor rgb="FF1F4E79"/><{p}bgColor indexed="64"/>'
    "</{p}patternFill></{p}fill>"
)
FORMAT: Final = (
    '<{p}xf numFmtId="{number}" fontId="{font}" fillId="{fill}" borderId="0" xfId="0" applyNumberFormat="1" '
    'applyFont="1" applyFill="1" applyAlignment="1"><{p}alignment vertical="{vertical}"{wrap}/></{p}xf>'
)
TEXT_FORMAT: Final = 49
"""The number of the format "@", which every workbook has."""

# The same colours as in results.xlsx; the words beside them say the same.
WRONG: Final = (
    '<{p}dxf><{p}font><{p}b/><{p}color rgb="FF9C0006"/></{p}font>'
    '<{p}fill><{p}patternFill patternType="solid"><{p}fgColor rgb="FFFFC7CE"/><{p}bgColor rgb="FFFFC7CE"/>'
    "</{p}patternFill></{p}fill></{p}dxf>"
)
DOUBTFUL: Final = (
    '<{p}dxf><{p}font><{p}i/><{p}color rgb="FF7F6000"/></{p}font>'
    '<{p}fill><{p}patternFill patternType="solid"><{p}fgColor rgb="FFFFEB9C"/><{p}bgColor rgb="FFFFEB9C"/>'
    "</{p}patternFill></{p}fill></{p}dxf>"
)


@dataclass(frozen=True, slots=True)
class Looks:
    """The numbers of the formats: of cells, and (`wrong`, `doubtful`) of conditional formats."""

    problem: int
    heading: int
    link: int
    words: int
    title: int
    plain: int
    wrong: int
    doubtful: int


def with_looks(data: bytes) -> tuple[bytes, Looks]:
    """A style sheet with our formats behind its own.

    Raises:
        CannotMarkError: it is not one that Excel could have written.
    """
    styles = outline(data, depth=2)
    fonts, fills, formats = (_needed(styles, name) for name in ("fonts", "fills", "cellXfs"))
    font, fill, first = len(fonts.children), len(fills.children), len(formats.children)
    prefix = styles.prefix
    changes = [
        *styles.appended(fonts, [text.format(p=prefix).encode() for text in FONTS], count="count"),
        *styles.appended(fills, [FILL.format(p=prefix).encode()], count="count"),
        *styles.appended(formats, _formats(prefix, font, fill), count="count"),
    ]
    conditional = [text.format(p=prefix).encode() for text in (WRONG, DOUBTFUL)]
    existing = styles.root.named("dxfs")
    wrong = len(existing[0].children) if existing else 0
    if existing:
        changes += styles.appended(existing[0], conditional, count="count")
    else:
        element = f'<{prefix}dxfs count="2">'.encode() + b"".join(conditional) + f"</{prefix}dxfs>".encode()
        changes.append(_put(styles, "dxfs", element))
    return spliced(data, changes), _looks(first, wrong)


def _looks(first: int, wrong: int) -> Looks:
    problem, heading, link, words, title, plain = range(first, first + 6)
    return Looks(problem, heading, link, words, title, plain, wrong=wrong, doubtful=wrong + 1)


def _needed(styles: Outline, name: str) -> Node:
    found = styles.root.named(name)
    if len(found) != 1:
        raise CannotMarkError("its list of cell formats is not complete")
    return found[0]


def _formats(prefix: str, font: int, fill: int) -> list[bytes]:
    """The cell formats, in the order of `Looks`."""
    wrap = ' wrapText="1"'
    wanted = (
        (PROBLEM, 0, "top", wrap),
        (WHITE_BOLD, fill, "top", wrap),
        (LINK, 0, "top", ""),
        (PLAIN, 0, "top", wrap),
        (TITLE, 0, "top", ""),
        (PLAIN, 0, "top", ""),
    )
    return [
        FORMAT.format(
            p=prefix, number=TEXT_FORMAT, font=font + own, fill=fill_, vertical=vertical, wrap=wrapping
        ).encode()
        for own, fill_, vertical, wrapping in wanted
    ]


def _put(styles: Outline, name: str, new: bytes) -> Change:
    after = ORDER[ORDER.index(name) + 1 :]
    at = next((child.start for child in styles.root.children if child.name in after), styles.root.inner_stop)
    return Change(at, at, new)
