"""Which column holds which field: what was chosen wins, and nothing is ever guessed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bulk_import.catalogue import FIELDS, NEVER_GUESSED, NOTES_HEADING, ONEFILE_ID, Doubt, all_aliases
from bulk_import.columns import MOST_COMPARED, Columns, Use, map_columns, uses
from bulk_import.findings import Severity, fix, severity
from tests.unit.tables import made_table

if TYPE_CHECKING:
    from collections.abc import Mapping


def mapped(*headings: str, chosen: Mapping[str, str] | None = None) -> Columns:
    """The columns of a table that has one row, filled throughout."""
    return map_columns(made_table(headings, [["x"] * len(headings)]), chosen or {})


def codes(columns: Columns) -> list[tuple[str, str | None, int | None]]:
    """Code, field and column of each finding."""
    return [(finding.code, finding.field, finding.place.column) for finding in columns.findings]


def test_headings_of_any_system_are_understood() -> None:
    """Columns are found by their usual headings, whatever their case and spacing."""
    columns = mapped("Surname ", "FORENAME", "E-mail", "Person Code", "DateOfBirth")
    assert dict(columns.field_at) == {"FirstName": 1, "LastName": 0, "Email": 2, "MISID": 3, "DOB": 4}
    assert columns.findings == ()


def test_every_field_is_found_under_its_own_name() -> None:
    """A table with all API names maps completely and without a finding."""
    columns = mapped(*FIELDS)
    assert list(columns.field_at) == list(FIELDS)
    assert columns.findings == ()


def test_what_was_chosen_wins_over_what_a_heading_means() -> None:
    """A chosen column is used, and another that means the same field is listed as not sent."""
    columns = mapped("Forename", "Known name", chosen={"Known name": "FirstName"})
    assert dict(columns.field_at) == {"FirstName": 1}
    assert codes(columns) == [("column-unknown", None, None)]
    assert columns.unknown == (0,)


def test_a_choice_is_found_whatever_its_spelling() -> None:
    """The heading in a choice is compared by its letters and digits, but as typed first."""
    assert dict(mapped("Ref No.", chosen={"ref no": "MISID"}).field_at) == {"MISID": 0}
    both = mapped("Ref No.", "Ref No", chosen={"Ref No.": "MISID", "Ref No": ""})
    assert dict(both.field_at) == {"MISID": 0}
    assert both.left_out == (1,)


def test_a_column_can_be_left_out() -> None:
    """A heading chosen to mean nothing is neither used nor spoken of."""
    columns = mapped("Email", "ULN", chosen={"ULN": ""})
    assert dict(columns.field_at) == {"Email": 0}
    assert columns.left_out == (1,)
    assert columns.findings == ()


def test_unknown_columns_are_listed_once() -> None:
    """One note names all columns that are not sent, helpers among them; an empty nameless column is passed over."""
    table = made_table(["Email", "Course Code", " Town ", "", ""], [["x", "x", "x", None, "x"]])
    columns = map_columns(table, {})
    [note] = columns.findings
    assert (note.code, note.place.row, note.place.column) == ("column-unknown", None, None)
    assert note.detail == "“Course Code”, “Town”, column E, which has no heading"
    assert columns.unknown == (1, 2, 3, 4)


def test_the_notes_column_of_a_template_is_not_spoken_of() -> None:
    """The template's own first column is known not to be sent."""
    assert mapped(NOTES_HEADING, "Email").findings == ()


@pytest.mark.parametrize("key", NEVER_GUESSED)
def test_some_headings_are_never_guessed(key: str) -> None:
    """A heading that means different things in different systems is a warning that shows the option to use."""
    columns = mapped("Telephone", key)
    assert 1 not in columns.field_at.values()
    [finding] = [finding for finding in columns.findings if finding.code == "column-ambiguous"]
    assert (finding.place.column, severity(finding)) == (2, Severity.WARNING)
    doubt = NEVER_GUESSED[key]
    assert columns.doubtful == {1: doubt.fields}
    assert columns.doubled == {}
    assert finding.detail == f"{' or '.join(doubt.fields)}, or {doubt.otherwise}"
    assert all(f'--map "{key}={name}"' in fix(finding) for name in (*doubt.fields, ""))


@pytest.mark.parametrize(("key", "doubt"), NEVER_GUESSED.items())
def test_a_doubtful_heading_is_no_matter_once_its_field_is_there(key: str, doubt: Doubt) -> None:
    """Where another column holds what the heading might mean, it is merely not sent."""
    assert codes(mapped(*doubt.fields, key)) == [("column-unknown", None, None)]


