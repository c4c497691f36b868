"""What a check of each sample is expected to report: tests/expected/NAME.check.json.

`python -m tests.expected_reports` writes them anew. Read what changed before you commit it: they are the expectation,
not a copy of whatever the program says.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

TESTS = Path(__file__).parent
SAMPLES = TESTS.parent / "samples"
NAMES = ("enrolments.xlsx", "enrolments.csv", "clean.csv")


def expected_file(name: str) -> Path:
    """Where the expectation for a sample stands."""
    return TESTS / "expected" / f"{name}.check.json"


def checked(name: str, folder: Path) -> tuple[int, dict[str, object]]:
    """The exit code of `bulk-import check` on a copy of a sample, and its report without run, hour and digest.

    Args:
        name: the sample's file name.
        folder: an empty folder to work in.
    """
    shutil.copyfile(SAMPLES / name, folder / name)
    surroundings = {key: value for key, value in os.environ.items() if not key.startswith("BULK_IMPORT_")}
    ended = subprocess.run(
        [sys.executable, "-m", "bulk_import.cli", "check", name, "--json"],
        cwd=folder,
        env={**surroundings, "PYTHONPATH": str(TESTS.parent), "PYTHONUTF8": "1"},
        check=False,
        capture_output=True,
        encoding="utf-8",
    )
    report = json.loads((folder / json.loads(ended.stdout)["report"]).read_text(encoding="utf-8"))
    return ended.returncode, _timeless(report, name)


def _timeless(report: dict[str, object], name: str) -> dict[str, object]:
    digest = hashlib.sha256((SAMPLES / name).read_bytes()).hexdigest()
    text = json.dumps({**report, "run": "RUN", "started": "TIME", "finished": "TIME", "by": "SOMEBODY"})
    timeless: dict[str, object] = json.loads(text.replace(digest, "SHA256"))
    return timeless


def as_text(report: dict[str, object]) -> str:
    """A report as it is kept: one finding, or one row without any, on a line."""
    rows = report["rows"]
    assert isinstance(rows, list)
    whole = json.dumps({**report, "rows": []}, ensure_ascii=False, indent=1)
    lines = ",\n".join(f"  {_row(row)}" for row in rows)
    return whole.replace('"rows": []', f'"rows": [\n{lines}\n ]') + "\n"


def _row(row: dict[str, object]) -> str:
    findings = row["findings"]
    assert isinstance(findings, list)
    line = json.dumps({**row, "findings": []}, ensure_ascii=False)
    inside = ",".join(f"\n    {json.dumps(finding, ensure_ascii=False)}" for finding in findings)
    return line.replace('"findings": []', f'"findings": [{inside}]')


def main() -> None:
    """Writes every expectation anew."""
    for name in NAMES:
        with tempfile.TemporaryDirectory() as folder:
            _, report = checked(name, Path(folder))
        expected_file(name).write_text(as_text(report), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
