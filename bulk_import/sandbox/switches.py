"""The stands that the practice OneFile takes where the real one is undocumented, each of them a switch.

The defaults are the stands of the contract's section (h), hostile where that keeps a client honest. A client
must work with every setting.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """How this practice OneFile behaves where nobody knows how the real one does.

    Attributes:
        foreign_organisation: Another customer's organisation: 400 with code -11 and an empty search, or 403.
        duplicate_email: Whether an e-mail address that the customer already uses is accepted.
        missing_email: Whether a user without an e-mail address is refused; documented as mandatory, yet done.
        search_without_role: Whether User/Search without Role is refused or covers all roles.
        retry_after: What a 429 says in `Retry-After`: nothing, seconds, or a date.
        seats: How many learners an organisation may have that are not archived; None is no limit.
        search_empty: A search without a hit: status 204 without a body, or 200 with an empty list.
        filters: Names match anywhere in the name and e-mail and MISID exactly ("honest"); all but role and
            organisation is ignored; or every text matches anywhere ("contains").
        order: People come in no order, another one at each un-paged call, or by id.
        pages: Whether the last person of a page opens the next page again, or pages meet exactly.
        misid_in_search: Whether search answers carry the MISID, null in its place, or no such name.
        account_fields: GET User/{id} gives the fields seen in practice, or all that the account holds.
        unset_fields: Whether a field without value is answered as null or is left out.
        error_body: What the body of a refusal is.
        calls_per_minute: Calls admitted in any rolling 60 seconds for each customer token.
        session_hours: How long a session lives.
        longest_text: How many characters of a text are kept; the rest is cut off in silence. None is no limit.
        page_cap: The greatest page; a longer one is cut to it in silence.
    """

    foreign_organisation: Literal["code-11", "403"] = "code-11"
    duplicate_email: Literal["accept", "reject"] = "accept"
    missing_email: Literal["refuse", "lax"] = "refuse"
    search_without_role: Literal["refuse", "all"] = "refuse"
    retry_after: Literal["off", "seconds", "date"] = "off"
    seats: int | None = None
    search_empty: Literal["204", "[]"] = "204"
    filters: Literal["honest", "ignored", "contains"] = "honest"
    order: Literal["scrambled", "by-id"] = "scrambled"
    pages: Literal["overlapping", "exact"] = "overlapping"
    misid_in_search: Literal["given", "null", "absent"] = "given"
    account_fields: Literal["seen", "all"] = "seen"
    unset_fields: Literal["null", "absent"] = "null"
    error_body: Literal["json", "text", "html", "empty"] = "json"
    calls_per_minute: int = 300
    session_hours: float = 24
    longest_text: int | None = None
    page_cap: int = 1000
