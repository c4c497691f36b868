"""What OneFile already holds, as far as a run needs to know it: organisations, and the accounts of the roles in it."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar

from bulk_import.catalogue import Role
from bulk_import.directory import Account, Directory, folded, where
from bulk_import.errors import ApiDown, BulkImportError, CredentialsRefused, NotShown
from bulk_import.run.desk import utc_now
from bulk_import.run.recall import fields_told
from bulk_import.wire import id_of

if TYPE_CHECKING:
    from collections.abc import Container, Coroutine, Iterable, Mapping, Sequence
    from datetime import datetime

    from bulk_import.api import OneFile, Organisation
    from bulk_import.check import Record
    from bulk_import.directory import Seat
    from bulk_import.journal import Key
    from bulk_import.run.recall import Recollection

T = TypeVar("T")

FEW = 5
"""More hits than this for one MISID mean that the filter was ignored."""


@dataclass(frozen=True, slots=True)
class World:
    """OneFile as it was found.

    Attributes:
        organisations: those of the customer, by id.
        directory: the accounts of the organisations and roles that the rows name.
        seats: these organisations and roles.
        beyond: what OneFile lists under the other roles of these organisations, as far as it shows them.
        unlisted: those of these roles that it does not show.
        silent: those of them whose list shows no MISID at all.
        recalled: the accounts that were not fetched, because they are known to be as they were, by row.
        shown: the fields that accounts which were fetched have a value in, beyond those known to be shown.
        looked_at: when the first of it was asked for.
        paged_only: whether a list was shown page by page alone, so that somebody may have slipped between two pages.
    """

    organisations: Mapping[int, Organisation]
    directory: Directory
    seats: frozenset[Seat] = frozenset()
    beyond: Mapping[Seat, Sequence[Mapping[str, object]]] = field(default_factory=dict)
    unlisted: tuple[str, ...] = ()
    silent: frozenset[Seat] = frozenset()
    recalled: Mapping[Key, Account] = field(default_factory=dict)
    shown: frozenset[str] = frozenset()
    looked_at: datetime = field(default_factory=utc_now)
    paged_only: bool = False


async def listed(records: Sequence[Record], api: OneFile) -> World:
    """The organisations, and whom searches show in those that the rows name.

    Whole lists are loaded by paged searches, as article 76000033860 recommends.

    Raises:
        ApiDown: no answer, or none that can be used.
        CredentialsRefused: the customer token is not accepted, or its customer owns none of the organisations named.
    """
    looked_at = utc_now()
    customer, name = await api.customer()
    organisations = {organisation.id: organisation for organisation in await api.organisations(customer)}
    _refuse_strangers(records, organisations, name)
    seats = sorted({seat for record in records if (seat := where(record))[0] in organisations})
    accounts = _accounts({seat: await api.search_users(*seat) for seat in seats})
    telling = {seat for account in accounts if account.text("MISID") for seat in account.seats}
    peopled = {seat for account in accounts for seat in account.seats}
    beyond, unlisted = await _beyond(api, frozenset(seats))
    return World(
        organisations,
        # whom a row's role lists as well is of that role: a filter may be ignored
        Directory([*_accounts(beyond, without={account.id for account in accounts}), *accounts]),
        seats=frozenset(seats),
        beyond=beyond,
        unlisted=unlisted,
        silent=frozenset(peopled - telling),
        looked_at=looked_at,
        paged_only=api.paged_only,
    )


async def completed(
    world: World, records: Sequence[Record], api: OneFile, recollection: Recollection | None = None
) -> World:
    """The same with all that deciding these rows needs.

    Accounts are fetched by themselves only where a row may mean them, because a search gives no more than names and
    MISID, and perhaps not that.

    Args:
        world: as `listed` found it.
        records: rows of the organisations and roles that were listed.
        api: OneFile, open.
        recollection: what is remembered; None for nothing.

    Raises:
        ApiDown: no answer, or none that can be used.
        CredentialsRefused: the customer token is not accepted.
    """
    known = {} if recollection is None else recollection.known(records, world.directory)
    directory = world.directory.with_details(known.values())
    others = [record for record in records if record.key not in known]
    directory = directory.with_details(await _found_by_misid(others, world, api))
    unread = directory.unread(records) if recollection is None else recollection.unread(records, directory, known)
    details = await _details(api, [directory.accounts[id_] for id_ in unread])
    shown = world.shown | fields_told(details)
    if recollection is not None:
        details = recollection.with_hidden(others, details)
    recalled = {**world.recalled, **known}
    return replace(world, directory=directory.with_details(details), recalled=recalled, shown=shown)


def _refuse_strangers(records: Sequence[Record], organisations: Mapping[int, Organisation], customer: str) -> None:
    """Raises CredentialsRefused where the customer owns none of the rows' organisations: it is another's token.

    Where it owns some, the rows of the others are held, each by itself: one of them was mistyped.
    """
    named = {where(record)[0] for record in records}
    if not named or named & organisations.keys():
        return
    owned = ", ".join(f"{one.id} ({one.name})" for one in organisations.values()) or "none at all"
    raise CredentialsRefused(
        f"Nothing was sent: the customer token is that of {customer}, who does not own organisation "
        f"{', '.join(map(str, sorted(named)))}. Its organisations: {owned}.",
        "Correct the organisation, in the settings (organisation_id) or in the file, or use the token of its customer.",
    )


def _accounts(listed: Mapping[Seat, Sequence[Mapping[str, object]]], without: Container[int] = ()) -> list[Account]:
    """The accounts that lists show; one that several show has several seats, for a filter may be ignored.

    Args:
        listed: what OneFile lists under each seat.
        without: ids of accounts to leave out.
    """
    values: dict[int, Mapping[str, object]] = {}
    found: dict[int, set[Seat]] = defaultdict(set)
    for seat, entries in listed.items():
        for entry in entries:
            if (id_ := id_of(entry)) is not None and id_ not in without:
                values[id_] = entry
                found[id_].add(seat)
    return [Account(id_, frozenset(found[id_]), values[id_], in_full=False) for id_ in values]


async def _beyond(
    api: OneFile, seats: frozenset[Seat]
) -> tuple[dict[Seat, Sequence[Mapping[str, object]]], tuple[str, ...]]:
    """Whom OneFile lists under the roles that no row has: people may have an account there already, or share a MISID.

    A role that OneFile does not show, or not in time, is left out: nothing is matched with it. The second of the two
    names such roles.
    """
    found: dict[Seat, Sequence[Mapping[str, object]]] = {}
    # where a filter is ignored every list shows the same accounts, and one copy of each is enough
    once: dict[object, Mapping[str, object]] = {}
    wanted = sorted({(organisation, role) for organisation, _ in seats for role in Role} - seats)
    for seat in wanted:
        with suppress(NotShown, ApiDown):
            found[seat] = [once.setdefault(id_of(entry), entry) for entry in await api.everybody(*seat)]
    return found, tuple(dict.fromkeys(role.label for organisation, role in wanted if (organisation, role) not in found))


async def _found_by_misid(records: Iterable[Record], world: World, api: OneFile) -> list[Account]:
    """Accounts found by a row's MISID, where the list of its seat shows no MISID at all.

    Whether searches show MISIDs is not documented. Where they do not, each row's is searched for, and what is found
    is fetched, since only the account itself tells whether it holds that MISID.
    """
    rows = [record for record in records if record.values.get("MISID") and where(record) in world.silent]
    found = await together([_holders(record, api) for record in rows])
    return [account for accounts in found for account in accounts]


async def _holders(record: Record, api: OneFile) -> list[Account]:
    misid = str(record.values["MISID"])
    entries = await api.search_users(*where(record), {"MISID": misid})
    ids = [id_ for entry in entries if (id_ := id_of(entry)) is not None]
    if len(ids) > FEW:
        return []
    fetched = [await _completed(api, Account(id_, frozenset({where(record)}), {}, in_full=False)) for id_ in ids]
    return [account for account in fetched if folded(account.text("MISID")) == folded(misid)]


async def _completed(api: OneFile, account: Account) -> Account:
    values = await api.user(account.id)
    return account if values is None else account.completed(values)


async def _details(api: OneFile, accounts: Iterable[Account]) -> list[Account]:
    """The accounts in full; one that cannot be fetched is left as it was seen."""
    return await together([_completed(api, account) for account in accounts])


async def together(calls: Sequence[Coroutine[Any, Any, T]]) -> list[T]:
    """The results of several calls, at the pace and concurrency of the connection.

    Raises:
        BulkImportError: what stopped the first of them.
    """
    tasks = []
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(call) for call in calls]
    except* BulkImportError as stops:
        raise _first(stops) from None
    return [task.result() for task in tasks]


def _first(stops: ExceptionGroup[BulkImportError]) -> BulkImportError:
    """What stopped the first of several calls; the others stopped for the same reason, or because of it."""
    first = stops.exceptions[0]
    return _first(first) if isinstance(first, ExceptionGroup) else first
