"""What can be configured, and where each value came from.

`bulk-import.toml` (in the working folder, or named by --config), then environment variables, then options; the later
wins. Everything that is wrong is reported at once, each with its origin. Relative paths in the file are relative to
the file, because a scheduler's working folder is seldom the one that was meant.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from bulk_import.errors import SettingsError
from bulk_import.findings import Severity, all_sentences
from bulk_import.known_settings import BASE_URLS, BY_NAME, SETTINGS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from bulk_import.maintenance import Window

FILE_NAME = "bulk-import.toml"
SECRET_NAME = "bulk-import.key"  # noqa: S105 - a file's name
Codes: TypeAlias = "Mapping[str, str | Mapping[str, str]]"
TABLES = ("columns", "defaults", "severity", "unknown_codes")
CODES = "codes"


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
    maintenance: tuple[Window, ...]
    canary: int | None
    journal: Path
    reports: Path
    retention: int | None
    out: Path
    bad_optional: Literal["leave-out", "stop-row"]
    apostrophes: Literal["as-typed", "straight"]
    allow_clear: bool
    max_changes: int
    max_change_percent: int | None
    max_invalid_percent: int
    max_ended_percent: int
    min_known_percent: int
    max_fewer_rows_percent: int
    max_blank_percent: int
    max_role_percent: int
    max_identity_percent: int
    protect: frozenset[str]
    full_check_days: int
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
    content = _without_misplaced(content, str(file), given.problems, {name.lower() for name in fields})
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
    text = ""
    try:
        text = file.read_text(encoding="utf-8-sig")
        return file, tomllib.loads(text)
    except OSError as wrong:
        given.problems.append(f"{file}: cannot be read ({wrong.strerror}). Check the path after --config.")
    except UnicodeDecodeError:
        given.problems.append(f"{file}: is not UTF-8 text. Save it again as UTF-8.")
    except tomllib.TOMLDecodeError as wrong:
        given.problems.append(f"{file}: is not correct TOML: {wrong}.{_in_quotation_marks(text, str(wrong))}")
    except RecursionError:
        given.problems.append(f"{file}: is nested far deeper than any settings.")
    return file, {}


def _in_quotation_marks(text: str, wrong: str) -> str:
    """How a line is written that lacks its quotation marks, "" where it lacks something else; no token is shown."""
    at = re.search(r"at line ([0-9]+)", wrong)
    line = text.splitlines()[int(at[1]) - 1] if at else ""
    bare = re.fullmatch(r"\s*([\w-]+)\s*=\s*([^\s\"'\[{#][^\"'#]*?)\s*(?:#.*)?", line)
    if bare is None:
        return ""
    shown = "…" if bare[1] == "customer_token" else bare[2]
    mark = "'" if "\\" in shown else '"'  # between double ones a backslash begins a sign of another kind
    return f" Write {bare[1]} = {mark}{shown}{mark}, in quotation marks."


def _take_file(given: _Given, content: Mapping[str, object], file: Path | None) -> None:
    for name, raw in content.items():
        if name in BY_NAME:
            given.take(name, raw, str(file))
            _make_absolute(given, name, given.folder)
        elif name not in {*TABLES, CODES}:
            near = difflib.get_close_matches(name, [*BY_NAME, *TABLES, CODES], n=1)
            hint = f" Did you mean {near[0]}?" if near else ""
            given.problems.append(f"{file}: there is no setting {name}.{hint}")


def _without_misplaced(
    content: Mapping[str, object], origin: str, problems: list[str], fields: Collection[str], table: str = ""
) -> dict[str, object]:
    """The content without the settings that stand in a table: what is appended to a file lands in its last one."""
    kept: dict[str, object] = {}
    for name, value in content.items():
        if isinstance(value, dict) and (table or name in {*TABLES, CODES}):
            kept[name] = _without_misplaced(value, origin, problems, fields, f"{table}.{name}" if table else name)
        elif table and name in BY_NAME and not (table == "columns" and _ties(value, fields)):
            problems.append(
                f"{origin}: [{table}] {name} is a setting, and belongs into no table. "
                "Move its line above the first line in square brackets."
            )
        else:
            kept[name] = value
    return kept


def _ties(value: object, fields: Collection[str]) -> bool:
    """Whether a value under [columns] ties a heading to a field, or leaves its column out."""
    return not fields or str(value).strip().lower() in {"", *fields}


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
    fixed = sorted(name for name in updated if name.lower() in {"organisationid", "role", "onefileid"})
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
