"""The practice OneFile without a socket, for tests: an httpx transport that answers in the same process."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from bulk_import.sandbox.line import ConnectionDropped

if TYPE_CHECKING:
    from starlette.applications import Starlette


class InProcess(httpx.AsyncBaseTransport):
    """Answers from the application, and turns its dropped connections into what httpx raises on a socket.

    A reset is `httpx.ReadError`, an answer that breaks off `httpx.RemoteProtocolError`, a stall `httpx.ReadTimeout`.
    """

    def __init__(self, app: Starlette) -> None:
        self._inner = httpx.ASGITransport(app)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        try:
            return await self._inner.handle_async_request(request)
        except ConnectionDropped as dropped:
            match dropped.way:
                case "reset":
                    raise httpx.ReadError("connection reset", request=request) from None
                case "truncated":
                    raise httpx.RemoteProtocolError("the answer broke off", request=request) from None
                case "stall":
                    raise httpx.ReadTimeout("no answer", request=request) from None
