"""The templates hold what the catalogue says, in a form that people can fill in and the reader knows again."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from bulk_import.catalogue import FIELDS, NOTES_HEADING, Field, Role, fields_for_heading
from bulk_import.check import Options, check
from bulk_import.errors import OutputError, UsageError
from bulk_import.kinds import Choice, Date, Identifier, Nino, Phone, Uln
from bulk_import.lists import CentreList
from bulk_import.read import Table, read_table
from bulk_import.templates import TEMPLATES, Template, template_files, write_templates
from bulk_import.templates.workbook import FIRST_ROW, LAST_ROW, workbook

if TYPE_CHECKING:
    from pathlib import Path

    from openpyxl import Workbook

FILES = dict(template_files())
EVERY = pytest.mark.parametrize("template", TEMPLATES, ids=[template.stem for template in TEMPLATES])


def _known(heading: str) -> bool:
    return any(name in FIELDS for name in fields_for_heading(heading))


def _workbook(template: Template) -> Workbook:
    return load_workbook(io.BytesIO(FILES[f"{template.stem}.xlsx"]))


def _filled_in(template: Template, tmp_path: Path) -> Table:
    """The workbook with one person in its first free row, as the reader sees it."""
    workbook = _workbook(template)
    for column, field in enumerate(template.fields, start=2):
        workbook[template.sheet].cell(FIRST_ROW, column, template.example(field))
    path = tmp_path / "filled in.xlsx"
    workbook.save(path)
    return read_table(path, known=_known)


def test_there_is_a_workbook_and_a_csv_for_every_role_and_a_workbook_for_all() -> None:
    """Whoever a college enrols, there is a form for them."""
    assert set(FILES) == {
        *("learner.xlsx", "trainee-assessor.xlsx", "assessor.xlsx", "iqa.xlsx", "employer.xlsx", "observer.xlsx"),
        *("learner.csv", "trainee-assessor.csv", "assessor.csv", "iqa.csv", "employer.csv", "observer.csv"),
        "all-roles.xlsx",
    }


def test_templates_are_the_same_bytes_every_time() -> None:
    """A difference in a committed template is a difference in the catalogue."""
    assert dict(template_files()) == FILES


@EVERY
def test_a_template_has_exactly_the_fields_its_roles_take(template: Template) -> None:
    """No column whose values would be left out, and none missing."""
    wanted = {field.api_name for field in FIELDS.values() if field.accepted_for & set(template.roles)}
    assert sorted(field.api_name for field in template.fields) == sorted(wanted)


@EVERY
def test_mandatory_columns_come_first_and_say_so_in_words(template: Template) -> None:
    """What must be filled in can be told without seeing colours, from the heading and from the guidance."""
    mandatory = [bool(field.required_for & set(template.roles)) for field in template.fields]
    assert mandatory == sorted(mandatory, reverse=True)
    for field, must in zip(template.fields, mandatory, strict=True):
        assert ("(mandatory" in template.heading(field)) == must
        assert template.guidance(field).startswith("Mandatory" if must else "Optional")


def test_a_column_that_only_some_roles_need_names_them() -> None:
    """In the workbook for all roles, nobody has to guess whose column it is."""
    everybody = TEMPLATES[-1]
    assert everybody.heading(FIELDS["ClassroomID"]) == "Classroom ID (mandatory for learners)"
    assert everybody.heading(FIELDS["PlacementID"]) == "Placement ID (mandatory for learners, employers and observers)"
    assert everybody.guidance(FIELDS["ULN"]).endswith("Leave empty for others than learners.")


@EVERY
def test_every_heading_is_known_again(template: Template, tmp_path: Path) -> None:
    """The words behind a heading do not keep the reader from its field."""
    table = _filled_in(template, tmp_path)
    assert table.headings[0].text == NOTES_HEADING
    assert [fields_for_heading(heading.text) for heading in table.headings[1:]] == [
        (field.api_name,) for field in template.fields
    ]


@EVERY
def test_guidance_and_example_are_skipped_and_the_person_below_is_read(template: Template, tmp_path: Path) -> None:
    """The example person never reaches OneFile, and nobody below is lost."""
    table = _filled_in(template, tmp_path)
    assert list(table.frame.index) == [FIRST_ROW]
    assert [finding.code for finding in table.findings] == ["guidance-skipped"]


@EVERY
def test_a_filled_in_template_passes_the_check(template: Template, tmp_path: Path) -> None:
    """From an empty form to a person that could be sent, without a single complaint."""
    options = Options(
        role=None, defaults={}, date_order="dmy", severities={}, chosen={}, today=date(2026, 11, 23)
    )  # fmt: skip
    checked = check(_filled_in(template, tmp_path), source=0, options=options)
    assert [finding.code for finding in checked.findings] == ["guidance-skipped"]
    (record,) = checked.records()
    assert record.role is template.roles[0]
    assert set(record.values) == {field.api_name for field in template.fields if record.role in field.accepted_for}


@pytest.mark.parametrize("role", Role, ids=lambda role: role.label)
def test_the_csv_says_the_same_as_the_workbook(role: Role, tmp_path: Path) -> None:
    """Which of the two is filled in makes no difference, and Excel knows the CSV as UTF-8."""
    template = TEMPLATES[list(Role).index(role)]
    content = FILES[f"{template.stem}.csv"]
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert content.startswith(b"\xef\xbb\xbf")
    assert rows[0][1:] == [template.heading(field) for field in template.fields]
    path = tmp_path / "filled in.csv"
    path.write_bytes(content + ",".join(["", *("x" for _ in template.fields)]).encode() + b"\r\n")
    table = read_table(path, known=_known)
    assert list(table.frame.index) == [FIRST_ROW]
    assert [finding.code for finding in table.findings] == ["guidance-skipped"]


@EVERY
def test_identifiers_and_phones_keep_their_zeros_and_dates_are_british(template: Template) -> None:
    """A whole column is text or a date before anybody types, for as many rows as there may be."""
    sheet = _workbook(template)[template.sheet]
    for column, field in enumerate(template.fields, start=2):
        letter = get_column_letter(column)
        number_format = sheet.column_dimensions[letter].number_format
        if isinstance(field.kind, Uln | Nino | Phone | Identifier):
            assert number_format == "@"
        if isinstance(field.kind, Date):
            assert number_format == "dd/mm/yyyy"


@EVERY
def test_coded_fields_offer_a_list_and_every_entry_of_it_is_understood(template: Template) -> None:
    """Whatever is picked from a drop-down passes the check of its field."""
    workbook = _workbook(template)
    offered = _offered(workbook, template)
    assert {name for name, field in FIELDS.items() if field in template.fields and field.kind.excel().choices} == set(
        offered
    )
    for name, entries in offered.items():
        texts = FIELDS[name].kind.clean(pd.Series(entries, dtype="str"))
        assert {
            code: good.all() for code, rule in FIELDS[name].kind.rules().items() if not (good := rule(texts)).all()
        } == {}


def _offered(workbook: Workbook, template: Template) -> dict[str, list[str]]:
    sheet = workbook[template.sheet]
    offered = {}
    for validation in sheet.data_validations.dataValidation:
        if validation.type == "list":
            assert str(validation.sqref).endswith(str(LAST_ROW))
            (column,) = {cells.min_col for cells in validation.sqref.ranges}
            name, _, cells = str(validation.formula1).partition("!")
            offered[template.fields[column - 2].api_name] = [
                str(cell.value) for (cell,) in workbook[name.strip("'")][cells.replace("$", "")]
            ]
    return offered


UNWRITABLE: tuple[str, ...] = (
    *("Nul\x00", "Bell\x07", "\x1bEscape", "Not\ufffe", "Nor\uffff", "Half\ud800", "_x0041_"),
    *("Soft\u00adhyphen", "Zero\u200bwidth", '="007"', "10.0"),
)
WRITABLE = ("=1+1", "Café & Bar <A>", "'Quoted", "No\u00a0break", "𝔘nusual", "10.00", "- _x_ -")


def test_whatever_name_a_list_has_what_is_chosen_means_its_entry(tmp_path: Path) -> None:
    """Where a cell cannot hold a name, or it is read otherwise than it is written, the entry's id stands in."""
    listed = CentreList({"ID": 201 + at, "Name": name} for at, name in enumerate((*UNWRITABLE, *WRITABLE)))
    (template,) = (one for one in TEMPLATES if one.stem == "learner")
    (tmp_path / "learner.xlsx").write_bytes(workbook(template, {"ClassroomID": listed.offered()}))
    texts = _offered(load_workbook(tmp_path / "learner.xlsx"), template)["ClassroomID"]
    read = read_table(tmp_path / "learner.xlsx", sheet="Lists", known=lambda heading: heading.startswith("Values for"))
    (column,) = (at for at, one in enumerate(read.headings) if one.text == "Values for Classroom ID")
    chosen = FIELDS["ClassroomID"].kind.clean(read.frame.iloc[:, column].dropna())
    assert [[entry.id for entry in listed.matches(text)] for text in chosen] == [[id_] for id_ in listed.entries]
    assert texts[: len(UNWRITABLE)] == [str(201 + at) for at in range(len(UNWRITABLE))]
    assert texts[len(UNWRITABLE) :] == [" ".join(name.split()) for name in WRITABLE]


