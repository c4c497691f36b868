"""What a refusal says, made fit to show: its code, and its message in words that cannot be anybody's data.

OneFile answers `{"code": negative integer, "message": text}` where anybody has looked; any other shape is read as far
as it goes. A message is free text and may repeat what was sent, or tell of somebody else. So values of the request
are replaced by their fields' names, and of the rest only the words of `vocabulary` are kept; all others, and all
digits, become an ellipsis.
"""

from __future__ import annotations

import html
import json
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote

from bulk_import.vocabulary import FIELD_NAMES, SAYING_LITTLE, WORDS, WORDS_IN_LOWER_CASE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

LONGEST_MESSAGE = 200
NO_REASON = "it gave no reason that can be shown here"
# Nothing is searched in a longer text: whoever answers decides how long it is, and some patterns take their time.
_LONGEST_BODY = 1 << 20
_LONGEST_READ = 2_000
_LONGEST_VALUE = 300
_TOKEN = "(token)"  # noqa: S105 - what stands in for one

# The three codes that are public, all from creating a user.
_KNOWN_CODES = {-11: "organisation not found", -57: "placement not found", -58: "classroom not found"}
_FIELD_OF_CODE = {-11: "OrganisationID", -57: "PlacementID", -58: "ClassroomID"}
_CODE = re.compile(r"\(code (-?[0-9]{1,9})\)$")
# What a message calls a field besides its name; the last two are named in passing, so they count only by themselves.
_CALLED = {
    "PlacementID": r"placements?",
    "ClassroomID": r"class(?:room)?(?:es|s)?",
    "DefaultAssessorID": r"(?:default )?assessors?",
    "DefaultEmployerID": r"(?:default )?employers?",
    "Email": r"e-?mail(?: address)?",
    "FirstName": r"first name",
    "LastName": r"last name",
    "MobileNumber": r"mobile(?: number)?",
    "Telephone": r"(?:tele)?phone(?: number)?",
    "NINO": r"national insurance(?: number)?",
    "MISID": r"mis id",
    "StartOn": r"start date",
    "PlannedEndDate": r"planned end date",
    "Role": r"role",
    "OrganisationID": r"organisations?|centres?",
}
_IN_PASSING = frozenset({"Role", "OrganisationID"})
_NO_FIELDS_OF_OURS = frozenset({"ID", "Username", "Name", "Title", "CreatedOn"})
_CODE_NAMES = ("code", "errorcode", "error_code")
_MESSAGE_NAMES = ("message", "error_description", "detail", "title", "error", "errormessage")

_UNSEEN = re.compile(r"<(script|style|head)\b.{0,2000}?</\1\s{0,9}>|<!--.{0,2000}?-->", re.IGNORECASE | re.DOTALL)
_TITLE = re.compile(r"<title[^<>]{0,200}>([^<>]{0,500})</title", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]{0,500}>?")
_WORD = re.compile(r"\be-mails?\b|[^\W_]+(?:['’]t\b)?", re.IGNORECASE)
_NAME_PART = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_ELLIPSES = re.compile(r"…[…\s.,:;!?()'/\"-]*…")
_UNSAFE = re.compile(r"[^\w\s…().,:;!?'’/\"-]+|_+")


@dataclass(frozen=True, slots=True)
class Reason:
    """What a refusal says.

    Attributes:
        code: OneFile's number for it, None where there is none.
        message: free of personal data; "" where there is none.
        own: whether the code is a negative number, as only OneFile's own are, so that no gateway gave the answer.
    """

    code: int | None
    message: str
    own: bool = False


def reason(body: bytes, sent: Mapping[str, object] | None, tokens: Iterable[str] = ()) -> Reason:
    """The code and the message of a refusal, the message fit to show.

    Args:
        body: the answer's body, of any shape.
        sent: the request's fields, whose values may not come back in the message.
        tokens: what the call was made with, and may not come back either.
    """
    code, message, own = _read(body[:_LONGEST_BODY].decode("utf-8-sig", errors="replace"))
    said = _plain(message)
    shown = _shortened(shown_safely(said, sent or {}, tokens))
    if shown or not said:
        return Reason(code, shown, own)
    return Reason(code, _KNOWN_CODES.get(code or 0, NO_REASON), own)


