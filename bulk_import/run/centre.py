"""All lists of the centres, for people to look at and to choose from in templates.

What that costs: a call for each hundred entries of a list and one to see that it has ended; about 20 for a centre of a
few hundred placements, and two for the customer and its organisations.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bulk_import.catalogue import FIELDS
from bulk_import.errors import NotShown, UsageError
from bulk_import.kinds import Listed, ListedReference
from bulk_import.lists import NOUN_OF, ROLES_OF, CentreList
from bulk_import.run.log import RunLog
from bulk_import.run.target import open_api

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bulk_import.api import OneFile, Organisation
    from bulk_import.run.target import Target
    from bulk_import.settings import Settings

TEMPLATES, STANDARDS = "templates", "standards"
LISTS: tuple[str, ...] = (*(listed.value for listed in Listed), TEMPLATES, STANDARDS)
"""The lists, by the name that people know them by."""


@dataclass(frozen=True, slots=True)
class Centre:
    """An organisation and its lists, by name."""

    id: int
    name: str
    lists: Mapping[str, CentreList]


def centres(settings: Settings, target: Target, say: Callable[[str], None]) -> tuple[Centre, ...]:
    """The lists of the organisation of the settings, or of all that the customer token reaches.

    A list that OneFile refuses to show is empty and says why. `say` tells the person who waits what a wait is for.

    Raises:
        UsageError: the token does not reach the organisation of the settings.
        BulkImportError: OneFile cannot be asked.
    """
    return asyncio.run(_centres(settings, target, say))


def choices(settings: Settings, target: Target, say: Callable[[str], None]) -> dict[str, tuple[str, ...]]:
    """For each field whose cells refer to a list, what may be chosen for it in one organisation, in order.

    Raises:
        UsageError: the token reaches several organisations, and the settings name none of them.
        BulkImportError: as `centres`.
    """
    found = centres(settings, target, say)
    if len(found) != 1:
        listed = ", ".join(f"{centre.name} ({centre.id})" for centre in found)
        raise UsageError(
            f"The customer token reaches several organisations: {listed}.",
            "Set organisation_id to the one that the templates are for.",
        )
    lists = found[0].lists
    return {
        name: tuple(sorted(lists[field.kind.listed].offered(), key=str.casefold))
        for name, field in FIELDS.items()
        if isinstance(field.kind, ListedReference)
    }


async def _centres(settings: Settings, target: Target, say: Callable[[str], None]) -> tuple[Centre, ...]:
    async with open_api(settings, target, RunLog(), say) as api:
        customer, _name = await api.customer()
        reached = await api.organisations(customer)
        return tuple([await _centre(each, api) for each in _chosen(settings, reached)])


def _chosen(settings: Settings, reached: tuple[Organisation, ...]) -> tuple[Organisation, ...]:
    if settings.organisation_id is None:
        return reached
    chosen = tuple(each for each in reached if each.id == settings.organisation_id)
    if not chosen:
        listed = ", ".join(f"{each.name} ({each.id})" for each in reached)
        raise UsageError(
            f"The customer token does not reach organisation {settings.organisation_id}.",
            f"Set organisation_id to one that it reaches: {listed}.",
        )
    return chosen


async def _centre(organisation: Organisation, api: OneFile) -> Centre:
    return Centre(organisation.id, organisation.name, {name: await _list(name, organisation.id, api) for name in LISTS})


async def _list(name: str, organisation: int, api: OneFile) -> CentreList:
    try:
        return CentreList(await _entries(name, organisation, api))
    except NotShown as refused:
        return CentreList(refused=refused.said)


async def _entries(name: str, organisation: int, api: OneFile) -> list[Mapping[str, object]]:
    if name == TEMPLATES:
        return [*await api.framework_templates(organisation)]
    if name == STANDARDS:
        return [*await api.standards(organisation)]
    listed = Listed(name)
    if listed is Listed.STATUSES:
        return [*await api.learner_statuses(organisation)]
    if listed in NOUN_OF:
        return [*await api.listing(NOUN_OF[listed], {"OrganisationID": organisation})]
    roles = ROLES_OF[listed]
    # the role stands beside each, unless the account itself tells another
    return [{"Role": int(role), **each} for role in roles for each in await api.search_users(organisation, role)]
