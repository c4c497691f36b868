"""The practice OneFile as an ASGI application: which path leads to which handler.

Paths are matched in lower case, for the real service ignores case; the gate in front has lowered them.
"""

from __future__ import annotations

import asyncio
import time
from functools import partial
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import Response
from starlette.routing import Route

from bulk_import.sandbox import assignments, lists, owners, pages, search, sessions, users
from bulk_import.sandbox.answers import Refusal, plain, refused, unauthorised
from bulk_import.sandbox.call import Call, read_body
from bulk_import.sandbox.gate import LAG, ROOT, Gate
from bulk_import.sandbox.switches import Switches
from bulk_import.sandbox.world import World

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from pathlib import Path

    from starlette.requests import Request

    from bulk_import.sandbox.answers import Answer
    from bulk_import.sandbox.faults import Faults
    from bulk_import.sandbox.lists import ListKind

    Handler = Callable[[World, Call], Answer]


def create_app(
    *,
    state: Path | None = None,
    switches: Switches = Switches(),  # noqa: B008 - frozen, so one for all does no harm
    faults: Faults | None = None,
    clock: Callable[[], float] = time.time,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    random_seed: int = 0,
) -> Starlette:
    """A practice OneFile; `app.state.world` shows its inside.

    Args:
        state: The file that keeps its state; None keeps it in memory.
        switches: The stands it takes where the real service is undocumented.
        faults: What goes wrong; the plan counts calls, so give each application its own.
        clock: The server's time in seconds since 1970.
        sleep: What latency and stalls wait with.
        random_seed: Decides the order of lists.

    Raises:
        StateError: The state file cannot be used.
    """
    world = World(state=state, switches=switches, faults=faults, clock=clock, random_seed=random_seed)
    app = Starlette(
        routes=[*_routes(world), *pages.routes(world)],
        middleware=[Middleware(Gate, world=world, sleep=sleep)],
    )
    app.state.world = world
    return app


def _routes(world: World) -> Iterator[Route]:
    yield Route(f"{ROOT}/authentication", _authentication(world), methods=["POST"])
    for method, path, handler in (*_OWNERS, *_USERS, *_ASSIGNMENTS):
        yield _route(world, method, path, handler)
    for name, kind in _LISTS:
        for method, path, act in _list_places(kind):
            yield _route(world, method, f"/{name}{path}", act)


_OWNERS: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/customer", owners.customer),
    ("POST", "/organisation/search", owners.search_organisations),
    ("GET", "/organisation/{id}", owners.get_organisation),
    ("GET", "/organisation/{id}/learnerstatuses", partial(lists.of_organisation, name="status")),
    ("GET", "/organisation/{id}/learningaimstatuses", lists.learning_aim_statuses),
    ("GET", "/organisation/{id}/assignedstandards", partial(lists.of_organisation, name="standard")),
)
_USERS: tuple[tuple[str, str, Handler], ...] = (
    ("POST", "/user/search", search.search_users),
    ("POST", "/user/search/{page}/{size}", search.search_users),
    ("POST", "/user", users.create),
    ("GET", "/user/{id}", users.show),
    ("POST", "/user/{id}", users.change),
    ("DELETE", "/user/{id}", users.delete),
    ("POST", "/user/{id}/archive", users.archive),
    ("POST", "/user/{id}/unarchive", users.unarchive),
)
_ASSIGNMENTS: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/user/{id}/learnerepisodes", assignments.episodes),
    ("POST", "/user/{id}/assign", assignments.assign_user),
    ("POST", "/user/{id}/assignplacement/{placement}/{access}", assignments.assign_placement),
    ("POST", "/frameworktemplate/{id}/assign/{user}/{only}", assignments.assign_template),
    ("POST", "/standard/{id}/assign/{learner}", assignments.assign_standard),
    ("POST", "/unit/{id}/assign/{learner}/{standard}", assignments.assign_unit),
)
_LISTS: tuple[tuple[str, ListKind], ...] = (
    ("classroom", lists.CLASSROOM),
    ("placement", lists.PLACEMENT),
    ("provider", lists.PROVIDER),
    ("frameworktemplate", lists.TEMPLATE),
    ("standard", lists.STANDARD),
    ("unit", lists.UNIT),
)


def _list_places(kind: ListKind) -> Iterator[tuple[str, str, Handler]]:
    yield "POST", "/search", partial(lists.search, kind=kind)
    yield "POST", "/search/{page}/{size}", partial(lists.search, kind=kind)
    yield "GET", "/{id}", partial(lists.show, kind=kind)
    if kind.writable:
        yield "POST", "", partial(lists.create, kind=kind)
        yield "POST", "/{id}", partial(lists.change, kind=kind)


def _route(world: World, method: str, path: str, handler: Handler) -> Route:
    async def endpoint(request: Request) -> Response:
        return _response(await _handle(world, request, handler))

    return Route(f"{ROOT}{path}", endpoint, methods=[method])


async def _handle(world: World, request: Request, handler: Handler) -> Answer:
    body = await request.body()
    session = request.headers.get("x-tokenid", "")
    hours = world.switches.session_hours
    customer = sessions.customer_of_session(world.store, session, world.now(), hours=hours)
    if customer is None:
        return unauthorised()
    try:
        return handler(world, _call(request, customer, body))
    except Refusal as refusal:
        return refused(refusal, world.switches)


def _call(request: Request, customer: int, body: bytes) -> Call:
    fields = {} if request.method == "GET" else read_body(body, request.headers.get("content-type", ""))
    return Call(
        customer=customer,
        places=dict(request.path_params),
        sent={name.casefold(): value for name, value in fields.items()},
        names={name.casefold(): name for name in fields},
        lag=request.scope.get(LAG, 0.0),
    )


def _authentication(world: World) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        customer = sessions.customer_of_token(world.store, request.headers.get("x-customertoken", ""))
        if customer is None:
            return _response(unauthorised())
        return _response(plain(200, sessions.open_session(world.store, customer, world.now())))

    return endpoint


def _response(answer: Answer) -> Response:
    response = Response(answer.body, answer.status, dict(answer.headers))
    response.headers["content-type"] = answer.media_type
    return response
