"""Cells that name something of one of the centre's own lists: by OneFile's id, MIS value, name or e-mail address.

Which entry is meant is not a matter of the cell alone: `bulk_import.references` asks the list. Here any text will do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

from bulk_import.kinds.kind import GUARDED, INVISIBLE, ExcelColumn, Json, Kind, Value, trimmed
from bulk_import.kinds.numbers import FLOATS_AMONG_TEXTS, Zero, whole_numbers

if TYPE_CHECKING:
    import pandas as pd

NONE = "0"

_CHANGES = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]"  # XML cannot hold these
    "|_x[0-9A-Fa-f]{4}_"  # and this stands for one of them (ECMA-376 part 1, 22.9.2.19)
    f"|{INVISIBLE}|{GUARDED}|^{FLOATS_AMONG_TEXTS}$"
)


class Listed(StrEnum):
    """The lists of a centre that a cell may refer to."""

    ASSESSORS = "assessors"
    EMPLOYERS = "employers"
    CLASSES = "classes"
    PLACEMENTS = "placements"
    PROVIDERS = "providers"
    STATUSES = "learner statuses"


@dataclass(frozen=True, slots=True)
class ListedReference(Kind):
    """An entry of one of the centre's lists.

    Its value is the text until the list has been asked; then OneFile's id, or the row in which the account is made.
    """

    listed: Listed
    zero: Zero = Zero.NO_ID

    hurt_by_dates: ClassVar[bool] = True

    def clean(self, texts: pd.Series[str]) -> pd.Series[str]:
        """101.0 becomes 101."""
        return whole_numbers(trimmed(texts), FLOATS_AMONG_TEXTS)

    def names_nothing(self, text: str) -> bool:
        """Whether a cleaned text is OneFile's 0 for “none”, which no list has to be asked about."""
        return text == NONE and self.zero is Zero.MEANS_NONE

    def parse(self, text: str) -> Value:
        """The text itself; 0 for “none”."""
        return 0 if self.names_nothing(text) else text

    def to_api(self, value: Value) -> Json:
        """The id; a row in which the account is still to be made stays that row until it is sent."""
        return value if isinstance(value, (str, int, tuple)) else str(value)

    def excel(self) -> ExcelColumn:
        """Text, wide enough for a name."""
        return ExcelColumn(width=24)


def comes_back(text: str) -> bool:
    """Whether a text that somebody chooses from a workbook's list is read as it is written there.

    Args:
        text: without outer spaces, and with single ones between words.
    """
    return _CHANGES.search(text) is None
