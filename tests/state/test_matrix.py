"""The fault matrix: what each fault does to each kind of call, once and for ever.

The kinds of call are creates and updates, the searches and fetches that look a create up, the fetches that compare an
update, and logging in.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import repeat
from typing import TYPE_CHECKING, Literal, get_args

import pytest

from bulk_import.actions import Create, Update
from bulk_import.api import OneFile
from bulk_import.catalogue import Role
from bulk_import.check import payload
from bulk_import.journal import Done, Journal, RunStart
from bulk_import.run.ending import Ending, assemble
from bulk_import.run.fates import decisions, fates
from bulk_import.submit import carry_out
from tests.state.college import BASE, NOVEMBER_2026, SECRET
from tests.state.machine import Person, record_of, standing
from tests.state.server import FAULTS, REFUSALS, TOKEN, Manners, Server, Wire
from tests.unit.reporting import FINISHED, STARTED, assessor, checked, table
from tests.unit.virtual_time import Clock

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from bulk_import.actions import Change
    from bulk_import.submit import Carried
    from tests.state.server import FaultKind, Operation

SOURCES = checked(table([assessor(1)]))
ROW = (0, 2)
Kind = Literal["create", "update", "search", "get", "compare", "authentication"]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""What a fault may hit; "compare" is the fetch that shows whether an update was carried out."""


@dataclass(frozen=True, slots=True)
class Came:
    """What a run of one row came to.

    Attributes:
        status: the row's in the report; "confirmed" is a row that is done by the word of a look-up.
        creates: so many creates arrived or were tried.
        updates: so many updates.
        searches: so many searches.
        fetches: so many accounts fetched.
        logins: so many log-ins.
        stopped: why the run stopped early.
        exit_code: of the command.
    """

    status: str
    creates: int = 1
    updates: int = 0
    searches: int = 0
    fetches: int = 0
    logins: int = 1
    stopped: str = ""
    exit_code: int = 0


def _send(
    folder: Path,
    faults: Mapping[Operation, Iterable[FaultKind]],
    *,
    refused: bool = False,
    body: bytes = b"",
    update: bool = False,
    refuses: frozenset[int] = frozenset(),
) -> tuple[Came, int, bool]:
    """A run of one row, how many accounts there are then, and whether one of them is what the row says."""
    clock = Clock()
    server = Server(Manners(refusal=body), clock)
    server.late = (100.0,)
    server.refused = refuses
    server.plan(faults)
    record = record_of(2, Person(Role.ASSESSOR, ("Sam", "Example"), 1, misid=True, refused=refused))
    change: Change = Create(record)
    if update:
        change = Update(record, server.add(standing(record)).id, ("PlacementID", "WorkAddress"))

    def now() -> datetime:
        return datetime.fromtimestamp(NOVEMBER_2026 + clock.now, UTC)

    async def main() -> Carried:
        with Journal.open(folder / "journal.db", now=now) as journal:
            run = journal.begin_run(RunStart("submit", "sandbox", "onefile.example.com", 1))
            async with OneFile(BASE, TOKEN, transport=Wire(server, lambda _: None), clock=clock) as api:
                return await carry_out(
                    [change], api=api, journal=journal, run=run, known_before={1}, secret=SECRET, payload=payload
                )

    carried = clock.run(main())
    clock.now += 300.0
    server.settle()
    ending = Ending("run", "submit", STARTED, FINISHED, "sandbox", stopped=carried.stopped is not None)
    report = assemble(SOURCES, fates(SOURCES, decisions([change]), carried.outcomes), ending)
    outcome = carried.outcomes[ROW]
    (row,) = report.rows()
    status = "confirmed" if isinstance(outcome, Done) and outcome.confirmed else str(row.status)
    stopped = "" if carried.stopped is None else type(carried.stopped).__name__
    came = Came(
        status,
        creates=server.calls["create"],
        updates=server.calls["update"],
        searches=server.calls["search"],
        fetches=server.calls["get"],
        logins=server.calls["authentication"],
        stopped=stopped,
        exit_code=report.exit_code,
    )
    as_said = [user for user in server.users.values() if user.fields == payload(record)]
    return came, len(server.users), bool(as_said)


ONCE, EVER = 1, 1_000
UNHEARD: tuple[FaultKind, ...] = ("reset-before", "500-before", "503-before", "html-before")
UNHEARD_AND_PERHAPS_RUNNING: tuple[FaultKind, ...] = ("stall-before", "502-before")
UNANSWERED: tuple[FaultKind, ...] = (
    *("reset-after", "stall-after", "500-after", "502-after", "503-after"),
    *("truncated", "broken-off", "html-after", "empty-after"),
)
LATE: tuple[FaultKind, ...] = ("late", "502-late")
THROTTLED: tuple[FaultKind, ...] = ("429", "429-seconds", "429-date")
FAILED: tuple[FaultKind, ...] = ("no-connection", *UNHEARD, *UNHEARD_AND_PERHAPS_RUNNING, *UNANSWERED, *LATE)
UNDONE: tuple[FaultKind, ...] = (*UNHEARD, *UNHEARD_AND_PERHAPS_RUNNING)
NOT_TRUNCATED = tuple(kind for kind in FAILED if kind != "truncated")

