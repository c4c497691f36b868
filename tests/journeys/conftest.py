"""What all journeys share: one process that has imported everything, from which commands are forked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.journeys.command import FORKED, Ended
from tests.journeys.killing import FORKS, ended_of, nursery

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from tests.journeys.killing import Starter


@pytest.fixture(scope="session")
def start() -> Iterator[Starter]:
    """Starts commands that have imported everything already, for all journeys of a process of tests."""
    with nursery() as starter:
        yield starter


@pytest.fixture(scope="session", autouse=True)
def _forked_commands(request: pytest.FixtureRequest) -> Iterator[None]:
    """Lets `run` fork its commands, but for where there is no fork and with --long."""
    if not FORKS or request.config.getoption("--long"):
        yield
        return

    def run(folder: Path, words: Sequence[str], env: Mapping[str, str]) -> Ended:
        starter: Starter = request.getfixturevalue("start")
        return ended_of(starter(folder, *words, env=env))

    before = FORKED.set(run)
    yield
    FORKED.reset(before)
