"""Whether an account is a row's, and in what it differs from the row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bulk_import.catalogue import FIELDS
from bulk_import.check import payload
from bulk_import.difference import SHOWN, agreeing, differing, form
from bulk_import.directory import BY_ID

if TYPE_CHECKING:
    from bulk_import.check import Record
    from bulk_import.directory import Account


def differences(record: Record, account: Account) -> tuple[str, ...]:
    """The fields whose value in OneFile is another than the row's, in the API's order.

    What is to be emptied and OneFile does not show may be full for all we know.
    """
    if account.said_by == record.key:
        return ()
    hidden = {name for name in record.cleared if name not in SHOWN and name not in account.values}
    differ = differing(payload(record), account.values)
    return tuple(name for name in FIELDS if name in differ or name in hidden) if hidden else differ


def untold(account: Account) -> str:
    """Why an account cannot be compared; nothing is sent to one that OneFile does not show as it is."""
    if not account.in_full:
        return "cannot be read in full"
    if len(account.seats) > 1:
        return "was found under several roles or organisations, and does not say which is its own"
    return ""


_NAMES = frozenset({"FirstName", "LastName"})
_NUMBERS = frozenset({"ULN", "DOB"})
_PLACE = frozenset({"OrganisationID", "Role"})


def contradiction(record: Record, account: Account, by: str) -> str:
    """Why an account may be another person's after all, though id, MISID, or e-mail address and name found it.

    A MISID that was used again, or a MISID or id typed into the wrong row, would otherwise turn one person's account
    into another's: so something else that identifies a person must agree. Sensitive values stay out of the words.
    """
    keys = _NUMBERS | {"MISID"} if by == BY_ID else _NUMBERS
    wanted = payload(record)
    told = {name for name in differing(wanted, account.values) if form(name, account.values)}
    strong = agreeing(wanted, account.values) & (keys | {"Email"})
    names, numbers = told & _NAMES, told & keys
    another = f"has another {' and '.join(sorted(told & (_NAMES | keys | _PLACE | {'Email'})))}"
    if told & _PLACE:
        return another
    if by not in {"MISID", BY_ID}:
        return another if numbers else ""
    if numbers and (names or not strong):
        return another
    if names == _NAMES and not strong & _NUMBERS:
        return f"{another}, and neither ULN nor date of birth says that it is the same person"
    shown = any(form(name, account.values) for name in _NAMES)
    if not strong and (names or not shown):
        what = another if names else "shows no name"
        return f"{what}, and neither e-mail address nor ULN nor date of birth says that it is the same person"
    return ""
