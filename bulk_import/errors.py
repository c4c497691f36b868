"""What stops a run. Wrong data never does: that is a finding.

The tree, with the exit code that the command line gives each:

    BulkImportError
    ├── NothingToDo           0  there is nothing to resume
    ├── UsageError            2  an option or argument is wrong
    │   └── SettingsError     2  settings are wrong, all of them named at once
    ├── StoppedEarly          3  `resume` goes on where it stopped
    │   ├── CredentialsRefused   the customer token or the session was not accepted
    │   ├── ApiDown              no answer, or only failures
    │   ├── NotShown             OneFile refuses to show something; carries what it said
    │   ├── CanaryDiffers        the first rows came back otherwise than they were sent
    │   ├── Interrupted          Ctrl-C, SIGTERM, Ctrl-Break
    │   ├── JournalError         the journal cannot be trusted or written
    │   └── OutputError          a report or template cannot be written
    ├── RefusedAsUnsafe       4  a safety limit, or a plan that no longer matches
    ├── AnotherRunActive      5  one run at a time for each organisation
    └── InputUnreadable       6  a file cannot be read; carries the finding
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from pathlib import Path

    from bulk_import.findings import Finding


class BulkImportError(Exception):
    """A run cannot go on.

    The message says in one sentence what is wrong; `fix`, in another, what to do. Neither may hold personal
    data or a token.
    """

    exit_code: ClassVar[int] = 3

    def __init__(self, message: str, fix: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix

    def __str__(self) -> str:
        return f"{self.message} {self.fix}".strip()


class NothingToDo(BulkImportError):  # noqa: N818 - a state of the world, not a mistake
    """What was asked for is done already."""

    exit_code = 0


class UsageError(BulkImportError):
    """An option or an argument is wrong."""

    exit_code = 2


class SettingsError(UsageError):
    """One or more settings are wrong; `problems` has a sentence for each, with where the value came from."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class StoppedEarly(BulkImportError):  # noqa: N818 - it is what happened, not a mistake
    """The run ended before its last row; what was done is in the journal."""

    exit_code = 3


class CredentialsRefused(StoppedEarly):
    """OneFile did not accept the customer token, or a fresh session."""


class ApiDown(StoppedEarly):
    """OneFile cannot be reached, or answers with nothing but failures."""


class NotShown(StoppedEarly):
    """OneFile refuses to show something; `said` is its status and reason, free of personal data."""

    def __init__(self, message: str, fix: str, said: str) -> None:
        super().__init__(message, fix)
        self.said = said


class CanaryDiffers(StoppedEarly):
    """The first rows came back from OneFile otherwise than they were sent, or not at all."""


class Interrupted(StoppedEarly):
    """A person or the machine asked the run to stop."""


class JournalError(StoppedEarly):
    """The journal is locked, damaged, read-only, full, or of a newer version."""


class OutputError(StoppedEarly):
    """A report or a template cannot be written."""


class RefusedAsUnsafe(BulkImportError):  # noqa: N818 - a refusal, not a mistake
    """A safety limit was passed, or the plan is no longer the one that was looked at.

    Attributes:
        report: what would have been done; None where there is no report of it.
    """

    exit_code = 4
    report: Path | None = None

    def told_in(self, report: Path) -> RefusedAsUnsafe:
        """The same, which says where the report stands."""
        refusal = RefusedAsUnsafe(self.message, f"{self.fix} Its report: {report}")
        refusal.report = report
        return refusal


class AnotherRunActive(BulkImportError):  # noqa: N818 - a state of the world, not a mistake
    """Another run holds the organisation."""

    exit_code = 5


class InputUnreadable(BulkImportError):  # noqa: N818 - a fact about a file
    """A source file cannot be read; `finding` says which and why."""

    exit_code = 6

    def __init__(self, finding: Finding) -> None:
        from bulk_import.findings import fix, message  # noqa: PLC0415 - errors and findings stand side by side

        super().__init__(message(finding), fix(finding))
        self.finding = finding
