"""A report that can be sent to a vendor or put on a ticket: tokens instead of people, shapes instead of values.

It is made of the report itself, so every form of a report can be made of it, and whatever is added to those forms
later shows no more than is left here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from types import MappingProxyType
from typing import TYPE_CHECKING

from bulk_import.catalogue import fields_for_heading, without_column
from bulk_import.columns import Columns
from bulk_import.journal import keyed_token
from bulk_import.read import Heading

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

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

_QUOTED = re.compile("“([^”]*)”")
_LISTED = re.compile(r"\(id (\d+)(?:, MIS value ([^,)]*))?")
_USER_IDS = re.compile(r"\b(user ids? )(\d+(?:(?:, | and )\d+)*)")
_MAPPED = re.compile('--map "(.*)=')
_LONG_NUMBER = re.compile(r"(?<![A-Za-z\d])(?<!row )\d{5,}")


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

    Rows keep their numbers, statuses and findings; cells are reduced to a token for the person; what a finding quotes
    becomes its shape. Notices, leavers and who ran it are left out, for they may name people or folders.

    Args:
        report: of one run.
        secret: the site's own, without which no token can be made or checked.
    """
    cover = _Cover(secret, _names(report))
    sources = tuple(_source(source, number, cover) for number, source in enumerate(report.sources, start=1))
    findings = tuple(_finding(finding, report.label(0), cover) for finding in report.findings)
    return replace(report, sources=sources, findings=findings, notices=(SHARED,), by="", leavers=())


@dataclass(frozen=True, slots=True)
class _Cover:
    """What stands in the place of people, and of files: the name of each → the one that is told."""

    secret: bytes
    files: Mapping[str, str]

    def token(self, *parts: object) -> str:
        return keyed_token(self.secret, "shared report", *parts)[:TOKEN_LETTERS]

    def detail(self, detail: str) -> str:
        """The part of a sentence that is particular, without names of files, people and unknown headings, and ids."""
        for name, told in self.files.items():
            detail = detail.replace(name, told)
        detail = _QUOTED.sub(lambda found: f"“{_heading(found[1])}”", detail)
        detail = _LISTED.sub(self._listed, _USER_IDS.sub(self._accounts, detail))
        return _LONG_NUMBER.sub(lambda found: shape(found[0]), detail)

    def _accounts(self, found: re.Match[str]) -> str:
        return found[1] + re.sub(r"\d+", lambda number: f"account {self.token('account', number[0])}", found[2])

    def _listed(self, found: re.Match[str]) -> str:
        """An entry of one of the centre's lists."""
        reference = "" if found[2] is None else f", MIS value {shape(found[2])}"
        return f"(entry {self.token('entry', found[1])}{reference}"


def _names(report: Report) -> dict[str, str]:
    """Every name that a file of the run goes by, with its sheet first."""
    names: dict[str, str] = {}
    for number, source in enumerate(report.sources, start=1):
        known, told = source.checked.table.source, _told(source, number)
        names |= {f"{known.name} ({known.sheet})": told} if known.sheet else {}
        names.setdefault(known.name, told)
    return dict(sorted(names.items(), key=lambda pair: -len(pair[0])))


def _told(source: SourceReport, number: int) -> str:
    return f"file {number}{PurePath(source.checked.table.source.name).suffix.lower()}"


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


def _source(source: SourceReport, number: int, cover: _Cover) -> SourceReport:
    name = _told(source, number)
    fates = {row: _fate(fate, name, cover) for row, fate in source.fates.items()}
    return replace(source, checked=_checked(source.checked, name, cover), fates=MappingProxyType(fates))


def _fate(fate: RowFate, name: str, cover: _Cover) -> RowFate:
    findings = tuple(_finding(finding, name, cover) for finding in fate.findings)
    return replace(fate, user_id=None, findings=findings, differences=())


def _checked(checked: Checked, name: str, cover: _Cover) -> Checked:
    return replace(
        checked,
        table=_table(checked, name, cover),
        columns=_PERSON_ALONE,
        findings=tuple(_finding(finding, name, cover) for finding in checked.findings),
        usable=checked.usable.iloc[:, :0],
    )


def _table(checked: Checked, name: str, cover: _Cover) -> Table:
    """One column, with a token for the person of each row."""
    import pandas as pd  # noqa: PLC0415 - heavy
    from numpy import uint8, zeros  # noqa: PLC0415 - heavy

    table = checked.table
    people = [f"person {cover.token(*parts)}" for parts in _people(checked)]
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


def _finding(finding: Finding, name: str, cover: _Cover) -> Finding:
    place = finding.place
    return replace(
        finding,
        place=replace(place, file=name, sheet=None if place.sheet is None else "(sheet)"),
        heading=None if finding.heading is None else _heading(finding.heading),
        value=None if finding.value is None else shape(finding.value),
        detail=cover.detail(finding.detail),
        remedies=tuple(_MAPPED.sub(_mapped, remedy) for remedy in finding.remedies),
    )


def _heading(text: str) -> str:
    """A heading that many systems have is nobody's data; any other may be a name, where a file has no headings."""
    return text if fields_for_heading(text) else shape(text)


def _mapped(option: re.Match[str]) -> str:
    return f'--map "{_heading(without_column(option[1]))}='
