"""Benchmarks of `bulk-import check`."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.benchmarks.measure import Run, measured, median, python, say, shown, verdict

TIMES_FASTER = 6.0
MOST_MIB_XLSX = 700
MOST_MIB_CSV = 3 * 1024
STEEPEST = 1.3
"""Time a row at the largest size beside the middle one: linear growth, with room for a shared machine."""

_ROWS_NEED_ATTENTION = frozenset({0, 1})


def check_xlsx(rows: int, runs: int) -> None:
    """An .xlsx of `rows` × 30 beside pandas, pandera and openpyxl, run in turn."""
    say(f"check of an .xlsx, {rows:,} rows × 30 columns, median of {runs}, ours and the baseline in turn:")
    with tempfile.TemporaryDirectory() as folder:
        source = _made(Path(folder) / "people.xlsx", rows)
        ours: list[Run] = []
        theirs: list[Run] = []
        for _ in range(runs):
            ours.append(_checked(source, Path(folder)))
            theirs.append(_baseline(source, Path(folder)))
    mine, base = median(ours), median(theirs)
    shown("bulk-import check (results.xlsx, report.json)", mine)
    shown("read_excel + pandera on objects + openpyxl", base)
    ratio = base.seconds / mine.seconds
    verdict(f"{ratio:.1f} times faster on the clock (goal {TIMES_FASTER:g})", held=ratio >= TIMES_FASTER)
    if mine.cpu and base.cpu:
        say(f"  computing alone: {base.cpu / mine.cpu:.1f} times less")
    _memory(mine, MOST_MIB_XLSX)


def check_csv(rows: int, runs: int) -> None:
    """CSVs of a tenth, three tenths and all of `rows`: memory, and whether time grows in proportion."""
    say(f"check of a CSV, up to {rows:,} rows × 30 columns, median of {runs}:")
    sizes = [rows // 10, rows * 3 // 10, rows]
    results: list[Run] = []
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            source = _made(Path(folder) / "people.csv", size)
            results.append(median([_checked(source, Path(folder)) for _ in range(runs)]))
        shown(f"{size:,} rows", results[-1], f"{_cost(results[-1]) / size * 1e6:.1f} µs a row")
    steepness = (_cost(results[2]) / sizes[2]) / (_cost(results[1]) / sizes[1])
    verdict(f"a row costs {steepness:.2f} times as much at {rows:,} as at {sizes[1]:,}", held=steepness <= STEEPEST)
    _memory(results[-1], MOST_MIB_CSV)


def _cost(run: Run) -> float:
    """Seconds of computing where they are known, since other work on the machine changes those on the clock."""
    return run.seconds if run.cpu is None else run.cpu


def _made(path: Path, rows: int) -> Path:
    measured(python("-m", "tests.benchmarks.people", path, str(rows)))
    return path


def _checked(source: Path, folder: Path) -> Run:
    with tempfile.TemporaryDirectory(dir=folder) as out:
        command = python("-m", "bulk_import.cli", "check", source, "--out", out, "--quiet")
        return measured(command, good=_ROWS_NEED_ATTENTION, log=folder / "check.log")


def _baseline(source: Path, folder: Path) -> Run:
    return measured(python("-m", "tests.benchmarks.baseline", source, folder / "baseline.xlsx"))


def _memory(run: Run, most: int) -> None:
    if run.peak_mib is None:
        verdict("peak memory", held=None)
    else:
        verdict(f"peak {run.peak_mib:,.0f} MiB (goal under {most:,})", held=run.peak_mib < most)