def field_refused(said: str) -> str | None:
    """The one field that a refusal is about; None where it names none, or several.

    Args:
        said: its message, fit to show, with its code behind it: “placement not found (code -57)”.
    """
    code = _CODE.search(said)
    if code and (known := _FIELD_OF_CODE.get(int(code[1]))):
        return known
    named = {name for name in FIELD_NAMES if name not in _NO_FIELDS_OF_OURS and _is_named(re.escape(name), said)}
    named |= {name for name, called in _CALLED.items() if _is_named(called, said)}
    chosen = named - _IN_PASSING or named
    return next(iter(chosen)) if len(chosen) == 1 else None


def _is_named(pattern: str, said: str) -> bool:
    return re.search(rf"(?<!\w)(?:{pattern})(?!\w)", said, flags=re.IGNORECASE) is not None


def _read(text: str) -> tuple[int | None, str, bool]:
    """Code and message of any shape, and whether they are OneFile's own."""
    try:
        answer = json.loads(text)
    except ValueError:
        return None, _title(text[:_LONGEST_READ]), False
    except RecursionError:
        return None, "", False
    if isinstance(answer, str):
        return None, answer[:_LONGEST_READ], False
    if not isinstance(answer, dict):
        return None, "", False
    fields = {str(name).casefold(): value for name, value in answer.items()}
    message = next((fields[name] for name in _MESSAGE_NAMES if isinstance(fields.get(name), str)), "")
    code = _code(fields)
    return code, str(message)[:_LONGEST_READ], code is not None and code < 0


def _code(fields: Mapping[str, object]) -> int | None:
    found = next((fields[name] for name in _CODE_NAMES if name in fields), None)
    if isinstance(found, bool) or not isinstance(found, int | str):
        return None
    return int(found) if re.fullmatch(r"-?[0-9]{1,9}", str(found)) else None


def _title(text: str) -> str:
    found = _TITLE.search(text)
    return found[1] if found else _UNSEEN.sub(" ", text)


def _plain(text: str) -> str:
    """A text as a reader would see it, whatever it is wrapped in."""
    text = _TAG.sub(" ", text)
    for _ in range(3):
        text = unquote(html.unescape(text))
    return " ".join(_seen(text).split())


def _seen(text: str) -> str:
    """Wide and ornate letters as plain ones, and without characters that nobody sees."""
    normal = unicodedata.normalize("NFKC", text)
    return "".join(character for character in normal if unicodedata.category(character) not in {"Cf", "Cs", "Co"})


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_MESSAGE else text[: LONGEST_MESSAGE - 1].rstrip() + "…"


def shown_safely(text: str, sent: Mapping[str, object], tokens: Iterable[str] = ()) -> str:
    """A text with field names in place of a request's values, and with no words but those of `vocabulary`.

    Args:
        text: what is to be shown.
        sent: the request's fields; texts count, whole and word by word.
        tokens: what may not be shown either.

    Returns:
        The text; "" where nothing is left that says anything.
    """
    stand_ins = [*_secrets(sent), *((token, _TOKEN) for token in tokens)]
    for value, name in sorted(stand_ins, key=lambda pair: -len(pair[0])):
        text = _replaced(text, _seen(value)[:_LONGEST_VALUE], name)
    words = [word.casefold() for word in _WORD.findall(text) if _may_be_shown(word)]
    if not set(words) - SAYING_LITTLE:
        return ""
    kept = _WORD.sub(lambda found: found[0] if _may_be_shown(found[0]) else "…", text)
    return _ELLIPSES.sub("…", " ".join(_UNSAFE.sub(" ", kept).split()))


def _may_be_shown(word: str) -> bool:
    plain = word.replace("’", "'")
    return plain.casefold() in WORDS or plain in WORDS_IN_LOWER_CASE


def _secrets(sent: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for name, value in sent.items():
        if not isinstance(value, str) or not value.strip() or name not in FIELD_NAMES:
            continue
        yield " ".join(value.split()), name
        yield from ((word, name) for word in _words(name, value))


def _words(name: str, value: str) -> Iterable[str]:
    """The words of a value that need a stand-in: a name's all, others' only where they would be shown."""
    words = {word for word in _NAME_PART.findall(value[:_LONGEST_VALUE]) if word.casefold() not in SAYING_LITTLE}
    return [word for word in words if len(word) > 1 and (name.endswith("Name") or _may_be_shown(word))]


def _replaced(text: str, value: str, name: str) -> str:
    """The text with a field's name for each time that it has a value as a word of its own."""
    return re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", lambda _: name, text, flags=re.IGNORECASE) if value else text
