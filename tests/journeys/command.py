"""The command as a person or a scheduler runs it: a process of its own, in a folder of its own.

Most processes are forked from one that has imported everything (see `killing`), since importing takes longer than what
they then do; `run_fresh`, and with --long everything, starts Python anew.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bulk_import.catalogue import FIELDS
from bulk_import.sandbox import ORGANISATION_ID

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from bulk_import.sandbox import Running

    Forked = Callable[[Path, Sequence[str], Mapping[str, str]], "Ended"]

ROOT = Path(__file__).resolve().parents[2]
FAST = {"BULK_IMPORT_CALLS_PER_MINUTE": "3000"}
"""Well above the sandbox's limit, which a short journey never reaches: nothing waits for its turn."""


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:  # noqa: ANN401 - what report.json holds is asserted on, not typed
        """The one object on standard output."""
        return json.loads(self.out)


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The process's environment, without settings of the machine's own."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("BULK_IMPORT_")}
    return {**clean, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error", **FAST, **(extra or {})}


FORKED: ContextVar[Forked | None] = ContextVar("FORKED", default=None)
"""Runs the command in a forked process, where the session of tests lets it."""


def run(folder: Path, *words: str, env: Mapping[str, str] | None = None) -> Ended:
    """Runs the command in a folder to its end, in a process that has imported everything where that can be had.

    Args:
        folder: where.
        words: its arguments.
        env: environment variables besides the machine's.
    """
    forked = FORKED.get()
    if forked is None or any(name.startswith("PYTHON") for name in env or ()):
        return run_fresh(folder, *words, env=env)
    return forked(folder, words, env or {})


def run_fresh(
    folder: Path,
    *words: str,
    env: Mapping[str, str] | None = None,
    typed: str = "",
    largest_file: int | None = None,
) -> Ended:
    """Runs the command in a folder to its end, as `python -m bulk_import`.

    Args:
        folder: where.
        words: its arguments.
        env: environment variables besides the machine's.
        typed: standard input, which is no terminal.
        largest_file: bytes above which no file can grow, as on a disk that is full; POSIX only.
    """

    def limit() -> None:
        import resource  # noqa: PLC0415 - POSIX only

        assert largest_file is not None
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))

    done = subprocess.run(
        [sys.executable, "-m", "bulk_import", *words],
        cwd=folder,
        env=environment(env),
        input=typed,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
        preexec_fn=None if largest_file is None else limit,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def report_of(ended: Ended) -> Any:  # noqa: ANN401 - likewise
    """The report.json that a command with --json wrote."""
    return json.loads(Path(ended.json["report"]).read_text(encoding="utf-8"))


def learner(number: int, **changes: str) -> dict[str, str]:
    """A learner whom the practice OneFile takes."""
    return {
        "OrganisationID": str(ORGANISATION_ID),
        "FirstName": "Asha",
        "LastName": f"Khan{'abcdefghij'[number % 10]}{'abcdefghij'[number // 10 % 10]}{'abcdefghij'[number // 100]}",
        "Email": f"learner{number}@example.com",
        "Role": "Learner",
        "DefaultAssessorID": "101",
        "ClassroomID": "201",
        "PlacementID": "301",
        "MISID": f"J{number:04}",
        **changes,
    }


def tutor(number: int, **changes: str) -> dict[str, str]:
    """An assessor whom the practice OneFile takes."""
    person = learner(number, Role="Tutor", MISID=f"T{number:04}", Email=f"tutor{number}@example.com")
    return {**person, "DefaultAssessorID": "", "ClassroomID": "", "PlacementID": "", **changes}


def enrol(onefile: Running, people: Iterable[Mapping[str, str]]) -> list[int]:
    """Gives people their accounts as another tool of the college would; their ids.

    Args:
        onefile: a practice OneFile without faults.
        people: as for `write_csv`; roles are learners or tutors.
    """
    import httpx  # noqa: PLC0415 - where processes are forked, this one need not carry it

    with httpx.Client(base_url=onefile.base_url) as client:
        session = client.post("/Authentication", headers={"X-CustomerToken": onefile.customer_token}).text
        client.headers["X-TokenID"] = session.strip().strip('"')
        bodies = [
            {name: value for name, value in one.items() if value} | {"Role": _ROLES[one["Role"]]} for one in people
        ]
        answers = [client.post("/User", json=body).raise_for_status() for body in bodies]
    return [answer.json()["ID"] for answer in answers]


_ROLES = {"Learner": 1, "Tutor": 5}


def write_csv(file: Path, people: Sequence[Mapping[str, str]]) -> Path:
    """A CSV with a column for each field that any of the people has, and behind these for what else they have."""
    headings = [name for name in FIELDS if any(name in person for person in people)]
    headings += dict.fromkeys(name for person in people for name in person if name not in FIELDS)
    lines = [",".join(headings), *(",".join(person.get(name, "") for name in headings) for person in people)]
    file.write_text("\r\n".join(lines) + "\r\n", encoding="utf-8", newline="")
    return file
