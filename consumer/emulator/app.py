"""The emulator's Starlette app: both services' four interfaces on one port, any key, no cost.

    POST /<version>/models/<model>:generateContent     Gemini, generateContent
    POST /<version>/interactions                       Gemini, Interactions
    POST [/<version>]/responses                        OpenAI, Responses
    POST [/<version>]/chat/completions                 OpenAI, Chat Completions

Every reply says in a header and in its model's name that it is emulated.
"""

import asyncio
from collections.abc import Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from consumer.emulator.faults import Fault, FaultPlan
from consumer.emulator.personality import EmulatedModel, Personality
from consumer.emulator.plans import Plans
from consumer.emulator.reading import (
    Asked,
    UnreadableRequestError,
    read_chat_completions,
    read_generate_content,
    read_interactions,
    read_responses,
)
from consumer.emulator.replies import EMULATOR_HEADER, Reply
from consumer.emulator.spoiling import SPOILING, spoil
from consumer.emulator.streaming import HANG_SECONDS, STREAMED, Sleep, pieces_of
from consumer.emulator.wire import fault_reply, good_reply

# Breaks the connection of a request off, without a word.
Reset = Callable[[Request], None]


def refuse_to_go_on(request: Request) -> None:
    """Break off where there is no connection to break: in one process with the client.

    Raises:
        ConnectionResetError: always.
    """
    raise ConnectionResetError(f"{request.url.path} is broken off")


class EmulatorServer:
    """Answers requests by their plan, each `latency_seconds` after it came."""

    def __init__(
        self,
        *,
        plan: FaultPlan | None = None,
        personality: Personality = Personality.CAREFUL,
        latency_seconds: float = 0.0,
        sleep: Sleep = asyncio.sleep,
        reset: Reset = refuse_to_go_on,
    ) -> None:
        self.plans = Plans(plan or FaultPlan())
        self._model = EmulatedModel(personality)
        self._latency_seconds = latency_seconds
        self._sleep = sleep
        self._reset = reset

    async def generate_content(self, request: Request) -> Response:
        """Answer `generateContent`."""
        model, _, method = str(request.path_params["target"]).rpartition(":")
        if method != "generateContent":
            return JSONResponse({"error": {"code": 404, "status": "NOT_FOUND"}}, status_code=404)
        return await self._serve(request, lambda body: read_generate_content(body, model))

    async def interactions(self, request: Request) -> Response:
        """Answer `POST /interactions`."""
        return await self._serve(request, read_interactions)

    async def responses(self, request: Request) -> Response:
        """Answer `POST /responses`."""
        return await self._serve(request, read_responses)

    async def chat_completions(self, request: Request) -> Response:
        """Answer `POST /chat/completions`."""
        return await self._serve(request, read_chat_completions)

    async def _serve(self, request: Request, read: Callable[[object], Asked]) -> Response:
        came = asyncio.get_running_loop().time()
        try:
            asked = read(await request.json())
        except (ValueError, UnreadableRequestError) as error:
            return _json_error(str(error))
        fate = self.plans.of(request).choose(asked.provider, asked.call)
        text = await self._model.answer_text(asked)
        delay_seconds = self._latency_seconds + fate.delay_seconds
        if delay_seconds > 0:
            # What reading and answering took is a part of it: a model's time has both in it, too.
            await self._sleep(max(0.0, came + delay_seconds - asyncio.get_running_loop().time()))
        if fate.fault is Fault.RESET:
            self._reset(request)
        if fate.fault is Fault.HANG:
            await self._sleep(HANG_SECONDS)
        return self._reply(request, fate.fault, asked, text)

    def _reply(self, request: Request, fault: Fault | None, asked: Asked, text: str) -> Response:
        if fault in (None, Fault.HANG, Fault.RESET):
            return _response(good_reply(asked, text))
        if fault in SPOILING:
            return _response(good_reply(asked, spoil(fault, text)))
        if fault in STREAMED:
            return self._streamed(request, fault, good_reply(asked, text))
        return _response(fault_reply(fault, asked, text))

    def _streamed(self, request: Request, fault: Fault, reply: Reply) -> Response:
        headers = {EMULATOR_HEADER: "1"}
        if fault is Fault.CUT_BODY:
            # The promised length is never met, so the connection is cut inside the body.
            headers["content-length"] = str(len(reply.body))
        pieces = pieces_of(fault, reply.body, sleep=self._sleep, reset=lambda: self._reset(request))
        return StreamingResponse(pieces, media_type=reply.content_type, headers=headers)


def create_emulator(
    *,
    plan: FaultPlan | None = None,
    personality: Personality = Personality.CAREFUL,
    latency_seconds: float = 0.0,
    sleep: Sleep = asyncio.sleep,
    reset: Reset = refuse_to_go_on,
) -> Starlette:
    """Build the app; `plan` chooses faults, `personality` what an answer without one is worth."""
    server = EmulatorServer(
        plan=plan,
        personality=personality,
        latency_seconds=latency_seconds,
        sleep=sleep,
        reset=reset,
    )
    asked = (
        ("/{version}/models/{target:path}", server.generate_content),
        ("/{version}/interactions", server.interactions),
        ("/responses", server.responses),
        ("/{version}/responses", server.responses),
        ("/chat/completions", server.chat_completions),
        ("/{version}/chat/completions", server.chat_completions),
    )
    answering = (Route(path, answer, methods=["POST"]) for path, answer in asked)
    return Starlette(routes=[*answering, *server.plans.routes])


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
