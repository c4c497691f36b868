"""One of a centre's lists, as OneFile shows it, and which of its entries a text means.

Nothing here asks OneFile. What an entry holds is documented only in part (articles 76000048013, 76000037063): an id and
a name or title; a MIS value, an e-mail address or a sign of being archived count where they are shown.
"""

from __future__ import annotations

import difflib
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from bulk_import.catalogue import Role
from bulk_import.findings import shortened
from bulk_import.folding import plainly_folded
from bulk_import.kinds import Listed, comes_back
from bulk_import.wire import id_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

NEAR_NAMES = 3
NEAR_ENOUGH = 0.6
LIKELY_NAMES = 50
LARGEST_ID = 2**31 - 1
LONGEST_NAME = 200
"""Letters; longer names are shown cut, and are near to nothing, because comparing them would take too long."""
UNCLEAR = -1
"""In place of a number that cannot be read: it is no organisation's and no role's."""

ROLES_OF: Mapping[Listed, tuple[Role, ...]] = {
    Listed.ASSESSORS: (Role.ASSESSOR, Role.TRAINEE_ASSESSOR),
    Listed.EMPLOYERS: (Role.EMPLOYER,),
}
"""Whose accounts a list of people holds: a default assessor has role 5, and 4 is plausible (article 76000037051)."""

NOUN_OF: Mapping[Listed, str] = {
    Listed.CLASSES: "Classroom",
    Listed.PLACEMENTS: "Placement",
    Listed.PROVIDERS: "Provider",
}
"""What the API calls an entry of a list, where it can be searched for and fetched."""

