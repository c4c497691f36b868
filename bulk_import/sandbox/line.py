"""The connection itself, for faults that no answer can express: it is reset, breaks off, or stays silent.

On a socket the server hands its transport to the application (`offer`), so that the fault really happens on the wire.
In process (`httpx.ASGITransport`) there is no wire: `ConnectionDropped` is raised instead, for the caller to translate.
"""

from __future__ import annotations

import socket
import struct
import sys
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import asyncio

    from starlette.types import ASGIApp, Receive, Scope, Send

Way = Literal["reset", "truncated", "stall"]

_EXTENSION = "bulk_import.line"
_LINGER = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)


class ConnectionDropped(Exception):  # noqa: N818 - it happens to a connection, nobody made an error
    """In process: the connection ended without a whole answer. `way` says how."""

    def __init__(self, way: Way) -> None:
        super().__init__(f"connection dropped: {way}")
        self.way = way


class Line:
    """One connection to a client."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport

    def reset(self) -> None:
        """Reset it: the client sees "connection reset by peer", whatever it was doing."""
        sock = self._transport.get_extra_info("socket")
        if sock is not None:
            # with no time to linger, closing sends a reset in place of the usual farewell
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER)
        self._transport.abort()

    def close(self) -> None:
        """Close it after what has been written, even if more was announced."""
        self._transport.close()


def offer(app: ASGIApp, transport: asyncio.Transport) -> ASGIApp:
    """The application with the connection within its reach."""

    async def with_line(scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("extensions", {})[_EXTENSION] = Line(transport)
        await app(scope, receive, send)

    return with_line


def line_of(scope: Scope) -> Line | None:
    """The connection that a call came on; None in process."""
    line = scope.get("extensions", {}).get(_EXTENSION)
    return line if isinstance(line, Line) else None


async def client_gone(receive: Receive) -> None:
    """Wait until the client has closed the connection, or it has been closed here."""
    while (await receive())["type"] != "http.disconnect":
        pass
