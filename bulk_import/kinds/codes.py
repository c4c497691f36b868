"""Cells that hold one of a few codes: yes or no, and OneFile's lists L12 to L16."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

from bulk_import.kinds.kind import (
    LONGEST,
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
    from collections.abc import Callable, Mapping

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
class Code:
    """One code of a list.

    Attributes:
        written: as the list has it; numbers without leading zeros.
        means: OneFile's code, None where OneFile's list has no equal.
        labels: its meaning in words, as it may be written beside the code or instead of it.
    """

    written: str
    means: str | None
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CodeList:
    """A list of codes, of OneFile or of another system.

    A cell may hold a code, a code with its label (“31 - White British”), if the two agree, or a label alone, if it is
    exactly that of one code: which words are in it counts, not their order, case or punctuation.
    """

    name: str
    codes: tuple[Code, ...]

    def finder(self) -> Callable[[str], Code | None]:
        """What tells the code that a trimmed text means; None where it means none for certain."""
        written = {plain_code(code.written): code for code in self.codes}
        named: dict[frozenset[str], list[Code]] = {}
        for code in self.codes:
            for words in map(_words, code.labels):
                named.setdefault(words, []).append(code)
        # a label may stand for several codes that mean the same
        exact = {words: codes[0] for words, codes in named.items() if words and len({one.means for one in codes}) == 1}

        def agree(code: Code, label: str) -> bool:
            """Whether a label says what the list says of a code, or a part of it that names no other code."""
            words = _words(label)
            other = exact.get(words, code).means != code.means
            return not other and any(words <= _words(known) for known in code.labels)

        def find(text: str) -> Code | None:
            found = written.get(plain_code(text)) or exact.get(_words(text))
            for pattern in () if found or len(text) > LONGEST else (_CODE_DASH_LABEL, _NUMBER_LABEL):
                match = pattern.fullmatch(text)
                code = written.get(plain_code(match[1])) if match else None
                if match and code:
                    return code if agree(code, match[2]) else None
            return found

        return find


_CODE_DASH_LABEL = re.compile(r"(\S+) +[-–—] +(.*)", re.DOTALL)
_NUMBER_LABEL = re.compile(r"([0-9]+(?:\.0+)?)\s*[-–—:.]?\s*([^\W0-9].*)", re.DOTALL)


def plain_code(text: str) -> str:
    """A code as codes are compared: numbers without leading zeros and “.0”, letters in lower case."""
    number = re.fullmatch(r"0*([0-9]+)(?:\.0+)?", text.strip())
    return number[1] if number else text.strip().casefold()


@dataclass(frozen=True, slots=True)
class Choice(Kind):
    """One of OneFile's codes (article 76000033825), compared without leading zeros.

    A value outside the list is never an error, since these fields are optional and describe people.

    Attributes:
        codes: code → label.
        labels: other labels of the codes: code → label; a code may stand several times.
        unknown: what becomes of a value outside the list.
        old: codes that look like the list used before 2012.
    """

    codes: tuple[tuple[str, str], ...]
    labels: tuple[tuple[str, str], ...] = ()
    unknown: Unknown = Unknown.LEFT_OUT
    old: range = range(0)

    longest: ClassVar[int] = 4000

    @property
    def own(self) -> CodeList:
        """OneFile's list."""
        labels: dict[str, tuple[str, ...]] = {code: (label,) for code, label in self.codes}
        for code, label in self.labels:
            labels[code] = (*labels[code], label)
        return CodeList("onefile", tuple(Code(code, code, named) for code, named in labels.items()))

    def clean(self, texts: pd.Series[str]) -> pd.Series[str]:
        """All ways of writing a code become OneFile's; anything else stays as typed."""
        find = self.own.finder()

        def code_of(text: str) -> str:
            found = find(text)
            return text if found is None else found.written

        return by_distinct(trimmed(texts), code_of)

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
        old = number is not None and int(number[1]) in self.old
        looks = "it looks like the list used before 2012, or like HESA's, and " if old else ""
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