_ARCHIVED_WHERE_TRUE = ("Archived", "IsArchived", "Archive")
_ARCHIVED_WHERE_FILLED = ("DateArchived", "ArchivedOn")
_YES = frozenset({"true", "1", "yes"})
_NO = frozenset({"false", "0", "no"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a list.

    Attributes:
        id: OneFile's.
        name: as OneFile shows it; of a person first and last name.
        misid: the centre's own value, empty where OneFile shows none.
        email: a person's, likewise.
        archived: whether OneFile says that it is archived, or no longer active.
        organisation: the one that it names itself; None where it does not tell.
        role: a person's, likewise.
    """

    id: int
    name: str
    misid: str = ""
    email: str = ""
    archived: bool = False
    organisation: int | None = None
    role: int | None = None

    @property
    def described(self) -> str:
        """The entry in words."""
        facts = [f"id {self.id}"]
        facts += [f"MIS value {self.misid}"] if self.misid else []
        facts += ["archived"] if self.archived else []
        listed = ", ".join(shortened(fact, LONGEST_NAME) for fact in facts)
        return f"“{shortened(self.name, LONGEST_NAME)}” ({listed})" if self.name else f"the one with {listed}"


def entry_from(values: Mapping[str, object]) -> Entry | None:
    """The entry in what OneFile answered; None where it has no id."""
    number = id_of(values)
    if number is None:
        return None
    person = " ".join(filter(None, (_text(values, "FirstName"), _text(values, "LastName"))))
    name = next(filter(None, (_text(values, name) for name in ("Name", "Title", "Description"))), "")
    return Entry(
        id=number,
        name=person or name,
        misid=_text(values, "MISID"),
        email=_text(values, "Email"),
        archived=archived(values),
        organisation=_number(values, "OrganisationID"),
        role=_number(values, "Role"),
    )


def _text(values: Mapping[str, object], name: str) -> str:
    value = values.get(name)
    return "" if value is None else " ".join(str(value).split())


def _number(values: Mapping[str, object], name: str) -> int | None:
    """The number in a field: None where the field is empty, `UNCLEAR` where it holds anything else."""
    digits = _text(values, name)
    if not digits:
        return None
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= len(str(LARGEST_ID)) else UNCLEAR


def archived(values: Mapping[str, object]) -> bool:
    """Whether an entry or account says of itself that it is archived, or no longer active."""
    said = any(_text(values, name).casefold() in _YES for name in _ARCHIVED_WHERE_TRUE)
    # some servers send the first day of time for "no date"
    dated = any(_text(values, name)[:4] not in {"", "0001"} for name in _ARCHIVED_WHERE_FILLED)
    return said or dated or _text(values, "Active").casefold() in _NO


def id_in(text: str) -> int | None:
    """The OneFile id that a text may be; None where it cannot be one (leading zeros mark another system's code)."""
    if not (text.isascii() and text.isdigit()) or text.startswith("0") or len(text) > len(str(LARGEST_ID)):
        return None
    return int(text) if int(text) <= LARGEST_ID else None


def keys_of(entry: Entry) -> Iterator[str]:
    """The texts that mean an entry, each folded: id, MIS value, e-mail address, name; “Last, First” too."""
    yield str(entry.id)
    yield from (plainly_folded(text) for text in (entry.misid, entry.email, entry.name) if text)


def name_keys(first: str, last: str) -> Iterator[str]:
    """A person's name as people write it, either way round."""
    if first and last:
        yield plainly_folded(f"{first} {last}")
        yield plainly_folded(f"{last}, {first}")


class CentreList:
    """One list of one organisation.

    Attributes:
        entries: by id.
        refused: why OneFile does not show the list; None where it does.
        taken_on_trust: ids that the list does not show, and that OneFile does not deny either.
    """

    def __init__(
        self, answers: Iterable[Mapping[str, object]] = (), *, refused: str | None = None, on_trust: Iterable[int] = ()
    ) -> None:
        self.entries: dict[int, Entry] = {}
        self.refused = refused
        self.taken_on_trust = frozenset(on_trust)
        self._by_key: dict[str, dict[int, None]] = defaultdict(dict)
        for values in answers:
            self._take(values)

    def _take(self, values: Mapping[str, object]) -> None:
        entry = entry_from(values)
        if entry is None:
            return
        self.entries[entry.id] = entry
        for key in (*keys_of(entry), *name_keys(_text(values, "FirstName"), _text(values, "LastName"))):
            self._by_key[key][entry.id] = None

    def matches(self, text: str) -> tuple[Entry, ...]:
        """The entries that a text means, by whatever of them: more than one is never decided."""
        found = [self.entries[id_] for id_ in self._by_key.get(plainly_folded(text), ())]
        number = id_in(text)
        trusted = number is not None and number not in self.entries
        if trusted and number is not None and (self.refused is not None or number in self.taken_on_trust):
            found.append(Entry(number, ""))
        return tuple(found)

    def near(self, text: str) -> tuple[Entry, ...]:
        """Up to three entries whose names are nearly the text, the nearest first."""
        wanted = plainly_folded(text)
        if len(wanted) > LONGEST_NAME:
            return ()
        alike = Counter(name for piece in _pieces(wanted) for name in self._names_by_piece.get(piece, ()))
        # in a fixed order, so that of names equally near the same are shown each time
        likely = sorted(alike, key=lambda name: (-alike[name], name))[:LIKELY_NAMES]
        close = difflib.get_close_matches(wanted, likely, n=NEAR_NAMES, cutoff=NEAR_ENOUGH)
        return tuple(self.entries[min(self._by_name[name])] for name in close)

    @cached_property
    def _by_name(self) -> Mapping[str, list[int]]:
        names: dict[str, list[int]] = defaultdict(list)
        for entry in self.entries.values():
            if entry.name and len(entry.name) <= LONGEST_NAME:
                names[plainly_folded(entry.name)].append(entry.id)
        return names

    @cached_property
    def _names_by_piece(self) -> Mapping[str, list[str]]:
        pieces: dict[str, list[str]] = defaultdict(list)
        for name in self._by_name:
            for piece in _pieces(name):
                pieces[piece].append(name)
        return pieces

    def text_for(self, entry: Entry) -> str:
        """The shortest way to write an entry that means it alone: its name, MIS value or id; "" where none does."""
        texts = (text for text in (entry.name, entry.misid, str(entry.id)) if text and len(text) <= LONGEST_NAME)
        return next((text for text in texts if comes_back(text) and len(self.matches(text)) == 1), "")

    def offered(self) -> tuple[str, ...]:
        """A text for each entry that can be chosen: those that are archived or cannot be told apart are left out."""
        texts = (self.text_for(entry) for entry in self.entries.values() if not entry.archived)
        return tuple(text for text in texts if text)


def _pieces(text: str) -> set[str]:
    """All stretches of three letters; comparing whole texts with each of thousands of names would take too long."""
    padded = f" {text} "
    return {padded[at : at + 3] for at in range(len(padded) - 2)}
