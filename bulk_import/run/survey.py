"""All that a run asks OneFile before it decides: whom it holds, what has changed there, what the rows refer to.

Staff, employers and observers come before the learners who name them: whether a row's tutor is somebody new or has an
account shows only when the tutor's own row has found it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bulk_import.catalogue import Role
from bulk_import.kinds import Listed
from bulk_import.lists import ROLES_OF
from bulk_import.run.lists import resolve
from bulk_import.run.memory import recollect
from bulk_import.run.world import completed

if TYPE_CHECKING:
    from bulk_import.api import OneFile
    from bulk_import.run.desk import Desk
    from bulk_import.run.recall import Recollection
    from bulk_import.run.target import Target
    from bulk_import.run.world import World

_PEOPLE = frozenset(ROLES_OF)
_THINGS = frozenset(Listed) - _PEOPLE


async def survey(desk: Desk, target: Target, world: World, api: OneFile) -> tuple[Desk, World, Recollection | None]:
    """The rows with what their references mean, OneFile as far as deciding them needs, and what was remembered.

    Args:
        desk: the run's.
        target: where it goes.
        world: whom OneFile has listed.
        api: OneFile, open.

    Raises:
        BulkImportError: OneFile cannot be asked.
    """
    recollection = await recollect(desk, target, world, api)
    things = await resolve(desk.checked, world, api, among=_THINGS)
    # rows that were not chosen too: a chosen one may name their people
    valid = [record for source in desk.answered(things).checked for record in source.valid]
    others = [record for record in valid if record.role is not Role.LEARNER]
    world = await completed(world, others, api, recollection)
    people = await resolve(desk.checked, world, api, among=_PEOPLE)
    desk = desk.answered({**things, **people})
    learners = [record for record in desk.records if record.role is Role.LEARNER]
    world = await completed(world, learners, api, recollection)
    return desk, world, recollection
