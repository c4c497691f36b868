"""What `doctor` says of OneFile."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bulk_import.maintenance import UK
from bulk_import.run.desk import utc_now
from bulk_import.run.doctor import remote
from bulk_import.run.target import Target
from bulk_import.settings import load

if TYPE_CHECKING:
    from pathlib import Path

NOBODY = "http://127.0.0.1:9/api/v2.1"


def test_in_maintenance_hours_it_says_until_when_and_does_not_wait(tmp_path: Path) -> None:
    """It names the end of the hours, what was not looked at, and where the hours come from; nothing is sent."""
    now = utc_now().astimezone(UK)
    ends = f"{now + timedelta(hours=2):%H:%M}"
    environ = {
        "BULK_IMPORT_ENVIRONMENT": "beta",
        "BULK_IMPORT_BASE_URL": NOBODY,
        "BULK_IMPORT_MAINTENANCE": f"{now - timedelta(hours=1):%H:%M}-{ends}",
    }
    (symptom,) = remote(load(environ=environ, cwd=tmp_path), Target("beta", NOBODY, "token"))
    assert (symptom.subject, symptom.well, symptom.exit_code) == ("connection", False, 3)
    assert f"maintenance hours until {ends} (UK time), so it was not asked" in symptom.found
    assert f"again after {ends}" in symptom.mend
    assert "BULK_IMPORT_MAINTENANCE" in symptom.mend
