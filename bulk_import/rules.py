"""What spans several cells of a row, or several rows. Each rule works on whole columns and gives breaches."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from bulk_import.catalogue import FIELDS, Role
from bulk_import.folding import folded
from bulk_import.kinds import Date
from bulk_import.kinds.kind import SPACES, by_distinct

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pandas as pd

OLDEST = 115
USUAL_AGES = range(13, 101)
POSSIBLE_AGES = range(5, 111)
"""When the learner starts; any other is a slip of the keyboard. Our own rule: the ILR has none below 115."""
NO_DIFFICULTY = "2"
NOTHING_NAMED = ("98", "99")

PERSON = ["organisation", "role", "key"]
"""What makes one person: accounts are looked for within an organisation and role."""

# Minimum planned duration of an apprenticeship in days, first and last day counted (ILR rules DateOfBirth_46, _57).
DURATIONS = ((date(2025, 8, 1), 242), (date(2016, 8, 1), 365))


@dataclass(frozen=True, slots=True)
class Breach:
    """One rule broken in one column.

    Attributes:
        code: the finding code.
        field: the API's name of the field.
        rows: row numbers, ascending.
        details: one for all rows, or one for each.
    """

    code: str
    field: str
    rows: Sequence[int]
    details: str | Sequence[str] = ""

    def detail(self, place: int) -> str:
        """The detail of the row at a place in `rows`."""
        return self.details if isinstance(self.details, str) else self.details[place]


@dataclass(frozen=True, slots=True, eq=False)
class People:
    """The rows of one source as far as they can be used.

    Attributes:
        file: the source's name.
        sheet: its sheet, None for a CSV.
        texts: cleaned, a column for each field at hand; missing where empty, unusable or not for the role.
        roles: the role's id of each row, 0 where unknown.
        days: the values of the date fields.
    """

    file: str
    sheet: str | None
    texts: pd.DataFrame
    roles: pd.Series[int]
    days: Mapping[str, pd.Series[pd.Timestamp]]


def days_of(texts: pd.DataFrame, kinds: Mapping[str, Date]) -> Mapping[str, pd.Series[pd.Timestamp]]:
    """The days of each date field at hand."""
    return {name: kind.read(texts[name]) for name, kind in kinds.items() if name in texts.columns}


def across_cells(people: People, *, today: date) -> Iterator[Breach]:
    """What two cells of a row say together, and what a date says about today.

    Args:
        people: what is usable of a source.
        today: the day that ages are counted to.
    """
    yield from _dates_of_birth(people, today)
    yield from _date_order(people)
    yield from _durations(people)
    yield from _difficulties(people)


def _day(people: People, name: str) -> pd.Series[pd.Timestamp]:
    import pandas as pd  # noqa: PLC0415 - heavy

    if name in people.days:
        return people.days[name]
    return pd.Series(pd.NaT, index=people.texts.index, dtype="datetime64[s]")


def _breach(code: str, field: str, broken: pd.Series[bool], details: pd.Series[str] | str = "") -> Iterator[Breach]:
    if broken.any():
        listed = details if isinstance(details, str) else details[broken].tolist()
        yield Breach(code, field, broken.index[broken].tolist(), listed)


def _dates_of_birth(people: People, today: date) -> Iterator[Breach]:
    """Of learners only (ILR rules DateOfBirth_04, _27, LearnStartDate_05): the ILR knows no others.

    Of two dates that contradict each other either may be the wrong one, so both are blamed.
    """
    import pandas as pd  # noqa: PLC0415 - heavy

    if "DOB" not in people.days:
        return
    born = people.days["DOB"].where(people.roles == Role.LEARNER)
    age = _ages(born, pd.Series(pd.Timestamp(today), index=born.index))
    at_start = _ages(born, _day(people, "StartOn").fillna(pd.Timestamp(today)))
    future = age < 0
    old = age >= OLDEST
    unborn = (born >= _day(people, "StartOn")) & ~future
    yield from _breach("dob-implausible", "DOB", future, "it is in the future")
    yield from _breach("dob-implausible", "DOB", old, f"it makes the person {OLDEST} or older")
    yield from _breach("dob-implausible", "DOB", unborn & ~old, "it is not before the start date")
    yield from _breach("date-order", "StartOn", unborn & ~old, "it is not after the date of birth")
    infant, ancient = at_start < POSSIBLE_AGES.start, at_start >= POSSIBLE_AGES.stop
    possible = ~(future | old | unborn)
    yield from _breach("age-impossible", "DOB", infant & possible, f"the person is under {POSSIBLE_AGES.start} then")
    yield from _breach("age-impossible", "DOB", ancient & possible, f"the person is over {POSSIBLE_AGES.stop - 1} then")
    likely = possible & ~(infant | ancient)
    young, aged = age < USUAL_AGES.start, age >= USUAL_AGES.stop
    yield from _breach("age-unusual", "DOB", young & likely, f"the person is under {USUAL_AGES.start}")
    yield from _breach("age-unusual", "DOB", aged & likely, f"the person is over {USUAL_AGES.stop - 1}")


def _ages(born: pd.Series[pd.Timestamp], on: pd.Series[pd.Timestamp]) -> pd.Series[int]:
    """Ages in whole years on a day; below 0 for the future, NaN where missing."""
    coming = (born.dt.month * 100 + born.dt.day) > (on.dt.month * 100 + on.dt.day)
    return on.dt.year - born.dt.year - coming


def _date_order(people: People) -> Iterator[Breach]:
    """The planned end is not before the start (ILR rule LearnPlanEndDate_02); the same day is allowed.

    It cannot be told which of the two is wrong, so both are blamed.
    """
    early = _day(people, "PlannedEndDate") < _day(people, "StartOn")
    yield from _breach("date-order", "StartOn", early, "it is after the planned end")
    yield from _breach("date-order", "PlannedEndDate", early, "it is before the start date")


def _durations(people: People) -> Iterator[Breach]:
    import pandas as pd  # noqa: PLC0415 - heavy

    if not {"PlannedEndDate", "StartOn"} <= people.days.keys():
        return
    start, end = people.days["StartOn"], people.days["PlannedEndDate"]
    days = (end - start).dt.days + 1
    minimum = days * 0
    for since, least in reversed(DURATIONS):
        minimum = minimum.mask(start >= pd.Timestamp(since), least)
    short = (end >= start) & (days < minimum) & (people.roles == Role.LEARNER)
    if short.any():
        counted = days[short].map(lambda count: f"{count:.0f} day" if count == 1 else f"{count:.0f} days")
        yield Breach("duration-short", "PlannedEndDate", counted.index.tolist(), counted.tolist())


def _difficulties(people: People) -> Iterator[Breach]:
    """L14 says there is none, and L15 or L16 names one (ILR rule LLDDHealthProb_04)."""
    if "L14" not in people.texts.columns:
        return
    named = people.roles != people.roles
    for name in ("L15", "L16"):
        if name in people.texts.columns:
            named |= people.texts[name].notna() & ~people.texts[name].isin(NOTHING_NAMED)
    yield from _breach("lldd-contradiction", "L14", (people.texts["L14"] == NO_DIFFICULTY) & named)


def duplicates(sources: Sequence[People]) -> Iterator[tuple[int, Breach]]:
    """Persons that stand in several rows, in one source or in several; the first row of each is left alone.

    One account is one role in one organisation, so the same person may stand once in each.

    Yields:
        The source's position in `sources`, and a breach of its later rows.
    """
    for code, field in (("duplicate-misid", "MISID"), ("duplicate-email", "Email"), ("duplicate-uln", "ULN")):
        keys = _keys(sources, field)
        if keys is not None:
            yield from _repeated(sources, code, field, keys)


def _keys(sources: Sequence[People], field: str) -> pd.DataFrame | None:
    """For each row that has the field: source, row, organisation, role and the text that is compared."""
    import pandas as pd  # noqa: PLC0415 - heavy

    held = []
    for number, people in enumerate(sources):
        if field in people.texts.columns:
            texts = people.texts[field][people.texts[field].notna() & (people.roles > 0)]
            keys = {"role": people.roles[texts.index], "key": _comparable(texts)}
            if "OrganisationID" in people.texts.columns:
                keys["organisation"] = people.texts["OrganisationID"][texts.index].fillna("")
            held.append(pd.DataFrame({"source": number, "row": texts.index, "organisation": "", **keys}))
    return pd.concat(held, ignore_index=True) if held else None


def _comparable(texts: pd.Series[str]) -> pd.Series[str]:
    """Each text folded; plain ASCII, which is nearly all there is, in one go."""
    odd = ~texts.str.isascii() | texts.str.contains(f"  |[{SPACES[1:]}]", regex=True)
    lowered = texts.str.lower()
    if odd.any():
        lowered[odd] = by_distinct(texts[odd], folded)
    return lowered


def _repeated(sources: Sequence[People], code: str, field: str, keys: pd.DataFrame) -> Iterator[tuple[int, Breach]]:
    later = keys.duplicated(PERSON)
    if not later.any():
        return
    several = keys[keys.duplicated(PERSON, keep=False)]
    firsts = several[~later.loc[several.index]].set_index(PERSON)
    for number, mine in keys[later].groupby("source"):
        first = firsts.loc[list(zip(*(mine[name] for name in PERSON), strict=True))]
        details = [
            _row_of(sources, int(source), int(row), int(str(number)))
            for source, row in zip(first["source"], first["row"], strict=True)
        ]
        yield int(str(number)), Breach(code, field, mine["row"].tolist(), details)


def _row_of(sources: Sequence[People], source: int, row: int, asker: int) -> str:
    theirs, ours = sources[source], sources[asker]
    if source == asker:
        return f"row {row}"
    return f"row {row} of {theirs.file if theirs.file != ours.file else theirs.sheet}"


DATE_FIELDS: Mapping[str, Date] = {name: field.kind for name, field in FIELDS.items() if isinstance(field.kind, Date)}
