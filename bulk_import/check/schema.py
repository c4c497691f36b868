"""One pandera schema for each role, made from the catalogue.

Kept to what was measured: all columns are text and nullable, required is a check that sees missing cells, each check
keeps a single failure case, and cells are located by the mask that a check gives, never by its failure cases.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from bulk_import.catalogue import FIELDS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    import pandas as pd
    import pandera.pandas as pa
    from pandera.errors import SchemaError

    from bulk_import.catalogue import Role
    from bulk_import.kinds import DateOrder, Rule

REQUIRED = "required"
NOT_FOR_ROLE = "not-for-role"


class CheckBrokenError(RuntimeError):
    """A rule gave no answer for each row: a mistake in this program, which must not pass for clean data."""


def broken_cells(
    frame: pd.DataFrame, role: Role, order: DateOrder, today: date
) -> Iterator[tuple[str, str, pd.Series[bool]]]:
    """Judges the cells of one role's rows.

    Args:
        frame: cleaned texts, a column for each field at hand and for each that the role requires; unique index.
        role: of all the rows.
        order: how text dates are to be read.
        today: the day by which two-digit years are told.

    Yields:
        API name, finding code, and a mask that is True where the rule is broken; a field's rules in their order.

    Raises:
        CheckBrokenError: a rule gave no mask.
    """
    from pandera.errors import SchemaErrors  # noqa: PLC0415 - heavy

    names = tuple(str(name) for name in frame.columns)
    try:
        _schema(role, names, order, today).validate(frame, lazy=True, inplace=True)
    except SchemaErrors as caught:
        masks = dict(_mask(error) for error in caught.schema_errors)
    else:
        return
    for name in names:
        for code in _rules(name, role, order, today):
            if (name, code) in masks:
                yield name, code, ~masks[name, code]


def _mask(error: SchemaError) -> tuple[tuple[str, str], pd.Series[bool]]:
    check, name, mask = error.check, getattr(error.schema, "name", None), error.check_output
    code = getattr(check, "name", None)
    if not isinstance(name, str) or not isinstance(code, str) or mask is None:
        # The error's own text is left out: it may quote cells.
        raise CheckBrokenError(f"the rule {code or error.reason_code} of {name} gave no answer")
    return (name, code), mask.astype(bool)


@lru_cache(maxsize=64)
def _schema(role: Role, names: tuple[str, ...], order: DateOrder, today: date) -> pa.DataFrameSchema:
    import pandera.pandas as pa  # noqa: PLC0415 - heavy

    def column(name: str) -> pa.Column:
        rules = _rules(name, role, order, today)
        checks = [
            pa.Check(rule, name=code, ignore_na=code != REQUIRED, n_failure_cases=1) for code, rule in rules.items()
        ]
        return pa.Column(None, checks, nullable=True, required=True)

    return pa.DataFrameSchema({name: column(name) for name in names})


def _rules(name: str, role: Role, order: DateOrder, today: date) -> dict[str, Rule]:
    field = FIELDS[name]
    if role not in field.accepted_for:
        return {NOT_FOR_ROLE: _is_missing}
    required: dict[str, Rule] = {REQUIRED: _is_there} if role in field.required_for else {}
    return required | dict(field.kind.reading(order, today).rules())


def _is_missing(texts: pd.Series[str]) -> pd.Series[bool]:
    return texts.isna()


def _is_there(texts: pd.Series[str]) -> pd.Series[bool]:
    return texts.notna()
