"""Whether what is generated still is what is committed: `python -m tests.drift`, and `--write` to make it so again.

Text and CSV are compared by their bytes. Workbooks are compared part by part, since another version of a compression
library packs the same parts differently.
"""

from __future__ import annotations

import io
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from bulk_import.templates import template_files
from tests.make_docs import documents
from tests.make_samples import SAMPLES, sample_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

TOP = Path(__file__).parent.parent
WHOLLY_GENERATED = ("templates", "samples")


def generated() -> Iterator[tuple[str, bytes]]:
    """Path from the top of the project, and content, of every file that is generated."""
    for name, content in template_files():
        yield f"templates/{name}", content
    for sample in SAMPLES:
        yield f"samples/{sample.name}", sample_bytes(sample)
    for name, text in documents():
        yield f"docs/{name}", text.encode()


def differences(top: Path, wanted: Mapping[str, bytes]) -> list[str]:
    """A line for each generated file that is missing, differs, or should not be there.

    Args:
        top: the folder that all paths are relative to.
        wanted: path → content of every file that is generated.
    """
    found = []
    for name, content in wanted.items():
        path = top / name
        if not path.is_file():
            found.append(f"{name}: missing")
        elif not _same(path.read_bytes(), content):
            found.append(f"{name}: differs")
    for folder in WHOLLY_GENERATED:
        names = {path.relative_to(top).as_posix() for path in (top / folder).iterdir()}
        found += [f"{name}: nothing generates it" for name in sorted(names - wanted.keys())]
    return found


def _same(ours: bytes, theirs: bytes) -> bool:
    return ours == theirs or (ours[:2] == theirs[:2] == b"PK" and _parts(ours) == _parts(theirs))


def _parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return {name: package.read(name) for name in package.namelist()}


def main() -> int:
    """Compares, or with --write makes anew; 1 if something differs."""
    wanted = dict(generated())
    if "--write" in sys.argv[1:]:
        for name, content in wanted.items():
            (TOP / name).write_bytes(content)
    found = differences(TOP, wanted)
    sys.stdout.write("".join(f"{line}\n" for line in found) or "What is generated is what is committed.\n")
    if found:
        sys.stdout.write("Run: python -m tests.drift --write\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
