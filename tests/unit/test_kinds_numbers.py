"""ULN, National Insurance numbers, phones and ids, by the vectors of their official rules."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulk_import.kinds import Nino, Phone, PhoneLine, Reference, Uln, Zero
from bulk_import.kinds.numbers import check_digit_is_good
from tests.unit.tables import broken, cleaned, parsed

VALID_ULNS = [
    *("9276308686", "1000000043", "8888888887", "1004013859", "1061484016", "8677528236", "1000000000", "1000000019"),
    *("1000000027", "1234567899", "2000000001", "3000000002", "5000000004", "6123456783", "7000000006", "9000000008"),
    *("9999999998", "9988776658", "1002003007"),
]
REMAINDER_ZERO_BASES = ["100000006", "100000023", "100000037", "100000040", "100000054", "100000068"]


@pytest.mark.parametrize("uln", VALID_ULNS)
def test_a_valid_uln_breaks_no_rule(uln: str) -> None:
    """Each valid vector of the published material passes and is sent as typed."""
    assert broken(Uln(), uln) == []
    assert parsed(Uln(), uln) == uln


@pytest.mark.parametrize(
    "uln",
    ["9276308685", "1000000042", "8888888888", "1000000063", "9876543210", "1000000001", "1234567890", "1111111111"],
)
def test_a_wrong_check_digit_is_found(uln: str) -> None:
    """Each vector with a wrong check digit breaks that rule and no other."""
    assert broken(Uln(), uln) == ["uln-check-digit"]


@pytest.mark.parametrize("base", REMAINDER_ZERO_BASES)
def test_a_base_with_remainder_zero_has_no_check_digit(base: str) -> None:
    """Nine digits whose weighted sum is divisible by 11 never receive a ULN, whatever digit is appended."""
    assert all(broken(Uln(), f"{base}{digit}") == ["uln-check-digit"] for digit in range(10))


@pytest.mark.parametrize(
    ("text", "code", "detail"),
    [
        ("0123456789", "uln-format", "a ULN does not begin with 0"),
        ("0000000042", "uln-format", "a ULN does not begin with 0"),
        ("100000009", "uln-format", "it has 9 digits, and a ULN has 10"),
        ("92763086861", "uln-format", "it has 11 digits, and a ULN has 10"),
        ("L276308686", "uln-format", "it has other characters than digits"),
        ("٩٢٧٦٣٠٨٦٨٦", "uln-format", "it has other characters than digits"),
        ("9276308686.5", "uln-format", "it has other characters than digits"),
        ("9999999999", "uln-placeholder", ""),
        ("-2", "uln-placeholder", ""),
        ("9.27631E+09", "number-damaged", "it shows a long number in scientific notation, so its last digits are lost"),
        ("9.28e9", "number-damaged", "it shows a long number in scientific notation, so its last digits are lost"),
    ],
)
def test_what_is_no_uln_says_why(text: str, code: str, detail: str) -> None:
    """A text that is no ULN breaks one rule, with a reason."""
    assert broken(Uln(), text) == [code]
    assert Uln().explain(code, text) == detail


@pytest.mark.parametrize(
    "text", ["9276308686.0", " 9276 308 686 ", "9276308686", "\ufeff9276\u200b308686", "9276308686.000"]
)
def test_a_uln_is_freed_of_what_nobody_typed_on_purpose(text: str) -> None:
    """Spaces, NBSP, zero-width characters and a float's “.0” do not count."""
    assert cleaned(Uln(), text) == "9276308686"


@given(uln=st.sampled_from(VALID_ULNS), place=st.integers(0, 9), digit=st.integers(0, 9))
def test_the_check_digit_catches_every_single_slip(uln: str, place: int, digit: int) -> None:
    """Changing any one digit of a valid ULN is found."""
    slip = f"{uln[:place]}{digit}{uln[place + 1 :]}"
    assert check_digit_is_good(pd.Series([slip], dtype="str")).iloc[0] == (slip == uln)


