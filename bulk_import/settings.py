"""What can be configured, and where each value came from.

`bulk-import.toml` (in the working folder, or named by --config), then environment variables, then options; the later
wins. Everything that is wrong is reported at once, each with its origin. Relative paths in the file are relative to
the file, because a scheduler's working folder is seldom the one that was meant.
"""

from __future__ import annotations

import difflib
import os
import secrets
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal, TypeAlias

from bulk_import.address import web_address
from bulk_import.errors import SettingsError, UsageError
from bulk_import.findings import Severity, all_sentences
from bulk_import.whole_file import write_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

FILE_NAME = "bulk-import.toml"
SECRET_NAME = "bulk-import.key"  # noqa: S105 - a file's name
SECRET_BYTES = 32
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
Codes: TypeAlias = "Mapping[str, str | Mapping[str, str]]"
TABLES = ("columns", "defaults", "severity", "unknown_codes")
CODES = "codes"


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
    Setting("max_changes", 5000, _whole(1, 10_000_000), "More changes in one run need --allow-large."),
    Setting(
        "max_change_percent",
        None,
        _whole(1, 100_000),
        "Changes as a share of the centre's accounts, in per cent.",
    ),
    Setting(
        "update_undocumented",
        [],
        _names,
        "Fields to update although OneFile's guide shows no update of them, such as ProviderID.",
    ),
)
BY_NAME = {setting.name: setting for setting in SETTINGS}


@dataclass(frozen=True, slots=True)
class Settings:
    """Every value, checked. `origins` says where each came from: "default", the file, the variable or the option."""

    environment: str
    base_url: str
    customer_token: str | None = field(repr=False)
    customer_token_file: Path | None
    organisation_id: int | None
    calls_per_minute: int
    concurrency: int
    timeout: float
    settle_wait: float
    call_lifetime: float
    failures_to_stop: int
    journal: Path
    reports: Path
    retention: int | None
    out: Path
    bad_optional: Literal["leave-out", "stop-row"]
    apostrophes: Literal["as-typed", "straight"]
    max_changes: int
    max_change_percent: int | None
    update_undocumented: frozenset[str]
    columns: Mapping[str, str]
    defaults: Mapping[str, str]
    codes: Codes
    unknown_codes: Mapping[str, str]
    severities: Mapping[str, Severity]
    folder: Path
    file: Path | None
    origins: Mapping[str, str]

    @property
    def sandbox_state(self) -> Path:
        """Where the built-in practice server keeps what it holds."""
        return self.reports / "sandbox.db"

    @property
    def secret_file(self) -> Path:
        """The key of all pseudonyms, beside the settings and away from the reports."""
        return self.folder / SECRET_NAME


@dataclass(slots=True)
class _Given:
    """Values on their way in: the latest value and origin of each, and what is wrong with any of them."""

    folder: Path
    values: dict[str, object]
    origins: dict[str, str]
    problems: list[str]

    def take(self, name: str, raw: object, origin: str) -> None:
        try:
            value = BY_NAME[name].parse(raw)
        except ValueError as wrong:
            self.problems.append(f"{origin}: {name} {wrong}.")
            return
        self.values[name] = value
        self.origins[name] = origin


def load(
    *,
    config: Path | None = None,
    environ: Mapping[str, str] | None = None,
    options: Mapping[str, object] | None = None,
    cwd: Path | None = None,
    fields: Collection[str] = (),
    coding_problems: Callable[[Codes, Mapping[str, str]], Iterable[str]] = lambda *_: (),
) -> Settings:
    """Gathers the settings from file, environment and options.

    Args:
        config: the file named by --config; without it `bulk-import.toml` in the working folder, if there is one.
        environ: the environment variables; default the process's own.
        options: settings given as options, by setting name, each already parsed by the command line.
        cwd: the working folder; default the process's own.
        fields: the names that [columns] and [defaults] may tie something to; empty lets any pass.
        coding_problems: gives a sentence for each thing that is wrong with [codes] and [unknown_codes].

    Raises:
        SettingsError: with a sentence for each thing that is wrong.
    """
    here = cwd or Path.cwd()
    given = _Given(folder=here, values={}, origins={}, problems=[])
    file, content = _read_file(config, here, given)
    _take_file(given, content, file)
    for setting in SETTINGS:
        raw = (os.environ if environ is None else environ).get(setting.variable)
        if raw is not None and raw.strip():
            given.take(setting.name, raw, setting.variable)
            _make_absolute(given, setting.name, here)
    for name, option in (options or {}).items():
        given.take(name, option, "--" + name.replace("_", "-"))
        _make_absolute(given, name, here)
    tables = _tables(content, str(file), given.problems)
    codes = _codes(content, str(file), given.problems)
    given.problems += [f"{file}: {problem}" for problem in coding_problems(codes, tables["unknown_codes"])]
    _check_fields(tables, given, str(file), fields)
    _check_address(given)
    if given.problems:
        raise SettingsError(tuple(given.problems))
    return _assembled(given, tables, codes, file)


