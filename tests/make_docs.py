"""The generated pages of docs/: the fields, the findings, and what each command says of itself.

`python -m tests.drift --write` writes them.
"""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import typer
import typer.core
import typer.main

from bulk_import.catalogue import (
    FIELDS,
    NEVER_GUESSED,
    ONEFILE_ID,
    Alias,
    Field,
    Role,
    Sensitivity,
    all_aliases,
    heading_key,
)
from bulk_import.cli.commands import app
from bulk_import.findings import Finding, Place, Sentences, Severity, all_sentences, fix, located
from bulk_import.kinds import Choice
from bulk_import.known_settings import SETTINGS
from tests.finding_examples import EXAMPLES, REMEDIES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_ACROSS = {
    "MISID": ("duplicate-misid",),
    "Email": ("duplicate-email",),
    "ULN": ("duplicate-uln",),
    "DOB": ("dob-implausible", "age-unusual", "age-impossible"),
    "StartOn": ("date-order",),
    "PlannedEndDate": ("date-order", "duration-short"),
    "L12": ("code-untranslated", "codes-mixed"),
    "L13": ("code-untranslated",),
    "L14": ("code-untranslated", "lldd-contradiction"),
    "L15": ("code-untranslated",),
    "L16": ("code-untranslated",),
}
_SENSITIVITY = {
    Sensitivity.NONE: "not personal by itself",
    Sensitivity.PERSONAL: "personal",
    Sensitivity.NEVER_SHOWN: "personal, and never shown in a message or a log",
    Sensitivity.SPECIAL: "special category or handled like it, and never shown in a message or a log",
}


def documents() -> Iterator[tuple[str, str]]:
    """Name and text of each generated page."""
    yield "fields.md", "\n".join(_fields())
    yield "errors.md", "\n".join(_errors())
    yield "commands.md", "\n".join(_commands())
    yield "settings.md", "\n".join(_settings())


def _fields() -> Iterator[str]:
    yield from (
        "# The fields",
        "",
        f"What OneFile takes for an account: {len(FIELDS)} fields. Generated from the catalogue; do not edit.",
        "",
        "“Mandatory” means that OneFile does not make the account without it. “–” means that OneFile does not take the",
        "field for that role: a value in such a cell is left out, with a warning.",
        "",
    )
    yield from _table(
        ["field", *(role.label for role in Role)],
        (
            [f"[{field.label}](#{field.api_name.lower()})", *(_need(field, role) for role in Role)]
            for field in FIELDS.values()
        ),
    )
    for field in FIELDS.values():
        yield from _field(field)
    yield from _onefile_id()


def _onefile_id() -> Iterator[str]:
    chosen = {heading_key(alias.heading): alias for alias in all_aliases()[f"@{ONEFILE_ID}"]}
    yield from (
        *("", f"## {ONEFILE_ID}", ""),
        "**OneFile's own id of the row's account.** No field: it is never sent. Where a column gives it, the account",
        "is found by it before all else. It is a whole number, as reports show it under *User ID*.",
        *("", f"Headings understood: {', '.join(_heading(key, alias) for key, alias in chosen.items())}."),
    )


def _link(field: Field) -> str:
    return f"[{field.label}](#{field.api_name.lower()})"


def _need(field: Field, role: Role) -> str:
    if role in field.required_for:
        return "mandatory"
    return "optional" if role in field.accepted_for else "–"


def _field(field: Field) -> Iterator[str]:
    yield from ("", f"## {field.api_name}", "", f"**{field.label}.** {field.help}", "")
    yield from _table(("", ""), _facts(field))
    if isinstance(field.kind, Choice):
        yield ""
        yield from _table(("code", "meaning"), field.kind.codes)


def _facts(field: Field) -> Iterator[tuple[str, str]]:
    yield "example", f"`{field.example}`"
    yield "mandatory for", _roles(field.required_for) or "nobody"
    yield "optional for", _roles(field.accepted_for - field.required_for) or "nobody"
    yield "can be changed later", {True: "yes", False: "no", None: "nobody documents it"}[field.updatable]
    yield "data protection", _SENSITIVITY[field.sensitive]
    codes = (*field.kind.rules(), *_ACROSS.get(field.api_name, ()))
    yield "what can be wrong", ", ".join(f"[{code}](errors.md#{code})" for code in codes)
    yield "headings seen in systems", _headings(field, "seen")
    yield "other headings understood", _headings(field, "assumed")
    yield "OneFile's article", field.article


