"""One run, row by row, and the forms it is handed over in: a workbook for people, JSON for machines."""

from bulk_import.report.assemble import (
    STATUSES,
    Calls,
    Leaver,
    OrganisationInfo,
    Report,
    RowFate,
    RowReport,
    SourceReport,
    Status,
)
from bulk_import.report.machine import finding_object, summary, write_json
from bulk_import.report.marked import FileToFix, files_to_fix
from bulk_import.report.page import write_page
from bulk_import.report.share import pseudonymised, shape
from bulk_import.report.words import STATUS_WORDS, leavers_step, next_steps, people_gone, uk_time
from bulk_import.report.workbook import write_workbook

__all__ = [
    "STATUSES",
    "STATUS_WORDS",
    "Calls",
    "FileToFix",
    "Leaver",
    "OrganisationInfo",
    "Report",
    "RowFate",
    "RowReport",
    "SourceReport",
    "Status",
    "files_to_fix",
    "finding_object",
    "leavers_step",
    "next_steps",
    "people_gone",
    "pseudonymised",
    "shape",
    "summary",
    "uk_time",
    "write_json",
    "write_page",
    "write_workbook",
]
