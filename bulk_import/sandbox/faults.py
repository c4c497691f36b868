"""The fault plan: what goes wrong, on which calls, read from a TOML file.

    latency = 0.5                  # seconds, for every call; default 0
    seed = 1                       # for `share`; the same plan then hits the same calls

    [[fault]]
    on = "create"                  # create, update, search, get, authentication, any; default any
    kind = "reset-after"           # below
    calls = [3, 7]                 # the 3rd and 7th matching call; or
    every = 10                     # each 10th; or
    share = 0.2                    # one in five, drawn by the seed; with none of the three: every matching call
    times = 2                      # stop after so many; default never

| kind | what the client sees | done on the server | further keys |
| --- | --- | --- | --- |
| `latency` | the answer, later | yes | `seconds` |
| `search-lag` | the account just created is missing from searches at first; GET by id finds it | yes | `seconds` |
| `reset-before`, `reset-after` | the connection is reset without an answer | no, yes | |
| `stall-before`, `stall-after` (`stall` is the latter) | no answer until it gives up | no, yes | |
| `status-before`, `status-after` | an error status | no, yes | `status`, default 503 |
| `truncated` | an answer that breaks off | yes | |
| `html-before`, `html` | a page for people instead of JSON | no, yes | `status`, default 503, 200 |
| `unauthorised` | 401, and its session is over | no | |
| `throttle` | 429 | no | `retry_after`, seconds; default no such header |

`on` sorts calls so: *authentication*; *search*, every path with `Search`; *get*, every other GET; *create*, POST to
User, Classroom, Placement or Provider; *update*, every other POST or DELETE. `search-lag` is for creates alone.

Of several faults on one call the first in the file wins, but latencies add up and go with any other. Calls that the
rate limit refuses are not counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from bulk_import.sandbox.errors import FaultPlanError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

Operation = Literal["create", "update", "search", "get", "authentication"]
On = Literal["create", "update", "search", "get", "authentication", "any"]
FaultKind = Literal[
    "latency",
    "search-lag",
    "reset-before",
    "reset-after",
    "stall-before",
    "stall-after",
    "stall",
    "status-before",
    "status-after",
    "truncated",
    "html-before",
    "html",
    "unauthorised",
    "throttle",
]

BEFORE = frozenset({"reset-before", "stall-before", "status-before", "html-before", "unauthorised", "throttle"})
"""The kinds that keep the call from being carried out."""

_STATUSES = range(400, 600)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One line of the plan; the module's text says what the kinds do.

    Attributes:
        kind: What goes wrong.
        on: Which calls it is for.
        status: For status and html; None is the kind's default.
        seconds: For latency and search-lag.
        retry_after: For throttle, in seconds.
        calls: The numbers of the matching calls that it hits, from 1.
        every: It hits each so-manieth matching call.
        share: It hits this part of the matching calls, drawn by the plan's seed.
        times: It stops after so many hits.
    """

    kind: FaultKind
    on: On = "any"
    status: int | None = None
    seconds: float = 0.0
    retry_after: int | None = None
    calls: tuple[int, ...] = ()
    every: int | None = None
    share: float | None = None
    times: int | None = None

    def matches(self, operation: Operation) -> bool:
        """Whether it is for calls of this sort."""
        if self.kind == "search-lag":
            return operation == "create" and self.on in {"create", "any"}
        return self.on in {operation, "any"}


@dataclass(frozen=True, slots=True)
class Effects:
    """What goes wrong with one call.

    Attributes:
        latency: Seconds that the answer takes longer.
        lag: Seconds until searches show the account that the call creates.
        fault: What else goes wrong, if anything.
    """

    latency: float = 0.0
    lag: float = 0.0
    fault: Fault | None = None


class Faults:
    """A fault plan and how far it has got. It counts calls, so each server needs one of its own."""

    def __init__(self, faults: Sequence[Fault] = (), *, latency: float = 0.0, seed: int = 0) -> None:
        from random import Random  # noqa: PLC0415 - a plan is often not needed at all

        self.faults = tuple(faults)
        self.latency = latency
        self._random = Random(seed)  # noqa: S311 - faults that can be repeated, nothing secret
        self._met = [0] * len(self.faults)
        self._hit = [0] * len(self.faults)

    def next(self, operation: Operation) -> Effects:
        """What goes wrong with the call that comes in now; it is counted."""
        latency, lag = self.latency, 0.0
        first: Fault | None = None
        for number, fault in enumerate(self.faults):
            if not fault.matches(operation) or not self._due(number, fault):
                continue
            if fault.kind == "latency":
                latency += fault.seconds
            elif fault.kind == "search-lag":
                lag = max(lag, fault.seconds)
            elif first is None:
                first = fault
            else:
                continue
            self._hit[number] += 1
        return Effects(latency, lag, first)

    def _due(self, number: int, fault: Fault) -> bool:
        self._met[number] += 1
        met = self._met[number]
        if fault.times is not None and self._hit[number] >= fault.times:
            return False
        if fault.calls:
            return met in fault.calls
        if fault.every is not None:
            return met % fault.every == 0
        return fault.share is None or self._random.random() < fault.share


