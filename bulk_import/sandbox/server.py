"""The practice OneFile on a socket: on 127.0.0.1 and nowhere else."""

from __future__ import annotations

import socket
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from bulk_import.sandbox import faults as plans
from bulk_import.sandbox.app import create_app
from bulk_import.sandbox.errors import SandboxError
from bulk_import.sandbox.gate import ROOT
from bulk_import.sandbox.line import offer
from bulk_import.sandbox.seed import CUSTOMER_TOKEN
from bulk_import.sandbox.switches import Switches

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from types import FrameType

    from starlette.applications import Starlette

    from bulk_import.sandbox.faults import Faults
    from bulk_import.sandbox.world import World

LOOPBACK = "127.0.0.1"
_BACKLOG = 512
_KEEP_ALIVE = 75  # longer than clients keep idle connections, so that none is closed under a call
_GRACE = 1


@dataclass(frozen=True, slots=True)
class Running:
    """A practice OneFile that is serving."""

    base_url: str
    customer_token: str
    world: World


def serve(
    *,
    port: int = 0,
    state: Path | None = None,
    faults: Path | None = None,
    switches: Switches = Switches(),  # noqa: B008 - frozen, so one for all does no harm
    on_ready: Callable[[str], None],
) -> None:
    """Serve until Ctrl-C or SIGTERM, then stop cleanly and return.

    Args:
        port: The port; 0 takes a free one.
        state: The file that keeps the state; None keeps it in memory.
        faults: A fault plan to follow.
        switches: The stands to take where the real service is undocumented.
        on_ready: Is given the base URL as soon as calls are answered.

    Raises:
        SandboxError: Port, state file or fault plan cannot be used.
    """
    plan = None if faults is None else plans.load(faults)
    app = create_app(state=state, switches=switches, faults=plan)
    try:
        with _listen(port) as listener:
            _server(app, lambda: on_ready(_base_url(listener))).run(sockets=[listener])
    finally:
        app.state.world.close()


@contextmanager
def running(
    *,
    state: Path | None = None,
    faults: Faults | None = None,
    switches: Switches = Switches(),  # noqa: B008 - frozen, so one for all does no harm
    clock: Callable[[], float] = time.time,
    random_seed: int = 0,
) -> Iterator[Running]:
    """Serve from a thread on a free port while the block runs; `world` stays readable inside it.

    Raises:
        SandboxError: State file or port cannot be used, or the server did not start.
    """
    app = create_app(state=state, switches=switches, faults=faults, clock=clock, random_seed=random_seed)
    ready = threading.Event()
    try:
        with _listen(0) as listener:
            base_url = _base_url(listener)
            server = _server(app, ready.set)
            thread = threading.Thread(target=_run, args=(server, listener, ready), name="sandbox", daemon=True)
            thread.start()
            try:
                _await_start(server, ready)
                yield Running(base_url, CUSTOMER_TOKEN, app.state.world)
            finally:
                server.should_exit = True
                thread.join()
    finally:
        app.state.world.close()


class _Server(uvicorn.Server):
    """A server that says when it is ready, and treats a signal as a request to stop instead of passing it on."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._on_ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 - the interface is uvicorn's
        self.force_exit = self.should_exit
        self.should_exit = True


class _Protocol(H11Protocol):
    """HTTP/1.1 whose connection is within the application's reach, so that faults can happen to it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn has it
        super().connection_made(transport)
        self.app = offer(self.app, transport)


def _server(app: Starlette, on_ready: Callable[[], None]) -> _Server:
    config = uvicorn.Config(
        app,
        http=_Protocol,
        loop="asyncio",
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="critical",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=_KEEP_ALIVE,
        timeout_graceful_shutdown=_GRACE,
    )
    return _Server(config, on_ready)


def _listen(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        # elsewhere this lets a restarted server have its port at once; on Windows it would let two share one
        if sys.platform != "win32":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((LOOPBACK, port))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise SandboxError(f"Port {port} is not free on this computer: {error.strerror}. Name another one.") from error
    return listener


def _base_url(listener: socket.socket) -> str:
    return f"http://{LOOPBACK}:{listener.getsockname()[1]}{ROOT}"


def _run(server: _Server, listener: socket.socket, ready: threading.Event) -> None:
    try:
        server.run(sockets=[listener])
    finally:
        ready.set()


def _await_start(server: _Server, ready: threading.Event) -> None:
    ready.wait()
    if not server.started:
        raise SandboxError("The practice server did not start.")
