"""Cells of digits: ULN, National Insurance number, phone numbers, OneFile's ids."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

from bulk_import.kinds.kind import SPACES, ExcelColumn, Json, Kind, Rule, Value, good_or_missing, length_rule, trimmed

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

ULN_PLACEHOLDERS = ("9999999999", "-2")
LARGEST_ID = 2**31 - 1

FLOATS = r"[0-9]+\.0+"
FLOATS_AMONG_TEXTS = r"(?:0|[1-9][0-9]*)\.0"
"""Where any text will do only what a program writes for a float: “10.00” may be a class's name, “007.0” a reference."""

_SCIENTIFIC = r"[0-9]+(?:[.,][0-9]+)?[eE][+-]?[0-9]+"
_ULN = "[1-9][0-9]{9}"
_NINO = "[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][0-9]{6}[A-D]?"
_NINO_LETTERS = re.compile("[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z].*")
_NINO_ISSUED = "(?:BG|GB|KN|NK|NT|TN|ZZ).*|.*[0-9]"


@dataclass(frozen=True, slots=True)
class Uln(Kind):
    """A Unique Learner Number: ten digits, the first not 0, the last a check digit (DfE WSLP02; ULN_04)."""

    hurt_by_dates: ClassVar[bool] = True

    def clean(self, texts: pd.Series[str]) -> pd.Series[str]:
        """Without any spaces; 9276308686.0 loses its “.0”."""
        return whole_numbers(without_spaces(trimmed(texts)))

    def rules(self) -> Mapping[str, Rule]:
        """Damage by a spreadsheet, the placeholder, the shape, the check digit."""
        return {
            **length_rule(self.longest),
            "number-damaged": lambda texts: ~texts.str.fullmatch(_SCIENTIFIC, na=False),
            "uln-placeholder": lambda texts: ~texts.isin(ULN_PLACEHOLDERS),
            "uln-format": lambda texts: good_or_missing(texts.str.fullmatch(_ULN, na=False), texts),
            "uln-check-digit": check_digit_is_good,
        }

    def explain(self, code: str, text: str) -> str:
        """What is wrong with the shape, or what happened to the number."""
        if code == "number-damaged":
            return "it shows a long number in scientific notation, so its last digits are lost"
        if code != "uln-format":
            return Kind.explain(self, code, text)
        if not re.fullmatch("[0-9]+", text):
            return "it has other characters than digits"
        if len(text) != 10:  # noqa: PLR2004 - a ULN's length
            return f"it has {len(text)} digits, and a ULN has 10"
        return "a ULN does not begin with 0"


