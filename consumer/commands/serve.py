"""`debrief serve`: the gateway until a signal ends it."""

import asyncio

from consumer.observability import configure_logging
from gateway.server import serve
from gateway.settings import load_gateway_settings


def run_serve() -> None:
    """Run the gateway.

    Raises:
        ConfigurationError: the gateway's own, with every wrong or missing setting.
        StartError: the address is taken, or the database cannot be reached.
    """
    settings = load_gateway_settings()
    configure_logging(settings.log_format)
    asyncio.run(serve(settings))
