"""What stands in the journal."""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

Key = tuple[int, int]
"""A row of a run: the source's index and the row's number."""


@dataclass(frozen=True, slots=True)
class Done:
    """The account is there. `confirmed`: a look-up proved it, not the answer to the call."""

    user_id: int
    http_status: int | None
    confirmed: bool = False
    attempts: int = 1


@dataclass(frozen=True, slots=True)
class Rejected:
    """OneFile refused; `message` is its reason without personal data."""

    http_status: int
    code: int | None
    message: str
    attempts: int = 1


@dataclass(frozen=True, slots=True)
class Unresolved:
    """Sent, and nobody can tell whether it arrived; `reason` says why not."""

    reason: str
    http_status: int | None = None
    attempts: int = 1


@dataclass(frozen=True, slots=True)
class NotSent:
    """Nothing arrived, for sure; `reason` says why it was left there."""

    reason: str
    attempts: int = 0


Outcome = Done | Rejected | Unresolved | NotSent


class RunState(StrEnum):
    """Where a run stands. One that is `running` in no process was killed, and can be resumed like a stopped one."""

    RUNNING = "running"
    STOPPED = "stopped"
    FINISHED = "finished"


class State(StrEnum):
    """Where an operation stands. `OPEN`: meant and perhaps sent, with no outcome; it must be looked up first."""

    PLANNED = "planned"
    OPEN = "open"
    DONE = "done"
    REJECTED = "rejected"
    UNRESOLVED = "unresolved"
    NOT_SENT = "not-sent"


@dataclass(frozen=True, slots=True)
class SourceRead:
    """A source of a run, to be recognised when the run is resumed."""

    path: str
    sha256: str
    sheet: str | None
    rows: int


@dataclass(frozen=True, slots=True)
class RunStart:
    """What is known of a run as it begins.

    Attributes:
        mode: "check", "dry-run" or "submit".
        environment: as in the settings.
        host: the host of the API's address.
        organisation_id: the centre, None where rows name several.
        sources: what was read.
        digest: the plan's.
        options: what `resume` needs to read the same rows again; no personal data.
    """

    mode: str
    environment: str
    host: str
    organisation_id: int | None
    sources: tuple[SourceRead, ...] = ()
    digest: str | None = None
    options: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Run:
    """A run as the journal knows it; times are in UTC.

    `closing` is what its report says beside its rows and the plan cannot tell: calls repeated, notices.
    """

    id: str
    start: RunStart
    state: RunState
    started: datetime
    finished: datetime | None
    exit_code: int | None
    calls: int
    counts: Mapping[State, int]
    closing: Mapping[str, object] = field(default_factory=dict)


DecisionKind = Literal["create", "update", "unchanged", "hold", "skip"]
Verb = Literal["create", "update"]


@dataclass(frozen=True, slots=True)
class Decision:
    """What a plan says of a row, so that reports can be written again and a stopped run taken up.

    Attributes:
        key: source and row.
        kind: "create", "update", "unchanged", "hold" or "skip".
        user_id: the account's, where there is one.
        code: of the finding that says why the row is held or left out, or what of it is not sent.
        detail: that finding's detail, which is never personal data.
        changes: the fields to send in an update.
        found_by: by what the account of an update, or of an unchanged row, was found; "" where nobody wrote that down.
    """

    key: Key
    kind: DecisionKind
    user_id: int | None = None
    code: str | None = None
    detail: str = ""
    changes: tuple[str, ...] = ()
    found_by: str = ""


@dataclass(frozen=True, slots=True)
class Planned:
    """A row that is to become an account, or to change one.

    Attributes:
        key: source and row.
        role: the role's id.
        identity: keyed token of the person.
        payload_digest: keyed token of all that the row says.
        verb: what is to be done.
        tokens: keyed tokens by each of which the person is known again; reading an operation leaves them out.
    """

    key: Key
    role: int
    identity: str
    payload_digest: str
    verb: Verb = "create"
    tokens: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Operation:
    """A planned row and how far it got.

    Attributes:
        planned: the row.
        state: where it stands.
        attempts: how often it was meant to be sent.
        sent_at: when the last attempt was about to leave, in UTC; None before the first.
        outcome: what came of it; None while it is planned or open.
    """

    planned: Planned
    state: State
    attempts: int
    sent_at: datetime | None
    outcome: Outcome | None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One call for a row.

    Attributes:
        number: counted from 1.
        sent_at: when it was about to leave, in UTC.
        verdict: what came of it, None where nothing is known.
        http_status: of the answer, None where none came.
    """

    number: int
    sent_at: datetime
    verdict: str | None
    http_status: int | None


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was taken out of the journal when a run was purged, and what stays so that nobody is made twice.

    Attributes:
        removed: entries about rows that were taken out.
        kept: rows that stay, as keyed tokens: they were sent, or may have been.
    """

    removed: int
    kept: int


def keyed_token(secret: bytes, *parts: object) -> str:
    """A token by which the same person is known again, and which tells nothing without the secret.

    HMAC-SHA-256, because a plain hash of a number of ten digits is reversed in minutes.

    Args:
        secret: the site's own, kept beside the settings and not with the reports.
        parts: what makes the person: organisation, role, MISID or e-mail and names.
    """
    return _keyed(secret, [str(part) for part in parts])


def payload_digest(secret: bytes, payload: Mapping[str, object]) -> str:
    """A keyed token of all that would be sent, whatever the order of its fields."""
    return _keyed(secret, dict(payload))


def _keyed(secret: bytes, content: object) -> str:
    return hmac.digest(secret, _CANONICAL.encode(content).encode("ascii"), "sha256").hex()


# made once: a nightly run has a digest for every row
_CANONICAL = json.JSONEncoder(ensure_ascii=True, sort_keys=True, separators=(",", ":"), allow_nan=False)