MATRIX: tuple[tuple[Kind, int, tuple[FaultKind, ...], Came], ...] = (
    # a create that is not carried out is sent again once that is known: a look at once, and three after the wait
    ("create", ONCE, ("no-connection",), Came("created", creates=2)),
    ("create", ONCE, UNHEARD, Came("created", creates=2, searches=4)),
    ("create", ONCE, UNHEARD_AND_PERHAPS_RUNNING, Came("created", creates=2, searches=5)),
    ("create", ONCE, ("401",), Came("created", creates=2, logins=2)),
    ("create", ONCE, THROTTLED, Came("created", creates=2)),
    ("create", EVER, ("no-connection",), Came("not-sent", creates=5, stopped="ApiDown", exit_code=3)),
    ("create", EVER, UNHEARD, Came("unresolved", creates=5, searches=20, exit_code=1)),
    ("create", EVER, UNHEARD_AND_PERHAPS_RUNNING, Came("unresolved", creates=5, searches=25, exit_code=1)),
    ("create", EVER, ("401",), Came("not-sent", creates=2, logins=2, stopped="CredentialsRefused", exit_code=3)),
    ("create", EVER, THROTTLED, Came("not-sent", creates=10, stopped="ApiDown", exit_code=3)),
    # one that is carried out is found, and not sent again; a list ends with a page without anybody, which is a search
    ("create", ONCE, UNANSWERED, Came("confirmed", searches=2, fetches=1)),
    ("create", EVER, UNANSWERED, Came("confirmed", searches=2, fetches=1)),
    ("create", ONCE, LATE, Came("confirmed", searches=4, fetches=1)),
    ("create", EVER, LATE, Came("confirmed", searches=4, fetches=1)),
    # an update is compared at once and after a while, and sent again where the account is not what was sent
    ("update", ONCE, ("no-connection",), Came("updated", creates=0, updates=2)),
    ("update", ONCE, UNDONE, Came("updated", creates=0, updates=2, fetches=2)),
    ("update", ONCE, ("401",), Came("updated", creates=0, updates=2, logins=2)),
    ("update", ONCE, THROTTLED, Came("updated", creates=0, updates=2)),
    ("update", EVER, ("no-connection",), Came("not-sent", creates=0, updates=5, stopped="ApiDown", exit_code=3)),
    ("update", EVER, UNDONE, Came("unresolved", creates=0, updates=5, fetches=10, exit_code=1)),
    (
        *("update", EVER, ("401",)),
        Came("not-sent", creates=0, updates=2, logins=2, stopped="CredentialsRefused", exit_code=3),
    ),
    ("update", EVER, THROTTLED, Came("not-sent", creates=0, updates=10, stopped="ApiDown", exit_code=3)),
    # one that is carried out is seen to be; what arrives later than the second look is sent again, or seen then
    ("update", ONCE, UNANSWERED, Came("confirmed", creates=0, updates=1, fetches=1)),
    ("update", EVER, UNANSWERED, Came("confirmed", creates=0, updates=1, fetches=1)),
    ("update", ONCE, LATE, Came("updated", creates=0, updates=2, fetches=2)),
    ("update", EVER, ("late",), Came("confirmed", creates=0, updates=3, fetches=5)),
    ("update", EVER, ("502-late",), Came("unresolved", creates=0, updates=5, fetches=10, exit_code=1)),
    ("compare", ONCE, FAILED + THROTTLED, Came("confirmed", creates=0, updates=1, fetches=2)),
    ("compare", ONCE, ("401",), Came("confirmed", creates=0, updates=1, fetches=2, logins=2)),
    ("compare", EVER, FAILED, Came("unresolved", creates=0, updates=1, fetches=4, stopped="ApiDown", exit_code=3)),
    (
        *("compare", EVER, ("401",)),
        Came(
            *("unresolved", 0, 1),
            fetches=2,
            logins=2,
            stopped="CredentialsRefused",
            exit_code=3,
        ),
    ),
    ("compare", EVER, THROTTLED, Came("unresolved", creates=0, updates=1, fetches=40, exit_code=1)),
    # look-ups repeat themselves; the fifth failure in a row, that of the create among them, stops the run
    ("search", ONCE, FAILED + THROTTLED, Came("confirmed", searches=3, fetches=1)),
    ("search", ONCE, ("401",), Came("confirmed", searches=3, fetches=1, logins=2)),
    ("search", EVER, FAILED, Came("unresolved", searches=4, stopped="ApiDown", exit_code=3)),
    ("search", EVER, ("401",), Came("unresolved", searches=2, logins=2, stopped="CredentialsRefused", exit_code=3)),
    ("search", EVER, THROTTLED, Came("unresolved", searches=40, exit_code=1)),
    ("get", ONCE, FAILED + THROTTLED, Came("confirmed", searches=2, fetches=2)),
    ("get", ONCE, ("401",), Came("confirmed", searches=2, fetches=2, logins=2)),
    ("get", EVER, FAILED, Came("unresolved", searches=2, fetches=5, stopped="ApiDown", exit_code=3)),
    (
        *("get", EVER, ("401",)),
        Came("unresolved", searches=2, fetches=2, logins=2, stopped="CredentialsRefused", exit_code=3),
    ),
    ("get", EVER, THROTTLED, Came("unresolved", searches=8, fetches=40, exit_code=1)),
    # logging in repeats itself; a session that came in half is found out by the call that uses it
    ("authentication", ONCE, NOT_TRUNCATED + THROTTLED, Came("created", logins=2)),
    ("authentication", ONCE, ("truncated",), Came("created", creates=2, logins=2)),
    ("authentication", ONCE, ("401",), Came("not-sent", creates=0, stopped="CredentialsRefused", exit_code=3)),
    ("authentication", EVER, NOT_TRUNCATED, Came("not-sent", creates=0, logins=5, stopped="ApiDown", exit_code=3)),
    (
        *("authentication", EVER, ("truncated",)),
        Came("not-sent", creates=2, logins=2, stopped="CredentialsRefused", exit_code=3),
    ),
    ("authentication", EVER, ("401",), Came("not-sent", creates=0, stopped="CredentialsRefused", exit_code=3)),
    ("authentication", EVER, THROTTLED, Came("not-sent", creates=0, logins=10, stopped="ApiDown", exit_code=3)),
)
CELLS = [(hit, times, kind, came) for hit, times, kinds, came in MATRIX for kind in kinds]


