"""User/Search: which accounts a search finds, in what order, on which page.

Only what is known is relied on (article 76000048013): filters, page numbers from 1, four fields in the answer. Match
mode, order, page limits and the stability of pages are not documented, so they are switches.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bulk_import.sandbox import owners, values
from bulk_import.sandbox.accounts import user_from
from bulk_import.sandbox.answers import FIELD_MISSING, FIELD_UNREADABLE, Answer, Refusal, as_list

if TYPE_CHECKING:
    from bulk_import.sandbox.accounts import User
    from bulk_import.sandbox.call import Call
    from bulk_import.sandbox.switches import Switches
    from bulk_import.sandbox.values import Fields
    from bulk_import.sandbox.world import World

_NAMES = (("FirstName", "first"), ("LastName", "last"))
_KEYS = (("Email", "email"), ("MISID", "misid"))


@dataclass(slots=True)
class _Where:
    """The conditions of a query and their values, and the index that serves them."""

    conditions: list[str] = field(default_factory=list)
    values: list[object] = field(default_factory=list)
    index: str = "users_order"

    def add(self, condition: str, value: object) -> None:
        self.conditions.append(condition)
        self.values.append(value)


def search_users(world: World, call: Call) -> Answer:
    """POST User/Search, and User/Search/{page}/{size}."""
    role = call.number("Role")
    if role is None and world.switches.search_without_role == "refuse":
        raise Refusal(FIELD_MISSING, "Role is required.")
    organisation = call.number("OrganisationID")
    page = call.page(world.switches.page_cap)
    if not owners.visible(world, call.customer, organisation):
        return as_list([], world.switches)
    found = _find(world, _where(world, call, role, organisation), page)
    return as_list([_shown(user, world.switches) for user in found], world.switches)


def window(page: tuple[int, int], switches: Switches) -> tuple[int, int]:
    """Offset and length of a page. With overlapping pages each opens with the last row of the one before."""
    number, size = page
    step = size - 1 if switches.pages == "overlapping" and size > 1 else size
    return (number - 1) * step, size


def _where(world: World, call: Call, role: int | None, organisation: int | None) -> _Where:
    where = _Where()
    now = world.now()
    where.add("customer = ?", call.customer)
    where.add("visible <= ?", now)
    where.add("(gone IS NULL OR gone > ?)", now)
    if role is not None:
        where.add("role = ?", role)
    if organisation is not None:
        where.add("organisation = ?", organisation)
    if world.switches.filters != "ignored":
        _filter(where, call, world.switches)
    return where


def _filter(where: _Where, call: Call, switches: Switches) -> None:
    for name, column in _NAMES:
        text = call.text(name)
        if text is not None:
            where.add(f"instr({column}, ?) > 0", values.fold(text))
    for name, column in _KEYS:
        text = call.text(name)
        if text is not None and switches.filters == "contains":
            where.add(f"instr({column}, ?) > 0", values.fold(text))
        elif text is not None:
            where.add(f"{column} = ?", values.fold(text))
            where.index = f"users_{column}"
    placement = call.number("PlacementID")
    if placement is not None:
        where.add("placement = ?", placement)
    _filter_by_change(where, call)


def _filter_by_change(where: _Where, call: Call) -> None:
    text = call.text("LastModified")
    if text is None:
        return
    since = values.seconds(text)
    if since is None:
        raise Refusal(FIELD_UNREADABLE, "The value of LastModified is not valid.")
    where.add("modified >= ?", since)


def _find(world: World, where: _Where, page: tuple[int, int] | None) -> list[User]:
    # every condition is written in this module; what callers send travels as values
    sql = f"SELECT * FROM users INDEXED BY {where.index} WHERE {' AND '.join(where.conditions)}"  # noqa: S608
    order = "scramble" if world.switches.order == "scrambled" else "id"
    if page is None:
        found = [user_from(row) for row in world.store.all(f"{sql} ORDER BY {order}", *where.values)]
        if world.switches.order == "scrambled":
            world.random.shuffle(found)
        return found
    offset, length = window(page, world.switches)
    rows = world.store.all(f"{sql} ORDER BY {order} LIMIT ? OFFSET ?", *where.values, length, offset)
    return [user_from(row) for row in rows]


def _shown(user: User, switches: Switches) -> Fields:
    shown: Fields = {"ID": user.id, "FirstName": user.text("FirstName"), "LastName": user.text("LastName")}
    if switches.misid_in_search != "absent":
        shown["MISID"] = user.fields.get("MISID") if switches.misid_in_search == "given" else None
    return shown
