"""What this product asks of OneFile, besides writing: who the customer is, which centres, who and what is there.

All of it reads, and repeats itself a few times when it fails; `Connection.call`, which writes too, never does. What
filters do, in which order a list comes and how long a page may be is documented nowhere: whoever decides from a list
filters it again.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

from bulk_import.connection import CallMade, Calls, Connection
from bulk_import.errors import NotShown
from bulk_import.pages import LARGEST_LIST, MOST_PAGES, PAGE_SIZE, Pages
from bulk_import.steps import api_down
from bulk_import.wire import Accepted, Refused, Request, RequestKind, get_user, id_of, search

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

__all__ = ["CallMade", "Calls", "OneFile", "Organisation"]

LARGEST_ANSWER = 100_000
"""Accounts of one role that are taken in one answer; more than any centre has."""
ONCE_MORE = 2
"""Attempts to be shown as a whole a list that its pages have shown already."""
GONE_MEANWHILE = 5
"""People who may have gone between the pages of a list and the list as a whole; where more are missing it is none."""
_NOT_SHOWN = frozenset({400, 403, 404, 410})


@dataclass(frozen=True, slots=True)
class Organisation:
    """A centre. Where OneFile does not show a switch, people are taken to be e-mailed.

    Attributes:
        id: its number.
        name: its name.
        keychain_creation: whether new users get a keychain, and so an e-mail, at once (article 76000022258).
        email_suppression: whether those e-mails are held back.
    """

    id: int
    name: str
    keychain_creation: bool
    email_suppression: bool


class OneFile(Connection):
    """A customer's OneFile. See `Connection` for how to open it.

    Attributes:
        paged_only: whether a list was wanted once more as a whole, and did not come.
    """

    paged_only = False

    async def customer(self) -> tuple[int, str]:
        """The customer's number and name (article 76000048013).

        Raises:
            StoppedEarly: OneFile is down, or refuses.
        """
        entry = await self._object(Request(RequestKind.READ, "GET", "Customer"), "the customer")
        number = id_of(entry)
        if number is None:
            raise api_down("the customer has no number")
        return number, _text(entry, "Name")

    async def organisations(self, customer_id: int) -> tuple[Organisation, ...]:
        """The customer's centres with their two keychain switches (article 76000048013).

        Raises:
            StoppedEarly: OneFile is down, or refuses.
        """
        entries = await self._list(search("Organisation", {"CustomerID": customer_id}), "the organisations")
        return tuple(_organisation(number, entry) for entry in entries if (number := id_of(entry)) is not None)

    async def organisation(self, organisation_id: int) -> Organisation | None:
        """One centre; None if the token does not see it.

        Raises:
            StoppedEarly: OneFile is down, or refuses.
        """
        customer_id, _ = await self.customer()
        found = await self.organisations(customer_id)
        return next((centre for centre in found if centre.id == organisation_id), None)

    async def search_users(
        self, organisation_id: int, role: int, filters: Mapping[str, str] | None = None
    ) -> tuple[Mapping[str, object], ...]:
        """The accounts of one role in one centre, each once, in no order: ID, FirstName, LastName and perhaps MISID.

        Args:
            organisation_id: the centre.
            role: one role id; every known search names exactly one.
            filters: FirstName, LastName, Email or MISID; OneFile may ignore them or match them loosely.

        Raises:
            StoppedEarly: OneFile is down, or refuses.
        """
        wanted = {"OrganisationID": organisation_id, "Role": int(role), **(filters or {})}
        return await self.listing("User", wanted, once_more_from=1 if filters is None else 2)

    async def everybody(self, organisation_id: int, role: int) -> tuple[Mapping[str, object], ...]:
        """The accounts of one role in one centre as one answer without pages, as clients load whole centres.

        One call, for a list that nothing is made by; what a row is matched with is listed page by page.

        Raises:
            StoppedEarly: OneFile is down, or refuses.
        """
        answer = await self._list(search("User", {"OrganisationID": organisation_id, "Role": int(role)}), "User")
        if len(answer) > LARGEST_ANSWER:
            raise api_down("the list of User is longer than this program can hold")
        return answer

    async def changed_since(self, organisation_id: int, role: int, moment: datetime) -> frozenset[int] | None:
        """The ids of the accounts of one role in one centre that were changed since a moment, as OneFile tells.

        Nobody documents what this filter does: it may be ignored, count days, or show nothing. All comes in one
        answer, as clients have it, since the list is short where the filter works.

        Returns:
            None where OneFile refuses such a search, or shows accounts without a number.

        Raises:
            StoppedEarly: OneFile is down.
        """
        since = moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"
        answer = await self.ask(
            search("User", {"OrganisationID": organisation_id, "Role": int(role), "LastModified": since})
        )
        if isinstance(answer, Refused):
            return None
        assert isinstance(answer.body, tuple)  # noqa: S101 - what the verdict of a search holds
        ids = [id_of(entry) for entry in answer.body]
        return None if None in ids else frozenset(id_ for id_ in ids if id_ is not None)

    async def user(self, user_id: int) -> Mapping[str, object] | None:
        """All that OneFile tells of an account; None if it shows none, or another one than was asked for.

        Raises:
            StoppedEarly: OneFile is down, or refuses.
        """
        return await self._one(get_user(user_id), user_id, "an account")

    async def entry(self, noun: str, entry_id: int) -> Mapping[str, object] | None:
        """All that OneFile tells of a class, a placement or a provider; None if it shows none, or another one.

        Raises:
            StoppedEarly: OneFile is down, or refuses.
        """
        return await self._one(Request(RequestKind.READ, "GET", f"{noun}/{entry_id}"), entry_id, "an entry of a list")

    async def classrooms(self, organisation_id: int) -> tuple[Mapping[str, object], ...]:
        """A centre's classes (article 76000048013): ID, Name and perhaps MISID.

        Raises:
            StoppedEarly: OneFile is down, or refuses.
        """
        return await self.listing("Classroom", {"OrganisationID": organisation_id})

    async def placements(self, organisation_id: int) -> tuple[Mapping[str, object], ...]:
        """A centre's placements (article 76000048013): ID, Name and perhaps more.

        Raises:
            StoppedEarly: OneFile is down, or refuses.
        """
        return await self.listing("Placement", {"OrganisationID": organisation_id})

    async def providers(self, organisation_id: int) -> tuple[Mapping[str, object], ...]:
        """A centre's providers: ID, Name and perhaps more.

        Raises:
            StoppedEarly: OneFile is down, or refuses.
        """
        return await self.listing("Provider", {"OrganisationID": organisation_id})

    async def framework_templates(self, organisation_id: int) -> tuple[Mapping[str, object], ...]:
        """A centre's framework templates (article 76000037063): ID and a name or title. No paged search is known.

        Raises:
            StoppedEarly: OneFile is down, or refuses.
        """
        return await self._list(search("FrameworkTemplate", {"OrganisationID": organisation_id}), "FrameworkTemplate")

    async def standards(self, organisation_id: int) -> tuple[Mapping[str, object], ...]:
        """A centre's standards (article 76000037063): ID and Title.

        Raises:
            StoppedEarly: OneFile is down, or refuses.
        """
        return await self.listing("Standard", {"OrganisationID": organisation_id})

    async def learner_statuses(self, organisation_id: int) -> tuple[Mapping[str, object], ...]:
        """The learner statuses a centre has made for itself (article 76000036178).

        Raises:
            StoppedEarly: OneFile is down, or refuses.
        """
        request = Request(RequestKind.SEARCH, "GET", f"Organisation/{organisation_id}/LearnerStatuses")
        return await self._list(request, "the learner statuses")

    async def listing(
        self, noun: str, filters: Mapping[str, object], *, once_more_from: int | None = None
    ) -> tuple[Mapping[str, object], ...]:
        """All pages of a search, each entry once; asked for un-paged once more where pages overlap.

        Args:
            noun: what is searched for, as in the path: User, Classroom, Placement, Provider, Standard, Unit.
            filters: the search's fields.
            once_more_from: un-paged once more where at least so many pages showed anybody: when somebody is archived
                between two of them, the next one slips through, and would be made a second time.

        Raises:
            StoppedEarly: OneFile is down, refuses, or its list has no end or no pages.
        """
        pages, number = Pages(), 1
        while pages.add(await self._list(search(noun, filters, page=number, size=PAGE_SIZE), noun)):
            number += 1
            if number > MOST_PAGES:
                raise api_down(f"the list of {noun} has no end")
            if pages.size > LARGEST_LIST:
                raise api_down(f"the list of {noun} is longer than this program can hold")
        if pages.overlapped and not pages.unreadable:
            pages.take(await self._list(search(noun, filters), noun))
        elif once_more_from is not None and number > once_more_from:
            await self._once_more(pages, search(noun, filters))
        if pages.unreadable:
            raise api_down(f"the list of {noun} has entries without a number")
        if pages.stuck:
            raise api_down(f"the list of {noun} shows the same {PAGE_SIZE} entries on each page and as a whole")
        return pages.entries

    async def _once_more(self, pages: Pages, request: Request) -> None:
        """Takes in what a list shows as a whole; where it does not come soon, the pages have to do."""
        for attempt in range(1, ONCE_MORE + 1):
            match await self.call(request, attempt=attempt):
                case Accepted(body=tuple() as whole) if (lacking := pages.lacking(whole)) < math.inf:
                    pages.take(whole)
                    self.paged_only = self.paged_only or lacking > GONE_MEANWHILE
                    return
                case Accepted() | Refused():
                    break
                case _:
                    pass
        self.paged_only = True

    async def _list(self, request: Request, what: str) -> tuple[Mapping[str, object], ...]:
        body = _accepted(await self.ask(request), what)
        assert isinstance(body, tuple)  # noqa: S101 - what the verdict of a search holds
        return body

    async def _one(self, request: Request, number: int, what: str) -> Mapping[str, object] | None:
        """What was asked for by its id; None where OneFile shows none, another one, or an error as a success."""
        answer = await self.ask(request)
        if isinstance(answer, Refused) and answer.status in _NOT_SHOWN:
            return None
        told = _object(_accepted(answer, what))
        found = id_of(told)
        return None if found not in {None, number} or (found is None and _is_error(told)) else told

    async def _object(self, request: Request, what: str) -> Mapping[str, object]:
        return _object(_accepted(await self.ask(request), what))


def _object(body: object) -> Mapping[str, object]:
    assert isinstance(body, dict)  # noqa: S101 - what the verdict of a read holds
    return body


def _is_error(told: Mapping[str, object]) -> bool:
    """Whether an object is OneFile's own form of a refusal, which has a code below 0."""
    return any(name.casefold() == "code" and str(value).startswith("-") for name, value in told.items())


def _accepted(answer: Accepted | Refused, what: str) -> object:
    if isinstance(answer, Accepted):
        return answer.body
    code = "" if answer.code is None else f", code {answer.code}"
    status = f"status {answer.status}{code}"
    raise NotShown(
        f"OneFile refused to show {what} ({status}){f': {answer.message}' if answer.message else '.'}",
        "Check `base_url` and `organisation_id`, and that the customer token may use this organisation.",
        status,
    )


def _text(entry: Mapping[str, object], name: str) -> str:
    value = entry.get(name)
    return "" if value is None else str(value)


def _organisation(number: int, entry: Mapping[str, object]) -> Organisation:
    return Organisation(
        id=number,
        name=_text(entry, "Name"),
        keychain_creation=_text(entry, "KeychainCreationForNewUserActive").casefold() != "false",
        email_suppression=_text(entry, "KeychainEmailSuppression").casefold() == "true",
    )