@given(uln=st.sampled_from(VALID_ULNS), place=st.integers(0, 8))
def test_the_check_digit_catches_every_swap_of_neighbours(uln: str, place: int) -> None:
    """Swapping two different neighbouring digits of a valid ULN is found."""
    swapped = uln[:place] + uln[place + 1] + uln[place] + uln[place + 2 :]
    assert check_digit_is_good(pd.Series([swapped], dtype="str")).iloc[0] == (swapped == uln)


@given(base=st.integers(100_000_000, 999_999_999))
def test_the_check_digit_agrees_with_the_published_procedure(base: int) -> None:
    """Weights 10…2 on nine digits, remainder r modulo 11: r = 0 has no check digit, otherwise it is 10 − r."""
    remainder = sum(int(digit) * weight for digit, weight in zip(str(base), range(10, 1, -1), strict=True)) % 11
    wanted = {10 - remainder} if remainder else set()
    column = pd.Series([f"{base}{digit}" for digit in range(10)], dtype="str")
    assert {digit for digit, good in enumerate(check_digit_is_good(column)) if good} == wanted


GOOD_NINOS = {
    "AB123456C": "AB123456C",
    "ab 12 34 56 c": "AB123456C",
    "AB-12-34-56-C": "AB123456C",
    "AB–12–34–56–C": "AB123456C",
    "AA000000A": "AA000000A",
    "YZ999999D": "YZ999999D",
    "JB010101A": "JB010101A",
    "GY123456A": "GY123456A",
    "MW123456A": "MW123456A",
    "CR123456A": "CR123456A",
}


@pytest.mark.parametrize(("typed", "sent"), GOOD_NINOS.items())
def test_a_good_nino_is_sent_in_one_form(typed: str, sent: str) -> None:
    """Spaces, dashes and case do not count."""
    assert broken(Nino(), typed) == []
    assert parsed(Nino(), typed) == sent


@pytest.mark.parametrize(
    "text",
    [
        *("AB123456", "TN123456A", "BG123456A", "GB123456A", "KN123456A", "NK123456A", "NT123456A", "ZZ123456A"),
        *("AB123456 ",),
    ],
)
def test_what_only_hmrc_refuses_is_advice(text: str) -> None:
    """A prefix never issued, or no suffix, is good enough for the ILR: advice, and sent."""
    assert broken(Nino(), text) == ["nino-prefix"]
    assert Nino().sends("nino-prefix")


@pytest.mark.parametrize(
    "text",
    [
        *("TN310580M", "NC123456M", "QQ123456C", "OO123456A", "AO123456A", "DA123456A", "FY123456A", "VO123456A"),
        *("UB123456A", "IA123456A", "AB123456E", "AB12345C", "AB1234567C", "A1234567C", "11A11111", "ZZ 91 41 77 T"),
        *("AB123456C\n1", "АB123456C"),
    ],
)
def test_what_the_ilr_refuses_is_no_nino(text: str) -> None:
    """Letters never used, other shapes and look-alike letters are refused, and the reason shows nothing of them."""
    assert broken(Nino(), text) == ["nino-format"]
    assert not any(character.isdigit() for character in Nino().explain("nino-format", cleaned(Nino(), text) or ""))


GOOD_PHONES = {
    "07700 900123": "07700 900123",
    "07700900123": "07700900123",
    "+44 7700 900123": "+44 7700 900123",
    "+44 (0)7700 900123": "+447700 900123",
    "+44 (0) 7700 900123": "+447700 900123",
    "+4407700900123": "+447700900123",
    "447700900123": "+447700900123",
    "44 7700 900123": "+44 7700 900123",
    "00447700900123": "+447700900123",
    "0044 7700 900123": "+44 7700 900123",
    "00 44 7700 900123": "+44 7700 900123",
    "+353 1 496 0123": "+353 1 496 0123",
    "00 353 1 496 0123": "+353 1 496 0123",
}


@pytest.mark.parametrize(("typed", "sent"), GOOD_PHONES.items())
def test_a_phone_number_keeps_its_digits(typed: str, sent: str) -> None:
    """A lost + and a bracketed 0 are mended; otherwise the number is sent as typed."""
    assert [code for code in broken(Phone(PhoneLine.MOBILE), typed) if code != "phone-kind"] == []
    assert parsed(Phone(PhoneLine.MOBILE), typed) == sent


