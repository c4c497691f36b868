"""The commands and their options."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bulk_import.cli import screen
from bulk_import.cli.options import (
    Again,
    Canary,
    DateOrderOption,
    Files,
    Full,
    Json,
    Map,
    Mode,
    ModeOption,
    Only,
    Out,
    Quiet,
    RoleOption,
    RowNumber,
    RunName,
    Set,
    Sheet,
    SkipRows,
    Yes,
    age_from,
    job_from,
    role_from,
    rows_from,
)
from bulk_import.errors import BulkImportError, InputUnreadable, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from bulk_import.run import Finished, Preview, Target
    from bulk_import.settings import Settings

app = typer.Typer(
    name="bulk-import",
    help="Turns the enrolment sheet you have into OneFile accounts: checked, rehearsed, sent once.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)


def _show_version(wanted: bool) -> None:  # noqa: FBT001 - how the library calls it
    if wanted:
        from importlib.metadata import version  # noqa: PLC0415 - beside its only use

        print(f"bulk-import {version('bulk-import')}")
        raise typer.Exit


@app.callback()
def everything(
    context: typer.Context,
    *,
    config: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The settings file; default: bulk-import.toml here.")
    ] = None,
    version: Annotated[  # noqa: ARG001 - its callback does the work
        bool, typer.Option("--version", help="Show the version and stop.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """Turns the enrolment sheet you have into OneFile accounts: checked, rehearsed, sent once."""
    context.obj = config


@app.command(rich_help_panel="The job")
def check(
    context: typer.Context,
    files: Files,
    *,
    sheet: Sheet = None,
    role: RoleOption = None,
    map_: Map = None,
    set_: Set = None,
    date_order: DateOrderOption = None,
    out: Out = None,
    save_map: Annotated[
        bool, typer.Option("--save-map", help="Keep which heading means which field in the settings file.")
    ] = False,
    as_json: Json = False,
    quiet: Quiet = False,  # noqa: ARG001 - a check shows no progress yet; scripts may say it all the same
) -> None:
    """Read and check FILE…; nothing is sent and OneFile is not asked."""
    from bulk_import import run  # noqa: PLC0415 - heavy

    with _answering(as_json=as_json):
        settings = _settings(context, out=out)
        job = job_from(files, sheet, role, map_, set_, date_order)
        finished = run.check(job, settings)
        if save_map:
            sources = (source.checked for source in finished.report.sources)
            screen.say("\n".join(run.save_mapping(sources, settings).lines()))
        _finish(finished, as_json=as_json)


@app.command("dry-run", rich_help_panel="The job")
def dry_run(
    context: typer.Context,
    files: Files,
    *,
    sheet: Sheet = None,
    role: RoleOption = None,
    map_: Map = None,
    set_: Set = None,
    date_order: DateOrderOption = None,
    out: Out = None,
    mode: ModeOption = Mode.UPSERT,
    only: Only = None,
    skip: SkipRows = None,
    again: Again = None,
    full: Full = False,
    save_plan: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Keep the plan in a file: its digest, and a line a row.")
    ] = None,
    as_json: Json = False,
    quiet: Quiet = False,  # noqa: ARG001 - a dry run shows no progress yet; scripts may say it all the same
) -> None:
    """Check FILE…, look everybody up in OneFile and decide for every row; sends no change."""
    from bulk_import import run  # noqa: PLC0415 - heavy

    with _answering(as_json=as_json):
        settings = _settings(context, out=out)
        job = job_from(files, sheet, role, map_, set_, date_order, mode, rows=rows_from(only, skip, again), full=full)
        screen.say_if_practice(settings)
        with _target(settings) as target:
            finished = run.dry_run(job, settings, target, say=screen.say, plan_file=save_plan)
        _finish(finished, as_json=as_json)


@app.command(rich_help_panel="The job")
def submit(
    context: typer.Context,
    files: Files,
    *,
    sheet: Sheet = None,
    role: RoleOption = None,
    map_: Map = None,
    set_: Set = None,
    date_order: DateOrderOption = None,
    out: Out = None,
    mode: ModeOption = Mode.UPSERT,
    only: Only = None,
    skip: SkipRows = None,
    again: Again = None,
    full: Full = False,
    yes: Yes = False,
    only_if: Annotated[
        str | None, typer.Option(metavar="DIGEST", help="Refuse unless the plan is the one a dry run printed.")
    ] = None,
    allow_large: Annotated[bool, typer.Option("--allow-large", help="Pass the safety limits.")] = False,
    canary: Canary = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Dry run, then carry it out."""
    from bulk_import import run  # noqa: PLC0415 - heavy

    with _answering(as_json=as_json):
        settings = _settings(context, out=out, canary=canary)
        job = job_from(files, sheet, role, map_, set_, date_order, mode, rows=rows_from(only, skip, again), full=full)
        orders = run.Orders(approve=_approve(yes=yes), say=screen.say, only_if=only_if, allow_large=allow_large)
        screen.say_if_practice(settings)
        with _target(settings) as target, screen.progress(quiet=quiet) as progress:
            finished = run.submit(job, settings, target, orders=orders, progress=progress)
        _finish(finished, as_json=as_json)


