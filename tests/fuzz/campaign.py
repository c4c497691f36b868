"""Many damaged files, one after the other, within a time and a memory that are stated before."""

from __future__ import annotations

import faulthandler
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from tests.fuzz.mutations import made_file
from tests.fuzz.trial import CHECKED_EACH, outcome

MOST_SECONDS: Final = 20.0
"""Of computing, for one file; other work on the machine does not count."""
HANGS_AFTER: Final = 300.0
"""Seconds on the clock after which the process ends and shows the place where it hangs; files are watched by the
hundred, since each watch costs half as much as reading a file."""
WATCHED_EACH: Final = 100
MOST_MIB: Final = 1024
"""Of the process that reads them all."""
REFUSED_MEMORY: Final = 2 * MOST_MIB * 2**20
"""Bytes that the operating system gives at the most, so that a file made to do harm fails instead of the machine."""


@dataclass(slots=True)
class Figures:
    """What came of the files so far.

    Attributes:
        ends: kind of file and what came of it → how often.
        slowest: seconds of computing of the slowest file, and its number.
        judged: files of which the rows were checked too.
    """

    ends: Counter[str] = field(default_factory=Counter)
    slowest: tuple[float, int] = (0.0, -1)
    judged: int = 0

    @property
    def read(self) -> int:
        """Files that were read as a table; the others were refused with a sentence."""
        return sum(times for end, times in self.ends.items() if end.endswith(" read"))

    def __str__(self) -> str:
        """One line of figures."""
        seconds, number = self.slowest
        peak = peak_mib()
        memory = "memory not measured here" if peak is None else f"most memory {peak:,.0f} MiB"
        return (
            f"{self.ends.total():,} files, {self.read:,} read, the others refused with a sentence, {self.judged:,} "
            f"checked too; slowest {seconds:.1f} s of computing (number {number}); {memory}"
        )


def try_files(figures: Figures, first: int, count: int) -> None:
    """Reads the files of the numbers from `first` on; a failure carries the number of its file.

    Raises:
        AssertionError: a file took too long, or what was read of it does not hold together.
    """
    for number in range(first, first + count):
        kind, data = made_file(number)
        judged = number % CHECKED_EACH == 0
        if number % WATCHED_EACH == 0:
            faulthandler.dump_traceback_later(HANGS_AFTER, exit=True)
        start = time.process_time()
        try:
            figures.ends[f"{kind} {outcome(data, judged=judged)}"] += 1
            seconds = time.process_time() - start
            assert seconds <= MOST_SECONDS, f"it took {seconds:.1f} s"
        except BaseException as failure:
            failure.add_note(f"File number {number}, {kind}: made_file({number}) gives it again.")
            raise
        figures.judged += judged
        figures.slowest = max(figures.slowest, (seconds, number))
    faulthandler.cancel_dump_traceback_later()


def peak_mib() -> float | None:
    """The most memory this process held, in MiB; None where the operating system does not tell."""
    if sys.platform == "win32":
        return None
    import resource  # noqa: PLC0415 - not everywhere

    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def bound_memory() -> None:
    """Asks the operating system to refuse more memory than `REFUSED_MEMORY`, where it can."""
    if sys.platform == "linux":
        import resource  # noqa: PLC0415 - not everywhere

        resource.setrlimit(resource.RLIMIT_DATA, (REFUSED_MEMORY, REFUSED_MEMORY))
