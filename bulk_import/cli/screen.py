"""What a person sees: tables, findings, progress, questions. Nothing here decides anything."""

from __future__ import annotations

import json
import signal
import sys
from collections import defaultdict
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bulk_import.folding import folded
from bulk_import.printable import MARKS, printable

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
    from pathlib import Path

    from rich.console import Console, JustifyMethod
    from rich.table import Table

    from bulk_import.catalogue import Role
    from bulk_import.errors import BulkImportError
    from bulk_import.findings import Finding
    from bulk_import.report import Report
    from bulk_import.run import Finished, Preview
    from bulk_import.run.doctor import Symptom
    from bulk_import.settings import Settings
    from bulk_import.submit import Progress

    Groups = dict[tuple[str, str | None], list[Finding]]

PLACES_SHOWN = 4
CODES_SHOWN = 15
PLAIN_WIDTH = 120  # where there is no terminal to ask


def console(*, error: bool = False) -> Console:
    """A console on standard output or standard error; plain where it is no terminal."""
    from rich.console import Console  # noqa: PLC0415 - heavy

    stream = sys.stderr if error else sys.stdout
    width = None if stream.isatty() else PLAIN_WIDTH
    return Console(file=stream, highlight=False, markup=False, emoji=False, soft_wrap=not stream.isatty(), width=width)


_ESCAPES = {code: f"\\u{code:04x}" for code in MARKS if code >= ord(" ")}


def complain(stop: BulkImportError) -> None:
    """Says what stopped the command, and what to do, in plain sentences on standard error."""
    print(printable(stop.message), file=sys.stderr)
    if stop.fix:
        print(printable(stop.fix), file=sys.stderr)


def say(sentence: str) -> None:
    """A sentence to whoever waits, on standard error."""
    print(printable(sentence), file=sys.stderr, flush=True)


def say_if_practice(settings: Settings) -> None:
    """Says that nothing real is asked or changed, where that comes of a settings file that is not there."""
    if settings.file is None and settings.origins["environment"] == "default":
        say(
            f"There is no bulk-import.toml in {settings.folder}, so this goes to the practice OneFile; "
            "no real account is made."
        )


def print_json(value: object) -> None:
    """One JSON object on standard output; what would do something to a terminal is escaped, and means the same."""
    print(json.dumps(value, ensure_ascii=False, indent=2).translate(_ESCAPES))


def show(finished: Finished) -> None:
    """The result of a run: counts, problems by kind, what there is to know, where the reports are."""
    out = console()
    report = finished.report
    out.print(_counts(report))
    if groups := _grouped(report):
        out.print(_problems(groups, report))
    _show_rest(finished, out)


def show_news(finished: Finished) -> None:
    """The result of a run without the problems that its check has shown already."""
    out = console()
    out.print(_counts(finished.report))
    fates = [fate for source in finished.report.sources for fate in source.fates.values()]
    if groups := _groups([finding for fate in fates for finding in fate.findings], finished.report):
        out.print(_problems(groups, finished.report))
    _show_rest(finished, out)


def _show_rest(finished: Finished, out: Console) -> None:
    from bulk_import.report import leavers_step  # noqa: PLC0415 - heavy

    for notice in finished.report.sentences:
        out.print(printable(f"• {notice}"))
    for step in leavers_step(len(finished.report.leavers), finished.report.refusal):
        out.print(step)
    out.print("Reports:")
    for file in finished.files:
        out.print(printable(f"  {file}"))
    if any("-to-fix" in file.name for file in finished.files):
        for sentence in [_REFUSED] if finished.report.refusal else _cures(finished.report.totals):
            out.print(sentence)


_CURES = (
    (("invalid", "rejected"), "Correct the file with -to-fix in its name, save it, and submit it as it is."),
    (("held",), "For rows that are held, do as What to do says, mostly in OneFile, and submit the file again."),
    (("unresolved",), "For rows that are not certain, run bulk-import resume, which looks the people up again."),
)
_REFUSED = (
    "A file with -to-fix in its name is not compared with earlier nights: submit it only if the whole file is what you "
    "mean, or else put your own file right."
)
_LEFT_OUT = "The file with -to-fix in its name shows values that were left out: correct them, and submit it as it is."


def _cures(totals: Mapping[str, int]) -> list[str]:
    """What mends the rows that are marked in the file to correct: not always a correction."""
    return [cure for statuses, cure in _CURES if any(map(totals.get, statuses))] or [_LEFT_OUT]


