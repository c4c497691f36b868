"""Bad input: one or two sentences that say what to do, the right exit code, nothing half-written."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from bulk_import import sandbox
from tests.journeys.command import learner, report_of, run, run_fresh, write_csv

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.journey

HEADINGS = "FirstName,LastName,Email,Role\r\n"


def _nothing(_folder: Path) -> str:
    return "nowhere.xlsx"


def _folder(folder: Path) -> str:
    (folder / "sheets").mkdir()
    return "sheets"


def _file(name: str, content: bytes) -> Callable[[Path], str]:
    def make(folder: Path) -> str:
        (folder / name).write_bytes(content)
        return name

    return make


UNREADABLE: dict[str, tuple[Callable[[Path], str], str]] = {
    "a missing file": (_nothing, "file-missing"),
    "a folder": (_folder, "file-unreadable"),
    "a PDF named .xlsx": (_file("a.xlsx", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), "file-type"),
    "an empty file": (_file("a.csv", b""), "file-unreadable"),
    "no known heading": (_file("a.csv", b"Colour,Shape\r\nred,round\r\n"), "header-missing"),
    "a damaged workbook": (_file("a.xlsx", b"PK\x03\x04" + b"\x00" * 200), "file-unreadable"),
}


@pytest.mark.parametrize(("make", "code"), UNREADABLE.values(), ids=UNREADABLE)
def test_a_file_that_cannot_be_read(tmp_path: Path, make: Callable[[Path], str], code: str) -> None:
    """Exit code 6, two sentences, the finding in the JSON, and no run's folder."""
    done = run(tmp_path, "check", make(tmp_path), "--json")
    assert done.code == 6
    assert done.json["findings"][0]["code"] == code
    assert done.json["report"] is None
    assert 1 <= len(done.err.strip().splitlines()) <= 2
    assert "Traceback" not in done.err
    assert not list((tmp_path).glob("reports/2*"))


def test_a_mandatory_column_missing_for_every_row(tmp_path: Path) -> None:
    """One finding for the file, one for each row, and everybody invalid."""
    people = [learner(1), learner(2)]
    for person in people:
        del person["ClassroomID"]
    write_csv(tmp_path / "a.csv", people)
    done = run(tmp_path, "check", "a.csv", "--json")
    assert (done.code, done.json["totals"]) == (1, {"invalid": 2, "read": 2, "blank": 0})
    assert [finding["code"] for finding in done.json["findings"]] == ["column-missing"]
    assert "ClassroomID" in done.json["findings"][0]["message"]
    for row in report_of(done)["rows"]:
        assert [(each["code"], each["field"], each["cell"]) for each in row["findings"]] == [
            ("required", "ClassroomID", None)
        ]


def test_an_unknown_role_in_a_row(tmp_path: Path) -> None:
    """The row says which roles there are."""
    write_csv(tmp_path / "a.csv", [learner(1, Role="Head Chef")])
    done = run(tmp_path, "check", "a.csv", "--json")
    assert done.code == 1
    (finding,) = report_of(done)["rows"][0]["findings"]
    assert (finding["code"], finding["cell"]) == ("role-unknown", "E2")


WRONG_USAGE = {
    "an unknown role": ["check", "a.csv", "--role", "Chef"],
    "a person's own field in --set": ["check", "a.csv", "--set", "L12=31"],
    "a heading after --map that is not there": ["check", "a.csv", "--map", "Emial=Email"],
    "an unknown field in --set": ["check", "a.csv", "--set", "Colour=red"],
    "an unknown field in --map": ["check", "a.csv", "--map", "Email=Colour"],
    "a --map without =": ["check", "a.csv", "--map", "Email"],
    "an unknown option": ["check", "a.csv", "--colour"],
    "a list that would be no workbook": ["lists", "--out", "lists.csv"],
    "an unknown command": ["chek", "a.csv"],
    "no file": ["check"],
    "a mode there is not": ["dry-run", "a.csv", "--mode", "replace"],
    "an unknown run": ["report", "20260101-000000-abcd"],
    "a settings file that is not there": ["--config", "nowhere.toml", "check", "a.csv"],
    "the same behind the command": ["check", "a.csv", "--config=nowhere.toml"],
}


