"""One exchange over HTTP: a request goes out, and a whole reply comes back, or how it failed.

An answer may be of any length, or unpack to one, so it is read piece by piece and given up where it grows too long.
"""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

from bulk_import.wire import WRITES, Failure, Reply, Request

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx

LONGEST_LIST = 64 << 20
"""Bytes of an answer to a read, unpacked: hundreds of thousands of accounts."""

LONGEST_ANSWER = 1 << 20
"""Bytes of an answer to a write, unpacked: it holds one account."""

# One layer of these unpacks a piece of a network's length to some 64 MiB at most; others, and several, to any length.
_UNPACKED = frozenset({"", "identity", "gzip", "deflate"})


async def exchange(
    client: httpx.AsyncClient, request: Request, headers: Mapping[str, str], seconds: float
) -> Reply | Failure:
    """The reply, or how the exchange failed; no exception of the HTTP library gets out: it knows the headers.

    Args:
        client: what carries it.
        request: what to ask.
        headers: those that carry a token.
        seconds: the time for the whole exchange.
    """
    import httpx  # noqa: PLC0415 - loaded where it is used

    content, kind = _encoded(request)
    longest = LONGEST_ANSWER if request.kind in WRITES else LONGEST_LIST
    try:
        async with (
            asyncio.timeout(seconds),
            client.stream(request.method, request.path, content=content, headers={**headers, **kind}) as response,
        ):
            return await _reply(response, longest)
    except TimeoutError:
        return Failure.DEADLINE
    except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL, OSError) as error:
        return _failure(error)


async def _reply(response: httpx.Response, longest: int) -> Reply | Failure:
    if response.headers.get("Content-Encoding", "").strip().lower() not in _UNPACKED:
        return Failure.UNREADABLE
    body = bytearray()
    async for piece in response.aiter_bytes():
        body += piece
        if len(body) > longest:
            return Failure.UNREADABLE
    named = {name.lower(): value for name, value in response.headers.items()}
    return Reply(response.status_code, named, bytes(body))


def _encoded(request: Request) -> tuple[bytes, Mapping[str, str]]:
    """The body in plain ASCII, so that no guess at an encoding can spoil a name."""
    if request.body is None:
        return b"", {}
    text = json.dumps(dict(request.body), ensure_ascii=True, allow_nan=False)
    return text.encode("ascii"), {"Content-Type": "application/json"}


def _failure(error: Exception) -> Failure:
    import httpx  # noqa: PLC0415 - loaded where it is used

    known = (
        (httpx.ConnectTimeout, Failure.CONNECT_TIMEOUT),
        (httpx.ConnectError, Failure.CONNECT),
        (httpx.PoolTimeout, Failure.POOL_TIMEOUT),
        (httpx.ReadTimeout, Failure.READ_TIMEOUT),
        (httpx.WriteTimeout, Failure.WRITE_TIMEOUT),
        (httpx.ReadError, Failure.READ),
        (httpx.WriteError, Failure.WRITE),
        (httpx.ProxyError, Failure.PROXY),
        (httpx.ProtocolError, Failure.PROTOCOL),
        (httpx.DecodingError, Failure.UNREADABLE),
    )
    return next((failure for kind, failure in known if isinstance(error, kind)), Failure.OTHER)
