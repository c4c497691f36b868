"""What would be done for one row by itself, by the account that it means and by what differs there.

What other rows say of it comes after, in `plan`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, assert_never

from bulk_import.actions import Create, Hold, Skip, Unchanged, Update
from bulk_import.catalogue import FIELDS
from bulk_import.directory import Account, Directory, Elsewhere, Nobody, NotThere, One, Several
from bulk_import.evidence import contradiction, differences, untold
from bulk_import.findings import Finding, Place
from bulk_import.folding import folded
from bulk_import.lists import archived
from bulk_import.row_choice import EVERY_ROW, RowChoice

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from bulk_import.actions import Action
    from bulk_import.check import Record

Mode = Literal["upsert", "create", "update"]


@dataclass(frozen=True, slots=True)
class Rules:
    """What a plan may do.

    Attributes:
        mode: whether accounts are made, changed, or both.
        updated: the fields that may be changed though nobody documents that OneFile changes them.
        rows: which rows are meant.
        protected: whose accounts are never changed: MISIDs, or user ids such as "id:5740".
    """

    mode: Mode = "upsert"
    updated: frozenset[str] = field(default_factory=frozenset)
    rows: RowChoice = EVERY_ROW
    protected: frozenset[str] = field(default_factory=frozenset)

    def may_change(self, name: str) -> bool:
        """Whether a field of an account that is there may be sent."""
        updatable = FIELDS[name].updatable
        return updatable is True or (updatable is None and name in self.updated)

    def protects(self, record: Record, account: Account) -> bool:
        """Whether an account is never changed, by its id, by its MISID or by that of its row."""
        misids = {folded(account.text("MISID")), folded(record.values.get("MISID") or "")} - {""}
        return not {folded(f"id:{account.id}"), *misids}.isdisjoint(map(folded, self.protected))


EVERYTHING = Rules()
"""Whatever is documented, for every row."""


def decide_all(
    records: Sequence[tuple[Record, Place]], directory: Directory, organisations: Collection[int], rules: Rules
) -> list[Action]:
    """What would be done for rows that stand at these places: who has two roles in a file may have two accounts."""
    actions = [decide(record, directory, organisations, rules, place) for record, place in records]
    elsewhere = {at for at, one in enumerate(actions) if isinstance(one, Hold) and one.finding.code == OTHER_ROLE}
    claimed = {_claimed(action, directory) for action in actions if elsewhere} - {None}
    return [
        decide(record, directory, organisations, rules, place, claimed) if at in elsewhere else actions[at]
        for at, (record, place) in enumerate(records)
    ]


def _claimed(action: Action, directory: Directory) -> int | None:
    """The account that a row means, though it may not be chosen."""
    if isinstance(action, Skip):
        found = directory.find(action.record)
        return found.account.id if isinstance(found, One) else None
    return None if isinstance(action, Create) else action.user_id


def decide(
    record: Record,
    directory: Directory,
    organisations: Collection[int],
    rules: Rules,
    place: Place,
    claimed: Collection[int | None] = (),
) -> Action:
    """What would be done for one row by itself.

    Args:
        record: the row.
        directory: as for `make_plan`, like the next two.
        organisations: those that the customer token may use.
        rules: what a plan may do.
        place: where the row stands.
        claimed: the accounts of other rows; under another role they say nothing of this one.
    """
    if not rules.rows.takes(record.row):
        return Skip(record)
    organisation = record.values["OrganisationID"]
    if organisation not in organisations:
        listed = ", ".join(map(str, sorted(organisations)))
        detail = f"; it may use {listed}" if listed else ""
        return Hold(record, Finding("organisation-unknown", place, detail=f"{organisation}{detail}"))
    found = directory.find(record)
    if isinstance(found, Several) and found.may_have_another and rules.rows.makes_again(record.row):
        found = Nobody()
    if isinstance(found, Elsewhere):
        others = tuple(account for account in found.accounts if account.id not in claimed)
        found = Elsewhere(others) if others and not rules.rows.makes_again(record.row) else Nobody()
    match found:
        case Nobody():
            return Create(record) if rules.mode != "update" else Hold(record, Finding("account-missing", place))
        case One(account=account, by=by):
            return _compare(record, account, by, rules, place)
        case Several():
            return Hold(record, _several(found, place))
        case Elsewhere() | NotThere():
            return Hold(record, _elsewhere(record, found, place))
        case other:
            assert_never(other)


def _several(found: Several, place: Place) -> Finding:
    """Why no account is chosen. The code tells where --again helps, since the journal keeps code and detail alone."""
    ids = ", ".join(str(account.id) for account in found.accounts)
    label = "user id" if len(found.accounts) == 1 else "user ids"
    code = "account-namesake" if found.may_have_another else "account-ambiguous"
    return Finding(code, place, detail=f"{found.why} ({label} {ids})")


OTHER_ROLE = "account-other-role"
NOT_THERE = "account-not-there"


def _elsewhere(record: Record, found: Elsewhere | NotThere, place: Place) -> Finding:
    """Where the person's accounts are, or the one whose id the row gives."""
    if isinstance(found, Elsewhere):
        listed = ", ".join(f"user id {one.id} ({_roles(one)})" for one in found.accounts)
        return Finding(OTHER_ROLE, place, detail=listed)
    if found.account is None:
        detail = f"OneFile lists no account with user id {record.user_id} in the organisations of these rows"
        return Finding(NOT_THERE, place, detail=detail)
    seats = (f"{role.label} in organisation {organisation}" for organisation, role in sorted(found.account.seats))
    return Finding(NOT_THERE, place, detail=f"user id {found.account.id} is {' or '.join(seats)}")


def _roles(account: Account) -> str:
    return " or ".join(sorted(role.label for _, role in account.seats))


def _compare(record: Record, account: Account, by: str, rules: Rules, place: Place) -> Action:
    fields = differences(record, account)
    # what agrees in everything contradicts in nothing
    if why := (contradiction(record, account, by) if fields else "") or untold(account):
        detail = f"user id {account.id}, found by {by}, {why}"
        return Hold(record, Finding("account-contradicted", place, detail=detail), account.id)
    if fields and rules.mode == "create":
        detail = f"user id {account.id}, found by {by}, differs in {', '.join(fields)}"
        return Hold(record, Finding("account-exists", place, detail=detail), account.id)
    changes = tuple(name for name in fields if rules.may_change(name))
    # what OneFile does not show is empty for all we know, and sent where it may be; else there is nothing to be said
    left = [name for name in fields if name not in changes and name in account.values]
    finding = Finding("update-undocumented", place, detail=", ".join(left)) if left else None
    if changes and archived(account.values):
        detail = f"user id {account.id}, found by {by}, differs in {', '.join(changes)}"
        return Hold(record, Finding("account-archived", place, detail=detail), account.id)
    if changes and rules.protects(record, account):
        detail = f"user id {account.id} differs in {', '.join(changes)}"
        return Skip(record, account.id, Finding("account-protected", place, detail=detail))
    if changes:
        return Update(record, account.id, changes, finding, by)
    return Unchanged(record, account.id, finding, by)