def test_a_name_that_nobody_has_made_writable_still_gives_a_workbook() -> None:
    """It is marked; the file opens."""
    book = load_workbook(io.BytesIO(workbook(TEMPLATES[0], {"ClassroomID": ["\x1b\ufffe"]})))
    assert _offered(book, TEMPLATES[0])["ClassroomID"] == ["\ufffd\ufffd"]


def test_the_lists_of_codes_show_code_and_label() -> None:
    """L12 to L16 are chosen by their meaning, not by a bare number."""
    for field in (field for field in FIELDS.values() if isinstance(field.kind, Choice)):
        assert all(" - " in entry for entry in field.kind.excel().choices)


@EVERY
def test_a_filled_in_workbook_needs_no_sheet_to_be_named(template: Template, tmp_path: Path) -> None:
    """The sheets of instructions and lists are visible and are not taken for lists of people."""
    assert all(sheet.sheet_state == "visible" for sheet in _workbook(template).worksheets)
    assert _filled_in(template, tmp_path).source.sheet == template.sheet


@EVERY
def test_examples_pass_the_rules_of_their_fields(template: Template) -> None:
    """An example shows something that would be taken."""
    failing = [field.api_name for field in template.fields if not _passes(field, template.example(field))]
    assert failing == []


def _passes(field: Field, text: str) -> bool:
    texts = field.kind.clean(pd.Series([text], dtype="str"))
    return all(rule(texts).all() for rule in field.kind.rules().values())


def test_templates_are_written_and_may_be_written_again(tmp_path: Path) -> None:
    """A second call with the same version changes nothing and is no mistake."""
    folder = tmp_path / "new" / "templates"
    first = write_templates(folder)
    assert write_templates(folder) == first
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == FILES


def test_a_filled_in_workbook_is_never_overwritten(tmp_path: Path) -> None:
    """Somebody's list of learners survives a second `templates` in the same folder, and nothing else is written."""
    (tmp_path / "learner.xlsx").write_bytes(b"an afternoon's work")
    with pytest.raises(UsageError, match=r"learner\.xlsx") as refused:
        write_templates(tmp_path)
    assert refused.value.exit_code == 2
    assert [path.name for path in tmp_path.iterdir()] == ["learner.xlsx"]
    assert (tmp_path / "learner.xlsx").read_bytes() == b"an afternoon's work"


def test_a_folder_that_cannot_be_made_is_said_in_a_sentence(tmp_path: Path) -> None:
    """A file in the place of the folder ends in an OutputError that says what to do."""
    (tmp_path / "templates").write_text("not a folder", encoding="utf-8")
    with pytest.raises(OutputError) as caught:
        write_templates(tmp_path / "templates")
    assert "--out" in caught.value.fix
