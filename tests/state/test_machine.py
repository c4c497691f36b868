"""Whatever fails and wherever it dies: one account a row, every fate known or said to be unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from bulk_import.api import OneFile
from tests.state.college import College
from tests.state.judge import nobody_twice
from tests.state.machine import Schedules
from tests.state.mortal import Forgetful
from tests.state.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

RULES_A_SCHEDULE = 4


class Blind(OneFile):
    """The counter-proof: nobody is ever found."""

    async def search_users(
        self, organisation_id: int, role: int, filters: Mapping[str, str] | None = None
    ) -> tuple[Mapping[str, object], ...]:
        """Looks up nobody where a row in doubt is looked up, which is what names a filter."""
        return () if filters else await super().search_users(organisation_id, role)


class WithoutLookUps(College):
    """A college whose product never finds what it looks up."""

    onefile_class = Blind


class WithoutIntents(College):
    """A college whose product does not write down what it is about to do."""

    journal_class = Forgetful


class Unsafe(Schedules):
    """Schedules that look for second accounts and for nothing else."""

    judge = staticmethod(lambda college, _: nobody_twice(college))


def _machine(tally: Tally, kind: type[Schedules] = Schedules, college: type[College] = College) -> type[Schedules]:
    return type("Schedules", (kind,), {"tally": tally, "college_class": college})


def test_no_schedule_makes_a_second_account_or_loses_a_row(
    pytestconfig: pytest.Config, tell: Callable[[str], None]
) -> None:
    """Thousands of random schedules of faults, lags, deaths, stops and resumes leave one account and one fate a row."""
    tally = Tally()
    schedules = settings(
        max_examples=pytestconfig.stash[Tally.WANTED],
        stateful_step_count=RULES_A_SCHEDULE,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(_machine(tally), settings=schedules)
    for line in tally.lines():
        tell(line)
    assert tally.schedules >= pytestconfig.stash[Tally.WANTED]
    assert tally.crashes
    assert tally.faults
    assert tally.ends["confirmed by a look-up"]


# Without intents only a death in one of the few moments after a send shows, and finding one takes minutes.
@pytest.mark.parametrize("college", [WithoutLookUps, pytest.param(WithoutIntents, marks=pytest.mark.long)])
def test_the_schedules_find_second_accounts_where_a_safeguard_is_missing(college: type[College]) -> None:
    """Without look-ups, and without intents before the calls, the same schedules do find a row with two accounts."""
    quickly = settings(
        max_examples=5_000,
        stateful_step_count=RULES_A_SCHEDULE,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    with pytest.raises(AssertionError, match="two accounts for one row"):
        run_state_machine_as_test(_machine(Tally(), Unsafe, college), settings=quickly)
