"""Benchmark of reading alone, beside the fast reader alone with pandas' own building of a frame.

Run as `python -m tests.benchmarks.reading ours|baseline FILE`, it reads once and prints the seconds of computing.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path

from tests.benchmarks.measure import measured, python, say, verdict

MOST_TIMES = 1.3
MOST_MIB = 700


def read(rows: int, runs: int) -> None:
    """An .xlsx of `rows` × 30, ours and the baseline in turn, each in a new process."""
    say(f"reading of an .xlsx, {rows:,} rows × 30 columns, median of {runs}, ours and the baseline in turn:")
    seconds: dict[str, list[float]] = {"ours": [], "baseline": []}
    peaks: dict[str, float] = {"ours": 0, "baseline": 0}
    with tempfile.TemporaryDirectory() as folder:
        source, log = Path(folder) / "people.xlsx", Path(folder) / "log"
        measured(python("-m", "tests.benchmarks.people", source, str(rows)))
        for _ in range(runs):
            for who, taken in seconds.items():
                run = measured(python("-m", "tests.benchmarks.reading", who, source), log=log)
                taken.append(float(log.read_text(encoding="utf-8")))
                peaks[who] = max(peaks[who], run.peak_mib or 0)
    mine, base = (statistics.median(seconds[who]) for who in ("ours", "baseline"))
    say(f"  {'read_table':<44}{mine:8.2f} s   {peaks['ours']:7.0f} MiB")
    say(f"  {'python-calamine + pandas.DataFrame':<44}{base:8.2f} s   {peaks['baseline']:7.0f} MiB")
    verdict(f"{mine / base:.2f} times the baseline (goal {MOST_TIMES:g})", held=mine <= MOST_TIMES * base)
    verdict(f"peak {peaks['ours']:,.0f} MiB (goal under {MOST_MIB})", held=peaks["ours"] < MOST_MIB)


def _ours(path: Path) -> None:
    from bulk_import.catalogue import fields_for_heading  # noqa: PLC0415 - as the product does
    from bulk_import.read import read_table  # noqa: PLC0415 - as the product does

    read_table(path, known=lambda heading: bool(fields_for_heading(heading)))


def _baseline(path: Path) -> None:
    import pandas as pd  # noqa: PLC0415 - as above
    from python_calamine import CalamineWorkbook  # noqa: PLC0415 - as above

    rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    pd.DataFrame(rows[1:], columns=[str(cell) for cell in rows[0]])


def main(who: str, path: Path) -> None:
    """Reads once, with the libraries loaded beforehand."""
    for library in ("pandas", "pyarrow.compute", "python_calamine"):
        import_module(library)
    start = time.process_time()
    (_ours if who == "ours" else _baseline)(path)
    say(f"{time.process_time() - start:.3f}")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
