"""What may not be told is not told: neither by a log, the journal or a screen, nor in a message."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.journeys.command import learner, run, write_csv

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.journey

NEVER_SHOWN = {
    "NINO": "JX987654C",
    "L12": "Zzethnic",
    "L13": "Zzsex",
    "L14": "Zzhealth",
    "L15": "Zzdisab",
    "L16": "Zzdiff",
}
PEOPLE = [
    learner(1, **NEVER_SHOWN),
    learner(2, **NEVER_SHOWN | {"DefaultAssessorID": "112"}),
    learner(3, **NEVER_SHOWN | {"NINO": "QQ987654Z", "Email": "zznobody", "DOB": "31/12/2099", "ULN": "9911991199"}),
]
PERSONAL = ["Asha", "Khan", "learner1@", "zznobody", "J0001", "9911991199", "2099"]


def test_no_log_journal_screen_or_message_tells_what_may_not_be_told(tmp_path: Path) -> None:
    """NI numbers and L12 to L16 are in no message and on no screen; in log and journal there is nobody at all."""
    write_csv(tmp_path / "people.csv", PEOPLE)
    ended = run(tmp_path, "submit", "people.csv", "--yes")
    (log,) = (tmp_path / "reports").glob("*/log.jsonl")
    shown = ended.out + ended.err + run(tmp_path, "explain", log.parent.name, "3").out + run(tmp_path, "runs").out
    kept = b"".join(path.read_bytes() for path in (tmp_path / "reports").glob("journal.db*")).decode(errors="replace")
    told = json.loads((log.parent / "report.json").read_text(encoding="utf-8"))
    assert [row["status"] for row in told["rows"]] == ["created", "rejected", "invalid"]
    assert len(told["rows"][2]["findings"]) > 5
    hidden = [*NEVER_SHOWN.values(), "QQ987654Z", "987654"]
    for text in (shown, json.dumps(told), (log.parent / "report.html").read_text(encoding="utf-8")):
        assert [value for value in hidden if value in text] == []
    for text in (kept, log.read_text(encoding="utf-8")):
        assert len(text) > 500
        assert [value for value in [*hidden, *PERSONAL] if value in text] == []
