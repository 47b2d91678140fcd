"""The user's own reviews by HTTP."""

import base64
import binascii
import json

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from gateway.auth import Identity
from gateway.errors import BadCursorError
from gateway.requests import authenticated
from gateway.services import services_of

DEFAULT_PAGE = 20
MAX_PAGE = 100


@authenticated
async def list_reviews(request: Request, identity: Identity) -> Response:
    """Return a page of reviews, newest first: `{reviews, next_cursor}`."""
    try:
        limit = _limit(request.query_params.get("limit"))
        before = _decode_cursor(request.query_params.get("cursor"))
    except BadCursorError as error:
        return JSONResponse({"error": str(error)}, 400)
    store = services_of(request).store
    found = await store.page(identity.user_id, limit=limit + 1, before=before)
    page = found[:limit]
    cursor = None
    if len(found) > limit:
        cursor = _encode_cursor(page[-1].created_at_ms, page[-1].run_id)
    # The stored JSON texts go out as they are.
    reviews = ",".join(review.review for review in page)
    return _json(f'{{"reviews":[{reviews}],"next_cursor":{json.dumps(cursor)}}}')


@authenticated
async def get_review(request: Request, identity: Identity) -> Response:
    """Return the latest revision of a run's review; someone else's is as absent as none."""
    store = services_of(request).store
    found = await store.get(identity.user_id, request.path_params["run_id"])
    if found is None:
        return JSONResponse({"error": "no such review"}, 404)
    return _json(found.review)


def _json(text: str) -> Response:
    return Response(text, media_type="application/json")


def _limit(text: str | None) -> int:
    if text is None:
        return DEFAULT_PAGE
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text[:6]) <= MAX_PAGE:
        raise BadCursorError(f"limit must be 1 to {MAX_PAGE}")
    return int(text)


def _encode_cursor(created_at_ms: int, run_id: str) -> str:
    packed = json.dumps([created_at_ms, run_id]).encode()
    return base64.urlsafe_b64encode(packed).rstrip(b"=").decode()


def _decode_cursor(text: str | None) -> tuple[int, str] | None:
    if text is None:
        return None
    try:
        padded = text + "=" * (-len(text) % 4)
        created_at_ms, run_id = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, TypeError, RecursionError):
        raise BadCursorError("cursor: not one of ours") from None
    in_range = type(created_at_ms) is int and abs(created_at_ms) < 2**62
    if not in_range or not isinstance(run_id, str):
        raise BadCursorError("cursor: not one of ours")
    return created_at_ms, run_id
