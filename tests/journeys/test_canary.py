"""A centre's first run sends one row of each role and looks what OneFile kept, before the others follow."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from bulk_import import sandbox
from tests.journeys.command import learner, report_of, run, tutor, write_csv

if TYPE_CHECKING:
    from pathlib import Path

    from bulk_import.sandbox import Running

pytestmark = pytest.mark.journey


def settings(onefile: Running) -> dict[str, str]:
    """The environment variables that lead to it as if it were the beta OneFile."""
    return {
        "BULK_IMPORT_ENVIRONMENT": "beta",
        "BULK_IMPORT_BASE_URL": onefile.base_url,
        "BULK_IMPORT_CUSTOMER_TOKEN": onefile.customer_token,
        "BULK_IMPORT_SETTLE_WAIT": "0.2",
    }


def test_a_onefile_that_cuts_names_is_found_out_by_one_row_of_each_role(tmp_path: Path) -> None:
    """3, two accounts and four rows not sent; resume stops again; told not to compare it sends the rest, once."""
    people = [*(learner(number) for number in range(1, 4)), *(tutor(number) for number in range(1, 4))]
    write_csv(tmp_path / "people.csv", [person | {"LastName": "Featherstonehaugh"} for person in people])
    with sandbox.running(switches=sandbox.Switches(longest_text=12)) as onefile:
        env = settings(onefile)
        before = len(list(onefile.world.users()))
        first = run(tmp_path, "submit", "people.csv", "--yes", "--json", env=env)
        assert (first.code, len(list(onefile.world.users())) - before) == (3, 2)
        report = report_of(first)
        assert report["totals"] == {"created": 2, "not-sent": 4, "read": 6, "blank": 0}
        said = " ".join(report["notices"])
        assert re.search(r"Row 2 \(user id [0-9]+\) came back from OneFile with another .*LastName", said)
        log = (tmp_path / "reports" / report["run"] / "log.jsonl").read_text(encoding="utf-8")
        assert "LastName" in log
        assert "Featherstone" not in log + said
        assert run(tmp_path, "resume", "--json", env=env).code == 3
        last = run(tmp_path, "resume", "--canary", "0", "--json", env=env)
        assert (last.code, report_of(last)["totals"]) == (0, {"created": 6, "read": 6, "blank": 0})
        # assessor 112 is archived and has the MISID of 101; every report of the run says so
        shared = [
            [one["message"] for one in told["findings"] if one["code"] == "misid-shared"]
            for told in (report, report_of(last))
        ]
        assert [("user ids 101, 112" in one) for found in shared for one in found] == [True, True]
        assert len(list(onefile.world.users())) - before == 6


def test_what_came_back_otherwise_is_not_taken_for_confirmed(tmp_path: Path) -> None:
    """The search shows names alone, and no later night believes that the rest is there as it was sent."""
    with sandbox.running(switches=sandbox.Switches(longest_text=20)) as onefile:
        env = {**settings(onefile), "BULK_IMPORT_SETTLE_WAIT": "0", "BULK_IMPORT_CALL_LIFETIME": "0"}
        write_csv(tmp_path / "people.csv", [learner(1, Email="somebody.long@example.com"), learner(2)])
        assert run(tmp_path, "submit", "people.csv", "--yes", env=env).code == 3
        assert run(tmp_path, "resume", "--canary", "0", env=env).code == 0
        later = run(tmp_path, "submit", "people.csv", "--yes", "--json", env=env)
        assert later.json["totals"] == {"updated": 1, "unchanged": 1, "read": 2, "blank": 0}


def test_only_the_first_run_of_a_centre_looks_back(tmp_path: Path) -> None:
    """The first run names the rows that went first, the second sends all at once."""
    with sandbox.running() as onefile:
        env = settings(onefile)
        write_csv(tmp_path / "people.csv", [learner(1), learner(2)])
        first = run(tmp_path, "submit", "people.csv", "--yes", "--json", env=env)
        assert first.code == 0
        assert any(notice.startswith("First, as a trial: row 2.") for notice in report_of(first)["notices"])
        write_csv(tmp_path / "people.csv", [learner(1), learner(2), learner(3)])
        second = run(tmp_path, "submit", "people.csv", "--yes", "--json", env=env)
        assert (second.code, second.json["totals"]["created"]) == (0, 1)
        assert not any("trial" in notice for notice in report_of(second)["notices"])
