"""Requests as both SDKs send them, over a prompt with its two data channels."""

import json
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import httpx2
import pytest

from consumer.emulator.app import create_emulator
from consumer.emulator.faults import FaultPlan
from consumer.emulator.reading import Asked, Record, read_responses

FACTS = (
    {"record": "scenario", "title": "The launch"},
    {"record": "stage", "stage_id": "s1", "title": "Stage A"},
    {"record": "objective", "objective_id": "o1", "stage_id": "s1", "title": "Objective A",
     "dimension_ids": ["d1"], "attempts": 1, "hints": 1, "issues": [], "score": 0.9},
)  # fmt: skip
OWN: dict[str, tuple[dict[str, Any], ...]] = {
    "arc": (
        {"record": "message", "message_id": "m1", "persona_id": "boss", "stage_id": "s1",
         "sender": "user", "text": "I checked the vendor dates twice before I wrote the plan."},
    ),
    "scoring": (
        {"record": "xp_total", "points": 60},
        {"record": "dimension", "dimension_id": "d1", "title": "Planning"},
        {"record": "dimension", "dimension_id": "d2", "title": "Debugging"},
    ),
    "perspective": (
        {"record": "message", "message_id": "m1", "persona_id": "boss", "stage_id": "s1",
         "sender": "user", "text": "I checked the vendor dates twice before I wrote the plan."},
        {"record": "persona", "persona_id": "boss", "name": "Ada", "role": "manager"},
    ),
}  # fmt: skip
PATHS = {
    "generate_content": "/v1beta/models/g:generateContent",
    "interactions": "/v1beta/interactions",
    "responses": "/v1/responses",
    "chat_completions": "/v1/chat/completions",
}
PROPERTY = {"arc": "headline", "scoring": "dimensions", "perspective": "text"}


def _prompt(
    call: str, *, more: Sequence[Record] = (), own_records: Sequence[Record] | None = None
) -> str:
    facts = "\n".join(map(json.dumps, (*FACTS, *more)))
    own = "\n".join(map(json.dumps, OWN[call] if own_records is None else own_records))
    return f"BEGIN f\n{facts}\nEND f\n\nDo it, marker o.\n\nBEGIN o\n{own}\nEND o"


def body_of(interface: str, call: str, prompt: str | None = None) -> dict[str, Any]:
    schema = {"type": "object", "properties": {PROPERTY[call]: {"type": "string"}}}
    text = _prompt(call) if prompt is None else prompt
    if interface == "generate_content":
        return {
            "contents": [{"role": "user", "parts": [{"text": text}]}],
            "generationConfig": {"responseJsonSchema": schema},
        }
    if interface == "interactions":
        form = {"type": "text", "mime_type": "application/json", "schema": schema}
        return {"model": "g", "input": text, "response_format": form, "store": False}
    strict = {"name": call, "strict": True, "schema": schema}
    if interface == "responses":
        wanted = {"format": {"type": "json_schema", **strict}}
        return {"model": "o", "input": text, "text": wanted, "store": False}
    return {
        "model": "o",
        "messages": [{"role": "system", "content": "s"}, {"role": "user", "content": text}],
        "response_format": {"type": "json_schema", "json_schema": strict},
    }


@pytest.fixture
def body() -> Callable[[str, str], dict[str, Any]]:
    return body_of


@pytest.fixture
def asked() -> Callable[..., Asked]:
    """Build one call as read: `facts` go to the shared data, `own` replaces the call's own."""

    def build(
        call: str, *facts: Record, own: Sequence[Record] | None = None, repair: str = ""
    ) -> Asked:
        prompt = _prompt(call, more=facts, own_records=own) + f"\n\n{repair}"
        return read_responses(body_of("responses", call, prompt))

    return build


Post = Callable[..., Any]


@pytest.fixture
async def post() -> AsyncIterator[Post]:
    """Post one call's request to an emulator with a plan; returns the response."""
    opened: list[httpx2.AsyncClient] = []

    async def send(
        interface: str, call: str, plan: FaultPlan | None = None, **options: Any
    ) -> httpx2.Response:
        app = create_emulator(plan=plan, **options)
        opened.append(httpx2.AsyncClient(transport=httpx2.ASGITransport(app)))
        url = f"http://e.test{PATHS[interface]}"
        return await opened[-1].post(url, json=body_of(interface, call))

    yield send
    for client in opened:
        await client.aclose()
