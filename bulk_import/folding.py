"""How texts are compared where case and white space do not count; every comparison of persons uses this one."""

from __future__ import annotations

import unicodedata


def folded(text: object) -> str:
    """Text for comparing: NFKC, without case, each stretch of white space one space, none outside."""
    return " ".join(unicodedata.normalize("NFKC", str(text)).casefold().split())