@pytest.mark.parametrize(
    ("typed", "line", "sent"),
    [
        ("7700900123", PhoneLine.MOBILE, "07700900123"),
        ("7700 900123", PhoneLine.MOBILE, "07700 900123"),
        ("1632960123", PhoneLine.LANDLINE, "01632960123"),
        ("2079460123", PhoneLine.LANDLINE, "02079460123"),
        ("3069990123", PhoneLine.LANDLINE, "03069990123"),
        ("8081570123", PhoneLine.LANDLINE, "08081570123"),
    ],
)
def test_a_lost_zero_is_put_back(typed: str, line: PhoneLine, sent: str) -> None:
    """Ten digits that begin like a UK number without its 0 get it back, with a note."""
    assert broken(Phone(line), typed) == ["phone-zero-restored"]
    assert parsed(Phone(line), typed) == sent


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("07700 900123 / 07700 900124", "there seem to be several numbers in one cell"),
        ("07700 900123 or 07700 900124", "there seem to be several numbers in one cell"),
        ("07700900123 07700900124", "there seem to be several numbers in one cell"),
        ("7.7009E+09", "it shows a long number in scientific notation, so its last digits are lost"),
        ("0161 496 012x", "it has other characters than digits"),
        ("07700", "it has 5 digits"),
        ("077009001234", "it has 12 digits"),
        ("9700900123", "it has 10 digits"),
        ("n/a", "it has no digits"),
        ("-", "it has no digits"),
    ],
)
def test_what_is_no_phone_number_says_why(text: str, why: str) -> None:
    """A text that is not one phone number is refused with a reason."""
    assert broken(Phone(PhoneLine.MOBILE), text) == ["phone-format"]
    assert Phone().explain("phone-format", text) == why


@pytest.mark.parametrize(
    ("text", "line", "kind"),
    [
        ("0161 496 0123", PhoneLine.MOBILE, "a landline number"),
        ("+44 20 7946 0123", PhoneLine.MOBILE, "a landline number"),
        ("07700 900123", PhoneLine.LANDLINE, "a mobile number"),
        ("+44 (0)7700 900123", PhoneLine.LANDLINE, "a mobile number"),
    ],
)
def test_swapped_phone_columns_are_advice(text: str, line: PhoneLine, kind: str) -> None:
    """A landline among mobiles, or the reverse, is said and sent."""
    assert broken(Phone(line), text) == ["phone-kind"]
    assert Phone(line).explain("phone-kind", text) == kind


@pytest.mark.parametrize("text", ["1", "101", "101.0", " 101 ", "2147483647"])
def test_an_id_is_a_whole_number(text: str) -> None:
    """Whole numbers up to 2,147,483,647 are ids, also as a number cell writes them."""
    assert broken(Reference(), text) == []
    assert parsed(Reference(), text) == int(float(text))


@pytest.mark.parametrize("text", ["-1", "1.5", "2147483648", "9999999999", "00152", "Northgate", "1,234", "1e3", "١٠١"])
def test_what_is_no_id_is_refused(text: str) -> None:
    """Names, codes with leading zeros, fractions and numbers too large are no ids."""
    assert broken(Reference(), text) == ["id-format"]
    assert broken(Reference(Zero.MEANS_NONE), text) == ["id-format"]


def test_zero_is_an_id_only_where_it_means_none() -> None:
    """0 is refused, except in the fields in which OneFile takes it for “none”."""
    assert broken(Reference(), "0") == ["id-format"]
    assert broken(Reference(Zero.MEANS_NONE), "0") == []
    assert Reference(Zero.MEANS_NONE).parse("0") == 0


@given(number=st.integers(1, 2**31 - 1))
def test_ids_survive_showing_and_parsing(number: int) -> None:
    """What is shown of an id is read back as the same id, and sent as a number."""
    assert broken(Reference(), Reference().show(number)) == []
    assert parsed(Reference(), Reference().show(number)) == number
    assert Reference().to_api(number) == number