def check_digit_is_good(texts: pd.Series[str]) -> pd.Series[bool]:
    """Whether ten digits weighted 10…1 give a remainder of 10 modulo 11 (HESA's form of DfE WSLP02).

    Texts that are not ten digits are good here: the rule `uln-format` speaks of them.
    """
    shaped = texts.str.fullmatch("[0-9]{10}", na=False)
    numbers = texts[shaped].astype("int64").to_numpy()
    total = sum((numbers // 10**place % 10) * (place + 1) for place in range(10))
    good = shaped | ~shaped
    good[shaped] = total % 11 == 10  # noqa: PLR2004 - the rule's own remainder
    return good


@dataclass(frozen=True, slots=True)
class Nino(Kind):
    """A National Insurance number, by the ILR's rule (NINumber_01); HMRC's stricter one (NIM39110) is advice."""

    advice: ClassVar[frozenset[str]] = frozenset({"nino-prefix"})
    hurt_by_dates: ClassVar[bool] = True

    def clean(self, texts: pd.Series[str]) -> pd.Series[str]:
        """Upper-case, without spaces and dashes."""
        texts = without_spaces(trimmed(texts)).str.upper()
        return texts.str.replace("[-\u2010-\u2015]", "", regex=True)

    def rules(self) -> Mapping[str, Rule]:
        """The ILR's shape; then prefixes never issued and a missing suffix."""
        return {
            **length_rule(self.longest),
            "nino-format": lambda texts: good_or_missing(texts.str.fullmatch(_NINO, na=False), texts),
            "nino-prefix": lambda texts: ~texts.str.fullmatch(_NINO_ISSUED, na=False),
        }

    def explain(self, code: str, text: str) -> str:
        """Which part is wrong, without showing any of it."""
        if code == "nino-prefix":
            no_suffix = text[-1:].isdigit()
            return "its last letter is missing" if no_suffix else "it begins with letters that HMRC never issued"
        if code != "nino-format":
            return Kind.explain(self, code, text)
        if re.fullmatch("[A-Z]{2}[0-9]{6}[A-Z]?", text) and not _NINO_LETTERS.fullmatch(text):
            return "its first two letters are never used"
        return "it is not two letters, six digits and a last letter from A to D"


class PhoneLine(StrEnum):
    """Which numbers a phone field is for."""

    MOBILE = "mobile"
    LANDLINE = "landline"


_PHONE_FILLING = "[ ().\\-\u2010-\u2015]"
_LOST_ZERO = "[12378][0-9]{9}"
_PHONE = rf"0[1-9][0-9]{{8,9}}|{_LOST_ZERO}|440?[1-9][0-9]{{9}}|(?:\+|00)440?[1-9][0-9]{{8,9}}"
_FOREIGN_PHONE = r"(?:\+|00)(?:[1-35-9][0-9]{6,14}|4[0-35-9][0-9]{5,13})"
_NATIONAL = r"(?:0|(?:\+|00)?440?)?"
_LANDLINE = rf"{_NATIONAL}(?:[1-3][0-9]{{8,9}})"
_MOBILE = rf"{_NATIONAL}7[0-9]{{8,9}}"


@dataclass(frozen=True, slots=True)
class Phone(Kind):
    """A phone number; a 0 that Excel dropped is put back."""

    line: PhoneLine = PhoneLine.LANDLINE

    advice: ClassVar[frozenset[str]] = frozenset({"phone-zero-restored", "phone-kind"})
    hurt_by_dates: ClassVar[bool] = True

    def clean(self, texts: pd.Series[str]) -> pd.Series[str]:
        """7700900123.0 becomes 7700900123."""
        return whole_numbers(trimmed(texts))

    def rules(self) -> Mapping[str, Rule]:
        """The shape of one number; a lost zero; a mobile number among landlines or the reverse."""
        other = _LANDLINE if self.line is PhoneLine.MOBILE else _MOBILE
        return {
            **length_rule(self.longest),
            "phone-format": _phone_is_good,
            "phone-zero-restored": lambda texts: ~_bare(texts).str.fullmatch(_LOST_ZERO, na=False),
            "phone-kind": lambda texts: ~_bare(texts).str.fullmatch(other, na=False),
        }

    def explain(self, code: str, text: str) -> str:
        """What is wrong with the number, without showing it."""
        if code == "phone-kind":
            return "a landline number" if self.line is PhoneLine.MOBILE else "a mobile number"
        if code == "phone-format":
            return _phone_problem(text)
        return Kind.explain(self, code, text)

    def parse(self, text: str) -> str:
        """The number as typed, apart from a lost 0, a lost + and the (0) after +44."""
        bare = re.sub(_PHONE_FILLING, "", text)
        if re.fullmatch(_LOST_ZERO, bare):
            return "0" + text
        if re.match("[+(]*00", bare):
            text = re.sub(r"^[ (]*0[ ]?0[ ]?", "+", text)
        elif bare.startswith("44"):
            text = "+" + text
        return re.sub(r"^(\+ ?44)[ )]*\(?0\)?[ ]*", r"\1", text) if text.startswith("+") else text


def _bare(texts: pd.Series[str]) -> pd.Series[str]:
    return texts.str.replace(_PHONE_FILLING, "", regex=True)


def _phone_is_good(texts: pd.Series[str]) -> pd.Series[bool]:
    return good_or_missing(_bare(texts).str.fullmatch(f"{_PHONE}|{_FOREIGN_PHONE}", na=False), texts)


def _phone_problem(text: str) -> str:
    digits = sum(character.isdigit() for character in text)
    if re.fullmatch(_SCIENTIFIC, text):
        return "it shows a long number in scientific notation, so its last digits are lost"
    if digits == 0:
        return "it has no digits"
    if digits > 16 or (digits > 11 and re.search("[/;,&]| or ", text)):  # noqa: PLR2004 - longer than any one number
        return "there seem to be several numbers in one cell"
    if re.search("[^0-9 ().+-]", text):
        return "it has other characters than digits"
    return f"it has {digits} digits"


class Zero(StrEnum):
    """Whether an id may be 0, OneFile's “none”."""

    MEANS_NONE = "means none"
    NO_ID = "no id"


@dataclass(frozen=True, slots=True)
class Reference(Kind):
    """OneFile's own id of something: a whole number, without leading zeros (those mark a code of another system)."""

    zero: Zero = Zero.NO_ID

    hurt_by_dates: ClassVar[bool] = True

    def clean(self, texts: pd.Series[str]) -> pd.Series[str]:
        """101.0 becomes 101."""
        return whole_numbers(trimmed(texts))

    def rules(self) -> Mapping[str, Rule]:
        """A whole number that fits 32 bits."""
        return {**length_rule(self.longest), "id-format": self._is_good}

    def _is_good(self, texts: pd.Series[str]) -> pd.Series[bool]:
        shaped = texts.str.fullmatch("[1-9][0-9]{0,9}", na=False)
        fits = (texts.str.len() < len(str(LARGEST_ID))) | (texts <= str(LARGEST_ID))
        good = shaped & fits
        return good_or_missing(good | (texts == "0") if self.zero is Zero.MEANS_NONE else good, texts)

    def parse(self, text: str) -> int:
        """The id."""
        return int(text)

    def to_api(self, value: Value) -> Json:
        """The id, as a number."""
        return int(value) if isinstance(value, (int, str)) else str(value)

    def excel(self) -> ExcelColumn:
        """A whole number."""
        return ExcelColumn(number_format="0", width=14)


def without_spaces(texts: pd.Series[str]) -> pd.Series[str]:
    """Texts without any white space."""
    spaced = texts.str.contains(f"[{SPACES}]", regex=True, na=False)
    return texts.str.replace(f"[{SPACES}]+", "", regex=True) if spaced.any() else texts


def whole_numbers(texts: pd.Series[str], floats: str = FLOATS) -> pd.Series[str]:
    """Texts such as 101.0 as 101; all others unchanged.

    Args:
        texts: a cleaned column.
        floats: what such a text looks like.
    """
    floating = texts.str.fullmatch(floats, na=False)
    return texts.mask(floating, texts.str.replace(r"\.0+$", "", regex=True)) if floating.any() else texts
