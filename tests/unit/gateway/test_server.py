"""The server around the app, where no socket is needed."""

from typing import Any

import pytest
import uvicorn

from gateway.errors import StartError
from gateway.hub import Hub
from gateway.server import GatewayServer


async def test_an_app_that_cannot_start_is_a_start_error_and_no_exit() -> None:
    async def fails(_scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "lifespan.startup.failed", "message": ""})

    config = uvicorn.Config(fails, lifespan="on", log_config=None)
    config.load()
    server = GatewayServer(config, hub=Hub(), drain_seconds=0)
    server.lifespan = config.lifespan_class(config)

    with pytest.raises(StartError, match="debrief doctor"):
        await server.startup()
