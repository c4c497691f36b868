"""What all runs to one OneFile have done: whose accounts they made, what they were refused, what is still in doubt."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from bulk_import.journal.entries import Done, Rejected, State
from bulk_import.journal.rows import whole, whole_or_none
from bulk_import.journal.store import OfOneFile

if TYPE_CHECKING:
    from collections.abc import Collection

_IN_DOUBT = """
    SELECT max(attempts.sent_at) FROM attempts
    JOIN operations USING (run, source, row) JOIN runs ON runs.id = attempts.run
    WHERE runs.environment = ? AND runs.host = ? AND (operations.state IN (?, ?)
        OR operations.verb = 'update' AND (attempts.verdict IS NULL OR attempts.verdict = 'MaybeSent'))"""
_MADE_SINCE = """
    SELECT operations.user_id, operations.role FROM attempts
    JOIN operations USING (run, source, row) JOIN runs ON runs.id = attempts.run
    WHERE runs.environment = ? AND runs.host = ? AND operations.state = ? AND operations.verb = 'create'
        AND attempts.sent_at >= ?"""
_ENDED = """
    SELECT operations.payload_digest, operations.state, operations.user_id, operations.http_status, operations.code,
        operations.reason,
        (SELECT max(sent_at) FROM attempts WHERE attempts.run = operations.run
            AND attempts.source = operations.source AND attempts.row = operations.row) AS sent
    FROM operations JOIN runs ON runs.id = operations.run
    WHERE runs.environment = ? AND runs.host = ? AND operations.state IN (?, ?)
    ORDER BY sent, operations.run, operations.source, operations.row"""
_OF_THE_MADE = """
    FROM tokens JOIN operations USING (run, source, row) JOIN runs ON runs.id = operations.run
    WHERE runs.environment = ? AND runs.host = ? AND operations.state = ?"""
_MADE = f"SELECT tokens.token, operations.user_id {_OF_THE_MADE} ORDER BY runs.started, runs.id"
_ANYBODY = f"SELECT 1 {_OF_THE_MADE} LIMIT 1"


class History(OfOneFile):
    """The runs to one OneFile, as the journal's file has them."""

    def in_doubt_since(self) -> datetime | None:
        """When the last call left that may still be at work; None if there is none.

        That of a row that nobody knows the fate of; and of an update without an answer, though the row was settled
        since: it would overwrite what is sent later.

        Raises:
            JournalError: it cannot be read.
        """
        ((moment,),) = self._rows(_IN_DOUBT, State.OPEN, State.UNRESOLVED)
        return None if moment is None else datetime.fromisoformat(str(moment))

    def made_since(self, moment: datetime, roles: Collection[int]) -> frozenset[int]:
        """The ids of the accounts of some roles made by calls that left since a moment.

        Raises:
            JournalError: it cannot be read.
        """
        found = self._rows(_MADE_SINCE, State.DONE, moment.isoformat())
        return frozenset(whole(user_id) for user_id, role in found if role in roles)

    def made(self) -> dict[str, int]:
        """The people whose accounts were made or changed: keyed token → the id of the last account.

        Raises:
            JournalError: it cannot be read.
        """
        return {str(token): whole(user_id) for token, user_id in self._rows(_MADE, State.DONE)}

    def anybody(self) -> bool:
        """Whether anybody's account was made or changed, or may have been by a call that is still at work.

        Raises:
            JournalError: it cannot be read.
        """
        return bool(self._rows(_ANYBODY, State.DONE)) or self.in_doubt_since() is not None

    def last_outcomes(self) -> tuple[dict[str, Done | Rejected], frozenset[str]]:
        """What OneFile last took or refused: by the keyed tokens of all that a row said.

        Returns:
            Token → outcome; and the tokens of which the account was given something else since.

        Raises:
            JournalError: it cannot be read.
        """
        found: dict[str, Done | Rejected] = {}
        latest: dict[int, str] = {}
        ended = self._rows(_ENDED, State.REJECTED, State.DONE)
        for token, state, user_id, status, code, reason, _ in ended:
            digest = str(token)
            if State(str(state)) is State.REJECTED:
                found[digest] = Rejected(whole(status), whole_or_none(code), str(reason))
            else:
                found[digest] = done = Done(whole(user_id), whole_or_none(status))
                latest[done.user_id] = digest
        taken = {digest: one for digest, one in found.items() if isinstance(one, Done)}
        return found, frozenset(digest for digest, one in taken.items() if latest[one.user_id] != digest)
