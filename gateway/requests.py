"""Plain HTTP requests: who is asking, and how to say no."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from gateway.auth import Identity, bearer_of_header
from gateway.errors import KeysUnavailableError, TokenRefusedError
from gateway.services import services_of

Endpoint = Callable[[Request], Awaitable[Response]]
OwnEndpoint = Callable[[Request, Identity], Awaitable[Response]]


def authenticated(endpoint: OwnEndpoint) -> Endpoint:
    """Return the endpoint behind a check of its bearer token: 401 without a good one."""

    async def checked(request: Request) -> Response:
        services = services_of(request)
        try:
            token = bearer_of_header(request.headers)
            identity = await services.verifier.verify(token or "")
        except TokenRefusedError as error:
            services.metrics.refused.labels("token").inc()
            headers = {"WWW-Authenticate": "Bearer"}
            return JSONResponse({"error": str(error)}, 401, headers=headers)
        except KeysUnavailableError as error:
            return JSONResponse({"error": str(error)}, 503)
        return await endpoint(request, identity)

    return checked
