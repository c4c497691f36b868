"""Saving a mapping: the settings file gains lines under [columns] and keeps everything else."""

from __future__ import annotations

import os
import stat
import tomllib
from typing import TYPE_CHECKING

import pytest

from bulk_import.check import Options, check_all
from bulk_import.errors import UsageError
from bulk_import.run import save_mapping
from bulk_import.settings import load
from tests.unit.tables import TODAY, made_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from bulk_import.run.mapping import Saved

HEADINGS = ("Surname", "Learner\nRef", "Cohort name", "Comments", "Status", "Email", "Email Address")
WANTED = {"Surname": "LastName", "Learner Ref": "MISID", "Cohort name": "ClassroomID", "Comments": ""}
CHOSEN = {"Cohort name": "ClassroomID", "Comments": ""}


def saved(folder: Path, headings: Sequence[str] = HEADINGS, chosen: Mapping[str, str] = CHOSEN) -> Saved:
    """The mapping of a sheet with these headings, saved in a folder."""
    table = made_table(headings, [["x"] * len(headings)])
    return save_mapping(check_all([table], options=Options(today=TODAY, chosen=chosen)), load(environ={}, cwd=folder))


def written(folder: Path, text: str) -> Path:
    """A settings file with these very characters."""
    file = folder / "bulk-import.toml"
    file.write_bytes(text.encode())
    return file


def test_a_settings_file_is_made_where_there_is_none(tmp_path: Path) -> None:
    """Every settled column is written, what was left out too; what is not settled is named and not written."""
    found = saved(tmp_path)
    assert load(environ={}, cwd=tmp_path).columns == WANTED
    assert found.changed == WANTED
    assert found.unsettled == ("Status", "Email", "Email Address")
    said = "\n".join(found.lines())
    assert f"Written under [columns] of {tmp_path / 'bulk-import.toml'}:\n" in said
    assert '  "Cohort name" = "ClassroomID"\n' in said
    assert "not settled what they mean: “Status”, “Email”, “Email Address”." in said


BEFORE = """# Our centre
environment = "beta"   # until Easter

[columns]              # agreed with the exams office
# the old system's word
"surname" = "FirstName"  # wrong
"Case" = 'MISID'

[severity]
uln-check-digit = "warning"
"""


def test_comments_and_everything_else_stay_as_they_are(tmp_path: Path) -> None:
    """Only lines of the mapping are new or different; a heading that stands there in another spelling is changed."""
    file = written(tmp_path, BEFORE)
    found = saved(tmp_path)
    assert found.changed == {"surname": "LastName", **{name: WANTED[name] for name in list(WANTED)[1:]}}
    lines = file.read_text(encoding="utf-8").splitlines()
    assert [line for line in BEFORE.splitlines() if line not in lines] == ['"surname" = "FirstName"  # wrong']
    assert '"surname" = "LastName"  # wrong' in lines
    assert tomllib.loads(BEFORE)["severity"] == tomllib.loads("\n".join(lines))["severity"]


FORMS = (
    "",
    "\ufeff",
    'environment = "beta"',
    'environment = "beta"\r\n\r\n[severity]\r\nuln-format = "note"\r\n',
    'columns = {Case = "MISID"}\n[severity]\nuln-format = "note"\n',
    'columns."Case" = "MISID"\nenvironment = "beta"\n',
    '[columns]\n"Line\\nbreak" = ""\n\n\n[defaults]\nPlacementID = "7"\n# the end\n',
)


@pytest.mark.parametrize("text", FORMS)
def test_any_form_of_settings_gains_the_mapping_and_loses_nothing(tmp_path: Path, text: str) -> None:
    """Line ends, a byte-order mark and unusual TOML stay, and the file says what it said and the mapping."""
    file = written(tmp_path, text)
    before = tomllib.loads(text.removeprefix("\ufeff"))
    saved(tmp_path)
    after = file.read_bytes().decode()
    assert tomllib.loads(after.removeprefix("\ufeff")) == {**before, "columns": {**before.get("columns", {}), **WANTED}}
    assert after.startswith("\ufeff") == text.startswith("\ufeff")
    assert ("\r\n" in after) == ("\r\n" in text or (not text and os.name == "nt"))
    assert "\r\n" not in after or "\n" not in after.replace("\r\n", "")


