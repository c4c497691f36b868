"""Whose accounts the journal knows, though OneFile may hide them by now, and the key without which it knows nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bulk_import.actions import Hold, Unchanged, Update
from bulk_import.check import payload
from bulk_import.errors import RefusedAsUnsafe
from bulk_import.journal import keyed_token
from bulk_import.plan import MADE_BEFORE, NOTHING_EARLIER
from bulk_import.run.memory import row_digest
from bulk_import.site_key import site_secret
from bulk_import.submit import tokens_of

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable

    from bulk_import.actions import Action
    from bulk_import.check import Record
    from bulk_import.run.desk import Desk
    from bulk_import.run.target import Target

PRACTICE = "sandbox"
MANY = 5
"""Fewer accounts than this may well be hidden one by one."""
KEY_MARK = "the key that people are kept with"


def key_of_people(desk: Desk, target: Target) -> bytes:
    """The site's key, made on first use, and known to be the one that the journal knows people by.

    Raises:
        RefusedAsUnsafe: it is gone, or another one.
        UsageError: the key file is damaged, or cannot be made.
    """
    history = desk.journal.history(target.environment, target.host)
    needed = target.environment != PRACTICE and history.anybody()
    if needed and not desk.settings.secret_file.exists():
        raise _without_key(desk, "is gone")
    secret = site_secret(desk.settings)
    memory = desk.journal.memory(target.environment, target.host)
    if not memory.knows_key(keyed_token(secret, KEY_MARK), anew=not needed):
        raise _without_key(desk, "is not the one that this journal was kept with")
    return secret


def _without_key(desk: Desk, wrong: str) -> RefusedAsUnsafe:
    return RefusedAsUnsafe(
        f"The key file {desk.settings.secret_file} {wrong}, and without the right one nobody is recognised whose "
        "account an earlier run made: people could be made twice.",
        "Bring the file back from a backup. If it is lost for good, give the next run a new journal with the setting "
        "`journal`, and look at a dry run before you submit.",
    )


def made_before(desk: Desk, target: Target) -> Callable[[Record], int | None]:
    """Which account the journal knows for the person of a row, though the account may be changed or hidden by now.

    Those that this program made or changed by the MISID, or by e-mail address and names, within organisation and role;
    those that it ever found to hold just what a row says by all of that. The practice OneFile that a command starts
    itself may be started afresh by deleting its file, so nothing is held against it.

    Raises:
        RefusedAsUnsafe: the key that the journal's tokens were made with is gone, or was replaced.
    """
    if target.environment == PRACTICE:
        return NOTHING_EARLIER.made
    history = desk.journal.history(target.environment, target.host)
    if not desk.settings.secret_file.exists() and not history.anybody():
        return NOTHING_EARLIER.made
    secret, digest, made = key_of_people(desk, target), row_digest(desk), history.made()
    remembered = desk.journal.memory(target.environment, target.host).remembered()
    confirmed = {one.digest: user_id for user_id, one in remembered.items()}

    def account_of(record: Record) -> int | None:
        said = payload(record)
        known = (made[token] for token in tokens_of(said, secret) if token in made)
        return next(known, None) or confirmed.get(digest(said))

    return account_of


def all_hidden_sentence(actions: Iterable[Action], accounts: Container[int]) -> tuple[str, ...]:
    """What a report says where OneFile shows none of the accounts that the journal knows: it may have been set back.

    Args:
        actions: what would be done, for each row.
        accounts: the ids of all accounts that OneFile lists.
    """
    known = [one for one in actions if isinstance(one, Update | Unchanged | Hold) and _is_of_journal(one)]
    if len(known) < MANY or any(not isinstance(one, Hold) or one.user_id in accounts for one in known):
        return ()
    sentence = (
        f"OneFile shows none of the {len(known):,} accounts that earlier runs made or found for these rows. If it was "
        "emptied, or set back to an earlier copy, give the next run a new journal with the setting journal, and look "
        "at a dry run before you submit. If not, ask OneFile what became of these people."
    )
    return (sentence,)


def _is_of_journal(action: Update | Unchanged | Hold) -> bool:
    """Whether a row has an account, or had one by the journal."""
    return not isinstance(action, Hold) or action.finding.code == MADE_BEFORE
