"""What every kind of cell has in common.

All work on columns is vectorised over pandas' Arrow-backed `str` columns; what needs Python is done once for each
distinct text (`by_distinct`), since a column of 100,000 rows rarely holds more than a few thousand.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, ClassVar, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd


class Awaited(NamedTuple):
    """An account that another row of the same run makes; its id is filled in at the moment of sending.

    Attributes:
        source: the number of that row's source in the run, counted from 0.
        row: the number that Excel shows beside it.
    """

    source: int
    row: int


DateOrder: TypeAlias = Literal["dmy", "mdy", "ymd"]
Value: TypeAlias = str | int | bool | date | Awaited
Json: TypeAlias = str | int | bool | Awaited | None
Rule: TypeAlias = "Callable[[pd.Series[str]], pd.Series[bool]]"

# No joiners (U+200C, U+200D): some languages write names with them.
INVISIBLE = "[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]"
ODD_SPACES = "[\u00a0\u2000-\u200a\u202f\u205f\u3000]"
LONGEST = 4000

GUARDED = '^="([^"]*)"$'
"""A text that a program wrote as a formula, so that Excel keeps its zeros and digits: ="0123"."""

NOT_ASCII = r"[^\x00-\x7f]"
_UNTIDY = rf"""^[\x00-\x20]|[\x00-\x20]$|{NOT_ASCII}|^="|^$"""
"""What `trimmed` may take something from; most columns hold none of it."""

# What is left of white space after `trimmed`, for a character class; Arrow's regular expressions and Python's
# disagree about \s, and pandas takes the slow way where it occurs.
SPACES = " \t\n\x0b\x0c\r\x1c-\x1f\x85"


@dataclass(frozen=True, slots=True)
class ExcelColumn:
    """How a column is prepared in a template.

    Attributes:
        number_format: Excel's own format code; "@" is text, which keeps leading zeros.
        choices: what a drop-down offers; empty for none.
        width: in characters.
    """

    number_format: str = "@"
    choices: tuple[str, ...] = ()
    width: int = 18


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of cell, with the behaviour of plain text; the others differ from it where they must."""

    longest: ClassVar[int] = LONGEST
    advice: ClassVar[frozenset[str]] = frozenset()
    hurt_by_dates: ClassVar[bool] = False

    def reading(self, order: DateOrder, today: date) -> Kind:  # noqa: ARG002 - only dates are read differently
        """The same kind for one run, in which text dates have an order and two-digit years a present day."""
        return self

    def clean(self, texts: pd.Series[str]) -> pd.Series[str]:
        """The column without what nobody typed on purpose: outer spaces, NBSP, zero-width characters.

        Args:
            texts: the typed texts, missing where the cell is empty.

        Returns:
            A column with the same index; a cell with nothing but spaces is missing.
        """
        return trimmed(texts)

    def rules(self) -> Mapping[str, Rule]:
        """Finding code → a test of a cleaned column, True where good; a missing cell is good.

        A cell that fails one rule and is unusable for it (see `sends`) is not judged by the rules after it.
        """
        return length_rule(self.longest)

    def explain(self, code: str, text: str) -> str:
        """The detail of a finding for one cleaned cell that fails the rule `code`; never personal data."""
        return characters(text) if code == "cell-too-long" else ""

    def sends(self, code: str) -> bool:
        """Whether a value that fails the rule `code` can still be sent, if the finding is no error."""
        return code in self.advice

    def parse(self, text: str) -> Value:
        """The value of one cleaned, good cell."""
        return text

    def show(self, value: Value) -> str:
        """The value as people write it; `parse` reads it back."""
        return str(value)

    def to_api(self, value: Value) -> Json:
        """The value as OneFile takes it."""
        return value if isinstance(value, (str, int)) else str(value)

    def excel(self) -> ExcelColumn:
        """How a template's column is prepared."""
        return ExcelColumn()


def trimmed(texts: pd.Series[str]) -> pd.Series[str]:
    """Texts without outer spaces, invisible characters and ="…", NBSP as a space; empty texts become missing."""
    if not holds(texts, _UNTIDY):
        return texts
    if holds(texts, NOT_ASCII):
        texts = texts.str.replace(INVISIBLE, "", regex=True).str.replace(ODD_SPACES, " ", regex=True)
    texts = texts.str.strip()
    if holds(texts, '^="'):
        texts = texts.str.replace(GUARDED, r"\1", regex=True).str.strip()
    empty = texts == ""
    return texts.mask(empty) if empty.any() else texts


def holds(texts: pd.Series[str], pattern: str) -> bool:
    """Whether any text of a column holds a pattern of Arrow's, which tells much sooner than pandas does.

    Most columns hold nothing of what is looked for, and most files are short.
    """
    import pyarrow as pa  # noqa: PLC0415 - only where columns are judged
    import pyarrow.compute as pc  # noqa: PLC0415 - as above

    return bool(pc.any(pc.match_substring_regex(pa.array(texts.array), pattern)).as_py())


def length_rule(longest: int) -> Mapping[str, Rule]:
    """The first rule of every kind: no cell holds a whole document."""
    return {"cell-too-long": lambda texts: ~(texts.str.len() > longest)}


def characters(text: str) -> str:
    """How long a text is, in words."""
    return f"{len(text):,} characters"


def good_or_missing(good: pd.Series[bool], texts: pd.Series[str]) -> pd.Series[bool]:
    """True where the text is good or missing."""
    return good | texts.isna()


def by_distinct(texts: pd.Series[str], change: Callable[[str], str]) -> pd.Series[str]:
    """Each text changed by `change`, which is called once for each distinct text; missing stays missing."""
    import pandas as pd  # noqa: PLC0415 - only where columns are judged

    places, distinct = texts.factorize()
    changed = pd.array([change(text) for text in distinct], dtype="str")
    return pd.Series(changed.take(places, allow_fill=True), index=texts.index, name=texts.name, dtype="str")
