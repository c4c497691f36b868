"""report.html: it needs nothing else, says everything, and nothing in it comes alive."""

from __future__ import annotations

import base64
import hashlib
import io
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from bulk_import.findings import Finding, Place
from bulk_import.printable import printable
from bulk_import.report import Leaver, Report, RowFate, Status, write_page
from tests.unit.reporting import HEADINGS, assessor, report, table

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onclick='alert(1)",
    "</td></table></style><style>*{display:none}",
    "{{ 7 * 7 }}{% raw %}",
    "javascript:alert(1)",
    "\u202egnp.exe",
    "\x1b]0;title\x07",
]
VOID = {"meta", "br", "input", "img", "link"}


class Page(HTMLParser):
    """The elements of a page, each with its attributes and the text inside it."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None], list[str]]] = []
        self._open: list[int] = []
        self.feed(source)
        assert not self._open, "an element was left open"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Takes an element."""
        self.elements.append((tag, dict(attrs), []))
        if tag not in VOID:
            self._open.append(len(self.elements) - 1)

    def handle_endtag(self, tag: str) -> None:
        """Sees that elements end in the order they began in."""
        assert self.elements[self._open.pop()][0] == tag

    def handle_data(self, data: str) -> None:
        """Takes a text for each element it stands in."""
        for at in self._open:
            self.elements[at][2].append(data)

    def texts(self, tag: str, **wanted: str) -> list[str]:
        """What stands in the elements of a kind."""
        return [
            " ".join("".join(text).split())
            for name, given, text in self.elements
            if name == tag and wanted.items() <= given.items()
        ]

    def attributes(self, name: str) -> list[str]:
        """Every value of an attribute."""
        return [value or "" for _, given, _ in self.elements for key, value in given.items() if key == name]


def _page(made: Report, most_rows: int = 2_000) -> Page:
    stream = io.BytesIO()
    write_page(made, stream, most_rows=most_rows)
    return Page(stream.getvalue().decode())


def test_the_page_needs_nothing_from_elsewhere() -> None:
    """No address leads out of the page, and its policy lets nothing in but its own style and script."""
    page = _page(report(table([assessor(1, Email="nobody")])))
    assert all(target.startswith("#") for target in page.attributes("href"))
    assert page.attributes("src") == []
    (policy,) = [given["content"] or "" for _, given, _ in page.elements if "http-equiv" in given]
    allowed = set(re.findall(r"'sha256-([^']+)'", policy))
    inline = ["".join(text) for tag, _, text in page.elements if tag in {"style", "script"}]
    assert allowed == {base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in inline}
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert not [key for _, given, _ in page.elements for key in given if key == "style" or key.startswith("on")]


@pytest.mark.parametrize("text", HOSTILE)
def test_what_stands_in_a_cell_is_text(text: str) -> None:
    """A cell's markup, wherever the page shows it, is shown and adds no element and no attribute."""
    rows = [assessor(1), assessor(2, First_Name=text, MISID=text, Role=text, Email=text)]
    calm = _page(report(table([assessor(1), assessor(2, First_Name="Bo", MISID="M2", Role="x", Email="y")])))
    page = _page(report(table(rows, sheet="Staff", name=f"staff{text}.xlsx")))
    kinds = {(tag, frozenset(given)) for tag, given, _ in page.elements}
    assert kinds <= {(tag, frozenset(given)) for tag, given, _ in calm.elements}
    seen = "".join("".join(words) for tag, _, words in page.elements if tag == "main")
    assert printable(text) in seen
    assert printable(seen) == seen


def test_rows_that_need_attention_come_first_and_the_page_says_what_it_leaves_out() -> None:
    """Of a long run the page shows the rows that somebody has to act on, and how many others there are."""
    rows = [assessor(number, Email="nobody" if number in {3, 5} else f"a{number}@example.com") for number in range(7)]
    page = _page(report(table(rows)), most_rows=3)
    assert page.texts("th", scope="row", **{"data-label": "Row"}) == ["5", "7", "2"]
    assert any("4 more are left out of this page" in text for text in page.texts("p"))
    assert not any("left out of this page" in text for text in _page(report(table(rows))).texts("p"))


def test_what_changes_stands_before_what_stays_as_it_is() -> None:
    """Of a night without problems the few changed rows are seen before the many others, lost rows before all."""
    ended = [*Status, None]
    rows = {row: RowFate(status) for row, status in enumerate(ended, start=2) if status not in {None, Status.INVALID}}
    people = [assessor(at, **{"Email": "x"} if ended[at] is Status.INVALID else {}) for at in range(len(ended))]
    page = _page(report(table(people), fates=[rows]))
    shown = [int(text) for text in page.texts("th", scope="row", **{"data-label": "Row"})]
    assert [ended[row - 2] for row in shown] == [
        *(Status.INVALID, Status.HELD, Status.REJECTED, Status.UNRESOLVED, Status.NOT_SENT, None),
        *(Status.WOULD_CREATE, Status.WOULD_UPDATE, Status.CREATED, Status.UPDATED),
        *(Status.VALID, Status.UNCHANGED, Status.SKIPPED),
    ]


def test_problems_stand_together_by_code_with_their_cells() -> None:
    """Each kind of problem is counted once, by column, and its cells lead to their rows."""
    rows = [assessor(1), assessor(2, Email="nobody"), assessor(3, Email="no one"), assessor(4, Role="Wizard")]
    page = _page(report(table(rows)))
    kinds = ["Error email-format 2 times", "Error role-unknown 1 time", "Note column-unknown 1 time"]
    assert page.texts("h3") == [*kinds, "Columns"]
    assert "Column D, “Email”" in page.texts("h4")
    assert {"D3", "D4", "E5"} <= set(page.texts("a"))
    assert {"#row-0-3", "#row-0-4", "#row-0-5"} <= set(page.attributes("href"))
    assert {"row-0-3", "row-0-4", "row-0-5"} <= set(page.attributes("id"))


