"""The fault plan: what it says, which calls it hits, and what the client and the server see."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import httpx
import pytest

from bulk_import.sandbox import Fault, FaultPlanError, Faults
from bulk_import.sandbox.faults import FaultKind, Operation, load, parse
from bulk_import.sandbox.gate import operation_of
from tests.sandbox.desk import LEARNER, Desk, desk, person

if TYPE_CHECKING:
    from pathlib import Path

EMAIL = str(LEARNER["Email"])


def attempt(one: Desk) -> str:
    """Create the learner; the status and sort of answer, or the name of what was raised."""
    try:
        response = one.post("User", person(1))
    except httpx.TransportError as error:
        return type(error).__name__
    return f"{response.status_code} {response.headers.get('content-type', '').partition(';')[0]}"


def created(one: Desk) -> int:
    """How many accounts the server holds for that learner."""
    return sum(user.get("Email") == EMAIL for user in one.world.users())


@pytest.mark.parametrize(
    ("fault", "seen", "accounts"),
    [
        (Fault(kind="reset-before"), "ReadError", 0),
        (Fault(kind="reset-after"), "ReadError", 1),
        (Fault(kind="stall-before"), "ReadTimeout", 0),
        (Fault(kind="stall-after"), "ReadTimeout", 1),
        (Fault(kind="stall"), "ReadTimeout", 1),
        (Fault(kind="status-before"), "503 text/plain", 0),
        (Fault(kind="status-before", status=500), "500 text/plain", 0),
        (Fault(kind="status-after", status=502), "502 text/plain", 1),
        (Fault(kind="status-after"), "503 text/plain", 1),
        (Fault(kind="truncated"), "RemoteProtocolError", 1),
        (Fault(kind="html-before"), "503 text/html", 0),
        (Fault(kind="html"), "200 text/html", 1),
        (Fault(kind="html", status=502), "502 text/html", 1),
        (Fault(kind="unauthorised"), "401 text/plain", 0),
        (Fault(kind="throttle"), "429 text/plain", 0),
        (Fault(kind="latency", seconds=2), "200 application/json", 1),
        (Fault(kind="search-lag", seconds=2), "200 application/json", 1),
    ],
    ids=lambda value: value.kind if isinstance(value, Fault) else None,
)
def test_stand_21_and_22_each_fault_on_a_create(fault: Fault, seen: str, accounts: int) -> None:
    """Each fault shows the client what it should, and the server has done the work or has not."""
    with desk() as one:
        one.world.faults = Faults([fault])
        assert attempt(one) == seen
        assert created(one) == accounts


def test_every_kind_is_in_that_table() -> None:
    """No kind of fault is left out of the table above."""
    marks = getattr(test_stand_21_and_22_each_fault_on_a_create, "pytestmark", [])
    assert {row[0].kind for mark in marks for row in mark.args[1]} == set(get_args(FaultKind))


def test_a_stall_waits_for_a_day() -> None:
    """In process a stall waits through the given sleep before it is over."""
    with desk(faults=Faults([Fault(kind="stall", on="get")])) as one:
        with pytest.raises(httpx.ReadTimeout):
            one.get("User/1001")
        assert one.slept == [86_400.0]


def test_a_dropped_call_is_recorded_without_status() -> None:
    """Each call is recorded with its time, verb, path and status; one without an answer has none."""
    with desk(faults=Faults([Fault(kind="reset-after", on="create")])) as one:
        began = one.now
        attempt(one)
        one.now += 5
        one.get("Customer")
        assert [tuple(call) for call in one.world.calls()] == [
            (began, "POST", "/api/v2.1/Authentication", 200),
            (began, "POST", "/api/v2.1/User", None),
            (began + 5, "GET", "/api/v2.1/Customer", 200),
        ]


def test_unauthorised_ends_the_session() -> None:
    """After a 401 in mid-run only a new log-in helps."""
    with desk(faults=Faults([Fault(kind="unauthorised", on="get", calls=(2,))])) as one:
        assert [one.get("Customer").status_code for _ in range(3)] == [200, 401, 401]
        one.log_in()
        assert one.get("Customer").status_code == 200


def test_throttle_with_and_without_retry_after() -> None:
    """An injected 429 says when to come again only if the plan says so."""
    plan = Faults([Fault(kind="throttle", retry_after=7, calls=(1,)), Fault(kind="throttle", calls=(2,))])
    with desk() as one:
        one.world.faults = plan
        answers = [one.get("Customer") for _ in range(2)]
        assert [answer.status_code for answer in answers] == [429, 429]
        assert [answer.headers.get("retry-after") for answer in answers] == ["7", None]


def test_latency_is_added_up_and_split() -> None:
    """The latency of all calls and that of a fault add up, half before the work and half after it."""
    with desk(faults=Faults([Fault(kind="latency", on="get", seconds=1)], latency=0.5), log_in=False) as one:
        one.log_in()
        one.get("Customer")
        assert one.slept == [0.25, 0.25, 0.75, 0.75]


def test_the_rate_counts_arrivals() -> None:
    """A call counts when it comes in, not when it is answered."""
    with desk(faults=Faults(latency=2.0), log_in=False) as one:
        began = one.now
        one.log_in()
        assert one.world.admitted() == [began]


def test_search_lags_behind_creates() -> None:
    """A new account is missing from searches at first, while its id opens it at once."""
    with desk(faults=Faults([Fault(kind="search-lag", on="create", seconds=10, calls=(1,))])) as one:
        number = one.create()
        assert one.found(Role=1, Email=EMAIL) == []
        assert one.get(f"User/{number}").status_code == 200
        one.now += 9.9
        assert one.found(Role=1, Email=EMAIL) == []
        one.now += 0.1
        assert one.found(Role=1, Email=EMAIL) == [number]
        assert one.create(Email="second@example.com") in one.found(Role=1, Email="second@example.com")


@pytest.mark.parametrize(
    ("fault", "hits"),
    [
        (Fault(kind="reset-before"), [1, 2, 3, 4, 5, 6, 7, 8, 9]),
        (Fault(kind="reset-before", calls=(3, 7)), [3, 7]),
        (Fault(kind="reset-before", every=4), [4, 8]),
        (Fault(kind="reset-before", times=2), [1, 2]),
        (Fault(kind="reset-before", every=2, times=3), [2, 4, 6]),
        (Fault(kind="reset-before", share=0.0), []),
        (Fault(kind="reset-before", share=1.0), [1, 2, 3, 4, 5, 6, 7, 8, 9]),
    ],
)
def test_which_calls_are_hit(fault: Fault, hits: list[int]) -> None:
    """A fault hits the calls of its numbers, each so-manieth, or all, until it has done so often enough."""
    plan = Faults([fault])
    assert [number for number in range(1, 10) if plan.next("get").fault] == hits


def test_a_share_is_drawn_by_the_seed() -> None:
    """A share hits about that part of the calls, the same ones for the same seed."""

    def hits(seed: int) -> list[bool]:
        plan = Faults([Fault(kind="reset-before", share=0.2)], seed=seed)
        return [plan.next("create").fault is not None for _ in range(2000)]

    assert 300 < sum(hits(1)) < 500
    assert hits(1) == hits(1) != hits(2)


def test_a_fault_counts_only_its_own_calls() -> None:
    """The numbers in `calls` count the calls that the fault is for."""
    plan = Faults([Fault(kind="reset-before", on="create", calls=(2,))])
    operations: list[Operation] = ["search", "create", "get", "update", "authentication", "create"]
    assert [plan.next(operation).fault is not None for operation in operations] == [False] * 5 + [True]


def test_the_first_fault_wins() -> None:
    """Of two faults on one call the first in the plan happens, and the other keeps its turn."""
    plan = Faults([Fault(kind="reset-before", calls=(1,)), Fault(kind="throttle", times=1)])
    kinds = [fault.kind if (fault := plan.next("get").fault) else None for _ in range(3)]
    assert kinds == ["reset-before", "throttle", None]


@pytest.mark.parametrize(
    ("method", "path", "operation"),
    [
        ("POST", "authentication", "authentication"),
        ("POST", "user/search", "search"),
        ("POST", "unit/search/1/50", "search"),
        ("POST", "organisation/search", "search"),
        ("POST", "user", "create"),
        ("POST", "placement", "create"),
        ("POST", "user/5", "update"),
        ("POST", "user/5/assign", "update"),
        ("DELETE", "user/5", "update"),
        ("GET", "user/5", "get"),
        ("GET", "customer", "get"),
    ],
)
def test_sorts_of_calls(method: str, path: str, operation: str) -> None:
    """Each call is of the sort that the plan's `on` calls it."""
    assert operation_of(method, f"/api/v2.1/{path}") == operation


