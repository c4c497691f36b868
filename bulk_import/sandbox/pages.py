"""What a person sees in a browser: the state of the practice OneFile, at `/` and `/sandbox`; programs: `/sandbox.json`.

These are no calls of the API: they need no session and do not count. They answer only under a local name, so that no
web site can reach them through the browser of whoever runs the server.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse
from starlette.routing import Route

from bulk_import.sandbox.values import instant

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from starlette.requests import Request
    from starlette.responses import Response

    from bulk_import.sandbox.world import World

_LOCAL = frozenset({"127.0.0.1", "localhost", "sandbox", "testserver"})
_SHOWN = 100
_COLUMNS = ("ID", "Role", "FirstName", "LastName", "Email", "MISID", "Username", "OrganisationID", "Archived")
_ROLES = {
    1: "learners",
    2: "archived learners",
    4: "trainee assessors",
    5: "assessors",
    10: "IQAs",
    40: "employers",
    45: "observers",
}
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}
_STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;max-width:75rem;margin:2rem auto;padding:0 1rem;color:#1c2733}"
    "table{border-collapse:collapse;margin:.5rem 0 2rem;font-size:14px;display:block;overflow-x:auto}"
    "th,td{text-align:left;padding:.3rem .8rem;border-bottom:1px solid #d5dbe1}th{background:#eef2f5}"
    "h1{margin-bottom:0}p{margin:.2rem 0 1rem}"
)


def routes(world: World) -> Iterator[Route]:
    """The pages for people."""

    async def page(request: Request) -> Response:
        return _local(request) or HTMLResponse(_page(world), headers=_HEADERS)

    async def data(request: Request) -> Response:
        return _local(request) or JSONResponse(summary(world), headers=_HEADERS)

    yield Route("/", page)
    yield Route("/sandbox", page)
    yield Route("/sandbox.json", data)


def summary(world: World) -> dict[str, object]:
    """Counts and the newest of everything, as the page shows it."""
    calls = world.calls()
    return {
        "time": instant(world.now()),
        "users": {"total": sum(world.count_users().values()), "by_role": world.count_users()},
        "newest_users": world.users(newest=_SHOWN),
        "would_email": {
            "total": world.count_mail(),
            "newest": [{**mail._asdict(), "time": instant(mail.time)} for mail in world.would_email(newest=_SHOWN)],
        },
        "calls": {
            "total": len(calls),
            "last_minute": world.rate.last_minute(world.now()),
            "worst_minute": world.worst_minute(),
            "limit": world.switches.calls_per_minute,
            "refused_as_too_many": world.rate.refused,
            "newest": [{**call._asdict(), "time": instant(call.time)} for call in calls[: -_SHOWN - 1 : -1]],
        },
    }


def _local(request: Request) -> Response | None:
    if request.url.hostname in _LOCAL:
        return None
    return PlainTextResponse("Open this page as http://127.0.0.1 with the port of the server.", 403)


def _page(world: World) -> str:
    counts = world.count_users()
    by_role = ", ".join(f"{number} {_ROLES.get(role, role)}" for role, number in counts.items())
    rate = world.rate
    minute = f"{rate.last_minute(world.now())} in the last minute, {world.worst_minute()} in the busiest one"
    mails = ((m.email, m.user, m.organisation, m.keychain, instant(m.time)) for m in world.would_email(newest=_SHOWN))
    calls = ((instant(c.time), c.method, c.path, c.status) for c in world.calls()[: -_SHOWN - 1 : -1])
    people = ([user.get(name, "") for name in _COLUMNS] for user in world.users(newest=_SHOWN))
    return (
        "<!DOCTYPE html><html lang='en'><head><meta charset='utf-8'><title>Practice OneFile</title>"
        f"<style>{_STYLE}</style></head><body><h1>Practice OneFile</h1>"
        "<p>Nothing here is real: no account reaches OneFile and no e-mail is sent.</p>"
        f"<p>{sum(counts.values())} users: {escape(by_role)}.</p>"
        f"<p>{len(world.calls())} calls; {minute}, of {rate.per_minute} allowed; {rate.refused} refused.</p>"
        f"<h2>Users, newest first</h2>{_table(_COLUMNS, people)}"
        f"<h2>Would have been e-mailed: {world.count_mail()}</h2>"
        f"{_table(('E-mail', 'User', 'Organisation', 'Keychain', 'When'), mails)}"
        f"<h2>Calls, newest first</h2>{_table(('When', 'Method', 'Path', 'Status'), calls)}</body></html>"
    )


def _table(headings: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    head = "".join(f"<th scope='col'>{escape(heading)}</th>" for heading in headings)
    lines = ("".join(f"<td>{_cell(value)}</td>" for value in row) for row in rows)
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cell(value: object) -> str:
    return "none" if value is None else escape(str(value))