@pytest.mark.parametrize(("key", "doubt"), NEVER_GUESSED.items())
def test_a_doubtful_heading_can_be_chosen(key: str, doubt: Doubt) -> None:
    """An explicit choice settles it."""
    columns = mapped(key, chosen={key: doubt.fields[0]})
    assert dict(columns.field_at) == {doubt.fields[0]: 0}
    assert columns.findings == ()


@pytest.mark.parametrize("heading", ["Status (required)", "STATUS *", " status [optional]"])
def test_a_remark_makes_no_doubtful_heading_certain(heading: str) -> None:
    """A heading that is never guessed is not guessed for a remark at its end either."""
    columns = mapped(heading)
    assert dict(columns.field_at) == {}
    assert codes(columns) == [("column-ambiguous", None, 1)]


SEEN = [
    (name, alias.heading) for name, aliases in all_aliases().items() for alias in aliases if alias.evidence == "seen"
]


@pytest.mark.parametrize(("name", "heading"), SEEN)
def test_each_heading_that_was_seen_maps_as_listed(name: str, heading: str) -> None:
    """A column with a heading seen in a system holds its field; helpers hold none, and those never guessed wait."""
    columns = mapped(heading)
    key = "".join(letter for letter in heading.lower() if letter.isalnum())
    if key in NEVER_GUESSED:
        assert (dict(columns.field_at), codes(columns)) == ({}, [("column-ambiguous", None, 1)])
    elif name.startswith("@"):
        assert (dict(columns.field_at), codes(columns)) == ({}, [("column-unknown", None, None)])
    else:
        assert (dict(columns.field_at), codes(columns)) == ({name: 0}, [])


def test_one_start_date_is_the_start_date() -> None:
    """A single column “Start Date” needs no choice."""
    assert dict(mapped("Start Date").field_at) == {"StartOn": 0}


def test_two_start_dates_are_never_guessed() -> None:
    """Neither of two columns “Start Date” is used."""
    columns = mapped("Start Date", "Start Date")
    assert dict(columns.field_at) == {}
    assert columns.doubled == {"StartOn": (0, 1)}
    assert codes(columns) == [("column-ambiguous", None, 1), ("column-ambiguous", None, 2)]


def test_a_start_date_beside_the_learning_start_date_is_set_apart() -> None:
    """The heading that says which start it means is used, the other is doubtful."""
    columns = mapped("Start Date", "Learning start date")
    assert dict(columns.field_at) == {"StartOn": 1}
    assert (columns.doubtful, columns.doubled) == ({0: ("StartOn",)}, {})
    assert codes(columns) == [("column-ambiguous", None, 1)]


def test_class_and_group_together_are_never_guessed() -> None:
    """Either alone means the class; side by side neither is used."""
    assert dict(mapped("Class").field_at) == dict(mapped("Group").field_at) == {"ClassroomID": 0}
    columns = mapped("Class", "Group")
    assert dict(columns.field_at) == {}
    assert columns.doubled == {"ClassroomID": (0, 1)}
    assert codes(columns) == [("column-ambiguous", None, 1), ("column-ambiguous", None, 2)]


def test_a_field_in_two_columns_is_an_error() -> None:
    """Neither of two columns that mean the same field is used, and both are named."""
    columns = mapped("Email", "FORENAME", "Email Address")
    assert dict(columns.field_at) == {"FirstName": 1}
    assert columns.doubled == {"Email": (0, 2)}
    assert codes(columns) == [("column-duplicate", "Email", None)]
    assert columns.findings[0].detail == "“Email” (column A) and “Email Address” (column C); neither was used"
    assert '--map "Email=Email" or --map "Email Address=Email"' in fix(columns.findings[0])
    assert dict(mapped("Email", "Email Address", chosen={"Email Address": "Email"}).field_at) == {"Email": 1}


def test_two_choices_for_one_field_are_an_error() -> None:
    """Choices contradict each other as headings do."""
    columns = mapped("A", "B", chosen={"A": "MISID", "B": "MISID"})
    assert dict(columns.field_at) == {}
    assert codes(columns) == [("column-duplicate", "MISID", None)]
    assert '--map "A=" to leave that column out or --map "B=" to leave that column out' in fix(columns.findings[0])


def test_of_two_columns_with_one_heading_one_can_be_chosen() -> None:
    """Where a heading stands twice, its column tells which is meant, and the finding shows how to write that."""
    doubtful = mapped("Start Date", "Email", "Start Date")
    assert '--map "Start Date (column C)=StartOn"' in fix(doubtful.findings[1])
    columns = mapped("Start Date", "Email", "Start Date", chosen={"start date (COLUMN c)": "StartOn"})
    assert dict(columns.field_at) == {"Email": 1, "StartOn": 2}
    assert codes(columns) == [("column-unknown", None, None)]
    both = mapped("Ref", "Ref", chosen={"Ref (column A)": "MISID", "Ref": ""})
    assert (dict(both.field_at), both.left_out) == ({"MISID": 0}, (1,))


