"""`bulk-import explain RUN ROW`: one row's story, from the cell to the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.journeys.command import learner, run, tutor, write_csv

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.journey


def _story(folder: Path, name: str, row: int) -> dict[str, list[str]]:
    story: dict[str, list[str]] = run(folder, "explain", name, str(row), "--json").json["story"]
    return story


def test_a_row_is_explained_from_its_cells_to_the_answer(tmp_path: Path) -> None:
    """Cell, clean-up, rule, match, call and answer of a row made, a row refused and a row never sent."""
    people = [
        tutor(1, FirstName=" Asha "),
        learner(2, DefaultAssessorID="112", NINO="AB123456C", L12="31"),
        learner(3, Email="nobody"),
    ]
    write_csv(tmp_path / "people.csv", people)
    name = run(tmp_path, "submit", "people.csv", "--yes", "--json").json["run"]
    made, refused, invalid = (_story(tmp_path, name, row) for row in (2, 3, 4))
    assert "B2 “FirstName” → FirstName: typed “ Asha ”; cleaned to “Asha”; sent: “Asha”" in made["Cell by cell"]
    assert made["What OneFile had, and what was decided"] == ["OneFile had no such person; an account was to be made."]
    assert made["Calls"][0].endswith("answered with status 200, understood as “Accepted”")
    assert made["What came of it"][0].startswith("OneFile said that it was done; user id ")
    assert refused["What came of it"][0].startswith("OneFile refused it with code -904: ")
    assert "AB123456C" not in str(refused)
    assert any("a value of the shape “AA999999A”" in line for line in refused["Cell by cell"])
    assert not any("“31”" in line for line in refused["Cell by cell"])
    assert invalid["What the rules say"][0].startswith("Error email-format: Column D, row 4: ")
    assert invalid["Calls"] == ["No call was made for this row."]
    assert all("would be sent" not in line for line in invalid["Cell by cell"])


def test_a_name_beside_an_id_is_explained_too(tmp_path: Path) -> None:
    """Both cells stand in the story, and the id that the name was taken for."""
    person = learner(1, DefaultAssessorID="") | {"Tutor": "Helen Marsh"}
    (tmp_path / "people.csv").write_text(f"{','.join(person)}\n{','.join(person.values())}\n", encoding="utf-8")
    name = run(tmp_path, "submit", "people.csv", "--yes", "--json").json["run"]
    cells = _story(tmp_path, name, 2)["Cell by cell"]
    assert "F2 “DefaultAssessorID” → DefaultAssessorID: empty; sent: “105”" in cells
    assert [line.partition("; ")[0] for line in cells if "“Tutor”" in line] == [
        "J2 “Tutor” → DefaultAssessorID: typed “Helen Marsh”"
    ]


def test_an_account_of_another_row_is_explained_by_that_row(tmp_path: Path) -> None:
    """A learner of a tutor who is new in the same run: the row that made the account, and its user id."""
    write_csv(tmp_path / "people.csv", [tutor(1), learner(2, DefaultAssessorID="tutor1@example.com")])
    name = run(tmp_path, "submit", "people.csv", "--yes", "--json").json["run"]
    made = _story(tmp_path, name, 2)["What came of it"][0].rpartition("user id ")[2].rstrip(".")
    (line,) = [line for line in _story(tmp_path, name, 3)["Cell by cell"] if "DefaultAssessorID:" in line]
    assert line.endswith(f"sent: the account made from row 2 of people.csv in this run, user id {made}")


def test_an_update_is_explained_too(tmp_path: Path) -> None:
    """What the account holds already, what was changed in it, and that the reports say what it was and is."""
    write_csv(tmp_path / "people.csv", [tutor(1)])
    run(tmp_path, "submit", "people.csv", "--yes")
    write_csv(tmp_path / "people.csv", [tutor(1, LastName="Okafor")])
    done = run(tmp_path, "submit", "people.csv", "--yes", "--json").json
    story = _story(tmp_path, done["run"], 2)
    assert "C2 “LastName” → LastName: typed “Okafor”; sent: “Okafor”" in story["Cell by cell"]
    assert (
        "B2 “FirstName” → FirstName: typed “Asha”; the account holds it already, so not sent" in story["Cell by cell"]
    )
    assert story["What OneFile had, and what was decided"][0].endswith("; to be changed: LastName.")
    page = (tmp_path / done["report"]).with_name("report.html").read_text(encoding="utf-8")
    assert "The account was updated: LastName from “Khanbaa” to “Okafor”." in page


def test_a_check_is_explained_too_and_a_row_that_is_none_is_told(tmp_path: Path) -> None:
    """After a check the story says what would be sent; a number that is no data row is refused in words."""
    write_csv(tmp_path / "people.csv", [tutor(1) | {"OneFile ID": "5740"}])
    name = run(tmp_path, "check", "people.csv", "--json").json["run"]
    story = _story(tmp_path, name, 2)
    found_by = "J2 “OneFile ID” → OneFileID: typed “5740”; the account is found by it, and it is not sent"
    assert found_by in story["Cell by cell"]
    assert (
        "D2 “Email” → Email: typed “tutor1@example.com”; would be sent: “tutor1@example.com”" in story["Cell by cell"]
    )
    assert story["What OneFile had, and what was decided"] == ["Nothing was decided. A check asks nobody."]
    ended = run(tmp_path, "explain", name, "1")
    assert (ended.code, "Row 1 holds the headings." in ended.err) == (2, True)
    assert run(tmp_path, "explain", name, "2").out.startswith("The row\n")
