"""A report that can be sent to a vendor or put on a ticket: tokens instead of people, shapes instead of values.

It is made of the report itself, so every form of a report can be made of it, and whatever is added to those forms
later shows no more than is left here.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path, PurePath
from types import MappingProxyType
from typing import TYPE_CHECKING

from bulk_import.catalogue import fields_for_heading, without_column, without_remark
from bulk_import.columns import Columns
from bulk_import.journal import keyed_token
from bulk_import.read import Heading

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from bulk_import.check import Checked
    from bulk_import.findings import Finding
    from bulk_import.read import Table
    from bulk_import.report.assemble import Report, RowFate, SourceReport

LONGEST_SHAPE = 60
TOKEN_LETTERS = 10
"""Forty bits: enough to tell the people of a college apart."""

SHARED = (
    "Pseudonymised, to be sent to others: people are tokens (the same person has the same one in every report of this "
    "site), values are shapes (A or a for a letter, 9 for a digit); files, sheets and unknown headings are not named."
)

SUFFIXES = frozenset({".csv", ".txt", ".tsv", ".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"})

NOT_TOLD = "(not told in a report to be shared)"

TELLING = frozenset(
    {
        *("column-ambiguous", "hidden-rows", "encoding-guessed", "dates-ambiguous", "dates-mixed"),
        *("codes-translated", "codes-mixed", "code-unknown", "code-untranslated", "guidance-skipped", "totals-skipped"),
        *("cells-tidied", "apostrophe-first", "quotes-curly", "row-ragged", "required", "not-for-role"),
        *("email-format", "date-order-unsure", "date-order", "dob-implausible", "duration-short", "uln-format"),
        *("age-unusual", "age-impossible"),
        *("number-damaged", "nino-format", "nino-prefix", "name-characters", "phone-format", "phone-kind"),
        *("postcode-format", "too-long", "cell-too-long", "reference-archived", "list-unavailable"),
        # of OneFile's own words only those of the vocabulary are left, and a code
        *("update-undocumented", "refused", "refused-before"),
    }
)
"""The codes whose details this program makes of its own words, counts, rows and fields alone.

