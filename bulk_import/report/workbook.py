"""results.xlsx: the sheets Summary, Results and Problems, and Leavers where there are any."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from bulk_import.report.assemble import Report


EXCEL_ROWS = 1_048_576


def write_workbook(report: Report, stream: BinaryIO, *, most_rows: int = EXCEL_ROWS) -> None:
    """Writes results.xlsx: every row of the sources, and why those that need attention do.

    The rows are made and written a batch at a time; the same report gives the same bytes.

    Args:
        report: of one run.
        stream: open for binary writing and seekable; the caller opens and closes it.
        most_rows: of one Results sheet, the heading included; what is left goes on in a second one.
    """
    # Arrow and XlsxWriter take longer to load than most commands take to run.
    from pyarrow import default_memory_pool  # noqa: PLC0415

    from bulk_import.report.layout import lay_out  # noqa: PLC0415
    from bulk_import.report.package import part, styles_of, write_package  # noqa: PLC0415
    from bulk_import.report.skeleton import bodies, make_skeleton  # noqa: PLC0415
    from bulk_import.report.styles import ROW_STYLES  # noqa: PLC0415

    default_memory_pool().release_unused()  # what the check needed is of no more use
    layout = lay_out(report, most_rows=most_rows)
    skeleton = make_skeleton(report, layout)
    looks = dict(zip(ROW_STYLES, styles_of(skeleton, 2), strict=True))
    write_package(skeleton, {part(number): body for number, body in bodies(report, layout, looks).items()}, stream)
