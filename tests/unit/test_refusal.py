"""Reasons of refusals: readable, and without anybody's data."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulk_import.refusal import LONGEST_MESSAGE, reason, scrubbed

SENT = {
    "OrganisationID": 1,
    "FirstName": "Zoë Anne",
    "LastName": "O'Example-Smith",
    "Email": "zoe.os@example.com",
    "MISID": "N-0042",
    "ULN": "9276308686",
    "NINO": "AB 12 34 56 C",
    "DOB": "2007-03-04T00:00:00.000Z",
    "L13": "F",
    "HomeAddress": "1 Made Up Road\nTesttown\nAB1 2CD",
    "MobileNumber": "07700 900123",
}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"code": -57, "message": "Placement not found."}', (-57, "Placement not found.")),
        (b'{"Code": "-57", "Message": "Placement not found."}', (-57, "Placement not found.")),
        (b'{"title": "Bad Request", "status": 400}', (None, "Bad Request")),
        (b'{"code": true, "message": 5}', (None, "")),
        (b'{"code": "E12"}', (None, "")),
        (b'"Not today"', (None, "Not today")),
        (b"[1]", (None, "")),
        (b"", (None, "")),
        (b"Plain text", (None, "Plain text")),
        (b"<html><head><title>404 &amp; gone</title></head><body><p>x</p></body></html>", (None, "404 & gone")),
        (b"<p>No <b>such</b>\n page</p><script>alert(1)</script>", (None, "No such page")),
        (b"\xff\xfe broken", (None, "\ufffd\ufffd broken")),
    ],
)
def test_any_shape_of_refusal_is_read_as_far_as_it_goes(body: bytes, expected: tuple[int | None, str]) -> None:
    """Code and message are found in whatever JSON, text or page the refusal is."""
    assert reason(body, None) == expected


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Value Zoë Anne is bad", "Value FirstName is bad"),
        ("ZOË is bad", "FirstName is bad"),
        ("user O'EXAMPLE-SMITH exists", "user LastName exists"),
        ("<b>O&#39;Example-Smith</b> exists", "LastName exists"),
        ("zoe.os@example.com is taken", "Email is taken"),
        ("zoe.os%40example.com is taken", "(e-mail address) is taken"),
        ("someone.else@example.org is taken", "(e-mail address) is taken"),
        ("MISID N-0042 in use", "MISID MISID in use"),
        ("ULN 9276308686 unknown", "ULN ULN unknown"),
        ("ULN 1234567890 unknown", "ULN (number) unknown"),
        ("NINO AB123456C wrong", "NINO (number) wrong"),
        ("born 2007-03-04T00:00:00.000Z", "born DOB"),
        ("born 04/03/2007", "born (date)"),
        ("born 2007-03-04", "born (date)"),
        ("L13 must not be F", "L13 must not be L13"),
        ("lives at 1 Made Up Road Testtown", "lives at 1 HomeAddress HomeAddress HomeAddress HomeAddress"),
        ("call 07700900123", "call (number)"),
        ("Placement 301 not found", "Placement 301 not found"),
        ("For all Fields", "For all Fields"),
    ],
)
def test_nothing_that_was_sent_comes_back(said: str, shown: str) -> None:
    """A message that echoes a value names the field instead, and what looks personal is taken out anyhow."""
    body = json.dumps({"code": -1, "message": said}).encode()
    assert reason(body, SENT) == (-1, shown)


def test_a_long_message_is_cut_after_scrubbing() -> None:
    """A message is cut only once nothing personal is left, so that no half of a value survives the cut."""
    said = "x " * (LONGEST_MESSAGE // 2 - 5) + str(SENT["Email"]) + " y" * 500
    _, message = reason(said.encode(), SENT)
    assert len(message) <= LONGEST_MESSAGE
    assert "zoe" not in message


@given(value=st.text(min_size=4).filter(lambda text: text.strip()), before=st.text(), after=st.text())
def test_no_value_survives_in_a_message(value: str, before: str, after: str) -> None:
    """Whatever text was sent, and wherever it is repeated word for word, it is gone from the message."""
    shown = scrubbed(f"{before} {' '.join(value.split())} {after}", {"EpisodeName": value})
    assert shown != f"{before} {' '.join(value.split())} {after}" or "EpisodeName" in value