def _roles(roles: Iterable[Role]) -> str:
    return ", ".join(role.label for role in sorted(roles))


def _headings(field: Field, evidence: str) -> str:
    """Headings of one kind of evidence, those that differ only in case or punctuation once."""
    chosen: dict[str, Alias] = {}
    for alias in field.aliases:
        if alias.evidence == evidence:
            chosen.setdefault(heading_key(alias.heading), alias)
    return ", ".join(_heading(key, alias) for key, alias in chosen.items()) or "none"


def _heading(key: str, alias: Alias) -> str:
    return f"{alias.heading.strip()} (only with --map)" if key in NEVER_GUESSED else alias.heading.strip()


def _errors() -> Iterator[str]:
    sentences = all_sentences().values()
    yield from (
        "# What can be wrong",
        "",
        "Every finding has a code. Generated from the sentences that the reports use; do not edit.",
        "",
        "An *error* keeps a row (in the first list, the file) from being sent. A *warning* lets the row go, without",
        "the value where it says so. A *note* is for your information. The table `[severity]` of the settings changes",
        "a code's weight. In a mandatory field a value that cannot be sent is an error whatever stands here.",
    )
    for scope, title in (("file", "The file as a whole"), ("row", "A row")):
        chosen = [one for one in sentences if one.scope == scope]
        yield from ("", f"## {title}", "")
        yield from _table(
            ("code", "severity", "usual cause"), ((f"[{s.code}](#{s.code})", s.severity, s.cause) for s in chosen)
        )
    for one in sentences:
        yield from _error(one)


def _error(sentences: Sentences) -> Iterator[str]:
    finding = _example(sentences)
    error = sentences.severity is Severity.ERROR
    left_out = f"{'; where it is no error,' if error else ', and'} the value is left out" if sentences.left_out else ""
    yield from (
        "",
        f"### {sentences.code}",
        "",
        f"> {located(finding)}",
        "",
        f"- Severity: {sentences.severity}{left_out}.",
        f"- Example: {sentences.example}",
        f"- Usual cause: {sentences.cause}",
        f"- To mend it: {fix(finding)}",
    )


def _example(sentences: Sentences) -> Finding:
    field, heading, value, detail = EXAMPLES[sentences.code]
    place = Place("enrolments.xlsx", "Enrolments", 7, 8) if sentences.scope == "row" else Place("enrolments.xlsx")
    remedies = REMEDIES.get(sentences.code, ())
    return Finding(sentences.code, place, field, heading, value, detail, remedies=remedies)


def _commands() -> Iterator[str]:
    yield from ("# The commands", "", "What each command says of itself. Generated; do not edit.")
    for arguments in ((), *((name,) for name in _names())):
        command = " ".join(("bulk-import", *arguments))
        yield from ("", f"## {command}", "", "```", _help(arguments), "```")


def _settings() -> Iterator[str]:
    yield from ("# The settings", "", "Generated; do not edit.", "")
    yield (
        "`bulk-import.toml` in the folder you work in (or the file that `--config` names), then environment variables, "
        "then options: the later wins. In the file they stand above the first line in square brackets. The tables "
        "`[columns]`, `[defaults]`, `[severity]`, `[codes]` and "
        "`[unknown_codes]` stand in the file alone; see the [guide](guide.md#settings)."
    )
    yield ""
    defaults = {"journal": "journal.db in `reports`", "base_url": "of the environment"}
    rows = (
        (
            f"`{setting.name}`",
            f"`{setting.variable}`",
            defaults.get(setting.name, "" if setting.default is None else str(setting.default)),
            setting.help,
        )
        for setting in SETTINGS
    )
    yield from _table(("in the file", "variable", "default", "what it does"), rows)
    yield ""


def _names() -> list[str]:
    group = typer.main.get_command(app)
    assert isinstance(group, typer.core.TyperGroup)
    return list(group.commands)


def _help(arguments: tuple[str, ...]) -> str:
    surroundings = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb", "PYTHONUTF8": "1"}
    said = subprocess.run(
        [sys.executable, "-m", "bulk_import.cli", *arguments, "--help"],
        env=surroundings,
        check=True,
        capture_output=True,
        encoding="utf-8",
    )
    return "\n".join(line.rstrip() for line in said.stdout.strip().splitlines()).strip()


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    titles = list(head)
    yield _line(titles)
    yield _line("---" for _ in titles)
    for row in rows:
        yield _line(row)


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
