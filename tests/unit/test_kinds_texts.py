"""Names, addresses, e-mail addresses, references, codes, yes and no, roles."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulk_import.catalogue import FIELDS, Role, role_from_text
from bulk_import.kinds import Address, Email, Identifier, Name, RoleKind, Text, YesNo
from tests.unit.tables import broken, cleaned, parsed


@pytest.mark.parametrize(
    ("typed", "clean"),
    [
        ("  Asha ", "Asha"),
        ("\u00a0Asha\u00a0Mary\u00a0", "Asha Mary"),
        ("\ufeffAsha\u200b", "Asha"),
        ("\t\r\nAsha", "Asha"),
        ("\u2003Asha\u3000", "Asha"),
        ("None", "None"),
        ("NULL", "NULL"),
        ("N/A", "N/A"),
        ("True", "True"),
        ("O’Hara", "O’Hara"),
        ("Zoë Ångström", "Zoë Ångström"),
        ("  ", None),
        ("\u200b", None),
        ("", None),
    ],
)
def test_only_what_nobody_typed_on_purpose_is_removed(typed: str, clean: str | None) -> None:
    """Spaces around and invisible characters go; accents, apostrophes and odd names stay."""
    assert cleaned(Name(), typed) == clean


@given(text=st.text())
def test_cleaning_twice_changes_nothing(text: str) -> None:
    """A cleaned text is clean."""
    once = cleaned(Text(), text)
    assert once is None or cleaned(Text(), once) == once


@pytest.mark.parametrize(
    ("name", "code", "detail"),
    [
        ("Khan2", "name-characters", "digits"),
        ("Kh\tan", "name-characters", "a tab"),
        ("Kh|an", "name-characters", "“|”"),
        ('Asha "Ash" Khan', "name-characters", "double quotes"),
        ("Asha\nKhan", "name-characters", "a line break"),
        ('K2|"', "name-characters", "digits, “|”, double quotes"),
        ("x" * 51, "too-long", "51 characters"),
        ("x" * 4001, "cell-too-long", "4,001 characters"),
    ],
)
def test_unusual_names_are_named(name: str, code: str, detail: str) -> None:
    """Characters that names do not have, and great length, are said."""
    assert broken(Name(), name)[0] == code
    assert Name().explain(code, name) == detail


@pytest.mark.parametrize("name", ["Asha", "O'Hara", "Núñez-Smith", "van der Berg", "李", "x" * 50, "Jr.", "D’Souza"])
def test_ordinary_names_pass(name: str) -> None:
    """Accents, apostrophes, hyphens and other scripts are names."""
    assert broken(Name(), name) == []


@pytest.mark.parametrize(
    "address",
    ["a@b.co", "asha.khan@example.com", "Asha.O'Hara+x@mail.example.com", "åsa@exämple.se", f"{'a' * 88}@example.com"],
)
def test_an_email_address_is_kept_as_typed(address: str) -> None:
    """The structure counts, and nothing but the spaces around is changed."""
    assert broken(Email(), address) == []
    assert parsed(Email(), f" {address} ") == address


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("asha.khan.example.com", "it has no @"),
        ("asha@khan@example.com", "it has more than one @"),
        ("asha@example.com; b@example.com", "it has more than one @"),
        ("asha khan@example.com", "it has a space in it"),
        ("asha\u00a0khan@example.com", "it has a space in it"),
        ("asha@example", "it has no dot after the @"),
        ("@example.com", "it has a character or an empty part that addresses do not have"),
        ("asha@example..com", "it has a character or an empty part that addresses do not have"),
        ("asha@example.com.", "it has a character or an empty part that addresses do not have"),
        ("<asha@example.com>", "it has a character or an empty part that addresses do not have"),
        (f"{'a' * 250}@example.com", "it has 262 characters, and 254 is the most an address can have"),
    ],
)
def test_what_is_no_email_address_says_why(address: str, why: str) -> None:
    """A broken address is refused for a reason that shows nothing of it."""
    assert broken(Email(), address) == ["email-format"]
    assert Email().explain("email-format", cleaned(Email(), address) or "") == why


def test_a_long_email_address_is_advice() -> None:
    """Over 100 characters is said and sent."""
    assert broken(Email(), f"{'a' * 100}@example.com") == ["too-long"]
    assert Email().sends("too-long")


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("L0042", []),
        ("000152", []),
        ("000152.0", []),
        ("12.00", []),
        ("1E10", []),
        ("9.27631E+09", ["number-damaged"]),
        ("9E+15", ["number-damaged"]),
        ("x" * 101, ["too-long"]),
    ],
)
def test_a_reference_keeps_every_character(text: str, codes: list[str]) -> None:
    """Leading zeros stay; only Excel's own scientific form is damage, and no float is written “12.00”."""
    assert broken(Identifier(), text) == codes
    assert cleaned(Identifier(), text) == text


