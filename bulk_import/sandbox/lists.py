"""The lists beside the users: classrooms, placements, providers, templates, standards, units, statuses.

All of them are kept and answered in the same way; what differs is in the table of kinds.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zlib import crc32

from bulk_import.sandbox import owners, values
from bulk_import.sandbox.answers import (
    CLASSROOM_NOT_FOUND,
    FIELD_MISSING,
    PLACEMENT_NOT_FOUND,
    PROVIDER_NOT_FOUND,
    STANDARD_NOT_FOUND,
    TEMPLATE_NOT_FOUND,
    UNIT_NOT_FOUND,
    Answer,
    Refusal,
    as_json,
    as_list,
    done,
)
from bulk_import.sandbox.search import window

if TYPE_CHECKING:
    from bulk_import.sandbox.call import Call
    from bulk_import.sandbox.values import Fields, Kind
    from bulk_import.sandbox.world import World

_NOT_FOUND = 404


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a list: its owner, and its fields with ID and OrganisationID."""

    organisation: int
    fields: Fields


@dataclass(frozen=True, slots=True)
class ListKind:
    """What a list is like.

    Attributes:
        name: Its name in the store, and of the sequence of its ids.
        not_found: The code when an id is unknown.
        label: The field that searches filter by: Name or Title.
        shown: The fields in search answers.
        writable: The fields that can be sent, with their kinds; empty if entries are made elsewhere.
        parent: A field that a search may give in place of the organisation.
    """

    name: str
    not_found: int
    label: str
    shown: tuple[str, ...]
    writable: tuple[tuple[str, Kind], ...] = ()
    parent: str | None = None


_FIRM: tuple[tuple[str, Kind], ...] = (
    ("Name", "text"),
    ("Address", "text"),
    ("Active", "bool"),
    ("Contact", "text"),
    ("Email", "text"),
    ("Fax", "text"),
    ("Telephone", "text"),
    ("Web", "text"),
    ("MISID", "text"),
)
CLASSROOM = ListKind(
    "classroom",
    CLASSROOM_NOT_FOUND,
    "Name",
    ("ID", "Name", "MISID"),
    (
        ("Name", "text"),
        ("StartOn", "date"),
        ("Archive", "bool"),
        ("CompletionMessage", "text"),
        ("SendCompletionMessage", "bool"),
        ("IVFinalSignOff", "bool"),
        ("MISID", "text"),
    ),
)
PLACEMENT = ListKind("placement", PLACEMENT_NOT_FOUND, "Name", ("ID", "Name", "MISID"), _FIRM)
PROVIDER = ListKind("provider", PROVIDER_NOT_FOUND, "Name", ("ID", "Name", "MISID"), _FIRM)
TEMPLATE = ListKind("template", TEMPLATE_NOT_FOUND, "Title", ("ID", "Title"))
STANDARD = ListKind("standard", STANDARD_NOT_FOUND, "Title", ("ID", "Title"))
UNIT = ListKind("unit", UNIT_NOT_FOUND, "Title", ("ID", "Title", "NDAQCode", "Display"), parent="StandardID")


def search(world: World, call: Call, kind: ListKind) -> Answer:
    """POST KIND/Search, and KIND/Search/{page}/{size}: OrganisationID (or the parent) and an optional name."""
    organisation = call.number("OrganisationID")
    parent = call.number(kind.parent) if kind.parent else None
    if organisation is None and parent is None:
        raise Refusal(FIELD_MISSING, "OrganisationID is required.")
    page = call.page(world.switches.page_cap)
    if not owners.visible(world, call.customer, organisation):
        return as_list([], world.switches)
    found = _find(world, call, kind, organisation, parent)
    if page is not None:
        offset, length = window(page, world.switches)
        found = found[offset : offset + length]
    rows = [{name: entry.fields.get(name) for name in kind.shown} for entry in found]
    return as_list(rows, world.switches)


def show(world: World, call: Call, kind: ListKind) -> Answer:
    """GET KIND/{id}."""
    return as_json(get(world, call.customer, kind, call.places["id"], status=_NOT_FOUND).fields)


