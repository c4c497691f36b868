"""What all tests share: sockets are off, except to this machine for journeys; long variants wait for --long."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

from tests.state.tally import Tally

# In CI the same examples are met at every run, so that a red build can be met again; elsewhere each run looks further.
settings.register_profile("ci", deadline=None, derandomize=True, database=None, print_blob=True)
settings.register_profile("local", deadline=None)
IN_CI = os.environ.get("CI", "").lower() in {"1", "true"}
settings.load_profile("ci" if IN_CI else "local")
SCHEDULES = {"local": 200, "ci": 2_000, "long": 20_000}


def pytest_configure(config: pytest.Config) -> None:
    """Says how many schedules of failures `tests/state` goes through."""
    profile = "long" if config.getoption("--long") else "ci" if IN_CI else "local"
    config.stash[Tally.WANTED] = SCHEDULES[profile]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Shows what the schedules met."""
    tally = config.stash.get(Tally.KEY, None)
    if tally is not None:
        terminalreporter.section("schedules of failures")
        terminalreporter.write_line("\n".join(tally.lines()))


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds --long."""
    parser.addoption("--long", action="store_true", help="run the long variants too")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Lifts the ban on sockets for journeys, to this machine only, and leaves long variants out unless asked for."""
    for item in items:
        if item.get_closest_marker("journey"):
            item.add_marker(pytest.mark.allow_hosts(["127.0.0.1", "::1", "localhost"]))
        if item.get_closest_marker("long") and not config.getoption("--long"):
            item.add_marker(pytest.mark.skip(reason="a long variant: run with --long"))
