"""Every setting there is: its name, its default, how its value is read, and what it does."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bulk_import.address import web_address
from bulk_import.maintenance import Window, checked_windows, window_from

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PREFIX = "BULK_IMPORT_"

# Article 76000020990 (authenticate via the API) names the three bases.
BASE_URLS: Mapping[str, str] = {
    "sandbox": "",
    "beta": "https://wsapibeta.onefile.co.uk/api/v2.1",
    "practice": "https://wsapi2.onefile.co.uk/api/v2.1",
    "live": "https://wsapi.onefile.co.uk/api/v2.1",
}
DAYS_OF = {"d": 1, "w": 7}
MOST_DAYS = 36_500


@dataclass(frozen=True, slots=True)
class Setting:
    """One value that can be set.

    Attributes:
        name: the key in the file; the environment variable is the same in capitals behind BULK_IMPORT_.
        default: as it would be written in the file; None means none.
        parse: turns a TOML value or an environment variable's text into the value; ValueError says what is wrong.
        help: what it does, in one sentence.
    """

    name: str
    default: object
    parse: Callable[[object], object]
    help: str

    @property
    def variable(self) -> str:
        """The environment variable."""
        return PREFIX + self.name.upper()


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("must be text")
    if not value.strip().isprintable():
        raise ValueError("holds a character that cannot be shown")
    return value.strip()


def _environment(value: object) -> str:
    name = _text(value).lower()
    if name not in BASE_URLS:
        raise ValueError(f"must be one of {', '.join(BASE_URLS)}")
    return name


def _one_of(*choices: str) -> Callable[[object], str]:
    def parse(value: object) -> str:
        if value not in choices:
            raise ValueError(f"must be {' or '.join(choices)}")
        return str(value)

    return parse


def _yes_or_no(value: object) -> bool:
    text = str(value).strip().lower()
    if text not in {"true", "false"}:
        raise ValueError("must be true or false")
    return text == "true"


def _whole(low: int, high: int) -> Callable[[object], int]:
    def parse(value: object) -> int:
        text = str(value).strip() if not isinstance(value, bool) else ""
        if not (text.isascii() and text.isdigit()) or not low <= int(text) <= high:
            raise ValueError(f"must be a whole number from {low:,} to {high:,}")
        return int(text)

    return parse


def _number(low: float, high: float, unit: str) -> Callable[[object], float]:
    def parse(value: object) -> float:
        sentence = f"must be a number of {unit} from {low:g} to {high:g}"
        try:
            number = float(str(value)) if not isinstance(value, bool) else low - 1
        except ValueError:
            raise ValueError(sentence) from None
        if not low <= number <= high:
            raise ValueError(sentence)
        return number

    return parse


def days(value: object) -> int:
    """A number of days or weeks, such as 30d or 4w, in days.

    Raises:
        ValueError: it is neither.
    """
    text = str(value).strip().lower() if isinstance(value, str) else ""
    number, unit = text[:-1].strip(), text[-1:]
    if not (number.isascii() and number.isdigit() and unit in DAYS_OF and int(number) * DAYS_OF[unit] <= MOST_DAYS):
        raise ValueError("must be a number of days or weeks, such as 30d or 4w")
    return int(number) * DAYS_OF[unit]


def _base_url(value: object) -> str:
    return web_address(_text(value))


def _names(value: object) -> frozenset[str]:
    """A list in the file, a text with commas in a variable."""
    names = value.split(",") if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ValueError("must be a list of field names")
    return frozenset(name.strip() for name in names if name.strip())


def _people(value: object) -> frozenset[str]:
    """A list in the file, a text with commas in a variable; each a MISID, or id: and OneFile's number."""
    people = value.split(",") if isinstance(value, str) else value
    if not isinstance(people, list) or not all(isinstance(one, str) and one.strip() for one in people):
        raise ValueError('must be a list of texts: MISIDs, or user ids such as "id:5740"')
    return frozenset(_person(one.strip()) for one in people)


def _person(text: str) -> str:
    """A MISID as it is, a user id as a number: zeros before it, which OneFile has none of, mean nothing."""
    prefix = re.match(r"id\s*:\s*", text, re.IGNORECASE)
    if prefix is None:
        return text
    told = text[prefix.end() :]
    return f"id:{int(told)}" if re.fullmatch("[0-9]{1,20}", told) else f"id:{told}"


def _windows(value: object) -> tuple[Window, ...]:
    """A list in the file, a text with commas in a variable."""
    texts = value.split(",") if isinstance(value, str) else value
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise ValueError('must be hours such as "07:00-07:30", or a list of such')
    return checked_windows([window_from(text) for text in texts if text.strip()])


