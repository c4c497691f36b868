"""Tables and people made in memory, as reading would give them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bulk_import.catalogue import FIELDS, Role
from bulk_import.check import Checked, Options, Record, check
from bulk_import.read.table import CellType, Heading, Source, Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bulk_import.findings import Finding
    from bulk_import.kinds import Kind, Value

TODAY = date(2026, 11, 23)
FIRST_ROW = 2


def made_table(
    headings: Sequence[str],
    rows: Sequence[Sequence[str | None]],
    *,
    types: Mapping[tuple[int, int], CellType] | None = None,
    findings: tuple[Finding, ...] = (),
    name: str = "people.csv",
) -> Table:
    """A table with its headings in row 1.

    Args:
        headings: as typed.
        rows: texts, None where empty.
        types: (place of the row, place of the column) → type, where it is not text.
        findings: of reading.
        name: of the file.
    """
    index = pd.RangeIndex(FIRST_ROW, FIRST_ROW + len(rows))
    columns = {at: pd.Series([row[at] for row in rows], index=index, dtype="str") for at in range(len(headings))}
    frame = pd.DataFrame(columns, index=index)
    kinds = np.where(frame.notna().to_numpy(), CellType.TEXT, CellType.EMPTY).astype(np.uint8)
    for place, kind in (types or {}).items():
        kinds[place] = kind
    return Table(
        source=Source(Path(name), name, "0" * 64, None),
        heading_row=1,
        headings=tuple(Heading(text, at + 1) for at, text in enumerate(headings)),
        frame=frame,
        types=kinds,
        blank_rows=(),
        findings=findings,
    )


def person(role: Role, number: int = 1) -> dict[str, str]:
    """A person with every field the role accepts, all good and unlike any other number's."""
    values = {name: field.example for name, field in FIELDS.items() if role in field.accepted_for and name != "Role"}
    values |= {"Role": role.label, "MISID": f"M{number:05}", "Email": f"person{number}@example.com"}
    if role is Role.LEARNER:
        values["ULN"] = valid_uln(number)
    return values


def valid_uln(number: int) -> str:
    """A ULN that passes its check digit; another for each number."""
    base = 100_000_001 + 11 * number
    remainder = sum(int(digit) * weight for digit, weight in zip(str(base), range(10, 1, -1), strict=True)) % 11
    return valid_uln(number + 100_003) if remainder == 0 else f"{base}{10 - remainder}"


def people_table(*people: Mapping[str, str | None], name: str = "people.csv") -> Table:
    """A table with a column for each field that any of the people has, under its API name, in the API's order."""
    headings = [field for field in FIELDS if any(field in one for one in people)]
    return made_table(headings, [[one.get(field) for field in headings] for one in people], name=name)


def checked(
    *people: Mapping[str, str | None],
    role: Role | None = None,
    defaults: Mapping[str, str] | None = None,
) -> Checked:
    """The people, checked."""
    options = Options(today=TODAY, role=role, defaults=defaults or {})
    return check(people_table(*people), source=0, options=options)


def cleaned(kind: Kind, text: str) -> str | None:
    """One text as the kind cleans it; None where nothing is left."""
    clean: object = kind.clean(pd.Series([text], dtype="str")).iloc[0]
    return clean if isinstance(clean, str) else None


def broken(kind: Kind, text: str) -> list[str]:
    """The codes of the rules that one typed text breaks, up to the first that makes it unusable."""
    column = kind.clean(pd.Series([text], dtype="str"))
    codes = []
    for code, rule in kind.rules().items():
        if not rule(column).iloc[0]:
            codes.append(code)
            if not kind.sends(code):
                break
    return codes


def parsed(kind: Kind, text: str) -> Value:
    """The value of one typed, good text."""
    clean = cleaned(kind, text)
    assert clean is not None
    return kind.parse(clean)


def sent(record: Record) -> Mapping[str, Value]:
    """The values of a record."""
    return record.values  # noqa: PD011 - no frame


def told(found: Checked) -> list[tuple[str, str | None, int | None, str | None]]:
    """What was found: code, field, row and address."""
    return [(one.code, one.field, one.place.row, one.place.address) for one in found.findings]


def codes(found: Checked) -> list[str]:
    """The codes of all findings."""
    return [finding.code for finding in found.findings]
