"""Reading CSV and other text."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import IO, TYPE_CHECKING, Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bulk_import.errors import InputUnreadable
from bulk_import.read import limits, read_table
from bulk_import.read.body import block_size
from tests.unit.reading import known, read_bytes, rows, said, texts, types

if TYPE_CHECKING:
    from bulk_import.read import Table

HEAD = "First Name,Last Name,Email,ULN\n"
ASHA = "Asha,Khan,asha@example.com,9276308686\n"
TOM = "Tom,O'Neil,tom@example.com,\n"


def read(folder: Path, text: str) -> Table:
    """Reads a text in UTF-8."""
    return read_bytes(folder, text.encode())


def refused(folder: Path, data: bytes) -> tuple[str, str]:
    """Code and detail of the finding with which a file is refused."""
    with pytest.raises(InputUnreadable) as caught:
        read_bytes(folder, data)
    return caught.value.finding.code, caught.value.finding.detail


def test_a_plain_csv_is_read_as_typed(tmp_path: Path) -> None:
    """Headings, texts, types, row numbers and the source are those of the file."""
    table = read(tmp_path, HEAD + ASHA + TOM)
    assert [(h.text, h.column) for h in table.headings] == [
        ("First Name", 1),
        ("Last Name", 2),
        ("Email", 3),
        ("ULN", 4),
    ]
    assert texts(table) == [
        ["Asha", "Khan", "asha@example.com", "9276308686"],
        ["Tom", "O'Neil", "tom@example.com", None],
    ]
    assert (rows(table), types(table)) == ([2, 3], [[1, 1, 1, 1], [1, 1, 1, 0]])
    assert (table.heading_row, table.blank_rows, table.findings, table.source.sheet) == (1, (), (), None)
    assert {str(dtype) for dtype in table.frame.dtypes} == {"str"}


TEXT = HEAD + "Zoë,Ł-ß,zoe@example.com,1\n"
WESTERN = HEAD + "Zoë,O’Brien,zoe@example.com,€\n"


@pytest.mark.parametrize(
    ("data", "last_name", "guessed"),
    [
        (TEXT.encode(), "Ł-ß", []),
        (TEXT.encode("utf-8-sig"), "Ł-ß", []),
        (TEXT.encode("utf-16"), "Ł-ß", []),
        (("\ufeff" + TEXT).encode("utf-16-be"), "Ł-ß", []),
        (TEXT.replace("Ł", "L").encode("utf-16-le"), "L-ß", ["UTF-16"]),
        (WESTERN.encode("cp1252"), "O’Brien", ["Windows-1252"]),
        (WESTERN.encode("cp1252").replace(b"Zo\xeb", b"Zo\x81"), "O’Brien", ["Windows-1252"]),
        (TEXT.encode("utf-8-sig")[:-2] + b"\xff\n", "Ł-ß", ["UTF-8 with damaged characters, shown as �"]),
    ],
    ids=["utf-8", "utf-8 bom", "utf-16", "utf-16 be", "utf-16 unmarked", "windows", "windows hole", "utf-8 damaged"],
)
def test_encodings_are_told(tmp_path: Path, data: bytes, last_name: str, guessed: list[str]) -> None:
    """Each encoding is read right, and what was guessed is said once."""
    table = read_bytes(tmp_path, data)
    assert table.headings[0].text == "First Name"
    assert texts(table)[0][1] == last_name
    assert said(table.findings) == [("encoding-guessed", None, encoding) for encoding in guessed]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_separators_and_line_ends_are_told(tmp_path: Path, separator: str, line_end: str) -> None:
    """Any separator with any line end gives the same table, whatever other separators the cells hold."""
    lines = (HEAD + 'Asha,"Khan, Ltd;x|y\tz",asha@example.com,1\n\nTom,a;b;c|d,t@example.com,2').split("\n")
    rows_of_cells = list(csv.reader(lines))
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=separator, lineterminator=line_end).writerows(rows_of_cells)
    table = read(tmp_path, out.getvalue())
    assert texts(table) == [
        ["Asha", "Khan, Ltd;x|y\tz", "asha@example.com", "1"],
        ["Tom", "a;b;c|d", "t@example.com", "2"],
    ]
    assert (rows(table), table.blank_rows, table.findings) == ([2, 4], (3,), ())


@pytest.mark.parametrize("line", ["sep=;\r\n", '"sep=;"\n', "SEP=;\n"])
def test_excels_own_separator_line_is_no_row(tmp_path: Path, line: str) -> None:
    """Excel obeys a first line `sep=;` and does not count it."""
    table = read(tmp_path, line + (HEAD + ASHA).replace(",", ";"))
    assert (table.heading_row, rows(table)) == (1, [2])


def test_a_cell_with_line_breaks_is_one_row(tmp_path: Path) -> None:
    """Rows after a quoted line break keep the number that Excel shows; title rows may hold one too."""
    title = '"Enrolments\r\n2026"\r\n\r\n'
    body = 'Asha,"Kh""an\nLtd\n\nx",a@example.com,1\r\nTom,Lee,t@example.com,2\r\n'
    table = read(tmp_path, title + HEAD.replace("\n", "\r\n") + body)
    assert (table.heading_row, rows(table), table.findings) == (3, [4, 5], ())
    assert texts(table)[0][1] == 'Kh"an\nLtd\n\nx'


def test_missing_like_words_stay_text(tmp_path: Path) -> None:
    """None, NULL, NA, nan and leading zeros are what people are called and what numbers look like."""
    table = read(tmp_path, HEAD + "None,NULL,NA,0012\nnan,True,#N/A,1e5\n")
    assert texts(table) == [["None", "NULL", "NA", "0012"], ["nan", "True", "#N/A", "1e5"]]


def test_blank_rows_are_counted_and_trailing_ones_dropped(tmp_path: Path) -> None:
    """Empty lines, lines of separators and of spaces are blank rows; those at the end are none."""
    table = read(tmp_path, HEAD + "\n" + ASHA + ",,,\n , ,,\n" + TOM + "\n,,,\n\n")
    assert (rows(table), table.blank_rows, table.rows_read) == ([3, 6], (2, 4, 5), 5)


def test_rows_with_empty_extra_cells_are_fine(tmp_path: Path) -> None:
    """Trailing separators, in some rows or in all, are no matter."""
    some = read(tmp_path, HEAD + ASHA.replace("\n", ",,\n") + TOM)
    every = read(tmp_path, HEAD + (ASHA + TOM).replace("\n", ",,\n"))
    assert (texts(some), some.findings) == (texts(every), every.findings)
    assert (len(some.headings), some.findings) == (4, ())


def test_rows_with_filled_extra_cells_are_ragged(tmp_path: Path) -> None:
    """A separator without quotation marks pushes cells beyond the headings: said of each such row."""
    table = read(tmp_path, HEAD + "Khan, Asha," + ASHA + TOM + "\n" + "Lee,A,B,C,D,E,F\n")
    assert rows(table) == [2, 3, 5]
    assert said(table.findings) == [
        ("row-ragged", 2, "6 cells under 4 headings"),
        ("row-ragged", 5, "7 cells under 4 headings"),
    ]
    all_of_them = read(tmp_path, HEAD + ASHA.replace("\n", ",x\n") * 3)
    assert said(all_of_them.findings) == [("row-ragged", row, "5 cells under 4 headings") for row in (2, 3, 4)]


def test_a_file_whose_rows_do_not_fit_at_all_is_refused(tmp_path: Path) -> None:
    """A hundred thousand ragged rows are one mistake, said once."""
    data = (HEAD + ASHA.replace("\n", ",x\n") * (limits.MOST_RAGGED_ROWS + 1)).encode()
    code, detail = refused(tmp_path, data)
    assert (code, detail[:7]) == ("file-unreadable", "100,001")


def test_a_column_without_heading_is_kept(tmp_path: Path) -> None:
    """Where the heading row has the separator too, the column is there on purpose."""
    table = read(tmp_path, HEAD.replace("\n", ",\n") + ASHA.replace("\n", ",note\n") + TOM.replace("\n", ",\n"))
    assert [h.text for h in table.headings][4:] == [""]
    assert (texts(table)[0][4], table.findings) == ("note", ())


def test_short_rows_are_filled_up(tmp_path: Path) -> None:
    """Separators left out at a row's end are no matter, and no row is lost, even where most rows are short."""
    table = read(tmp_path, HEAD + "Asha,Khan\n" + ASHA + "Tom,Lee\nMei,Lin,m@example.com\n")
    assert rows(table) == [2, 3, 4, 5]
    assert texts(table) == [
        ["Asha", "Khan", None, None],
        ["Asha", "Khan", "asha@example.com", "9276308686"],
        ["Tom", "Lee", None, None],
        ["Mei", "Lin", "m@example.com", None],
    ]
    assert table.findings == ()