def test_the_matrix_is_whole() -> None:
    """Each fault has its line for each kind of call, once and for ever, and none has two."""
    named = [(hit, times, kind) for hit, times, kind, _ in CELLS]
    assert len(named) == len(set(named))
    assert set(named) == {(hit, times, kind) for hit in KINDS for times in (ONCE, EVER) for kind in FAULTS}


@pytest.mark.parametrize(
    ("hit", "times", "kind", "came"),
    CELLS,
    ids=[f"{hit}-{kind}-{'once' if times == ONCE else 'ever'}" for hit, times, kind, _ in CELLS],
)
def test_each_fault_on_each_call_comes_to_what_the_matrix_says(
    tmp_path: Path, hit: Kind, times: int, kind: FaultKind, came: Came
) -> None:
    """Status, calls, why the run stopped and exit code are the matrix's, and there is never a second account."""
    faults: dict[Operation, Iterable[FaultKind]] = {"get" if hit == "compare" else hit: repeat(kind, times)}
    if hit in {"search", "get", "compare"}:
        # only a row in doubt is looked up
        faults["update" if hit == "compare" else "create"] = ["reset-after"]
    update = hit in {"update", "compare"}
    found, accounts, as_said = _send(tmp_path, faults, update=update)
    assert found == came
    done = came.status in {"created", "updated", "confirmed"}
    assert as_said == (done or hit in {"search", "get", "compare"} or (hit, kind) == ("update", "502-late"))
    assert accounts == (update or as_said)


@pytest.mark.parametrize(("then", "exit_code"), [("401", 3), ("429", 3), ("no-connection", 1)])
def test_an_update_that_may_still_arrive_is_never_said_not_to_be_sent(
    tmp_path: Path, then: FaultKind, exit_code: int
) -> None:
    """The first call arrives late and all others in no way: the row is unresolved, for it is done in the end."""
    found, _, as_said = _send(tmp_path, {"update": ["late", *[then] * 50]}, update=True)
    assert (found.status, found.exit_code, as_said) == ("unresolved", exit_code, True)


def test_an_update_that_arrives_although_a_later_one_is_refused_is_done(tmp_path: Path) -> None:
    """A refusal after a call in doubt proves nothing of that call until it must be over."""
    found, _, as_said = _send(tmp_path, {"update": ["late"]}, update=True, refuses=frozenset({2}))
    assert (found.status, found.updates, as_said) == ("confirmed", 2, True)


def test_an_update_that_is_refused_after_one_that_never_arrived_is_rejected(tmp_path: Path) -> None:
    """Once nothing can arrive any more the refusal stands."""
    found, _, as_said = _send(tmp_path, {"update": ["stall-before"]}, update=True, refuses=frozenset({1}))
    assert (found.status, found.updates, as_said) == ("rejected", 2, False)


@pytest.mark.parametrize("body", REFUSALS)
def test_a_refusal_of_any_shape_ends_one_row_after_one_call(tmp_path: Path, body: bytes) -> None:
    """Whatever stands in the body of a 400, the row is rejected, sent once, and nothing stops the run."""
    found, accounts, _ = _send(tmp_path, {}, refused=True, body=body)
    assert found == Came("rejected", exit_code=1)
    assert accounts == 0


@pytest.mark.parametrize("body", REFUSALS)
@pytest.mark.parametrize("operation", ["create", "authentication"])
def test_a_401_of_any_shape_is_a_401(tmp_path: Path, body: bytes, operation: Operation) -> None:
    """Whatever stands in its body, a session that ended is renewed, and a token that is refused stops the run."""
    found, *_ = _send(tmp_path, {operation: ["401"]}, body=body)
    assert found.status == ("created" if operation == "create" else "not-sent")
