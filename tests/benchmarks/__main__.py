"""Runs the benchmarks: `python -m tests.benchmarks [WHICH] [--rows N] [--runs N]`; --help names them."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from tests.benchmarks.checking import check_csv, check_xlsx
from tests.benchmarks.hostile import hostile
from tests.benchmarks.measure import say
from tests.benchmarks.nights import nights
from tests.benchmarks.pacing import submit
from tests.benchmarks.planning import planning
from tests.benchmarks.reading import read
from tests.benchmarks.reporting import results
from tests.benchmarks.safety import safety
from tests.benchmarks.starting import start

if TYPE_CHECKING:
    from collections.abc import Callable

XLSX_ROWS = 100_000
SUBMITTED_ROWS = 600
SAFETY_ROWS = 900
NIGHTLY_ROWS = 10_000
PLANNED_ROWS = 100_000
CSV_ROWS = 1_000_000


def main() -> None:
    """Runs what was asked for and prints figures."""
    arguments = argparse.ArgumentParser(prog="python -m tests.benchmarks", description="How fast the product is.")
    arguments.add_argument(
        "which",
        nargs="?",
        default="all",
        choices=["check", "csv", "read", "hostile", "results", "submit", "safety", "nights", "planning", "help", "all"],
    )
    arguments.add_argument("--rows", type=int, help="rows of the largest file, or sent in the submit benchmark")
    arguments.add_argument("--runs", type=int, default=3, help="how often each is measured (default 3)")
    chosen = arguments.parse_args()
    say("Other work on this machine changes times; trust the ratios.")
    benchmarks: dict[str, Callable[[], None]] = {
        "help": lambda: start(max(5, chosen.runs)),
        "read": lambda: read(chosen.rows or XLSX_ROWS, chosen.runs),
        "hostile": hostile,
        "check": lambda: check_xlsx(chosen.rows or XLSX_ROWS, chosen.runs),
        "results": lambda: results(chosen.rows or XLSX_ROWS, chosen.runs),
        "submit": lambda: submit(chosen.rows or SUBMITTED_ROWS),
        "safety": lambda: safety(chosen.rows or SAFETY_ROWS),
        "nights": lambda: nights(chosen.rows or NIGHTLY_ROWS),
        "planning": lambda: planning(chosen.rows or PLANNED_ROWS),
        "csv": lambda: check_csv(chosen.rows or CSV_ROWS, chosen.runs),
    }
    for name, benchmark in benchmarks.items():
        if chosen.which in {name, "all"}:
            benchmark()


if __name__ == "__main__":
    main()
