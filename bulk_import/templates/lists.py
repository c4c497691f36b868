"""The workbook of a centre's lists: what may be written into a sheet in place of OneFile's ids."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bulk_import.catalogue import Role
from bulk_import.errors import OutputError, UsageError
from bulk_import.templates.cells import fitted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from bulk_import.lists import CentreList, Entry

HEADINGS = ("Name", "OneFile ID", "MIS value", "Write this", "Role", "Note")
WIDTHS = (42, 12, 20, 42, 18, 40)
OF_ORGANISATIONS, THEIR_WIDTHS = ("Organisation ID", "Organisation"), (14, 30)
DARK = "#1F3864"
MOST_ROWS = 1_048_575
LARGEST_NUMBER = 10**15  # Excel keeps no more digits of a number
_ROLES = {int(role): role.label for role in Role}


def refuse_to_overwrite(path: Path) -> None:
    """Raises UsageError where the file is there already: it may hold somebody's work."""
    if path.exists():
        raise UsageError(f"{path} is there already.", "Move it away, or name another file with --out.")


def write_lists(path: Path, lists: Mapping[str, Sequence[tuple[int, str, CentreList]]]) -> None:
    """Writes a sheet for each list; every cell is text or a number, never a formula.

    Args:
        path: the file, which must not be there yet.
        lists: name of the list → the organisations' ids and names, and theirs.

    Raises:
        UsageError: the file is there.
        OutputError: it cannot be written.
    """
    import xlsxwriter  # noqa: PLC0415 - heavy, and only this needs it
    from xlsxwriter.exceptions import FileCreateError  # noqa: PLC0415 - likewise

    refuse_to_overwrite(path)
    book = xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": "Lists of OneFile", "author": "bulk-import"})
    several = any(len(centres) > 1 for centres in lists.values())
    heading = book.add_format({"bold": True, "font_color": "white", "bg_color": DARK, "text_wrap": True})
    for name, centres in lists.items():
        _sheet(book.add_worksheet(name.capitalize()), heading, _rows(centres, several=several), several=several)
    try:
        book.close()
    except (FileCreateError, OSError) as wrong:
        raise OutputError(f"{path} cannot be written.", "Choose another file with --out.") from wrong


def _sheet(sheet: object, heading: object, rows: Iterator[tuple[str | int, ...]], *, several: bool) -> None:
    from xlsxwriter.worksheet import Worksheet  # noqa: PLC0415 - heavy

    assert isinstance(sheet, Worksheet)  # noqa: S101 - what a workbook makes
    for column, (text, width) in enumerate(zip(_headings(several=several), _widths(several=several), strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, text, heading)
    last = 0
    for last, row in enumerate(rows, start=1):
        if last > MOST_ROWS:
            raise OutputError(
                f"One of the lists has more than {MOST_ROWS:,} entries, and a sheet holds no more.",
                "Name a single organisation with the setting organisation_id; otherwise ask OneFile why it is so long.",
            )
        for column, value in enumerate(row):
            if isinstance(value, int) and value < LARGEST_NUMBER:
                sheet.write_number(last, column, value)
            elif value:
                sheet.write_string(last, column, fitted(str(value)))
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(last, 1), len(_headings(several=several)) - 1)


def _headings(*, several: bool) -> tuple[str, ...]:
    return (*OF_ORGANISATIONS, *HEADINGS) if several else HEADINGS


def _widths(*, several: bool) -> tuple[int, ...]:
    return (*THEIR_WIDTHS, *WIDTHS) if several else WIDTHS


def _rows(centres: Sequence[tuple[int, str, CentreList]], *, several: bool) -> Iterator[tuple[str | int, ...]]:
    for id_, name, listed in centres:
        organisation: tuple[str | int, ...] = (id_, name) if several else ()
        if listed.refused is not None:
            yield (*organisation, "", "", "", "", "", f"OneFile does not show this list ({listed.refused}).")
        for entry in sorted(listed.entries.values(), key=lambda one: (one.name.casefold(), one.id)):
            yield (*organisation, *_row(entry, listed))


def _row(entry: Entry, listed: CentreList) -> tuple[str | int, ...]:
    text = listed.text_for(entry)
    notes = ["archived"] if entry.archived else []
    if entry.name and text != entry.name:
        notes += ["several have this name" if len(listed.matches(entry.name)) > 1 else "a cell cannot hold this name"]
    return entry.name, entry.id, entry.misid, text, _ROLES.get(entry.role or 0, ""), "; ".join(notes)
