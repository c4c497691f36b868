"""What has become of a plan that somebody looked at: named when a submit refuses another, kept in a file on request."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

from bulk_import.errors import OutputError, UsageError
from bulk_import.whole_file import write_whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from bulk_import.journal import Decision, Journal, Key, SourceRead
    from bulk_import.plan import Plan

_THE_SAME = "the same rows; but values in OneFile, settings, or whether OneFile e-mails new people are others by now."
KINDS = {
    "create": "create",
    "update": "update",
    "unchanged": "unchanged row",
    "hold": "held row",
    "skip": "skipped row",
}
"""What a plan does to a row, in the words of a person who reads how many."""

KEPT = ("schema", "digest", "counts", "sources", "rows")
"""What a file that a plan is kept in holds, and by which it is known again."""

ANOTHER = "Name another file after --save-plan, such as plan.json."

STREAMS = ("/dev/std", "/dev/fd/", "/proc/self/fd/")
"""How names of open streams begin, whatever they lead to: never replaced, since others hold them open."""


def what_has_changed(digest: str, journal: Journal, sources: Sequence[SourceRead], now: Iterable[Decision]) -> str:
    """How the plan with a digest differs from the one that would be carried out now, in a sentence.

    Args:
        digest: the one that somebody looked at.
        journal: knows the dry run that printed it.
        sources: what was read now.
        now: what would be done now.
    """
    run = next((run for run in journal.runs() if run.start.digest == digest), None)
    if run is None:
        return "This journal knows no dry run with that digest."
    if [one.sha256 for one in run.start.sources] != [one.sha256 for one in sources]:
        return f"The file is not the one that run {run.id} read. {difference_between(journal.decisions(run.id), now)}"
    return f"Since run {run.id}: {difference_between(journal.decisions(run.id), now)}"


def difference_between(before: Iterable[Decision], now: Iterable[Decision]) -> str:
    """How one plan for the same rows differs from another, in words that end a sentence."""
    old, new = ({one.key: one for one in decisions} for decisions in (before, now))
    counts = [Counter[str](one.kind for one in decisions.values()) for decisions in (old, new)]
    words = [_more_or_fewer(counts[1][kind] - counts[0][kind], word) for kind, word in KINDS.items()]
    if changed := _accounts_changed(old, new):
        words.append(_counted(changed, "account") + " changed in OneFile")
    said = ", ".join(word for word in words if word)
    return f"{said}." if said else _THE_SAME


def _accounts_changed(old: Mapping[Key, Decision], new: Mapping[Key, Decision]) -> int:
    """Rows to which the same is to be done, with another account or in other fields."""
    both = [(old[key], new[key]) for key in old.keys() & new.keys()]
    return sum(
        before.kind == now.kind and (before.user_id, before.changes) != (now.user_id, now.changes)
        for before, now in both
    )


def _more_or_fewer(count: int, word: str) -> str:
    return f"{abs(count):,} {'more' if count > 0 else 'fewer'} {_plural(abs(count), word)}" if count else ""


def _counted(count: int, word: str) -> str:
    return f"{count:,} {_plural(count, word)}"


def _plural(count: int, word: str) -> str:
    return word if count == 1 else f"{word}s"


def refuse_to_overwrite(file: Path) -> None:
    """Lets a plan take the place of an earlier plan, and of nothing else that anybody may still need.

    Raises:
        UsageError: the file is there and is no plan, or its folder is not there or may not be looked into.
    """
    try:
        taken = file.is_dir() or (file.exists() and not _is_written_as_it_is(file) and not _is_plan(file))
        lost = not file.absolute().parent.is_dir()
    except OSError as wrong:
        raise UsageError(f"The plan cannot be written to {file} ({wrong.strerror}).", ANOTHER) from wrong
    if taken:
        raise UsageError(
            f"The plan was not written to {file}: that is there already, and is not a plan of an earlier dry run.",
            ANOTHER,
        )
    if lost:
        raise UsageError(f"The plan cannot be written to {file}: there is no such folder.", ANOTHER)


def _is_written_as_it_is(file: Path) -> bool:
    """Whether a file is a device, a pipe or an open stream."""
    return not file.is_file() or str(file.absolute()).startswith(STREAMS)


def _is_plan(file: Path) -> bool:
    try:
        content = json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(content, dict) and tuple(content) == KEPT


def save_plan(file: Path, plan: Plan, decided: Iterable[Decision], sources: Sequence[SourceRead]) -> None:
    """Writes a plan into a file, whole or not at all: its digest, and for each row what would be done; nobody's data.

    Raises:
        UsageError: the file is there, and is no plan.
        OutputError: the file cannot be written.
    """
    rows = [
        {"source": one.key[0], "row": one.key[1], "action": one.kind, "user_id": one.user_id, "changes": one.changes}
        for one in decided
    ]
    read = [{"path": one.path, "sha256": one.sha256, "sheet": one.sheet, "rows": one.rows} for one in sources]
    content = dict(zip(KEPT, (1, plan.digest, dict(plan.counts), read, rows), strict=True))
    refuse_to_overwrite(file)  # once more: the run has made files of its own meanwhile
    try:
        _write(file, json.dumps(content, indent=1).encode() + b"\n")
    except OSError as wrong:
        raise OutputError(f"The plan cannot be written to {file} ({wrong.strerror}).", ANOTHER) from wrong


def _write(file: Path, content: bytes) -> None:
    if file.exists() and _is_written_as_it_is(file):
        file.write_bytes(content)
    else:
        write_whole(file.resolve(), lambda stream: stream.write(content))  # what a link leads to, not the link
