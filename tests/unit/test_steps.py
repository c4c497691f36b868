"""What follows from each verdict, as a table."""

from __future__ import annotations

import pytest

from bulk_import.errors import ApiDown, CredentialsRefused
from bulk_import.steps import (
    ATTEMPTS,
    LONGEST_HOLD,
    THROTTLED_ATTEMPTS,
    Finish,
    GiveUp,
    LookUp,
    SendAgain,
    Step,
    Why,
    after_absent,
    hold,
    next_step,
    stopped,
)
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

READS = [kind for kind in RequestKind if kind not in WRITES]


@pytest.mark.parametrize("kind", list(RequestKind))
@pytest.mark.parametrize(
    ("verdict", "attempt", "expected"),
    [
        (Accepted(200, None), 1, Finish()),
        (Accepted(200, None), 99, Finish()),
        (Refused(400, -1, ""), 1, Finish()),
        (NeverSent("x"), 1, SendAgain(1.0)),
        (NeverSent("x"), 2, SendAgain(2.0)),
        (NeverSent("x"), 4, SendAgain(8.0)),
        (NeverSent("x"), ATTEMPTS, GiveUp(Why.DOWN)),
        (NeverSent("x", final=True), 1, GiveUp(Why.NO_SESSION)),
        (Throttled(None), 1, SendAgain()),
        (Throttled(5.0), ATTEMPTS, SendAgain()),
        (Throttled(5.0), THROTTLED_ATTEMPTS, GiveUp(Why.THROTTLED)),
        (Throttled(LONGEST_HOLD), 1, SendAgain()),
        (Throttled(LONGEST_HOLD + 1), 1, GiveUp(Why.THROTTLED)),
        (Unauthorised(401, in_a_row=2), 1, GiveUp(Why.CREDENTIALS)),
        (Unauthorised(401), ATTEMPTS, GiveUp(Why.CREDENTIALS)),
    ],
)
def test_what_follows_is_the_same_for_every_kind(
    kind: RequestKind, verdict: Verdict, attempt: int, expected: Step
) -> None:
    """What is clear, or surely was not done, is treated alike for reads and writes, and never tried for ever."""
    assert next_step(kind, verdict, attempt) == expected


@pytest.mark.parametrize("kind", list(RequestKind))
def test_a_session_that_ran_out_is_renewed_once_but_a_token_is_not_tried_twice(kind: RequestKind) -> None:
    """The first 401 of a call asks for a fresh session; on logging in it is final."""
    expected: Step = GiveUp(Why.CREDENTIALS) if kind is RequestKind.AUTHENTICATE else SendAgain()
    assert next_step(kind, Unauthorised(401, in_a_row=1), 1) == expected


@pytest.mark.parametrize("attempt", [1, ATTEMPTS, 99])
@pytest.mark.parametrize("running", [True, False])
@pytest.mark.parametrize("kind", sorted(WRITES))
def test_a_write_that_may_have_arrived_is_looked_up_whatever_the_attempt(
    kind: RequestKind, attempt: int, *, running: bool
) -> None:
    """A write in doubt is never sent again without a look, on no attempt."""
    assert next_step(kind, MaybeSent(503, "x", running=running), attempt) == LookUp(running)


@pytest.mark.parametrize("kind", READS)
def test_a_read_in_doubt_is_asked_again_and_then_given_up(kind: RequestKind) -> None:
    """Reading twice harms nobody, but it ends."""
    verdict = MaybeSent(503, "x")
    steps = [next_step(kind, verdict, attempt) for attempt in range(1, ATTEMPTS + 1)]
    assert steps == [*(SendAgain(after) for after in (1.0, 2.0, 4.0, 8.0)), GiveUp(Why.DOWN)]


def test_what_was_shown_to_be_absent_is_sent_again_so_often() -> None:
    """After a look-up that found nothing a row is sent again, up to the same bound."""
    assert [after_absent(attempt) for attempt in (1, ATTEMPTS - 1, ATTEMPTS)] == [
        SendAgain(),
        SendAgain(),
        GiveUp(Why.UNKNOWN),
    ]


@pytest.mark.parametrize(("said", "seconds"), [(None, 60.0), (0.0, 1.0), (7.0, 7.0)])
def test_a_429_holds_all_calls_as_long_as_it_says_or_a_minute(said: float | None, seconds: float) -> None:
    """Without a word in the answer the minute is waited out, and never less than a second."""
    assert hold(Throttled(said)) == seconds


@pytest.mark.parametrize(
    ("why", "verdict", "kind", "words"),
    [
        (Why.CREDENTIALS, Unauthorised(401, 2), CredentialsRefused, "customer token (status 401)"),
        (Why.CREDENTIALS, NeverSent("x"), CredentialsRefused, "customer token."),
        (Why.THROTTLED, Throttled(None), ApiDown, "too many calls"),
        (Why.DOWN, NeverSent("no connection"), ApiDown, "no connection"),
        (Why.NO_SESSION, NeverSent("logging in: x", final=True), ApiDown, "logging in: x"),
        (Why.UNKNOWN, Throttled(None), ApiDown, "clear answer"),
    ],
)
def test_stopping_says_why_and_what_to_do(why: Why, verdict: Verdict, kind: type, words: str) -> None:
    """Each reason to stop is a sentence of its own with a way out."""
    reason = stopped(why, verdict)
    assert type(reason) is kind
    assert words in reason.message
    assert reason.fix
