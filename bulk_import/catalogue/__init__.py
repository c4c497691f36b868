"""The catalogue: every field of the API once, the roles, and the headings under which fields are found."""

from bulk_import.catalogue.aliases import ONEFILE_ID, Alias, all_aliases, heading_key
from bulk_import.catalogue.code_families import (
    AS_ONEFILE,
    CATEGORIES,
    EQUALS,
    FAMILIES,
    Coding,
    coding,
    coding_problems,
)
from bulk_import.catalogue.field import HIDDEN, Field, Sensitivity
from bulk_import.catalogue.fields import FIELDS
from bulk_import.catalogue.headings import (
    NEVER_GUESSED,
    Doubt,
    field_meant,
    fields_for_heading,
    nearest_heading,
    never_guessed,
    without_column,
    without_remark,
)
from bulk_import.kinds import Role, role_from_text

__all__ = [
    "AS_ONEFILE",
    "CATEGORIES",
    "EQUALS",
    "EXAMPLE_MARK",
    "FAMILIES",
    "FIELDS",
    "GUIDANCE_MARK",
    "HIDDEN",
    "MARKED_SHEET",
    "NEVER_GUESSED",
    "NOTES_HEADING",
    "ONEFILE_ID",
    "PROBLEMS_MARK",
    "PROBLEMS_SHEET",
    "PROBLEM_HEADINGS",
    "READ_WITH",
    "ROW_HEADINGS",
    "Alias",
    "Coding",
    "Doubt",
    "Field",
    "Role",
    "Sensitivity",
    "all_aliases",
    "coding",
    "coding_problems",
    "field_meant",
    "fields_for_heading",
    "heading_key",
    "nearest_heading",
    "never_guessed",
    "role_from_text",
    "without_column",
    "without_remark",
]

# A template's first column, and the marks in it of rows that are never sent.
NOTES_HEADING = "Notes (not sent)"
GUIDANCE_MARK = "How to fill in:"
EXAMPLE_MARK = "Example (not sent)"

# What a workbook that comes back to be corrected is known by: the first cell of the sheet that lists its problems, and
# the headings of columns that are ours; the longer name where the user has a column of the shorter one.
PROBLEMS_MARK = "Problems found by bulk-import"
PROBLEMS_SHEET = "Problems"
PROBLEM_HEADINGS = ("Problem", "Problem (bulk-import)")
ROW_HEADINGS = ("Original row", "Original row (bulk-import)")

# What that sheet says of the workbook, a row each: a sheet that was read and the headings of our columns in it, and an
# option of the command line with its value.
MARKED_SHEET = "Sheet read"
READ_WITH = "Read with"
