"""What is around every command: settings and token in, the question before sending, the answer and exit code out."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from bulk_import.cli import screen
from bulk_import.errors import BulkImportError, InputUnreadable, RefusedAsUnsafe, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bulk_import.run import Finished, Preview, Target
    from bulk_import.settings import Settings


def settings_of(context: typer.Context, **options: object) -> Settings:
    """The settings, with those that were given as options.

    Raises:
        SettingsError: one of them is wrong.
    """
    from bulk_import.catalogue import FIELDS, ONEFILE_ID, coding_problems  # noqa: PLC0415 - after --help
    from bulk_import.settings import load  # noqa: PLC0415 - after --help

    given = {name: str(value) for name, value in options.items() if value is not None}
    return load(config=context.obj, options=given, fields=(*FIELDS, ONEFILE_ID), coding_problems=coding_problems)


@contextmanager
def target_of(settings: Settings) -> Iterator[Target]:
    """Where to send; for the sandbox a server of the command's own, which ends with it.

    Raises:
        UsageError: there is no customer token.
    """
    from bulk_import.cli import practice  # noqa: PLC0415 - heavy
    from bulk_import.customer_token import customer_token  # noqa: PLC0415 - after --help
    from bulk_import.run import Target  # noqa: PLC0415 - heavy

    if settings.environment == "sandbox":
        with practice.server(settings.sandbox_state) as target:
            yield target
    else:
        yield Target(settings.environment, settings.base_url, customer_token(settings))


def approval(*, yes: bool) -> Callable[[Preview], bool]:
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
def answering(*, as_json: bool) -> Iterator[None]:
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
        "report": _report_beside(stop),
        "exit_code": stop.exit_code,
        "message": stop.message,
        "fix": stop.fix,
        "findings": findings,
    }


def _report_beside(stop: BulkImportError) -> str | None:
    """The report.json of what would have been done, where there is one."""
    page = stop.report if isinstance(stop, RefusedAsUnsafe) else None
    return None if page is None else str(page.with_name("report.json"))


def finish(finished: Finished, *, as_json: bool, done: bool = False) -> None:
    """Shows how a run ended, and ends as it did; `done` where only the writing was asked for, and that is done."""
    if as_json:
        screen.print_json(finished.summary)
        for notice in finished.report.sentences:
            screen.say(notice)
    else:
        screen.show(finished)
    raise typer.Exit(0 if done else finished.report.exit_code)
