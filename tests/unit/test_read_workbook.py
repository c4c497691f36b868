"""Reading workbooks."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from bulk_import.errors import InputUnreadable
from bulk_import.read import CellType
from bulk_import.read.cells import date_text, duration_text, number_text
from tests.data import workbooks as made
from tests.unit.reading import read_bytes, rows, said, texts, types

if TYPE_CHECKING:
    from pathlib import Path

H = made.HEADINGS
ASHA = ("Asha", "Khan", "asha@example.com", "9276308686")
TOM = ("Tom", "O'Neil", "tom@example.com", None)

shared_folder = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def refused(folder: Path, data: bytes, *, sheet: str | None = None) -> tuple[str, str]:
    """Code and detail of the finding with which a file is refused."""
    with pytest.raises(InputUnreadable) as caught:
        read_bytes(folder, data, sheet=sheet)
    return caught.value.finding.code, caught.value.finding.detail


def test_a_plain_workbook_is_read_as_typed(tmp_path: Path) -> None:
    """Headings, texts, row numbers, types and the source are those of the file."""
    table = read_bytes(tmp_path, made.workbook([H, ASHA, TOM]))
    assert [(h.text, h.column) for h in table.headings] == list(zip(H, range(1, 5), strict=True))
    assert texts(table) == [list(ASHA), list(TOM)]
    assert rows(table) == [2, 3]
    assert types(table) == [[1, 1, 1, 1], [1, 1, 1, 0]]
    assert (table.heading_row, table.blank_rows, table.findings, table.rows_read) == (1, (), (), 2)
    assert (table.source.sheet, table.source.name, len(table.source.sha256)) == ("Learners", "people", 64)
    assert {str(dtype) for dtype in table.frame.dtypes} == {"str"}


@pytest.mark.parametrize("corner", ["A1", "C5", "AB12", "B50"])
def test_addresses_do_not_drift(tmp_path: Path, corner: str) -> None:
    """A sheet that begins anywhere keeps its row numbers and columns."""
    table = read_bytes(tmp_path, made.workbook([H, ASHA, TOM], corner=corner))
    cell = openpyxl.Workbook().worksheets[0][corner]
    assert table.heading_row == cell.row
    assert rows(table) == [cell.row + 1, cell.row + 2]
    assert [h.column for h in table.headings] == list(range(cell.column, cell.column + 4))
    assert texts(table) == [list(ASHA), list(TOM)]


VALUES = [
    ("9276308686", "9276308686", CellType.TEXT),
    (9276308686, "9276308686", CellType.NUMBER),
    (0.5, "0.5", CellType.NUMBER),
    (-3.0, "-3", CellType.NUMBER),
    (1e20, "100000000000000000000", CellType.NUMBER),
    (1e-7, "0.0000001", CellType.NUMBER),
    ("9.27631E+09", "9.27631E+09", CellType.TEXT),
    ("  padded\u00a0", "  padded\u00a0", CellType.TEXT),
    ("two\nlines", "two\nlines", CellType.TEXT),
    ("=1+1", "=1+1", CellType.TEXT),
    ("#N/A", "#N/A", CellType.TEXT),
    ("None", "None", CellType.TEXT),
    ("TRUE", "TRUE", CellType.TEXT),
    (True, "TRUE", CellType.BOOLEAN),
    (False, "FALSE", CellType.BOOLEAN),
    (dt.date(2026, 9, 1), "2026-09-01", CellType.DATE),
    (dt.datetime(2026, 9, 1, 0, 0), "2026-09-01", CellType.DATE),  # noqa: DTZ001 - a cell has no zone
    (dt.datetime(2026, 9, 1, 13, 30, 5), "2026-09-01T13:30:05", CellType.DATETIME),  # noqa: DTZ001 - likewise
    (dt.time(9, 30), "09:30:00", CellType.TIME),
    (dt.timedelta(hours=30, minutes=5), "30:05:00", CellType.TIME),
]


@pytest.mark.parametrize(("value", "text", "kind"), VALUES)
@pytest.mark.parametrize("epoch_1904", [False, True])
def test_each_type_of_cell_has_its_text(
    tmp_path: Path, value: object, text: str, kind: CellType, *, epoch_1904: bool
) -> None:
    """A cell comes back as its text and its type, in 1900 and in 1904 workbooks, alone or among text."""
    book = openpyxl.Workbook()
    if epoch_1904:
        book.epoch = CALENDAR_MAC_1904
    made.fill(made.sheet_of(book, "Learners"), [H, ("Asha", value, "x", value), ("Tom", "text", "x", value)])
    table = read_bytes(tmp_path, made.saved(book))
    assert texts(table) == [["Asha", text, "x", text], ["Tom", "text", "x", text]]
    assert types(table) == [[1, kind, 1, kind], [1, 1, 1, kind]]


cells = st.one_of(
    st.none(),
    st.text(
        st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"), exclude_characters="_\ufffe\uffff"), min_size=1
    ).filter(lambda text: bool(text.strip())),
    st.integers(-(10**15), 10**15),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.booleans(),
    st.dates(dt.date(1904, 1, 2), dt.date(9999, 12, 31)),
    st.datetimes(dt.datetime(1904, 1, 2), dt.datetime(2200, 1, 1)).map(lambda value: value.replace(microsecond=0)),  # noqa: DTZ001 - a cell has no zone
    st.times().map(lambda value: value.replace(microsecond=0)),
)


def as_text(value: object) -> str | None:
    """What a value written to a cell should be read as."""
    match value:
        case None:
            return None
        case bool():
            return "TRUE" if value else "FALSE"
        case dt.datetime():
            return date_text(value)
        case dt.date() | dt.time():
            return value.isoformat()
        case int() | float():
            return number_text(float(f"{value:.16g}"))  # openpyxl writes 16 digits
        case _:
            return str(value)


TYPES = {
    type(None): CellType.EMPTY,
    str: CellType.TEXT,
    int: CellType.NUMBER,
    float: CellType.NUMBER,
    bool: CellType.BOOLEAN,
    dt.date: CellType.DATE,
    dt.datetime: CellType.DATETIME,
    dt.time: CellType.TIME,
}


def as_type(value: object) -> CellType:
    """What a value written to a cell should be read as being."""
    midnight = isinstance(value, dt.datetime) and value.time() == dt.time()
    return CellType.DATE if midnight else TYPES[type(value)]


@shared_folder
@given(
    body=st.lists(st.tuples(st.just("x"), cells, cells, cells), min_size=1, max_size=6),
    down=st.integers(1, 9),
    epoch_1904=st.booleans(),
)
def test_what_is_written_is_read(
    tmp_path: Path, body: list[tuple[object, ...]], down: int, *, epoch_1904: bool
) -> None:
    """Every cell of a workbook comes back as typed, at its own address, with its type."""
    table = read_bytes(tmp_path, made.workbook([H, *body], corner=f"B{down}", epoch_1904=epoch_1904))
    assert texts(table) == [[as_text(value) for value in row] for row in body]
    assert types(table) == [[as_type(value) for value in row] for row in body]
    assert rows(table) == list(range(down + 1, down + 1 + len(body)))


@shared_folder
@given(body=st.lists(st.tuples(st.just("x"), cells, cells, cells), min_size=1, max_size=6))
def test_what_another_library_writes_is_read(tmp_path: Path, body: list[tuple[object, ...]]) -> None:
    """So it does where texts stand in a list of their own, as Excel and XlsxWriter keep them."""
    table = read_bytes(tmp_path, made.with_shared_texts([H, *body]))
    assert texts(table) == [[as_text(value) for value in row] for row in body]
    assert types(table) == [[as_type(value) for value in row] for row in body]
    assert rows(table) == list(range(2, 2 + len(body)))


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_numbers_text_is_exact(value: float) -> None:
    """The text has no exponent and means the very same number."""
    text = number_text(value)
    assert "e" not in text
    assert float(text) == value


def test_a_duration_may_be_negative() -> None:
    """Hours go on beyond a day, and a minus stands before them."""
    assert duration_text(dt.timedelta(hours=-1, minutes=-30)) == "-01:30:00"


def test_headings_are_found_under_titles(tmp_path: Path) -> None:
    """Titles, notes and blank rows above do not hide the headings."""
    above = [("Enrolments 2026",), (), ("Run on", dt.date(2026, 9, 1)), ()]
    table = read_bytes(tmp_path, made.workbook([*above, H, ASHA]))
    assert (table.heading_row, rows(table)) == (5, [6])


def test_headings_keep_their_typed_text(tmp_path: Path) -> None:
    """Line breaks and spaces in a heading stay."""
    table = read_bytes(tmp_path, made.workbook([("First\nName ", " Last Name", "Email\u00a0"), ASHA[:3]]))
    assert [h.text for h in table.headings] == ["First\nName ", " Last Name", "Email\u00a0"]


def test_a_single_known_heading_suffices_alone(tmp_path: Path) -> None:
    """One known heading counts where it stands alone in its row, not beside unknown ones."""
    assert read_bytes(tmp_path, made.workbook([("ULN",), ("9276308686",)])).heading_row == 1
    assert refused(tmp_path, made.workbook([("ULN", "Nonsense"), ("9276308686", "x")])) == ("header-missing", "")


def test_headings_beyond_row_50_are_not_looked_for(tmp_path: Path) -> None:
    """The heading row stands among the first 50."""
    assert refused(tmp_path, made.workbook([H, ASHA], corner="A51"))[0] == "header-missing"


def test_blank_rows_are_counted_and_trailing_ones_dropped(tmp_path: Path) -> None:
    """Rows between heading and last person that show nothing are blank rows; those below are no rows at all."""
    space = (" ", "\u00a0\u200b", None, None)
    table = read_bytes(tmp_path, made.workbook([H, (), ASHA, space, (), TOM, space, ()]))
    assert (rows(table), table.blank_rows, table.rows_read) == ([3, 6], (2, 4, 5), 5)


def test_empty_columns_are_dropped_and_unnamed_ones_kept(tmp_path: Path) -> None:
    """A column without heading stays, with an empty heading, only where something stands in it."""
    table = read_bytes(tmp_path, made.workbook([(*H, None, None, None), (*ASHA, None, "note", "\u00a0")]))
    assert [(h.text, h.column) for h in table.headings][4:] == [("", 6), ("", 7)]
    assert texts(table) == [[*ASHA, "note", "\u00a0"]]


def test_a_sheet_with_headings_alone_has_no_rows(tmp_path: Path) -> None:
    """Headings without rows are a table of nothing."""
    table = read_bytes(tmp_path, made.workbook([H]))
    assert (len(table.headings), len(table.frame), table.types.shape, table.rows_read) == (4, 0, (0, 4), 0)


def test_guidance_and_example_rows_are_skipped(tmp_path: Path) -> None:
    """The template's own rows are left out, wherever they stand, with one note."""
    guide = ("How to fill in: one row each", "text", "text", "text", "digits")
    example = ("Example (not sent)", "Asha", "Khan", "asha@example.com", "9276308686")
    headings = ("Notes (not sent)", *H)
    table = read_bytes(tmp_path, made.workbook([headings, guide, example, (None, *TOM), example]))
    assert (rows(table), table.rows_read) == ([4], 1)
    assert said(table.findings) == [("guidance-skipped", None, "rows 2, 3, 5")]


