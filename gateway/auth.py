"""Who is asking: tokens checked, origins checked, and where a request carries its token.

A shared secret is used with HS256 only, a key set with RS256, ES256 and EdDSA only, so that a
public key can never be passed off as a shared secret (RFC 8725, section 3.1) and `alg: none` has
no place to go.
"""

import asyncio
import base64
import binascii
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit

import jwt
from jwt import PyJWK, PyJWKClient
from jwt.exceptions import PyJWKClientError, PyJWTError
from pydantic import SecretStr
from starlette.datastructures import Headers

from gateway.errors import KeysUnavailableError, TokenRefusedError

SUBPROTOCOL = "debrief.v1"
BEARER_SUBPROTOCOL = "bearer."
MAX_TOKEN_CHARACTERS = 8_192
MAX_SUBJECT_CHARACTERS = 128
# 9999-12-31T23:59:59Z, the last second that a frame can tell.
MAX_EXPIRY_SECONDS = 253_402_300_799
JWKS_LIFESPAN_SECONDS = 300
JWKS_TIMEOUT_SECONDS = 5
# An unknown key id may mean a rotation, or anybody's made-up token: ask again, but not each time.
JWKS_MIN_REFRESH_SECONDS = 10

_REQUIRED = ["exp", "iss", "aud", "sub"]
_DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}


@dataclass(frozen=True, slots=True)
class Identity:
    """A checked token: whose it is and when it ends (seconds since the epoch)."""

    user_id: str
    expires_at: float


class KeySource(Protocol):
    """Where the key that checks a token comes from."""

    @property
    def algorithms(self) -> Sequence[str]:
        """Return the only algorithms that this source's keys may be used with."""

    async def key_for(self, token: str) -> Any:
        """Return the key; raise `TokenRefusedError` or `KeysUnavailableError`."""


class SharedSecret:
    """One secret shared with whoever signs: HS256."""

    algorithms = ("HS256",)

    def __init__(self, secret: SecretStr) -> None:
        self._secret = secret

    async def key_for(self, token: str) -> str:  # noqa: ARG002  # one key for all tokens
        """Return the secret."""
        return self._secret.get_secret_value()


class KeySet:
    """The public keys at a JWKS address (RFC 7517), read off the loop and kept for a while."""

    algorithms = ("RS256", "ES256", "EdDSA")

    def __init__(self, url: str, *, clock: Callable[[], float]) -> None:
        self._client = PyJWKClient(url, cache_jwk_set=False, timeout=JWKS_TIMEOUT_SECONDS)
        self._clock = clock
        self._keys: dict[str, PyJWK] = {}
        self._read_at: float | None = None
        self._tried_at: float | None = None
        self._lock = asyncio.Lock()

    async def key_for(self, token: str) -> PyJWK:
        """Return the key named by the token's header.

        Raises:
            TokenRefusedError: the header is unreadable, or names no key of the set.
            KeysUnavailableError: no key set could be read yet.
        """
        try:
            key_id = jwt.get_unverified_header(token).get("kid")
        except PyJWTError as error:
            raise TokenRefusedError("the token is malformed") from error
        await self._freshen(key_id)
        if isinstance(key_id, str) and key_id in self._keys:
            return self._keys[key_id]
        if self._read_at is None:
            raise KeysUnavailableError("the key set cannot be read")
        raise TokenRefusedError("the token names a key that is not in the key set")

    async def _freshen(self, key_id: object) -> None:
        async with self._lock:
            now = self._clock()
            stale = self._read_at is None or now - self._read_at > JWKS_LIFESPAN_SECONDS
            rested = self._tried_at is None or now - self._tried_at > JWKS_MIN_REFRESH_SECONDS
            if not rested or not (stale or key_id not in self._keys):
                return
            self._tried_at = now
            try:
                keys = await asyncio.to_thread(self._client.get_jwk_set, refresh=True)
            except (PyJWKClientError, PyJWTError, OSError, ValueError):
                return  # what is known stays good: an outage there must not lock everybody out here
            self._keys = {key.key_id: key for key in keys.keys if key.key_id}
            self._read_at = now


class TokenVerifier:
    """Checks a token's signature, `exp`, `iss`, `aud` and `sub`."""

    def __init__(self, keys: KeySource, *, issuer: str, audience: str) -> None:
        self._keys = keys
        self._issuer = issuer
        self._audience = audience

    async def verify(self, token: str) -> Identity:
        """Return whose token it is.

        Raises:
            TokenRefusedError: it is not good; the message says why and never holds the token.
            KeysUnavailableError: it cannot be told right now.
        """
        if not token or len(token) > MAX_TOKEN_CHARACTERS:
            raise TokenRefusedError("the token is missing or too long")
        key = await self._keys.key_for(token)
        try:
            claims = jwt.decode(
                token,
                key,
                algorithms=list(self._keys.algorithms),
                issuer=self._issuer,
                audience=self._audience,
                options={"require": _REQUIRED},
            )
        except (PyJWTError, ValueError, TypeError) as error:
            raise TokenRefusedError(f"the token is refused: {type(error).__name__}") from error
        return Identity(user_id=_subject(claims), expires_at=_end(claims))


def bearer_of_header(headers: Headers) -> str | None:
    """Return the token of `Authorization: Bearer`, None without one."""
    value = headers.get("authorization")
    if value is None:
        return None
    scheme, _, token = value.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def bearer_of_subprotocols(offered: Iterable[str]) -> str | None:
    """Return the token that a browser put among its subprotocols; "" where it is unreadable.

    A browser can set no header on a WebSocket, and what stands in an address ends up in logs.
    """
    coded = [p[len(BEARER_SUBPROTOCOL) :] for p in offered if p.startswith(BEARER_SUBPROTOCOL)]
    if not coded:
        return None
    if len(coded) > 1:
        return ""
    padded = coded[0] + "=" * (-len(coded[0]) % 4)
    try:
        return base64.b64decode(padded, altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return ""


def origin_allowed(*, origin: str | None, host: str | None, allowed: Sequence[str]) -> bool:
    """Tell whether a browser page of this origin may ask.

    No origin means no browser. A page of our own host may, and those that the operator names.
    """
    if origin is None:
        return True
    if origin.rstrip("/") in allowed:
        return True
    parts = urlsplit(origin)
    if parts.scheme not in {"http", "https"} or not host:
        return False
    return _with_port(parts.netloc, parts.scheme) == _with_port(host, parts.scheme)


def _with_port(netloc: str, scheme: str) -> str:
    has_port = ":" in netloc.rpartition("]")[2]
    return (netloc if has_port else f"{netloc}:{_DEFAULT_PORTS[scheme]}").lower()


def _end(claims: dict[str, Any]) -> float:
    # A date beyond the calendar is most often one in milliseconds: it would never expire.
    if int(claims["exp"]) > MAX_EXPIRY_SECONDS:
        raise TokenRefusedError("the token's exp is beyond the year 9999: it counts seconds")
    return float(claims["exp"])


def _subject(claims: dict[str, Any]) -> str:
    subject = claims["sub"]
    if not isinstance(subject, str) or not 0 < len(subject) <= MAX_SUBJECT_CHARACTERS:
        raise TokenRefusedError("the token's sub is no user id")
    return subject
