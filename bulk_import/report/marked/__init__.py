"""The file to correct: the user's own workbook with its problems marked, ready to be submitted again as it is.

`marks` decides what is said where; `workbook` writes it into the source's own XML (`splice`, `sheet`, `style_sheet`,
`notes`, `parts`), changing nothing else, or moving all of it by one column (`room`, `references`) where everything is
known to follow, so that what is wrong with a row stands before it; `values` makes a marked copy of the values where
that cannot be done; both have the sheet that `listing` describes. `carried` says what the workbook carries beside.
"""

from bulk_import.report.marked.to_fix import FileToFix, files_to_fix

__all__ = ["FileToFix", "files_to_fix"]
