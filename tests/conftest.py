"""What all tests share: sockets are off, except to this machine for journeys; long variants wait for --long."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests.state.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Callable

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


FIGURES = "figures"


@pytest.fixture
def tell(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Puts a line of figures into the summary at the end, from whichever process the test runs in."""
    return lambda line: record_property(FIGURES, line)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Shows the figures that tests have told."""
    reports = [report for some in terminalreporter.stats.values() for report in some]
    told = [line for report in reports for name, line in getattr(report, "user_properties", ()) if name == FIGURES]
    if told:
        terminalreporter.section("figures")
        terminalreporter.write_line("\n".join(dict.fromkeys(told)))


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds --long, and the options for what needs programs that not everybody has."""
    parser.addoption("--long", action="store_true", help="run the long variants too")
    parser.addoption("--office", action="store_true", help="open workbooks in LibreOffice too")
    parser.addoption("--browser", metavar="AXE", help="open pages in Chromium too, with this axe.min.js of axe-core")


LONGEST = frozenset({"test_kills.py", "test_soak.py", "test_machine.py", "test_across_commands.py", "test_nights.py"})


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Lifts the ban on sockets for journeys, to this machine only, and leaves long variants out unless asked for.

    What takes longest comes first, so that no worker is left with it at the end.
    """
    items.sort(key=lambda item: item.path.name not in LONGEST)
    for item in items:
        if item.get_closest_marker("journey"):
            item.add_marker(pytest.mark.allow_hosts(["127.0.0.1", "::1", "localhost"]))
        if item.get_closest_marker("long") and not config.getoption("--long"):
            item.add_marker(pytest.mark.skip(reason="a long variant: run with --long"))
        for marker in ("office", "browser"):
            if item.get_closest_marker(marker) and not config.getoption(f"--{marker}"):
                item.add_marker(pytest.mark.skip(reason=f"needs programs of its own: run with --{marker}"))
