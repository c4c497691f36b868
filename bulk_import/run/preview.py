"""What a person is shown before anything is sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bulk_import.actions import Update
from bulk_import.maintenance import UK

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from bulk_import.actions import Change, Create
    from bulk_import.api import Organisation

WORDS = {
    "create": "to be created",
    "update": "to be updated",
    "unchanged": "unchanged",
    "hold": "held for you to look at",
    "skip": "left out",
}


@dataclass(frozen=True, slots=True)
class Preview:
    """What a submit would do.

    Attributes:
        environment: which OneFile.
        organisations: the organisations the rows name, as "Name (id)".
        names: theirs alone, as OneFile gives them; the number where it gives none.
        counts: rows by action.
        invalid: rows that stay behind because they need correcting.
        emailed: how many people OneFile would e-mail.
        addresses: how many e-mail addresses would change.
        minutes: how long sending takes at the least.
        ends: when it is done then, after any maintenance hours of OneFile's.
        digest: of the plan.
        shared_misids: how many MISIDs several accounts hold.
        canary: how many rows of each role go first, and must come back as they were sent.
        remembered: the options that nobody typed, because a file to correct remembers them; in words.
        unlisted: the roles of the centre that OneFile does not show.
        paged_only: whether it showed a list page by page alone.
    """

    environment: str
    organisations: tuple[str, ...]
    names: tuple[str, ...]
    counts: Mapping[str, int]
    invalid: int
    emailed: int
    addresses: int
    minutes: float
    ends: datetime
    digest: str
    canary: int = 0
    shared_misids: int = 0
    remembered: str = ""
    unlisted: tuple[str, ...] = ()
    paged_only: bool = False

    @property
    def to_type(self) -> tuple[str, ...]:
        """What a person types to go on, in turn: on the live OneFile the name of each organisation, else yes.

        Where nothing would be sent there is nothing to ask.
        """
        if not (self.counts.get("create") or self.counts.get("update")):
            return ()
        return self.names if self.environment == "live" and self.names else ("yes",)

    def lines(self) -> tuple[str, ...]:
        """The preview in words."""
        counted = [f"{self.counts[action]:,} {words}" for action, words in WORDS.items() if self.counts.get(action)]
        return (
            f"Environment: {self.environment}. Organisation: {', '.join(self.organisations) or 'none'}.",
            f"Rows: {', '.join(counted) or 'nothing to do'}; needing correction, so not sent: {self.invalid:,}.",
            email_sentence(self.emailed, self.environment, self.addresses),
            f"Sending takes {_duration(self.minutes)}, until about {_clock(self.ends)}. Plan {self.digest}.",
            *((f"Read with options that the file remembers: {self.remembered}.",) if self.remembered else ()),
            *unlisted_sentence(self.unlisted),
            *paged_sentence(self.paged_only),
            *_shared(self.shared_misids),
            *_first(self.canary),
        )


def unlisted_sentence(roles: Sequence[str]) -> tuple[str, ...]:
    """What cannot be told of people because OneFile does not show a role that no row has."""
    if not roles:
        return ()
    listed = ", ".join(roles)
    return (f"OneFile does not show these roles of the centre, so accounts there are not recognised: {listed}.",)


def paged_sentence(paged_only: bool) -> tuple[str, ...]:  # noqa: FBT001 - what is told of a world
    """What cannot be told of people because a list came page by page alone."""
    if not paged_only:
        return ()
    sentence = (
        "OneFile showed its lists of accounts page by page, and not once more as a whole. Whoever stood where one page "
        "ends while somebody was being archived may not have been seen: do not archive anybody while this runs."
    )
    return (sentence,)


def _shared(misids: int) -> tuple[str, ...]:
    if not misids:
        return ()
    return (f"MISIDs that several accounts of the centre hold: {misids:,}; the report of a dry run lists them.",)


def _first(canary: int) -> tuple[str, ...]:
    if not canary:
        return ()
    rows = "The first row of each role is" if canary == 1 else f"The first {canary:,} rows of each role are"
    return (f"{rows} sent, fetched back and compared before the rest follows.",)


def _clock(moment: datetime) -> str:
    return f"{moment.astimezone(UK):%H:%M}"


def _duration(minutes: float) -> str:
    return "less than a minute" if minutes < 1 else f"about {round(minutes):,} min"


def email_sentence(people: int, environment: str, addresses: int) -> str:
    """Whom OneFile e-mails when accounts are created (article 76000022258), and perhaps when addresses change."""
    if addresses == 0:
        return _about_creates(people, environment)
    one = addresses == 1
    changed = "One e-mail address changes" if one else f"{addresses:,} e-mail addresses change"
    whom = "this person" if one else "these people"
    return f"{_about_creates(people, environment)} {changed}; whether OneFile writes to {whom} is not documented."


def _about_creates(people: int, environment: str) -> str:
    if environment == "sandbox":
        mails = "1 e-mail" if people == 1 else f"{people:,} e-mails"
        would = "e-mail nobody about new accounts" if people == 0 else f"send {mails}"
        return f"Practice only: no e-mail is sent. The real OneFile, set up like this one, would {would}."
    if people == 0:
        return "OneFile e-mails nobody about these accounts, as far as its switches tell."
    return f"People whom OneFile e-mails about their new account: {people:,}."


def emailed(creates: Iterable[Create], organisations: Mapping[int, Organisation]) -> int:
    """How many people are e-mailed."""
    wanted = mailing(organisations)
    return sum(create.record.values["OrganisationID"] in wanted for create in creates)


def mailing(organisations: Mapping[int, Organisation]) -> frozenset[int]:
    """The ids of those that e-mail new people: creation of keychains is on, suppression is not.

    Both switches come from the organisation itself (articles 76000048013 and 76000022258).
    """
    return frozenset(id_ for id_, one in organisations.items() if one.keychain_creation and not one.email_suppression)


def addresses(changes: Iterable[Change]) -> int:
    """How many updates change an e-mail address."""
    return sum(isinstance(change, Update) and "Email" in change.changes for change in changes)