def _table(title: str, *columns: str) -> Table:
    from rich.box import ASCII, ROUNDED  # noqa: PLC0415 - heavy
    from rich.table import Table  # noqa: PLC0415

    table = Table(title=printable(title), title_justify="left", box=ROUNDED if sys.stdout.isatty() else ASCII)
    for column in columns:
        # an option is typed as it stands, so a word that is too long goes on in the next line
        justify: JustifyMethod = "right" if column in {"Rows", "Times", "Calls"} else "left"
        table.add_column(column, justify=justify, overflow="fold")
    return table


def _counts(report: Report) -> Table:
    from bulk_import.report import STATUS_WORDS, Status  # noqa: PLC0415 - heavy

    table = _table(_title(report), "What became of the rows", "Rows")
    for status, rows in report.totals.items():
        if status not in {"read", "blank"}:
            table.add_row(STATUS_WORDS[Status(status)].name, f"{rows:,}")
    if blank := report.totals["blank"]:
        table.add_row("Blank", f"{blank:,}")
    table.add_section()
    table.add_row("Read", f"{report.totals['read']:,}")
    return table


def _title(report: Report) -> str:
    words = {"check": "Check", "dry-run": "Dry run: nothing was sent", "submit": "Submit"}
    where = f", {report.organisation.name}" if report.organisation else ""
    place = "" if report.mode == "check" else f" ({report.environment}{where})"
    return f"{words[report.mode]}{place}, run {report.run}"


def _grouped(report: Report) -> Groups:
    by_row = [findings for source in report.sources for findings in source.listed_by_row().values()]
    return _groups([*report.file_findings(), *(finding for findings in by_row for finding in findings)], report)


def _groups(findings: list[Finding], report: Report) -> Groups:
    """Findings of one code and field together, the gravest and then the most frequent first."""
    groups: Groups = defaultdict(list)
    for finding in findings:
        groups[finding.code, finding.field].append(finding)
    order = ("error", "warning", "note")
    return dict(sorted(groups.items(), key=lambda group: (order.index(_weight(group[1][0], report)), -len(group[1]))))


def _weight(finding: Finding, report: Report) -> str:
    from bulk_import.findings import severity  # noqa: PLC0415 - beside its only use

    return severity(finding, report.severities).value


def _problems(groups: Groups, report: Report) -> Table:
    from bulk_import.findings import fix, located  # noqa: PLC0415 - beside its only use

    table = _table("What to look at", "Kind", "Times", "First", "Where", "What to do")
    for (code, _field), findings in list(groups.items())[:CODES_SHOWN]:
        first = findings[0]
        table.add_row(
            f"{_weight(first, report)}\n{code}",
            f"{len(findings):,}",
            printable(f"{_sheet(first, report)}{located(first)}"),
            printable(_places(findings, report)),
            printable(fix(first)),
        )
    if len(groups) > CODES_SHOWN:
        more = len(groups) - CODES_SHOWN
        table.caption = f"and {more} more kind{'' if more == 1 else 's'}: see the sheet Problems of results.xlsx"
    return table


def _sheet(finding: Finding, report: Report) -> str:
    """Which source a place is in, where there are several; "" for what names its file itself."""
    place = finding.place
    return f"{place.sheet or place.file}: " if len(report.sources) > 1 and place.row is not None else ""


def _places(findings: list[Finding], report: Report) -> str:
    told = ((_sheet(finding, report), _place(finding)) for finding in findings)
    places = list(dict.fromkeys(f"{sheet}{place}" for sheet, place in told if place))
    more = f" and {len(places) - PLACES_SHOWN:,} more" if len(places) > PLACES_SHOWN else ""
    return ", ".join(places[:PLACES_SHOWN]) + more


def _place(finding: Finding) -> str:
    place = finding.place
    return place.address or (f"row {place.row}" if place.row is not None else "")