def test_an_address_may_have_2000_characters() -> None:
    """Several lines stay as typed; a whole document is refused."""
    assert broken(Address(), "1 Station Road\nNorthtown\nZZ99 9ZZ") == []
    assert broken(Address(), "x" * 2000) == []
    assert broken(Address(), "x" * 2001) == ["cell-too-long"]


GOOD_POSTCODES = ("M1 1AE", "B33 8TH", "DN55 1PT", "W1A 0AX", "EC1A 1BB", "ZZ99 9ZZ", "BF1 3AA")
BAD_POSTCODES = (
    ("GIR 0AA", "the ILR does not take codes of this kind"),
    ("BFPO 801", "the ILR does not take codes of this kind"),
    ("SW1A1AA", "it has no space"),
    ("sw1a 1aa", "it has small letters"),
    ("M1  1AE", "it has more than one space"),
    ("M60 9CI", "it ends with letters that postcodes do not end with"),
    ("W1A OAX", "it has a letter where a digit belongs"),
    ("WI 1AE", "it has a letter where a digit belongs"),
)


@pytest.mark.parametrize("postcode", GOOD_POSTCODES)
@pytest.mark.parametrize(
    "address", ["{}", "1 Station Road\nNorthtown\n{}", "1 Station Road, Northtown, {}, UK", "B2 3rd, {}."]
)
def test_a_good_postcode_at_the_end_of_an_address_passes(address: str, postcode: str) -> None:
    """Each good vector of the ILR's rule, alone, on a line of its own, or before the country."""
    assert broken(Address(), address.format(postcode)) == []


@pytest.mark.parametrize(("postcode", "why"), BAD_POSTCODES)
@pytest.mark.parametrize("address", ["{}", "1 Station Road\nNorthtown\n{}", "1 Station Road, {}, England"])
def test_a_bad_postcode_at_the_end_of_an_address_is_advice(address: str, postcode: str, why: str) -> None:
    """Each bad vector is said with a reason that shows nothing of it, and the address is sent as typed."""
    text = address.format(postcode)
    assert broken(Address(), text) == ["postcode-format"]
    assert Address().explain("postcode-format", text) == why
    assert Address().sends("postcode-format")
    assert parsed(Address(), text) == text


@pytest.mark.parametrize(
    "address", ["1 Station Road", "Flat B2, 3rd Floor, Northtown", "M60 9CI is the old one, Northtown", "10115 Berlin"]
)
def test_an_address_without_a_postcode_is_an_address(address: str) -> None:
    """What does not end with something like a postcode is left alone."""
    assert broken(Address(), address) == []


@pytest.mark.parametrize("text", ["Yes", "yes", "Y", "TRUE", "true", "1"])
def test_all_ways_of_saying_yes(text: str) -> None:
    """Each is sent as true."""
    assert broken(YesNo(), text) == []
    assert parsed(YesNo(), text) is True


@pytest.mark.parametrize("text", ["No", "n", "FALSE", "False", "0"])
def test_all_ways_of_saying_no(text: str) -> None:
    """Each is sent as false."""
    assert broken(YesNo(), text) == []
    assert parsed(YesNo(), text) is False


