"""References in formulas, moved one column to the right as a spreadsheet program does when a column is put in."""

from __future__ import annotations

import re
from typing import Final

from bulk_import.findings import column_letters
from bulk_import.report.marked.rows import column_number
from bulk_import.report.marked.sheet import MOST_COLUMNS

CELL: Final = re.compile(r"(\$?)([A-Z]{1,3})(\$?[0-9]{1,7})")
COLUMN: Final = re.compile(r"(\$?)([A-Z]{1,3})")
END: Final = r"\$?[A-Z]{1,3}\$?[0-9]{1,7}"
TOKEN: Final = re.compile(
    rf"""
      (?P<text>"(?:[^"]|"")*")
    | (?P<sheet>(?:'(?:[^']|'')+'|(?:\[\w+\])?[^\W\d][\w.]*)!)?
      (?:(?P<ends>{END}(?::{END})?|\$?[A-Z]{{1,3}}:\$?[A-Z]{{1,3}})|(?P<rows>\$?[0-9]{{1,7}}\s*:\s*\$?[0-9]{{1,7}}))
      (?![\w.(!\[])
    | (?P<other>(?:'(?:[^']|'')+'|(?:\[\w+\])?[^\W\d][\w.]*)!)
    | \[(?:[^\[\]]|\[[^\[\]]*\])*\]
    | [\w.\\?]+
    """,
    re.VERBOSE,
)
UNSAFE: Final = re.compile(
    r"(?<![\w.])(?:(?:INDIRECT|ADDRESS|COLUMN|CELL|FORMULATEXT)\s*\(|HYPERLINK\s*\((?!\s*\"(?:https?|mailto):))"
    r"|:[^\W\d][\w.]*!",
    re.IGNORECASE,
)
"""Functions that may know a column by its number or its name in a text, and references through several sheets."""


class CannotMoveError(Exception):
    """Something cannot be moved with certainty."""


def moved_formula(formula: str, sheet: str, *, own: bool, absolute: bool = False, titles: bool = False) -> str:
    """A formula with its references to a sheet moved one column to the right.

    Args:
        formula: without the equals sign.
        sheet: the sheet's name.
        own: whether the formula stands in that sheet, so that references without a sheet mean it.
        absolute: whether relative references are refused, because nobody knows the cell that they start from.
        titles: whether it names the rows to be printed on every page, which may be wider by a column.

    Raises:
        CannotMoveError: what it refers to cannot be told.
    """
    if UNSAFE.search(formula):
        raise CannotMoveError

    def moved(found: re.Match[str]) -> str:
        if not (found["ends"] or found["rows"]) or not _means(found["sheet"], sheet, own=own):
            return found[0]
        if found["rows"] and titles:
            return found[0]
        if found["rows"]:
            raise CannotMoveError  # the row would have one cell more
        if absolute and not all(end.startswith("$") for end in found["ends"].split(":")):
            raise CannotMoveError
        return (found["sheet"] or "") + _moved_range(found["ends"])

    return TOKEN.sub(moved, formula)


def moved_ranges(reference: str) -> str:
    """Ranges such as "A4:B40 D7" one column further right."""
    return " ".join(map(_moved_range, reference.split()))


def _means(prefix: str | None, sheet: str, *, own: bool) -> bool:
    """Whether what stands before an exclamation mark names the sheet."""
    if prefix is None:
        return own
    name = prefix[:-1]
    if name.startswith("'"):
        name = name[1:-1].replace("''", "'")
    if ":" in name:
        raise CannotMoveError
    return name.casefold() == sheet.casefold()


def _moved_range(reference: str) -> str:
    first, _, last = reference.partition(":")
    start = _moved_end(first, MOST_COLUMNS - 1)
    return f"{start}:{_moved_end(last, MOST_COLUMNS)}" if last else start


def _moved_end(end: str, most: int) -> str:
    """One end of a range; what reaches to the last column of the sheet still does."""
    found = CELL.fullmatch(end) or COLUMN.fullmatch(end)
    if found is None:
        raise CannotMoveError
    column = column_number(found[2])
    if column > most:
        raise CannotMoveError
    return f"{found[1]}{column_letters(min(column + 1, MOST_COLUMNS))}{''.join(found.groups()[2:])}"
