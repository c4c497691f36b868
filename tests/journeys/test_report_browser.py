"""report.html in a browser: axe-core finds nothing, in light and dark, narrow and wide; only with --browser.

`pytest --browser axe.min.js tests/journeys/test_report_browser.py` needs Chromium with its driver, `pip install
'.[browser]'`, and the file axe.min.js of the npm package axe-core (`npm pack axe-core`, then unpack it).
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bulk_import.report import Leaver, RowFate, Status, write_page
from tests.unit.reporting import assessor, report, table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from selenium.webdriver import Chrome

    from bulk_import.report import Report

pytestmark = [pytest.mark.journey, pytest.mark.browser]

WIDTHS = (320, 1280)
HOSTILE = '"><img src=x onerror="document.title=1"></td><script>document.title=2</script>{{ 7*7 }}'


@pytest.fixture(scope="module")
def browser() -> Iterator[Chrome]:
    """Chromium without a window."""
    from selenium import webdriver  # noqa: PLC0415 - only with --browser

    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or shutil.which("google-chrome") or ""
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(shutil.which("chromedriver")))
    yield driver
    driver.quit()


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report with every kind of row, opened as a file like any other."""
    rows = [
        assessor(1),
        assessor(2, Email="nobody", First_Name=HOSTILE),
        assessor(3, Last_Name="Khan (2)"),
        assessor(4, Role="Wizard"),
        assessor(5),
    ]
    fates = [{2: RowFate(Status.CREATED, 5740, attempts=1), 4: RowFate(Status.HELD), 6: RowFate(Status.UNRESOLVED)}]
    made = report(table(rows), fates=fates, notices=("Nobody is e-mailed.",))
    gone = (Leaver(5741, "M00007", "Learner", HOSTILE), Leaver(5742, None, "Learner or Employer", "Asha Khan"))
    refusal = ("Nothing was sent: the submit was refused.", "If it is what you mean, submit it with --allow-large.")
    return _written(tmp_path_factory.mktemp("page"), replace(made, leavers=gone, refusal=refusal))


def _written(folder: Path, made: Report) -> Path:
    path = folder / "report.html"
    with path.open("wb") as stream:
        write_page(made, stream)
    return path


def _shown(browser: Chrome, page: Path, width: int, scheme: str) -> None:
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    browser.get(page.as_uri())


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing(
    browser: Chrome, page: Path, width: int, scheme: str, request: pytest.FixtureRequest
) -> None:
    """The page keeps WCAG 2.2 AA and axe-core's best practices, in every width and colour scheme."""
    _shown(browser, page, width, scheme)
    browser.execute_script(Path(request.config.getoption("--browser")).read_text(encoding="utf-8"))
    found: dict[str, Any] = browser.execute_async_script(
        "const done = arguments[0];"
        "axe.run(document, {resultTypes: ['violations', 'incomplete']}).then(done, (e) => done({error: String(e)}));"
    )
    assert "error" not in found, found
    told = [{"id": one["id"], "nodes": [node["html"] for node in one["nodes"]]} for one in found["violations"]]
    assert not told, json.dumps(told, indent=1)
    assert len(found["passes"]) > 20
    if folder := os.environ.get("SCREENSHOTS"):
        browser.save_screenshot(str(Path(folder) / f"{page.parent.name}-{width}-{scheme}.png"))


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_sticks_out(browser: Chrome, page: Path, width: int) -> None:
    """At 320 pixels, as at 1280, nobody has to scroll sideways."""
    _shown(browser, page, width, "light")
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width


def test_what_stands_in_a_cell_does_nothing(browser: Chrome, page: Path) -> None:
    """Markup, scripts and template marks in cells are text, and the page's own style and script are let through."""
    _shown(browser, page, 1280, "light")
    assert browser.title == "OneFile import: run 20260901-070005"
    assert browser.execute_script("return document.querySelectorAll('img, td script, iframe').length") == 0
    assert HOSTILE in browser.execute_script("return document.getElementById('row-0-3').innerText")
    assert browser.execute_script("return document.getElementById('filter').hidden") is False
    assert [entry for entry in browser.get_log("browser") if "Content Security" in entry["message"]] == []


def test_the_search_leaves_only_what_fits(browser: Chrome, page: Path) -> None:
    """A word typed leaves the rows that hold it, and how many they are is announced."""
    _shown(browser, page, 1280, "light")
    script = (
        "const box = document.getElementById('search'); box.value = arguments[0];"
        "box.dispatchEvent(new Event('input'));"
        "return [[...document.querySelectorAll('.rows tbody tr')].filter((row) => !row.hidden).map((row) => row.id),"
        " document.getElementById('shown').textContent];"
    )
    assert browser.execute_script(script, "wizard") == [["row-0-5"], "Rows shown: 1 of 5"]
    assert browser.execute_script(script, "")[1] == "Rows shown: 5 of 5"