All others may quote a heading, a value, a file, an entry of a list or an id, so nothing of them is told: no pattern
finds for certain what somebody may have typed.
"""

REFUSED = ("The submit of this file was refused, or would be; why is left out here, for it may name files.",)
_ROW = re.compile(r"row \d+")
_REMEDY = re.compile(r'--map "(.*)=(\w*)"(?: to leave (?:the|that) column out)?', re.DOTALL)


_PERSON_ALONE = Columns(
    field_at=MappingProxyType({"MISID": 0}),
    beside={},
    unknown=(),
    chosen=frozenset(),
    left_out=(),
    doubtful={},
    doubled={},
    helpers={},
    given_by={},
    findings=(),
)


def pseudonymised(report: Report, secret: bytes) -> Report:
    """The report without what tells who anybody is.

    Rows keep their numbers, statuses and findings; cells are reduced to a token for the person; the value of a finding
    becomes its shape, and its detail is told only where it can hold nobody's data. Notices, why a submit is
    refused, leavers, who ran it and with which options are left out, for they may name people or folders.

    Args:
        report: of one run.
        secret: the site's own, without which no token can be made or checked.
    """
    sources = tuple(_source(source, number, secret) for number, source in enumerate(report.sources, start=1))
    findings = tuple(_finding(finding, "the run") for finding in report.findings)
    return replace(
        report,
        sources=sources,
        findings=findings,
        notices=(SHARED,),
        refusal=REFUSED if report.refusal else (),
        by="",
        leavers=(),
        read_with=(),
    )


def _told(source: SourceReport, number: int) -> str:
    suffix = PurePath(source.checked.table.source.name).suffix.lower()
    return f"file {number}{suffix if suffix in SUFFIXES else ''}"


def shape(text: str) -> str:
    """What a text looks like: "Asha-7" becomes "Aaaa-9"."""
    shown = "".join(map(_stand_in, text[:LONGEST_SHAPE]))
    return shown if len(text) <= LONGEST_SHAPE else f"{shown}… ({len(text):,} characters)"


def _stand_in(character: str) -> str:
    if character.isdigit() or character.isnumeric():
        return "9"
    if character.isalpha():
        return "A" if character.isupper() else "a"
    return character if character.isascii() and character.isprintable() else "·"


def _source(source: SourceReport, number: int, secret: bytes) -> SourceReport:
    name = _told(source, number)
    fates = {row: _fate(fate, name) for row, fate in source.fates.items()}
    return replace(source, checked=_checked(source.checked, name, secret), fates=MappingProxyType(fates))


def _fate(fate: RowFate, name: str) -> RowFate:
    findings = tuple(_finding(finding, name) for finding in fate.findings)
    return replace(fate, user_id=None, findings=findings, differences=())


def _checked(checked: Checked, name: str, secret: bytes) -> Checked:
    return replace(
        checked,
        table=_table(checked, name, secret),
        columns=_PERSON_ALONE,
        findings=tuple(_finding(finding, name) for finding in checked.findings),
        usable=checked.usable.iloc[:, :0],
    )


def _table(checked: Checked, name: str, secret: bytes) -> Table:
    """One column, with a token for the person of each row."""
    import pandas as pd  # noqa: PLC0415 - heavy
    from numpy import uint8, zeros  # noqa: PLC0415 - heavy

    table = checked.table
    people = [f"person {_token(secret, parts)}" for parts in _people(checked)]
    frame = pd.DataFrame({0: pd.Series(people, index=table.frame.index, dtype="str")})
    sheet = None if table.source.sheet is None else "(sheet)"
    return replace(
        table,
        source=replace(table.source, path=Path(name), name=name, sheet=sheet),
        headings=(Heading("Person", 1),),
        frame=frame,
        types=zeros((len(frame), 1), dtype=uint8),
        findings=(),
        hidden_columns=frozenset(),
    )


def _token(secret: bytes, parts: tuple[str, ...]) -> str:
    return keyed_token(secret, "shared report", *parts)[:TOKEN_LETTERS]


def _people(checked: Checked) -> Iterator[tuple[str, ...]]:
    """What makes the person of each row: the college's reference, else e-mail and names."""
    named = [_folded(checked, field) for field in ("Email", "FirstName", "LastName")]
    for misid, *parts in zip(_folded(checked, "MISID"), *named, strict=True):
        yield ("MISID", misid) if misid else ("names", *parts)


def _folded(checked: Checked, field: str) -> list[str]:
    position = checked.columns.field_at.get(field)
    frame = checked.table.frame
    if position is None:
        return [""] * len(frame)
    texts: pd.Series[str] = frame.iloc[:, position].fillna("").str.strip().str.casefold()
    return texts.tolist()


def _finding(finding: Finding, name: str) -> Finding:
    place = finding.place
    return replace(
        finding,
        place=replace(place, file=name, sheet=None),  # each sheet is a file of its own name there
        heading=None if finding.heading is None else _heading(finding.heading),
        value=None if finding.value is None else shape(finding.value),
        detail=_detail(finding),
        remedies=tuple(filter(None, map(_remedy, finding.remedies))),
    )


def _heading(text: str) -> str:
    """A heading that many systems have is nobody's data; any other may be a name, where a file has no headings."""
    return without_remark(text) if fields_for_heading(text) else shape(text)


def _detail(finding: Finding) -> str:
    """The part of a sentence that is particular, where it can hold nobody's data."""
    detail = finding.detail
    if finding.code in TELLING or _ROW.fullmatch(detail):
        return detail
    continues = detail[:1] in {":", " "}  # behind a sentence that is whole without it
    return "" if continues or not detail else NOT_TOLD


def _remedy(option: str) -> str:
    """An option with the shape of its heading; "" where it is of another form."""
    typed = _REMEDY.fullmatch(option)
    return "" if typed is None else f'--map "{_heading(without_column(typed[1]))}={option[typed.start(2) :]}'
