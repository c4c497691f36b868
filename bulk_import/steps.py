"""What follows from a verdict: a pure function of the kind of call, the verdict and the attempt.

No retry decorator anywhere: each attempt must stand in the journal before it is made.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from bulk_import.errors import ApiDown, CredentialsRefused
from bulk_import.wire import (
    WRITES,
    Accepted,
    MaybeSent,
    NeverSent,
    Refused,
    RequestKind,
    Throttled,
    Unauthorised,
    Verdict,
)

ATTEMPTS = 5
THROTTLED_ATTEMPTS = 10
SESSIONS_REFUSED = 2
LONGEST_BACK_OFF = 8.0
LONGEST_HOLD = 600.0
USUAL_HOLD = 60.0


class Why(StrEnum):
    """Why no further attempt is made."""

    CREDENTIALS = "OneFile did not accept a fresh session"
    DOWN = "OneFile could not be reached"
    THROTTLED = "OneFile kept answering that there were too many calls"
    NO_SESSION = "OneFile could not be logged in to"
    UNKNOWN = "OneFile never gave a clear answer"


@dataclass(frozen=True, slots=True)
class Finish:
    """The verdict stands."""


@dataclass(frozen=True, slots=True)
class SendAgain:
    """It was not done, or doing it twice changes nothing: send it again after so many seconds."""

    after: float = 0.0


@dataclass(frozen=True, slots=True)
class LookUp:
    """Look whether it was done. `running`: OneFile may still be at it, so that not found proves nothing yet."""

    running: bool = False


@dataclass(frozen=True, slots=True)
class GiveUp:
    """No further attempt."""

    why: Why


Step = Finish | SendAgain | LookUp | GiveUp


def next_step(kind: RequestKind, verdict: Verdict, attempt: int) -> Step:
    """What to do after an attempt.

    Args:
        kind: what the call was for.
        verdict: what came of it.
        attempt: its number, from 1.
    """
    match verdict:
        case Accepted() | Refused():
            return Finish()
        case Unauthorised(in_a_row=in_a_row):
            return _after_unauthorised(kind, in_a_row, attempt)
        case Throttled(retry_after=retry_after):
            return _after_throttled(retry_after, attempt)
        case NeverSent(final=final):
            return GiveUp(Why.NO_SESSION) if final else _patiently(attempt)
        case MaybeSent(running=running):
            return LookUp(running) if kind in WRITES else _patiently(attempt)
        case other:
            assert_never(other)


def after_absent(attempt: int) -> SendAgain | GiveUp:
    """What to do once the look-ups show that an attempt was not carried out."""
    return SendAgain() if attempt < ATTEMPTS else GiveUp(Why.UNKNOWN)


def hold(verdict: Throttled) -> float:
    """For how many seconds all calls wait after a 429: as long as it says, else a whole minute.

    The limit is one of calls a minute (article 76000033860); how long the block lasts is not documented.
    """
    return USUAL_HOLD if verdict.retry_after is None else max(verdict.retry_after, 1.0)


def _after_unauthorised(kind: RequestKind, in_a_row: int, attempt: int) -> Step:
    if kind is RequestKind.AUTHENTICATE or in_a_row >= SESSIONS_REFUSED or attempt >= ATTEMPTS:
        return GiveUp(Why.CREDENTIALS)
    return SendAgain()


def _after_throttled(retry_after: float | None, attempt: int) -> Step:
    too_long = retry_after is not None and retry_after > LONGEST_HOLD
    return GiveUp(Why.THROTTLED) if too_long or attempt >= THROTTLED_ATTEMPTS else SendAgain()


def _patiently(attempt: int) -> Step:
    if attempt >= ATTEMPTS:
        return GiveUp(Why.DOWN)
    return SendAgain(min(2.0 ** (attempt - 1), LONGEST_BACK_OFF))


def stopped(why: Why, verdict: Verdict) -> ApiDown | CredentialsRefused:
    """What to say when no further attempt is made."""
    match why:
        case Why.CREDENTIALS:
            status = f" (status {verdict.status})" if isinstance(verdict, Unauthorised) else ""
            return CredentialsRefused(
                f"OneFile did not accept the customer token{status}.",
                "Check that it belongs to this environment (beta, practice and live each have their own) and that "
                "`base_url` is right; OneFile's support desk can say whether it was replaced.",
            )
        case Why.THROTTLED:
            return ApiDown(
                "OneFile kept answering that there were too many calls a minute.",
                "Lower `calls_per_minute`, or wait until the college's other tools have finished; `bulk-import resume` "
                "goes on with a run that had begun.",
            )
        case Why.DOWN | Why.NO_SESSION | Why.UNKNOWN:
            return api_down(verdict.reason if isinstance(verdict, NeverSent | MaybeSent) else why.value)
        case other:
            assert_never(other)


def api_down(reason: str) -> ApiDown:
    """OneFile gave nothing but failures; `reason` is the last of them."""
    return ApiDown(
        f"OneFile cannot be reached ({reason}).",
        "Check the network connection and OneFile's service notices, and try again later; `bulk-import resume` goes on "
        "with a run that had begun.",
    )
