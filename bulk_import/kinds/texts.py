"""Cells of text: names, addresses, e-mail addresses, the centre's own references."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

from bulk_import.kinds.kind import SPACES, ExcelColumn, Kind, Rule, characters, good_or_missing, length_rule, trimmed
from bulk_import.kinds.numbers import FLOATS_AMONG_TEXTS, whole_numbers

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

USUAL_NAME = 50
USUAL_MISID = 100
USUAL_EMAIL = 100
LONGEST_EMAIL = 254
LONGEST_ADDRESS = 2000

_UNUSUAL_IN_NAMES = {"digits": "[0-9]", "a tab": "\t", "a line break": "[\r\n]", "“|”": r"\|", "double quotes": '"'}
# Curly quotes are what Word and Excel make of straight ones, joiners show nothing; no mailbox has them.
_NOT_IN_EMAIL = rf'{SPACES}@,;:<>()\[\]"‘’“”' "\u200c\u200d"
_EMAIL = rf"[^{_NOT_IN_EMAIL}]+@[^{_NOT_IN_EMAIL}.]+(?:\.[^{_NOT_IN_EMAIL}.]+)+"
_SCIENTIFIC = r"[0-9](?:[.,][0-9]+)?E\+[0-9]+"


@dataclass(frozen=True, slots=True)
class Text(Kind):
    """Any text."""

    hurt_by_dates: ClassVar[bool] = True

    def excel(self) -> ExcelColumn:
        """Text, a little wider."""
        return ExcelColumn(width=24)


# The ILR's rule Postcode_15, and what people mean for a postcode and does not keep to it.
_POSTCODE = f"[A-Z]{{1,2}}[0-9][0-9A-Z]?[{SPACES}][0-9][ABD-HJLNP-UWXYZ]{{2}}"
_LIKE_POSTCODE = (
    f"(?i:[A-Z]{{1,2}}[0-9OI][0-9A-Z]?[{SPACES}]*[0-9OI][A-Z]{{2}}|GIR[{SPACES}]*0AA|BFPO[{SPACES}]*[0-9]{{1,4}})"
)
_COUNTRIES = r"UK|U\.K\.|GB|England|Scotland|Wales|Northern Ireland|United Kingdom|Great Britain"
_AT_THE_END = f"(?i:[{SPACES},.]*(?:{_COUNTRIES}))?[{SPACES},.]*$"
_ENDS_WELL = f"(?:^|[^A-Za-z0-9]){_POSTCODE}{_AT_THE_END}"
_ENDS_ALIKE = f"(?:^|[^A-Za-z0-9]){_LIKE_POSTCODE}{_AT_THE_END}"
_ENDING = re.compile(f"(?:^|[^A-Za-z0-9])({_LIKE_POSTCODE}){_AT_THE_END}")


@dataclass(frozen=True, slots=True)
class Address(Text):
    """A postal address of several lines; the postcode at its end, if it has one, by the ILR's rule as advice."""

    longest: ClassVar[int] = LONGEST_ADDRESS
    advice: ClassVar[frozenset[str]] = frozenset({"postcode-format"})

    def rules(self) -> Mapping[str, Rule]:
        """Length, and the form of a postcode at the end."""
        return {**length_rule(self.longest), "postcode-format": _postcode_is_good}

    def explain(self, code: str, text: str) -> str:
        """What is wrong with the postcode, without showing it."""
        return _postcode_problem(text) if code == "postcode-format" else Text.explain(self, code, text)

    def excel(self) -> ExcelColumn:
        """Text, wide."""
        return ExcelColumn(width=40)


def _postcode_is_good(texts: pd.Series[str]) -> pd.Series[bool]:
    alike = texts.str.contains(_ENDS_ALIKE, regex=True, na=False)
    return ~alike | texts.str.contains(_ENDS_WELL, regex=True, na=False)


def _postcode_problem(text: str) -> str:
    match = _ENDING.search(text)
    postcode = match[1] if match else ""
    inward = postcode[-3:].upper()
    if postcode.upper().startswith(("GIR", "BFPO")):
        return "the ILR does not take codes of this kind"
    if "O" in inward[:1] or "I" in inward[:1] or not re.fullmatch("[A-Z]{1,2}[0-9].*", postcode.upper(), re.DOTALL):
        return "it has a letter where a digit belongs"
    if re.search("[CIKMOV]", inward[1:]):
        return "it ends with letters that postcodes do not end with"
    if not re.search(rf"[{SPACES}]", postcode):
        return "it has no space"
    if postcode != postcode.upper():
        return "it has small letters"
    return "it has more than one space"