SETTINGS: tuple[Setting, ...] = (
    Setting("environment", "sandbox", _environment, "Where to send: sandbox, beta, practice or live."),
    Setting("base_url", None, _base_url, "The API's address, if it is not the environment's own."),
    Setting("customer_token", None, _text, "The customer token. Better kept in the keyring or a file."),
    Setting("customer_token_file", None, _text, "A file that holds the customer token and nothing else."),
    Setting("organisation_id", None, _whole(1, 2**31 - 1), "The centre, for rows that name none."),
    Setting("calls_per_minute", 240, _whole(1, 10_000), "Calls in any minute; OneFile allows 300 for all tools."),
    Setting("concurrency", 8, _whole(1, 64), "Calls in flight at the most."),
    Setting("timeout", 30.0, _number(1, 600, "seconds"), "Seconds to wait for an answer."),
    Setting("settle_wait", 12.0, _number(0, 600, "seconds"), "Seconds before a second look for a doubtful row."),
    Setting("call_lifetime", 120.0, _number(0, 3600, "seconds"), "Seconds a call without answer may still be at work."),
    Setting("failures_to_stop", 5, _whole(1, 1000), "Failed calls in a row after which a run stops early."),
    Setting(
        "maintenance",
        (),
        _windows,
        'When OneFile is down and nothing is sent, in UK time, such as "07:00-07:30", or two windows as '
        '["07:00-07:30", "12:30-13:00"] (in the variable with a comma between); a run rests meanwhile.',
    ),
    Setting(
        "canary",
        None,
        _whole(0, 1000),
        "Rows of each role that are sent first and compared with what was sent before the rest follows; default 1 in a "
        "centre's first run, else 0; as an option --canary.",
    ),
    Setting("journal", None, _text, "The journal's file; default journal.db in the reports folder."),
    Setting("reports", "reports", _text, "The folder where each run gets a folder of its own."),
    Setting("out", None, _text, "Where the run's folder goes, if not into the reports folder; as an option --out."),
    Setting("retention", None, days, "How long runs are kept, such as 90d or 12w: what purge goes by."),
    Setting(
        "bad_optional",
        "leave-out",
        _one_of("leave-out", "stop-row"),
        "What a value that cannot be right does in a field that may be empty: leave-out sends the row without it, "
        "stop-row does not send the row.",
    ),
    Setting(
        "apostrophes",
        "as-typed",
        _one_of("as-typed", "straight"),
        "What becomes of the curly apostrophe in names: as-typed sends O’Neill, straight sends O'Neill.",
    ),
    Setting(
        "allow_clear",
        default=False,
        parse=_yes_or_no,
        help="Whether a cell with the word CLEAR! empties the field of an account that is there: true or false.",
    ),
    Setting("max_changes", 5000, _whole(1, 10_000_000), "Creates and updates in one run; more need --allow-large."),
    Setting(
        "max_change_percent",
        None,
        _whole(1, 100_000),
        "Creates and updates, as a share of the centre's accounts, in per cent; no limit unless you set one, because "
        "in September a normal file may hold more new people than the centre has.",
    ),
    Setting("max_invalid_percent", 50, _whole(0, 100), "Rows with an error, as a share of all rows, in per cent."),
    Setting(
        "max_ended_percent",
        50,
        _whole(0, 100),
        "Planned ends that have passed, or are earlier than OneFile's, as a share of all to be sent, in per cent.",
    ),
    Setting(
        "min_known_percent",
        20,
        _whole(0, 100),
        "People OneFile knows, as a share of those it knew after the last good run, in per cent.",
    ),
    Setting(
        "max_fewer_rows_percent",
        50,
        _whole(0, 100),
        "Rows that may be missing beside the last good run of the same file, in per cent.",
    ),
    Setting(
        "max_blank_percent",
        50,
        _whole(0, 100),
        "By how much a column's share of empty cells may grow from run to run, in per cent of the rows.",
    ),
    Setting(
        "max_role_percent",
        30,
        _whole(0, 100),
        "By how much a role's share of the rows may change from run to run, in per cent of the rows.",
    ),
    Setting(
        "max_identity_percent",
        20,
        _whole(0, 100),
        "People who would get another surname, e-mail address, date of birth or ULN, as a share of those whom OneFile "
        "knows, in per cent; each of the four by itself.",
    ),
    Setting(
        "protect",
        [],
        _people,
        'People whose accounts are never updated: MISIDs, or OneFile\'s user ids such as "id:5740".',
    ),
    Setting(
        "full_check_days",
        7,
        _whole(0, 365),
        "Days after which an account is looked up again though nothing seems changed; 0 looks everybody up each time.",
    ),
    Setting(
        "update_undocumented",
        [],
        _names,
        "Fields to update although OneFile's guide shows no update of them, such as ProviderID.",
    ),
)
BY_NAME = {setting.name: setting for setting in SETTINGS}
