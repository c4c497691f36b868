"""What files made to do harm cost: each is checked in a process of its own that may open no connection."""

from __future__ import annotations

import io
import struct
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.benchmarks.measure import measured, python, say, verdict
from tests.data import hazards, people
from tests.data import old_workbooks as old
from tests.data import other_workbooks as other
from tests.data import workbooks as made

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

MOST_SECONDS: Final = 20.0
MOST_MIB: Final = 1024
ENDS: Final = frozenset({0, 1, 6})
HEAD: Final = ",".join(people.FIELDS) + "\n"
WATCHED: Final = """
import atexit, os, pathlib, sys
def peak():
    status = pathlib.Path("/proc/self/status")
    if status.exists():
        pathlib.Path(os.environ["PEAK_FILE"]).write_text(status.read_text().partition("VmHWM:")[2].split()[0])
atexit.register(peak)
def watch(event, arguments):
    if event in {"socket.connect", "socket.getaddrinfo", "socket.sendto", "urllib.Request"}:
        sys.stderr.write("CONNECTION " + event)
        sys.exit(99)
sys.addaudithook(watch)
from bulk_import.cli import main
sys.exit(main())
"""


def hostile() -> None:
    """Each kind of hostile file: seconds of computing, peak memory, and how it ended."""
    say("files made to do harm, each checked in a process of its own:")
    worst_seconds = worst_mib = 0.0
    with tempfile.TemporaryDirectory() as folder:
        for name, make in FILES.items():
            path = Path(folder) / "hostile"
            make(path)
            seconds, mib = _cost(name, path, Path(folder))
            path.unlink()
            worst_seconds, worst_mib = max(worst_seconds, seconds), max(worst_mib, mib)
    verdict(f"at most {worst_seconds:.1f} s (goal {MOST_SECONDS:g})", held=worst_seconds <= MOST_SECONDS)
    verdict(f"at most {worst_mib:,.0f} MiB (goal {MOST_MIB:,}), and no connection", held=worst_mib <= MOST_MIB)


def _cost(name: str, path: Path, folder: Path) -> tuple[float, float]:
    log = folder / "log"
    command = [*python("-c", WATCHED), "check", str(path), "--out", str(folder / "out"), "--quiet"]
    peak = folder / "peak"
    variables = {"BULK_IMPORT_JOURNAL": str(folder / "journal.db"), "PEAK_FILE": str(peak)}
    run = measured(command, good=ENDS, log=log, variables=variables)
    seconds = run.seconds if run.cpu is None else run.cpu
    # What the system tells of an ended process counts the one that started it, which has made all these files.
    mib = int(peak.read_text(encoding="ascii")) / 1024 if peak.exists() else run.peak_mib or 0.0
    peak.unlink(missing_ok=True)
    said = log.read_text(encoding="utf-8", errors="replace").replace(str(path), "FILE").splitlines()
    say(f"  {name:<34}{seconds:6.1f} s {mib:6.0f} MiB   {said[0][:80] if said else ''}")
    return seconds, mib


def _bytes(data: Callable[[], bytes]) -> Callable[[Path], None]:
    return lambda path: _write(path, data())


