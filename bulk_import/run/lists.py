"""Fetches the lists of the centres that the rows of a run refer to: only those, and each once.

What that costs, in calls: a list of people one for each hundred, one to see that it has ended and one for all at once,
for each of its roles (assessors have two); a list of classes, placements or providers likewise; the learner statuses
one. To that come single look-ups, one or two for each different text, only where a list alone does not tell: an e-mail
address (searches do not show them), a number that the list does not hold, a MIS value where OneFile's searches show
none, a name that several people have, and people whom a role filter that OneFile ignored may have brought in.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from bulk_import.errors import NotShown
from bulk_import.kinds import Listed
from bulk_import.lists import NOUN_OF, ROLES_OF, CentreList, entry_from, id_in
from bulk_import.newcomers import newcomers
from bulk_import.references import answers_to, asked
from bulk_import.run.world import FEW, together
from bulk_import.wire import id_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from bulk_import.api import OneFile
    from bulk_import.check import Checked
    from bulk_import.lists import Entry
    from bulk_import.references import Answers, Question
    from bulk_import.run.world import World

CALLS_A_FILTER = 3
"""Calls that finding one person by a filter costs, about: a page, the end of the list, the person."""

Values = dict[int, "Mapping[str, object]"]
"""What OneFile answered of each entry, by its id."""


async def load_lists(questions: Iterable[Question], world: World, api: OneFile) -> dict[tuple[int, Listed], CentreList]:
    """The lists that the questions are about, by organisation and name.

    A list that OneFile refuses to show does not stop the run: ids are then taken as they are, and names are findings.

    Args:
        questions: the texts to be looked up.
        world: OneFile as the look-up of accounts found it; lists of accounts that it has are not fetched again.
        api: OneFile, open.

    Raises:
        ApiDown: no answer, or none that can be used.
        CredentialsRefused: the customer token is not accepted.
    """
    texts: dict[tuple[int, Listed], dict[str, None]] = defaultdict(dict)
    for question in questions:
        texts[question.organisation, question.listed][question.text] = None
    fetched = await together([_load(*seat, tuple(asked), world, api) for seat, asked in texts.items()])
    return dict(zip(texts, fetched, strict=True))


async def resolve(checked: Sequence[Checked], world: World, api: OneFile, *, among: AbstractSet[Listed]) -> Answers:
    """What the references in the rows mean.

    Args:
        checked: the sources of the run.
        world: OneFile as it was found so far.
        api: OneFile, open.
        among: which lists to ask.

    Raises:
        ApiDown: no answer, or none that can be used.
        CredentialsRefused: the customer token is not accepted.
    """
    questions = tuple(each for each in asked(checked, world.organisations.keys()) if each.listed in among)
    if not questions:
        return {}
    lists = await load_lists(questions, world, api)
    people = newcomers(checked, world.directory)
    return answers_to(questions, lists, people)


async def _load(organisation: int, listed: Listed, texts: tuple[str, ...], world: World, api: OneFile) -> CentreList:
    if listed in ROLES_OF:
        return await _People(organisation, listed, world, api).load(texts)
    try:
        answers = await _answers(organisation, listed, api)
    except NotShown as refused:
        return CentreList(refused=refused.said)
    own = [values for values in answers if _of(organisation, values)]
    known = CentreList(own)
    if listed not in NOUN_OF:
        return known
    missing = [number for text in texts if (number := id_in(text)) is not None and not known.matches(text)]
    found = await together([_stranger(organisation, NOUN_OF[listed], number, api) for number in missing])
    return CentreList(own, on_trust=[number for number in found if number is not None])


async def _answers(organisation: int, listed: Listed, api: OneFile) -> tuple[Mapping[str, object], ...]:
    if listed is Listed.STATUSES:
        return await api.learner_statuses(organisation)
    return await api.listing(NOUN_OF[listed], {"OrganisationID": organisation})


def _of(organisation: int, values: Mapping[str, object]) -> bool:
    """Whether an entry may be of an organisation: a filter may be ignored, and an entry tell where it belongs."""
    entry = entry_from(values)
    return entry is not None and entry.organisation in {None, organisation}


async def _stranger(organisation: int, noun: str, number: int, api: OneFile) -> int | None:
    """An id that the list does not show and OneFile has all the same, or will not tell about; None where it has not."""
    try:
        values = await api.entry(noun, number)
    except NotShown:
        return number
    return number if values is not None and _of(organisation, {"ID": number, **values}) else None


class _People:
    """The accounts that one list of people holds, and those of them that a search alone does not tell enough of."""

    def __init__(self, organisation: int, listed: Listed, world: World, api: OneFile) -> None:
        self._organisation = organisation
        self._roles = ROLES_OF[listed]
        self._world = world
        self._api = api
        self._values: Values = {}
        self._complete: set[int] = set()
        self._on_trust: set[int] = set()

    async def load(self, texts: Sequence[str]) -> CentreList:
        """The list, with all that deciding these texts needs."""
        try:
            doubtful = await self._search()
        except NotShown as refused:
            return CentreList(refused=refused.said)
        await self._look_beyond(texts)
        known = self._list()
        await self._fetch({entry.id for text in texts for entry in _unsure(known.matches(text), doubtful)})
        return self._list()

    async def _search(self) -> set[int]:
        """Searches for the accounts of each role; gives those that came under several, where a filter was ignored."""
        roles: dict[int, set[int]] = defaultdict(set)
        for account in self._world.directory.accounts.values():
            roles[account.id] |= {
                int(role) for organisation, role in account.seats if organisation == self._organisation
            }
            if not roles[account.id].isdisjoint(map(int, self._roles)):
                self._values[account.id] = account.values
        for role in self._roles:
            if (self._organisation, role) in self._world.seats:
                continue
            known = self._world.beyond.get((self._organisation, role))
            listed = await self._api.search_users(self._organisation, role) if known is None else known
            for values in listed:
                if (number := id_of(values)) is not None:
                    self._values.setdefault(number, values)
                    roles[number].add(int(role))
        return {number for number in self._values if len(roles[number]) > 1}

    def _list(self) -> CentreList:
        own = [values for values in self._values.values() if self._fits(values)]
        return CentreList(own, on_trust=self._on_trust)

    def _fits(self, values: Mapping[str, object]) -> bool:
        """Whether nothing that an account tells of itself speaks against its being in the list."""
        entry = entry_from(values)
        roles = {None, *map(int, self._roles)}
        return entry is not None and entry.organisation in {None, self._organisation} and entry.role in roles

    async def _look_beyond(self, texts: Sequence[str]) -> None:
        """Finds whom texts may mean beyond what the searches have shown."""
        known = self._list()
        await self._fetch(
            number for text in texts if (number := id_in(text)) is not None and number not in known.entries
        )
        filters = [wanted for text in texts if (wanted := _filter(text, known)) is not None]
        if CALLS_A_FILTER * len(filters) > len(known.entries):
            await self._fetch(tuple(known.entries))
            return
        for wanted in filters[:1]:
            await self._filtered(*wanted)
        await together([self._filtered(*wanted) for wanted in filters[1:]])

    async def _filtered(self, name: str, text: str) -> None:
        """Fetches whom a filter brings; everybody in the list, where it was evidently ignored."""
        if self._complete >= self._values.keys():
            return
        found = await together([self._api.search_users(self._organisation, role, {name: text}) for role in self._roles])
        ids = {number for entries in found for values in entries if (number := id_of(values)) is not None}
        await self._fetch(ids if len(ids) <= FEW else ids | self._values.keys())

    async def _fetch(self, ids: Iterable[int]) -> None:
        """Accounts in full; what fetching leaves out stays as the search had it."""
        wanted = [number for number in ids if number not in self._complete]
        self._complete |= set(wanted)
        for number, values in zip(wanted, await together([self._user(each) for each in wanted]), strict=True):
            if values is not None and id_of(values) in {None, number}:
                told = {name: value for name, value in values.items() if value is not None}
                self._values[number] = {**self._values.get(number, {}), "ID": number, **told}

    async def _user(self, number: int) -> Mapping[str, object] | None:
        try:
            return await self._api.user(number)
        except NotShown:
            self._on_trust.add(number)
            return None


def _filter(text: str, known: CentreList) -> tuple[str, str] | None:
    """The filter that may find whom a text means where the list does not tell; None where it does."""
    if "@" in text:
        return None if known.matches(text) else ("Email", text)
    silent = bool(known.entries) and not any(entry.misid for entry in known.entries.values())
    return ("MISID", text) if silent and (id_in(text) is not None or not known.matches(text)) else None


def _unsure(matches: tuple[Entry, ...], doubtful: set[int]) -> tuple[Entry, ...]:
    """The entries to be fetched before they are decided upon."""
    return matches if len(matches) > 1 or any(entry.id in doubtful for entry in matches) else ()
