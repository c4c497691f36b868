"""Thousands of rows with a fifth of the calls going wrong: everybody once, memory flat, nothing left behind."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest

from bulk_import import sandbox
from bulk_import.sandbox import Fault, Faults, Switches
from tests.benchmarks.measure import measured, python
from tests.journeys.command import environment, learner, write_csv
from tests.journeys.killing import toward

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bulk_import.sandbox.faults import FaultKind

pytestmark = pytest.mark.journey

FEW = 500
SOME = 1_500
MANY = 5_000
SHARE = 0.2
DOUBTFUL: tuple[FaultKind, ...] = ("reset-before", "reset-after", "status-before", "status-after", "truncated", "html")
GOAL = 1.2
LEFT_BEHIND = ("ResourceWarning", "Exception ignored", "was destroyed", "never retrieved", "never awaited", "Traceback")


@dataclass(frozen=True, slots=True)
class Soaked:
    """A run that came to its end.

    Attributes:
        peak: the most memory it held, in MiB.
        rows: the most memory that a check of the same rows held, which is all but the sending.
        seconds: on the clock.
        faults: how many creates went wrong.
        calls: how many calls there were.
    """

    peak: float
    rows: float
    seconds: float
    faults: int
    calls: int


def going_wrong(share: float) -> list[Fault]:
    """Faults that together hit so great a share of the creates, and a tenth of that of the searches."""
    each = 1 - (1 - share) ** (1 / len(DOUBTFUL))
    return [
        *(Fault(kind=kind, on="create", share=each) for kind in DOUBTFUL),
        Fault(kind="reset-before", on="search", share=share / 10),
        Fault(kind="search-lag", on="create", seconds=0.1),
    ]


def soaked(folder: Path, rows: int) -> Soaked:
    """Sends so many rows while a share of the calls goes wrong, and sees that everybody has one account."""
    folder.mkdir()
    people = [
        learner(number % 1000, MISID=f"S{number:05}", Email=f"soak{number}@example.com") for number in range(rows)
    ]
    file = write_csv(folder / "people.csv", people)
    with sandbox.running(switches=Switches(calls_per_minute=10**6), faults=Faults(going_wrong(SHARE))) as onefile:
        settings = toward(onefile, concurrency="16", settle_wait="0.3", call_lifetime="0.5", failures_to_stop="1000")
        places = {"BULK_IMPORT_REPORTS": str(folder / "reports"), "BULK_IMPORT_JOURNAL": str(folder / "journal.db")}
        settings = environment({**settings, **places})
        log = folder / "printed.txt"
        words = ("--allow-large", "--yes", "--quiet")
        command = python("-m", "bulk_import", "--config", _settings_file(folder), "submit", file, *words)
        sent = measured(command, good=frozenset({0, 1}), log=log, variables=settings)
        emails = Counter(str(user["Email"]) for user in onefile.world.users())
        creates = [call for call in onefile.world.calls() if call.method == "POST" and call.path.endswith("/User")]
        calls = len(onefile.world.calls())
    printed = log.read_text(encoding="utf-8")
    assert [words for words in LEFT_BEHIND if words in printed] == []
    _judge(folder, emails, rows)
    checked = measured(python("-m", "bulk_import", "check", file), log=folder / "check.txt", variables=settings)
    if sent.peak_mib is None or checked.peak_mib is None:
        pytest.skip("the operating system does not tell how much memory a process held")
    faults = sum(call.status != HTTPStatus.OK or call.status is None for call in creates)
    return Soaked(sent.peak_mib, checked.peak_mib, sent.seconds, faults, calls)


def _settings_file(folder: Path) -> Path:
    file = folder / "bulk-import.toml"
    file.touch()
    return file


def _judge(folder: Path, emails: Counter[str], rows: int) -> None:
    """Everybody has one account, but for those whose fate the report says is unknown."""
    (file,) = folder.glob("reports/2*/report.json")
    report = json.loads(file.read_text(encoding="utf-8"))
    assert report["balanced"]
    made = {row["row"] for row in report["rows"] if row["status"] == "created"}
    unknown = {row["row"] for row in report["rows"] if row["status"] == "unresolved"}
    assert made | unknown == set(range(2, rows + 2))
    accounts = {number + 2: emails[f"soak{number}@example.com"] for number in range(rows)}
    assert {accounts[row] for row in made} == {1}
    assert {accounts[row] for row in unknown} <= {0, 1}
    # five attempts in a row that go wrong leave a row unresolved
    assert len(unknown) <= 3 * rows * SHARE**5 + 3


def test_a_long_run_with_many_faults(tmp_path: Path, pytestconfig: pytest.Config, tell: Callable[[str], None]) -> None:
    """Peak memory stays within a fifth of a short run's, less the rows' own, and no task or connection is left."""
    rows = MANY if pytestconfig.getoption("--long") else SOME
    short, long = soaked(tmp_path / "short", FEW), soaked(tmp_path / "long", rows)
    own = max(long.rows - short.rows, 0.0)
    tell(
        f"{rows:,} rows, {long.faults:,} creates gone wrong, {long.calls:,} calls in {long.seconds:.0f} s: "
        f"peak {long.peak:.0f} MiB, of which {own:.0f} MiB the rows'; {FEW:,} rows: {short.peak:.0f} MiB; "
        f"ratio {(long.peak - own) / short.peak:.2f}"
    )
    assert long.faults > rows * SHARE / 2
    assert long.peak - own <= short.peak * GOAL
