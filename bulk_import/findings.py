"""What can be wrong with data: where it stands, and the sentences that say so.

A finding is a value with an address. Its severity and its two sentences (what is wrong, what to do) are looked up
under its code, so that all of them can be read, and reviewed, in one place: `sentences.toml` beside this module.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from importlib import resources
from string import Formatter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Severity(StrEnum):
    """How much a finding weighs."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@lru_cache(maxsize=32_768)
def column_letters(column: int) -> str:
    """The letters Excel shows above a column: 1 → "A", 27 → "AA".

    Args:
        column: counted from 1.
    """
    letters = ""
    while column > 0:
        column, remainder = divmod(column - 1, 26)
        letters = chr(ord("A") + remainder) + letters
    return letters


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a source something stands.

    Attributes:
        file: the source's name as the user gave it.
        sheet: the sheet's name, None for a CSV.
        row: the number Excel shows beside the row, None for the file or sheet as a whole.
        column: the column counted from 1 (A = 1), None for the row as a whole.
    """

    file: str
    sheet: str | None = None
    row: int | None = None
    column: int | None = None

    @property
    def address(self) -> str | None:
        """The cell as Excel names it, such as "H7"; None unless both row and column are known."""
        if self.row is None or self.column is None:
            return None
        return f"{column_letters(self.column)}{self.row}"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to know about a cell, a row or a file.

    Attributes:
        code: its identity: the check's name, the key of its sentences, the filter in the report.
        place: where it stands.
        field: the API's name of the field concerned.
        heading: the column's heading as it stands in the file.
        value: what the user typed, exactly as it stands in the file; None where showing it is not allowed.
        detail: the part of the sentence that is particular to this case, never personal data.
        certain: its severity where no setting may change it: a bad value in a mandatory field stays an error.
        remedies: options of the command that would settle it, each as it is typed and what it does.
    """

    code: str
    place: Place
    field: str | None = None
    heading: str | None = None
    value: str | None = None
    detail: str = ""
    certain: Severity | None = None
    remedies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sentences:
    """What is said under a code.

    Attributes:
        code: the finding code.
        severity: unless the settings say otherwise.
        scope: "file" or "row".
        left_out: whether the value is left out of what is sent when the finding is no error.
        message: one sentence with places `{field}`, `{heading}`, `{named}`, `{value}`, `{detail}`, `{remedies}`,
            `{mapped}` and `{one_value}` (options that tie a column to the field, or give it one value), and `{file}`,
            `{source}` (the file and its sheet) and `{where}` for what concerns a file; `located` says where a row's is.
        fix: one sentence that says what to do next.
        own_fix: the same for fields that are each person's own (`OWN_FIELDS`), empty where it is no other.
        cause: how it usually comes about, for the error reference.
        example: an invented value that brings it about, for the error reference.
    """

    code: str
    severity: Severity
    scope: str
    left_out: bool
    message: str
    fix: str
    own_fix: str
    cause: str
    example: str


@cache
def all_sentences() -> Mapping[str, Sentences]:
    """Every finding code with its sentences, in the order of the file."""
    text = resources.files("bulk_import").joinpath("sentences.toml").read_text(encoding="utf-8")
    return {
        code: Sentences(
            code=code,
            severity=Severity(entry["severity"]),
            scope=entry["scope"],
            left_out=entry.get("left_out", False),
            message=entry["message"],
            fix=entry["fix"],
            own_fix=entry.get("own_fix", ""),
            cause=entry["cause"],
            example=entry["example"],
        )
        for code, entry in tomllib.loads(text).items()
    }


def severity(finding: Finding, chosen: Mapping[str, Severity] | None = None) -> Severity:
    """How much a finding weighs; `chosen` (finding code → severity) is what the settings say.

    A mandatory value that is missing, or a role that is not known, stays an error whatever the settings say.
    """
    if finding.certain is not None:
        return finding.certain
    usual = all_sentences()[finding.code].severity
    if finding.code in ALWAYS_ERRORS or chosen is None:
        return usual
    return chosen.get(finding.code, usual)


OWN_FIELDS = frozenset({"FirstName", "LastName", "Email"})
"""Fields of which no value could serve for all rows."""

