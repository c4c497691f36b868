"""Benchmark of planning beyond the calls: rows, accounts and lists are there, and everything is to be decided.

Run as `python -m tests.benchmarks.planning FILE fetched|remembered` this is the process that is measured.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from bulk_import.catalogue import fields_for_heading
from bulk_import.check import Options, check_all, payload
from bulk_import.cli import collect_seldom
from bulk_import.directory import Account, Directory
from bulk_import.journal import Remembered, payload_digest
from bulk_import.lists import CentreList
from bulk_import.plan import make_plan
from bulk_import.read import read_table
from bulk_import.references import answer, asked, settle
from bulk_import.run.recall import Changes, Recollection
from tests.benchmarks.measure import measured, python, say, verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bulk_import.check import Checked, Record
    from bulk_import.kinds import Listed
    from bulk_import.plan import Plan
    from bulk_import.references import Answers

SECONDS = 10.0
MIB = 1024.0
SECRET = b"a key for benchmarks"
LAST_NIGHT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 25)
EVERY_NEW, EVERY_CHANGED = 250, 167


def planning(rows: int) -> None:
    """`rows` learners against as many accounts: everybody fetched, and everybody remembered."""
    say(f"planning of {rows:,} rows against {rows:,} accounts, beyond the calls:")
    with tempfile.TemporaryDirectory() as folder:
        source, log = Path(folder) / "people.csv", Path(folder) / "log"
        measured(python("-m", "tests.benchmarks.people", source, str(rows)))
        for way in ("fetched", "remembered"):
            measured(python("-m", "tests.benchmarks.planning", source, way), log=log)
            say(log.read_text(encoding="utf-8").rstrip())


def main(name: str, way: str) -> None:
    """Plans for a file whose people OneFile has, but for a few, and says what that took."""
    collect_seldom()
    checked = check_all(
        [read_table(Path(name), known=lambda text: bool(fields_for_heading(text)))], options=Options(today=TODAY)
    )
    answers = _answers(checked)
    accounts = _accounts([record for source in settle(checked, answers) for record in source.records()])
    listed = [replace(account, values=_shown(account), in_full=False) for account in accounts.values()]
    remembered = _remembered(accounts) if way == "remembered" else {}
    start, begun = time.perf_counter(), time.process_time()
    plan, fetched = _planned(settle(checked, answers), listed, accounts, remembered)
    seconds, computing, peak = time.perf_counter() - start, time.process_time() - begun, _peak()
    counts = ", ".join(f"{count:,} {what}" for what, count in plan.counts.items())
    say(f"  everybody {way}: {counts}; accounts to fetch: {fetched:,}")
    # other work on the machine changes the time on the clock
    verdict(
        f"{computing:.1f} s of computing, {seconds:.1f} s on the clock (goal {SECONDS:g})", held=computing < SECONDS
    )
    verdict(f"peak {peak:,.0f} MiB, reading and all accounts included (goal under {MIB:,.0f})", held=peak < MIB)


def _planned(
    checked: Sequence[Checked],
    listed: Sequence[Account],
    accounts: Mapping[int, Account],
    remembered: Mapping[int, Remembered],
) -> tuple[Plan, int]:
    """The plan, as a run makes it between its calls, and how many accounts it had to fetch."""
    records = [record for source in checked for record in source.valid]
    directory = Directory(listed)
    changes = Changes({seat: [(LAST_NIGHT, frozenset())] for account in listed[:1] for seat in account.seats})
    oldest = LAST_NIGHT - timedelta(days=7)
    recollection = Recollection(directory.accounts, remembered, changes, oldest, _digest)
    known = recollection.known(records, directory)
    directory = directory.with_details(known.values())
    others = [record for record in records if record.key not in known]
    unread = recollection.unread(records, directory, known)
    fetched = recollection.with_hidden(others, [accounts[id_] for id_ in unread])
    plan = make_plan(checked, directory.with_details(fetched), organisations={1}, target={})
    return plan, len(unread)


def _answers(checked: Sequence[Checked]) -> Answers:
    """What the ids mean; names that stand beside them are not asked about."""
    questions = tuple(question for question in asked(checked) if not question.spot.beside)
    texts: dict[tuple[int, Listed], set[str]] = defaultdict(set)
    for question in questions:
        texts[question.organisation, question.listed].add(question.text)
    lists = {seat: CentreList(map(_entry, enumerate(sorted(said), start=20_000))) for seat, said in texts.items()}
    return {question.spot: answer(question, lists, {}) for question in questions}


def _entry(numbered: tuple[int, str]) -> dict[str, object]:
    """What a text means: the entry of that id, or one of that name."""
    number, text = numbered
    return {"ID": int(text), "Name": f"entry {text}"} if text.isdigit() else {"ID": number, "Name": text}


def _accounts(records: Sequence[Record]) -> dict[int, Account]:
    """The accounts of most rows, a few of them with another telephone number."""
    accounts = {}
    for number, record in enumerate(records):
        if number % EVERY_NEW == 0:
            continue
        values = {**payload(record), "ID": number + 1}
        if number % EVERY_CHANGED == 0:
            values["Telephone"] = "0161 496 0999"
        organisation = record.values["OrganisationID"]
        assert isinstance(organisation, int)
        accounts[number + 1] = Account(number + 1, frozenset({(organisation, record.role)}), values)
    return accounts


def _shown(account: Account) -> dict[str, object]:
    return {name: account.values.get(name) for name in ("ID", "FirstName", "LastName", "MISID")}


def _remembered(accounts: Mapping[int, Account]) -> dict[int, Remembered]:
    """What was confirmed in them last night."""
    said = {id_: {name: value for name, value in one.values.items() if name != "ID"} for id_, one in accounts.items()}
    return {id_: Remembered(payload_digest(SECRET, values), LAST_NIGHT, LAST_NIGHT) for id_, values in said.items()}


def _digest(said: Mapping[str, object]) -> str:
    return payload_digest(SECRET, said)


def _peak() -> float:
    """The most memory that this process has held so far, in MiB."""
    if sys.platform == "win32":
        return 0.0
    import resource  # noqa: PLC0415 - POSIX only

    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


if __name__ == "__main__":
    main(*sys.argv[1:])
