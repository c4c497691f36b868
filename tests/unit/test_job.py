"""What a run is asked to do, from options and settings together."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bulk_import.catalogue import Role
from bulk_import.errors import InputUnreadable, UsageError
from bulk_import.findings import Severity
from bulk_import.row_choice import EVERY_ROW, RowChoice
from bulk_import.run.job import Job, columns_for, read_and_check, submit_command, values_for, what_decides
from bulk_import.settings import load

if TYPE_CHECKING:
    from collections.abc import Mapping

CHOICES: tuple[tuple[Mapping[str, str], Mapping[str, str], Mapping[str, str]], ...] = (
    ({"Ref No.": "MISID"}, {}, {"Ref No.": "MISID"}),
    ({"Ref No.": "MISID"}, {"Ref No.": ""}, {"Ref No.": ""}),
    ({"Ref No.": "MISID"}, {"ref no": "ULN"}, {"ref no": "ULN"}),
    ({"Ref No.": "MISID", "Case": "ULN"}, {"ref no": "ULN"}, {"Case": "ULN", "ref no": "ULN"}),
    ({"Date (column H)": "StartOn"}, {"Date": "DOB"}, {"Date (column H)": "StartOn", "Date": "DOB"}),
)


@pytest.mark.parametrize(("settings", "options", "wanted"), CHOICES)
def test_a_map_option_wins_over_the_settings_however_it_is_spelt(
    tmp_path: Path, settings: Mapping[str, str], options: Mapping[str, str], wanted: Mapping[str, str]
) -> None:
    """The option replaces every line under [columns] that means the same heading, and no other."""
    found = replace(load(environ={}, cwd=tmp_path), columns=settings)
    assert columns_for(Job(files=(), columns=options), found) == wanted


@pytest.mark.parametrize("name", ["OneFileID", "onefileid", "MISID"])
def test_what_is_one_person_s_own_is_no_default(tmp_path: Path, name: str) -> None:
    """One MISID, or OneFile's id of one account, never fills empty cells."""
    with pytest.raises(UsageError, match="cannot serve for everybody"):
        values_for(Job(files=(), values={name: "7"}), load(environ={}, cwd=tmp_path))


def test_what_a_run_was_read_with_is_kept_for_resuming(tmp_path: Path) -> None:
    """Lists of codes, their unknown codes and what a bad value does are in the journal, as JSON can hold them."""
    (tmp_path / "bulk-import.toml").write_text(
        'bad_optional = "stop-row"\n[codes]\nLLDDCat = "several"\n[codes.L12]\nWBRI = "31"\n'
        '[unknown_codes]\nL14 = "leave-out"\n',
        encoding="utf-8",
    )
    stored = json.loads(json.dumps(Job(files=()).to_json(load(environ={}, cwd=tmp_path))))
    assert stored["bad_optional"] == "stop-row"
    assert stored["codes"] == {"LLDDCat": "several", "L12": {"WBRI": "31"}}
    assert stored["unknown_codes"] == {"L14": "leave-out"}


@pytest.mark.parametrize(("sheet", "sheets"), [(None, ()), ("People", ("People",))])
def test_runs_of_one_sheet_can_be_resumed(tmp_path: Path, sheet: str | None, sheets: tuple[str, ...]) -> None:
    """What a version wrote that knew of one sheet is read as it was meant."""
    stored = Job(files=()).to_json(load(environ={}, cwd=tmp_path))
    del stored["sheets"]
    assert Job.from_json({**stored, "sheet": sheet}).sheets == sheets


DECIDING: tuple[Mapping[str, object], ...] = (
    {"allow_clear": True},
    {"bad_optional": "stop-row"},
    {"apostrophes": "straight"},
    {"codes": {"L12": "hesa"}},
    {"codes": {"L12": {"WBRI": "31"}}},
    {"codes": {"LLDDCat": "primary"}},
    {"unknown_codes": {"L12": "leave-out"}},
    {"severities": {"uln-format": Severity.ERROR}},
    {"defaults": {"PlacementID": "7"}},
    {"organisation_id": 7},
)


def test_every_setting_that_changes_what_is_sent_is_in_the_plan_s_digest(tmp_path: Path) -> None:
    """What decides differs from the usual, and from each other, for each such setting."""
    usual = load(environ={}, cwd=tmp_path)
    settings = [usual, *(replace(usual, **changed) for changed in DECIDING)]  # type: ignore[arg-type]  # by name
    told = [json.dumps(what_decides(Job(files=()), one), sort_keys=True) for one in settings]
    assert len(set(told)) == len(DECIDING) + 1


