"""The roles a program may create, by OneFile's ids and by the names that colleges use."""

from __future__ import annotations

import difflib
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


# Left out is what means one role to some colleges and another, or none, to others: a bare "Trainee", "Mentor",
# "Manager", "Verifier".
_NAMES: Mapping[Role, tuple[str, ...]] = {
    Role.LEARNER: ("learner", "student", "apprentice"),
    Role.TRAINEE_ASSESSOR: ("traineeassessor", "traineetutor", "assessortrainee"),
    Role.ASSESSOR: (
        *("assessor", "tutor", "trainer", "coach", "lecturer", "teacher"),
        *("skillscoach", "learningcoach", "workbasedassessor", "workbasedtutor", "personaltutor"),
        *("assessortutor", "tutorassessor", "trainerassessor", "assessortrainer", "assessorcoach", "coachassessor"),
    ),
    Role.IQA: (
        *("iqa", "iv", "iviqa", "iqaiv", "leadiqa", "leadiv", "internalverifier", "internalqualityassurer"),
        *("internalverification", "internalqualityassurance", "internalverifieriv", "internalqualityassureriqa"),
    ),
    Role.EMPLOYER: ("employer", "linemanager"),
    Role.OBSERVER: ("observer",),
}


NEAR_ENOUGH = 0.75
LONGEST_COMPARED = 40
# OneFile has these too, and its API makes none of them (articles 76000037051 and 76000033825).
_NOT_MADE = frozenset(
    {
        *("archivedlearner", "eqa", "externalqualityassurer", "centremonitor", "usermanager", "centremanager"),
        *("2", "11", "50", "60", "62", "65"),
    }
)


@cache
def _by_name() -> Mapping[str, Role]:
    plurals = {f"{name}{ending}": role for role, names in _NAMES.items() for name in names for ending in ("s", "es")}
    return plurals | {name: role for role, names in _NAMES.items() for name in (*names, str(int(role)))}


def role_from_text(text: str) -> Role | None:
    """The role that an id, a name or both mean, such as "10", "IV", "Tutors" or "5 - Assessor".

    None where it means none for certain, or where id and name contradict each other.
    """
    whole = re.sub(r"(?<=[0-9])\.0+$", "", text.strip())
    key = "".join(character for character in whole.casefold() if character.isalnum())
    if len(re.findall("[0-9]+", whole)) > 1:
        return None
    parts = re.fullmatch("([0-9]+)([a-z]+)|([a-z]+)([0-9]+)", key)
    if parts is None:
        return _by_name().get(key)
    first, second = (_by_name().get(part) for part in parts.groups() if part)
    return first if first is second else None


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

    def explain(self, code: str, text: str) -> str:
        """Whether OneFile has such a role at all, and which one may be meant."""
        return _problem(text) if code == "role-unknown" else Kind.explain(self, code, text)

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


def _problem(text: str) -> str:
    key = "".join(character for character in text.casefold() if character.isalnum())
    if key in _NOT_MADE:
        return "a role of OneFile's that it lets no program create"
    near = difflib.get_close_matches(key, _by_name(), n=1, cutoff=NEAR_ENOUGH) if len(key) <= LONGEST_COMPARED else []
    # a number that is nearly another one means nothing
    likely = _by_name()[near[0]] if near and key.isalpha() else None
    return "not a role" if likely is None else f"not a role (did you mean {likely.label}?)"
