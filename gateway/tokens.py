"""Signed tokens for development: what `debrief token` prints."""

from datetime import UTC, datetime, timedelta

import jwt
from pydantic import SecretStr


def mint_token(
    user_id: str,
    *,
    secret: SecretStr,
    issuer: str,
    audience: str,
    ttl: timedelta,
    now: datetime | None = None,
) -> str:
    """Return a JWT (HS256) that says its bearer is `user_id`, valid for `ttl` from `now`.

    It is for development and for the demo: a deployment's tokens come from its own identity
    provider.
    """
    issued_at = now or datetime.now(UTC)
    claims = {
        "sub": user_id,
        "iss": issuer,
        "aud": audience,
        "iat": int(issued_at.timestamp()),
        "exp": int((issued_at + ttl).timestamp()),
    }
    return jwt.encode(claims, secret.get_secret_value(), algorithm="HS256")
