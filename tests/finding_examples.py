"""One invented case for each finding code, so that the reference shows whole sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# code → field, heading, value, detail
EXAMPLES: Mapping[str, tuple[str | None, str | None, str | None, str]] = {
    "file-unreadable": (None, None, None, "there is no such file"),
    "file-encrypted": (None, None, None, ""),
    "file-too-large": (None, None, None, "it has 140 MiB, and the limit is 100 MiB"),
    "file-type": (None, None, None, "it is a PDF"),
    "sheet-missing": (None, None, None, "“Lerners”; it has “Learners” and “Codes”"),
    "sheet-ambiguous": (None, None, None, "“Learners” and “Learners old”"),
    "header-missing": (None, None, None, ""),
    "rows-missing": (None, None, None, ""),
    "column-missing": ("ClassroomID", None, None, "learner"),
    "column-ambiguous": ("MISID", "Reference number", None, "MISID, or a reference of something else"),
    "column-duplicate": ("Email", None, None, "“Email” (column H) and “Email Address” (column K)"),
    "column-unsure": ("Email", None, None, "“Email” (column H) and “Email Address” (column K)"),
    "column-unknown": (None, None, None, "“Course Code”, “Campus”"),
    "hidden-rows": (None, None, None, "rows 4, 5, 9"),
    "hidden-columns": (None, None, None, "“Email” (column H)"),
    "hidden-sheet": (None, None, None, "“Archive”"),
    "encoding-guessed": (None, None, None, "Windows-1252"),
    "dates-ambiguous": (
        "DOB",
        "Date of Birth",
        None,
        "E14 has the month first, but dates are read day first (only day first: 25 cells, only month first: 1 cell)",
    ),
    "codes-translated": ("L12", "Ethnicity", None, "from the list hesa: cells translated: 118, left out: 3"),
    "codes-mixed": ("L12", "Ethnicity", None, "from 11 to 25: 12 cells, from 31 to 47: 88 cells"),
    "guidance-skipped": (None, None, None, "rows 2 and 3"),
    "row-ragged": (None, None, None, "23 cells where the headings have 22"),
    "required": ("ClassroomID", "Group Code", None, "Learner"),
    "role-unknown": ("Role", "User Type", "Centre Manager", ""),
    "not-for-role": ("ULN", "ULN", None, "an Assessor"),
    "email-format": ("Email", "Email Address", None, "it has no @"),
    "id-format": ("PlacementID", "Employer Ref", "Northgate Engineering", ""),
    "date-format": ("PlannedEndDate", "Planned End Date", "31/02/2026", ": there is no such day"),
    "date-order-unsure": ("StartOn", "Start Date", "01/09/2026", "in this column it could be read two ways"),
    "date-order": ("PlannedEndDate", "Planned End Date", None, "the planned end is before the start date"),
    "dob-implausible": ("DOB", "Date of Birth", None, "it is in the future"),
    "age-unusual": ("DOB", "Date of Birth", None, "the person is under 13"),
    "duration-short": ("PlannedEndDate", "Planned End Date", None, "31 days"),
    "uln-format": ("ULN", "ULN", "12345", "it has 5 digits, and a ULN has 10"),
    "uln-check-digit": ("ULN", "ULN", "1234567890", ""),
    "uln-placeholder": ("ULN", "ULN", "9999999999", ""),
    "number-damaged": (
        "ULN",
        "ULN",
        "9.27631E+09",
        "it shows a long number in scientific notation, so its last digits are lost",
    ),
    "nino-format": ("NINO", "NI Number", None, "its first two letters are never used"),
    "nino-prefix": ("NINO", "NI Number", None, "its last letter is missing"),
    "code-unknown": ("L12", "Ethnicity", None, "it is sent as it stands"),
    "code-untranslated": ("L12", "Ethnicity", None, "it is not in the list hesa"),
    "lldd-contradiction": ("L14", "LLDDHealthProb", None, ""),
    "name-characters": ("LastName", "Surname", None, "digits"),
    "phone-format": ("MobileNumber", "Mobile", None, "there seem to be several numbers in one cell"),
    "phone-zero-restored": ("MobileNumber", "Mobile", None, ""),
    "phone-kind": ("MobileNumber", "Mobile", None, "a landline number"),
    "postcode-format": ("HomeAddress", "Home Address", None, "it has no space"),
    "yes-no-format": ("SupportFunding", "Support Funding", "maybe", ""),
    "too-long": ("LastName", "Surname", None, "60 characters"),
    "cell-too-long": ("HomeAddress", "Home Address", None, "10,000 characters"),
    "duplicate-misid": ("MISID", "Learner Ref", None, "row 12"),
    "duplicate-email": ("Email", "Email Address", None, "row 12"),
    "duplicate-uln": ("ULN", "ULN", None, "row 12"),
    "formula-uncalculated": ("Email", "Email Address", None, ""),
    "cell-error": ("ClassroomID", "Group Code", None, "#N/A"),
    "organisation-unknown": ("OrganisationID", "Centre ID", None, "99; it may use 1, 2"),
    "account-exists": (None, None, None, "user id 1003, found by MISID, differs in ClassroomID"),
    "account-ambiguous": (None, None, None, "2 accounts hold this MISID (user ids 101, 112)"),
    "account-contradicted": (
        *(None, None, None),
        "user id 1003, found by MISID, has another DOB and LastName",
    ),
    "account-shared": (None, None, None, "user id 1003 is what this row means and learners.xlsx row 12 too"),
    "account-missing": (None, None, None, ""),
    "update-undocumented": (None, None, None, "ProviderID"),
    "refused": (None, None, None, "Placement not found (code -57)"),
    "unresolved": (None, None, None, "no answer came in time"),
    "confirmed-by-lookup": (None, None, None, " (user id 5012)"),
    "stopped": (None, None, None, "OneFile did not answer any more"),
}

REMEDIES: Mapping[str, tuple[str, ...]] = {
    "column-ambiguous": (
        '--map "Reference number=MISID"',
        '--map "Reference number=" to leave the column out',
    ),
    "column-duplicate": ('--map "Email=Email"', '--map "Email Address=Email"'),
}
