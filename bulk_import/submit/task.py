"""What is sent for a row, and how to find out whether it was carried out: a new account, or changes to one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from bulk_import.wire import create_user, update_user

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from bulk_import.journal.entries import Key
    from bulk_import.submit.settle import Settler, Sight
    from bulk_import.wire import Request


class Claims:
    """Which account belongs to which row, so that no account is ever taken for two rows or for one that was there."""

    def __init__(self, known_before: Collection[int], done: Mapping[Key, int]) -> None:
        self._known_before = frozenset(known_before)
        self._owner = {user_id: key for key, user_id in done.items()}

    def taken(self, user_id: int) -> bool:
        """Whether the account was there before the run, or belongs to a row."""
        return user_id in self._known_before or user_id in self._owner

    def claim(self, user_id: int, key: Key) -> bool:
        """Gives an account to a row; False if it cannot be this row's."""
        if self.taken(user_id):
            return False
        self._owner[user_id] = key
        return True


class Task(Protocol):
    """What is to be done for one row."""

    @property
    def request(self) -> Request:
        """The call that does it."""
        ...

    @property
    def absence_is_certain(self) -> bool:
        """Whether a look-up that does not find it proves that no earlier call was, or will be, carried out."""
        ...

    async def settle(self, settler: Settler, *, running_for: float | None) -> Sight:
        """Whether an earlier call was carried out, see `Settler.settle`."""
        ...

    async def look_thoroughly(self, settler: Settler, *, running_for: float) -> Sight:
        """The same where a later call was refused, `running_for` seconds after the one in doubt had left."""
        ...

    def account(self, claims: Claims, key: Key, answered: object) -> int | None:
        """The row's account, by what was answered or found; None if that account cannot be the row's."""
        ...


@dataclass(frozen=True, slots=True)
class Creation:
    """A new account; `sent` is all that is sent for it."""

    sent: Mapping[str, object]

    @property
    def request(self) -> Request:
        """The call."""
        return create_user(self.sent)

    @property
    def absence_is_certain(self) -> bool:
        """It is: the settler waits until the call must be over and searches have caught up."""
        return True

    async def settle(self, settler: Settler, *, running_for: float | None) -> Sight:
        """Looks the person up."""
        return await settler.settle(self.sent, running_for=running_for)

    async def look_thoroughly(self, settler: Settler, *, running_for: float) -> Sight:  # noqa: ARG002 - it is over
        """Looks the person up in every way."""
        return await settler.look_thoroughly(self.sent)

    def account(self, claims: Claims, key: Key, answered: object) -> int | None:
        """The account that OneFile names, unless it was there before or belongs to another row."""
        return answered if isinstance(answered, int) and claims.claim(answered, key) else None


@dataclass(frozen=True, slots=True)
class Alteration:
    """Changes to an account that is there; `sent` holds nothing else.

    Sending the same values twice leaves the same account, so the second look need not wait until an earlier call must
    be over: what is not there by then, or what OneFile does not show, is sent again.
    """

    user_id: int
    sent: Mapping[str, object]

    @property
    def request(self) -> Request:
        """The call."""
        return update_user(self.user_id, self.sent)

    @property
    def absence_is_certain(self) -> bool:
        """It is not: an earlier call may still arrive."""
        return False

    async def settle(self, settler: Settler, *, running_for: float | None) -> Sight:  # noqa: ARG002 - a call still running writes the same
        """Compares the account with what was sent, twice if need be."""
        return await settler.settle_change(self.user_id, self.sent)

    async def look_thoroughly(self, settler: Settler, *, running_for: float) -> Sight:
        """Compares the account with what was sent, once the call in doubt cannot arrive any more."""
        await settler.until_over(running_for)
        return await settler.compare(self.user_id, self.sent)

    def account(self, claims: Claims, key: Key, answered: object) -> int | None:  # noqa: ARG002 - it was this one from the start
        """The account that was to be changed."""
        return self.user_id