@pytest.mark.parametrize("text", ["maybe", "2", "yes please", "-"])
def test_neither_yes_nor_no(text: str) -> None:
    """Another word is refused."""
    assert broken(YesNo(), text) == ["yes-no-format"]


@pytest.mark.parametrize(
    ("field", "typed", "sent"),
    [
        ("L12", "31", "31"),
        ("L12", "031", "31"),
        ("L12", "31.0", "31"),
        ("L12", "31 - White British", "31"),
        ("L12", "39: Indian", "39"),
        ("L13", "F", "F"),
        ("L13", "m", "M"),
        ("L13", "Female", "F"),
        ("L13", "MALE", "M"),
        ("L13", "9", "9"),
        ("L13", "Not known", "9"),
        ("L14", "2", "2"),
        ("L15", "02", "2"),
        ("L15", "10 Asperger's", "10"),
        ("L16", "01", "1"),
        ("L16", "10 - Dyslexia", "10"),
        ("L12", "White British", "31"),
        ("L12", "White - British", "31"),
        ("L12", "ENGLISH/WELSH/SCOTTISH/NORTHERN IRISH/BRITISH", "31"),
        ("L12", "Irish", "32"),
        ("L12", "32 Irish", "32"),
        ("L12", "Any other White background", "34"),
        ("L12", "any other Asian", "43"),
        ("L12", "White and Black Caribbean", "35"),
        ("L12", "Caribbean", "45"),
        ("L12", "Black Caribbean", "45"),
        ("L12", "Any other ethnic group", "98"),
        ("L12", "Not known/not provided", "99"),
        ("L13", "F - Female", "F"),
        ("L14", "No information provided by the learner", "9"),
        ("L15", "Visual impairment", "1"),
        ("L15", "07 Mental health", "7"),
        ("L15", "Emotional/behavioural difficulties", "6"),
        ("L16", "Autism Spectrum Disorder", "20"),
    ],
)
def test_codes_are_compared_without_zeros_and_labels(field: str, typed: str, sent: str) -> None:
    """A code may carry leading zeros, or its own label."""
    assert broken(FIELDS[field].kind, typed) == []
    assert parsed(FIELDS[field].kind, typed) == sent


@pytest.mark.parametrize(
    ("field", "typed", "why"),
    [
        ("L12", "23", "it looks like the list used before 2012, or like HESA's, and it is sent as it stands"),
        ("L12", "11", "it looks like the list used before 2012, or like HESA's, and it is sent as it stands"),
        ("L12", "10", "it is sent as it stands"),
        ("L12", "White", "it is sent as it stands"),
        ("L12", "Other", "it is sent as it stands"),
        ("L12", "23 - White British", "it is sent as it stands"),
        ("L12", "31 - Chinese", "it is sent as it stands"),
        ("L12", "31 - Irish", "it is sent as it stands"),
        ("L12", "44: Caribbean", "it is sent as it stands"),
        ("L12", "None", "it is sent as it stands"),
        ("L13", "Other", "it is left out"),
        ("L13", "1", "it is left out"),
        ("L14", "Yes", "it is sent as it stands"),
        ("L15", "95", "it is left out"),
        ("L15", "1 - Emotional", "it is left out"),
        ("L16", "12", "it is left out"),
        ("L16", "None", "it is left out"),
        ("L13", "X", "it is left out"),
        ("L13", "Prefer not to say", "it is left out"),
        ("L13", "M - Female", "it is left out"),
    ],
)
def test_codes_outside_the_list_are_never_guessed(field: str, typed: str, why: str) -> None:
    """A code of another list is said, with what becomes of it."""
    kind = FIELDS[field].kind
    assert broken(kind, typed) == ["code-unknown"]
    assert kind.explain("code-unknown", typed) == why
    assert kind.sends("code-unknown") == ("sent" in why)