@pytest.mark.parametrize("words", WRONG_USAGE.values(), ids=WRONG_USAGE)
def test_wrong_usage(tmp_path: Path, words: list[str]) -> None:
    """Exit code 2, a sentence, never a traceback."""
    write_csv(tmp_path / "a.csv", [learner(1)])
    done = run(tmp_path, *words)
    assert done.code == 2, done.err
    assert done.err.strip()
    assert "Traceback" not in done.err


def test_wrong_settings_are_said_all_at_once(tmp_path: Path) -> None:
    """Three mistakes in file and environment give three lines."""
    write_csv(tmp_path / "a.csv", [learner(1)])
    (tmp_path / "bulk-import.toml").write_text('environment = "lve"\nconcurrency = 0\n', encoding="utf-8")
    done = run(tmp_path, "check", "a.csv", env={"BULK_IMPORT_TIMEOUT": "soon"})
    assert done.code == 2
    assert len(done.err.strip().splitlines()) == 3


def _beta(address: str, token: str = "practice") -> dict[str, str]:  # noqa: S107 - no token of anybody's
    return {
        "BULK_IMPORT_ENVIRONMENT": "beta",
        "BULK_IMPORT_BASE_URL": address,
        "BULK_IMPORT_CUSTOMER_TOKEN": token,
    }


def test_refused_credentials(tmp_path: Path) -> None:
    """Exit code 3 and what to do about the token, which is not shown."""
    write_csv(tmp_path / "a.csv", [learner(1)])
    with sandbox.running() as onefile:
        done = run(tmp_path, "dry-run", "a.csv", env=_beta(onefile.base_url, "not-the-token-7f3a"))
    assert done.code == 3
    assert "token" in done.err
    assert "7f3a" not in done.out + done.err
    assert not list(tmp_path.glob("reports/2*"))


def test_no_connection(tmp_path: Path) -> None:
    """Exit code 3 and a sentence when nobody answers at the address."""
    write_csv(tmp_path / "a.csv", [learner(1)])
    with sandbox.running() as onefile:
        gone = onefile.base_url
    done = run(tmp_path, "dry-run", "a.csv", env=_beta(gone))
    assert done.code == 3
    assert "OneFile" in done.err
    assert "Traceback" not in done.err


def test_no_token(tmp_path: Path) -> None:
    """Exit code 2 and where a token can be put."""
    write_csv(tmp_path / "a.csv", [learner(1)])
    env = {"BULK_IMPORT_ENVIRONMENT": "beta", "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}
    done = run(tmp_path, "dry-run", "a.csv", env=env)
    assert done.code == 2
    assert "keyring set bulk-import beta" in done.err


@pytest.mark.skipif(os.name != "posix", reason="a limit on the size of files is POSIX's")
@pytest.mark.parametrize("kilobytes", [60, 250])
def test_a_full_disk(tmp_path: Path, kilobytes: int) -> None:
    """Where the reports do not fit the run ends with 3 and two sentences, and leaves no torn file."""
    write_csv(tmp_path / "a.csv", [learner(number) for number in range(1, 1000)] * 3)
    done = run_fresh(tmp_path, "check", "a.csv", largest_file=kilobytes * 1024)
    assert done.code == 3
    assert "cannot be written" in done.err
    assert len(done.err.strip().splitlines()) == 2
    left = {file.name for folder in tmp_path.glob("reports/2*") for file in folder.iterdir()}
    assert left <= {"results.xlsx", "report.html", "report.json", "log.jsonl"}


@pytest.mark.skipif(os.name == "nt", reason="names of files are always text on Windows")
def test_a_file_name_that_is_not_text(tmp_path: Path) -> None:
    """A name that is not UTF-8 is shown as far as it can be, and everything works to the end."""
    name = os.fsdecode(b"in\xff.csv")
    try:
        write_csv(tmp_path / name, [learner(1)])
    except OSError:
        pytest.skip("this file system takes no such name")
    checked = run(tmp_path, "check", "--json", name)
    assert (checked.code, checked.err) == (0, "")
    assert report_of(checked)["sources"][0]["path"] == "in\ufffd.csv"
    assert run(tmp_path, "check", name).code == 0
    with sandbox.running() as onefile:
        env = {
            "BULK_IMPORT_ENVIRONMENT": "beta",
            "BULK_IMPORT_BASE_URL": onefile.base_url,
            "BULK_IMPORT_CUSTOMER_TOKEN": onefile.customer_token,
        }
        assert run(tmp_path, "submit", "--yes", name, env=env).code == 0
        assert [run(tmp_path, word, env=env).code for word in ("runs", "resume")] == [0, 0]
