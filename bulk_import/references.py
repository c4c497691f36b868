"""From what people typed to what OneFile takes: names, e-mail addresses and MIS values become ids.

    asked(checked) → questions        each text once, for each source, field and organisation
    answer(question, lists, newcomers) → Known | Waits | Wrong
    settle(checked, answers) → checked with values, findings and invalid rows

All of it is pure; `bulk_import.run.lists` fetches the lists. A text means an entry by its id, MIS value, e-mail address
or name, whichever fits, with case, spaces and accents folded; where two entries fit, or an entry and a row of the run,
nothing is decided. Answers can be kept in the journal, because they hold ids and rows, and nobody's name.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from bulk_import.catalogue import FIELDS
from bulk_import.check import reference_keys, with_references
from bulk_import.folding import plainly_folded
from bulk_import.kinds import Awaited, ListedReference
from bulk_import.newcomers import Standing
from bulk_import.plan import row_label
from bulk_import.rules import Breach

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    import pandas as pd

    from bulk_import.check import Checked
    from bulk_import.kinds import Listed, Value
    from bulk_import.lists import CentreList, Entry
    from bulk_import.newcomers import Newcomers

KINDS: Mapping[str, ListedReference] = {
    name: field.kind for name, field in FIELDS.items() if isinstance(field.kind, ListedReference)
}
"""The fields whose cells name an entry of a list."""

UNKNOWN, AMBIGUOUS, UNLISTED = "reference-unknown", "reference-ambiguous", "list-unavailable"
ARCHIVED = "reference-archived"
CONTRADICTION, NAME_UNKNOWN = "reference-contradiction", "reference-name-unknown"
MOST_NEAR = 1_000
"""Unknown texts of a run for which near names are looked for: each takes some thousandths of a second."""
MOST_NAMED = 10
"""Entries, and rows, that a finding names; it says how many more there are."""


class Spot(NamedTuple):
    """Where a text stands for the first time: what an answer goes by.

    Attributes:
        source: counted from 0.
        field: the API's name.
        row: the number that Excel shows.
        beside: whether it stands in a column of names beside the ids.
    """

    source: int
    field: str
    row: int
    beside: bool


@dataclass(frozen=True, slots=True)
class Question:
    """A text to be looked up in a list of an organisation."""

    spot: Spot
    organisation: int
    text: str

    @property
    def listed(self) -> Listed:
        """Which list."""
        return KINDS[self.spot.field].listed


@dataclass(frozen=True, slots=True)
class Known:
    """It means the entry with this id; `archived` where OneFile says so of it."""

    id: int
    archived: bool = False


@dataclass(frozen=True, slots=True)
class Waits:
    """It means somebody whom a row of this run makes."""

    row: Awaited


@dataclass(frozen=True, slots=True)
class Wrong:
    """It means nothing, or not one thing.

    Attributes:
        code: the finding's.
        ids: of the entries it may mean, or whose names are near.
        rows: of the run that it may mean.
        said: these entries in words; known only until the run has ended, since the journal holds no names.
    """

    code: str
    ids: tuple[int, ...] = ()
    rows: tuple[Awaited, ...] = ()
    said: tuple[str, ...] = ()


Answer = Known | Waits | Wrong
Answers = dict[Spot, Answer]


def asked(checked: Sequence[Checked], organisations: Collection[int] | None = None) -> Iterator[Question]:
    """Every text that a list has to be asked about, once for each source, field and organisation.

    Args:
        checked: the sources of the run.
        organisations: those that the customer token reaches; None for all.
    """
    for source in checked:
        for field, beside, keys in _columns(source):
            for row, key in keys.dropna().drop_duplicates().items():
                organisation, _, text = str(key).partition(" ")
                if KINDS[field].names_nothing(text):
                    continue
                if organisations is None or int(organisation) in organisations:
                    yield Question(Spot(source.source, field, int(str(row)), beside), int(organisation), text)


def _columns(source: Checked) -> Iterator[tuple[str, bool, pd.Series[str]]]:
    """Field, whether it is the names beside it, and the keys of its texts in rows that are not blank."""
    for field in KINDS:
        if field in source.usable.columns:
            keys = reference_keys(source.usable, source.usable[field])
            yield field, False, keys
            if field in source.names:
                yield field, True, reference_keys(source.usable, source.names[field]).where(keys.notna())


def answers_to(
    questions: Iterable[Question], lists: Mapping[tuple[int, Listed], CentreList], people: Newcomers
) -> Answers:
    """What texts mean; of those that mean nothing, near names are looked for only so often.

    Args:
        questions: the texts.
        lists: as for `answer`.
        people: likewise.
    """
    answers: Answers = {}
    unknown = 0
    for question in questions:
        given = answer(question, lists, people, near=unknown < MOST_NEAR)
        unknown += isinstance(given, Wrong) and given.code == UNKNOWN
        answers[question.spot] = given
    return answers


def answer(
    question: Question, lists: Mapping[tuple[int, Listed], CentreList], people: Newcomers, *, near: bool = True
) -> Answer:
    """What a text means.

    Args:
        question: the text.
        lists: those that were fetched, by organisation and name of the list.
        people: those in the run's own rows.
        near: whether to look for near names where it means nothing.
    """
    seat = question.organisation, question.listed
    found = sorted(lists[seat].matches(question.text), key=lambda entry: entry.id)
    entries = {entry.id: entry for entry in found}
    mine = people.get((*seat, plainly_folded(question.text)), {})
    rows = _rows(mine, lambda row: _is_entry(row, seat, found, lists[seat], people), alone=not found)
    ids = tuple(dict.fromkeys([*entries, *(who for who in mine if not isinstance(who, Awaited))]))
    if len(ids) + len(rows) > 1:
        said = tuple(entries[id_].described if id_ in entries else f"id {id_}" for id_ in ids[:MOST_NAMED])
        return Wrong(AMBIGUOUS, ids, rows, said)
    if ids:
        return Known(ids[0], ids[0] in entries and entries[ids[0]].archived)
    if rows:
        return Waits(rows[0])
    return _unknown(question, lists[seat], near=near)


def _rows(
    mine: Mapping[Awaited | int, Standing], is_entry: Callable[[Awaited], bool], *, alone: bool
) -> tuple[Awaited, ...]:
    """The rows that a text means; those that name no role only where it means nobody else.

    Args:
        mine: who in the run is so named.
        is_entry: whether a row is about an entry that the text means.
        alone: whether the text means no entry.
    """
    with_role = {who: standing for who, standing in mine.items() if standing is not Standing.NO_ROLE}
    meant = mine if alone and not with_role else with_role
    wrong = {who for who, standing in meant.items() if standing is Standing.WRONG}
    return tuple(who for who in meant if isinstance(who, Awaited) and not (who in wrong and is_entry(who)))


def _is_entry(
    row: Awaited, seat: tuple[int, Listed], found: Sequence[Entry], centre: CentreList, people: Newcomers
) -> bool:
    """Whether one entry of those found, and no other of the list, has the MIS value or e-mail address of a row."""
    own = [
        entry
        for entry in found
        for text in (entry.misid, entry.email)
        if text and row in people.get((*seat, plainly_folded(text)), {}) and len(centre.matches(text)) == 1
    ]
    return len({entry.id for entry in own}) == 1


def _unknown(question: Question, centre: CentreList, *, near: bool) -> Wrong:
    if centre.refused is not None:
        return Wrong(UNLISTED, said=(centre.refused,))
    nearest = centre.near(question.text) if near else ()
    return Wrong(UNKNOWN, tuple(entry.id for entry in nearest), said=tuple(entry.described for entry in nearest))


def settle(checked: Sequence[Checked], answers: Answers) -> tuple[Checked, ...]:
    """The sources with what their references mean: values where they are known, findings where they are not.

    Args:
        checked: the sources of the run, as the check left them.
        answers: one for each question of `asked`; a text without an answer stays as it is.
    """
    return tuple(_settled(source, answers, partial(row_label, checked)) for source in checked)


def _settled(source: Checked, answers: Answers, label: Callable[[Awaited], str]) -> Checked:
    breaches: list[Breach] = []
    referred: dict[str, Mapping[str, Value | None]] = {}
    told: dict[str, pd.Series[str]] = {}
    for field, beside, keys in _columns(source):
        found = {
            str(key): answers[spot]
            for row, key in keys.dropna().drop_duplicates().items()
            if (spot := Spot(source.source, field, int(str(row)), beside)) in answers
        }
        if not beside:
            referred[field] = {key: _value(each) for key, each in found.items()}
            breaches += _breaches(field, keys, found, label)
            told[field] = keys
        else:
            breaches += _contradictions(source, field, (told[field], keys), (referred[field], found))
    return with_references(source, breaches, referred) if referred else source


def _value(given: Answer) -> Value | None:
    match given:
        case Known(id=id_):
            return id_
        case Waits(row=row):
            return row
        case Wrong():
            return None


def _breaches(
    field: str, keys: pd.Series[str], found: Mapping[str, Answer], label: Callable[[Awaited], str]
) -> Iterator[Breach]:
    spoken_of = keys[keys.isin([key for key, given in found.items() if not _plain(given)])]
    for key, rows in ((str(key), index.tolist()) for key, index in spoken_of.groupby(spoken_of).groups.items()):
        match given := found[key]:
            case Wrong():
                yield Breach(given.code, field, rows, _detail(field, given, label))
            case Known(archived=True):
                yield Breach(ARCHIVED, field, rows, KINDS[field].listed.value)
            case _:
                pass


def nameless(answers: Answers) -> bool:
    """Whether entries that an answer speaks of are known by their numbers alone, as the journal keeps them."""
    return any(isinstance(given, Wrong) and given.ids and not given.said for given in answers.values())


def _plain(given: Answer) -> bool:
    """Whether there is nothing to say about an answer."""
    return not (isinstance(given, Wrong) or (isinstance(given, Known) and given.archived))


def _detail(field: str, wrong: Wrong, label: Callable[[Awaited], str]) -> str:
    listed = KINDS[field].listed.value
    entries = wrong.said or tuple(f"id {id_}" for id_ in wrong.ids[:MOST_NAMED])
    named = [*entries, *map(label, wrong.rows[:MOST_NAMED])]
    if (more := len(wrong.ids) + len(wrong.rows) - len(named)) > 0:
        named.append(f"{more:,} more")
    if wrong.code == UNKNOWN:
        nearest = f"; the nearest it has: {_listed(named)}" if named else ""
        return f"{listed}{nearest}"
    if wrong.code == UNLISTED:
        return f"{listed} ({named[0]})" if named else listed
    return _listed(named)


def _listed(words: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def _contradictions(
    source: Checked,
    field: str,
    keys: tuple[pd.Series[str], pd.Series[str]],
    found: tuple[Mapping[str, Value | None], Mapping[str, Answer]],
) -> Iterator[Breach]:
    """Rows whose id and the name beside it mean different entries, and rows whose name says nothing."""
    told: dict[str, list[int]] = defaultdict(list)
    both = keys[0].notna() & keys[1].notna()
    for row, first, second in zip(keys[0].index[both], keys[0][both], keys[1][both], strict=True):
        value = 0 if _none(field, str(first)) else found[0].get(first)
        given = found[1].get(second)
        if value is not None and given is not None and (code := _disagreement(value, given)):
            told[code].append(int(row))
    heading = " and ".join(f"“{source.table.headings[at].text}”" for at in source.columns.beside[field])
    for code, rows in told.items():
        yield Breach(code, field, rows, heading)


def _none(field: str, key: str) -> bool:
    """Whether an id says that there is nobody, which no list was asked about."""
    return KINDS[field].names_nothing(key.partition(" ")[2])


def _disagreement(value: Value, given: Answer) -> str | None:
    match given:
        case Known(id=id_):
            return None if id_ == value else CONTRADICTION
        case Waits(row=row):
            return None if row == value else CONTRADICTION
        case Wrong(code=code, ids=ids, rows=rows):
            if code == AMBIGUOUS and value not in {*ids, *rows}:
                return CONTRADICTION
            return NAME_UNKNOWN if code == UNKNOWN else None


def to_json(answers: Answers) -> list[list[object]]:
    """Answers as the journal keeps them: ids and rows, and nobody's name."""
    return [[*spot, _kept(given)] for spot, given in answers.items()]


def meanings(answers: Answers) -> list[list[object]]:
    """What a plan's digest depends on: what each text means, and not which names are near it."""
    return [[*spot, given.code if isinstance(given, Wrong) else _kept(given)] for spot, given in answers.items()]


def _kept(given: Answer) -> object:
    match given:
        case Known(id=id_, archived=archived):
            return {"id": id_, "archived": True} if archived else id_
        case Waits(row=row):
            return {"row": list(row)}
        case Wrong(code=code, ids=ids, rows=rows):
            return {"code": code, "ids": list(ids), "rows": [list(row) for row in rows]}


def from_json(stored: Sequence[Sequence[Any]]) -> Answers:
    """The answers that `to_json` kept."""
    return {Spot(*spot): _given(kept) for *spot, kept in stored}


def _given(kept: Any) -> Answer:  # noqa: ANN401 - what the journal held
    if isinstance(kept, int):
        return Known(kept)
    if "id" in kept:
        return Known(kept["id"], kept["archived"])
    if "row" in kept:
        return Waits(Awaited(*kept["row"]))
    return Wrong(kept["code"], tuple(kept["ids"]), tuple(Awaited(*row) for row in kept["rows"]))