def test_errors_and_uncalculated_formulas_are_no_empty_cells(tmp_path: Path) -> None:
    """Each stands at its own address, even outside what the fast reader sees."""
    book = openpyxl.Workbook()
    sheet = made.sheet_of(book, "Learners")
    made.fill(sheet, [H, ASHA, TOM], corner="B3")
    sheet["B4"] = "#N/A"
    sheet["B4"].data_type = "e"
    sheet["E5"] = '=A1&" <b>"'
    sheet["A6"] = "=A2"
    sheet["G7"] = "=A3"
    table = read_bytes(tmp_path, made.saved(book))
    assert [h.column for h in table.headings] == [1, 2, 3, 4, 5, 7]
    assert rows(table) == [4, 5, 6, 7]
    assert texts(table)[0] == [None, "#N/A", *ASHA[1:], None]
    assert types(table) == [
        [0, CellType.ERROR, 1, 1, 1, 0],
        [0, 1, 1, 1, CellType.UNCALCULATED, 0],
        [CellType.UNCALCULATED, 0, 0, 0, 0, 0],
        [0, 0, 0, 0, 0, CellType.UNCALCULATED],
    ]


BODY = (
    '<{p}row r="2"><{p}c r="A2" t="str"><{p}f>IF(1,"","")</{p}f><{p}v></{p}v></{p}c>'
    '<{p}c r="B2" s="0"><{p}f t="shared" ref="B2:B3" si="0">A1</{p}f><{p}v>7</{p}v></{p}c>'
    '<{p}c r="C2" t="e"><{p}f>1/0</{p}f><{p}v>#DIV/0!</{p}v></{p}c></{p}row>'
    '<{p}row r="4" hidden="1"><{p}c r="B4"><{p}f t="shared" si="0"/></{p}c><{p}c r="D4"><{p}v>5</{p}v></{p}c></{p}row>'
)
FORMS = {
    "plain": made.with_sheet_data(BODY.format(p="")),
    "prefixed": made.with_sheet_data(BODY.format(p="x:"), prefix="x:", root="x:"),
    "prefixed in part": made.with_sheet_data(BODY.format(p="x:"), prefix="x:"),
    "with a comment": made.with_sheet_data("<!-- <c r='A9' t='e'/> -->" + BODY.format(p="")),
    "attributes turned round": made.with_sheet_data(BODY.format(p="").replace('r="C2" t="e"', 't="e" r="C2"')),
    "line breaks in tags": made.with_sheet_data(BODY.format(p="").replace("<c r", "<c\n r")),
}


