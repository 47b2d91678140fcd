"""The emulator's Starlette app: both services' paths on one port, any key, no cost.

    POST /<version>/models/<model>:generateContent     Gemini
    POST [/<version>]/responses                        OpenAI

Every reply says in a header and in its model's name that it is emulated.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from consumer.emulator.faults import Fault, FaultPlan
from consumer.emulator.personality import EmulatedModel, Personality
from consumer.emulator.reading import Asked, UnreadableRequestError, read_gemini, read_openai
from consumer.emulator.spoiling import SPOILING, spoil
from consumer.emulator.wire import EMULATOR_HEADER, Reply, fault_reply, good_reply

Sleep = Callable[[float], Awaitable[None]]

# How long a hanging reply hangs: past every deadline, but not for ever.
HANG_SECONDS = 600.0
TRICKLE_SECONDS = 0.05
_STREAMED = frozenset({Fault.HANG_IN_BODY, Fault.TRICKLE, Fault.CUT_BODY})


class EmulatorServer:
    """Answers requests by a plan; `latency_seconds` is spent on each one first."""

    def __init__(
        self,
        *,
        plan: FaultPlan | None = None,
        personality: Personality = Personality.CAREFUL,
        latency_seconds: float = 0.0,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self.plan = plan or FaultPlan()
        self._model = EmulatedModel(personality)
        self._latency_seconds = latency_seconds
        self._sleep = sleep

    async def gemini(self, request: Request) -> Response:
        """Answer `generateContent`."""
        model, _, method = str(request.path_params["target"]).rpartition(":")
        if method != "generateContent":
            return JSONResponse({"error": {"code": 404, "status": "NOT_FOUND"}}, status_code=404)
        return await self._serve(request, lambda body: read_gemini(body, model))

    async def openai(self, request: Request) -> Response:
        """Answer `POST /responses`."""
        return await self._serve(request, read_openai)

    async def _serve(self, request: Request, read: Callable[[object], Asked]) -> Response:
        try:
            asked = read(await request.json())
        except (ValueError, UnreadableRequestError) as error:
            return _json_error(str(error))
        fault = self.plan.choose(asked.wire, asked.call)
        if self._latency_seconds > 0:
            await self._sleep(self._latency_seconds)
        if fault is Fault.HANG:
            await self._sleep(HANG_SECONDS)
        text = await self._model.answer_text(asked)
        if fault in SPOILING:
            return _response(good_reply(asked, spoil(fault, text)))
        if fault in _STREAMED:
            return self._streamed(fault, good_reply(asked, text))
        if fault is None or fault is Fault.HANG:
            return _response(good_reply(asked, text))
        return _response(fault_reply(fault, asked, text))

    def _streamed(self, fault: Fault, reply: Reply) -> Response:
        headers = {EMULATOR_HEADER: "1"}
        if fault is Fault.CUT_BODY:
            # The promised length is never met, so the connection is cut inside the body.
            headers["content-length"] = str(len(reply.body))
        return StreamingResponse(
            self._pieces(fault, reply.body), media_type=reply.content_type, headers=headers
        )

    async def _pieces(self, fault: Fault, body: bytes) -> AsyncIterator[bytes]:
        half = len(body) // 2
        if fault is not Fault.TRICKLE:
            yield body[:half]
            if fault is Fault.HANG_IN_BODY:
                await self._sleep(HANG_SECONDS)
            return
        for start in range(len(body)):
            yield body[start : start + 1]
            await self._sleep(TRICKLE_SECONDS)


def create_emulator(
    *,
    plan: FaultPlan | None = None,
    personality: Personality = Personality.CAREFUL,
    latency_seconds: float = 0.0,
    sleep: Sleep = asyncio.sleep,
) -> Starlette:
    """Build the app; `plan` chooses faults, `personality` what an answer without one is worth."""
    server = EmulatorServer(
        plan=plan, personality=personality, latency_seconds=latency_seconds, sleep=sleep
    )
    return Starlette(
        routes=[
            Route("/{version}/models/{target:path}", server.gemini, methods=["POST"]),
            Route("/responses", server.openai, methods=["POST"]),
            Route("/{version}/responses", server.openai, methods=["POST"]),
        ]
    )


def _response(reply: Reply) -> Response:
    return Response(
        reply.body,
        status_code=reply.status,
        media_type=reply.content_type,
        headers={EMULATOR_HEADER: "1", **reply.headers},
    )


def _json_error(message: str) -> Response:
    body = {"error": {"message": message, "type": "invalid_request_error", "code": None}}
    return JSONResponse(body, status_code=400, headers={EMULATOR_HEADER: "1"})
