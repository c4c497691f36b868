"""Settings, credentials, connection, rate and disk: what is wrong, and how to mend it."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from bulk_import.errors import ApiDown, BulkImportError, UsageError
from bulk_import.journal import Journal
from bulk_import.run.log import RunLog
from bulk_import.run.target import open_api, rests_until

if TYPE_CHECKING:
    from pathlib import Path

    from bulk_import.api import Organisation
    from bulk_import.run.target import Target
    from bulk_import.settings import Settings

DOCUMENTED_LIMIT = 300  # calls a minute, article 76000033860
LITTLE_ROOM = 200 * 1024 * 1024  # bytes


@dataclass(frozen=True, slots=True)
class Symptom:
    """One thing that was looked at.

    Attributes:
        subject: what was looked at.
        well: whether it is as it should be.
        found: what was found, in one sentence.
        mend: what to do, empty where all is well.
        exit_code: of the command, where it is not well.
    """

    subject: str
    well: bool
    found: str
    mend: str = ""
    exit_code: int = UsageError.exit_code


def stopped(subject: str, stop: BulkImportError) -> Symptom:
    """What kept the examination from going on."""
    return Symptom(subject, well=False, found=stop.message, mend=stop.fix, exit_code=stop.exit_code)


def local(settings: Settings) -> tuple[Symptom, ...]:
    """What can be seen without asking OneFile."""
    return (_rate(settings), _room(settings.reports), _writable(settings.reports), _journal(settings.journal))


def remote(settings: Settings, target: Target) -> tuple[Symptom, ...]:
    """What OneFile says: connection, credentials, the organisations, and whom it would e-mail.

    In OneFile's maintenance hours it is not asked, and nobody waits for their end.
    """
    try:
        customer, organisations = asyncio.run(_ask(settings, target))
    except BulkImportError as stop:
        return (stopped("connection", stop),)
    seen = Symptom("connection", well=True, found=f"OneFile answers, for the customer {customer}.")
    return (seen, *(_organisation(each) for each in organisations), *_chosen(settings, organisations))


async def _ask(settings: Settings, target: Target) -> tuple[str, tuple[Organisation, ...]]:
    def not_now(_sentence: str) -> NoReturn:
        raise _closed(settings)

    async with open_api(settings, target, RunLog(), not_now) as api:
        id_, name = await api.customer()
        return name, tuple(await api.organisations(id_))


def _closed(settings: Settings) -> ApiDown:
    until = f"{rests_until(settings):%H:%M}"
    origin = settings.origins["maintenance"]
    return ApiDown(
        f"OneFile is in its maintenance hours until {until} (UK time), so it was not asked. Whether it takes the "
        "customer token, and which organisations that reaches, was not looked at.",
        f"Run bulk-import doctor again after {until}. If OneFile is open now, correct the setting maintenance "
        f"({origin}).",
    )


def _rate(settings: Settings) -> Symptom:
    rate = settings.calls_per_minute
    found = f"{rate} calls a minute (from {settings.origins['calls_per_minute']}); OneFile allows {DOCUMENTED_LIMIT}."
    if rate <= DOCUMENTED_LIMIT:
        return Symptom("rate", well=True, found=found)
    return Symptom("rate", well=False, found=found, mend="Lower calls_per_minute to 240, so other tools keep working.")


def _room(folder: Path) -> Symptom:
    free = shutil.disk_usage(next(each for each in (folder, *folder.parents) if each.exists())).free
    found = f"{free // 1024**2:,} MB are free where the reports go ({folder})."
    if free >= LITTLE_ROOM:
        return Symptom("disk", well=True, found=found)
    return Symptom("disk", well=False, found=found, mend="Make room, or set reports to a folder on another disk.")


def _writable(folder: Path) -> Symptom:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as wrong:
        return Symptom(
            "reports",
            well=False,
            found=f"The folder {folder} cannot be written to ({wrong.strerror}).",
            mend="Ask for the right to write there, or set reports to another folder.",
        )
    return Symptom("reports", well=True, found=f"The folder {folder} can be written to.")


def _journal(file: Path) -> Symptom:
    if not file.exists():
        return Symptom("journal", well=True, found=f"There is no journal yet; it will be {file}.")
    try:
        with Journal.open(file) as journal:
            count = len(journal.runs())
    except BulkImportError as stop:
        return stopped("journal", stop)
    return Symptom("journal", well=True, found=f"The journal {file} is sound and knows {count} runs.")


def _organisation(organisation: Organisation) -> Symptom:
    mailing = organisation.keychain_creation and not organisation.email_suppression
    mails = "is sent an e-mail" if mailing else "is sent no e-mail"
    return Symptom(
        "organisation",
        well=True,
        found=f"{organisation.id} is {organisation.name}; a person whose account is created {mails}.",
    )


def _chosen(settings: Settings, organisations: tuple[Organisation, ...]) -> tuple[Symptom, ...]:
    chosen = settings.organisation_id
    if chosen is None or chosen in {organisation.id for organisation in organisations}:
        return ()
    return (
        Symptom(
            "organisation",
            well=False,
            found=f"The customer token does not reach organisation {chosen} ({settings.origins['organisation_id']}).",
            mend="Correct organisation_id; the ones it reaches are listed above.",
        ),
    )
