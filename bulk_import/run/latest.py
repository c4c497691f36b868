"""Looking OneFile up when a run just before may have made accounts that searches do not show yet."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

from bulk_import.run.desk import utc_now
from bulk_import.run.world import World, look_up

if TYPE_CHECKING:
    from collections.abc import Callable

    from bulk_import.api import OneFile
    from bulk_import.run.desk import Desk
    from bulk_import.run.target import Target

LOOKS = 4


async def look_up_with_latest(desk: Desk, target: Target, api: OneFile, say: Callable[[str], None]) -> World:
    """Looks up until searches show what runs just before this one made: searches may lag behind creates.

    Args:
        desk: the run's.
        target: where it goes.
        api: OneFile, open.
        say: tells the person who waits what the wait is for.

    Raises:
        BulkImportError: as `look_up`.
    """
    settings = desk.settings
    since = utc_now() - timedelta(seconds=settings.timeout + settings.settle_wait)
    roles = {int(record.role) for record in desk.records}
    latest = desk.journal.made_since(since, target.environment, target.host, roles)
    world = await look_up(desk.records, api)
    for _ in range(LOOKS - 1):
        if all(user_id in world.directory.accounts for user_id in latest):
            break
        say("OneFile does not show the accounts of the run just before this one yet. Looking again.")
        await asyncio.sleep(settings.settle_wait / (LOOKS - 1))
        world = await look_up(desk.records, api)
    return world
