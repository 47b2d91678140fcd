"""The protocol `debrief.v1` as an AsyncAPI 3.0 document, made from the very models it checks by."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from gateway.auth import SUBPROTOCOL
from gateway.frames import Ack, Ping, Refresh
from schemas.progress import ReviewProgress
from schemas.review import ReviewReady

_TEXT = {"type": "string"}
_TIME = {"type": "string", "format": "date-time"}


def asyncapi_document() -> dict[str, Any]:
    """Return the document; `receive` and `send` are the gateway's own, as AsyncAPI has it."""
    messages = {**_server_messages(), **_client_messages()}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Debrief gateway",
            "version": "1.0.0",
            "description": (
                "Pushes a learner's reviews as they are published. Authenticate with "
                "`Authorization: Bearer`, or from a browser with the extra subprotocol "
                "`bearer.<base64url of the JWT>`. Resume with `?position=`."
            ),
        },
        "channels": {
            "ws": {
                "address": "/ws",
                "messages": {name: _ref(f"messages/{name}") for name in messages},
                "bindings": {
                    "ws": {
                        "method": "GET",
                        "query": {
                            "type": "object",
                            "properties": {"position": _TEXT},
                            "additionalProperties": False,
                        },
                        "headers": {
                            "type": "object",
                            "properties": {
                                "Sec-WebSocket-Protocol": {"type": "string", "const": SUBPROTOCOL}
                            },
                        },
                    }
                },
            }
        },
        "operations": {
            "push": _operation("send", _server_messages()),
            "listen": _operation("receive", _client_messages()),
        },
        "components": {
            "messages": {
                name: {"name": name, "contentType": "application/json", "payload": payload}
                for name, payload in messages.items()
            },
            "schemas": {
                "ReviewReady": ReviewReady.model_json_schema(
                    mode="serialization",
                    ref_template="#/components/schemas/ReviewReady/$defs/{model}",
                )
            },
        },
    }


async def asyncapi_endpoint(request: Request) -> Response:  # noqa: ARG001  # the same for all
    """Serve the document."""
    return JSONResponse(asyncapi_document())


def _server_messages() -> dict[str, Any]:
    recovered = {"type": ["boolean", "null"]}
    step = ReviewProgress.model_json_schema(mode="serialization")["properties"]
    return {
        "hello": _object(
            "hello",
            position=_TEXT,
            recovered=recovered,
            heartbeat_seconds={"type": "integer"},
            expires_at=_TIME,
        ),
        "review": _object(
            "review",
            position=_TEXT,
            event_id=_TEXT,
            replayed={"type": "boolean"},
            review=_ref("schemas/ReviewReady"),
        ),
        "progress": _object("progress", **step),
        "refreshed": _object("refreshed", expires_at=_TIME),
        "reconnect": _object("reconnect", after_ms={"type": "integer", "minimum": 0}),
        "error": _object("error", code=_TEXT, message=_TEXT),
        "pong": _object("pong"),
    }


def _client_messages() -> dict[str, Any]:
    return {model.__name__.lower(): model.model_json_schema() for model in (Ack, Refresh, Ping)}


def _object(kind: str, **properties: Any) -> dict[str, Any]:
    fields = {"type": {"const": kind}, **properties}
    return {"type": "object", "properties": fields, "required": list(fields)}


def _operation(action: str, messages: dict[str, Any]) -> dict[str, Any]:
    return {
        "action": action,
        "channel": {"$ref": "#/channels/ws"},
        "messages": [{"$ref": f"#/channels/ws/messages/{name}"} for name in messages],
    }


def _ref(path: str) -> dict[str, str]:
    return {"$ref": f"#/components/{path}"}
