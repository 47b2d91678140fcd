"""Plans: which plan a request falls under, told by its API key, and how another process sets it.

    PUT /emulator/plans/<key>             a JSON list of rules (see `faults.FaultRule`)
    GET /emulator/plans/<key>/requests    [[provider, call], …] in the order of arrival

One emulator serves many tests at once so: each uses a key of its own.
"""

from typing import Final

from pydantic import TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from consumer.emulator.faults import FaultPlan, FaultRule

_RULES: Final = TypeAdapter(tuple[FaultRule, ...])


class Plans:
    """The plans by key; a key without one falls under `default`."""

    def __init__(self, default: FaultPlan) -> None:
        self._default = default
        self._by_key: dict[str, FaultPlan] = {}

    def of(self, request: Request) -> FaultPlan:
        """Return the plan of the request's key, as either vendor's SDK sends it."""
        bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
        key = request.headers.get("x-goog-api-key", bearer)
        return self._by_key.get(key, self._default)

    @property
    def routes(self) -> tuple[Route, ...]:
        """Return where plans are set and looked at from outside."""
        where = "/emulator/plans/{key}"
        return (
            Route(where, self._put, methods=["PUT"]),
            Route(f"{where}/requests", self._requests, methods=["GET"]),
        )

    async def _put(self, request: Request) -> Response:
        try:
            rules = _RULES.validate_json(await request.body())
        except ValidationError as error:
            return JSONResponse({"error": error.errors(include_url=False)}, status_code=400)
        self._by_key[request.path_params["key"]] = FaultPlan(rules)
        return Response(status_code=204)

    async def _requests(self, request: Request) -> Response:
        plan = self._by_key.get(request.path_params["key"])
        if plan is None:
            return JSONResponse({"error": "no plan was set for this key"}, status_code=404)
        return JSONResponse(plan.requests)
