"""Rows that are no people: guidance and examples under the headings, totals and remarks under the people.

Only what stands right under the headings, or at the very end, is looked at, and only what could not be a person is
left out: each such row is told by its number. Rows with the marks of our own templates are found anywhere.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from bulk_import.catalogue import EXAMPLE_MARK, FIELDS, GUIDANCE_MARK, fields_for_heading
from bulk_import.read.table import CellType

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np

    from bulk_import.read.grid import Grid

LOOKED_AT: Final = 5
"""Rows under the headings that may be guidance or examples."""
LOOKED_AT_BELOW: Final = 50
"""Rows at the end that may be totals and remarks."""

GUIDANCE: Final = re.compile(
    r"\W*(?:do not (?:change|edit|amend|alter|delete|complete|fill)|mandatory|optional|conditional|required|must be|"
    r"must not|enter |please |e\.?g[. ]|for example|format:|select |choose |leave (?:this )?(?:blank|empty)|"
    r"max(?:imum)?\.? (?:of )?[0-9]|up to [0-9]+ |(?:free )?text$|number$|numeric$|alphanumeric|date$|"
    r"yes ?/ ?no$|y ?/ ?n$|dd/mm/yyyy|yyyy-mm-dd)",
    re.IGNORECASE,
)
"""What other templates say of a column in the row under its heading (DfE: “Do not change this column”)."""
EXAMPLE: Final = re.compile(r"\W*example(?: row| data| only| learner| student| record| entry)?\W*", re.IGNORECASE)

THINGS: Final = (
    r"(?:learners?|students?|apprentices?|people|persons|staff|users?|records?|rows?|entries|enrolments?|starts?)"
)
TOTAL: Final = re.compile(
    rf"\W*(?:(?:grand |overall |sub[ -]?)?totals?(?: (?:number )?(?:of )?{THINGS}| count| number)?|"
    rf"(?:count|sum|average|(?:number|no\.?|count) of {THINGS}|{THINGS} count))\W*[0-9,. ]*\W*|[0-9,]+ {THINGS}\W*",
    re.IGNORECASE,
)
REMARK: Final = re.compile(
    r"\W*(?:end of (?:the )?(?:report|file|data|list|export|extract)|official\W+sensitive\b.*|"
    r"page [0-9]+(?: of [0-9]+)?|"
    r"(?:report |list )?(?:printed|generated|produced|exported|extracted|run)(?: (?:by|on|at|from)\b.*|:.*))\W*",
    re.IGNORECASE,
)
FIGURE: Final = re.compile(r"[£$€]?[-+]?[0-9][0-9,. ]*%?")
NOT_FIGURES: Final = frozenset({CellType.TEXT, CellType.BOOLEAN})


def guidance(grid: Grid) -> np.ndarray:
    """True for each row of guidance, or of an example."""
    import numpy as np  # noqa: PLC0415 - heavy

    mask = _marked(grid)
    # Where ours stands with its mark, a row like it below is somebody who tries the form out.
    marked = bool(mask.any())
    for position in np.flatnonzero(grid.types.any(axis=1) & ~mask)[:LOOKED_AT]:
        texts = [text for text, _ in _cells(grid, int(position))]
        if not texts:
            continue
        said = _is_guidance(texts) or (_is_mostly_guidance(texts) and not _names_somebody(grid, int(position)))
        if not (said or (not marked and _is_our_example(texts))):
            break
        mask[position] = True
    return mask


def _marked(grid: Grid) -> np.ndarray:
    """Rows whose first cell says that they are our own template's."""
    import pyarrow.compute as pc  # noqa: PLC0415 - heavy

    first = pc.utf8_ltrim_whitespace(grid.columns[0])
    marked = pc.or_(pc.starts_with(first, GUIDANCE_MARK), pc.starts_with(first, EXAMPLE_MARK))
    mask: np.ndarray = pc.fill_null(marked, fill_value=False).to_numpy()
    return mask.copy()


def _cells(grid: Grid, position: int) -> list[tuple[str, int]]:
    """Text and type of the cells of a row that hold something."""
    kinds = grid.types[position].tolist()
    texts = ((column[position].as_py() or "").strip() for column, kind in zip(grid.columns, kinds, strict=True) if kind)
    return [(text, kind) for text, kind in zip(texts, filter(None, kinds), strict=True) if text or kind > CellType.TEXT]


def _is_guidance(texts: list[str]) -> bool:
    if EXAMPLE.fullmatch(texts[0]) and len(texts) > 1:
        return True
    return any(text.startswith((GUIDANCE_MARK, EXAMPLE_MARK)) for text in texts)


def _is_mostly_guidance(texts: list[str]) -> bool:
    spoken = [text for text in texts if GUIDANCE.match(text)]
    addressed = any("@" in text for text in texts if text not in spoken)
    return 2 * len(spoken) >= len(texts) and not addressed


NAMES: Final = frozenset({("FirstName",), ("LastName",)})


def _names_somebody(grid: Grid, position: int) -> bool:
    """Whether a first and a last name stand in a row, which may well say “Required” or “Optional” of somebody."""
    named = zip(grid.headings, grid.columns, strict=True)
    texts = [column[position].as_py() or "" for heading, column in named if fields_for_heading(heading.text) in NAMES]
    return len(texts) > 1 and all(text.strip() and not GUIDANCE.match(text) for text in texts)


ENOUGH_EXAMPLES: Final = 4


def _is_our_example(texts: Iterable[str]) -> bool:
    """Whether a row is our template's own example, its mark deleted; nobody has an address at example.com."""
    known = {FIELDS[name].example for name in FIELDS}
    return FIELDS["Email"].example in texts and len(known.intersection(texts)) >= ENOUGH_EXAMPLES


def totals(grid: Grid) -> np.ndarray:
    """True for each row of totals or remarks at the end."""
    import numpy as np  # noqa: PLC0415 - heavy

    mask = np.zeros(len(grid.rows), dtype=bool)
    for position in np.flatnonzero(grid.types.any(axis=1))[: -LOOKED_AT_BELOW - 1 : -1]:
        cells = _cells(grid, int(position))
        if cells and not _is_total(cells):
            break
        mask[position] = bool(cells)
    return mask


def _is_total(cells: list[tuple[str, int]]) -> bool:
    texts = [text for text, kind in cells if kind in NOT_FIGURES and not FIGURE.fullmatch(text)]
    if len(texts) == len(cells) == 1 and REMARK.fullmatch(texts[0]):
        return True
    return bool(texts) and all(TOTAL.fullmatch(text) for text in texts)
