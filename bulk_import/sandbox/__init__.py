"""A practice OneFile on this computer: for trying things out, for the demo, and for tests.

It is a world of its own that imports nothing else of the product: what it demands of a client is written down a second
time, from the description of the API. `seed` says what it holds, `faults` what can be made to go wrong, `switches`
which undocumented points it can take either way.

    with running() as onefile:                        # on a socket, in the background
        client = Client(onefile.base_url, onefile.customer_token)

    app = create_app(clock=clock, sleep=sleep)        # in process, for tests
    httpx.AsyncClient(transport=InProcess(app), base_url="https://sandbox/api/v2.1")
    app.state.world.users()

Importing this package is cheap: the web server is loaded by the first use of one of these names.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from bulk_import.sandbox.errors import FaultPlanError, SandboxError, StateError
from bulk_import.sandbox.faults import Fault, Faults
from bulk_import.sandbox.seed import CUSTOMER_TOKEN, ORGANISATION_ID
from bulk_import.sandbox.switches import Switches

if TYPE_CHECKING:
    from bulk_import.sandbox.app import create_app
    from bulk_import.sandbox.inprocess import InProcess
    from bulk_import.sandbox.line import ConnectionDropped
    from bulk_import.sandbox.server import Running, running, serve
    from bulk_import.sandbox.world import World

__all__ = [
    "CUSTOMER_TOKEN",
    "ORGANISATION_ID",
    "ConnectionDropped",
    "Fault",
    "FaultPlanError",
    "Faults",
    "InProcess",
    "Running",
    "SandboxError",
    "StateError",
    "Switches",
    "World",
    "create_app",
    "running",
    "serve",
]

_LATER = {
    "ConnectionDropped": "line",
    "InProcess": "inprocess",
    "Running": "server",
    "World": "world",
    "create_app": "app",
    "running": "server",
    "serve": "server",
}


def __getattr__(name: str) -> object:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
