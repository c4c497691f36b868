"""The cells of a table on their way through the stages of a check."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bulk_import.catalogue import FIELDS, Role
from bulk_import.findings import all_sentences
from bulk_import.kinds.kind import trimmed
from bulk_import.rules import Breach

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas as pd

    from bulk_import.kinds import Kind
    from bulk_import.read.table import Table

# Excel's own words for a formula that failed, as they stand in a CSV that was saved from such a sheet.
ERROR_TEXTS: Final = (
    *("#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!", "#CALC!"),
    *("#GETTING_DATA", "#FIELD!", "#BLOCKED!", "#CONNECT!", "#UNKNOWN!", "#BUSY!"),
)


def unusable(kind: Kind, code: str) -> bool:
    """Whether a value with this finding is never sent, whatever the finding weighs."""
    return all_sentences()[code].left_out or (code in kind.rules() and not kind.sends(code))


EVERYBODY = frozenset(Role)
NO_ROLE = 0
SHUT = -1
"""Instead of a role's id: of rows of which reading found that their cells cannot be trusted."""


def takers(name: str, live: pd.Series[int]) -> pd.Series[bool]:
    """The rows whose role takes a field; rows without a known role take what every role takes."""
    accepted = FIELDS[name].accepted_for
    return live.isin([int(role) for role in accepted] + [NO_ROLE] * (accepted == EVERYBODY))


def first_filled(table: Table, positions: Sequence[int]) -> pd.Series[str]:
    """For each row the text of the first of several columns that has one."""
    texts = trimmed(table.frame.iloc[:, positions[0]])
    for position in positions[1:]:
        texts = texts.where(texts.notna(), trimmed(table.frame.iloc[:, position]))
    return texts


class Cells:
    """The texts of each field at hand, and which of them a finding has made unusable.

    Attributes:
        index: the row numbers.
        texts: API name → cleaned texts.
        names: API name → cleaned names that stand beside an id, missing where either is.
        breaches: rules broken so far.
        cleared: API name → the cells that empty the field.
    """

    def __init__(self, index: pd.Index[int], kind_of: Callable[[str], Kind]) -> None:
        self.index = index
        self._kind_of = kind_of
        self.texts: dict[str, pd.Series[str]] = {}
        self.names: dict[str, pd.Series[str]] = {}
        self.breaches: list[Breach] = []
        self.cleared: dict[str, pd.Series[bool]] = {}
        self._taken: dict[str, pd.Series[bool]] = {}

    def taken(self, name: str) -> pd.Series[bool]:
        """The cells of a field that are unusable already, and of which nothing more is said."""
        return self._taken[name] if name in self._taken else self.nowhere()

    def nowhere(self) -> pd.Series[bool]:
        """False for each row."""
        import pandas as pd  # noqa: PLC0415 - heavy

        return pd.Series(data=False, index=self.index)

    def empty(self) -> pd.Series[str]:
        """A column without any text."""
        import pandas as pd  # noqa: PLC0415 - heavy

        return pd.Series(pd.NA, index=self.index, dtype="str")

    def blame(self, code: str, name: str, broken: pd.Series[bool], explain: Callable[[str], str] | str = "") -> None:
        """Takes down that cells break a rule, except those that are unusable already.

        Args:
            code: the finding code.
            name: the field.
            broken: True where the rule is broken; its index is the table's or a part of it.
            explain: the detail, or what makes it of a cell's text.
        """
        if not broken.any():
            return
        rows = broken.index[broken & ~self.taken(name).loc[broken.index]]
        if not len(rows):
            return
        details = explain if isinstance(explain, str) else _each(self.texts[name].loc[rows], explain)
        self.take(Breach(code, name, rows.tolist(), details))

    def take(self, breach: Breach) -> None:
        """Takes down a broken rule, and that its cells are unusable where the rule makes them so."""
        self.breaches.append(breach)
        if unusable(self._kind_of(breach.field), breach.code):
            taken = self.taken(breach.field).copy()
            taken.loc[list(breach.rows)] = True
            self._taken[breach.field] = taken

    def say_nothing_of(self, rows: Sequence[int]) -> None:
        """Takes back what was said of rows whose cells stand in the wrong columns."""
        unwanted = frozenset(rows)
        if unwanted:
            kept = [
                (breach, [at for at, row in enumerate(breach.rows) if row not in unwanted]) for breach in self.breaches
            ]
            self.breaches = [
                Breach(
                    breach.code, breach.field, [breach.rows[at] for at in places], [breach.detail(at) for at in places]
                )
                for breach, places in kept
                if places
            ]

    def clear(self, name: str, cells: pd.Series[bool]) -> None:
        """Takes down that cells empty a field: they hold no value, and no default fills them."""
        self.cleared[name] = cells
        self._taken[name] = self.taken(name) | cells

    def usable(self, live: pd.Series[int]) -> pd.DataFrame:
        """The texts that can be sent: missing where a finding made them unusable or the row's role takes none.

        Rows without a known role keep what every role takes, so that it can be told who stands in them.
        """
        import pandas as pd  # noqa: PLC0415 - heavy

        usable = {}
        for name in (name for name in FIELDS if name in self.texts):
            lost = self.taken(name) | ~takers(name, live)
            usable[name] = self.texts[name].mask(lost) if lost.any() else self.texts[name]
        return pd.DataFrame(usable, index=self.index, copy=False)


def _each(texts: pd.Series[str], explain: Callable[[str], str]) -> list[str]:
    known = {text: explain(text) for text in texts.dropna().unique()}
    return [known.get(text, "") for text in texts.tolist()]
