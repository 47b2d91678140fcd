"""`debrief token`: a signed token for development."""

import sys
from datetime import timedelta

from consumer.errors import ConfigurationError
from consumer.settings import PREFIX, Settings, load_settings
from gateway.tokens import mint_token


def run_token(user_id: str, *, hours: float) -> None:
    """Print a token of `user_id`, signed with the shared secret.

    Raises:
        ConfigurationError: there is no shared secret to sign with.
    """
    settings = load_settings(Settings)
    if settings.jwt_secret is None:
        raise ConfigurationError(
            (f"{PREFIX}JWT_SECRET is not set: a token can only be signed with the shared secret",)
        )
    token = mint_token(
        user_id,
        secret=settings.jwt_secret,
        issuer=settings.jwt_issuer,
        audience=settings.jwt_audience,
        ttl=timedelta(hours=hours),
    )
    sys.stdout.write(token + "\n")
