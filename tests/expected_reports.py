"""What a check of each sample is expected to report, in tests/expected.

NAME.check.json is the report for programs; as people get it, NAME.results.txt has every cell of results.xlsx, and
NAME.report.html the page without its style and script.

`python -m tests.expected_reports` writes them anew. Read what changed before you commit it: they are the expectation,
not a copy of whatever the program says.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import openpyxl

TESTS = Path(__file__).parent
SAMPLES = TESTS.parent / "samples"
USER = "somebody-at-college"
NAMES = ("enrolments.xlsx", "enrolments.csv", "clean.csv")


def expected_file(name: str, form: str = "check.json") -> Path:
    """Where the expectation for a sample stands."""
    return TESTS / "expected" / f"{name}.{form}"


def forms(name: str, folder: Path) -> dict[str, str]:
    """The two forms for people of the report that `checked` left in a folder, as text without run, hour and digest.

    Args:
        name: the sample's file name.
        folder: where `checked` worked.
    """
    (run,) = (folder / "reports").glob("2*")
    texts = {"results.txt": _cells(run / "results.xlsx"), "report.html": _page(run / "report.html")}
    return {form: _timeless_text(text, name, run.name) for form, text in texts.items()}


def _cells(path: Path) -> str:
    """A line for each row of each sheet: its number and its cells."""
    lines = []
    for sheet in openpyxl.load_workbook(path):
        lines.append(f"== {sheet.title}")
        for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
            cells = list(row)
            while cells and cells[-1] is None:
                cells.pop()
            lines.append(f"{number} {json.dumps(cells, ensure_ascii=False, default=str)}")
    return "\n".join(lines) + "\n"


def _page(path: Path) -> str:
    """The page without what only decides how it looks."""
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"(<(style|script)>).*?(</\2>)", r"\1\3", text, flags=re.DOTALL)
    return re.sub(r"sha256-[A-Za-z0-9+/=]+", "sha256-DIGEST", text)


def _timeless_text(text: str, name: str, run: str) -> str:
    text = text.replace(run, "RUN").replace(hashlib.sha256((SAMPLES / name).read_bytes()).hexdigest(), "SHA256")
    text = text.replace(f"{USER} on {platform.node()}", "SOMEBODY").replace(USER, "SOMEBODY")
    return re.sub(r"\d\d/\d\d/\d{4} \d\d:\d\d:\d\d", "TIME", text)


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
        env={**surroundings, "LOGNAME": USER, "PYTHONPATH": str(TESTS.parent), "PYTHONUTF8": "1"},
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
            texts = {"check.json": as_text(report), **forms(name, Path(folder))}
        for form, text in texts.items():
            expected_file(name, form).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