def test_rows_cut_by_a_line_break_are_ragged(tmp_path: Path) -> None:
    """Pieces that make exactly one row are said, because half a person must not be sent."""
    head = "First Name,Last Name,Email,Work Address,ULN\n"
    whole = "Mei,Lin,m@example.com,1 High St,1\n"
    table = read(tmp_path, head + whole + "Asha,Khan,a@example.com,12 High\nMarket\nTown,2\n" + whole)
    assert rows(table) == [2, 3, 4, 5, 6]
    assert [(code, row) for code, row, _ in said(table.findings)] == [("row-ragged", row) for row in (3, 4, 5)]
    assert said(table.findings)[0][2].startswith("only 4 of 5 cells")


WIDE = "Role,First Name,Last Name,Email,MISID,ULN,Class,Notes\n"
LEARNER = "1,Mei,Lin,m@example.com,M1,9276308686,7,x\n"


@pytest.mark.parametrize("pieces", [(4, 5), (5, 4), (4, 4), (4, 5, 4, 5), (6, 4)])
def test_short_rows_of_persons_are_never_blamed(tmp_path: Path, pieces: tuple[int, ...]) -> None:
    """Staff whose empty last cells the exporter left out are persons, though two of them make one row's length."""
    staff = [",".join(["5", "Asha", "Khan", "a@example.com", "S1", "12"][:cells]) + "\n" for cells in pieces]
    table = read(tmp_path, WIDE + LEARNER * 3 + "".join(staff) + LEARNER)
    assert table.findings == ()
    assert rows(table) == list(range(2, 6 + len(pieces)))


