"""Text that does nothing to whatever shows it: a cell, a file's name or an answer of the server may hold anything."""

from __future__ import annotations

_HARMFUL = (
    *range(32),
    *range(127, 160),
    0x061C,
    0x200B,
    0x200E,
    0x200F,
    *range(0x2028, 0x202F),
    *range(0x2066, 0x206A),
)
MARKS = {code: "\ufffd" for code in (*_HARMFUL, 0xFEFF, *range(0xD800, 0xE000)) if code != ord("\n")}
"""Control characters and those that turn the writing direction, each with what is shown in its place.

Joiners (U+200C, U+200D) stay: some languages write names with them.
"""


def printable(text: object) -> str:
    """Text in which control characters and those that turn the writing direction are marked; line ends stay."""
    return str(text).translate(MARKS)
