"""Benchmark of the start: `--help` beside importing what a check needs."""

from __future__ import annotations

from tests.benchmarks.measure import Run, measured, median, python, say, shown, verdict

GOAL = 1 / 3


def start(runs: int) -> None:
    """`bulk-import --help` beside `import pandas, pandera.pandas`, in turn."""
    say(f"start, median of {runs}, in turn:")
    ours: list[Run] = []
    theirs: list[Run] = []
    for _ in range(runs):
        ours.append(measured(python("-m", "bulk_import.cli", "--help")))
        theirs.append(measured(python("-c", "import pandas, pandera.pandas")))
    mine, base = median(ours), median(theirs)
    shown("bulk-import --help", mine)
    shown("import pandas, pandera.pandas", base)
    share = mine.seconds / base.seconds
    verdict(f"{share:.2f} of the time (goal under {GOAL:.2f})", held=share < GOAL)
