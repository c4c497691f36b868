"""Numbers that nobody has: valid in form, reserved for fiction or plainly made up."""

from __future__ import annotations

_ULN_WEIGHTS = range(10, 1, -1)


def uln(place: int) -> str:
    """A ULN with a right check digit; the rule is that of the LRS (WSLP02): remainder 0 is never issued.

    Args:
        place: which one, from 0; each place has its own number.
    """
    base = 990_000_000
    while True:
        remainder = sum(int(digit) * weight for digit, weight in zip(str(base), _ULN_WEIGHTS, strict=True)) % 11
        if remainder and place == 0:
            return f"{base}{10 - remainder}"
        place -= bool(remainder)
        base += 1


def nino(place: int) -> str:
    """A National Insurance number of the right form: AA000001A upwards."""
    return f"AA{place:06}{'ABCD'[place % 4]}"


def mobile(place: int) -> str:
    """A mobile number out of Ofcom's range for fiction, 07700 900000 to 900999."""
    return f"07700 900{place:03}"


def landline(place: int) -> str:
    """A landline number out of Ofcom's range for fiction, 01632 960000 to 960999."""
    return f"01632 960{place:03}"
