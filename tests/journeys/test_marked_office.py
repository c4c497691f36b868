"""The file to correct in LibreOffice: it is opened, saved again, and still known for what it is."""

from __future__ import annotations

import csv
import io
import subprocess
from typing import TYPE_CHECKING

import openpyxl
import pytest
from openpyxl.workbook.defined_name import DefinedName

from bulk_import.report import files_to_fix
from bulk_import.report.marked.sheet import RULE
from tests.data.rich_workbook import PEOPLE, rich_workbook
from tests.journeys.test_report_office import HOSTILE, SOFFICE
from tests.unit.marking import read, to_fix
from tests.unit.reporting import assessor, report, table
from tests.unit.test_marked_workbook import LOST_BY_OPENPYXL, SOME

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [
    pytest.mark.journey,
    pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed"),
    pytest.mark.filterwarnings(LOST_BY_OPENPYXL),
]


def converted(folder: Path, to: str, *files: Path) -> list[Path]:
    """The files as LibreOffice opens them and saves them again."""
    assert SOFFICE is not None
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [SOFFICE, profile, "--headless", "--convert-to", to, "--outdir", str(folder / "saved")]
    subprocess.run([*command, *map(str, files)], check=True, capture_output=True, timeout=120)
    return [folder / "saved" / file.with_suffix(f".{to.partition(':')[0]}").name for file in files]


def test_saved_by_libreoffice_the_marks_are_known(tmp_path: Path) -> None:
    """All cells arrive; marked a second time, there is one mark for each problem and the user's own note is left."""
    path, back = tmp_path / "people.xlsx", tmp_path / "people-to-fix.xlsx"
    path.write_bytes(rich_workbook(SOME, macros=False))
    back.write_bytes(to_fix(path).data)
    (saved,) = converted(tmp_path, "xlsx", back)
    before, after = read(path), read(saved)
    assert after.headings == before.headings
    assert after.frame.drop(columns=10).equals(before.frame.drop(columns=10))  # LibreOffice trims a formula's result
    book = openpyxl.load_workbook(io.BytesIO(to_fix(saved).data))
    assert book.sheetnames == [PEOPLE, "Lists", "Old", "Problems"]
    rules = [(str(area.sqref), rule.formula) for area in book[PEOPLE].conditional_formatting for rule in area.rules]
    assert [area for area, formula in rules if formula == [RULE]] == ["C7 D4 D6 H6"]
    notes = {cell.coordinate: cell.comment.text for row in book[PEOPLE].iter_rows() for cell in row if cell.comment}
    assert notes.keys() == {"A4", "C7", "D4", "D6", "H6"}
    assert notes["A4"] == "My own note"


FORMULAS = (
    *('=B5&" "&C$5', "=COUNTA($B:$B)", "=SUM(F5:F7,Lists!$A$1)", '=VLOOKUP("Khan",C5:F7,4,FALSE)', "=OFFSET($B$5,1,1)"),
    *("=INDEX(Addresses,2)", '=SUMPRODUCT((B5:B7<>"")*F5:F7)', "=Lists!B1+'Our people'!F6", '=IF(B5="B5",1,LEN(D5))'),
)


def test_libreoffice_calculates_the_same(tmp_path: Path) -> None:
    """Where the column Problem was put before the user's own, each formula gives what it gave before."""
    book = openpyxl.Workbook()
    people, lists = book.create_sheet("Our people", 0), book["Sheet"]
    lists.title, lists["A1"], lists["B1"] = "Lists", 7, "=SUM('Our people'!F5:F7)"
    people.append(["Staff"])
    for row in ((), (), ("Ref", "First Name", "Surname", "Email", "Role", "OrganisationID", "Sum")):
        people.append(row)
    for number, formula in enumerate(FORMULAS):
        people.append([f"S{number}", "Asha", "Khan", f"a{number}", "Assessor", number + 1, formula])
    book.defined_names["Addresses"] = DefinedName("Addresses", attr_text="'Our people'!$D$5:$D$9")
    path, back = tmp_path / "people.xlsx", tmp_path / "people-to-fix.xlsx"
    book.save(path)
    back.write_bytes(to_fix(path).data)
    before, after = (openpyxl.load_workbook(saved, data_only=True) for saved in converted(tmp_path, "xlsx", path, back))
    assert (after["Our people"]["A4"].value, after["Lists"]["B1"].value) == ("Problem", before["Lists"]["B1"].value)
    results = [before["Our people"].cell(row, 7).value for row in range(5, 5 + len(FORMULAS))]
    assert None not in results
    assert [after["Our people"].cell(row, 8).value for row in range(5, 5 + len(FORMULAS))] == results


def test_libreoffice_reads_every_cell_of_a_copy_unharmed(tmp_path: Path) -> None:
    """No text of a marked copy of the values is calculated, whatever it begins with."""
    (file,) = files_to_fix(report(table([assessor(at, text, Email="") for at, text in enumerate(HOSTILE)])))
    path = tmp_path / file.name
    path.write_bytes(file.data)
    converted(tmp_path, "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,true,false,false,1", path)
    (saved,) = (tmp_path / "saved").iterdir()
    with saved.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))
    assert [row[-1] for row in rows[1:]] == HOSTILE
