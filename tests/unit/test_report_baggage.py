"""What a source carries beside its rows stays where it is: nothing of it is in what the program writes."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from typing import TYPE_CHECKING

import openpyxl
from openpyxl.comments import Comment

from bulk_import.catalogue import fields_for_heading
from bulk_import.check import Options, check_all
from bulk_import.read import read_table
from bulk_import.report import Report, SourceReport, Status, write_json, write_page, write_workbook
from tests.unit.reporting import FINISHED, HEADINGS, STARTED, assessor

if TYPE_CHECKING:
    from pathlib import Path

LINKS = "xl/externalLinks/externalLink1.xml"
MARK = "Zzbaggage"


def _laden(path: Path) -> Path:
    """A workbook with a hidden sheet, a comment, properties, a link, a name, a header and a part of somebody's."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Staff"
    sheet.append(list(HEADINGS))
    sheet.append(assessor(1, "remarks"))
    sheet["A2"].comment = Comment(f"{MARK} in a comment", f"{MARK} Author")
    sheet["G2"].hyperlink = f"https://example.com/{MARK}"
    assert sheet.oddHeader is not None
    sheet.oddHeader.center.text = f"{MARK} in a header"
    hidden = book.create_sheet(f"{MARK} two")
    hidden["A1"] = f"{MARK} in a hidden sheet"
    hidden.sheet_state = "veryHidden"
    for name in ("creator", "lastModifiedBy", "keywords", "description", "subject", "category"):
        setattr(book.properties, name, f"{MARK} {name}")
    book.save(path)
    with zipfile.ZipFile(path, "a") as package:
        package.writestr(LINKS, f"<externalLink>{MARK}</externalLink>")
    return path


def test_nothing_travels_but_the_rows(tmp_path: Path) -> None:
    """Hidden sheets, comments, properties, links, headers and names of the source are in no report."""
    table = read_table(_laden(tmp_path / "staff.xlsx"), known=lambda heading: bool(fields_for_heading(heading)))
    (checked,) = check_all([table], options=Options(today=date(2026, 11, 25)))
    report = Report("RUN", "check", STARTED, FINISHED, "sandbox", None, (SourceReport(checked, {}, Status.VALID),))
    streams = [io.BytesIO() for _ in range(3)]
    for write, stream in zip((write_workbook, write_page, write_json), streams, strict=True):
        write(report, stream)
    with zipfile.ZipFile(streams[0]) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    assert [name for name, content in parts.items() if MARK.encode() in content] == []
    assert not [name for name in parts if "comment" in name.lower() or "external" in name.lower()]
    told = [stream.getvalue().decode() for stream in streams[1:]]
    assert [text for text in told if MARK in text] == []
