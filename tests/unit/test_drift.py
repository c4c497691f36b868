"""A generated file that is not what it should be does not go unnoticed."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import pytest

from tests.drift import WHOLLY_GENERATED, differences

if TYPE_CHECKING:
    from pathlib import Path


def _package(text: str, compression: int) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as package:
        package.writestr("sheet.xml", text)
    return stream.getvalue()


WANTED = {
    "templates/learner.csv": b"First name\r\n",
    "templates/learner.xlsx": _package("<sheet/>" * 50, zipfile.ZIP_DEFLATED),
    "samples/clean.csv": b"Asha\r\n",
    "docs/fields.md": b"# The fields\n",
}


@pytest.fixture
def top(tmp_path: Path) -> Path:
    """A project in which everything generated is committed."""
    for folder in (*WHOLLY_GENERATED, "docs"):
        (tmp_path / folder).mkdir()
    for name, content in WANTED.items():
        (tmp_path / name).write_bytes(content)
    return tmp_path


def test_nothing_is_said_where_nothing_differs(top: Path) -> None:
    """A project that is as generated passes."""
    assert differences(top, WANTED) == []


def test_a_missing_a_changed_and_a_foreign_file_are_each_named(top: Path) -> None:
    """Every way of drifting is told, with the file."""
    (top / "templates/learner.csv").unlink()
    (top / "docs/fields.md").write_bytes(b"# The fields, edited by hand\n")
    (top / "samples/left over.csv").write_bytes(b"")
    assert differences(top, WANTED) == [
        "templates/learner.csv: missing",
        "docs/fields.md: differs",
        "samples/left over.csv: nothing generates it",
    ]


def test_a_workbook_may_be_packed_otherwise_but_not_say_otherwise(top: Path) -> None:
    """Another compression library is no drift, another content is."""
    workbook = top / "templates/learner.xlsx"
    workbook.write_bytes(_package("<sheet/>" * 50, zipfile.ZIP_STORED))
    assert differences(top, WANTED) == []
    workbook.write_bytes(_package("<sheet/>" * 51, zipfile.ZIP_STORED))
    assert differences(top, WANTED) == ["templates/learner.xlsx: differs"]
