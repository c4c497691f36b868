"""The practice OneFile on this machine: for a run, by itself, and for the demo."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import bulk_import
from bulk_import import run, sandbox
from bulk_import.cli import screen
from bulk_import.errors import OutputError, StoppedEarly, UsageError
from bulk_import.report import Status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bulk_import.run import Finished, Preview
    from bulk_import.sandbox import World
    from bulk_import.settings import Settings


@contextmanager
def server(state: Path | None) -> Iterator[run.Target]:
    """A practice OneFile for as long as a run lasts, on a free port of this machine.

    Args:
        state: the file that keeps what it holds; None forgets it all.

    Raises:
        UsageError: the file cannot be used.
        OutputError: its folder cannot be made.
    """
    if state is not None:
        _make_parent(state)
    with _sandbox_sentences(), sandbox.running(state=state) as practice:
        yield run.Target("sandbox", practice.base_url, practice.customer_token)


@contextmanager
def _sandbox_sentences() -> Iterator[None]:
    """What the sandbox, a world of its own, says is wrong, as this program's own exception."""
    try:
        yield
    except sandbox.SandboxError as wrong:
        raise UsageError(f"The practice server cannot run: {wrong}") from wrong


def _make_parent(state: Path) -> None:
    try:
        state.parent.mkdir(parents=True, exist_ok=True)
    except OSError as wrong:
        raise OutputError(
            f"{state.parent} cannot be made ({wrong.strerror}).", "Choose another folder with reports in the settings."
        ) from wrong


def serve(*, port: int, state: Path | None, faults: Path | None) -> None:
    """Runs a practice OneFile until Ctrl-C.

    Raises:
        UsageError: the faults file or the state file cannot be used, or the port is taken.
    """
    if state is not None:
        _make_parent(state)
    with _sandbox_sentences():
        sandbox.serve(port=port, state=state, faults=faults, on_ready=_announce)


def _announce(base_url: str) -> None:
    print(f"The practice OneFile answers at {base_url}")
    print(f"Customer token: {sandbox.CUSTOMER_TOKEN}   Organisation: {sandbox.ORGANISATION_ID}")
    print("Look at what it holds in a browser: " + base_url.split("/api/", maxsplit=1)[0] + "/")
    print("Stop it with Ctrl-C.", flush=True)


def samples() -> Path:
    """The folder of samples: inside an installed package, or beside it in a checkout."""
    package = Path(bulk_import.__file__).parent
    shipped = package / "shipped" / "samples"
    return shipped if shipped.is_dir() else package.parent / "samples"


def demo(settings: Settings, *, quiet: bool) -> None:
    """Check, dry run, submit and report on the sample workbook, against a practice server that starts empty.

    Raises:
        StoppedEarly: the practice server holds something else than the report says.
    """
    source = samples() / "enrolments.xlsx"
    job = run.Job(files=(source,))
    home = settings.reports / "demo"
    safe = replace(
        settings,
        environment="sandbox",
        columns={},
        defaults={},
        severities={},
        organisation_id=None,
        out=home,
        journal=home / "journal.db",
    )
    _say(f"The sheet: {source}")
    _say("1. Check: read every row, ask nobody.")
    screen.show(run.check(job, safe))
    with _sandbox_sentences(), sandbox.running() as practice:
        target = run.Target("sandbox", practice.base_url, practice.customer_token)
        before = _ids(practice.world)
        _say("2. Dry run: look everybody up, decide for every row, send nothing.")
        rehearsal = run.dry_run(job, safe, target, say=_say)
        screen.show_news(rehearsal)
        _say("3. Submit: exactly that plan, each row at most once.")
        orders = run.Orders(approve=_approve, say=_say, only_if=rehearsal.report.digest)
        with screen.progress(quiet=quiet) as progress:
            finished = run.submit(job, safe, target, orders=orders, progress=progress)
        screen.show_news(finished)
        _compare(finished, _ids(practice.world) - before)


def _ids(world: World) -> set[int]:
    return {int(str(user["ID"])) for user in world.users()}


def _compare(finished: Finished, held: set[int]) -> None:
    """Says that report and practice server agree.

    Raises:
        StoppedEarly: they do not.
    """
    reported = {row.user_id for row in finished.report.rows() if row.status is Status.CREATED}
    if reported != held:
        raise StoppedEarly(
            f"The practice OneFile holds {len(held)} new accounts, and the report says {len(reported)} were created.",
            "This is a mistake in bulk-import itself: tell whoever looks after it.",
        )
    _say(f"The practice OneFile holds {len(held)} accounts more than before: exactly those that the report names.")


def _approve(preview: Preview) -> bool:
    for line in preview.lines():
        _say(line)
    return True


def _say(text: str) -> None:
    print(f"\n{text}" if text[:1].isdigit() else text, file=sys.stdout, flush=True)
