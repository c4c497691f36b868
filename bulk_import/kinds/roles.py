"""The roles a program may create, by OneFile's ids and by the names that colleges use."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from typing import TYPE_CHECKING

from bulk_import.kinds.kind import ExcelColumn, Kind, Rule, Value, by_distinct, good_or_missing, trimmed

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd


class Role(IntEnum):
    """What an account is for; the numbers are OneFile's (article 76000037051)."""

    LEARNER = 1
    TRAINEE_ASSESSOR = 4
    ASSESSOR = 5
    IQA = 10
    EMPLOYER = 40
    OBSERVER = 45

    @property
    def label(self) -> str:
        """The role as people write it."""
        return "IQA" if self is Role.IQA else self.name.replace("_", " ").title()


# A bare "Trainee" is left out: it means a trainee assessor to some colleges and a learner to others.
_NAMES: Mapping[Role, tuple[str, ...]] = {
    Role.LEARNER: ("learner", "learners", "student", "students", "apprentice", "apprentices"),
    Role.TRAINEE_ASSESSOR: ("traineeassessor", "traineetutor", "assessortrainee"),
    Role.ASSESSOR: ("assessor", "assessors", "tutor", "tutors", "trainer", "coach", "skillscoach", "assessortutor"),
    Role.IQA: ("iqa", "iv", "iviqa", "iqaiv", "internalverifier", "internalqualityassurer"),
    Role.EMPLOYER: ("employer", "employers", "linemanager"),
    Role.OBSERVER: ("observer", "observers"),
}


@cache
def _by_name() -> Mapping[str, Role]:
    return {name: role for role, names in _NAMES.items() for name in (*names, str(int(role)))}


def role_from_text(text: str) -> Role | None:
    """The role that an id or a name means, such as "10", "IV" or "Tutor"; None where it means none for certain."""
    whole = re.sub(r"(?<=[0-9])\.0+$", "", text.strip())
    return _by_name().get("".join(character for character in whole.casefold() if character.isalnum()))


@dataclass(frozen=True, slots=True)
class RoleKind(Kind):
    """A role, by id or by name."""

    def clean(self, texts: pd.Series[str]) -> pd.Series[str]:
        """Names and ids become the role's own label; what is neither stays as typed."""
        return by_distinct(trimmed(texts), _label)

    def rules(self) -> Mapping[str, Rule]:
        """A role must be one of the six."""
        labels = [role.label for role in Role]
        return {"role-unknown": lambda texts: good_or_missing(texts.isin(labels), texts)}

    def parse(self, text: str) -> Value:
        """The role; ValueError for a text that is none."""
        role = role_from_text(text)
        if role is None:
            raise ValueError("not a role")
        return role

    def show(self, value: Value) -> str:
        """The role's label."""
        return _role(value).label

    def to_api(self, value: Value) -> int:
        """The role's id."""
        return int(_role(value))

    def excel(self) -> ExcelColumn:
        """A drop-down of the six labels."""
        return ExcelColumn(choices=tuple(role.label for role in Role))


def _role(value: Value) -> Role:
    if not isinstance(value, int):
        raise TypeError("a role is one of OneFile's ids")
    return Role(value)


def _label(text: str) -> str:
    role = role_from_text(text)
    return text if role is None else role.label
