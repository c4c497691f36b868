"""What the tests of marked workbooks share."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from typing import TYPE_CHECKING

from bulk_import.catalogue import fields_for_heading
from bulk_import.check import Options, check_all
from bulk_import.read import read_table
from bulk_import.report import Report, RowFate, SourceReport, Status, files_to_fix
from tests.unit.reporting import FINISHED, STARTED

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from bulk_import.read import Table
    from bulk_import.report import FileToFix

OPTIONS = Options(today=date(2026, 9, 1))


def read(path: Path, sheet: str | None = None) -> Table:
    """A file as the product reads it."""
    return read_table(path, name=path.name, sheet=sheet, known=lambda text: bool(fields_for_heading(text)))


def checked_file(path: Path, fates: Mapping[int, RowFate] | None = None, options: Options = OPTIONS) -> Report:
    """The report of a check of a file, or of a submit where fates are given."""
    (checked,) = check_all([read(path)], options=options)
    return Report(
        run="20260901-070005",
        mode="check" if fates is None else "submit",
        started=STARTED,
        finished=FINISHED,
        environment="sandbox",
        organisation=None,
        sources=(SourceReport(checked, fates or {}, default_status=Status.VALID),),
    )


def to_fix(path: Path, fates: Mapping[int, RowFate] | None = None, options: Options = OPTIONS) -> FileToFix:
    """The one file to correct of a file."""
    (made,) = files_to_fix(checked_file(path, fates, options))
    return made


def parts(data: bytes) -> dict[str, bytes]:
    """A workbook's parts."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        assert package.testzip() is None
        return {name: package.read(name) for name in package.namelist()}
