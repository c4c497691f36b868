"""Reasons of refusals: readable, and without anybody's data."""

from __future__ import annotations

import base64
import json
import re
import time
import urllib.parse

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulk_import.catalogue import FIELDS
from bulk_import.refusal import LONGEST_MESSAGE, NO_REASON, Reason, field_refused, reason
from bulk_import.vocabulary import FIELD_NAMES, WORDS, WORDS_IN_LOWER_CASE

SENT = {
    "OrganisationID": 1,
    "FirstName": "Zoë Anne",
    "LastName": "O'Example-Smith",
    "Email": "zoe.os@example.com",
    "MISID": "N-0042",
    "ULN": "9276308686",
    "NINO": "AB 12 34 56 C",
    "DOB": "2007-03-04T00:00:00.000Z",
    "L12": "40",
    "L13": "F",
    "HomeAddress": "1 Made Up Road\nTesttown\nAB1 2CD",
    "MobileNumber": "07700 900123",
}
TOKENS = ("cust-tok-x", "sessAAAA+/=")


def _message(said: str, sent: dict[str, object] | None = None) -> str:
    return reason(json.dumps({"code": -1, "message": said}).encode(), SENT if sent is None else sent, TOKENS).message


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"code": -57, "message": "Placement not found."}', Reason(-57, "Placement not found.", own=True)),
        (b'{"Code": "-57", "Message": "Placement not found."}', Reason(-57, "Placement not found.", own=True)),
        (b'{"code": -57, "message": "Xyzzy"}', Reason(-57, "placement not found", own=True)),
        (b'{"code": -9, "message": "Xyzzy"}', Reason(-9, NO_REASON, own=True)),
        (b'{"title": "Bad Request", "status": 400}', Reason(None, "Bad Request")),
        (b'{"code": 404, "message": "Not Found"}', Reason(404, "Not Found")),
        (b'{"code": true, "message": 5}', Reason(None, "")),
        (b'{"code": "E12"}', Reason(None, "")),
        (b'"Not permitted"', Reason(None, "Not permitted")),
        (b"[1]", Reason(None, "")),
        (b"", Reason(None, "")),
        (b"Invalid value", Reason(None, "Invalid value")),
        (
            b"<html><head><title>404 &amp; not found</title></head><body><p>x</p></body></html>",
            Reason(None, "… not found"),
        ),
        (b"<p>No <b>such</b>\n user</p><script>alert(1)</script>", Reason(None, "No such user")),
        (b"\xff\xfe invalid", Reason(None, "invalid")),
        (b'{"message": "invalid \\ud800"}', Reason(None, "invalid")),
        (b"[" * 20_000, Reason(None, "")),
        (b'{"message": "Invalid email", "pad": "' + b"y" * 30_000 + b'"}', Reason(None, "Invalid email")),
    ],
)
def test_any_shape_of_refusal_is_read_as_far_as_it_goes(body: bytes, expected: Reason) -> None:
    """Code and message are found in whatever JSON, text or page the refusal is."""
    assert reason(body, None) == expected


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Value Zoë Anne is invalid", "Value FirstName is invalid"),
        ("ZOË is invalid", "FirstName is invalid"),
        ("user O'EXAMPLE-SMITH exists", "user LastName exists"),
        ("<b>O&#39;Example-Smith</b> exists", "LastName exists"),
        ("zoe.os@example.com is taken", "Email is taken"),
        ("zoe.os%40example.com is taken", "Email is taken"),
        ("zoe\u200b.os@example.com is taken", "Email is taken"),
        ("someone.else@example.org is taken", "… is taken"),
        ("MISID N-0042 in use", "MISID MISID in use"),
        ("ULN 9276308686 unknown", "ULN ULN unknown"),
        ("ULN １２３４５６７８９０ unknown", "ULN … unknown"),
        ("NINO AB123456C wrong", "NINO … wrong"),
        ("born 2007-03-04T00:00:00.000Z: invalid date", "… DOB: invalid date"),
        ("L13 must not be F", "L13 must not be L13"),
        ("invalid address: 1 Made Up Road Testtown", "invalid address: … Up …"),
        ("Placement 301 not found", "Placement … not found"),
        ("The FirstName field is required.", "The FirstName field is required."),
        ("E-mail address already in use", "E-mail address already in use"),
        ("user May Long exists; name too long", "user … exists; name too long"),
    ],
)
def test_a_message_names_fields_and_shows_plain_words(said: str, shown: str) -> None:
    """A message that echoes a value names the field instead; of the rest only words that are nobody's are kept."""
    assert _message(said) == shown


@pytest.mark.parametrize(
    "said",
    [
        "NI AB-12-34-50-C AB.123450C AB 1234 50 C A B 1 2 3 4 5 0 C",
        "Pakistani (040) L12 '4 0' White British",
        "Jane Okafor, 1 February 2001, 01632.960.200, SW1A 1AA",
        "\\u005aebedeea Q&#x200b;uillfeathera \uff21\uff22123450C AB12345%30C &amp;#65;da",
        "01022001 20010201 2001 450C",
        "0&#55;700 9001&#x200b;23",
    ],
)
def test_somebody_elses_data_is_not_shown(said: str) -> None:
    """Names, numbers, dates, postcodes and meanings of codes that were never sent are gone in any writing."""
    left = set(re.findall(r"[^\W_]+", _message(f"Duplicate {said} found")))
    assert left - {*SENT} <= {"Duplicate", "found", "L12"}