@pytest.mark.parametrize("field", ["L12", "L13", "L14", "L15", "L16", "SupportFunding", "Role"])
def test_what_a_drop_down_offers_is_understood(field: str) -> None:
    """Each choice of a template's drop-down means one value, all of them different."""
    kind = FIELDS[field].kind
    choices = kind.excel().choices
    assert all(broken(kind, choice) == [] for choice in choices)
    assert len({parsed(kind, choice) for choice in choices}) == len(choices) > 1


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("1", Role.LEARNER),
        ("1.0", Role.LEARNER),
        ("10", Role.IQA),
        ("10.0", Role.IQA),
        ("learner", Role.LEARNER),
        (" Learners ", Role.LEARNER),
        ("Student", Role.LEARNER),
        ("Trainee Assessor", Role.TRAINEE_ASSESSOR),
        ("trainee-assessor", Role.TRAINEE_ASSESSOR),
        ("Tutor", Role.ASSESSOR),
        ("Assessor / Tutor", Role.ASSESSOR),
        ("IV", Role.IQA),
        ("IQA", Role.IQA),
        ("Internal Verifier", Role.IQA),
        ("EMPLOYER", Role.EMPLOYER),
        ("Observer", Role.OBSERVER),
        ("Tutors", Role.ASSESSOR),
        ("Trainer / Assessor", Role.ASSESSOR),
        ("Skills Coach", Role.ASSESSOR),
        ("Lecturer", Role.ASSESSOR),
        ("IQAs", Role.IQA),
        ("Internal Quality Assurer (IQA)", Role.IQA),
        ("Internal Quality Assurance", Role.IQA),
        ("Lead IV", Role.IQA),
        ("IV / IQA", Role.IQA),
        ("Trainee Assessors", Role.TRAINEE_ASSESSOR),
        ("Line manager", Role.EMPLOYER),
        ("5 - Assessor", Role.ASSESSOR),
        ("10: IV", Role.IQA),
        ("Learner (1)", Role.LEARNER),
        ("5 - Learner", None),
        ("4 5", None),
        ("4/5", None),
        ("1, 0", None),
        ("Mentor", None),
        ("Manager", None),
        ("EQA", None),
        ("External Verifier", None),
        ("Trainee", None),
        ("Centre Manager", None),
        ("2", None),
        ("11", None),
        ("50", None),
        ("", None),
        ("100", None),
    ],
)
def test_roles_by_id_and_by_name(text: str, role: Role | None) -> None:
    """Ids and usual names mean a role; roles a program may not create, and doubtful names, mean none."""
    assert role_from_text(text) is role
    if text:
        assert broken(RoleKind(), text) == ([] if role else ["role-unknown"])


@pytest.mark.parametrize("role", Role)
def test_roles_survive_showing_and_parsing(role: Role) -> None:
    """A role's label and id are read back as the role, and it is sent as its id."""
    kind = RoleKind()
    assert parsed(kind, kind.show(role)) is parsed(kind, str(int(role))) is role
    assert kind.to_api(role) == int(role)


@pytest.mark.parametrize("field", FIELDS)
def test_examples_survive_showing_and_parsing(field: str) -> None:
    """Each field's example is good, and what is shown of it is read back as the same value."""
    kind, example = FIELDS[field].kind, FIELDS[field].example
    value = parsed(kind, example)
    assert broken(kind, example) == []
    assert parsed(kind, kind.show(value)) == value
    assert isinstance(kind.to_api(value), (str, int, bool))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Assesor", "not a role (did you mean Assessor?)"),
        ("Learnr", "not a role (did you mean Learner?)"),
        ("tutour", "not a role (did you mean Assessor?)"),
        ("Trainee Asessors", "not a role (did you mean Trainee Assessor?)"),
        ("Boss", "not a role"),
        ("46", "not a role"),
        ("x" * 5000, "not a role"),
        ("Centre Manager", "a role of OneFile's that it lets no program create"),
        ("62", "a role of OneFile's that it lets no program create"),
    ],
)
def test_a_role_that_is_none_is_answered_with_the_likely_one(text: str, problem: str) -> None:
    """A slip is told from a role that OneFile has and no program may create."""
    assert RoleKind().explain("role-unknown", text) == problem
