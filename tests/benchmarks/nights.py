"""Benchmark of the calls of a nightly file, as the practice server counts them."""

from __future__ import annotations

import csv
import itertools
import math
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from bulk_import.sandbox import Switches, running
from tests.benchmarks.measure import measured, python, say, shown, verdict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bulk_import.sandbox import Running

Role = Literal["Learner", "Tutor"]
Paging = Literal["exact", "overlapping"]
PAGE = 100
SPARE = 10
A_PERSON = 1.02
NEW, CHANGED = 40, 60
"""In 10,000 people; another size has its share."""

_HEADINGS = ("MISID", "First Name", "Last Name", "Email", "Telephone", "Role", "OrganisationID")
_REFERENCES = {"DefaultAssessorID": "101", "ClassroomID": "201", "PlacementID": "301"}
_FIRST, _LAST = ("Asha", "Ben", "Chloe", "Dafydd", "Efua"), ("Khan", "Smith", "Nowak", "Okafor", "Patel", "Evans")


def nights(rows: int) -> None:
    """A night that makes `rows` people, and a second with a few new and a few changed; tutors, then learners.

    Tutors refer to nothing; learners name tutor, class and placement, whose four lists have to be loaded as well.
    Where pages overlap, somebody may have slipped between two of them, and the list is asked for once more as a whole.
    """
    kinds: tuple[tuple[Role, int], ...] = (("Tutor", 0), ("Learner", 4))
    styles: tuple[Paging, ...] = ("exact", "overlapping")
    for (role, lists), paging in itertools.product(kinds, styles):
        say(f"calls of a nightly file of {rows:,} people ({role}, who refer to {lists} lists), {paging} pages:")
        switches = Switches(calls_per_minute=10**9, pages=paging)
        with tempfile.TemporaryDirectory() as name, running(switches=switches) as onefile:
            _two_nights(_College(Path(name), onefile, role, overlap=paging == "overlapping"), rows)


def _two_nights(college: _College, rows: int) -> None:
    new, changed = max(rows * NEW // 10_000, 1), max(rows * CHANGED // 10_000, 1)
    calls = college.night("first night", rows)
    verdict(
        f"{calls:,} calls for {rows:,} new people and the lists (goal {A_PERSON * rows:,.0f} and the lists)",
        held=calls <= A_PERSON * rows,
    )
    calls = college.night("second night", rows + new, changed)
    allowed = college.pages() + new + 2 * changed + SPARE
    verdict(f"{calls:,} calls with {new} new and {changed} changed (goal {allowed:,})", held=calls <= allowed)


class _College:
    """A college and the practice OneFile that it submits to."""

    def __init__(self, folder: Path, onefile: Running, role: Role, *, overlap: bool) -> None:
        self._folder = folder
        self._overlap = 1 if overlap else 0
        self._onefile = onefile
        self._role = role

    def night(self, name: str, rows: int, changed: int = 0) -> int:
        """Submits so many people, the first of them with another telephone number; the calls that took."""
        before = len(self._onefile.world.calls())
        command = python("-m", "bulk_import.cli", "submit", self._file(rows, changed), "--yes", "--allow-large")
        variables = {
            "BULK_IMPORT_ENVIRONMENT": "practice",
            "BULK_IMPORT_BASE_URL": self._onefile.base_url,
            "BULK_IMPORT_CUSTOMER_TOKEN": self._onefile.customer_token,
            "BULK_IMPORT_CALLS_PER_MINUTE": "10000",
            "BULK_IMPORT_SETTLE_WAIT": "0",
            "BULK_IMPORT_REPORTS": str(self._folder / "reports"),
        }
        settings = self._folder / "bulk-import.toml"
        settings.touch()
        command[3:3] = ["--config", str(settings)]
        ran = measured([*command, "--quiet"], log=self._folder / "submit.log", variables=variables)
        calls = self._onefile.world.calls()[before:]
        kinds = Counter(_kind(call.method, call.path) for call in calls)
        shown(name, ran, ", ".join(f"{kind} {count:,}" for kind, count in kinds.most_common()))
        return len(calls)

    def pages(self) -> int:
        """How many pages hold all accounts, those of each role by themselves."""
        roles = Counter(user["Role"] for user in self._onefile.world.users())
        step = PAGE - self._overlap
        return sum(max(math.ceil((count - self._overlap) / step), 1) for count in roles.values())

    def _file(self, rows: int, changed: int) -> Path:
        path = self._folder / "people.csv"
        references = _REFERENCES if self._role == "Learner" else {}
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow([*_HEADINGS, *references])
            writer.writerows([*person, *references.values()] for person in self._people(rows, changed))
        return path

    def _people(self, rows: int, changed: int) -> Iterable[list[str]]:
        for number in range(rows):
            first, last = _FIRST[number % len(_FIRST)], _LAST[number // 7 % len(_LAST)]
            telephone = "0161 496 0999" if number < changed else f"0161 496 0{number % 900:03d}"
            yield [f"B{number:06d}", first, last, f"b{number}@example.com", telephone, self._role, "1"]


def _kind(method: str, path: str) -> str:
    parts = path.rstrip("/").split("/")[3:]
    if method == "GET" and parts[0] == "User":
        return "account read"
    if parts[0] == "User" and "Search" in parts:
        return "page of accounts" if parts[-1].isdigit() else "search for changes or whole list"
    if parts[0] == "User":
        return "create" if len(parts) == 1 else "update"
    return "list or log-in"