def create(world: World, call: Call, kind: ListKind) -> Answer:
    """POST KIND: 200 with the new id and nothing else."""
    organisation = call.number("OrganisationID")
    for name in ("OrganisationID", "Name"):
        if call.get(name) is None:
            raise Refusal(FIELD_MISSING, f"{name} is required.")
    with world.store.transaction():
        owner = owners.own(world, call.customer, organisation or 0)
        number = world.store.next_id(kind.name)
        fields: Fields = {"ID": number, "OrganisationID": owner.id, **_sent(call, kind)}
        sql = "INSERT INTO entries (kind, key, organisation, fields) VALUES (?, ?, ?, ?)"
        world.store.run(sql, kind.name, str(number), owner.id, json.dumps(fields, ensure_ascii=False))
    return as_json(number)


def change(world: World, call: Call, kind: ListKind) -> Answer:
    """POST KIND/{id}: 204; only what is sent changes."""
    with world.store.transaction():
        entry = get(world, call.customer, kind, call.places["id"], status=_NOT_FOUND)
        fields = json.dumps({**entry.fields, **_sent(call, kind)}, ensure_ascii=False)
        sql = "UPDATE entries SET fields = ? WHERE kind = ? AND key = ?"
        world.store.run(sql, fields, kind.name, values.fold(call.places["id"]))
    return done()


def get(world: World, customer: int, kind: ListKind, key: str, *, status: int = 400) -> Entry:
    """The customer's entry with this id, its case ignored.

    Raises:
        Refusal: There is none.
    """
    sql = (
        "SELECT entries.* FROM entries JOIN organisations ON organisations.id = entries.organisation"
        " WHERE kind = ? AND key = ? AND customer = ?"
    )
    row = world.store.one(sql, kind.name, values.fold(key), customer)
    if row is None:
        raise Refusal(kind.not_found, f"The {kind.name} was not found.", status=status)
    return Entry(row["organisation"], json.loads(row["fields"]))


def of_organisation(world: World, call: Call, name: str) -> Answer:
    """GET Organisation/{id}/…: all entries of one sort, each with ID and name or title."""
    organisation = owners.own(world, call.customer, call.place("id"), status=_NOT_FOUND)
    sql = "SELECT fields FROM entries WHERE kind = ? AND organisation = ?"
    found: list[Fields] = [json.loads(row["fields"]) for row in world.store.all(sql, name, organisation.id)]
    shown = [{key: value for key, value in entry.items() if key != "OrganisationID"} for entry in found]
    return as_list(shown, world.switches)


def learning_aim_statuses(world: World, call: Call) -> Answer:
    """GET Organisation/{id}/LearningAimStatuses; the names are made up, the real ones are not public."""
    owners.own(world, call.customer, call.place("id"), status=_NOT_FOUND)
    names = ("In progress", "Completed", "Withdrawn")
    return as_list([{"ID": place, "Name": name} for place, name in enumerate(names, start=1)], world.switches)


def _find(world: World, call: Call, kind: ListKind, organisation: int | None, parent: int | None) -> list[Entry]:
    sql = (
        "SELECT entries.* FROM entries JOIN organisations ON organisations.id = entries.organisation"
        " WHERE kind = ? AND customer = ? AND (? IS NULL OR organisation = ?)"
    )
    rows = world.store.all(sql, kind.name, call.customer, organisation, organisation)
    entries = [Entry(row["organisation"], json.loads(row["fields"])) for row in rows]
    wanted = values.fold(call.text(kind.label) or "")
    if world.switches.filters != "ignored":
        entries = [entry for entry in entries if wanted in values.fold(str(entry.fields.get(kind.label, "")))]
    if parent is not None and kind.parent:
        entries = [entry for entry in entries if entry.fields.get(kind.parent) == parent]
    if world.switches.order == "by-id":
        return sorted(entries, key=lambda entry: str(entry.fields["ID"]))
    return sorted(entries, key=lambda entry: crc32(str(entry.fields["ID"]).encode()))


def _sent(call: Call, kind: ListKind) -> Fields:
    fields: Fields = {}
    for name, of_kind in kind.writable:
        sent = call.get(name)
        if sent is not None:
            fields[name] = values.parse(name, of_kind, sent)
    return fields
