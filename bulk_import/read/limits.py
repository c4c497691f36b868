"""How large a source may be. Each limit is checked before the work that it protects.

They are far above any real enrolment (a large college has 20,000 learners) and low enough that a file made to do
harm costs less than a gigabyte of memory and a few seconds.
"""

from __future__ import annotations

from typing import Final

KIBI: Final = 1024
MEBI: Final = 1024 * KIBI

LARGEST_TEXT: Final = 512 * MEBI
"""Bytes of a CSV or text file."""

LARGEST_WORKBOOK: Final = 128 * MEBI
"""Bytes of a workbook as it lies on the disk, packed."""

LARGEST_UNPACKED: Final = 512 * MEBI
"""Bytes of all parts of a workbook together, unpacked."""

LARGEST_ODS: Final = 128 * MEBI
"""Bytes of an OpenDocument workbook's part with the sheets, unpacked; it is parsed as a whole, more slowly."""

MOST_ODS_CELLS: Final = 5_000_000
"""Cells of an OpenDocument workbook with the repeated ones written out, because the reader keeps two forms of them."""

MOST_REPEATED_TEXT: Final = 128 * MEBI
"""Characters of an OpenDocument workbook once what stands in it once and is repeated is written out."""

LARGEST_RATIO: Final = 250
"""Unpacked bytes for each packed byte, looked at in parts larger than `RATIO_MATTERS_ABOVE`."""

RATIO_MATTERS_ABOVE: Final = 32 * MEBI
"""Bytes, unpacked; small parts may be packed as tightly as they like."""

LARGEST_CELL_XML: Final = 8 * MEBI
"""Bytes that one cell of a workbook may take in its part."""

LARGEST_CELL_TEXT: Final = 8 * MEBI
"""Bytes that one row of a text file may take."""

LARGEST_BINARY_SHEET: Final = 128 * MEBI
"""Bytes of a sheet of an XLSB, unpacked."""

LARGEST_XLS: Final = 48 * MEBI
"""Bytes of an old binary workbook (XLS), which is read more slowly."""

MOST_XLS_CELLS: Final = 2_000_000
"""Cells of all sheets of an old binary workbook together; one sheet of it has 65,536 rows at the most."""

MOST_RECORDS: Final = 2_500_000
"""Records (cells, rows, formats) of an old binary workbook."""

LARGEST_PARSED: Final = 48 * MEBI
"""Bytes of a sheet of unusual form, unpacked; it is parsed element by element, which is slow."""

MOST_PARTS: Final = 10_000
"""Parts (files inside the zip) of a workbook."""

MOST_STRINGS: Final = 8_000_000
"""Entries in a workbook's list of shared strings."""

MOST_ROWS: Final = 1_048_576
"""Rows of a sheet; Excel's own limit."""

MOST_COLUMNS: Final = 16_384
"""Columns of a sheet; Excel's own limit."""

MOST_CELLS: Final = 8_000_000
"""Rows × columns of the rectangle round all cells of a sheet, because the reader keeps it whole."""

MOST_FAILED_CELLS: Final = 500_000
"""Errors and formulas without a stored result in a sheet before the sheet as a whole is at fault."""

MOST_LINES: Final = 4_000_000
"""Lines of a text file."""

MOST_TEXT_CELLS: Final = 40_000_000
"""Lines × columns of a text file."""

MOST_USED_COLUMNS: Final = 1_000
"""Columns with a heading or a value; each is named to the user, mapped and reported."""

MOST_RAGGED_ROWS: Final = 100_000
"""Rows of a text file that may fail to fit its headings before the file as a whole is at fault."""

MOST_ODD_ROWS: Final = 500_000
"""Rows of a text file that may have more or fewer cells than the others, which is read with more work."""

MOST_ODD_CELLS: Final = 3_000_000
"""Cells of these rows together."""

HEADING_ROWS: Final = 50
"""The heading row stands among this many first rows."""

TEXT_HEAD: Final = 512 * KIBI
"""Bytes at the beginning of a text file that must hold the heading row."""

MOST_SHEETS: Final = 255
"""Sheets of a workbook that are looked at."""