ALWAYS_ERRORS = frozenset({"required", "role-unknown", "refused", "refused-before", "unresolved"})


def _where(finding: Finding) -> str:
    place = finding.place
    match place.row, place.column:
        case int(row), int(column):
            return f"column {column_letters(column)}, row {row}"
        case int(row), None:
            return f"row {row}"
        case None, int(column):
            return f"column {column_letters(column)}" + (f" of sheet “{place.sheet}”" if place.sheet else "")
        case _:
            return _source(finding)


def _source(finding: Finding) -> str:
    """The file and, where it has sheets, which of them: several sheets of one file may be read in one run."""
    place = finding.place
    return place.file if place.sheet is None else f"{place.file} (sheet “{place.sheet}”)"


def _named(finding: Finding) -> str:
    """A field in the user's words and in OneFile's: “Group Code” (ClassroomID)."""
    if finding.heading and finding.field and finding.heading.strip() != finding.field:
        return f"“{finding.heading.strip()}” ({finding.field})"
    return finding.field or finding.heading or ""


@cache
def _pieces(sentence: str) -> tuple[str, tuple[Callable[[Finding], str], ...]]:
    """A sentence as a pattern for the operator %, and what makes the texts of its places.

    A run may fill sentences a million times, so a place costs only where it stands.
    """
    parsed = [(text.replace("%", "%%"), place) for text, place, _, _ in Formatter().parse(sentence)]
    pattern = "".join(text if place is None else f"{text}%s" for text, place in parsed)
    return pattern, tuple(_PLACES[place] for _, place in parsed if place is not None)


_ONE_VALUE = {
    "Role": "--role Learner (or another role)",
    "OrganisationID": '--set "OrganisationID=1" (with your centre\'s number in place of the 1)',
}
_PLACES: Mapping[str, Callable[[Finding], str]] = {
    "field": lambda finding: finding.field or "",
    "heading": lambda finding: finding.heading or finding.field or "",
    "named": _named,
    "value": lambda finding: "the value" if finding.value is None else f"“{finding.value}”",
    "where": _where,
    "detail": lambda finding: finding.detail,
    "remedies": lambda finding: " or ".join(finding.remedies),
    "mapped": lambda finding: " or ".join(finding.remedies) or f'--map "HEADING={finding.field}"',
    "one_value": lambda finding: _ONE_VALUE.get(finding.field or "", f'--set "{finding.field}=VALUE"'),
    "file": lambda finding: finding.place.file,
    "source": _source,
}
"""What stands in a place of a sentence."""


def _filled(sentence: str, finding: Finding) -> str:
    pattern, places = _pieces(sentence)
    return pattern % tuple([text_of(finding) for text_of in places])


def _begun(sentence: str, pattern: str) -> str:
    # a file's name stays as it is: elsewhere than on Windows another case is another file
    return sentence if pattern.startswith(("{file}", "{source}")) else sentence[:1].upper() + sentence[1:]


def message(finding: Finding) -> str:
    """What is wrong, in one sentence, for whoever sees its place beside it."""
    pattern = all_sentences()[finding.code].message
    return _begun(_filled(pattern, finding), pattern)


_MID_SENTENCE = ("The ", "This ", "There ", "Several ", "It ")


def located(finding: Finding) -> str:
    """What is wrong and where, in one sentence that stands by itself: “Column H, row 7: the ULN … fails …”."""
    if finding.place.row is None:
        return message(finding)
    sentence = _filled(all_sentences()[finding.code].message, finding)
    if sentence.startswith(_MID_SENTENCE):
        sentence = sentence[:1].lower() + sentence[1:]
    where = _where(finding)
    return f"{where[:1].upper()}{where[1:]}: {sentence}"


def fix(finding: Finding) -> str:
    """What to do next, in one sentence."""
    sentences = all_sentences()[finding.code]
    own = sentences.own_fix if finding.field in OWN_FIELDS else ""
    pattern = own or sentences.fix
    return _begun(_filled(pattern, finding), pattern)


def shortened(text: str, longest: int) -> str:
    """A text of no more than so many characters, with a sign at its end where some are left out."""
    return text if len(text) <= longest else f"{text[: longest - 2].rstrip()} …"
