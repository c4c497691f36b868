"""Who is assigned to whom and to what (articles 76000037054 and 76000037063).

The guide now says that the id in `User/{id}/Assign` is the learner's; the body says LearnerID as well, and the one
client in production puts the assignee into the path. So does this server, and refuses a learner there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bulk_import.sandbox import accounts, lists
from bulk_import.sandbox.answers import (
    FIELD_MISSING,
    FIELD_UNREADABLE,
    LEVEL_UNKNOWN,
    NOT_ASSIGNED_YET,
    UNIT_ASSIGNED_ALREADY,
    USER_NOT_FOUND,
    WRONG_USER_FOR_ASSIGN,
    Answer,
    Refusal,
    as_json,
    as_list,
    done,
)
from bulk_import.sandbox.contract import ASSESSOR, EMPLOYER, IQA, LEARNER, OBSERVER, TRAINEE_ASSESSOR

if TYPE_CHECKING:
    from bulk_import.sandbox.accounts import User
    from bulk_import.sandbox.call import Call
    from bulk_import.sandbox.world import World

_ASSESSING = frozenset({ASSESSOR, TRAINEE_ASSESSOR, IQA})
_ADDITIONAL, _UNIT, _AIM = 1, 2, 3
_ROLES = {_ADDITIONAL: _ASSESSING | {EMPLOYER, OBSERVER}, _UNIT: _ASSESSING, _AIM: _ASSESSING}


def assign_user(world: World, call: Call) -> Answer:
    """POST User/{assignee}/Assign with LearnerID and Level, and UnitID (level 2) or StandardID (level 3): 204."""
    assignee = accounts.get(world.store, call.customer, call.place("id"), world.now())
    level = call.number("Level")
    if level is None or level not in _ROLES:
        raise Refusal(LEVEL_UNKNOWN, "Level must be 1, 2 or 3.")
    if assignee.role not in _ROLES[level]:
        raise Refusal(WRONG_USER_FOR_ASSIGN, "A user of this role cannot be assigned at this level.")
    learner = _learner(world, call, call.number("LearnerID"))
    if learner.organisation != assignee.organisation:
        raise Refusal(WRONG_USER_FOR_ASSIGN, "User and learner must belong to the same organisation.")
    what = _what(world, call, level, learner)
    with world.store.transaction():
        _link(world, f"level {level}", learner.id, str(assignee.id), what)
    return done()


def assign_placement(world: World, call: Call) -> Answer:
    """POST User/{employer}/AssignPlacement/{placement}/{grantAccess}: 204."""
    user = accounts.get(world.store, call.customer, call.place("id"), world.now())
    if user.role != EMPLOYER:
        raise Refusal(WRONG_USER_FOR_ASSIGN, "Only employers can be assigned to a further placement.")
    lists.get(world, call.customer, lists.PLACEMENT, call.places["placement"])
    _true_or_false(call, "access")
    with world.store.transaction():
        _link(world, "placement", user.id, call.places["placement"])
    return done()


def assign_template(world: World, call: Call) -> Answer:
    """POST FrameworkTemplate/{id}/Assign/{user}/{onlyChangeAssigned}: 204; its standards and their units follow."""
    template = lists.get(world, call.customer, lists.TEMPLATE, call.places["id"])
    learner = _learner(world, call, call.place("user"))
    _true_or_false(call, "only")
    standards = template.fields.get("Standards")
    with world.store.transaction():
        _link(world, "template", learner.id, call.places["id"])
        for standard in standards if isinstance(standards, list) else []:
            _link(world, "standard", learner.id, standard)
            for unit in _units_of(world, int(standard)):
                _link(world, "unit", learner.id, unit)
    return done()


def assign_standard(world: World, call: Call) -> Answer:
    """POST Standard/{id}/Assign/{learner}: 200 with the learning aim's id, the same one when repeated."""
    lists.get(world, call.customer, lists.STANDARD, call.places["id"])
    learner = _learner(world, call, call.place("learner"))
    with world.store.transaction():
        return as_json(_link(world, "standard", learner.id, call.places["id"]))


