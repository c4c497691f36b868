"""The screen: whatever a cell or a server sends, a terminal is left alone."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stdout

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulk_import.cli.screen import complain, print_json, say, shown
from bulk_import.errors import ApiDown


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("Zoë O’Neill\nŁukasz", "Zoë O’Neill\nŁukasz"),
        ("\x1b[2Jgone", "�[2Jgone"),
        ("a\x07b\x9bc\r", "a�b�c�"),
        ("abc\u202etxt", "abc�txt"),
        ("\ud800", "�"),
    ],
)
def test_control_characters_are_marked(text: str, seen: str) -> None:
    """Escape sequences, bells and turned writing become a mark; people's names stay."""
    assert shown(text) == seen


@given(st.text())
def test_nothing_harmful_is_ever_shown(text: str) -> None:
    """No control character but the line break is left, and the rest can be encoded."""
    seen = shown(text)
    assert all(letter == "\n" or letter >= " " for letter in seen)
    assert "\x1b" not in seen
    seen.encode("utf-8")


def test_sentences_pass_through_it(capsys: pytest.CaptureFixture[str]) -> None:
    """What stops a command, and what it says meanwhile, is cleaned as well."""
    complain(ApiDown("\x1b]0;title\x07down", "\x1b[8mhidden"))
    say("\x1b[31mred")
    assert "\x1b" not in capsys.readouterr().err


@given(st.text())
def test_json_leaves_a_terminal_alone_and_means_the_same(text: str) -> None:
    """What would do something to a terminal is escaped, and whoever reads the object finds the text as it was."""
    with io.StringIO() as stream, redirect_stdout(stream):
        print_json({"heading": text})
        printed = stream.getvalue()
    assert shown(printed) == printed
    assert json.loads(printed) == {"heading": text}
