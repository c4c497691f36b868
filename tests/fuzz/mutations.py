"""Damaged files without end: the same number always gives the same file.

Sound files of every kind are the seeds. Damage is done to the bytes, to one part of a zip, to the records of an old
workbook, or to the text of a CSV; some files are nothing but the first bytes of a kind and noise.
"""

from __future__ import annotations

import io
import random
import zipfile
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from tests.data import hazards, people
from tests.data import old_workbooks as old
from tests.data import workbooks as made

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SEPARATE: Final = (
    b"\x00",
    b"\xff",
    b"\xff\xff\xff\xff",
    b"\x00\x00\x00\x00",
    b"\xff\xff\xff\x7f",
    b"\x80",
    b"\x01\x00",
)
XML: Final = (
    *(
        b"<c ",
        b"</c>",
        b"<row ",
        b"</row>",
        b"<v>",
        b"</v>",
        b"<f>",
        b"</f>",
        b"<is><t>",
        b"<!--",
        b"-->",
        b"<![CDATA[",
    ),
    *(b' r="XFD1048576"', b' r="A0"', b' r="AAAAAAAA9"', b' t="e"', b' t="s"', b' t="d"', b' t="str"', b' hidden="1"'),
    *(
        b"</sheetData>",
        b"<sheetData/>",
        b"<!DOCTYPE x [<!ENTITY a 'b'>]>",
        b"&a;",
        b"&#0;",
        b"&#xD800;",
        b'<?xml encoding="x"?>',
    ),
    *(
        b' uniqueCount="99999999999"',
        b' table:number-columns-repeated="16384"',
        b' table:number-rows-repeated="1048576"',
    ),
    *(
        b' office:value-type="date" office:date-value="9999-99-99"',
        b' date1904="1"',
        b' state="hidden"',
        b"#N/A",
        b"x:",
    ),
    *(
        b"<v>1e308</v>",
        b"<v>-1</v>",
        b"<v>99999999999999999999</v>",
        b' s="99999"',
        b"..\\..\\x",
        b"rId1",
        b"\xef\xbb\xbf",
    ),
)
TEXT: Final = (
    *(b'"', b'""', b",", b";", b"\t", b"|", b"\r", b"\n", b"\r\n", b"\x00", b"\xef\xbb\xbf", b"\xff\xfe", b"sep=;\n"),
    *(b"\xc3", b"\xed\xa0\x80", b"'", b"=1+1", b"Total", b"Example", b"\xa0", b"FirstName", b"12/31/2026", b"9.2E+09"),
    b"\xe2\x80\x8b",
)
BEGINNINGS: Final = (
    b"",
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"%PDF",
)
MOST_DAMAGES: Final = 6


@dataclass(frozen=True, slots=True)
class Seed:
    """A sound file, or for an old workbook its records, and the words that its kind knows."""

    kind: str
    data: bytes
    words: tuple[bytes, ...]


@cache
def seeds() -> Sequence[Seed]:
    """A few files of every kind."""
    kinds = hazards.KINDS
    small = people.as_xlsx({(2, "ULN"): 9276308686, (3, "LastName"): "=A1", (4, "ClassroomID"): "#N/A"})
    texts = ("UTF-8", "UTF-16", "Windows-1252", "separator '\\t'", "line break in quotation marks", "row too long")
    return (
        *(Seed("csv", hazards.TEXTS[name].data, TEXT) for name in texts),
        *(
            Seed("xlsx", data, XML)
            for data in (small, made.hidden_rows(people.rows(), [3]), hazards.SHEETS["hidden list beside"].data)
        ),
        Seed("xlsx", made.with_sheet_data('<row r="2"><c r="A2" t="str"><f>1</f><v>x</v></c></row>', prefix="x:"), XML),
        Seed("xlsb", kinds["XLSB"].data, SEPARATE),
        Seed("ods", kinds["ODS"].data, XML),
        Seed(
            "xls",
            old.stream([old.hidden_row(3), *hazards.XLS_HEAD, *hazards.XLS_BODY, old.formula(4, 2, old.FAILED)]),
            SEPARATE,
        ),
    )


def made_file(number: int) -> tuple[str, bytes]:
    """The kind and the bytes of the file of a number."""
    chance = random.Random(number)
    if chance.random() < 0.1:
        return "noise", chance.choice(BEGINNINGS) + chance.randbytes(chance.randrange(600))
    seed = chance.choice(seeds())
    if seed.kind == "xls" and chance.random() < 0.7:
        return seed.kind, old.container(_damaged(seed.data, seed.words, chance))
    if seed.data.startswith(b"PK") and chance.random() < 0.85:
        return seed.kind, _with_damaged_part(seed, chance)
    whole = old.container(seed.data) if seed.kind == "xls" else seed.data
    return seed.kind, _damaged(whole, seed.words, chance)


def _with_damaged_part(seed: Seed, chance: random.Random) -> bytes:
    with zipfile.ZipFile(io.BytesIO(seed.data)) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    telling = [name for name in parts if name.startswith(("xl/", "content", "_rels"))]
    name = chance.choice(telling)
    parts[name] = _damaged(parts[name], seed.words, chance)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        for part, data in parts.items():
            package.writestr(part, data)
    return stream.getvalue()


def _damaged(data: bytes, words: Sequence[bytes], chance: random.Random) -> bytes:
    for _ in range(chance.randint(1, MOST_DAMAGES)):
        data = chance.choice(DAMAGES)(data, words, chance)
    return data


def _flip(data: bytes, _: Sequence[bytes], chance: random.Random) -> bytes:
    if not data:
        return data
    at = chance.randrange(len(data))
    return data[:at] + bytes([data[at] ^ (1 << chance.randrange(8))]) + data[at + 1 :]


def _put(data: bytes, words: Sequence[bytes], chance: random.Random) -> bytes:
    at = chance.randint(0, len(data))
    return data[:at] + chance.choice(words) + data[at:]


def _over(data: bytes, words: Sequence[bytes], chance: random.Random) -> bytes:
    at, word = chance.randint(0, len(data)), chance.choice(words)
    return data[:at] + word + data[at + len(word) :]


def _cut(data: bytes, _: Sequence[bytes], chance: random.Random) -> bytes:
    at = chance.randint(0, len(data))
    return data[:at] + data[at + chance.randint(0, 60) :]


def _end(data: bytes, _: Sequence[bytes], chance: random.Random) -> bytes:
    return data[: chance.randint(0, len(data))] if chance.random() < 0.2 else data


def _again(data: bytes, _: Sequence[bytes], chance: random.Random) -> bytes:
    at = chance.randint(0, len(data))
    piece = data[at : at + chance.randint(1, 200)]
    to = chance.randint(0, len(data))
    return data[:to] + piece * chance.choice((1, 1, 2, 50)) + data[to:]


DAMAGES: Final[Sequence[Callable[[bytes, Sequence[bytes], random.Random], bytes]]] = (
    _flip,
    _put,
    _over,
    _cut,
    _end,
    _again,
)