def assign_unit(world: World, call: Call) -> Answer:
    """POST Unit/{id}/Assign/{learner}/{standard}: 200 with an id; refused the second time."""
    lists.get(world, call.customer, lists.UNIT, call.places["id"])
    learner = _learner(world, call, call.place("learner"))
    unit = call.places["id"].casefold()
    with world.store.transaction():
        if _linked(world, "standard", learner.id, call.places["standard"]) is None:
            raise Refusal(NOT_ASSIGNED_YET, "The standard is not assigned to the learner.")
        if _linked(world, "unit", learner.id, unit) is not None:
            raise Refusal(UNIT_ASSIGNED_ALREADY, "The unit is already assigned to the learner.")
        return as_json(_link(world, "unit", learner.id, unit))


def episodes(world: World, call: Call) -> Answer:
    """GET User/{id}/LearnerEpisodes: the one episode of the account with its standards; nothing for other roles."""
    user = accounts.get(world.store, call.customer, call.place("id"), world.now())
    if user.made_as != LEARNER:
        return as_list([], world.switches)
    sql = "SELECT id, subject FROM assignments WHERE kind = 'standard' AND learner = ? ORDER BY id"
    aims = [{"LearningAimID": row["id"], "StandardID": int(row["subject"])} for row in world.store.all(sql, user.id)]
    names = ("EpisodeName", "StartOn", "PlannedEndDate")
    episode = {"ID": user.id, **{name: user.fields.get(name) for name in names}, "Standards": aims}
    return as_list([episode], world.switches)


def assignments_of(world: World, learner: int) -> list[tuple[str, str, str]]:
    """What is assigned to a user: kind, subject and detail of each assignment, in order."""
    sql = "SELECT kind, subject, detail FROM assignments WHERE learner = ? ORDER BY id"
    return [(row["kind"], row["subject"], row["detail"]) for row in world.store.all(sql, learner)]


def _what(world: World, call: Call, level: int, learner: User) -> str:
    if level == _ADDITIONAL:
        return ""
    name, kind = ("UnitID", lists.UNIT) if level == _UNIT else ("StandardID", lists.STANDARD)
    what = call.text(name)
    if what is None:
        raise Refusal(FIELD_MISSING, f"{name} is required for this level.")
    lists.get(world, call.customer, kind, what)
    if _linked(world, kind.name, learner.id, what.casefold()) is None:
        raise Refusal(NOT_ASSIGNED_YET, f"The {kind.name} is not assigned to the learner.")
    return what.casefold()


def _learner(world: World, call: Call, number: int | None) -> User:
    if number is None:
        raise Refusal(FIELD_MISSING, "LearnerID is required.")
    learner = accounts.find(world.store, call.customer, number, world.now())
    if learner is None or learner.role != LEARNER:
        raise Refusal(USER_NOT_FOUND, "The learner was not found.")
    return learner


def _true_or_false(call: Call, name: str) -> None:
    if call.places[name].casefold() not in {"true", "false"}:
        raise Refusal(FIELD_UNREADABLE, "The last part of the path must be true or false.")


def _units_of(world: World, standard: int) -> list[str]:
    sql = "SELECT key FROM entries WHERE kind = 'unit' AND json_extract(fields, '$.StandardID') = ?"
    return [row["key"] for row in world.store.all(sql, standard)]


def _linked(world: World, kind: str, learner: int, subject: str, detail: str = "") -> int | None:
    sql = "SELECT id FROM assignments WHERE kind = ? AND learner = ? AND subject = ? AND detail = ?"
    row = world.store.one(sql, kind, learner, subject, detail)
    return None if row is None else int(row["id"])


def _link(world: World, kind: str, learner: int, subject: str, detail: str = "") -> int:
    """The id of the assignment, which is made if it is not there yet."""
    known = _linked(world, kind, learner, subject, detail)
    if known is not None:
        return known
    number = world.store.next_id("assignment")
    sql = "INSERT INTO assignments (id, kind, learner, subject, detail) VALUES (?, ?, ?, ?, ?)"
    world.store.run(sql, number, kind, learner, subject, detail)
    return number
