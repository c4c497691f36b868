"""What all tests share: sockets are off, except to this machine for journeys; long variants wait for --long."""

from __future__ import annotations

import pytest


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