@pytest.mark.parametrize("data", FORMS.values(), ids=FORMS.keys())
def test_every_form_of_xml_tells_the_same(tmp_path: Path, data: bytes) -> None:
    """A formula that gave an empty text is calculated, one without value is not, whatever the XML looks like."""
    table = read_bytes(tmp_path, data)
    assert rows(table) == [2, 4]
    assert table.blank_rows == (3,)
    assert texts(table) == [[None, "7", "#DIV/0!", None], [None, None, None, "5"]]
    assert types(table) == [[0, 2, 7, 0], [0, 8, 0, 2]]
    assert said(table.findings) == [("hidden-rows", None, "row 4")]
    assert table.hidden_columns == {2, 4}


def test_hidden_rows_are_read_and_counted(tmp_path: Path) -> None:
    """Filtered rows are rows, with one warning; hidden titles and blank rows do not count."""
    data = made.hidden_rows([("Title",), H, ASHA, TOM, (), ASHA], hidden=[1, 4, 5, 6])
    table = read_bytes(tmp_path, data)
    assert (rows(table), said(table.findings)) == ([3, 4, 6], [("hidden-rows", None, "rows 4, 6")])


def test_many_hidden_rows_are_counted(tmp_path: Path) -> None:
    """The first few numbers are enough to find the place."""
    data = made.hidden_rows([H, *[ASHA] * 9], hidden=range(3, 10))
    [(_, _, detail)] = said(read_bytes(tmp_path, data).findings)
    assert detail == "rows 3, 4, 5, 6, 7 … (7 in all)"