def _write(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def _lines(line: str, times: int, head: str = HEAD) -> Callable[[Path], None]:
    return lambda path: _write(path, (head + line * times).encode())


def _huge(path: Path) -> None:
    with path.open("wb") as stream:
        stream.truncate(10 * 2**30)


def _sheet(rows: Iterator[str], *, before: str = "") -> bytes:
    return made.with_sheet_data(before + "".join(rows))


def _many_strings() -> bytes:
    strings = '<sst uniqueCount="7000000">' + "<si><t>x</t></si>" * 7_000_000 + "</sst>"
    return made.rezipped(hazards.PLAIN, {"xl/sharedStrings.xml": strings.encode()})


def _many_parts() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        for at in range(60_000):
            package.writestr(f"xl/{at}", b"")
        package.writestr("xl/workbook.xml", b"<workbook/>")
    return stream.getvalue()


def _full_sheet() -> bytes:
    return _sheet(f'<row r="{row}">{_full_row(row)}</row>' for row in range(2, 200_002))


def _full_row(row: int) -> str:
    return "".join(f'<c r="{chr(ord("A") + at)}{row}"><v>1</v></c>' for at in range(26))


def _errors(comment: str) -> bytes:
    return _sheet(
        (f'<row r="{number}"><c r="A{number}" t="e"><v>#N/A</v></c></row>' for number in range(2, 450_000)),
        before=comment,
    )


def _mulrk() -> bytes:
    cells = struct.pack("<HI", 0, 6) * 30 + struct.pack("<H", 29)
    rows = (old.record(0xBD, struct.pack("<HH", row, 0) + cells) for row in range(1, 65_000))
    return old.xls([*hazards.XLS_HEAD, *rows])


def _repeated() -> bytes:
    cell = '<table:table-cell table:number-columns-repeated="16384" office:value-type="float" office:value="1"/>'
    row = f'<table:table-row table:number-rows-repeated="304">{cell}</table:table-row>'
    return other.ods(hazards.ODS_ROWS + row)


BAD: Final = "a1,b2,x,Learner,x,y,z,q,,123,,31/02/2000,99/99/2020,zz\n"
FILES: Final[Mapping[str, Callable[[Path], None]]] = {
    "CSV of 10 GiB": _huge,
    "CSV, 200,000 rows all bad": _lines(BAD, 200_000),
    "CSV, 59,400 problems": _lines(BAD, 4_950),
    "CSV, 59,000 rows with one problem": _lines("a,b,x,Learner,1,101,201,301,,,,,,\n", 59_000),
    "CSV, 16,000 columns": _lines("a,b\n", 5, HEAD.strip() + ",x" * 16_000 + "\n"),
    "CSV, 1,000 columns": _lines(
        "a,b,x@example.com,Learner,1,1,1,1" + ",v" * 990 + "\n", 3_000, HEAD.strip() + ",c" * 980 + "\n"
    ),
    "CSV, 3.9 million blank lines": _lines("\n", 3_900_000),
    "CSV, 38 million empty cells": _lines("," * 13 + "\n", 2_700_000),
    "CSV, 490,000 short rows": _lines("x\n", 490_000, HEAD + BAD * 200),
    "CSV, one cell of 400 MiB": _bytes(lambda: HEAD.encode() + b'"' + b"x" * 400_000_000),
    "CSV, 500 MiB of quotation marks": _bytes(lambda: HEAD.encode() + b'"' * 500_000_000),
    "zip bomb": _bytes(made.bomb),
    "entity bomb": _bytes(lambda: hazards.KINDS["entity bomb"].data),
    "XLSX, a million columns": _bytes(lambda: hazards.KINDS["a million columns"].data),
    "XLSX, two cells far apart": _bytes(lambda: hazards.KINDS["two cells far apart"].data),
    "XLSX, 7 million texts": _bytes(_many_strings),
    "XLSX, 60,000 parts": _bytes(_many_parts),
    "XLSX, 5 million cells": _bytes(_full_sheet),
    "XLSX, 450,000 errors": _bytes(lambda: _errors("")),
    "XLSX, 450,000 errors, odd XML": _bytes(lambda: _errors("<!-- -->")),
    "XLSX, paths in the zip": _bytes(lambda: hazards.KINDS["path in the zip"].data),
    "XLSX, external links": _bytes(lambda: hazards.KINDS["external links"].data),
    "ODS, repeated 5 million times": _bytes(_repeated),
    "XLS, cells far apart": _bytes(lambda: hazards.KINDS["hostile XLS"].data),
    "XLS, 1.9 million numbers": _bytes(_mulrk),
    "XLS, claims in its head": _bytes(lambda: old.xls(hazards.XLS_HEAD)[:44] + b"\xff\xff\xff\x3f" * 8 + bytes(2000)),
}
