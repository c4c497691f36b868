"""Accounts made, shown, changed, archived and deleted (articles 76000037051 and 76000037410).

Creating is not idempotent and nothing stops duplicates: the same person sent twice is two accounts.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bulk_import.sandbox import accounts, contract, owners, references, values
from bulk_import.sandbox.accounts import User
from bulk_import.sandbox.answers import (
    EMAIL_IN_USE,
    FIELD_MISSING,
    NO_SEAT_LEFT,
    NOT_CHANGEABLE,
    NOT_CLEARABLE,
    ROLE_NOT_CREATABLE,
    Answer,
    Refusal,
    as_json,
    done,
)
from bulk_import.sandbox.contract import ARCHIVED_LEARNER, LEARNER

if TYPE_CHECKING:
    from bulk_import.sandbox.call import Call
    from bulk_import.sandbox.contract import Rule
    from bulk_import.sandbox.owners import Organisation
    from bulk_import.sandbox.switches import Switches
    from bulk_import.sandbox.values import Fields
    from bulk_import.sandbox.world import World

_UNCHANGEABLE = ("organisationid", "role")
_DELETED_AFTER = timedelta(hours=2)
_NIGHT_BEGINS, _NIGHT_ENDS = 20, 6


def create(world: World, call: Call) -> Answer:
    """POST User: 200 with ID, Username and the names."""
    with world.store.transaction():
        role = _role(call)
        organisation = _organisation(world, call)
        _require(call, role, world.switches)
        fields = _cut(world, _accepted(call, role))
        references.check(world, call.customer, organisation.id, fields)
        _take_seat(world, organisation.id, role)
        _allow_email(world, call.customer, fields)
        user = _new_user(world, call, role, fields)
        _note_mail(world, organisation, user)
        accounts.insert(world.store, user)
    world.leave_out(user.id, role, _left_out(call, role))
    names: Fields = {name: user.fields.get(name) for name in ("FirstName", "LastName")}
    return as_json({"ID": user.id, "Username": user.username, **names})


def show(world: World, call: Call) -> Answer:
    """GET User/{id}: the fields that clients have seen, or all by switch."""
    user = accounts.get(world.store, call.customer, call.place("id"), world.now())
    known: Fields = {
        "ID": user.id,
        "Username": user.username,
        **user.fields,
        "Role": user.role,
        "LastModified": values.instant(user.modified),
        "Progress": 0 if user.made_as == LEARNER else None,
    }
    everything = (
        *(rule.name for rule in contract.FIELDS + contract.BEYOND_THE_GUIDE),
        "ID",
        "LastModified",
        "Progress",
    )
    names = contract.SEEN_IN_ANSWERS if world.switches.account_fields == "seen" else everything
    shown = {name: known.get(name) for name in names}
    if world.switches.unset_fields == "absent":
        shown = {name: value for name, value in shown.items() if value is not None}
    return as_json(shown)


def change(world: World, call: Call) -> Answer:
    """POST User/{id}: 204. Only what is sent changes; null leaves alone, an empty text clears."""
    with world.store.transaction():
        user = accounts.get(world.store, call.customer, call.place("id"), world.now())
        _refuse_moves(call, user)
        changed = _changes(call, user.made_as)
        references.check(world, user.customer, user.organisation, changed)
        merged: Fields = {**user.fields, **changed}
        fields: Fields = {name: value for name, value in merged.items() if value is not None}
        accounts.update(world.store, replace(user, fields=fields, modified=world.now()))
    world.leave_out(user.id, user.role, _left_out(call, user.made_as))
    return done()


def archive(world: World, call: Call) -> Answer:
    """POST User/{id}/Archive: a learner's role becomes 2 and the seat is free; others keep their role."""
    with world.store.transaction():
        user = accounts.get(world.store, call.customer, call.place("id"), world.now())
        role = ARCHIVED_LEARNER if user.role == LEARNER else user.role
        accounts.update(world.store, replace(user, role=role, archived=True, modified=world.now()))
    return done()


def unarchive(world: World, call: Call) -> Answer:
    """POST User/{id}/Unarchive."""
    with world.store.transaction():
        user = accounts.get(world.store, call.customer, call.place("id"), world.now())
        if user.archived:
            _take_seat(world, user.organisation, user.made_as)
        accounts.update(world.store, replace(user, role=user.made_as, archived=False, modified=world.now()))
    return done()


def delete(world: World, call: Call) -> Answer:
    """DELETE User/{id}: marked now, gone two hours later at the earliest, and only at night (article 76000037410)."""
    with world.store.transaction():
        user = accounts.get(world.store, call.customer, call.place("id"), world.now())
        gone = user.gone or _next_night(world.now())
        accounts.update(world.store, replace(user, gone=gone))
    return done()


def _role(call: Call) -> int:
    role = call.number("Role")
    if role is None:
        raise Refusal(FIELD_MISSING, "Role is required.")
    if role not in contract.CREATABLE:
        raise Refusal(ROLE_NOT_CREATABLE, "Users with this role cannot be created.")
    return role


