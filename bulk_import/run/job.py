"""What a run is asked to do, and its first two stages: files become tables, tables are checked."""

from __future__ import annotations

import difflib
import os
import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from bulk_import.catalogue import (
    FIELDS,
    ONEFILE_ID,
    Role,
    Sensitivity,
    coding,
    field_meant,
    fields_for_heading,
    heading_key,
    without_column,
)
from bulk_import.columns import names_column
from bulk_import.errors import InputUnreadable, UsageError
from bulk_import.findings import Finding, Place
from bulk_import.kinds import Apostrophes
from bulk_import.row_choice import EVERY_ROW, RowChoice
from bulk_import.run.remembered import told, with_remembered
from bulk_import.settings import FILE_NAME

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from bulk_import.check import Checked
    from bulk_import.read import Table
    from bulk_import.settings import Settings


SPREADSHEETS = frozenset({".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".csv", ".tsv", ".txt"})


@dataclass(frozen=True, slots=True)
class Job:
    """What the user asked for.

    Attributes:
        files: the sources, in the order given.
        sheets: which sheets of each workbook; where none is named, the only one with known headings.
        role: of rows that name none.
        columns: heading → field, from --map; an empty field leaves the column out.
        values: field → value for empty cells, from --set.
        date_order: "dmy", "mdy" or "ymd"; None where nobody says, which is "dmy".
        mode: whether accounts are made, changed, or both.
        names: the sources as the user named them, for reports; the files' own paths where that is empty.
        rows: which rows of the one source are meant.
        full: whether to look everybody up, whatever is remembered.
        said: the options with which a file to correct is to be read again; None before anything is read.
    """

    files: tuple[Path, ...]
    sheets: tuple[str, ...] = ()
    role: Role | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    date_order: Literal["dmy", "mdy", "ymd"] | None = None
    mode: Literal["upsert", "create", "update"] = "upsert"
    names: tuple[str, ...] = ()
    rows: RowChoice = EVERY_ROW
    full: bool = False
    said: tuple[tuple[str, str], ...] | None = None

    def to_json(self, settings: Settings) -> dict[str, object]:
        """What the journal keeps, so that the same rows can be read again from anywhere and under other settings."""
        return {
            "files": [str(file.resolve()) for file in self.files],
            "names": [str(file) for file in self.files],
            "sheets": list(self.sheets),
            "columns": columns_for(self, settings),
            "said": [list(option) for option in self.said or ()],
            **what_decides(self, settings),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Job:
        """The job that `to_json` stored."""
        return cls(
            files=tuple(Path(file) for file in stored["files"]),
            # runs of earlier versions have one sheet or none
            sheets=tuple(stored["sheets"] if "sheets" in stored else filter(None, [stored["sheet"]])),
            role=None if stored["role"] is None else Role(stored["role"]),
            columns=stored["columns"],
            values=stored["values"],
            date_order=stored["date_order"],
            mode=stored["mode"],
            names=tuple(stored["names"]),
            # runs of earlier versions know nothing of these
            rows=RowChoice(stored.get("only", ""), stored.get("skip", ""), stored.get("again", "")),
            said=tuple((option, value) for option, value in stored.get("said", ())),
        )


def submit_command(job: Job, settings: Settings) -> str:
    """The submit of the same rows as it is typed, with every option that decides what is sent."""
    from_elsewhere = settings.file is not None and settings.file.resolve() != Path.cwd().resolve() / FILE_NAME
    options = {
        "--sheet": job.sheets,
        "--role": () if job.role is None else (job.role.label,),
        "--map": tuple(f"{heading}={name}" for heading, name in job.columns.items()),
        "--set": tuple(f"{name}={value}" for name, value in job.values.items()),
        "--date-order": () if job.date_order is None else (job.date_order,),
        "--mode": () if job.mode == "upsert" else (job.mode,),
        "--only": (job.rows.only,) if job.rows.only else (),
        "--skip": (job.rows.skip,) if job.rows.skip else (),
        "--again": (job.rows.again,) if job.rows.again else (),
        "--config": (str(settings.file),) if from_elsewhere else (),
    }
    typed = [f"{option} {_typed(value)}" for option, values in options.items() for value in values]
    full = ["--full"] if job.full else []
    return " ".join(["bulk-import submit", *(_typed(str(file)) for file in job.files), *typed, *full])


def _typed(text: str) -> str:
    return text if re.fullmatch(r"[\w.:/\\+-]+", text) else f'"{text}"'


def what_decides(job: Job, settings: Settings) -> dict[str, object]:
    """All that changes what is sent for the same columns of the same file, as JSON can hold it.

    The journal keeps it, so that a resumed run reads the same rows in the same way, and a plan's digest depends on it.
    """
    return {
        "role": None if job.role is None else int(job.role),
        "values": values_for(job, settings),
        "severities": dict(settings.severities),
        "bad_optional": settings.bad_optional,
        "apostrophes": settings.apostrophes,
        "clear": settings.allow_clear,
        "codes": dict(settings.codes),
        "unknown_codes": dict(settings.unknown_codes),
        "date_order": job.date_order or "dmy",
        "mode": job.mode,
        "only": job.rows.only,
        "skip": job.rows.skip,
        "again": job.rows.again,
        "updated": sorted(settings.update_undocumented),
    }


def columns_for(job: Job, settings: Settings) -> dict[str, str]:
    """Heading → field, "" to leave the column out: [columns], then --map; the later wins however it is spelt."""
    keys = {heading_key(heading) for heading in job.columns}
    kept = {heading: name for heading, name in settings.columns.items() if heading_key(heading) not in keys}
    return {**kept, **job.columns}


def values_for(job: Job, settings: Settings) -> dict[str, str]:
    """Field → value for empty cells: the organisation of the settings, then [defaults], then --set; the later wins.

    Raises:
        UsageError: one of them names a field that does not exist.
    """
    organisation = {} if settings.organisation_id is None else {"OrganisationID": str(settings.organisation_id)}
    return {**organisation, **_by_field(settings.defaults), **_by_field(job.values)}


def read_and_check(job: Job, settings: Settings, today: date) -> tuple[Job, tuple[Checked, ...]]:
    """Reads every source and checks it; the job that comes back has what the sources remember of an earlier run.

    Args:
        job: what was asked for.
        settings: for [columns], [defaults], [severity], [codes] and the like, and the organisation.
        today: the day that ages are counted to.

    Raises:
        InputUnreadable: a source cannot be read.
        UsageError: an option or a table of the settings names a field that does not exist.
    """
    from bulk_import.check import Options, check_all  # noqa: PLC0415 - heavy

    tables = _tables(job, settings)
    typed = job
    job = with_remembered(job, tables, values_for(replace(job, values={}), settings), settings.columns)
    tables = [told(table, typed, job) for table in tables]
    options = Options(
        role=job.role,
        defaults=values_for(job, settings),
        date_order=job.date_order or "dmy",
        severities=settings.severities,
        chosen=_fields_named(columns_for(job, settings)),
        bad_optional=settings.bad_optional,
        apostrophes=Apostrophes(settings.apostrophes),
        clear=settings.allow_clear,
        coding=coding(settings.codes, settings.unknown_codes),
        today=today,
    )
    return job, check_all(tables, options=options)


def _tables(job: Job, settings: Settings) -> list[Table]:
    """Every source as it was read."""
    from bulk_import.read import read_tables  # noqa: PLC0415 - heavy

    known = _known(_fields_named(columns_for(job, settings)))
    names = job.names or tuple(map(str, job.files))
    for at in range(len(job.files)):
        _refuse_missing(job.files, names, at)
    tables = [
        table
        for file, name in zip(job.files, names, strict=True)
        for table in read_tables(file, name=name, sheets=job.sheets, known=known)
    ]
    if job.said is None:  # else an earlier reading has seen to it
        _refuse_unknown_headings(job, tables)
    _refuse_unknown_rows(job, tables)
    return tables


def _refuse_missing(files: Sequence[Path], names: Sequence[str], at: int) -> None:
    """Raises InputUnreadable for a file that is not there, with the folder looked in and what that has instead."""
    try:
        files[at].stat()
    except (FileNotFoundError, NotADirectoryError):
        folder = Path.cwd().joinpath(files[at]).parent
        detail = f"{folder}{_instead(folder, names, at)}"
        raise InputUnreadable(Finding("file-missing", Place(names[at]), detail=detail)) from None
    except (OSError, ValueError):
        return  # reading it says why it cannot be


def _instead(folder: Path, names: Sequence[str], at: int) -> str:
    """What a folder has in a file's place: one whose name the shell took apart, or one that is called nearly so."""
    joined = (" ".join(names[at:end]) for end in range(len(names), at + 1, -1))
    if whole := next(filter(os.path.exists, joined), ""):
        return f", but a file “{Path(whole).name}”: put quotation marks round a name that has spaces"
    try:
        there = {file.name.casefold(): file.name for file in folder.iterdir() if file.suffix.lower() in SPREADSHEETS}
    except OSError:
        return ", for there is no such folder"
    near = difflib.get_close_matches(Path(names[at]).name.casefold(), there, n=1)
    return f"; the nearest there is “{there[near[0]]}”" if near else ""


def _refuse_unknown_headings(job: Job, tables: Sequence[Table]) -> None:
    """Raises UsageError for a heading after --map that no source has: it was mistyped, and would do nothing."""
    headings = [heading for table in tables for heading in table.headings]
    texts = {heading_key(heading.text): heading.text for heading in headings}
    for heading in job.columns:
        if heading_key(heading) in texts or any(names_column(heading, one) for one in headings):
            continue
        near = difflib.get_close_matches(heading_key(heading), texts, n=1)
        hint = f"Did you mean “{texts[near[0]]}”? " if near else ""
        raise UsageError(
            f"No column is headed “{heading}”, as --map says.", f"{hint}Write the heading as it stands in the file."
        )


def _refuse_unknown_rows(job: Job, tables: Sequence[Table]) -> None:
    """Raises UsageError for a row after --only or --skip that no source has, and for a choice among several sources."""
    if job.rows.named and len(tables) > 1:
        raise UsageError("--only, --skip and --again choose rows of one file and sheet.", "Give one at a time.")
    for option, (first, last) in job.rows.named:
        if not any(first <= row <= last for table in tables for row in table.frame.index):
            raise UsageError(
                f"{tables[0].source.name} has no data in row {first}"
                + (f" to {last}," if last > first else ",")
                + f" as {option} says.",
                "Write the numbers that Excel shows beside the rows.",
            )


def _fields_named(columns: Mapping[str, str]) -> dict[str, str]:
    return {heading: "" if not name else _field(name) for heading, name in columns.items()}


def _by_field(values: Mapping[str, str]) -> dict[str, str]:
    """Field → value, for fields of which one value can serve for all rows.

    A person's own data never stands in settings or options: it would get into the journal, and filling a code such
    as ethnicity for everybody would invent special-category data.
    """
    chosen = {_field(name): value for name, value in values.items()}
    for name in chosen:
        if name == ONEFILE_ID or FIELDS[name].sensitive is not Sensitivity.NONE:
            raise UsageError(
                f"One value of {name} cannot serve for everybody, so --set and [defaults] do not take it.",
                "Fill in the cells of that column instead.",
            )
    return chosen


def _field(name: str) -> str:
    """The API's spelling of a field's name, or OneFileID, whatever case it was typed in."""
    spelt = {known.lower(): known for known in (*FIELDS, ONEFILE_ID)}
    if found := spelt.get(name.strip().lower()):
        return found
    raise UsageError(f"There is no field {name}.", f"{_instead_of(name, spelt)}bulk-import fields lists them all.")


def _instead_of(name: str, spelt: Mapping[str, str]) -> str:
    """The field that somebody may mean: by a heading that is understood, or by a slip."""
    if meant := field_meant(name):
        return f"A column headed {name.strip()} is understood as {meant}, so write {meant}. "
    near = difflib.get_close_matches(name.strip().lower(), spelt, n=1)
    return f"Did you mean {spelt[near[0]]}? " if near else ""


def _known(chosen: Mapping[str, str]) -> Callable[[str], bool]:
    keys = {heading_key(without_column(heading)) for heading in chosen}

    def known(text: str) -> bool:
        return heading_key(text) in keys or bool(fields_for_heading(text))

    return known
