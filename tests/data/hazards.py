"""Every hazard of a file, and exactly what is found in it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bulk_import.findings import Severity
from bulk_import.read import limits
from tests.data import old_workbooks as old
from tests.data import other_workbooks as other
from tests.data import people
from tests.data import workbooks as made

if TYPE_CHECKING:
    from collections.abc import Sequence

E, W, N = Severity.ERROR, Severity.WARNING, Severity.NOTE
FILE: Final = "file"


@dataclass(frozen=True, slots=True)
class Hazard:
    """A file with one hazard.

    Attributes:
        data: its bytes.
        findings: code, where (a cell, "row 7", "column C" or "file") and severity of each finding, and no other.
        people: how many rows are read; None where the file is refused.
        sheet: asked for.
    """

    data: bytes
    findings: tuple[tuple[str, str, Severity], ...] = ()
    people: int | None = 3
    sheet: str | None = None


def _refused(data: bytes, code: str, sheet: str | None = None) -> Hazard:
    return Hazard(data, ((code, FILE, E),), None, sheet)


def _csv(name: str, text: object, *findings: tuple[str, str, Severity], row: int = 2) -> Hazard:
    return Hazard(people.as_csv({(row, name): text}).encode(), findings)


def _xlsx(name: str, value: object, *findings: tuple[str, str, Severity], row: int = 2) -> Hazard:
    return Hazard(people.as_xlsx({(row, name): value}), findings)


def _many(name: str, values: Sequence[object]) -> list[list[object]]:
    """The headings, and a learner for each value of a field."""
    table: list[list[object]] = [list(people.FIELDS)]
    for at, value in enumerate(values):
        changed = {"Email": f"a{at}@example.com", "MISID": f"L{at}", "ULN": None, name: value}
        table.append([changed.get(*pair) for pair in zip(people.FIELDS, people.PEOPLE[0], strict=True)])
    return table


TEXT: Final = people.as_csv()
PLAIN: Final = people.as_xlsx()
LINES: Final = TEXT.split("\r\n")
GUESSED: Final = ("encoding-guessed", FILE, N)


def _with(*lines: str, at: int) -> bytes:
    """The people's CSV with more lines before the one at a place."""
    return "\r\n".join([*LINES[:at], *lines, *LINES[at:]]).encode()


TEXTS: Final = {
    "UTF-8": Hazard(TEXT.encode()),
    "UTF-8 with BOM": Hazard(TEXT.encode("utf-8-sig")),
    "UTF-16": Hazard(TEXT.encode("utf-16")),
    "UTF-16, the other way round": Hazard(("\ufeff" + TEXT).encode("utf-16-be")),
    "UTF-16 without BOM": Hazard(TEXT.encode("utf-16-le"), (GUESSED,)),
    "Windows-1252": Hazard(TEXT.encode("cp1252"), (GUESSED,)),
    **{f"separator {s!r}": Hazard(people.as_csv(separator=s).encode()) for s in ",;\t|"},
    **{f"line end {end!r}": Hazard(people.as_csv(line_end=end).encode()) for end in ("\r\n", "\n", "\r")},
    "line break in quotation marks": Hazard(people.as_csv({(2, "MISID"): "L1\nold"}).encode()),
    "rows below a line break have Excel's numbers": Hazard(
        people.as_csv({(2, "MISID"): "L1\r\nold\r\nnumber", (3, "Email"): "tom"}).encode(), (("email-format", "C3", E),)
    ),
    "a row of spaces under the headings": Hazard(_with("  ,\t,," + "," * 10, at=1)),
    "rows below titles and blank rows have Excel's numbers": Hazard(
        _with("Enrolments", "", at=0).replace(b"Zo\xc3\xab,Lee,zoe@", b"\r\n,,\r\nZo\xc3\xab,Lee,zoe"),
        (("email-format", "C8", E),),
    ),
    "row too long": Hazard(
        _with("Mei,Lin,Ltd,mei@example.com,Learner,1,101,201,301,L4,1000000345,,,,,x", at=2),
        (("row-ragged", "row 3", E),),
        4,
    ),
    "row shorter": Hazard(_with("Mei,Lin,mei@example.com,Learner,1,101,201,301", at=2), (), 4),
    "trailing empty columns": Hazard(TEXT.replace("\r\n", ",,,\r\n").encode()),
    "trailing empty rows": Hazard((TEXT + "\r\n,,,\r\n\r\n").encode()),
    "quotation mark never closed": Hazard(
        _with('Mei,"Lin,mei@example.com,Learner,1,101,201,301,L4,,,,,', at=2),
        (("row-ragged", "row 3", E),),
        2,
    ),
    "text and no table": _refused(b"Dear colleague,\r\nplease find the list attached.\r\n", "header-missing"),
    "empty": _refused(b"", "file-unreadable"),
    "blank": _refused(b" \r\n\r\n", "file-unreadable"),
    "too many lines": _refused(TEXT.encode() + b"\n" * (limits.MOST_LINES + 1), "file-too-large"),
    "too many columns": _refused(
        TEXT.replace("\r\n", ",x" * limits.MOST_USED_COLUMNS + "\r\n").encode(), "file-too-large"
    ),
}

