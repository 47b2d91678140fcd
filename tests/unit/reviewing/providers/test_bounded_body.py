from collections.abc import AsyncIterator

import httpx2
import pytest

from consumer.reviewing.providers.bounded_body import MAX_BODY_BYTES, bound_body

PIECE = b"x" * 65_536


class Stream(httpx2.AsyncByteStream):
    def __init__(self, pieces: int | None) -> None:
        self.left = pieces
        self.sent = 0
        self.closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while self.left is None or self.sent < self.left:
            self.sent += 1
            yield PIECE

    async def aclose(self) -> None:
        self.closed = True


def _client(stream: Stream) -> httpx2.AsyncClient:
    def handle(_: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, stream=stream)

    return httpx2.AsyncClient(
        transport=httpx2.MockTransport(handle), event_hooks={"response": [bound_body]}
    )


async def test_a_body_within_the_bound_comes_whole() -> None:
    stream = Stream(MAX_BODY_BYTES // len(PIECE))
    async with _client(stream) as client:
        response = await client.get("http://e.test")
    assert len(response.content) == MAX_BODY_BYTES
    assert stream.closed


async def test_a_body_without_end_is_cut_and_its_connection_closed() -> None:
    stream = Stream(None)
    async with _client(stream) as client:
        with pytest.raises(httpx2.RemoteProtocolError, match="more than"):
            await client.get("http://e.test")
    assert stream.closed
    assert stream.sent == MAX_BODY_BYTES // len(PIECE) + 1