def load(path: Path) -> Faults:
    """The plan in a TOML file.

    Raises:
        FaultPlanError: The file cannot be read, or the plan in it does not make sense.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise FaultPlanError(f"The fault plan {path} cannot be read: {error}.") from error
    return parse(text)


def parse(text: str) -> Faults:
    """The plan in a TOML text.

    Raises:
        FaultPlanError: It is not TOML, or it does not make sense.
    """
    import tomllib  # noqa: PLC0415 - a plan is often not needed at all

    try:
        plan = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise FaultPlanError(f"The fault plan is not valid TOML: {error}.") from error
    _known(plan, {"fault", "latency", "seed"}, "The fault plan")
    tables = plan.get("fault", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise FaultPlanError("In the fault plan, write each fault under a heading [[fault]].")
    faults = [_fault(f"Fault {number}", table) for number, table in enumerate(tables, start=1)]
    latency = _number("The fault plan", plan, "latency") or 0.0
    return Faults(faults, latency=latency, seed=_whole("The fault plan", plan, "seed", least=0) or 0)


def _fault(where: str, table: Mapping[str, object]) -> Fault:
    _known(table, set(Fault.__dataclass_fields__), where)
    _one_selection(where, table)
    fault = Fault(
        kind=_kind(where, table),
        on=_on(where, table),
        status=_status(where, table),
        seconds=_number(where, table, "seconds") or 0.0,
        retry_after=_whole(where, table, "retry_after", least=0),
        calls=_calls(where, table),
        every=_whole(where, table, "every"),
        share=_share(where, table),
        times=_whole(where, table, "times"),
    )
    if fault.kind in {"latency", "search-lag"} and not fault.seconds:
        raise FaultPlanError(f"{where} ({fault.kind}) needs seconds = …, a number above 0.")
    if fault.kind == "search-lag" and fault.on not in {"create", "any"}:
        raise FaultPlanError(f'{where}: search-lag is for on = "create" alone.')
    return fault


def _known(table: Mapping[str, object], names: set[str], where: str) -> None:
    unknown = sorted(set(table) - names)
    if unknown:
        raise FaultPlanError(f"{where} has an unknown key: {unknown[0]}. Known: {', '.join(sorted(names))}.")


def _one_selection(where: str, table: Mapping[str, object]) -> None:
    if len({"calls", "every", "share"} & set(table)) > 1:
        raise FaultPlanError(f"{where}: choose one of calls, every and share.")


def _kind(where: str, table: Mapping[str, object]) -> FaultKind:
    for kind in get_args(FaultKind):
        if table.get("kind") == kind:
            known: FaultKind = kind
            return known
    raise FaultPlanError(f"{where} needs kind = one of {', '.join(get_args(FaultKind))}.")


def _on(where: str, table: Mapping[str, object]) -> On:
    for on in get_args(On):
        if table.get("on", "any") == on:
            known: On = on
            return known
    raise FaultPlanError(f"{where} needs on = one of {', '.join(get_args(On))}.")


def _whole(where: str, table: Mapping[str, object], name: str, *, least: int = 1) -> int | None:
    value = table.get(name)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise FaultPlanError(f"{where}: {name} must be a whole number from {least}.")
    return value


def _number(where: str, table: Mapping[str, object], name: str) -> float | None:
    value = table.get(name)
    if value is None:
        return None
    if not isinstance(value, int | float) or isinstance(value, bool) or value < 0:
        raise FaultPlanError(f"{where}: {name} must be a number of seconds, 0 or more.")
    return float(value)


def _share(where: str, table: Mapping[str, object]) -> float | None:
    share = _number(where, table, "share")
    if share is not None and share > 1:
        raise FaultPlanError(f"{where}: share must be between 0 and 1.")
    return share


def _status(where: str, table: Mapping[str, object]) -> int | None:
    status = _whole(where, table, "status")
    if status is not None and status not in _STATUSES and table.get("kind") != "html":
        raise FaultPlanError(f"{where}: status must be between 400 and 599.")
    return status


def _calls(where: str, table: Mapping[str, object]) -> tuple[int, ...]:
    value = table.get("calls", [])
    if not isinstance(value, list) or not all(type(number) is int and number > 0 for number in value):
        raise FaultPlanError(f"{where}: calls must be a list of whole numbers from 1, for instance [3, 7].")
    return tuple(value)
