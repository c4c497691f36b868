"""The parts of the workbook that is being marked: those of the source, and what is changed and added."""

from __future__ import annotations

import posixpath
import re
import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO, Final

from bulk_import.read.package import part_name
from bulk_import.report.marked.splice import CannotMarkError, outline, spliced

if TYPE_CHECKING:
    from bulk_import.read.package import Package

CONTENT_TYPES: Final = "[Content_Types].xml"
OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006/relationships"
DATE: Final = (1980, 1, 1, 0, 0, 0)
_LEADING_OUT = re.compile(r"^[/\\]|(^|[/\\])\.{1,2}([/\\]|$)|:")
"""In a part's name: whoever unpacks the file would write outside the folder."""


@dataclass(frozen=True, slots=True)
class Relation:
    """Where a relation of a part leads: its id, the last word of its kind, and the part's name as in the zip."""

    id: str
    kind: str
    part: str


@dataclass(slots=True)
class Parts:
    """A workbook's parts by their names as in the zip; lists of relations and of content types are kept true."""

    package: Package
    new: dict[str, bytes] = field(default_factory=dict)

    def real(self, name: str) -> str:
        """A part's name as it stands in the zip, whatever case it is asked for in."""
        entry = self.package.parts.get(part_name(name))
        return name if entry is None else entry.filename

    def has(self, name: str) -> bool:
        """Whether there is such a part."""
        return name in self.new or part_name(name) in self.package.parts

    def read(self, name: str) -> bytes:
        """A part as it is by now."""
        real = self.real(name)
        return self.new[real] if real in self.new else b"".join(self.package.chunks(part_name(name)))

    def write(self, name: str, data: bytes) -> None:
        """Changes a part, or adds one whose kind the list of content types knows already."""
        self.new[self.real(name)] = data

    def free(self, pattern: str) -> str:
        """The first name that no part has; `pattern` has a place for its number."""
        return next(name for number in range(1, 100_000) if not self.has(name := pattern.format(number)))

    def add(self, name: str, data: bytes, content_type: str) -> None:
        """Adds a part."""
        self.write(name, data)
        self._list(f'Override PartName="/{name}" ContentType="{content_type}"')

    def know(self, extension: str, content_type: str) -> None:
        """Makes an extension known, if it is not yet."""
        types = outline(self.read(CONTENT_TYPES), depth=1)
        known = {node.attributes.get("Extension", "").lower() for node in types.root.named("Default")}
        if extension not in known:
            self._list(f'Default Extension="{extension}" ContentType="{content_type}"')

    def _list(self, element: str) -> None:
        types = outline(self.read(CONTENT_TYPES), depth=1)
        item = f"<{types.prefix}{element}/>".encode()
        self.write(CONTENT_TYPES, spliced(types.data, types.appended(types.root, [item])))

    def main_content_type(self) -> str:
        """What the list of content types says of the workbook as a whole."""
        types = outline(self.read(CONTENT_TYPES), depth=1)
        named = {part_name(node.attributes.get("PartName", "")): node for node in types.root.named("Override")}
        node = named.get("xl/workbook.xml")
        return "" if node is None else node.attributes.get("ContentType", "")

    def relations(self, part: str) -> list[Relation]:
        """Where a part's relations lead, those out of the workbook left out."""
        name = _list_of(part)
        if not self.has(name):
            return []
        nodes = outline(self.read(name), depth=1).root.named("Relationship")
        inside = [node.attributes for node in nodes if node.attributes.get("TargetMode") != "External"]
        return [
            Relation(
                one.get("Id", ""),
                one.get("Type", "").rpartition("/")[2],
                self.real(_target(part, one.get("Target", ""))),
            )
            for one in inside
        ]

    def relate(self, part: str, kind: str, to: str) -> str:
        """Adds a relation from one part to another, and gives its id."""
        name = _list_of(part)
        data = self.read(name) if self.has(name) else f'<Relationships xmlns="{PACKAGE}"/>'.encode()
        listed = outline(data, depth=1)
        taken = {node.attributes.get("Id") for node in listed.root.children}
        id_ = next(id_ for number in range(1, len(taken) + 2) if (id_ := f"rIdProblems{number}") not in taken)
        item = f'<{listed.prefix}Relationship Id="{id_}" Type="{OFFICE}/{kind}" Target="/{to}"/>'.encode()
        self.write(name, spliced(data, listed.appended(listed.root, [item])))
        return id_

    def save(self, stream: BinaryIO) -> None:
        """Writes the workbook: every part that was not changed with exactly the bytes that it had."""
        old = [entry.filename for entry in self.package.parts.values() if not entry.is_dir()]
        if not all(name.isascii() for name in old) or any(_LEADING_OUT.search(name) for name in old):
            raise CannotMarkError("its parts have names that Excel would not give them")
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
            for name in dict.fromkeys([*old, *self.new]):
                entry = zipfile.ZipInfo(name, DATE)
                entry.compress_type = zipfile.ZIP_DEFLATED
                target.writestr(entry, self.read(name))


def _list_of(part: str) -> str:
    folder, _, name = part.rpartition("/")
    return f"{folder}/_rels/{name}.rels"


def _target(part: str, target: str) -> str:
    """The part to which a relation leads, from the part that has it."""
    if target.startswith("/"):
        return target.lstrip("/")
    return posixpath.normpath(posixpath.join(posixpath.dirname(part), target))
