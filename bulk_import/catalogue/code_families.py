"""The lists that L12 to L16 arrive in from other systems, and what OneFile's codes are for each of theirs; data first.

The family cannot be told from the values (31 is White British today and Indian with HESA), so it is a setting and is
never guessed. Sources: the list before 2012, a college's public code for UNIT-e and Corero, with which an independent
e-portfolio's screen agrees; HESA's until about 2020, Jisc's Universal Data Definitions (jiscdev/analytics-udd), and
since then, by equal label, DfE's Register of trainee teachers (DFE-Digital/register-trainee-teachers,
data/hesa/ethnicities.csv); the ILR's categories of difficulty (LLDDCat), the field page of the guidance 2021/22 and
DfE's Learner Entry Tool; their equals in L15 and L16, by equal label, and for L16 Jisc's definitions.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from bulk_import.catalogue.fields import FIELDS
from bulk_import.kinds import Choice
from bulk_import.kinds.codes import Code, CodeList, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

CATEGORIES_KEY = "LLDDCat"
CODED = tuple(name for name, one in FIELDS.items() if isinstance(one.kind, Choice))

_LEGACY_ETHNICITIES = (
    ("23", "White British", "31"),
    ("24", "White Irish", "32"),
    ("25", "any other White", "34"),
    ("21", "Mixed White and Black Caribbean", "35"),
    ("20", "Mixed White and Black African", "36"),
    ("19", "Mixed White and Asian", "37"),
    ("22", "any other Mixed", "38"),
    ("12", "Indian", "39"),
    ("13", "Pakistani", "40"),
    ("11", "Bangladeshi", "41"),
    ("18", "Chinese", "42"),
    ("14", "any other Asian", "43"),
    ("15", "African", "44"),
    ("16", "Caribbean", "45"),
    ("17", "any other Black", "46"),
    ("98", "any other", "98"),
    ("99", "not known / not provided", "99"),
)
_HESA_ETHNICITIES = (
    ("10", "", "31"),
    ("12", "White British", "31"),
    ("11", "White Irish", "32"),
    ("14", "Irish Traveller", "33"),
    ("15", "Gypsy or Irish Traveller", "33"),
    ("19", "any other White", "34"),
    ("41", "Mixed White and Black Caribbean", "35"),
    ("42", "Mixed White and Black African", "36"),
    ("43", "Mixed White and Asian", "37"),
    ("49", "any other Mixed", "38"),
    ("31", "Indian", "39"),
    ("32", "Pakistani", "40"),
    ("33", "Bangladeshi", "41"),
    ("34", "Chinese", "42"),
    ("39", "any other Asian", "43"),
    ("22", "African", "44"),
    ("21", "Caribbean", "45"),
    ("29", "any other Black", "46"),
    ("50", "Arab", "47"),
    ("80", "any other", "98"),
    ("90", "Not known", None),
    ("98", "refused", "99"),
    ("160", "White - English, Scottish, Welsh, Northern Irish or British", "31"),
    ("166", "White - Irish", "32"),
    ("163", "White - Gypsy or Irish Traveller", "33"),
    ("168", "White - Roma", None),
    ("179", "Any other White background", "34"),
    (
        "142",
        "Mixed or multiple ethnic groups - White or White British and Black Caribbean or Black Caribbean British",
        "35",
    ),
    (
        "141",
        "Mixed or multiple ethnic groups - White or White British and Black African or Black African British",
        "36",
    ),
    ("140", "Mixed or multiple ethnic groups - White or White British and Asian or Asian British", "37"),
    ("159", "Any other Mixed or Multiple ethnic background", "38"),
    ("103", "Asian - Indian or Indian British", "39"),
    ("104", "Asian - Pakistani or Pakistani British", "40"),
    ("100", "Asian - Bangladeshi or Bangladeshi British", "41"),
    ("101", "Asian - Chinese or Chinese British", "42"),
    ("119", "Any other Asian background", "43"),
    ("120", "Black - African or African British", "44"),
    ("121", "Black - Caribbean or Caribbean British", "45"),
    ("139", "Any other Black background", "46"),
    ("180", "Arab", "47"),
    ("899", "Any other ethnic background", "98"),
    ("997", "Not known", None),
    ("998", "Prefer not to say", "99"),
    ("999", "Not available", None),
)
# HESA's 1, 2, 3, and the letters that stand beside them in the same exports.
_HESA_SEXES = (("1", "Male", "M"), ("M", "", "M"), ("2", "Female", "F"), ("F", "", "F"), ("3", "Other", None))

# Code, label, L15, L16; no L15 and no L16 where OneFile's lists have no equal.
_CATEGORIES = (
    ("1", "Emotional/behavioural difficulties", "6", None),
    ("2", "Multiple disabilities", "90", None),
    ("3", "Multiple learning difficulties", None, "90"),
    ("4", "Vision impairment", "1", None),
    ("5", "Hearing impairment", "2", None),
    ("6", "Disability affecting mobility", "3", None),
    ("7", "Profound complex disabilities", "9", None),
    ("8", "Social and emotional difficulties", "6", None),
    ("9", "Mental health difficulty", "7", None),
    ("10", "Moderate learning difficulty", None, "1"),
    ("11", "Severe learning difficulty", None, "2"),
    ("12", "Dyslexia", None, "10"),
    ("13", "Dyscalculia", None, "11"),
    ("14", "Autism spectrum disorder", None, "20"),
    ("15", "Asperger's syndrome", "10", None),
    ("16", "Temporary disability after illness or accident", "8", None),
    ("17", "Speech, Language and Communication Needs", None, None),
    ("18", "Down Syndrome", None, None),
    ("93", "Other physical disability", "4", None),
    ("94", "Other specific learning difficulty", None, "19"),
    ("95", "Other medical condition (for example epilepsy, asthma, diabetes)", "5", None),
    ("96", "Other learning difficulty", None, "97"),
    ("97", "Other disability", "97", None),
    ("98", "Prefer not to say", "99", "99"),
    ("99", "Not provided", "99", "99"),
)


def _list(name: str, rows: tuple[tuple[str, str, str | None], ...]) -> CodeList:
    return CodeList(name, tuple(Code(code, means, (label,) if label else ()) for code, label, means in rows))


CATEGORIES = _list("LLDDCat", tuple((code, label, code) for code, label, _, _ in _CATEGORIES))
EQUALS: Mapping[str, tuple[str | None, str | None]] = MappingProxyType(
    {code: (l15, l16) for code, _, l15, l16 in _CATEGORIES}
)
"""LLDDCat → its equal in L15 and in L16."""

# None: the family writes the field as OneFile does.
FAMILIES: Mapping[str, Mapping[str, CodeList | None]] = MappingProxyType(
    {
        "L12": {
            "onefile": None,
            "ilr": None,
            "ilr-legacy": _list("ilr-legacy", _LEGACY_ETHNICITIES),
            "hesa": _list("hesa", _HESA_ETHNICITIES),
        },
        "L13": {"onefile": None, "ilr": None, "ilr-legacy": None, "hesa": _list("hesa", _HESA_SEXES)},
        "L14": {"onefile": None, "ilr": None, "ilr-legacy": None},
        "L15": {
            "onefile": None,
            "ilr": _list("ilr", tuple((code, label, l15) for code, label, l15, _ in _CATEGORIES)),
            "ilr-legacy": None,
        },
        "L16": {
            "onefile": None,
            "ilr": _list("ilr", tuple((code, label, l16) for code, label, _, l16 in _CATEGORIES)),
            "ilr-legacy": None,
            "hesa": None,
        },
    }
)
SEVERAL: tuple[Literal["several", "primary"], ...] = ("several", "primary")
WHAT_BECOMES = {"send": Unknown.SENT, "leave-out": Unknown.LEFT_OUT}


@dataclass(frozen=True, slots=True)
class Coding:
    """How codes arrive, as the settings say.

    Attributes:
        lists: field → the list its codes are translated from; a field that is not there is written as OneFile does.
        unknown: field → what becomes of a code that OneFile's list does not have, where no list is translated.
        categories: whether and how LLDDCat becomes L15 and L16: "several" makes several of one kind 90, "primary"
            takes the primary one alone; None leaves them out.
    """

    lists: Mapping[str, CodeList] = field(default_factory=dict)
    unknown: Mapping[str, Unknown] = field(default_factory=dict)
    categories: Literal["several", "primary"] | None = None


AS_ONEFILE = Coding()


def coding(codes: Mapping[str, str | Mapping[str, str]], unknown: Mapping[str, str]) -> Coding:
    """What [codes] and [unknown_codes] mean; they must be free of `coding_problems`."""
    lists = {}
    for name, chosen in codes.items():
        if name == CATEGORIES_KEY:
            continue
        found = FAMILIES[name][chosen] if isinstance(chosen, str) else _own_list(chosen)
        if found is not None:
            lists[name] = found
    categories = next((way for way in SEVERAL if codes.get(CATEGORIES_KEY) == way), None)
    return Coding(lists, {name: WHAT_BECOMES[way] for name, way in unknown.items()}, categories)


def _own_list(table: Mapping[str, str]) -> CodeList:
    return CodeList("your own", tuple(Code(theirs, means, (theirs,)) for theirs, means in table.items()))


def coding_problems(codes: Mapping[str, str | Mapping[str, str]], unknown: Mapping[str, str]) -> Iterator[str]:
    """A sentence for each thing that is wrong with [codes] and [unknown_codes]."""
    for name, chosen in codes.items():
        if name == CATEGORIES_KEY:
            if chosen not in SEVERAL:
                yield f"[codes] {name} must be {' or '.join(SEVERAL)}."
        elif name not in FAMILIES:
            yield f"[codes] there is no field {name} with codes.{_near(name)}"
        elif isinstance(chosen, str):
            if chosen not in FAMILIES[name]:
                yield f"[codes] {name} must be one of {', '.join(FAMILIES[name])}, or a table of its own."
        else:
            yield from _wrong_lines(name, chosen)
    for name, way in unknown.items():
        if name not in FAMILIES:
            yield f"[unknown_codes] there is no field {name} with codes.{_near(name)}"
        elif way not in WHAT_BECOMES:
            yield f"[unknown_codes] {name} must be {' or '.join(WHAT_BECOMES)}."


def _wrong_lines(name: str, table: Mapping[str, str]) -> Iterator[str]:
    kind = FIELDS[name].kind
    known = [code for code, _ in kind.codes] if isinstance(kind, Choice) else []
    for theirs, means in table.items():
        if means not in known:
            yield f"[codes.{name}] {theirs}: OneFile's codes for {name} are {', '.join(known)}."


def _near(name: str) -> str:
    near = difflib.get_close_matches(name.upper(), FAMILIES, n=1)
    return f" Did you mean {near[0]}?" if near else f" They are {', '.join(FAMILIES)} and {CATEGORIES_KEY}."
