"""How texts are compared where case and white space do not count; every comparison of persons uses the first.

Names of staff, classes and firms are looked up more loosely: people leave accents out, and Excel curls quotes.
"""

from __future__ import annotations

import unicodedata


def folded(text: object) -> str:
    """Text for comparing: NFKC, without case, each stretch of white space one space, none outside."""
    return " ".join(unicodedata.normalize("NFKC", str(text)).casefold().split())


_PLAIN = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}
    | dict.fromkeys("\u2018\u2019\u201b\u02bc\u0060\u00b4", "'")
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015", "-")
)


def plainly_folded(text: object) -> str:
    """As `folded`, and without accents; curly quotes and long dashes are straight and short ones."""
    apart = unicodedata.normalize("NFD", folded(str(text).translate(_PLAIN)))
    return "".join(sign for sign in apart if not unicodedata.combining(sign)).translate(_PLAIN)
