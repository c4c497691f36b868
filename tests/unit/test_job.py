"""What a run is asked to do, from options and settings together."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bulk_import.run.job import Job, columns_for
from bulk_import.settings import load

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

CHOICES: tuple[tuple[Mapping[str, str], Mapping[str, str], Mapping[str, str]], ...] = (
    ({"Ref No.": "MISID"}, {}, {"Ref No.": "MISID"}),
    ({"Ref No.": "MISID"}, {"Ref No.": ""}, {"Ref No.": ""}),
    ({"Ref No.": "MISID"}, {"ref no": "ULN"}, {"ref no": "ULN"}),
    ({"Ref No.": "MISID", "Case": "ULN"}, {"ref no": "ULN"}, {"Case": "ULN", "ref no": "ULN"}),
    ({"Date (column H)": "StartOn"}, {"Date": "DOB"}, {"Date (column H)": "StartOn", "Date": "DOB"}),
)


@pytest.mark.parametrize(("settings", "options", "wanted"), CHOICES)
def test_a_map_option_wins_over_the_settings_however_it_is_spelt(
    tmp_path: Path, settings: Mapping[str, str], options: Mapping[str, str], wanted: Mapping[str, str]
) -> None:
    """The option replaces every line under [columns] that means the same heading, and no other."""
    found = replace(load(environ={}, cwd=tmp_path), columns=settings)
    assert columns_for(Job(files=(), columns=options), found) == wanted
