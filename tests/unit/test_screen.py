"""The screen: whatever a cell or a server sends, a terminal is left alone."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stdout
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulk_import.catalogue import Role
from bulk_import.cli.screen import complain, print_json, say, say_if_practice, show, show_runs, show_symptoms
from bulk_import.errors import ApiDown, NothingToDo
from bulk_import.printable import printable
from bulk_import.report import Leaver, RowFate, Status
from bulk_import.run import Finished, look_for_runs
from bulk_import.settings import load
from tests.unit.reporting import assessor, report, table
from tests.unit.tables import person


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("Zoë O’Neill\nŁukasz", "Zoë O’Neill\nŁukasz"),
        ("\x1b[2Jgone", "�[2Jgone"),
        ("a\x07b\x9bc\r", "a�b�c�"),
        ("abc\u202etxt", "abc�txt"),
        ("\ud800", "�"),
    ],
)
def test_control_characters_are_marked(text: str, seen: str) -> None:
    """Escape sequences, bells and turned writing become a mark; people's names stay."""
    assert printable(text) == seen


@given(st.text())
def test_nothing_harmful_is_ever_printable(text: str) -> None:
    """No control character but the line break is left, and the rest can be encoded."""
    seen = printable(text)
    assert all(letter == "\n" or letter >= " " for letter in seen)
    assert "\x1b" not in seen
    seen.encode("utf-8")


def test_values_of_settings_are_told_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is empty is none and a yes is true, whatever Python calls them."""
    show_symptoms(load(environ={}, cwd=tmp_path), ())
    told = capsys.readouterr().out
    assert [word for word in ("frozenset", "()", "[]", "None", "False") if word in told] == []
    assert {line.split("|")[2].strip() for line in told.splitlines() if "protect" in line or "canary" in line} == {
        "none"
    }


def test_a_settings_file_that_is_not_there_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever means the real OneFile and is in another folder sees that nothing real happens; others are not told."""
    say_if_practice(load(environ={}, cwd=tmp_path))
    assert capsys.readouterr().err.startswith(
        f"There is no bulk-import.toml in {tmp_path}, so this goes to the practice"
    )
    say_if_practice(load(environ={"BULK_IMPORT_ENVIRONMENT": "sandbox"}, cwd=tmp_path))
    (tmp_path / "bulk-import.toml").write_text("concurrency = 2")
    say_if_practice(load(environ={}, cwd=tmp_path))
    assert capsys.readouterr().err == ""


def test_a_place_is_told_with_its_sheet_where_there_are_several(capsys: pytest.CaptureFixture[str]) -> None:
    """Row 2 of which sheet is said, in both columns; of a single sheet the cell is enough."""
    people = [table([assessor(1, Email="nobody")], sheet=sheet) for sheet in ("Staff", "Others")]
    for some in (people, people[:1]):
        show(Finished(report(*some), Path(), ()))
    both, one = capsys.readouterr().out.split("What to look at")[1:]
    assert "Staff: D2, Others: D2" in " ".join(both.replace("|", " ").split())
    assert "Staff: Column D, row 2" in both
    assert ": Column D" not in one


def test_nothing_of_what_to_type_is_cut(capsys: pytest.CaptureFixture[str]) -> None:
    """A file's name and an option that are longer than their column go on in its next line, whatever its width."""
    headings = [name for name in person(Role.LEARNER) if name != "DefaultAssessorID"]
    rows = [[person(Role.LEARNER, number)[name] for name in headings] for number in (1, 2)]
    sheets = ("Learners of the main site and of all the others", "Everybody else whom the college has")
    show(Finished(report(*(table(rows, headings, name="enrolments" * 8, sheet=sheet) for sheet in sheets)), Path(), ()))
    told = capsys.readouterr().out
    assert "…" not in told
    columns = [
        "".join(line.split("|")[at].strip() for line in told.splitlines() if line.count("|") == 6) for at in (3, 5)
    ]
    assert "enrolments" * 8 in columns[0]
    assert all(part in columns[1] for part in ('"HEADING=DefaultAssessorID",', '"DefaultAssessorID=VALUE",'))


@pytest.mark.parametrize(
    ("fate", "cures"),
    [
        (RowFate(Status.HELD), ["For rows that are held"]),
        (RowFate(Status.UNRESOLVED), ["For rows that are not certain"]),
        (RowFate(Status.REJECTED), ["Correct the file with -to-fix"]),
        (RowFate(Status.UPDATED, 7), ["The file with -to-fix in its name shows values that were left out"]),
        (None, ["Correct the file with -to-fix", "For rows that are held"]),
    ],
)
def test_only_what_can_be_corrected_is_to_be_corrected(
    capsys: pytest.CaptureFixture[str], fate: RowFate | None, cures: list[str]
) -> None:
    """Rows that are held are mostly put right in OneFile; of several kinds of rows each has its sentence."""
    people = [assessor(1), assessor(2, Email="nobody" if fate is None else "asha2@example.com")]
    fates = {2: RowFate(Status.HELD)} if fate is None else {2: fate, 3: RowFate(Status.UNCHANGED, 8)}
    show(Finished(report(table(people), fates=[fates]), Path(), (Path("staff-to-fix.xlsx"),)))
    last = capsys.readouterr().out.partition("staff-to-fix.xlsx")[2].split("\n")
    assert [line.startswith(cure) for line, cure in zip(filter(None, last), cures, strict=True)] == [True] * len(cures)


def test_leavers_are_something_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever looks at the terminal alone sees that somebody has to look at them."""
    night = report(table([assessor(1)]), fates=[{2: RowFate(Status.UNCHANGED, 7)}])
    for some in (night, replace(night, leavers=(Leaver(5740),))):
        show(Finished(some, Path(), ()))
    step = "1 person is no longer in the file: look at them in OneFile, and archive whoever has left."
    assert capsys.readouterr().out.count(step) == 1


def test_an_empty_folder_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever sees no runs sees where they were looked for; looking for them makes no folder."""
    show_runs([], tmp_path / "reports")
    assert f"no runs yet in {tmp_path / 'reports'}." in capsys.readouterr().out.replace("\n", "")
    with pytest.raises(NothingToDo, match="no runs yet in"):
        look_for_runs(load(environ={}, cwd=tmp_path), None)
    assert not list(tmp_path.iterdir())


def test_sentences_pass_through_it(capsys: pytest.CaptureFixture[str]) -> None:
    """What stops a command, and what it says meanwhile, is cleaned as well."""
    complain(ApiDown("\x1b]0;title\x07down", "\x1b[8mhidden"))
    say("\x1b[31mred")
    assert "\x1b" not in capsys.readouterr().err


@given(st.text())
def test_json_leaves_a_terminal_alone_and_means_the_same(text: str) -> None:
    """What would do something to a terminal is escaped, and whoever reads the object finds the text as it was."""
    with io.StringIO() as stream, redirect_stdout(stream):
        print_json({"heading": text})
        printed = stream.getvalue()
    assert printable(printed) == printed
    assert json.loads(printed) == {"heading": text}
