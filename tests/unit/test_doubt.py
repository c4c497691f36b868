"""How long a submit waits where an earlier run was cut off with a row perhaps under way."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bulk_import.run.stages import seconds_in_doubt
from bulk_import.settings import load

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 11, 25, 7, 10, tzinfo=UTC)
ENVIRON = {"BULK_IMPORT_CALL_LIFETIME": "100", "BULK_IMPORT_SETTLE_WAIT": "10"}


@pytest.mark.parametrize(
    ("left", "waits"),
    [(-1000.0, -890.0), (-110.0, 0.0), (-30.0, 80.0), (0.0, 110.0), (0.5, 110.0), (3500.0, 110.0), (86_400.0, 110.0)],
)
def test_no_submit_waits_longer_than_a_call_lives(tmp_path: Path, left: float, waits: float) -> None:
    """A call that left by a clock that was ahead is waited for as long as one that leaves now, and no longer."""
    settings = load(environ=ENVIRON, cwd=tmp_path)
    assert seconds_in_doubt(settings, NOW + timedelta(seconds=left), NOW) == waits