def test_chosen_rows_are_in_the_plan_s_digest_and_come_back_from_the_journal(tmp_path: Path) -> None:
    """A resumed run means the same rows; a journal of an earlier version, which knows none, means all."""
    usual = load(environ={}, cwd=tmp_path)
    rows = RowChoice("7,9-12", "10")
    stored = json.loads(json.dumps(Job(files=(), rows=rows).to_json(usual)))
    assert Job.from_json(stored).rows == rows
    assert (
        Job.from_json({name: value for name, value in stored.items() if name not in {"only", "skip"}}).rows == EVERY_ROW
    )
    told = [what_decides(Job(files=(), rows=one), usual) for one in (EVERY_ROW, rows, RowChoice(skip="10"))]
    assert all(one != other for at, one in enumerate(told) for other in told[at + 1 :])


def test_whether_a_mapping_was_typed_or_saved_is_not_in_the_digest(tmp_path: Path) -> None:
    """Which column holds which field is; a plan looked at with --map can be sent after --save-map."""
    usual = load(environ={}, cwd=tmp_path)
    typed = what_decides(Job(files=(), columns={"Case": "MISID"}), usual)
    assert typed == what_decides(Job(files=()), replace(usual, columns={"Case": "MISID"}))


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["enrolment.csv"], "There is no file enrolment.csv in {}; the nearest there is “Enrolments.csv”."),
        (["enrolments"], "There is no file enrolments in {}; the nearest there is “Enrolments.csv”."),
        (["my", "new", "file.csv"], "no file my in {}, but a file “my new file.csv”: put quotation marks round a name"),
        (["nowhere/a.csv"], "There is no file nowhere/a.csv in {}/nowhere, for there is no such folder."),
        (["zzz"], "There is no file zzz in {}."),
    ],
)
def test_a_file_that_is_not_there_is_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: list[str], said: str
) -> None:
    """The folder that was looked in is named, and what it has of nearly that name; nothing is said of Excel."""
    monkeypatch.chdir(tmp_path)
    for name in ("Enrolments.csv", "my new file.csv", "enrolment.pdf"):
        (tmp_path / name).touch()
    with pytest.raises(InputUnreadable) as stop:
        read_and_check(Job(tuple(map(Path, typed))), load(environ={}, cwd=tmp_path), date(2026, 9, 1))
    assert said.format(tmp_path.as_posix()) in stop.value.message.replace("\\", "/")
    assert "Excel" not in stop.value.fix


def test_the_submit_of_a_plan_is_told_with_all_its_options(tmp_path: Path) -> None:
    """What a dry run prints can be copied and run as it stands, on Windows too; usual values are not repeated."""
    settings = load(environ={}, cwd=tmp_path)
    assert submit_command(Job((Path("a.csv"), Path("my people.xlsx"))), settings) == (
        'bulk-import submit a.csv "my people.xlsx"'
    )
    job = Job(
        files=(Path("a.csv"),),
        sheets=("Year 1",),
        role=Role.LEARNER,
        columns={"Ref No.": "MISID"},
        values={"OrganisationID": "1"},
        date_order="mdy",
        mode="create",
        rows=RowChoice("7,9-12", "8", "7"),
        full=True,
    )
    (tmp_path / "ours.toml").touch()
    configured = load(config=tmp_path / "ours.toml", environ={}, cwd=tmp_path)
    assert submit_command(job, configured) == (
        'bulk-import submit a.csv --sheet "Year 1" --role Learner --map "Ref No.=MISID" --set "OrganisationID=1" '
        f'--date-order mdy --mode create --only "7,9-12" --skip 8 --again 7 --config {tmp_path / "ours.toml"} --full'
    )


@pytest.mark.parametrize(
    ("name", "fix"),
    [
        ("Tutor", "A column headed Tutor is understood as DefaultAssessorID, so write DefaultAssessorID. "),
        ("OneFile ID", "A column headed OneFile ID is understood as OneFileID, so write OneFileID. "),
        ("Clasroom", "Did you mean ClassroomID? "),
        ("Fee Band", ""),
    ],
)
def test_a_heading_in_place_of_a_field_is_told_which_field_it_means(tmp_path: Path, name: str, fix: str) -> None:
    """What is understood in the file is no field's name after --map; the field is named."""
    file = tmp_path / "people.csv"
    file.write_text("Main Tutor,Email\nHelen Marsh,asha@example.com\n", encoding="utf-8")
    job = Job(files=(file,), columns={"Main Tutor": name})
    with pytest.raises(UsageError) as stop:
        read_and_check(job, load(environ={}, cwd=tmp_path), date(2026, 9, 1))
    assert (stop.value.message, stop.value.fix) == (
        f"There is no field {name}.",
        f"{fix}bulk-import fields lists them all.",
    )
