"""What the stages of one run share."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bulk_import.references import Answers, settle
from bulk_import.run.log import RunLog

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bulk_import.check import Checked, Record
    from bulk_import.journal import Journal
    from bulk_import.run.job import Job
    from bulk_import.settings import Settings


def utc_now() -> datetime:
    """This moment."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Desk:
    """One run's job, what was read for it, and where it is written down.

    Attributes:
        job: what was asked for.
        settings: checked.
        checked: the sources.
        journal: open.
        started: in UTC.
        log: of this run.
        answers: what the references in the rows mean; `checked` has it already.
    """

    job: Job
    settings: Settings
    checked: Sequence[Checked]
    journal: Journal
    started: datetime
    log: RunLog = field(default_factory=RunLog)
    answers: Answers = field(default_factory=dict)

    def answered(self, answers: Answers) -> Desk:
        """The same with what the references in its rows mean, which is told once and then stays."""
        return replace(self, checked=settle(self.checked, answers), answers=answers)

    @property
    def organisations(self) -> set[int]:
        """The ids of the organisations that these rows name."""
        return {int(str(record.values["OrganisationID"])) for record in self.records}

    @property
    def records(self) -> list[Record]:
        """The rows that passed the check and are meant."""
        records = (record for source in self.checked for record in source.valid)
        return [record for record in records if self.job.rows.takes(record.row)]