@pytest.mark.parametrize("token", ["cust-tok-x", "cust&#45;tok&#45;x", "cust%2Dtok%2dx", "ｃust-tok-x", "sessAAAA+/="])
def test_a_token_is_not_shown_in_any_writing(token: str) -> None:
    """A token is taken out as itself, as entities, in percent signs and in wide letters."""
    assert _message(f"invalid token {token}") == "invalid token (token)"


def test_a_message_with_nothing_left_says_so() -> None:
    """Where no word that says anything is left, the message says that, and never nothing."""
    assert _message("Jane Okafor is not at the 5th") == NO_REASON


def test_the_fields_of_the_catalogue_may_be_shown() -> None:
    """Whatever field is sent can be named in a refusal, and no word that may be a name is shown with a capital."""
    assert set(FIELDS) <= set(FIELD_NAMES)
    assert not WORDS & WORDS_IN_LOWER_CASE


def test_a_long_message_is_cut_after_scrubbing() -> None:
    """A message is cut only once nothing personal is left, so that no half of a value survives the cut."""
    message = _message("no " * (LONGEST_MESSAGE // 3 - 4) + str(SENT["Email"]) + " invalid" * 50)
    assert len(message) <= LONGEST_MESSAGE
    assert "zoe" not in message


@pytest.mark.parametrize(
    "body",
    ["a" * 900_000, "1 " * 400_000, "<title>" * 130_000, "<!--" * 200_000, "<script " * 100_000, "…. " * 300_000],
    ids=lambda body: body[:8],
)
def test_no_answer_takes_long_to_read(body: str) -> None:
    """However a megabyte of refusal is made up, it is read in a moment."""
    began = time.process_time()
    reason(body.encode(), SENT, TOKENS)
    assert time.process_time() - began < 1.0


def _wide(text: str) -> str:
    return "".join(chr(ord(letter) + 0xFEE0) if "!" <= letter <= "~" else letter for letter in text)


WRITINGS = (
    str,
    str.upper,
    _wide,
    " ".join,
    "\u200b".join,
    "-".join,
    urllib.parse.quote,
    lambda text: "".join(f"&#{ord(letter)};" for letter in text),
    lambda text: "".join(f"%{byte:02x}" for byte in text.encode()),
    json.dumps,
    lambda text: base64.b64encode(text.encode()).decode(),
    lambda text: text[:-1],
    lambda text: text[1:],
)
values = st.text(min_size=2, max_size=40) | st.from_regex(r"[A-Z][a-z]{1,9} [A-Z][a-z]{1,9}", fullmatch=True)


@given(
    sent=values,
    theirs=values,
    name=st.sampled_from(("FirstName", "Email", "HomeAddress", "NINO")),
    writing=st.sampled_from(WRITINGS),
    around=st.text(max_size=20),
)
def test_no_word_but_plain_ones_survives(sent: str, theirs: str, name: str, writing: object, around: str) -> None:
    """Whatever was sent, whoever else it tells of and however that is written: no other word is ever shown."""
    assert callable(writing)
    said = f"Invalid {writing(sent)}{around} {writing(theirs)} for user"
    shown = _message(said, {name: sent})
    for word in re.findall(r"[^\W_]{2,}", re.sub(r"\be-mails?\b", "", shown, flags=re.IGNORECASE)):
        assert word.casefold() in WORDS or word in WORDS_IN_LOWER_CASE


@given(value=st.sampled_from(sorted(WORDS | WORDS_IN_LOWER_CASE)), name=st.sampled_from(("LastName", "Email", "MISID")))
def test_a_value_that_is_a_plain_word_is_still_taken_out(value: str, name: str) -> None:
    """Somebody who is called Missing is not named either."""
    shown = _message(f"user {value.title()} duplicate", {name: value.title()})
    assert value.title() not in shown.replace("user", "").replace("duplicate", "").replace(name, "").split()


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ("Xyzzy (code -57)", "PlacementID"),
        ("no reason (code -58)", "ClassroomID"),
        ("not found (code -11)", "OrganisationID"),
        ("The Email is already in use (code -9)", "Email"),
        ("E-mail address already exists in this organisation", "Email"),
        ("Organisation is archived", "OrganisationID"),
        ("Default assessor has not the required role", "DefaultAssessorID"),
        ("DefaultAssessorID not found", "DefaultAssessorID"),
        ("Role is not permitted", "Role"),
        ("FirstName and LastName are required", None),
        ("Placement does not belong to this class", None),
        ("The name is too long", None),
        ("status 400", None),
        ("", None),
    ],
)
def test_the_field_that_a_refusal_is_about(said: str, field: str | None) -> None:
    """A public code tells it, else the one field that the message names; several or none are no field."""
    assert field_refused(said) == field