def test_saving_again_writes_nothing(tmp_path: Path) -> None:
    """A mapping that stands there already leaves the file alone, to its very bytes."""
    saved(tmp_path)
    file = tmp_path / "bulk-import.toml"
    before = (file.read_bytes(), file.stat().st_mtime_ns)
    found = saved(tmp_path)
    assert (found.changed, found.kept) == ({}, 4)
    assert (file.read_bytes(), file.stat().st_mtime_ns) == before
    assert found.lines()[0].startswith("Nothing to write to ")


def test_names_beside_ids_are_not_saved(tmp_path: Path) -> None:
    """A column of names beside one of ids is found by itself, and saved it would claim the ids' field twice."""
    saved(tmp_path, ("Tutor", "Assessor ID"), {})
    assert load(environ={}, cwd=tmp_path).columns == {"Assessor ID": "DefaultAssessorID"}


def test_a_saved_mapping_is_the_mapping_of_the_next_check(tmp_path: Path) -> None:
    """Read back from the settings, it ties the same columns to the same fields."""
    table = made_table(HEADINGS, [["x"] * len(HEADINGS)])
    [first] = check_all([table], options=Options(today=TODAY, chosen=CHOSEN))
    saved(tmp_path)
    again = load(environ={}, cwd=tmp_path).columns
    [second] = check_all([table], options=Options(today=TODAY, chosen=again))
    assert second.columns.field_at == first.columns.field_at
    assert second.columns.left_out == first.columns.left_out


def test_a_heading_that_stands_twice_is_saved_with_its_column(tmp_path: Path) -> None:
    """The next check can tell the two apart as this one could."""
    found = saved(tmp_path, ("Start Date", "Start Date"), {"Start Date (column B)": "StartOn"})
    assert found.changed == {"Start Date (column B)": "StartOn"}


def test_of_two_files_the_first_counts(tmp_path: Path) -> None:
    """The headings of all sources are saved, each once."""
    tables = [made_table(headings, [["x", "y"]]) for headings in (("Surname", "Email"), ("Surname", "Forename"))]
    found = save_mapping(check_all(tables, options=Options(today=TODAY)), load(environ={}, cwd=tmp_path))
    assert found.changed == {"Surname": "LastName", "Email": "Email", "Forename": "FirstName"}


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such rights")
def test_the_rights_of_the_file_stay(tmp_path: Path) -> None:
    """A settings file that only its owner may read stays one."""
    file = written(tmp_path, 'environment = "beta"\n')
    file.chmod(0o600)
    saved(tmp_path)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.skipif(os.name == "nt", reason="links need special rights on Windows")
def test_a_link_to_the_settings_stays_a_link(tmp_path: Path) -> None:
    """The file behind the link is changed, not the link."""
    (tmp_path / "shared").mkdir()
    file = written(tmp_path / "shared", "")
    (tmp_path / "bulk-import.toml").symlink_to(file)
    saved(tmp_path)
    assert (tmp_path / "bulk-import.toml").is_symlink()
    assert "LastName" in file.read_text(encoding="utf-8")


def test_a_folder_that_cannot_be_written_gets_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings stay whole, and nothing half-written stays behind."""
    file = written(tmp_path, 'environment = "beta"\n')

    def locked(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.replace", locked)
    with pytest.raises(UsageError, match=r"not saved.*cannot be written \(Permission denied\)"):
        saved(tmp_path)
    assert list(tmp_path.iterdir()) == [file]
    assert file.read_text(encoding="utf-8") == 'environment = "beta"\n'