def _organisation(world: World, call: Call) -> Organisation:
    organisation = call.number("OrganisationID")
    if organisation is None:
        raise Refusal(FIELD_MISSING, "OrganisationID is required.")
    return owners.own(world, call.customer, organisation)


def _require(call: Call, role: int, switches: Switches) -> None:
    for rule in contract.required_of(role):
        if rule.name == "Email" and switches.missing_email == "lax":
            continue
        if call.get(rule.name) is None:
            raise Refusal(FIELD_MISSING, f"{rule.name} is required.")


def _accepted(call: Call, role: int) -> Fields:
    fields: Fields = {}
    for name in call.sent:
        rule = contract.rule_of(name)
        sent = call.get(name)
        if rule is None or role not in rule.accepted or rule.name == "Username" or sent is None:
            continue
        fields[rule.name] = _value(rule, sent)
    return {name: value for name, value in fields.items() if value is not None}


def _cut(world: World, fields: Fields) -> Fields:
    length = world.switches.longest_text
    return {name: value[:length] if isinstance(value, str) else value for name, value in fields.items()}


def _value(rule: Rule, sent: object) -> values.Value:
    value = values.parse(rule.name, rule.kind, sent)
    return None if rule.none_is_zero and value == 0 else value


def _left_out(call: Call, role: int) -> list[str]:
    def is_taken(name: str) -> bool:
        rule = contract.rule_of(name)
        return rule is not None and role in rule.accepted

    return [call.names[name] for name in call.sent if not is_taken(name)]


def _take_seat(world: World, organisation: int, role: int) -> None:
    if world.switches.seats is None or role != LEARNER:
        return
    sql = "SELECT count(*) FROM users WHERE organisation = ? AND role = ? AND (gone IS NULL OR gone > ?)"
    if world.store.number(sql, organisation, LEARNER, world.now()) >= world.switches.seats:
        raise Refusal(NO_SEAT_LEFT, "There is no seat left in the licence of this organisation.")


def _allow_email(world: World, customer: int, fields: Fields) -> None:
    email = fields.get("Email")
    if world.switches.duplicate_email == "reject" and _email_known(world, customer, email):
        raise Refusal(EMAIL_IN_USE, f"The email address {email} is already in use.")


def _email_known(world: World, customer: int, email: values.Value) -> bool:
    if not isinstance(email, str):
        return False
    sql = "SELECT 1 FROM users WHERE customer = ? AND email = ?"
    return world.store.one(sql, customer, values.fold(email)) is not None


def _new_user(world: World, call: Call, role: int, fields: Fields) -> User:
    now = world.now()
    organisation = fields["OrganisationID"]
    return User(
        id=world.store.next_id("user"),
        customer=call.customer,
        organisation=organisation if isinstance(organisation, int) else 0,
        role=role,
        archived=False,
        username=_username(world, call, role, fields),
        fields=fields,
        created=now,
        modified=now,
        visible=now + call.lag,
    )


def _username(world: World, call: Call, role: int, fields: Fields) -> str:
    wanted = call.text("Username")
    if wanted is not None and role != LEARNER and not accounts.username_taken(world.store, wanted):
        return wanted
    return accounts.new_username(world.store, str(fields.get("FirstName", "")), str(fields.get("LastName", "")))


def _note_mail(world: World, organisation: Organisation, user: User) -> None:
    email = user.text("Email")
    if not organisation.emails_new_users or not email:
        return
    keychain = "existing" if _email_known(world, user.customer, email) else "new"
    sql = "INSERT INTO mail (user, organisation, email, keychain, at) VALUES (?, ?, ?, ?, ?)"
    world.store.run(sql, user.id, organisation.id, email, keychain, world.now())


def _refuse_moves(call: Call, user: User) -> None:
    for name, own in (("Role", user.made_as), ("OrganisationID", user.organisation)):
        sent = call.number(name)
        if sent is not None and sent not in {own, user.role if name == "Role" else own}:
            raise Refusal(NOT_CHANGEABLE, f"{name} cannot be changed.")


def _changes(call: Call, role: int) -> Fields:
    changed: Fields = {}
    for name, sent in call.sent.items():
        rule = contract.rule_of(name)
        if rule is None or role not in rule.accepted or name in {*_UNCHANGEABLE, "username"} or sent is None:
            continue
        if values.blank(sent) and role in rule.required:
            raise Refusal(NOT_CLEARABLE, f"{rule.name} cannot be empty.")
        changed[rule.name] = None if values.blank(sent) else _value(rule, sent)
    return changed


def _next_night(now: float) -> float:
    earliest = datetime.fromtimestamp(now, UTC) + _DELETED_AFTER
    if not _NIGHT_ENDS <= earliest.hour < _NIGHT_BEGINS:
        return earliest.timestamp()
    return earliest.replace(hour=_NIGHT_BEGINS, minute=0, second=0, microsecond=0).timestamp()