XLS_HEAD: Final = [old.text(1, column, name) for column, name in enumerate(people.FIELDS, start=1)]
XLS_BODY: Final = [
    old.text(row, column, text)
    for row, person in enumerate(people.PEOPLE, start=2)
    for column, text in enumerate(person, start=1)
    if text
]
ODS_ROWS: Final = "".join(
    f"<table:table-row>{''.join(other.ods_cell(str(cell)) if cell else '<table:table-cell/>' for cell in row)}"
    "</table:table-row>"
    for row in people.rows()
)
XLSB_ROWS: Final = [
    other.xlsb_row(number, [other.xlsb_text(column, str(cell)) for column, cell in enumerate(row, start=1) if cell])
    for number, row in enumerate(people.rows(), start=1)
]
BOOK: Final = "xl/workbook.xml"
ENTITIES: Final = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
EXTERNAL: Final = (
    b'<externalLink xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><externalBook/></externalLink>'
)
FAR: Final = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'

KINDS: Final = {
    "XLSX": Hazard(PLAIN),
    "XLSM": Hazard(made.rezipped(PLAIN, {"xl/vbaProject.bin": b"\1\2\3"})),
    "XLS": Hazard(old.xls([*XLS_HEAD, *XLS_BODY])),
    "XLSB": Hazard(other.xlsb(XLSB_ROWS)),
    "ODS": Hazard(other.ods(ODS_ROWS)),
    "HTML named .xls": _refused(b"<html><table><tr><td>FirstName</td></tr></table></html>", "file-type"),
    "XML Spreadsheet 2003": _refused(
        b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>', "file-type"
    ),
    "PDF": _refused(b"%PDF-1.7", "file-type"),
    "zip without workbook": _refused(other.zipped({"a.txt": "x"}), "file-type"),
    "Word": _refused(other.zipped({"word/document.xml": "<x/>"}), "file-type"),
    "encrypted XLSX": _refused(made.encrypted(), "file-encrypted"),
    "encrypted XLS": _refused(old.container(old.stream(XLS_HEAD, more=old.record(0x2F, bytes(6)))), "file-encrypted"),
    "cut short": _refused(PLAIN[: len(PLAIN) // 2], "file-unreadable"),
    "damaged inside": _refused(made.rezipped(PLAIN, {made.SHEET: b"<worksheet><sheetData><row"}), "file-unreadable"),
    "without a sheet": _refused(made.saved_empty(), "header-missing"),
    "zip bomb": _refused(made.bomb(), "file-too-large"),
    "lying size": _refused(made.lying_size(PLAIN, made.SHEET), "file-unreadable"),
    "entity bomb": _refused(made.rezipped(PLAIN, {BOOK: ENTITIES + made.part_of(PLAIN, BOOK)}), "file-unreadable"),
    "entity bomb in a sheet": _refused(
        made.rezipped(PLAIN, {made.SHEET: ENTITIES + made.part_of(PLAIN, made.SHEET)}), "file-unreadable"
    ),
    "a million columns": _refused(
        made.with_sheet_data('<row r="2"><c r="BDWGN2"><v>1</v></c></row>'), "file-too-large"
    ),
    "two cells far apart": _refused(made.with_sheet_data(FAR), "file-too-large"),
    "path in the zip": Hazard(made.rezipped(PLAIN, {"../../../../tmp/evil.sh": b"x", "/etc/passwd": b"x"})),
    "external links": Hazard(made.rezipped(PLAIN, {"xl/externalLinks/externalLink1.xml": EXTERNAL})),
    "hostile XLS": _refused(old.xls([*XLS_HEAD, old.number(60_000, 60_000, 1)]), "file-too-large"),
}

BODY: Final = people.rows()
NOTES: Final = [["Notes for the office"], ["nothing"]]
SHEETS: Final = {
    "notes beside the people": Hazard(people.sheets(("Notes", "visible", NOTES), ("List", "visible", BODY))),
    "two lists": _refused(people.sheets(("A", "visible", BODY), ("B", "visible", BODY)), "sheet-ambiguous"),
    "the one asked for": Hazard(people.sheets(("A", "visible", BODY), ("B", "visible", BODY)), sheet="B"),
    "none of that name": _refused(people.sheets(("A", "visible", BODY)), "sheet-missing", "Z"),
    "hidden list beside": Hazard(
        people.sheets(("A", "hidden", BODY), ("B", "visible", BODY)), (("hidden-sheet", FILE, W),)
    ),
    "hidden list alone": _refused(people.sheets(("A", "hidden", BODY), ("B", "visible", NOTES)), "sheet-missing"),
    "very hidden list asked for": Hazard(people.sheets(("A", "veryHidden", BODY), ("B", "visible", BODY)), sheet="A"),
    "hidden rows": Hazard(made.hidden_rows(BODY, [3]), (("hidden-rows", FILE, W),)),
    "hidden rows of an XLS": Hazard(old.xls([old.hidden_row(3), *XLS_HEAD, *XLS_BODY]), (("hidden-rows", FILE, W),)),
}

SKIPPED: Final = (("guidance-skipped", FILE, N),)
TOTALS: Final = (("totals-skipped", FILE, N),)
GUIDE: Final = ",".join(["Do not change this column", "Do not change this column", "Must be unique", *[""] * 11])
HELP: Final = ",".join(["Mandatory. As it should appear", "Mandatory", "Mandatory", "Optional", *[""] * 10])
HEADINGS: Final = {
    "under titles and blank rows": Hazard(_with("Enrolments 2026-27", "", "Northtown College,,", at=0)),
    "under a merged title": Hazard(made.merged([["Enrolments"], [], *BODY], "A1:N1")),
    "with line breaks and spaces": Hazard(
        people.sheets(
            (
                "A",
                "visible",
                [[f" {n[:2]}\n{n[2:]}\u00a0 " if n == "Email" else n + " " for n in people.FIELDS], *BODY[1:]],
            )
        )
    ),
    "guidance of the DfE": Hazard(_with(GUIDE, at=1), SKIPPED),
    "guidance without our mark": Hazard(_with(HELP, at=1), SKIPPED),
    "guidance and example of ours": Hazard(
        "\r\n".join(
            ["Notes (not sent)," + LINES[0], "How to fill in:,a,b", "Example (not sent),Asha,Khan,x"]
            + ["," + line for line in LINES[1:]]
        ).encode(),
        SKIPPED,
    ),
    "example of ours without its mark": Hazard(
        _with("Asha,Khan,asha.khan@example.com,Learner,1234,5012,301,77,L0042,9276308686,,14/02/2008,,", at=1), SKIPPED
    ),
    "our example, and somebody who fills it in again": Hazard(
        "\r\n".join(
            [
                "Notes (not sent)," + LINES[0],
                "Example (not sent),Asha,Khan,x",
                ",Asha,Khan,asha.khan@example.com,Learner,1234,5012,301,77,L0042,9276308686,,14/02/2008,,",
            ]
        ).encode(),
        SKIPPED,
        1,
    ),
    "example of others": Hazard(_with("Example,Smith,,Learner,1", at=1), SKIPPED),
    "a total": Hazard(_with("Total learners,3,,,,,,", at=4), TOTALS),
    "a total in one cell": Hazard(_with("", "Total: 3", at=4), TOTALS),
    "totals of several columns": Hazard(_with(",,Grand total,3,3,3", "Number of records,3", at=4), TOTALS),
    "the end of a report": Hazard(_with("3 learners", "*** End of report ***", "OFFICIAL - SENSITIVE", at=4), TOTALS),
    "a person called Total": Hazard(_with("Total,Grand,mei@example.com,Learner,1,101,201,301", at=4), (), 4),
    "a total among the people is a row": Hazard(
        _with("Total,2", at=3),
        tuple(("required", cell, E) for cell in ("C4", "D4", "E4")),
        4,
    ),
}

CELLS: Final = {
    "ULN in scientific notation": _csv("ULN", "9.27631E+09", ("number-damaged", "J2", W)),
    "ULN as a float": _csv("ULN", "9276308686.0", ("cells-tidied", "column J", N)),
    "ULN as a number": _xlsx("ULN", 9276308686),
    "ULN with its zero lost": _csv("ULN", "276308686", ("uln-format", "J2", W)),
    "digits beyond 15": _xlsx("MISID", 1234567890123456789, ("number-damaged", "I2", E)),
    "digits beyond 15 in a CSV": _csv("MISID", "1234567890123450000", ("number-damaged", "I2", E)),
    "sixteen digits of which the last is 0": _csv("MISID", "1234567890123450"),
    "sixteen digits of which two end in 0": Hazard(
        people.as_csv({(2, "MISID"): "1234567890123450", (3, "MISID"): "1234567890123460"}).encode()
    ),
    "sixteen digits of which all end in 0": Hazard(
        people.as_csv({(row, "MISID"): f"12345678901234{row}0" for row in (2, 3, 4)}).encode(),
        tuple(("number-damaged", f"I{row}", E) for row in (2, 3, 4)),
    ),
    "a number of sixteen digits, whole": _xlsx("MISID", 1234567890123456),
    "a number of sixteen digits, cut": _xlsx("MISID", 1234567890123450, ("number-damaged", "I2", E)),
    "a number of sixteen digits beyond what is exact": _xlsx("MISID", 9234567890123456, ("number-damaged", "I2", E)),
    "code guarded as a formula": _csv("MISID", '="0123"', ("cells-tidied", "column I", N)),
    "code guarded as a formula, without quotes around it": Hazard(
        TEXT.replace(",L1,", ',="0123",').encode(), (("cells-tidied", "column I", N),)
    ),
    "ULN guarded as a formula": _csv("ULN", '="9276308686"', ("cells-tidied", "column J", N)),
    "MISID as a float": _csv("MISID", "101.0", ("cells-tidied", "column I", N)),
    "ULNs read as numbers from scientific notation": Hazard(
        people.as_csv({(2, "ULN"): "9276310000", (4, "ULN"): "1000030000"}).encode(),
        (("number-damaged", "J2", W), ("number-damaged", "J4", W)),
    ),
    "a ULN that ends in zeros": _csv("ULN", "1000000000"),
    "MISID in scientific notation": _csv("MISID", "1.23457E+11", ("number-damaged", "I2", E)),
    "a reference that lost its zeros": Hazard(
        people.sheets(("A", "visible", _many("MISID", ["001234", 1235, "001236", "001237"]))),
        (("zero-lost", "I3", E),),
        4,
    ),
    "phone without its zero": _csv("MobileNumber", "7700900123", ("phone-zero-restored", "K2", N)),
    "phone as a number": _xlsx("MobileNumber", 7700900123, ("phone-zero-restored", "K2", N)),
    "phone as a float": _csv(
        "MobileNumber", "7700900123.0", ("cells-tidied", "column K", N), ("phone-zero-restored", "K2", N)
    ),
    "phone in scientific notation": _csv("MobileNumber", "7.70090E+09", ("phone-format", "K2", W)),
    "code that became a date": _xlsx("MISID", dt.date(2025, 9, 1), ("number-damaged", "I2", E)),
    "class that became a date": _xlsx("ClassroomID", dt.date(2026, 9, 25), ("number-damaged", "G2", E)),
    "real date": _xlsx("StartOn", dt.date(2026, 9, 1)),
    "text dates beside real ones": Hazard(
        people.as_xlsx({(2, "StartOn"): dt.date(2026, 9, 1), (3, "StartOn"): "25/09/2026"}),
        (("dates-mixed", "column M", N),),
    ),
    "a text that is no day, beside real dates none of which has a day above twelve": Hazard(
        people.sheets(("A", "visible", _many("DOB", [*(dt.date(2007, 3, day) for day in range(1, 9)), "31/02/2007"]))),
        (("date-format", "L10", W),),
        9,
    ),
    "text dates that no order touches beside real ones": Hazard(
        people.as_xlsx({(2, "StartOn"): dt.date(2026, 9, 1), (3, "StartOn"): "25 Sep 2026"})
    ),
    "a 1904 workbook": Hazard(people.as_xlsx({(2, "StartOn"): dt.date(2026, 9, 1)}, epoch_1904=True)),
    "serial number in a CSV": _csv("StartOn", "46266", ("date-format", "M2", W)),
    "serial number as a number of a workbook": _xlsx("StartOn", 46266, ("date-format", "M2", W)),
    "serial number with a time of day": _xlsx("StartOn", 46266.395833333336, ("date-format", "M2", W)),
    "month first": Hazard(
        people.as_csv(
            {(2, "StartOn"): "09/25/2026", (3, "StartOn"): "01/09/2026", (4, "StartOn"): "30/09/2026"}
        ).encode(),
        (
            ("dates-ambiguous", "column M", E),
            *(("date-order-unsure", f"M{row}", E) for row in (2, 3, 4)),
        ),
    ),
    "two-digit years": _csv("StartOn", "07-JUN-24", ("years-short", "column M", N)),
    "a birthday of two digits": _csv("DOB", "14/02/06", ("years-short", "column L", N)),
    "formula without a result": _xlsx("LastName", "=A1", ("formula-uncalculated", "B2", E)),
    "error cell": _xlsx("ClassroomID", "#N/A", ("cell-error", "G2", E)),
    "error as text": _csv("ClassroomID", "#REF!", ("cell-error", "G2", E)),
    "no-break space": _csv("LastName", "Khan\u00a0", ("cells-tidied", "column B", N)),
    "no-break space in a name beside an id": Hazard(
        TEXT.replace("PlannedEndDate", "PlannedEndDate,Tutor")
        .replace("14/02/2006,,", "14/02/2006,,,Helen\u00a0Marsh")
        .encode(),
        (("cells-tidied", "column O", N),),
    ),
    "id as a float": _csv("DefaultAssessorID", "101.0", ("cells-tidied", "column F", N)),
    "zero-width space": _csv("Email", "asha\u200b@example.com", ("cells-tidied", "column C", N)),
    "direction mark": _csv("Email", "asha@example.com\u200e", ("cells-tidied", "column C", N)),
    "joiner in an address": _csv("Email", "asha\u200d@example.com", ("email-format", "C2", E)),
    "joiner in a name": _csv("LastName", "می\u200cخواهم"),
    "curly quote in a name": _csv("LastName", "O’Brien", ("quotes-curly", "column B", N)),
    "curly quote in an address": _csv("Email", "o’brien@example.com", ("email-format", "C2", E)),
    "apostrophe first": _csv("ULN", "'9276308686", ("apostrophe-first", "column J", W), ("uln-format", "J2", W)),
    "apostrophe of a name": _csv("LastName", "'t Hart", ("apostrophe-first", "column B", W)),
    **{f"a person called {name}": _csv("LastName", name) for name in ("None", "NULL", "NA", "True", "nan", "N/A")},
    "a cell of True": _xlsx("LastName", True, ("cell-boolean", "B2", W)),  # noqa: FBT003 - a cell's value
}


def all_hazards() -> dict[str, Hazard]:
    """Name → hazard."""
    groups: Sequence[tuple[str, dict[str, Hazard]]] = (
        ("text", TEXTS),
        ("kind", KINDS),
        ("sheet", SHEETS),
        ("headings", HEADINGS),
        ("cell", CELLS),
    )
    return {f"{group}: {name}": hazard for group, hazards in groups for name, hazard in hazards.items()}