def test_a_row_cut_in_two_below_a_short_row_is_told(tmp_path: Path) -> None:
    """A person with few cells does not hide that the next one was cut."""
    cut = "1,Tom,Lee,t@example.com,M2,9,Group\nA,y\n"
    table = read(tmp_path, WIDE + LEARNER * 3 + "5,Asha,Khan,a@example.com\n" + cut + LEARNER)
    assert [(code, row) for code, row, _ in said(table.findings)] == [("row-ragged", 6), ("row-ragged", 7)]


def test_many_short_rows_cost_no_more_than_their_number(tmp_path: Path) -> None:
    """A long list of single words below the people is read in a moment."""
    table = read(tmp_path, HEAD + ASHA * 200 + "x\n" * 50_000)
    assert (len(table.frame), table.findings) == (50_200, ())


def test_a_quotation_mark_never_closed_is_said(tmp_path: Path) -> None:
    """Lines swallowed by one cell are said at the row that swallowed them; a cell of many lines is fine."""
    fine = 'Tom,"one, two\nthree, four\n",t@example.com,1\n'
    table = read(tmp_path, HEAD + fine + 'Asha,"Khan,a@example.com,1\n' + ASHA + TOM)
    assert rows(table) == [2, 3]
    assert [(code, row) for code, row, _ in said(table.findings)] == [("row-ragged", 3)]


def test_a_cell_that_swallows_megabytes_is_refused(tmp_path: Path) -> None:
    """A quotation mark that swallows a large file is named as the cause."""
    code, detail = refused(tmp_path, (HEAD + ASHA * 200 + 'Asha,"' + ASHA * 300_000).encode())
    assert code == "file-unreadable"
    assert "quotation mark" in detail


@pytest.mark.parametrize("before", ["", TOM * 30], ids=["first row", "later row"])
def test_a_cell_of_any_length_does_not_hide_the_headings(tmp_path: Path, before: str) -> None:
    """A cell far longer than any field is read whole, so that it can be named, in rows of any width."""
    long = "z" * 140_000
    table = read(tmp_path, HEAD + before + f'Asha,{long},a@example.com,1\nMei,"{long}"\n' + TOM)
    assert [row[1] for row in texts(table)[before.count("\n") :]] == [long, long, "O'Neil"]
    assert table.findings == ()


def test_a_file_of_nothing_but_odd_rows_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each row of another width than the rest costs work, so there is an end to it."""
    monkeypatch.setattr("bulk_import.read.body.MOST_ODD_ROWS", 100)
    assert len(rows(read(tmp_path, HEAD + ASHA * 120 + "Asha,Khan\n" * 100))) == 220
    code, detail = refused(tmp_path, (HEAD + ASHA * 120 + "Asha,Khan\n" * 101).encode())
    assert (code, detail) == ("file-unreadable", "more than 100 of its rows have more or fewer cells than the others")
    monkeypatch.setattr("bulk_import.read.body.MOST_ODD_CELLS", 1000)
    assert refused(tmp_path, (HEAD + ASHA * 120 + "x," * 1000 + "\n").encode())[0] == "file-unreadable"


def test_guidance_rows_are_skipped(tmp_path: Path) -> None:
    """The template's own rows are left out with one note."""
    table = read(tmp_path, "Notes (not sent)," + HEAD + "How to fill in:,a,b,c,d\nExample (not sent),a,b,c,d\n," + ASHA)
    assert (rows(table), said(table.findings)) == ([4], [("guidance-skipped", None, "rows 2, 3")])