def test_an_unknown_heading_is_listed_with_the_known_one_it_is_like() -> None:
    """A slip in a heading is answered with the heading it may be, where no other column holds that field."""
    [note] = mapped("Frist Name", "Email", "E-mail 2", "Course Code").findings
    assert note.detail == "“Frist Name” (is it FirstName?), “E-mail 2”, “Course Code”"


@pytest.mark.parametrize(
    ("heading", "told"),
    [
        ("StartOnn", "“StartOnn” (is it StartOn?)"),
        ("Centre", "“Centre” (is it “Centre ID”, which would be OrganisationID?)"),
    ],
)
def test_a_heading_that_is_its_field_s_own_name_is_told_once(heading: str, told: str) -> None:
    """Nobody reads that StartOn would be StartOn; and what to do with such a column is said."""
    [note] = mapped(heading, "Email").findings
    assert note.detail == told
    assert "Nothing needs doing" not in fix(note)


@pytest.mark.parametrize(
    ("heading", "known", "field"),
    [
        ("Main Tutor", "Tutor", "DefaultAssessorID"),
        ("MAIN_TUTOR (optional)", "Tutor", "DefaultAssessorID"),
        ("Learner's Tutor 2", "Tutor", "DefaultAssessorID"),
        ("Tutor or Assessor", "Tutor", "DefaultAssessorID"),
        ("Recorded Date of Birth", "Date of birth", "DOB"),
    ],
)
def test_a_heading_among_the_words_of_another_is_suggested(heading: str, known: str, field: str) -> None:
    """The column is asked about, and never mapped by that; not where another column holds the field."""
    [note] = mapped(heading, "Email").findings
    assert note.detail == f"“{heading}” (is it “{known}”, which would be {field}?)"
    assert dict(mapped(heading, "Email").likely) == {0: field}
    assert dict(mapped(heading, "Email").field_at) == {"Email": 1}
    assert dict(mapped(heading, field).likely) == {}


@pytest.mark.parametrize(
    "heading", ["Group Tutor Mobile", "Tutor Status", "Class Starting Name", "NI Category", "Tutorial", "Tutor " * 20]
)
def test_words_of_several_meanings_suggest_nothing(heading: str) -> None:
    """Nor does a part of a word, or one of two letters."""
    assert dict(mapped(heading, "Email").likely) == {}


@pytest.mark.parametrize("heading", ["Staff ID", "Staff Ref", "STAFF_CODE", "Employee Number", "Employee ID"])
def test_a_reference_of_staff_is_not_taken_for_a_learner_s(heading: str) -> None:
    """In a list of learners it is their tutor's, so it is asked what it is, with the option to use."""
    [doubt] = mapped(heading, "Email").findings
    assert (doubt.code, f'--map "{heading}=MISID"' in fix(doubt)) == ("column-ambiguous", True)
    assert codes(mapped(heading, "Learner Ref")) == [("column-unknown", None, None)]


def test_thousands_of_unknown_headings_are_not_all_compared() -> None:
    """The work on a hostile sheet has an end: beyond the first hundred, unknown headings are like nothing."""
    [note] = mapped(*(f"Own {number}" for number in range(MOST_COMPARED)), "Surnmae").findings
    assert "is it" not in note.detail
    assert note.detail.endswith("“Own 49” and 51 more")


def test_of_many_unknown_headings_those_like_a_known_one_are_listed_first() -> None:
    """A note that has to stop somewhere stops after what a person has to look at."""
    [note] = mapped(*(f"Own {number}" for number in range(80)), "Frist Name").findings
    assert note.detail.startswith("“Frist Name” (is it FirstName?), “Own 0”, ")
    assert note.detail.endswith("“Own 48” and 31 more")


def test_each_column_says_what_it_is_used_for() -> None:
    """The mapping is told column by column: the field, or why there is none."""
    headings = [
        *("Surname", "Known name", "ULN", "Status", "Email", "Email Address", "Forename", "Town", "Colour"),
        *(NOTES_HEADING, ""),
    ]
    table = made_table(headings, [["x"] * len(headings)])
    columns = map_columns(table, {"Known name": "FirstName", "ULN": ""})
    assert [(one.letters, one.heading, one.field, one.use) for one in uses(table, columns)] == [
        ("A", "Surname", "LastName", Use.HEADING),
        ("B", "Known name", "FirstName", Use.CHOSEN),
        ("C", "ULN", None, Use.LEFT_OUT),
        ("D", "Status", None, Use.AMBIGUOUS),
        ("E", "Email", None, Use.DUPLICATE),
        ("F", "Email Address", None, Use.DUPLICATE),
        ("G", "Forename", None, Use.ELSEWHERE),
        ("H", "Town", None, Use.NO_FIELD),
        ("I", "Colour", None, Use.UNKNOWN),
        ("J", NOTES_HEADING, None, Use.NOTES),
        ("K", "", None, Use.NO_HEADING),
    ]