@app.command(rich_help_panel="The job")
def resume(
    context: typer.Context,
    run_name: Annotated[
        str | None, typer.Argument(metavar="[RUN]", help="Which run; default: the newest unfinished one.")
    ] = None,
    *,
    canary: Canary = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Finish a run that stopped early: nothing is sent for rows that are done."""
    from bulk_import import run  # noqa: PLC0415 - heavy

    with _answering(as_json=as_json):
        settings = _settings(context, canary=canary)
        run.look_for_runs(settings, run_name)
        with _target(settings) as target, screen.progress(quiet=quiet) as progress:
            finished = run.resume(run_name, settings, target, progress=progress, say=screen.say)
        _finish(finished, as_json=as_json)


@app.command(rich_help_panel="The job")
def demo(context: typer.Context, *, quiet: Quiet = False) -> None:
    """The whole job on a sample workbook against a practice OneFile on this machine; needs no settings."""
    from bulk_import.cli import practice  # noqa: PLC0415 - heavy

    practice.demo(_settings(context), quiet=quiet)


@app.command("runs", rich_help_panel="Afterwards")
def runs(context: typer.Context) -> None:
    """List the runs so far, newest first."""
    from bulk_import import run  # noqa: PLC0415 - heavy

    settings = _settings(context)
    screen.show_runs(run.runs(settings), settings.journal.parent)


@app.command(rich_help_panel="Afterwards")
def report(
    context: typer.Context,
    run_name: RunName,
    *,
    share: Annotated[
        bool, typer.Option("--share", help="Instead a report to send to others: no people, no values, only shapes.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Write a run's reports again, from the journal and the source file."""
    from bulk_import import run  # noqa: PLC0415 - heavy

    with _answering(as_json=as_json):
        write = run.share if share else run.rebuild
        _finish(write(run_name, _settings(context)), as_json=as_json, done=share)


@app.command(rich_help_panel="Afterwards")
def explain(
    context: typer.Context,
    run_name: RunName,
    row: RowNumber,
    *,
    source: Annotated[
        str | None, typer.Option(metavar="NAME", help="The file or sheet, where the run had several.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Tell one row's story: cell, clean-up, rule, match, call, answer."""
    from bulk_import import run  # noqa: PLC0415 - heavy
    from bulk_import.cli import afterwards  # noqa: PLC0415 - beside its only use

    with _answering(as_json=as_json):
        story = run.explain(run_name, row, _settings(context), source=source)
    if as_json:
        screen.print_json(story.summary)
    else:
        afterwards.show_story(story)


@app.command(rich_help_panel="Afterwards")
def purge(
    context: typer.Context,
    *,
    older_than: Annotated[
        str | None, typer.Option(metavar="AGE", help="Such as 30d or 12w; default: retention in the settings.")
    ] = None,
    rehearse: Annotated[bool, typer.Option("--dry-run", help="Only show what would go.")] = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Remove runs that are older than AGE, and leave a receipt; what keeps anybody from being made twice stays."""
    from bulk_import import run  # noqa: PLC0415 - heavy
    from bulk_import.cli import afterwards  # noqa: PLC0415 - beside its only use

    with _answering(as_json=as_json):
        settings = _settings(context, retention=age_from(older_than))
        if not rehearse:
            afterwards.ask_about(run.purge(settings, rehearse=True), yes=yes)
        done = run.purge(settings, rehearse=rehearse)
    if as_json:
        screen.print_json(afterwards.purge_object(done, rehearsed=rehearse))
    else:
        afterwards.show_purge(done, rehearsed=rehearse)
    raise typer.Exit(1 if done.failed else 0)


@app.command(rich_help_panel="Getting started")
def templates(
    context: typer.Context,
    *,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where to write them.")] = Path("templates"),
    live: Annotated[
        bool, typer.Option("--live", help="Ask OneFile for its lists, and offer them in the workbooks' drop-downs.")
    ] = False,
) -> None:
    """Write the blank workbooks and CSVs that people fill in."""
    from bulk_import.templates import NO_CHOICES, write_templates  # noqa: PLC0415 - heavy

    screen.show_files("Written, ready to fill in:", write_templates(out, _choices(context) if live else NO_CHOICES))


def _choices(context: typer.Context) -> Mapping[str, tuple[str, ...]]:
    from bulk_import.run import centre  # noqa: PLC0415 - heavy

    settings = _settings(context)
    with _target(settings) as target:
        return centre.choices(settings, target, screen.say)


@app.command("lists", rich_help_panel="Getting started")
def lists(
    context: typer.Context,
    *,
    out: Annotated[Path, typer.Option(metavar="FILE", help="The workbook to write.")] = Path("lists.xlsx"),
) -> None:
    """Download OneFile's assessors, employers, classes, placements, providers, statuses, templates and standards."""
    from bulk_import.run import centre  # noqa: PLC0415 - heavy
    from bulk_import.templates.lists import write_lists  # noqa: PLC0415 - heavy

    if out.suffix.lower() != ".xlsx":
        raise UsageError(f"{out} is not a workbook's name.", f"Write --out {out.with_suffix('.xlsx')}.")
    settings = _settings(context)
    with _target(settings) as target:
        found = centre.centres(settings, target, screen.say)
    write_lists(out, {name: [(one.id, one.name, one.lists[name]) for one in found] for name in centre.LISTS})
    screen.show_files("Written; it holds the names of staff, so keep it where such data may be kept:", (out,))


@app.command(rich_help_panel="Getting started")
def fields(
    *,
    role: Annotated[
        str | None, typer.Option(metavar="ROLE", help="Only what this role takes: an id or a name.")
    ] = None,
) -> None:
    """Show every field: what it holds, who needs it, who takes it."""
    screen.show_fields(role_from(role))


@app.command(rich_help_panel="Getting started")
def sandbox(
    *,
    port: Annotated[int, typer.Option(help="The port on this machine; 0 takes a free one.", min=0, max=65535)] = 8765,
    state: Annotated[Path | None, typer.Option(metavar="FILE", help="Keep what it holds in FILE.")] = None,
    faults: Annotated[Path | None, typer.Option(metavar="FILE", help="Faults to play, as TOML.")] = None,
) -> None:
    """Run a practice OneFile on this machine until Ctrl-C."""
    from bulk_import.cli import practice  # noqa: PLC0415 - heavy

    practice.serve(port=port, state=state, faults=faults)


@app.command(rich_help_panel="Getting started")
def doctor(context: typer.Context) -> None:
    """Look at settings, credentials, connection, rate and disk, and say how to mend what is wrong."""
    from bulk_import.run import doctor as examination  # noqa: PLC0415 - heavy

    settings = _settings(context)
    symptoms = examination.local(settings)
    try:
        with _target(settings) as target:
            symptoms += examination.remote(settings, target, screen.say)
    except BulkImportError as stop:
        symptoms += (examination.stopped("credentials", stop),)
    screen.show_symptoms(settings, symptoms)
    raise typer.Exit(max((symptom.exit_code for symptom in symptoms if not symptom.well), default=0))


def _settings(context: typer.Context, **options: object) -> Settings:
    from bulk_import.catalogue import FIELDS, ONEFILE_ID, coding_problems  # noqa: PLC0415 - after --help
    from bulk_import.settings import load  # noqa: PLC0415 - after --help

    given = {name: str(value) for name, value in options.items() if value is not None}
    return load(config=context.obj, options=given, fields=(*FIELDS, ONEFILE_ID), coding_problems=coding_problems)


@contextmanager
def _target(settings: Settings) -> Iterator[Target]:
    from bulk_import.cli import practice  # noqa: PLC0415 - heavy
    from bulk_import.customer_token import customer_token  # noqa: PLC0415 - after --help
    from bulk_import.run import Target  # noqa: PLC0415 - heavy

    if settings.environment == "sandbox":
        with practice.server(settings.sandbox_state) as target:
            yield target
    else:
        yield Target(settings.environment, settings.base_url, customer_token(settings))


def _approve(*, yes: bool) -> Callable[[Preview], bool]:
    """What answers the question; without --yes that needs a terminal, which is looked for before anything else."""
    if yes:
        return lambda _preview: True
    if not sys.stdin.isatty():
        raise UsageError(
            "Nothing was sent: there is no terminal here that could ask you.",
            "Look at the result of bulk-import dry-run, then add --yes to submit.",
        )
    return screen.ask


@contextmanager
def _answering(*, as_json: bool) -> Iterator[None]:
    """With --json even a command that stops answers with one JSON object."""
    try:
        yield
    except BulkImportError as stop:
        if as_json:
            screen.print_json(_stopped(stop))
        raise


def _stopped(stop: BulkImportError) -> dict[str, object]:
    findings: list[object] = []
    if isinstance(stop, InputUnreadable):
        from bulk_import.report import finding_object  # noqa: PLC0415 - heavy

        findings = [finding_object(stop.finding, {})]
    return {
        "schema": 1,
        "report": None,
        "exit_code": stop.exit_code,
        "message": stop.message,
        "fix": stop.fix,
        "findings": findings,
    }


def _finish(finished: Finished, *, as_json: bool, done: bool = False) -> None:
    """Shows how a run ended, and ends as it did; `done` where only the writing was asked for, and that is done."""
    if as_json:
        screen.print_json(finished.summary)
        for notice in finished.report.notices:
            screen.say(notice)
    else:
        screen.show(finished)
    raise typer.Exit(0 if done else finished.report.exit_code)
