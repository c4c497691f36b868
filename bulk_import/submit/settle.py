"""Finds out whether a call that got no clear answer was carried out.

How many looks make "absent" safe. A first look costs one search and often finds the account at once. Not finding it
proves nothing: searches may show a new account only seconds later, and a call without any answer may still be running
at OneFile. So the look that counts comes `settle_wait` after the moment when the call can no longer be running, and
asks in three ways (MISID, e-mail, names), since nobody documents what a filter does. That moment is the answer where
there was one or the connection closed; after a time-out or a crash it is `call_lifetime` after the sending, by when a
web server gives a request up (110 s is a usual limit). An account that appears later still is beyond any client.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bulk_import.difference import differing
from bulk_import.errors import ApiDown
from bulk_import.submit.likeness import Likeness, compare, worth_fetching
from bulk_import.wire import id_of

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator, Mapping

    from bulk_import.api import OneFile
    from bulk_import.submit.halt import Halt

SETTLE_WAIT = 12.0
"""Seconds that a search may lag behind: ten, and a margin."""

CALL_LIFETIME = 120.0
"""Seconds after its sending when a call without answer is taken to be over."""

_FINAL_LOOKS = 3


@dataclass(frozen=True, slots=True)
class Found:
    """The account agrees with what was sent, and it is the one to be changed, or was not there before."""

    user_id: int


@dataclass(frozen=True, slots=True)
class Absent:
    """There is no such account, or it does not hold what was sent."""


@dataclass(frozen=True, slots=True)
class Doubtful:
    """A person has to decide; `why` names ids and no personal data.

    `untold` says that OneFile showed too little of an account, which a later look may mend.
    """

    why: str
    untold: bool = False


Sight = Found | Absent | Doubtful


@dataclass(frozen=True, slots=True)
class Settler:
    """Looks people up for the rows of a run.

    Attributes:
        api: OneFile.
        halt: cuts waits and look-ups short.
        settle_wait: seconds that a search may lag behind.
        call_lifetime: seconds after its sending when a call without answer is taken to be over.
        stranger: whether an account cannot be a row's, because it was there before or belongs to another row.
    """

    api: OneFile
    halt: Halt
    settle_wait: float
    call_lifetime: float
    stranger: Callable[[int], bool]

    async def settle(self, sent: Mapping[str, object], *, running_for: float | None = None) -> Sight:
        """Whether the account that was asked for is there.

        Args:
            sent: the fields that were sent.
            running_for: seconds since the call left, if it may still be running; None if it is over.

        Raises:
            Halted: the run was stopped first.
            CredentialsRefused: OneFile no longer lets us look.
        """
        left = 0.0 if running_for is None else max(self.call_lifetime - running_for, 0.0)
        final = self.api.clock() + left + self.settle_wait
        quick = [0.0] if left == 0 else [0.0, self.settle_wait]
        for wait in quick:
            await self.halt.pause(min(wait, final - self.api.clock()))
            if isinstance(seen := await self._try_look(sent, _first_filter(sent)), Found):
                return seen
        await self.halt.pause(final - self.api.clock())
        return await self.look_thoroughly(sent)

    async def look_thoroughly(self, sent: Mapping[str, object]) -> Sight:
        """The look that counts, repeated a few times if OneFile does not answer or does not show enough."""
        doubt = Doubtful("OneFile could not be asked whether the account is there")
        for number in range(_FINAL_LOOKS):
            await self.halt.pause(self.settle_wait * number)
            match await self._try_look(sent, _all_filters(sent)):
                case Doubtful(untold=True) as seen:
                    doubt = seen
                case Found() | Absent() | Doubtful() as seen:
                    return seen
                case None:
                    pass
        return doubt

    async def settle_change(self, user_id: int, sent: Mapping[str, object]) -> Sight:
        """Whether changes that were asked for are there: a look at once, and one after a while.

        Raises:
            Halted: the run was stopped first.
            CredentialsRefused: OneFile no longer lets us look.
        """
        if isinstance(seen := await self._unless_down(self._compare(user_id, sent)), Found):
            return seen
        await self.halt.pause(self.settle_wait)
        return await self.compare(user_id, sent)

    async def until_over(self, running_for: float) -> None:
        """Waits until a call that left so many seconds ago cannot be at work any more, and can be seen.

        Raises:
            Halted: the run was stopped first.
        """
        await self.halt.pause(max(self.call_lifetime - running_for, 0.0) + self.settle_wait)

    async def compare(self, user_id: int, sent: Mapping[str, object]) -> Sight:
        """Whether an account holds the values that were sent; repeated a few times if OneFile does not answer.

        A value that OneFile does not show is not taken for the one sent.

        Raises:
            Halted: the run was stopped first.
            CredentialsRefused: OneFile no longer lets us look.
        """
        for number in range(_FINAL_LOOKS):
            await self.halt.pause(self.settle_wait * number)
            if (seen := await self._unless_down(self._compare(user_id, sent))) is not None:
                return seen
        return Doubtful("OneFile could not be asked whether the account was changed")

    async def _compare(self, user_id: int, sent: Mapping[str, object]) -> Sight:
        told = await self.api.user(user_id) or {}
        about = id_of(told) in {None, user_id}
        return Found(user_id) if about and told.keys() >= sent.keys() and not differing(sent, told) else Absent()

    async def _try_look(self, sent: Mapping[str, object], filters: Iterator[Mapping[str, str]]) -> Sight | None:
        """What a look shows; None if OneFile does not answer."""
        return await self._unless_down(self._look(sent, filters))

    async def _unless_down(self, look: Coroutine[object, object, Sight]) -> Sight | None:
        try:
            return await self.halt.watch(look)
        except ApiDown:
            return None

    async def _look(self, sent: Mapping[str, object], filters: Iterator[Mapping[str, str]]) -> Sight:
        for chosen in filters:
            alike = await self._alike(sent, chosen)
            if alike:
                return _seen(alike)
        return Absent()

    async def _alike(self, sent: Mapping[str, object], filters: Mapping[str, str]) -> Mapping[int, Likeness]:
        """The accounts that may be the row's, by id: those of its organisation and role that are nobody else's."""
        alike = {}
        for entry in await self.api.search_users(_number(sent, "OrganisationID"), _number(sent, "Role"), filters):
            user_id = id_of(entry)
            if user_id is None or self.stranger(user_id) or not worth_fetching(sent, entry):
                continue
            likeness = compare(sent, entry, await self.api.user(user_id))
            # it may have become somebody else's in the meantime
            if likeness is not Likeness.OTHER and not self.stranger(user_id):
                alike[user_id] = likeness
        return alike


def _seen(alike: Mapping[int, Likeness]) -> Sight:
    ids = ", ".join(map(str, sorted(alike)))
    untold = Likeness.UNTOLD in alike.values()
    if len(alike) > 1:
        return Doubtful(f"several new accounts fit (user ids {ids})", untold)
    if untold:
        return Doubtful(f"a new account may be this person, but cannot be read in full (user id {ids})", untold)
    if Likeness.DISPUTED in alike.values():
        return Doubtful(f"a new account fits, but differs from what was sent (user id {ids})")
    return Found(*alike)


def _number(fields: Mapping[str, object], name: str) -> int:
    return int(str(fields[name]))


def _first_filter(sent: Mapping[str, object]) -> Iterator[Mapping[str, str]]:
    yield next(_all_filters(sent))


def _all_filters(sent: Mapping[str, object]) -> Iterator[Mapping[str, str]]:
    for names in (("MISID",), ("Email",), ("FirstName", "LastName")):
        if all(sent.get(name) for name in names):
            yield {name: str(sent[name]) for name in names}