@contextmanager
def progress(*, quiet: bool) -> Iterator[Callable[[Progress], None]]:
    """A bar with rate and time left, on a terminal only; yields a callable that takes each Progress."""
    out = console(error=True)
    if quiet or not out.is_terminal:
        yield lambda _progress: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn  # noqa: PLC0415 - heavy
    from rich.progress import Progress as Bar  # noqa: PLC0415

    rate = TextColumn("{task.fields[rate]}")
    bar = Bar(TextColumn("Sending"), BarColumn(), MofNCompleteColumn(), rate, TimeRemainingColumn(), console=out)
    task = bar.add_task("sending", total=None, rate="")
    try:

        def step(now: Progress) -> None:
            bar.start()  # with the first row and not before: until then a question may be on the screen
            speed = bar.tasks[task].finished_speed or bar.tasks[task].speed
            rate_text = f"{speed * 60:.0f} a minute" if speed else ""
            bar.update(task, total=now.total, completed=now.done, rate=rate_text)

        yield step
    finally:
        bar.stop()


def ask(preview: Preview) -> bool:
    """Shows what a submit would do, and asks; True only for the word yes, on the live OneFile for the centre's name."""
    return confirmed(preview.lines(), preview.to_type)


def confirmed(lines: Iterable[str], answers: Iterable[str] = ("yes",)) -> bool:
    """Shows what would be done, and asks; True only where each answer is typed.

    The question goes to standard error, so that standard output stays the report's.
    """
    out = console(error=True)
    # From the question on Ctrl-C must end the command at once: nothing has been done.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        for line in lines:
            out.print(printable(line))
        return all(_typed(answer) for answer in answers)
    finally:
        signal.signal(signal.SIGINT, before)


def _typed(answer: str) -> bool:
    wanted = "yes" if answer == "yes" else f"the name of the organisation, {printable(answer)},"
    print(f"Type {wanted} to go on: ", end="", file=sys.stderr, flush=True)
    return folded(sys.stdin.readline()) == folded(answer)


def show_runs(rows: list[tuple[str, ...]], folder: Path) -> None:
    """The runs so far, newest first; `folder` is where they were looked for."""
    out = console()
    if not rows:
        out.print(printable(f"There are no runs yet in {folder}."))
        return
    table = _table("Runs", "Run", "What", "State", "Where", "Rows", "Source")
    for row in rows:
        table.add_row(*map(printable, row))
    out.print(table)


def show_fields(role: Role | None = None) -> None:
    """The field reference, for one role or for all."""
    from bulk_import.catalogue import FIELDS  # noqa: PLC0415 - beside its only use

    table = _table("Fields", "Field", "Mandatory for", "Taken for", "What it holds", "Example")
    for field in FIELDS.values():
        if role is not None and role not in field.accepted_for:
            continue
        roles = [_roles(field.required_for), _roles(field.accepted_for)]
        table.add_row(field.api_name, *roles, f"{field.label}. {field.help}", field.example)
    console().print(table)


def _roles(some: Collection[Role]) -> str:
    from bulk_import.catalogue import Role  # noqa: PLC0415 - beside its only use

    chosen = [role.label for role in Role if role in some]
    return "every role" if len(chosen) == len(Role) else ", ".join(chosen)


def show_symptoms(settings: Settings, symptoms: tuple[Symptom, ...]) -> None:
    """Every setting with its origin, then what was looked at and how to mend it."""
    from bulk_import.known_settings import SETTINGS  # noqa: PLC0415 - beside its only use

    table = _table(f"Settings ({settings.file or 'no settings file'})", "Setting", "Value", "From")
    for setting in SETTINGS:
        value = getattr(settings, setting.name)
        told = "•••" if setting.name == "customer_token" and value else _value_words(value)
        table.add_row(setting.name, printable(told), printable(settings.origins[setting.name]))
    for name in ("columns", "defaults", "severities"):
        for key, chosen in getattr(settings, name).items():
            title = "severity" if name == "severities" else name
            table.add_row(printable(f"[{title}] {key}"), printable(chosen), printable(settings.file))
    out = console()
    out.print(table)
    for symptom in symptoms:
        verdict = "well" if symptom.well else "WRONG"
        out.print(printable(f"{verdict}: {symptom.subject}: {symptom.found} {symptom.mend}".rstrip()))


def _value_words(value: object) -> str:
    """A setting's value as it would be written."""
    match value:
        case None | "":
            return "none"
        case bool():
            return str(value).lower()
        case tuple() | list() | frozenset():
            return ", ".join(sorted(map(str, value))) or "none"
        case _:
            return str(value)


def show_files(title: str, files: tuple[Path, ...]) -> None:
    """A list of files that were written."""
    out = console()
    out.print(title)
    for file in files:
        out.print(printable(f"  {file}"))
