"""Reads damaged files within bounds: `nice python -m tests.fuzz [--files N] [--first N] [--minutes N]`."""

from __future__ import annotations

import argparse
import sys
import time
from typing import Final

from tests.fuzz.campaign import MOST_MIB, Figures, bound_memory, peak_mib, try_files

ALL: Final = 200_000
STRIDE: Final = 2_000


def main() -> int:
    """Tries files until all are done or the time is over; 0 when each ended as it should."""
    arguments = argparse.ArgumentParser(prog="python -m tests.fuzz", description="Reads damaged files.")
    arguments.add_argument("--files", type=int, default=ALL, help=f"how many (default {ALL:,})")
    arguments.add_argument("--first", type=int, default=0, help="number of the first (default 0)")
    arguments.add_argument("--minutes", type=float, default=90.0, help="stop after this time (default 90)")
    chosen = arguments.parse_args()
    bound_memory()
    figures, start = Figures(), time.monotonic()
    for first in range(chosen.first, chosen.first + chosen.files, STRIDE):
        if _minutes(start) > chosen.minutes:
            sys.stdout.write("The time is over before all were tried.\n")
            return 1
        try_files(figures, first, min(STRIDE, chosen.first + chosen.files - first))
        sys.stdout.write(f"{_minutes(start):6.1f} minutes: {figures}\n")
        sys.stdout.flush()
    for end, times in sorted(figures.ends.items()):
        sys.stdout.write(f"  {times:>8,}  {end}\n")
    return 0 if (peak_mib() or 0) <= MOST_MIB else 1


def _minutes(start: float) -> float:
    return (time.monotonic() - start) / 60


if __name__ == "__main__":
    sys.exit(main())