def test_ids_and_names_may_stand_side_by_side() -> None:
    """A column of ids is the field; the column of names stands beside it and is compared."""
    columns = mapped("Tutor", "Assessor ID", "Employer name", "PlacementID", "Group", "Classroom ID")
    assert dict(columns.field_at) == {"DefaultAssessorID": 1, "ClassroomID": 5, "PlacementID": 3}
    assert dict(columns.beside) == {"DefaultAssessorID": (0,), "ClassroomID": (4,), "PlacementID": (2,)}
    assert (codes(columns), columns.unknown) == ([], ())


def test_names_stay_beside_ids_that_were_chosen() -> None:
    """A mapping that was saved reads the file as before: the names still stand beside, unless chosen themselves."""
    table = made_table(["Tutor", "Assessor ID", "Coach"], [["x"] * 3])
    saved = map_columns(table, {"Assessor ID": "DefaultAssessorID", "Coach": ""})
    assert dict(saved.beside) == {"DefaultAssessorID": (0,)}
    assert [one.use for one in uses(table, saved)] == [Use.NAMES, Use.CHOSEN, Use.LEFT_OUT]
    own = map_columns(table, {"Coach": "DefaultAssessorID"})
    assert (dict(own.beside), own.field_at["DefaultAssessorID"]) == ({}, 2)
    elsewhere = map_columns(table, {"Tutor": "MISID", "Assessor ID": "MISID", "Coach": ""})
    assert dict(elsewhere.beside) == {}


def test_two_columns_of_names_are_not_told_apart() -> None:
    """Where neither holds ids, neither is used."""
    columns = mapped("Tutor", "Assessor")
    assert dict(columns.beside) == {}
    assert codes(columns) == [("column-duplicate", "DefaultAssessorID", None)]


def test_repeating_groups_map_the_first_only() -> None:
    """“Start date (aim 1)” is the start date; “(aim 2)” is not sent."""
    columns = mapped("Start date (aim 1)", "Start date (aim 2)")
    assert dict(columns.field_at) == {"StartOn": 0}
    assert codes(columns) == [("column-unknown", None, None)]


def test_remarks_of_templates_do_not_count() -> None:
    """“First name (required)” is the first name."""
    assert dict(mapped("First name (required)", "Email *").field_at) == {"FirstName": 0, "Email": 1}


def test_hidden_columns_that_are_sent_are_named() -> None:
    """One warning names the hidden columns that hold something and are sent; leaving one out silences it."""
    headings = ["First Name", "Email", "Course", "Surname", "ULN"]
    table = replace(made_table(headings, [["x", "x", "x", "x", None]]), hidden_columns=frozenset({2, 3, 4, 5}))
    found = map_columns(table, {}).findings
    assert [(one.code, one.detail) for one in found] == [
        ("hidden-columns", "“Email” (column B) and “Surname” (column D)"),
        ("column-unknown", "“Course”"),
    ]
    left_out = map_columns(table, {"Email": "", "Surname": ""}).findings
    assert [one.code for one in left_out] == ["column-unknown"]


@pytest.mark.parametrize("heading", ["OneFile ID", "OneFileID", "ONEFILE USER ID", "OneFile Learner ID (optional)"])
def test_a_heading_that_says_onefile_gives_the_ids_of_accounts(heading: str) -> None:
    """It holds no field, so nothing is sent of it, and it is not listed as left out."""
    columns = mapped(heading, "MISID")
    assert (dict(columns.field_at), columns.user_ids, columns.unknown) == ({"MISID": 1}, (0,), ())
    assert (columns.position(ONEFILE_ID), columns.position("MISID"), columns.findings) == (0, 1, ())


def test_a_user_id_is_taken_for_the_account_only_where_that_is_chosen() -> None:
    """Many systems call a login so; what it may mean is named, save what another column holds already."""
    doubt = mapped("User ID", "MISID")
    assert (doubt.user_ids, doubt.doubtful) == ((), {0: (ONEFILE_ID,)})
    assert '--map "User ID=OneFileID"' in fix(doubt.findings[0])
    table = made_table(["User ID", "OneFile ID"], [["x", "x"]])
    chosen = map_columns(table, {"User ID": ONEFILE_ID})
    assert [(one.field, one.use) for one in uses(table, chosen)] == [(ONEFILE_ID, Use.CHOSEN), (None, Use.ELSEWHERE)]
    both = map_columns(table, {"User ID": ONEFILE_ID, "OneFile ID": ONEFILE_ID})
    assert both.user_ids == (0, 1)
