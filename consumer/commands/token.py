"""`debrief token`: a signed token for development."""

import sys
import warnings
from datetime import timedelta

from jwt.warnings import InsecureKeyLengthWarning

from consumer.errors import ConfigurationError
from consumer.settings import Settings, load_settings
from gateway.auth import MAX_SUBJECT_CHARACTERS
from gateway.tokens import mint_token
from producer.connection_settings import PREFIX

SHORT_SECRET_NOTE = (
    f"debrief: {PREFIX}JWT_SECRET is shorter than 32 bytes: good for a trial, not for more\n"
)


def run_token(user_id: str, *, hours: float) -> None:
    """Print a token of `user_id`, signed with the shared secret.

    Raises:
        ConfigurationError: there is no shared secret to sign with, or `user_id` can be no user's.
    """
    if not 0 < len(user_id) <= MAX_SUBJECT_CHARACTERS:
        raise ConfigurationError((f"USER_ID: want 1 to {MAX_SUBJECT_CHARACTERS} characters",))
    settings = load_settings(Settings)
    if settings.jwt_secret is None:
        raise ConfigurationError(
            (f"{PREFIX}JWT_SECRET is not set: a token can only be signed with the shared secret",)
        )
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always", InsecureKeyLengthWarning)
        token = mint_token(
            user_id,
            secret=settings.jwt_secret,
            issuer=settings.jwt_issuer,
            audience=settings.jwt_audience,
            ttl=timedelta(hours=hours),
        )
    if warned:
        sys.stderr.write(SHORT_SECRET_NOTE)
    sys.stdout.write(token + "\n")
