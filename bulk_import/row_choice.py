"""Which rows of a file are meant, by the numbers that Excel shows beside them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bulk_import.errors import UsageError

Span = tuple[int, int]
"""From one row to another, both included."""

_SPAN = re.compile(r"([0-9]{1,7})(?:\s*[-–]\s*([0-9]{1,7}))?")


@dataclass(frozen=True, slots=True)
class RowChoice:
    """The rows that `--only` names, or all, without those that `--skip` names.

    Attributes:
        only: as it was typed, such as "7,9-12"; empty for all rows.
        skip: likewise; empty for none.
        again: the rows whose people are made once more, though an earlier run has made them; empty for none.
    """

    only: str = ""
    skip: str = ""
    again: str = ""

    def takes(self, row: int) -> bool:
        """Whether a row is meant."""
        return (not self.only or _holds(spans(self.only), row)) and not _holds(spans(self.skip), row)

    def makes_again(self, row: int) -> bool:
        """Whether a person is made once more."""
        return _holds(spans(self.again), row)

    def checked(self) -> RowChoice:
        """The same, once all are known to be row numbers.

        Raises:
            UsageError: one of them is not.
        """
        for option, text in self._given:
            try:
                spans(text)
            except ValueError:
                raise UsageError(
                    f"{option} {text} does not name rows.",
                    f'Write the numbers that Excel shows beside the rows, such as {option} "7,9-12".',
                ) from None
        return self

    @property
    def named(self) -> tuple[tuple[str, Span], ...]:
        """Each option with each span that it names."""
        return tuple((option, span) for option, text in self._given for span in spans(text))

    @property
    def leaves_out(self) -> bool:
        """Whether not all rows are meant."""
        return bool(self.only or self.skip)

    @property
    def _given(self) -> tuple[tuple[str, str], ...]:
        return ("--only", self.only), ("--skip", self.skip), ("--again", self.again)


EVERY_ROW = RowChoice()


def spans(text: str) -> tuple[Span, ...]:
    """The spans that a text such as "7,9-12" names.

    Raises:
        ValueError: it names something else than rows.
    """
    return tuple(_span(part.strip()) for part in text.split(",")) if text.strip() else ()


def _span(text: str) -> Span:
    match = _SPAN.fullmatch(text)
    if match is None:
        raise ValueError(text)
    first, last = int(match[1]), int(match[2] or match[1])
    if not 1 <= first <= last:
        raise ValueError(text)
    return first, last


def _holds(some: tuple[Span, ...], row: int) -> bool:
    return any(first <= row <= last for first, last in some)
