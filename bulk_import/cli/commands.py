"""The commands and their options."""

from __future__ import annotations

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
from bulk_import.cli.surroundings import answering, approval, finish, settings_of, target_of
from bulk_import.errors import BulkImportError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping


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

    with answering(as_json=as_json):
        settings = settings_of(context, out=out)
        job = job_from(files, sheet, role, map_, set_, date_order)
        finished = run.check(job, settings)
        if save_map:
            sources = (source.checked for source in finished.report.sources)
            screen.say("\n".join(run.save_mapping(sources, settings).lines()))
        finish(finished, as_json=as_json)


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

    with answering(as_json=as_json):
        settings = settings_of(context, out=out)
        job = job_from(files, sheet, role, map_, set_, date_order, mode, rows=rows_from(only, skip, again), full=full)
        screen.say_if_practice(settings)
        with target_of(settings) as target:
            finished = run.dry_run(job, settings, target, say=screen.say, plan_file=save_plan)
        finish(finished, as_json=as_json)


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

    with answering(as_json=as_json):
        settings = settings_of(context, out=out, canary=canary)
        job = job_from(files, sheet, role, map_, set_, date_order, mode, rows=rows_from(only, skip, again), full=full)
        orders = run.Orders(approve=approval(yes=yes), say=screen.say, only_if=only_if, allow_large=allow_large)
        screen.say_if_practice(settings)
        with target_of(settings) as target, screen.progress(quiet=quiet) as progress:
            finished = run.submit(job, settings, target, orders=orders, progress=progress)
        finish(finished, as_json=as_json)


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

    with answering(as_json=as_json):
        settings = settings_of(context, canary=canary)
        run.look_for_runs(settings, run_name)
        with target_of(settings) as target, screen.progress(quiet=quiet) as progress:
            finished = run.resume(run_name, settings, target, progress=progress, say=screen.say)
        finish(finished, as_json=as_json)


@app.command(rich_help_panel="The job")
def demo(context: typer.Context, *, quiet: Quiet = False) -> None:
    """The whole job on a sample workbook against a practice OneFile on this machine; needs no settings."""
    from bulk_import.cli import practice  # noqa: PLC0415 - heavy

    practice.demo(settings_of(context), quiet=quiet)


@app.command("runs", rich_help_panel="Afterwards")
def runs(context: typer.Context) -> None:
    """List the runs so far, newest first."""
    from bulk_import import run  # noqa: PLC0415 - heavy

    settings = settings_of(context)
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

    with answering(as_json=as_json):
        write = run.share if share else run.rebuild
        finish(write(run_name, settings_of(context)), as_json=as_json, done=share)


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

    with answering(as_json=as_json):
        story = run.explain(run_name, row, settings_of(context), source=source)
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

    with answering(as_json=as_json):
        settings = settings_of(context, retention=age_from(older_than))
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

    settings = settings_of(context)
    with target_of(settings) as target:
        return centre.choices(settings, target, screen.say)


@app.command("lists", rich_help_panel="Getting started")
def lists(
    context: typer.Context,
    *,
    out: Annotated[Path, typer.Option(metavar="FILE", help="The workbook to write.")] = Path("lists.xlsx"),
) -> None:
    """Download OneFile's assessors, employers, classes, placements, providers, statuses, templates and standards."""
    from bulk_import.run import centre  # noqa: PLC0415 - heavy
    from bulk_import.templates.lists import refuse_to_overwrite, write_lists  # noqa: PLC0415 - heavy

    if out.suffix.lower() != ".xlsx":
        raise UsageError(f"{out} is not a workbook's name.", f"Write --out {out.with_suffix('.xlsx')}.")
    refuse_to_overwrite(out)
    settings = settings_of(context)
    with target_of(settings) as target:
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

    settings = settings_of(context)
    symptoms = examination.local(settings)
    try:
        with target_of(settings) as target:
            symptoms += examination.remote(settings, target)
    except BulkImportError as stop:
        symptoms += (examination.stopped("credentials", stop),)
    screen.show_symptoms(settings, symptoms)
    raise typer.Exit(max((symptom.exit_code for symptom in symptoms if not symptom.well), default=0))
