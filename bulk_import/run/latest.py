"""Listing whom OneFile holds when a run just before may have made accounts that searches do not show yet."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

from bulk_import.run.desk import utc_now
from bulk_import.run.world import World, listed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bulk_import.api import OneFile
    from bulk_import.check import Record
    from bulk_import.run.desk import Desk
    from bulk_import.run.target import Target

LOOKS = 4


async def listed_with_latest(
    desk: Desk, target: Target, records: Sequence[Record], api: OneFile, say: Callable[[str], None]
) -> World:
    """Lists until searches show what runs just before this one made: searches may lag behind creates.

    Args:
        desk: the run's.
        target: where it goes.
        records: its rows.
        api: OneFile, open.
        say: tells the person who waits what the wait is for.

    Raises:
        BulkImportError: as `listed`.
    """
    settings = desk.settings
    since = utc_now() - timedelta(seconds=settings.timeout + settings.settle_wait)
    latest = desk.journal.history(target.environment, target.host).made_since(since, {int(one.role) for one in records})
    world = await listed(records, api)
    for _ in range(LOOKS - 1):
        if all(user_id in world.directory.accounts for user_id in latest):
            break
        say("OneFile does not show the accounts of the run just before this one yet. Looking again.")
        await asyncio.sleep(settings.settle_wait / (LOOKS - 1))
        world = await listed(records, api)
    return world