PATHS = ("journal", "reports", "out", "customer_token_file")


def _make_absolute(given: _Given, name: str, folder: Path) -> None:
    if name in PATHS and isinstance(value := given.values.get(name), str):
        given.values[name] = str(folder / Path(value).expanduser())


def _read_file(config: Path | None, here: Path, given: _Given) -> tuple[Path | None, Mapping[str, object]]:
    file = config.expanduser() if config else here / FILE_NAME
    if config is None and not file.exists():
        return None, {}
    given.folder = file.resolve().parent
    try:
        return file, tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as wrong:
        given.problems.append(f"{file}: cannot be read ({wrong.strerror}). Check the path after --config.")
    except UnicodeDecodeError:
        given.problems.append(f"{file}: is not UTF-8 text. Save it again as UTF-8.")
    except tomllib.TOMLDecodeError as wrong:
        given.problems.append(f"{file}: is not correct TOML: {wrong}.")
    except RecursionError:
        given.problems.append(f"{file}: is nested far deeper than any settings.")
    return file, {}


def _take_file(given: _Given, content: Mapping[str, object], file: Path | None) -> None:
    for name, raw in content.items():
        if name in BY_NAME:
            given.take(name, raw, str(file))
            _make_absolute(given, name, given.folder)
        elif name not in {*TABLES, CODES}:
            near = difflib.get_close_matches(name, [*BY_NAME, *TABLES, CODES], n=1)
            hint = f" Did you mean {near[0]}?" if near else ""
            given.problems.append(f"{file}: there is no setting {name}.{hint}")


def _tables(content: Mapping[str, object], origin: str, problems: list[str]) -> dict[str, dict[str, str]]:
    tables: dict[str, dict[str, str]] = {name: {} for name in TABLES}
    for name in TABLES:
        table = content.get(name, {})
        if not isinstance(table, dict):
            problems.append(f"{origin}: [{name}] must be a table.")
            continue
        tables[name] = {str(key): "" if value is None else str(value) for key, value in table.items()}
    for code, chosen in tables["severity"].items():
        if code not in all_sentences():
            problems.append(f"{origin}: [severity] there is no finding code {code}.")
        if chosen not in {*Severity}:
            problems.append(f"{origin}: [severity] {code} must be error, warning or note.")
    return tables


def _codes(content: Mapping[str, object], origin: str, problems: list[str]) -> dict[str, str | Mapping[str, str]]:
    """Field → the name of a list of codes, or a list of the centre's own: its code → OneFile's."""
    table = content.get(CODES, {})
    if not isinstance(table, dict):
        problems.append(f"{origin}: [{CODES}] must be a table.")
        return {}
    return {
        str(name): {str(theirs): str(means) for theirs, means in chosen.items()}
        if isinstance(chosen, dict)
        else str(chosen)
        for name, chosen in table.items()
    }


def _check_fields(tables: Mapping[str, Mapping[str, str]], given: _Given, file: str, fields: Collection[str]) -> None:
    spelt = {name.lower(): name for name in fields}
    named = [(f"{file}: [columns]", name) for name in tables["columns"].values() if name]
    named += [(f"{file}: [defaults]", name) for name in tables["defaults"]]
    updated = given.values.get("update_undocumented", frozenset[str]())
    assert isinstance(updated, frozenset)  # noqa: S101 - what its parser gives
    named += [(f"{given.origins['update_undocumented']}: update_undocumented", name) for name in sorted(updated)]
    for where, name in named:
        if spelt and name.strip().lower() not in spelt:
            near = difflib.get_close_matches(name.strip().lower(), spelt, n=1)
            hint = f" Did you mean {spelt[near[0]]}?" if near else ""
            given.problems.append(f"{where} there is no field {name}.{hint}")
    fixed = sorted(name for name in updated if name.lower() in {"organisationid", "role"})
    given.problems += [f"{given.origins['update_undocumented']}: {name} can never be updated." for name in fixed]
    given.values["update_undocumented"] = frozenset(spelt.get(name.lower(), name) for name in updated)