def test_hidden_columns_are_told(tmp_path: Path) -> None:
    """A column hidden by itself and columns folded away in a group are known; a narrow one is not hidden."""
    book = openpyxl.Workbook()
    sheet = made.sheet_of(book, "Learners")
    made.fill(sheet, [H, ASHA], corner="B3")
    sheet.column_dimensions["B"].hidden = True
    sheet.column_dimensions.group("D", "H", hidden=True)
    sheet.column_dimensions["C"].width = 1
    table = read_bytes(tmp_path, made.saved(book))
    assert table.hidden_columns == {2, 4, 5}
    assert table.findings == ()


def test_a_sheet_without_people_is_said(tmp_path: Path) -> None:
    """Headings with nothing below, or with nothing but guidance, are worth a warning."""
    assert said(read_bytes(tmp_path, made.workbook([H])).findings) == [("rows-missing", None, "")]
    guide = made.workbook([("Notes (not sent)", *H), ("How to fill in:", "a", "b", "c", "d")])
    assert [code for code, _, _ in said(read_bytes(tmp_path, guide).findings)] == ["guidance-skipped", "rows-missing"]


def several(*sheets: tuple[str, str, list[tuple[object, ...]]]) -> bytes:
    """A workbook of several sheets: name, state, rows."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, state, body in sheets:
        sheet = book.create_sheet(name)
        sheet.sheet_state = state
        made.fill(sheet, body)
    return made.saved(book)


NOTES: list[tuple[object, ...]] = [("Notes for the office",), ("nothing",)]
PEOPLE: list[tuple[object, ...]] = [H, ASHA]


def test_the_only_visible_sheet_with_headings_is_read(tmp_path: Path) -> None:
    """Notes beside the list do not matter, and hidden look-up lists are not worth a word."""
    data = several(("Notes", "visible", NOTES), ("List", "visible", PEOPLE), ("Lookups", "hidden", NOTES))
    table = read_bytes(tmp_path, data)
    assert (table.source.sheet, table.findings) == ("List", ())


def test_hidden_lists_of_people_are_named_and_not_read(tmp_path: Path) -> None:
    """A hidden sheet with headings is named in a warning."""
    data = several(("Old", "hidden", PEOPLE), ("New", "visible", PEOPLE), ("Older", "veryHidden", PEOPLE))
    table = read_bytes(tmp_path, data)
    assert table.source.sheet == "New"
    assert said(table.findings) == [("hidden-sheet", None, "“Old”, “Older”")]


def test_a_hidden_sheet_is_read_when_it_is_named(tmp_path: Path) -> None:
    """Naming a sheet, in any case, is enough; an exact name wins."""
    data = several(("Old ", "hidden", PEOPLE), ("New", "visible", PEOPLE))
    assert read_bytes(tmp_path, data, sheet="old").source.sheet == "Old "
    assert read_bytes(tmp_path, data, sheet="New").source.sheet == "New"


def test_sheets_that_cannot_be_told(tmp_path: Path) -> None:
    """A missing name, two lists, none at all, or a hidden one alone each stop with names to choose from."""
    two = several(("A", "visible", PEOPLE), ("B", "visible", PEOPLE), ("C", "visible", NOTES))
    assert refused(tmp_path, two) == ("sheet-ambiguous", "“A”, “B”")
    assert refused(tmp_path, two, sheet="D") == ("sheet-missing", "“D”; its sheets are “A”, “B”, “C”")
    assert refused(tmp_path, two, sheet="C") == ("header-missing", "")
    hidden = several(("A", "hidden", PEOPLE), ("C", "visible", NOTES))
    assert refused(tmp_path, hidden)[0] == "sheet-missing"
    assert "“A”" in refused(tmp_path, hidden)[1]


def test_a_sheet_that_stretches_too_far_is_refused_before_it_is_read(tmp_path: Path) -> None:
    """Two cells at opposite ends of a sheet would take gigabytes; a formatted but empty cell there does no harm."""
    far = made.with_sheet_data('<row r="1000000"><c r="XFD1000000"><v>1</v></c></row>')
    assert refused(tmp_path, far)[0] == "file-too-large"
    wide = made.with_sheet_data('<row r="2"><c r="ZZZZ2"><v>1</v></c></row>')
    assert refused(tmp_path, wide) == ("file-too-large", "it claims more than 16,384 columns")
    formatted = made.with_sheet_data(
        '<row r="2"><c r="A2"><v>1</v></c></row><row r="1000000"><c r="XFD1000000"/></row>'
    )
    assert rows(read_bytes(tmp_path, formatted)) == [2]


def test_zip_bombs_cost_nothing(tmp_path: Path) -> None:
    """A part that unpacks to hundreds of times its size, or to more than it claims, is refused."""
    assert refused(tmp_path, made.bomb())[0] == "file-too-large"
    for part in (made.SHEET, "xl/workbook.xml", "xl/styles.xml"):
        lying = made.lying_size(made.workbook([H, *[ASHA] * 50]), part)
        assert refused(tmp_path, lying)[0] == "file-unreadable"


def test_entities_are_refused(tmp_path: Path) -> None:
    """A workbook that declares a document type is an attack."""
    book = made.part_of(made.workbook([H]), "xl/workbook.xml")
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + book
    code, detail = refused(tmp_path, made.rezipped(made.workbook([H]), {"xl/workbook.xml": bomb}))
    assert code == "file-unreadable"
    assert "document type" in detail


def test_an_error_that_only_newer_excel_knows_is_said(tmp_path: Path) -> None:
    """The fast reader stops at #SPILL!, so the cell is named."""
    data = made.with_sheet_data('<row r="2"><c r="B2" t="e"><v>#SPILL!</v></c></row>')
    code, detail = refused(tmp_path, data)
    assert code == "file-unreadable"
    assert "B2" in detail


