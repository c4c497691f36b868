"""What OneFile already holds, as far as a run needs to know it: organisations, and the accounts of the roles in it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bulk_import.directory import Account, Directory
from bulk_import.errors import BulkImportError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bulk_import.api import OneFile, Organisation
    from bulk_import.catalogue import Role
    from bulk_import.check import Record


@dataclass(frozen=True, slots=True)
class World:
    """OneFile as it was found.

    Attributes:
        organisations: those of the customer, by id.
        directory: the accounts of the organisations and roles that the rows name.
    """

    organisations: Mapping[int, Organisation]
    directory: Directory


async def look_up(records: Sequence[Record], api: OneFile) -> World:
    """Asks OneFile for all that deciding these rows needs.

    Whole lists are loaded by paged searches, as article 76000033860 recommends; accounts are fetched by themselves
    only where a row may mean them, because a search gives no more than names and MISID.

    Raises:
        ApiDown: no answer, or none that can be used.
        CredentialsRefused: the customer token is not accepted.
    """
    customer, _name = await api.customer()
    organisations = {organisation.id: organisation for organisation in await api.organisations(customer)}
    wanted = sorted({(_organisation(record), record.role) for record in records})
    directory = Directory(
        [account for id_, role in wanted if id_ in organisations for account in await _accounts(api, id_, role)]
    )
    ids = dict.fromkeys(id_ for record in records for id_ in directory.candidates(record))
    details = await _details(api, [directory.accounts[id_] for id_ in ids])
    return World(organisations, directory.with_details(details))


def _organisation(record: Record) -> int:
    organisation = record.values["OrganisationID"]
    assert isinstance(organisation, int)  # noqa: S101 - mandatory and checked
    return organisation


async def _accounts(api: OneFile, organisation_id: int, role: Role) -> list[Account]:
    found = await api.search_users(organisation_id, role)
    return [Account(_id(values), organisation_id, role, values) for values in found]


def _id(values: Mapping[str, object]) -> int:
    return int(str(values["ID"]))


async def _details(api: OneFile, accounts: Sequence[Account]) -> list[Account]:
    """The accounts in full; one that is gone in the meantime is left as it was seen."""
    tasks = []
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(api.user(account.id)) for account in accounts]
    except* BulkImportError as stops:
        raise _first(stops) from None
    return [
        Account(account.id, account.organisation_id, account.role, values, complete=True)
        for account, task in zip(accounts, tasks, strict=True)
        if (values := task.result()) is not None
    ]


def _first(stops: ExceptionGroup[BulkImportError]) -> BulkImportError:
    """What stopped the first of several calls; the others stopped for the same reason, or because of it."""
    first = stops.exceptions[0]
    return _first(first) if isinstance(first, ExceptionGroup) else first
