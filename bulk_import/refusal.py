"""What a refusal says, made fit to show: its code, and its message without mark-up and without personal data.

OneFile answers `{"code": negative integer, "message": text}` where anybody has looked; any other shape is read as far
as it goes. A message may repeat what was sent, so whatever equals or contains a value of the request is replaced by
the field's name, and what looks like personal data is taken out wherever it came from.
"""

from __future__ import annotations

import html
import json
import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

LONGEST_MESSAGE = 200
_LONGEST_BODY = 20_000
_SHORT = 3

_CODE_NAMES = ("code", "errorcode", "error_code")
_MESSAGE_NAMES = ("message", "error_description", "detail", "title", "error", "errormessage")

_UNSEEN = re.compile(r"<(script|style|head)\b.*?</\1\s*>|<!--.*?-->", re.IGNORECASE | re.DOTALL)
_TITLE = re.compile(r"<title[^>]*>(.*?)</title", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^<>]*>?")
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")

_LOOKS_PERSONAL = (
    (re.compile(r"[^\s<>\"'(),;:]+(?:@|%40)[^\s<>\"'(),;:]+"), "(e-mail address)"),
    (re.compile(r"\b[A-Z]{2}\s?[0-9]{2}\s?[0-9]{2}\s?[0-9]{2}\s?[A-D]?\b", re.IGNORECASE), "(number)"),
    (re.compile(r"\b[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}(?:T[0-9:.]+Z?)?\b"), "(date)"),
    (re.compile(r"(?<!\w)\+?[0-9](?:[0-9 ]{7,})[0-9](?!\w)"), "(number)"),
    (re.compile(r"[A-Za-z0-9+/=_-]{40,}"), "(token)"),
)


def reason(body: bytes, sent: Mapping[str, object] | None, tokens: Iterable[str] = ()) -> tuple[int | None, str]:
    """The code and the message of a refusal, the message fit to show.

    Args:
        body: the answer's body, of any shape.
        sent: the request's fields, whose values may not come back in the message.
        tokens: what the call was made with, and may not come back either.

    Returns:
        The code, None where there is none, and the message, "" where there is none.
    """
    text = body[:_LONGEST_BODY].decode("utf-8", errors="replace")
    code, message = _read(text)
    for token in tokens:
        message = message.replace(token, "(token)")
    return code, _shortened(scrubbed(_plain(message), sent or {}))


def _read(text: str) -> tuple[int | None, str]:
    try:
        answer = json.loads(text)
    except ValueError:
        return None, _title(text)
    if isinstance(answer, str):
        return None, answer
    if not isinstance(answer, dict):
        return None, ""
    fields = {str(name).casefold(): value for name, value in answer.items()}
    message = next((fields[name] for name in _MESSAGE_NAMES if isinstance(fields.get(name), str)), "")
    return _code(fields), str(message)


def _code(fields: Mapping[str, object]) -> int | None:
    found = next((fields[name] for name in _CODE_NAMES if name in fields), None)
    if isinstance(found, bool) or not isinstance(found, int | str):
        return None
    return int(found) if re.fullmatch(r"-?[0-9]{1,9}", str(found)) else None


def _title(text: str) -> str:
    found = _TITLE.search(text)
    return found[1] if found else _UNSEEN.sub(" ", text)


def _plain(text: str) -> str:
    return " ".join(html.unescape(_TAG.sub(" ", text)).split())


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_MESSAGE else text[: LONGEST_MESSAGE - 1].rstrip() + "…"


def scrubbed(text: str, sent: Mapping[str, object]) -> str:
    """A text without the values of a request and without what looks like personal data.

    Args:
        text: what is to be shown.
        sent: the request's fields; texts count, whole and word by word, and so do the days in dates.
    """
    text = unicodedata.normalize("NFC", text)
    for value, name in sorted(_secrets(sent), key=lambda pair: -len(pair[0])):
        text = _replaced(text, unicodedata.normalize("NFC", value), name)
    for pattern, stand_in in _LOOKS_PERSONAL:
        text = pattern.sub(stand_in, text)
    return text


def _secrets(sent: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for name, value in sent.items():
        if not isinstance(value, str) or not value.strip():
            continue
        yield " ".join(value.split()), name
        yield from ((word, name) for word in _words(name, value))


def _words(name: str, value: str) -> Iterable[str]:
    words = _WORD.findall(value)
    if "@" in value or name.endswith(("Name", "Address")):
        return [word for word in words if len(word) > 1]
    return []


def _replaced(text: str, value: str, name: str) -> str:
    whole = re.escape(value)
    if len(value) <= _SHORT or value.isalpha():
        whole = rf"(?<!\w){whole}(?!\w)"
    return re.sub(whole, lambda _: name, text, flags=re.IGNORECASE)
