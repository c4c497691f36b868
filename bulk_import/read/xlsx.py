"""Which sheets an XLSX has, in which parts they stand, and the workbook as the fast reader gets it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import quoteattr

from bulk_import.read.package import check_strings, elements, part_name
from bulk_import.read.repack import repacked

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bulk_import.read.package import Element, Package

BOOK: Final = "xl/workbook.xml"
STRINGS: Final = "xl/sharedstrings.xml"
RELATIONS: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE_RELATIONS: Final = "http://schemas.openxmlformats.org/package/2006/relationships"
MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STATES: Final = frozenset({"visible", "hidden", "veryHidden"})
FURTHER_PARTS: Final = ("xl/sharedStrings.xml", "xl/styles.xml")
"""Read by the fast reader beside the sheets: the texts, and the formats that make a number a date."""


@dataclass(frozen=True, slots=True)
class ListedSheet:
    """A worksheet as the workbook lists it.

    Attributes:
        name: as on its tab.
        state: "visible", "hidden" or "veryHidden".
        part: the name of its part.
    """

    name: str
    state: str
    part: str


@dataclass(frozen=True, slots=True)
class Book:
    """The list of worksheets, in order, and whether days are counted from 1904."""

    sheets: tuple[ListedSheet, ...]
    from_1904: bool


def listed(package: Package) -> Book:
    """The workbook's own list; chart sheets and the like are left out.

    Raises:
        InputUnreadable: the list is missing, damaged or ambiguous.
    """
    _check_place(package)
    found = elements(package, BOOK)
    relations = _relations(package)
    sheets = [_sheet(package, element, relations) for element in found if element.name == "sheet"]
    names = [element.attributes.get("name", "") for element in found if element.name == "sheet"]
    parts = [sheet.part for sheet in sheets if sheet]
    if len(set(names)) < len(names) or len(set(parts)) < len(parts):
        raise package.damaged("two of its sheets have the same name or the same content")
    dates = [element.attributes.get("date1904") for element in found if element.name == "workbookPr"]
    return Book(tuple(sheet for sheet in sheets if sheet), bool(dates and dates[-1] in {"1", "true"}))


def _check_place(package: Package) -> None:
    """Excel finds the list of sheets by the package's relations; it must be the one that is read here."""
    kinds = "/relationships/officeDocument"
    relations = [e.attributes for e in elements(package, "_rels/.rels") if e.name == "Relationship"]
    places = {part_name(a.get("Target", "")) for a in relations if a.get("Type", "").endswith(kinds)}
    if places != {BOOK}:
        raise package.damaged("its list of sheets is not where Excel keeps it")


@dataclass(frozen=True, slots=True)
class _Relation:
    """Where a relation leads, and whether to a worksheet."""

    part: str
    worksheet: bool


def _relations(package: Package) -> Mapping[str, _Relation]:
    found: dict[str, _Relation] = {}
    for element in elements(package, "xl/_rels/workbook.xml.rels"):
        if element.name != "Relationship":
            continue
        relation = element.attributes.get("Id", "")
        if relation in found:
            raise package.damaged("two of its relations have the same name")
        kind = element.attributes.get("Type", "")
        found[relation] = _Relation(target(element.attributes.get("Target", "")), kind.endswith("/worksheet"))
    return found


def target(text: str) -> str:
    """The name of the part to which a relation of the workbook leads."""
    return part_name(text) if text.startswith("/") else part_name(f"xl/{text}")


def _sheet(package: Package, element: Element, relations: Mapping[str, _Relation]) -> ListedSheet | None:
    """The worksheet that an element of the list names, None if it is a sheet of another kind."""
    ids = [value for name, value in element.attributes.items() if name.rpartition(":")[2] == "id"]
    relation = relations.get(ids[0]) if len(ids) == 1 else None
    if relation is None:
        raise package.damaged("a sheet is listed without its content")
    state = element.attributes.get("state", "visible")
    if state not in STATES:
        raise package.damaged("a sheet is neither shown nor hidden")
    return ListedSheet(element.attributes.get("name", ""), state, relation.part) if relation.worksheet else None


def as_handed_over(package: Package, book: Book) -> bytes:
    """The workbook with these sheets and what belongs to them, and with lists written anew.

    Raises:
        InputUnreadable: the part of a sheet is missing, or the list of texts claims to be endless.
    """
    if STRINGS in package.parts:
        check_strings(package, STRINGS)
    copies = {f"xl/worksheets/sheet{i}.xml": sheet.part for i, sheet in enumerate(book.sheets, start=1)}
    copies |= {part: part_name(part) for part in FURTHER_PARTS if part_name(part) in package.parts}
    numbered = list(enumerate(book.sheets, start=1))
    sheets = "".join(
        f'<sheet name={quoteattr(sheet.name)} sheetId="{i}" state="{sheet.state}" r:id="rId{i}"/>'
        for i, sheet in numbered
    )
    epoch = '<workbookPr date1904="1"/>' if book.from_1904 else ""
    made = {
        "_rels/.rels": relations([("rId1", "officeDocument", BOOK)]),
        "xl/_rels/workbook.xml.rels": relations(
            [(f"rId{i}", "worksheet", f"worksheets/sheet{i}.xml") for i, _ in numbered]
        ),
        BOOK: f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}">{epoch}<sheets>{sheets}</sheets></workbook>',
    }
    return repacked(package, copies, made)


def relations(listed: list[tuple[str, str, str]]) -> str:
    """A list of relations, each with its id, its kind and its target."""
    each = "".join(f'<Relationship Id="{i}" Type="{RELATIONS}/{kind}" Target="{to}"/>' for i, kind, to in listed)
    return f'<Relationships xmlns="{PACKAGE_RELATIONS}">{each}</Relationships>'