class Apostrophes(StrEnum):
    """What becomes of the ’ that word processors put for ' into names."""

    AS_TYPED = "as-typed"
    STRAIGHT = "straight"


@dataclass(frozen=True, slots=True)
class Name(Text):
    """A first or last name.

    Digits, tabs, line breaks, pipes and double quotes are what the ILR 2025-26 schema forbids in names; fifty
    characters is what Aptem and Smart Assessor take. OneFile documents neither, so both are advice.
    """

    apostrophes: Apostrophes = Apostrophes.AS_TYPED

    advice: ClassVar[frozenset[str]] = frozenset({"name-characters", "too-long"})

    def clean(self, texts: pd.Series[str]) -> pd.Series[str]:
        """Without outer spaces, and ’ as ' where that is asked for."""
        texts = trimmed(texts)
        return texts if self.apostrophes is Apostrophes.AS_TYPED else texts.str.replace("’", "'", regex=False)

    def rules(self) -> Mapping[str, Rule]:
        """Length, and characters that names do not have."""
        unusual = "|".join(_UNUSUAL_IN_NAMES.values())
        return {
            **length_rule(self.longest),
            "too-long": lambda texts: ~(texts.str.len() > USUAL_NAME),
            "name-characters": lambda texts: ~texts.str.contains(unusual, regex=True, na=False),
        }

    def explain(self, code: str, text: str) -> str:
        """How long it is, or which characters are unusual."""
        if code == "name-characters":
            return ", ".join(what for what, pattern in _UNUSUAL_IN_NAMES.items() if re.search(pattern, text))
        return characters(text)


@dataclass(frozen=True, slots=True)
class Identifier(Text):
    """The centre's own reference for a person, the MISID."""

    advice: ClassVar[frozenset[str]] = frozenset({"too-long"})

    def clean(self, texts: pd.Series[str]) -> pd.Series[str]:
        """101.0 becomes 101."""
        return whole_numbers(trimmed(texts), FLOATS_AMONG_TEXTS)

    def rules(self) -> Mapping[str, Rule]:
        """Length, and what Excel does to long numbers (1.23457E+11)."""
        return {
            **length_rule(self.longest),
            "number-damaged": lambda texts: ~texts.str.fullmatch(_SCIENTIFIC, na=False),
            "too-long": lambda texts: ~(texts.str.len() > USUAL_MISID),
        }

    def explain(self, code: str, text: str) -> str:
        """How long it is, or what happened to it."""
        if code == "number-damaged":
            return "it shows a long number in scientific notation, so its last digits are lost"
        return characters(text)


@dataclass(frozen=True, slots=True)
class Email(Kind):
    """An e-mail address, judged by its structure only and kept as typed; at most 254 characters (RFC 5321).

    Over 100 characters (the ILR's limit) is advice.
    """

    advice: ClassVar[frozenset[str]] = frozenset({"too-long"})
    hurt_by_dates: ClassVar[bool] = True

    def rules(self) -> Mapping[str, Rule]:
        """One @, no spaces, a dot in the domain, no longer than an address may be."""
        return {**length_rule(self.longest), "email-format": _email_is_good, "too-long": _email_is_usual}

    def explain(self, code: str, text: str) -> str:
        """What is wrong with the address, without showing it."""
        return _email_problem(text) if code == "email-format" else characters(text)

    def excel(self) -> ExcelColumn:
        """Text, wide."""
        return ExcelColumn(width=32)


def _email_is_good(texts: pd.Series[str]) -> pd.Series[bool]:
    return good_or_missing(texts.str.fullmatch(_EMAIL, na=False) & (texts.str.len() <= LONGEST_EMAIL), texts)


def _email_is_usual(texts: pd.Series[str]) -> pd.Series[bool]:
    return ~(texts.str.len() > USUAL_EMAIL)


def _email_problem(text: str) -> str:
    if len(text) > LONGEST_EMAIL:
        return f"it has {len(text):,} characters, and {LONGEST_EMAIL} is the most an address can have"
    if text.count("@") > 1:
        return "it has more than one @"
    if "@" not in text:
        return "it has no @"
    if re.search(r"\s", text):
        return "it has a space in it"
    if "." not in text.partition("@")[2]:
        return "it has no dot after the @"
    return "it has a character or an empty part that addresses do not have"
