"""Cells that hold one of a few codes: yes or no, and OneFile's lists L12 to L16."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

from bulk_import.kinds.kind import (
    ExcelColumn,
    Json,
    Kind,
    Rule,
    Value,
    by_distinct,
    good_or_missing,
    length_rule,
    trimmed,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

_YES = frozenset({"yes", "y", "true", "1"})
_NO = frozenset({"no", "n", "false", "0"})


@dataclass(frozen=True, slots=True)
class YesNo(Kind):
    """Yes or no; also Y, N, True, False, 1 and 0."""

    def clean(self, texts: pd.Series[str]) -> pd.Series[str]:
        """All ways of saying it become Yes or No; anything else stays as typed."""
        return by_distinct(trimmed(texts), _yes_or_no)

    def rules(self) -> Mapping[str, Rule]:
        """It must be yes or no."""
        return {
            **length_rule(self.longest),
            "yes-no-format": lambda texts: good_or_missing(texts.isin(["Yes", "No"]), texts),
        }

    def parse(self, text: str) -> bool:
        """True for yes."""
        return text.casefold() in _YES

    def show(self, value: Value) -> str:
        """Yes or No."""
        return "Yes" if value else "No"

    def to_api(self, value: Value) -> Json:
        """A JSON boolean."""
        return bool(value)

    def excel(self) -> ExcelColumn:
        """A drop-down of Yes and No."""
        return ExcelColumn(choices=("Yes", "No"), width=10)


def _yes_or_no(text: str) -> str:
    if text.casefold() in _YES:
        return "Yes"
    return "No" if text.casefold() in _NO else text


class Unknown(StrEnum):
    """What becomes of a code that is not in OneFile's list."""

    SENT = "it is sent as it stands"
    LEFT_OUT = "it is left out"


@dataclass(frozen=True, slots=True)
class Choice(Kind):
    """One of OneFile's codes (article 76000033825), compared without leading zeros.

    A code with its label (“31 - White British”) is taken if the two agree. A value outside the list is never an
    error, since these fields are optional and describe people.

    Attributes:
        codes: code → label.
        words: other ways of writing a code, in lower case → code.
        unknown: what becomes of a value outside the list.
        old: codes that look like the list used before 2012.
    """

    codes: tuple[tuple[str, str], ...]
    words: tuple[tuple[str, str], ...] = ()
    unknown: Unknown = Unknown.LEFT_OUT
    old: range = range(0)

    longest: ClassVar[int] = 4000

    def clean(self, texts: pd.Series[str]) -> pd.Series[str]:
        """All ways of writing a code become OneFile's; anything else stays as typed."""
        return by_distinct(trimmed(texts), self._code)

    def _code(self, text: str) -> str:
        labels, words = dict(self.codes), dict(self.words)
        if text.upper() in labels:
            return text.upper()
        if text.casefold() in words:
            return words[text.casefold()]
        head, dash, label = text.partition(" - ")
        if dash and head.strip().upper() in labels:
            code = head.strip().upper()
            return code if _words(label) <= _words(labels[code]) else text
        match = re.fullmatch(r"0*([0-9]+)(?:\.0+)?(?:\s*[-–—:.]?\s*([^\W0-9].*))?", text, re.DOTALL)
        if match is None or match[1] not in labels:
            return text
        agree = match[2] is None or _words(match[2]) <= _words(labels[match[1]])
        return match[1] if agree else text

    def rules(self) -> Mapping[str, Rule]:
        """It must be in OneFile's list."""
        known = [code for code, _ in self.codes]
        return {
            **length_rule(self.longest),
            "code-unknown": lambda texts: good_or_missing(texts.isin(known), texts),
        }

    def explain(self, code: str, text: str) -> str:
        """What becomes of the value, and which list it may come from; never the value."""
        if code != "code-unknown":
            return Kind.explain(self, code, text)
        number = re.fullmatch("0*([0-9]{1,3})", text)
        looks = "it looks like the list used before 2012, and " if number and int(number[1]) in self.old else ""
        return f"{looks}{self.unknown.value}"

    def sends(self, code: str) -> bool:
        """Whether codes outside the list are passed through."""
        return code == "code-unknown" and self.unknown is Unknown.SENT

    def excel(self) -> ExcelColumn:
        """A drop-down of codes with their labels."""
        return ExcelColumn(choices=tuple(f"{code} - {label}" for code, label in self.codes), width=24)


_FILLERS = frozenset({"a", "an", "and", "any", "background", "of", "or", "the"})


def _words(label: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", label.casefold().replace("’", "'").replace("'", ""))) - _FILLERS