def _check_address(given: _Given) -> None:
    environment = given.values.get("environment", "sandbox")
    if environment == "sandbox" and "base_url" in given.values:
        origin = given.origins["base_url"]
        given.problems.append(
            f'{origin}: base_url has no place with environment = "sandbox", which starts its own server. '
            "Set environment to beta, practice or live too."
        )


def _assembled(given: _Given, tables: Mapping[str, Mapping[str, str]], codes: Codes, file: Path | None) -> Settings:
    values = {setting.name: setting.default for setting in SETTINGS} | given.values
    origins = {setting.name: given.origins.get(setting.name, "default") for setting in SETTINGS}
    reports = given.folder / str(values["reports"])
    token_file = values["customer_token_file"]
    values |= {
        "reports": reports,
        "out": given.folder / str(values["out"]) if values["out"] else reports,
        "journal": given.folder / str(values["journal"]) if values["journal"] else reports / "journal.db",
        "customer_token_file": given.folder / str(token_file) if token_file else None,
        "base_url": values["base_url"] or BASE_URLS[str(values["environment"])],
    }
    return Settings(
        columns=tables["columns"],
        defaults=tables["defaults"],
        codes=codes,
        unknown_codes=tables["unknown_codes"],
        severities={code: Severity(chosen) for code, chosen in tables["severity"].items()},
        folder=given.folder,
        file=file,
        origins=origins,
        **values,  # type: ignore[arg-type]  # every value was parsed to its field's type above
    )


def customer_token(settings: Settings) -> str:
    """The customer token: from the settings, else its file, else the operating system's keyring.

    Raises:
        UsageError: there is none, or its file cannot be read.
    """
    if settings.customer_token:
        return settings.customer_token
    if settings.customer_token_file:
        return _token_from_file(settings.customer_token_file)
    if token := _token_from_keyring(settings.environment):
        return token
    raise UsageError(
        f"There is no customer token for the environment {settings.environment}.",
        f"Put it into the keyring with: keyring set bulk-import {settings.environment} — or set "
        f"{PREFIX}CUSTOMER_TOKEN, or customer_token_file in {FILE_NAME}.",
    )


def _token_from_file(file: Path) -> str:
    try:
        token = file.read_text(encoding="utf-8-sig").strip()
    except (OSError, UnicodeDecodeError):
        token = ""
    if not token or any(character.isspace() for character in token):
        raise UsageError(
            f"The customer token cannot be read from {file}.",
            "The file must exist, be readable for you, and hold the token on one line and nothing else.",
        )
    return token


def _token_from_keyring(environment: str) -> str | None:
    import keyring  # noqa: PLC0415 - asks the desktop's services, which few commands need
    from keyring.errors import KeyringError  # noqa: PLC0415

    try:
        return keyring.get_password("bulk-import", environment)
    except KeyringError:
        return None


def site_secret(settings: Settings) -> bytes:
    """The key of every pseudonym in the journal, made on first use and kept beside the settings.

    It stays out of the reports folder, so that whoever is sent a report cannot undo the pseudonyms in it. Owner-only
    on POSIX; on Windows it has the rights of its folder.

    Raises:
        UsageError: the file is damaged, or cannot be made.
    """
    file = settings.secret_file
    if not file.exists():
        _make_secret(file)
    return _secret_from(file)


def _make_secret(file: Path) -> None:
    """Makes the key file whole or not at all: a process can be killed in the middle, and two can begin at once."""
    try:
        write_whole(file, _write_key, mode=0o600, move=_named_first)
    except OSError as wrong:
        raise UsageError(
            f"The key file {file} cannot be made ({wrong.strerror}).",
            "Run the command in a folder you may write to, or name a settings file in one with --config.",
        ) from wrong


def _write_key(stream: BinaryIO) -> None:
    stream.write(f"{secrets.token_bytes(SECRET_BYTES).hex()}\n".encode("ascii"))


def _named_first(partial: Path, file: Path) -> Path:
    """Gives a file its name, unless another process was quicker; then that one's file counts."""
    try:
        # renaming replaces what is there, except on Windows; linking never does
        if os.name == "nt":
            partial.rename(file)
        else:
            os.link(partial, file)
    except FileExistsError:
        return file
    except OSError:
        partial.rename(file)  # a disk that knows no links
    return file


def _secret_from(file: Path) -> bytes:
    try:
        key = bytes.fromhex(file.read_text(encoding="ascii"))
    except (OSError, ValueError):
        key = b""
    if len(key) < SECRET_BYTES:
        raise UsageError(
            f"The key file {file} cannot be read, or is damaged.",
            "Bring it back from a backup; if there is none, delete it: earlier runs can then no longer be resumed.",
        )
    return key
