"""How the cells of a workbook look. Colour never says anything that a word does not say as well."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlsxwriter import Workbook
    from xlsxwriter.format import Format


class Style(StrEnum):
    """The looks there are."""

    PLAIN = "plain"
    WORDS = "words"
    NUMBER = "number"
    LINK = "link"
    GOOD = "good"
    ATTENTION = "attention"
    NEUTRAL = "neutral"
    TEXT = "text"
    TEXT_DOUBTFUL = "text-doubtful"
    TEXT_WRONG = "text-wrong"
    TEXT_LINES = "text-lines"
    DATE = "date"
    DATE_DOUBTFUL = "date-doubtful"
    DATE_WRONG = "date-wrong"
    MOMENT = "moment"
    MOMENT_DOUBTFUL = "moment-doubtful"
    MOMENT_WRONG = "moment-wrong"
    HEADING = "heading"
    OWN_HEADING = "own-heading"
    COUNT_HEADING = "count-heading"
    TITLE = "title"
    SUBTITLE = "subtitle"
    SECTION = "section"
    LABEL = "label"
    COUNT = "count"
    TOTAL_LABEL = "total-label"
    TOTAL = "total"


_INK = "#1F2A37"
_BRAND = "#1F4E79"
_WRONG = {"bg_color": "#FFC7CE", "font_color": "#9C0006", "bold": True}
_DOUBTFUL = {"bg_color": "#FFEB9C", "font_color": "#7F6000", "italic": True}
_TEXT_FORMAT = {"num_format": "@"}
_DATE_FORMAT = {"num_format": "dd/mm/yyyy", "align": "left"}
_MOMENT_FORMAT = {"num_format": "dd/mm/yyyy hh:mm", "align": "left"}
_OWN_HEADING = {"bold": True, "bg_color": _BRAND, "font_color": "#FFFFFF", "bottom": 1, "text_wrap": True}
_RULE_BELOW = {"bottom": 1, "bottom_color": "#BFC9D4"}

_LOOKS: Mapping[Style, Mapping[str, object]] = {
    Style.PLAIN: {},
    Style.WORDS: {"text_wrap": True},
    Style.NUMBER: {"num_format": "0", "align": "left"},
    Style.LINK: {"font_color": "#0B57A4", "underline": 1, "num_format": "0", "align": "left"},
    Style.GOOD: {"bg_color": "#E2EFDA", "font_color": "#375623"},
    Style.ATTENTION: {"bg_color": "#FCE4D6", "font_color": "#7A2E0A", "bold": True},
    Style.NEUTRAL: {},
    Style.TEXT: _TEXT_FORMAT,
    Style.TEXT_DOUBTFUL: _TEXT_FORMAT | _DOUBTFUL,
    Style.TEXT_WRONG: _TEXT_FORMAT | _WRONG,
    Style.TEXT_LINES: _TEXT_FORMAT | {"text_wrap": True},
    Style.DATE: _DATE_FORMAT,
    Style.DATE_DOUBTFUL: _DATE_FORMAT | _DOUBTFUL,
    Style.DATE_WRONG: _DATE_FORMAT | _WRONG,
    Style.MOMENT: _MOMENT_FORMAT,
    Style.MOMENT_DOUBTFUL: _MOMENT_FORMAT | _DOUBTFUL,
    Style.MOMENT_WRONG: _MOMENT_FORMAT | _WRONG,
    Style.HEADING: {"bold": True, "bg_color": "#DCE6F0", "bottom": 1, "text_wrap": True},
    Style.OWN_HEADING: _OWN_HEADING,
    Style.COUNT_HEADING: _OWN_HEADING | {"align": "right"},
    Style.TITLE: {"bold": True, "font_size": 20, "font_color": _BRAND},
    Style.SUBTITLE: {"font_size": 12, "font_color": "#44546A"},
    Style.SECTION: {"bold": True, "font_size": 13, "font_color": _BRAND, "bottom": 2, "bottom_color": _BRAND},
    Style.LABEL: {"bold": True, "text_wrap": True},
    Style.COUNT: {"num_format": "#,##0", **_RULE_BELOW},
    Style.TOTAL_LABEL: {"bold": True, "top": 1},
    Style.TOTAL: {"bold": True, "top": 1, "num_format": "#,##0"},
}

ROW_STYLES = tuple(style for style in Style if list(Style).index(style) < list(Style).index(Style.HEADING))
"""The looks of cells in the many rows, which row 2 of each skeleton sheet carries in this order."""


def formats(book: Workbook) -> dict[Style, Format]:
    """Every look as a format of a workbook."""
    usual = {"valign": "top", "font_name": "Calibri", "font_size": 11, "font_color": _INK}
    return {style: book.add_format({**usual, **look}) for style, look in _LOOKS.items()}