def test_a_plan_in_toml(tmp_path: Path) -> None:
    """A plan in a file says all that a plan can say."""
    path = tmp_path / "faults.toml"
    path.write_text(
        """
        latency = 0.5
        seed = 3
        [[fault]]
        on = "create"
        kind = "status-after"
        status = 500
        calls = [3, 7]
        [[fault]]
        kind = "throttle"
        retry_after = 30
        every = 10
        times = 2
        [[fault]]
        kind = "search-lag"
        on = "create"
        seconds = 5
        share = 0.5
        """,
        encoding="utf-8",
    )
    plan = load(path)
    assert plan.latency == 0.5
    assert plan.faults == (
        Fault(kind="status-after", on="create", status=500, calls=(3, 7)),
        Fault(kind="throttle", retry_after=30, every=10, times=2),
        Fault(kind="search-lag", on="create", seconds=5.0, share=0.5),
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("latency =", "not valid TOML"),
        ("speed = 1", "unknown key: speed"),
        ("latency = -1", "latency"),
        ("seed = 'a'", "seed"),
        ("fault = 3", "[[fault]]"),
        ("[fault]\nkind = 'stall'", "[[fault]]"),
        ("[[fault]]", "kind"),
        ("[[fault]]\nkind = 'earthquake'", "kind"),
        ("[[fault]]\nkind = 'stall'\non = 'delete'", "on"),
        ("[[fault]]\nkind = 'stall'\nwhen = 3", "unknown key: when"),
        ("[[fault]]\nkind = 'stall'\ncalls = 3", "calls"),
        ("[[fault]]\nkind = 'stall'\ncalls = [0]", "calls"),
        ("[[fault]]\nkind = 'stall'\nevery = 0", "every"),
        ("[[fault]]\nkind = 'stall'\ntimes = true", "times"),
        ("[[fault]]\nkind = 'stall'\nshare = 1.5", "share"),
        ("[[fault]]\nkind = 'stall'\nshare = 0.5\nevery = 2", "choose one"),
        ("[[fault]]\nkind = 'status-after'\nstatus = 200", "status"),
        ("[[fault]]\nkind = 'latency'", "seconds"),
        ("[[fault]]\nkind = 'search-lag'\nseconds = 1\non = 'get'", "create"),
        ("[[fault]]\nkind = 'stall'\n[[fault]]\nkind = 'gone'", "Fault 2"),
    ],
)
def test_a_plan_that_makes_no_sense(text: str, says: str) -> None:
    """A plan with a mistake is refused, and the sentence names it."""
    with pytest.raises(FaultPlanError) as refused:
        parse(text)
    assert says in str(refused.value)


def test_a_plan_that_cannot_be_read(tmp_path: Path) -> None:
    """A missing plan is refused by its name."""
    with pytest.raises(FaultPlanError, match="absent"):
        load(tmp_path / "absent.toml")