def test_a_row_with_names_is_no_guidance(tmp_path: Path) -> None:
    """Somebody of whom a column says “Required” is a row, with the error that the e-mail address is missing."""
    table = read(tmp_path, "First name,Last name,Email,English,Maths\nAmy,Cole,,Required,Required\n")
    assert (rows(table), said(table.findings)) == ([2], [])


def test_headings_alone_are_a_table_of_nothing(tmp_path: Path) -> None:
    """A file of headings has no rows, with or without a line end."""
    for text in (HEAD, HEAD.strip(), HEAD + "\n\n"):
        table = read(tmp_path, text)
        assert (len(table.headings), table.rows_read, table.types.shape) == (4, 0, (0, 4))
        assert said(table.findings) == [("rows-missing", None, "")]


WEB_PAGE = "it is a web page (HTML), whatever its name says"
SPREADSHEET_2003 = b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">'
KINDS = [
    (b"", "file-unreadable", "it is empty"),
    (b"\xef\xbb\xbf \r\n", "file-unreadable", "it is empty"),
    (b"%PDF-1.7 ...", "file-type", "it is a PDF"),
    (b"\r\n<html><table><tr><td>First Name</td></tr></table>", "file-type", WEB_PAGE),
    (b"\xef\xbb\xbf<!DOCTYPE html><p>", "file-type", WEB_PAGE),
    (SPREADSHEET_2003, "file-type", "it is an “XML Spreadsheet 2003”"),
    (b'<?xml version="1.0"?><people/>', "file-type", "it is an XML file"),
    (b"\x89PNG\r\n\x1a\n", "file-type", "it is a picture"),
    (b"abc\0\1\2\3\0\xff\0\0\0def", "file-type", "it is a binary file of an unknown kind"),
    (b"Some text\nof no use\n", "header-missing", ""),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "file-type", "it is an older Office file, but not a workbook"),
    (b"PK\x03\x04" + b"\0" * 60, "file-unreadable", "it is damaged: its end is missing or wrong"),
]


@pytest.mark.parametrize(("data", "code", "detail"), KINDS)
def test_other_kinds_of_file_are_told(tmp_path: Path, data: bytes, code: str, detail: str) -> None:
    """What a file really is, is said, whatever its name."""
    assert refused(tmp_path, data) == (code, detail)


@pytest.mark.parametrize("name", ["people.xls", "people.xlsx", "people"])
def test_a_csv_is_read_whatever_its_name(tmp_path: Path, name: str) -> None:
    """Report servers name their CSV .xls."""
    path = tmp_path / name
    path.write_text(HEAD + ASHA, encoding="utf-8")
    table = read_table(path, known=known)
    assert (texts(table), table.findings, table.source.sheet) == ([ASHA.strip().split(",")], (), None)


def test_files_that_cannot_be_opened(tmp_path: Path) -> None:
    """A missing file, a folder and a file beyond the limit are said in one sentence each."""

    def code_of(path: Path) -> tuple[str, str]:
        with pytest.raises(InputUnreadable) as caught:
            read_table(path, known=bool)
        assert caught.value.exit_code == 6
        assert caught.value.finding.place.file == str(path)
        return caught.value.finding.code, caught.value.finding.detail

    assert code_of(tmp_path / "none.csv") == ("file-unreadable", "there is no such file")
    assert code_of(tmp_path) == ("file-unreadable", "it is a folder, not a file")
    lock = tmp_path / "~$people.xlsx"
    lock.write_bytes(b"\x05Karen" + b" " * 159)
    assert code_of(lock)[1].startswith("it is the lock file that Excel leaves beside an open workbook")
    huge = tmp_path / "huge.csv"
    with huge.open("wb") as stream:
        stream.truncate(10 * 2**30)
    assert code_of(huge) == ("file-too-large", "it has 10,240 MiB, and the limit is 512 MiB")