def test_a_workbook_that_was_never_calculated_is_said_once(tmp_path: Path) -> None:
    """Half a million formulas without a result are one mistake."""
    row = "".join(f'<c r="{column}{{0}}"><f>1</f></c>' for column in "ABCDEFGHIJKLMNOPQRSTUVWXY")
    xml = "".join(f'<row r="{i}">{row.format(i)}</row>' for i in range(2, 20_100))
    code, detail = refused(tmp_path, made.with_sheet_data(xml))
    assert code == "file-unreadable"
    assert "let it calculate" in detail


def test_an_encrypted_workbook_is_told_as_such(tmp_path: Path) -> None:
    """Excel's encryption makes an OLE file; a zip's own password is told too."""
    assert refused(tmp_path, made.encrypted()) == ("file-encrypted", "")


mutations = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=8)
STORED = made.rezipped(made.workbook([H, ASHA, TOM, (True, 5, dt.date(2026, 9, 1), 0.5)]), {}, method=0)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=mutations, keep=st.floats(0, 1), cut=st.booleans(), packed=st.booleans())
def test_damaged_workbooks_never_end_in_a_traceback(
    tmp_path: Path, changes: list[tuple[float, int]], keep: float, *, cut: bool, packed: bool
) -> None:
    """A workbook with bytes changed or its end missing is read, or refused with a sentence."""
    data = bytearray(made.rezipped(STORED, {}) if packed else STORED)
    for at, byte in changes:
        data[int(at * (len(data) - 1))] = byte
    harmless_or_refused(tmp_path, bytes(data[: int(keep * len(data))] if cut else data))


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=mutations, part=st.sampled_from([made.SHEET, "xl/workbook.xml", "xl/styles.xml", "[Content_Types].xml"]))
def test_damaged_parts_never_end_in_a_traceback(tmp_path: Path, changes: list[tuple[float, int]], part: str) -> None:
    """A sound zip whose parts are damaged inside is read, or refused with a sentence."""
    xml = bytearray(made.part_of(STORED, part))
    for at, byte in changes:
        xml[int(at * (len(xml) - 1))] = byte
    harmless_or_refused(tmp_path, made.rezipped(STORED, {part: bytes(xml)}))


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    beginning=st.sampled_from([b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\xff\xfe", b"\xef\xbb\xbf"]),
    rest=st.binary(max_size=2000),
)
def test_random_bytes_never_end_in_a_traceback(tmp_path: Path, beginning: bytes, rest: bytes) -> None:
    """Any bytes at all are read, or refused with a sentence."""
    harmless_or_refused(tmp_path, beginning + rest)


def harmless_or_refused(folder: Path, data: bytes) -> None:
    """Reads bytes; only our own refusal may come of it, or a table that is consistent."""
    try:
        table = read_bytes(folder, data)
    except InputUnreadable:
        return
    assert table.types.shape == table.frame.shape == (len(table.frame), len(table.headings))
    assert table.frame.index.is_monotonic_increasing
