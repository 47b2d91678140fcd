"""Bounded body: a reply that does not end is cut before it fills the memory.

A deadline alone is no bound: in half a minute a fast server sends gigabytes.
"""

from collections.abc import AsyncIterator
from typing import Final

import httpx2

# Far more than the largest answer that is looked at, envelope and all.
MAX_BODY_BYTES: Final = 4 * 1024 * 1024


async def bound_body(response: httpx2.Response) -> None:
    """Cut a reply's body at `MAX_BODY_BYTES`; give it to a client as a response hook.

    A hook and no transport, because a client with a transport of its own ignores proxy settings.
    """
    if isinstance(response.stream, httpx2.AsyncByteStream):
        response.stream = _BoundedStream(response.stream)


class _BoundedStream(httpx2.AsyncByteStream):
    def __init__(self, inner: httpx2.AsyncByteStream) -> None:
        self._inner = inner

    async def __aiter__(self) -> AsyncIterator[bytes]:
        left = MAX_BODY_BYTES
        async for piece in self._inner:
            left -= len(piece)
            if left < 0:
                raise httpx2.RemoteProtocolError(f"a reply of more than {MAX_BODY_BYTES} bytes")
            yield piece

    async def aclose(self) -> None:
        await self._inner.aclose()
