"""What all journeys share: one process that has imported everything, from which commands are forked."""

from __future__ import annotations

from contextlib import ExitStack
from functools import cache
from typing import TYPE_CHECKING

import pytest

from tests.journeys.command import FORKED, Ended
from tests.journeys.killing import FORKS, code_of, nursery

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from tests.journeys.killing import Starter


@pytest.fixture(scope="session", autouse=True)
def _forked_commands(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Lets `run` fork its commands, but for where there is no fork and with --long."""
    if not FORKS or pytestconfig.getoption("--long"):
        yield
        return
    with ExitStack() as stack:

        @cache
        def start() -> Starter:
            return stack.enter_context(nursery(tmp_path_factory.mktemp("printed")))

        def run(folder: Path, words: Sequence[str], env: Mapping[str, str]) -> Ended:
            command = start()(folder, *words, env=env)
            code = code_of(command)
            return Ended(code, command.out.read_text(encoding="utf-8"), command.err.read_text(encoding="utf-8"))

        before = FORKED.set(run)
        yield
        FORKED.reset(before)