def test_a_problem_met_a_thousand_times_names_forty_cells_and_counts_the_others() -> None:
    """The list of cells stays readable, and says how many more there are."""
    page = _page(report(table([assessor(number, Email="nobody") for number in range(1000)])))
    assert "Error email-format 1,000 times" in page.texts("h3")
    assert len([text for text in page.texts("a") if re.fullmatch(r"D\d+", text)]) == 40
    assert "and 960 more, all in results.xlsx" in page.texts("li")


def test_the_chart_says_in_words_what_it_shows() -> None:
    """The picture has a title and a text with the same numbers as the table beside it."""
    fates = [{2: RowFate(Status.CREATED, 5740), 3: RowFate(Status.CREATED, 5741), 4: RowFate(Status.HELD)}]
    page = _page(report(table([assessor(1), assessor(2), assessor(3)]), fates=fates))
    (said,) = page.texts("desc")
    assert said.startswith("Created: 2, Held for a person (held): 1. ")
    assert page.texts("td", role="cell", **{"class": "count"}) == ["2", "1", "0", "3", "3"]
    (picture,) = [given for tag, given, _ in page.elements if tag == "svg"]
    named = {given.get("id") for tag, given, _ in page.elements if tag in {"title", "desc"}}
    assert picture["role"] == "img"
    assert set((picture["aria-labelledby"] or "").split()) <= named


def test_the_page_is_in_british_english_and_has_a_title() -> None:
    """A screen reader knows how to say it, and a browser what to call it."""
    page = _page(report(table([assessor(1)])))
    assert page.elements[0][:2] == ("html", {"lang": "en-GB"})
    assert page.texts("title")[0] == "OneFile import: run 20260901-070005"
    assert page.texts("h1") == ["OneFile import"]


def test_a_row_says_who_what_and_what_to_do() -> None:
    """Person, reference, role, account, and the findings of the row stand in its line."""
    refused = Finding("refused", Place("staff.xlsx", "Staff", 2), detail="no such placement (code -57)")
    page = _page(report(table([assessor(1)]), fates=[{2: RowFate(Status.REJECTED, 7, findings=(refused,))}]))
    cells = dict(
        zip(page.attributes("data-label"), [*page.texts("th", scope="row")[-1:], *page.texts("td")[-5:]], strict=True)
    )
    assert cells == {
        "Row": "2",
        "Status": "Refused by OneFile (rejected)",
        "Person": "Asha KhanT001Assessor",
        "User ID": "7",
        "What happened": "Sent, and OneFile refused it.Error: OneFile refused this row: no such placement (code -57).",
        "What to do": "Read what OneFile says, correct the row, and submit the file again.",
    }


def test_counts_that_do_not_add_up_are_said() -> None:
    """A row that is lost is no small print."""
    page = _page(report(table([assessor(1), assessor(2)]), fates=[{2: RowFate(Status.CREATED)}]))
    (alarm,) = page.texts("p", **{"class": "alarm"})
    assert "NO. The counts do not add up" in alarm
    assert "Not accounted for" in page.texts("span")


def test_a_run_without_rows_or_problems_is_a_page_too() -> None:
    """Nothing to show is said in words."""
    page = _page(report(table([])))
    assert page.texts("table", **{"class": "rows"}) == []
    clean = _page(report(table([assessor(1)[:6]], HEADINGS[:6])))
    assert "No problems were found." in clean.texts("p")


def test_leavers_are_told_with_their_names_where_there_are_any() -> None:
    """Their section is led to from the top; of very many the page names some, and says where the others are."""
    made = report(table([assessor(1)]), fates=[{2: RowFate(Status.UNCHANGED, 7)}])
    assert "Leavers" not in _page(made).texts("h2")
    gone = replace(made, leavers=(Leaver(5740, "T9", "Learner", "Bo <b>Reed"), Leaver(5741), Leaver(5742)))
    page = _page(gone, most_rows=2)
    assert any(text.startswith("3 people are no longer in the file") for text in page.texts("li"))
    assert "#leavers" in page.attributes("href")
    assert {"Bo <b>Reed", "T9", "Learner"} <= set(page.texts("td"))
    assert ("5741" in page.texts("th"), "5742" in page.texts("th")) == (True, False)
    assert "and 1 more, all in results.xlsx" in page.texts("p")


def test_several_files_are_told_apart() -> None:
    """Rows and problems of two files say which file they are of."""
    made = report(table([assessor(1)], name="a.xlsx"), table([assessor(2, Email="x")], name="b.csv", sheet=None))
    page = _page(made)
    assert page.texts("td", **{"data-label": "Sheet"}) == ["b.csv", "a.xlsx: Staff"]
    assert "b.csv: Column D, “Email”" in page.texts("h4")


def test_the_same_report_gives_the_same_page() -> None:
    """Nothing but the report decides about the page."""
    made = [report(table([assessor(1), assessor(2, Email="nobody")])) for _ in range(2)]
    streams = [io.BytesIO(), io.BytesIO()]
    for one, stream in zip(made, streams, strict=True):
        write_page(one, stream)
    assert streams[0].getvalue() == streams[1].getvalue()


def test_what_each_column_was_taken_for_is_told() -> None:
    """Each column stands with its letters, its heading and the field it holds, or why it holds none."""
    page = _page(report(table([assessor(1)], [*HEADINGS[:6], HOSTILE[0]])))
    told = dict(zip(page.texts("dt"), page.texts("dd"), strict=True))
    assert told["B First Name"] == "FirstName"
    assert told[f"G {HOSTILE[0]}"] == "Not sent: its heading is not known."
