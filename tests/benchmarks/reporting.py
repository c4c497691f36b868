"""Benchmark of results.xlsx: written by this product, and the same cells by openpyxl in write-only mode, in turn.

Run as `python -m tests.benchmarks.reporting ours|theirs FILE OUT` one of the two writes, and prints the seconds that
writing alone took, on the clock and of computing, and the most memory that the process held while it wrote, the rows
to be written among it (elsewhere than on Linux: while it read and checked them too).
"""

from __future__ import annotations

import copyreg
import csv
import json
import pickle
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from tests.benchmarks.measure import Run, measured, median, python, say, shown, verdict

if TYPE_CHECKING:
    from bulk_import.report import Report

TIMES_FASTER = 1.7
MOST_MIB = 250
_OWN = ("Sheet", "Row", "Status", "User ID", "What happened", "What to do")
_STORY = ("No errors were found.", "Nothing needs doing; it is ready to send.")
_DATES = frozenset({"DOB", "StartOn", "PlannedEndDate"})


def results(rows: int, runs: int) -> None:
    """`rows` × 36 cells, a hundredth of the rows with a mistake."""
    say(f"results.xlsx, {rows:,} rows × 36 columns, median of {runs}, ours and openpyxl write-only in turn:")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = folder / "people.csv"
        measured(python("-m", "tests.benchmarks.people", source, str(rows)))
        measured(python("-m", "tests.benchmarks.reporting", "checked", source, source.with_suffix(".pickle")))
        told: dict[str, list[Run]] = {"ours": [], "theirs": []}
        for _ in range(runs):
            for who, some in told.items():
                some.append(_written(who, source, folder))
        sizes = {who: (folder / f"{who}.xlsx").stat().st_size / 1024**2 for who in told}
    ours, theirs = median(told["ours"]), median(told["theirs"])
    shown("ours, with styles, links and a chart", ours, f"{sizes['ours']:.1f} MiB on disk")
    shown("openpyxl write-only, plain cells", theirs, f"{sizes['theirs']:.1f} MiB on disk")
    ratio = theirs.seconds / ours.seconds
    verdict(f"{ratio:.1f} times faster on the clock (goal {TIMES_FASTER:g})", held=ratio >= TIMES_FASTER)
    if ours.cpu and theirs.cpu:
        say(f"  computing alone: {theirs.cpu / ours.cpu:.1f} times less")
    peak = ours.peak_mib
    verdict(f"peak {peak or 0:,.0f} MiB (goal under {MOST_MIB})", held=None if peak is None else peak < MOST_MIB)


def _written(who: str, source: Path, folder: Path) -> Run:
    log = folder / f"{who}.log"
    measured(python("-m", "tests.benchmarks.reporting", who, source, folder / f"{who}.xlsx"), log=log)
    told = json.loads(log.read_text(encoding="utf-8"))
    return Run(told["seconds"], told["cpu"], told["peak_mib"])


def _report(source: Path) -> Report:
    from bulk_import.catalogue import fields_for_heading  # noqa: PLC0415 - the other side does without
    from bulk_import.check import Options, check_all  # noqa: PLC0415 - likewise
    from bulk_import.read import read_table  # noqa: PLC0415 - likewise
    from bulk_import.report import Report, SourceReport, Status  # noqa: PLC0415 - likewise

    table = read_table(source, known=lambda heading: bool(fields_for_heading(heading)))
    (checked,) = check_all([table], options=Options(today=date(2026, 11, 25)))
    moment = datetime(2026, 11, 25, 7, tzinfo=UTC)
    sources = (SourceReport(checked, {}, Status.VALID),)
    return Report("20261125-070000-ab12", "check", moment, moment, "sandbox", None, sources)


def _proxy(content: dict[object, object]) -> MappingProxyType[object, object]:
    return MappingProxyType(content)


def _checked(source: Path, target: Path) -> None:
    """Keeps the report for the other processes, so that what reading and checking need is not counted as writing."""
    copyreg.pickle(MappingProxyType, lambda proxy: (_proxy, (dict(proxy),)))
    target.write_bytes(pickle.dumps(_report(source)))


def _ours(source: Path, target: Path) -> None:
    from bulk_import.report import write_workbook  # noqa: PLC0415 - likewise

    report = pickle.loads(source.with_suffix(".pickle").read_bytes())  # noqa: S301 - of our own making
    with _timed(), target.open("wb") as stream:
        write_workbook(report, stream)


def _theirs(source: Path, target: Path) -> None:
    from openpyxl import Workbook  # noqa: PLC0415 - our side does without

    with source.open(encoding="utf-8", newline="") as stream:
        headings, *rows = csv.reader(stream)
    days = [at for at, heading in enumerate(headings) if heading in _DATES]
    people: list[list[object]] = [list(row) for row in rows]
    for row in people:
        for at in days:
            row[at] = datetime.strptime(str(row[at]), "%d/%m/%Y").replace(tzinfo=None)  # noqa: DTZ007 - a day
    with _timed():
        book = Workbook(write_only=True)
        sheet = book.create_sheet("Results")
        sheet.append([*_OWN, *headings])
        for number, person in enumerate(people, start=2):
            sheet.append(["people.csv", number, "Valid", None, *_STORY, *person])
        book.save(target)


class _timed:  # noqa: N801 - used like a function
    """Prints what the block took and what the process held at the most."""

    def __enter__(self) -> None:
        if _FORGET_PEAK.exists():
            _FORGET_PEAK.write_text("5", encoding="ascii")
        self._clock, self._cpu = time.perf_counter(), time.process_time()

    def __exit__(self, *_: object) -> None:
        seconds, cpu = time.perf_counter() - self._clock, time.process_time() - self._cpu
        sys.stdout.write(json.dumps({"seconds": seconds, "cpu": cpu, "peak_mib": _peak()}) + "\n")


_FORGET_PEAK = Path("/proc/self/clear_refs")


def _peak() -> float | None:
    if sys.platform == "win32":
        return None
    if _FORGET_PEAK.exists():
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:"))
    import resource  # noqa: PLC0415 - POSIX only

    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def main(who: str, source: str, target: str) -> None:
    """Writes the workbook."""
    {"checked": _checked, "ours": _ours, "theirs": _theirs}[who](Path(source), Path(target))


if __name__ == "__main__":
    main(*sys.argv[1:])
