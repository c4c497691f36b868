"""The options that several commands share, and what they say of the job."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bulk_import.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bulk_import.catalogue import Role
    from bulk_import.row_choice import RowChoice
    from bulk_import.run import Job


class DateOrder(StrEnum):
    """How text dates are to be read."""

    DMY = "dmy"
    MDY = "mdy"
    YMD = "ymd"


class Mode(StrEnum):
    """Which accounts a run may touch."""

    UPSERT = "upsert"
    CREATE = "create"
    UPDATE = "update"


def date_order_from(text: str) -> DateOrder:
    """The order that --date-order names.

    Raises:
        UsageError: it names none.
    """
    if text not in {*DateOrder}:
        raise UsageError(
            f"There is no date order {text}.",
            "Write --date-order dmy (day first, as in the UK), mdy (month first, as in the USA) or ymd (year first).",
        )
    return DateOrder(text)


def mode_from(text: str) -> Mode:
    """The mode that --mode names.

    Raises:
        UsageError: it names none.
    """
    if text not in {*Mode}:
        raise UsageError(
            f"There is no mode {text}.",
            "Write --mode upsert (make and change accounts), create (only make them) or update (only change them).",
        )
    return Mode(text)


def row_from(text: str) -> int:
    """The number of a row.

    Raises:
        UsageError: it is none.
    """
    cell = re.fullmatch(r"([A-Za-z]{0,3})([0-9]{1,7})", text.strip())
    if cell is None:
        raise UsageError(f"{text} is no row.", "Give the number that Excel shows beside the row.")
    if cell[1]:
        raise UsageError(f"{text} is a cell.", f"Give the row's number: {cell[2]}.")
    return int(cell[2])


Files = Annotated[list[Path], typer.Argument(metavar="FILE…", help="The spreadsheets: .xlsx, .csv and their kin.")]
Sheet = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME", help="Which sheet; again for each more. Default: the only one with known headings."),
]
RoleOption = Annotated[
    str | None, typer.Option("--role", metavar="ROLE", help="The role of rows that name none: an id or a name.")
]
Map = Annotated[
    list[str] | None,
    typer.Option("--map", metavar='"HEADING=FIELD"', help="Ties a heading to a field; can be given again."),
]
Set = Annotated[
    list[str] | None,
    typer.Option("--set", metavar='"FIELD=VALUE"', help="The value for a field's empty cells; can be given again."),
]
DateOrderOption = Annotated[
    DateOrder | None,
    typer.Option(
        metavar="<dmy|mdy|ymd>",
        parser=date_order_from,
        help="How text dates are to be read; ISO is always understood. Default: dmy.",
        show_default=False,
    ),
]
Out = Annotated[Path | None, typer.Option(metavar="DIR", help="Where the run's folder goes; default: reports.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output, the rest on standard error.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="No progress.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask; needed where no terminal can ask.")]
RunName = Annotated[str, typer.Argument(metavar="RUN", help="The run's name, as bulk-import runs shows it.")]
Only = Annotated[
    str | None, typer.Option("--only", metavar="ROWS", help='Only these rows, by their numbers in Excel: "7,9-12".')
]
SkipRows = Annotated[str | None, typer.Option("--skip", metavar="ROWS", help="All rows but these.")]
Again = Annotated[
    str | None,
    typer.Option(
        "--again", metavar="ROWS", help="Make new accounts for these rows' people, though they have or had others."
    ),
]
Canary = Annotated[
    int | None,
    typer.Option(
        metavar="N", min=0, max=1000, help="Send N rows of each role first, and the rest if these come back as sent."
    ),
]
Full = Annotated[bool, typer.Option("--full", help="Look everybody up, whatever is remembered of earlier runs.")]
ModeOption = Annotated[
    Mode, typer.Option(metavar="<upsert|create|update>", parser=mode_from, help="Which accounts may be touched.")
]
RowNumber = Annotated[
    int, typer.Argument(metavar="ROW", parser=row_from, help="The number that Excel shows beside the row.")
]


def job_from(
    files: list[Path],
    sheets: list[str] | None,
    role: str | None,
    map_: list[str] | None,
    set_: list[str] | None,
    date_order: DateOrder | None,
    mode: Mode = Mode.UPSERT,
    *,
    rows: RowChoice | None = None,
    full: bool = False,
) -> Job:
    """What a run is asked to do, from the options as they were typed.

    Raises:
        UsageError: one of them cannot be understood.
    """
    from bulk_import.row_choice import EVERY_ROW  # noqa: PLC0415 - after --help
    from bulk_import.run import Job  # noqa: PLC0415 - heavy

    return Job(
        files=tuple(files),
        sheets=tuple(sheets or ()),
        role=role_from(role),
        columns=_pairs(map_, "--map", "HEADING=FIELD"),
        values=_pairs(set_, "--set", "FIELD=VALUE"),
        date_order=None if date_order is None else date_order.value,
        mode=mode.value,
        rows=rows or EVERY_ROW,
        full=full,
    )


def rows_from(only: str | None, skip: str | None, again: str | None) -> RowChoice:
    """The rows that --only, --skip and --again choose.

    Raises:
        UsageError: one of them names no rows.
    """
    from bulk_import.row_choice import RowChoice  # noqa: PLC0415 - after --help

    for option, text in (("--only", only), ("--skip", skip), ("--again", again)):
        if text is not None and not text.strip():
            raise UsageError(
                f"{option} names no rows.",
                'Write the numbers that Excel shows beside the rows, such as "7,9-12", or leave the option out.',
            )
    return RowChoice(only or "", skip or "", again or "").checked()


def role_from(text: str | None) -> Role | None:
    """The role that somebody named, by id or by any of its names; None for none.

    Raises:
        UsageError: no program may create such an account.
    """
    from bulk_import.catalogue import Role, role_from_text  # noqa: PLC0415 - after --help

    if text is None:
        return None
    if (role := role_from_text(text)) is None:
        names = ", ".join(f"{role.label} ({role.value})" for role in Role)
        raise UsageError(f"There is no role {text} that a program may create.", f"Use one of: {names}.")
    return role


def age_from(text: str | None) -> str | None:
    """The age that --older-than gives, such as "90d".

    Raises:
        UsageError: it is none.
    """
    from bulk_import.known_settings import days  # noqa: PLC0415 - after --help

    if text is None:
        return None
    try:
        days(text)
    except ValueError as wrong:
        written = f"{text}d" if text.isascii() and text.isdigit() else "90d"
        raise UsageError(f"--older-than {text} {wrong}.", f"Write --older-than {written}.") from None
    return text


def _pairs(given: list[str] | None, option: str, form: str) -> Mapping[str, str]:
    pairs = {}
    for text in given or []:
        left, equals, right = text.rpartition("=") if option == "--map" else text.partition("=")
        if not equals or not left.strip():
            raise UsageError(f"{option} {text} is not of the form {form}.", f'Write it as {option} "{form}".')
        pairs[left.strip()] = right.strip()
    return pairs