class GrowingPath(type(Path())):  # type: ignore[misc]  # the class differs between Windows and the others
    """A file that another program is still writing."""

    def open(self, mode: str) -> IO[bytes]:
        """Opens it, after one more line has arrived."""
        with Path(self).open("ab") as stream:
            stream.write(TOM.encode())
        return io.FileIO(Path(self), mode)


def test_a_file_that_is_still_being_written_is_refused(tmp_path: Path) -> None:
    """What is read must be what was there, whole."""
    path = GrowingPath(tmp_path / "people.csv")
    Path(path).write_text(HEAD + ASHA, encoding="utf-8")
    with pytest.raises(InputUnreadable) as caught:
        read_table(path, known=known)
    assert "changed while it was being read" in caught.value.message


def test_too_many_lines_or_columns_are_refused(tmp_path: Path) -> None:
    """Line ends without number, or separators without number, cost nothing."""
    lines = HEAD.encode() + b"\n" * (limits.MOST_LINES + 1)
    assert refused(tmp_path, lines)[0] == "file-too-large"
    columns = HEAD.strip().encode() + b"," * limits.MOST_COLUMNS + b"\n"
    assert refused(tmp_path, columns)[0] == "file-too-large"


def test_no_block_ends_with_a_carriage_return(tmp_path: Path) -> None:
    """A line break inside quotation marks stays whole where the fast reader goes on to its next block."""
    assert block_size(memoryview(b"12345\r7890\r"), least=6) == 7
    size = limits.LARGEST_CELL_TEXT
    line = "a" * 2000 + ",b,c,d\n"
    before = line * ((size - 5000) // len(line)) + 'Asha,"'
    cut = "K" * (size - 1 - len(before)) + "\r\nhan"
    table = read(tmp_path, HEAD + before + cut + '",a@example.com,1\n')
    assert table.frame.iloc[-1, 1] == cut


cells = st.text(st.characters(codec="utf-8", exclude_characters="\0\ufeff"), max_size=8)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.lists(st.lists(cells, min_size=1, max_size=4), min_size=1, max_size=8),
    separator=st.sampled_from([",", ";", "\t", "|"]),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]),
    sparing=st.booleans(),
)
def test_what_is_written_is_read(
    tmp_path: Path, body: list[list[str]], separator: str, line_end: str, encoding: str, *, sparing: bool
) -> None:
    """Every cell that Python's own csv module writes comes back as typed, in its row and column."""
    body = [[_encodable(cell, encoding) for cell in row[:3]] for row in body]
    out = io.StringIO(newline="")
    # Sparing of quotation marks, the csv module leaves a line break bare where lines end with another one.
    bare = sparing and not any(character in cell for row in body for cell in row for character in "\r\n")
    quoting: Literal[0, 1] = csv.QUOTE_MINIMAL if bare else csv.QUOTE_ALL
    writer = csv.writer(out, delimiter=separator, lineterminator=line_end, quoting=quoting)
    writer.writerows([["First Name", "Last Name", "Email", "ULN"], *[["Zoë", *row] for row in body]])
    mark = "\ufeff" if encoding in {"utf-16-le", "utf-16-be"} else ""
    table = read_bytes(tmp_path, (mark + out.getvalue()).encode(encoding))
    expected = [["Zoë", *[cell or None for cell in row], *[None] * (3 - len(row))] for row in body]
    assert texts(table) == expected
    assert rows(table) == list(range(2, len(body) + 2))


def _encodable(cell: str, encoding: str) -> str:
    return cell.encode(encoding, "ignore").decode(encoding)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(alphabet='ab,"\n\r; ', max_size=60))
def test_any_text_is_cut_as_pythons_csv_module_cuts_it(tmp_path: Path, text: str) -> None:
    """However quotation marks and line ends fall, the fast reader and the csv module agree on rows and cells."""
    data = "First Name,Last Name,Email,ULN\n1,2,3,4\n1,2,3,4\n" + text
    table = read(tmp_path, data)
    expected = list(csv.reader(io.StringIO(data, newline="")))
    for row, read_cells in zip(rows(table), texts(table), strict=True):
        # The line end after a quotation mark that is never closed may or may not be part of the cell.
        want = [cell.rstrip("\r\n") for cell in expected[row - 1][:4]]
        assert [(cell or "").rstrip("\r\n") for cell in read_cells[:4]] == want + [""] * (4 - len(want))
    filled = {number for number, row in enumerate(expected, start=1) if any(cell.strip() for cell in row)}
    assert filled - {1} == set(rows(table))
