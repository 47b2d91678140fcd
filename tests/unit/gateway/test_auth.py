"""Tokens: what is let in, and every way that is not."""

import base64
import json
import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from pydantic import SecretStr

from gateway.auth import (
    KeySet,
    SharedSecret,
    TokenVerifier,
    bearer_of_subprotocols,
    origin_allowed,
)
from gateway.errors import KeysUnavailableError, TokenRefusedError

SECRET = "a made-up secret of more than thirty-two bytes"
RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def claims(**changes: Any) -> dict[str, Any]:
    base = {"sub": "ada", "iss": "us", "aud": "page", "exp": int(time.time()) + 60}
    return {name: value for name, value in {**base, **changes}.items() if value is not None}


def sign(
    key: Any = SECRET, algorithm: str = "HS256", kid: str | None = None, **changes: Any
) -> str:
    headers = {"kid": kid} if kid else None
    return jwt.encode(claims(**changes), key, algorithm=algorithm, headers=headers)


@pytest.fixture
def shared() -> TokenVerifier:
    return TokenVerifier(SharedSecret(SecretStr(SECRET)), issuer="us", audience="page")


async def test_a_good_token_says_whose_it_is_and_until_when(shared: TokenVerifier) -> None:
    identity = await shared.verify(sign(exp=4_000_000_000))
    assert (identity.user_id, identity.expires_at) == ("ada", 4_000_000_000)


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": 1},
        {"exp": None},
        {"exp": 4_000_000_000_000},
        {"exp": 10**400},
        {"exp": float("inf")},
        {"exp": float("nan")},
        {"iss": "them"},
        {"iss": None},
        {"aud": "other"},
        {"aud": None},
        {"sub": None},
        {"sub": ""},
        {"sub": "x" * 129},
        {"nbf": 4_000_000_000},
    ],
)
async def test_a_wrong_or_missing_claim_is_refused(
    shared: TokenVerifier, changes: dict[str, Any]
) -> None:
    with pytest.raises(TokenRefusedError):
        await shared.verify(sign(**changes))


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "é.é.é", "x" * 9_000])
async def test_what_is_no_token_is_refused_and_not_repeated(
    shared: TokenVerifier, token: str
) -> None:
    with pytest.raises(TokenRefusedError) as refused:
        await shared.verify(token)
    assert len(token) < 2 or token not in str(refused.value)


async def test_another_secret_is_refused(shared: TokenVerifier) -> None:
    with pytest.raises(TokenRefusedError):
        await shared.verify(sign("another made-up secret, long enough as well"))


async def test_alg_none_is_refused(shared: TokenVerifier) -> None:
    with pytest.raises(TokenRefusedError):
        await shared.verify(jwt.encode(claims(), "", algorithm="none"))


async def test_an_rsa_token_is_refused_where_a_secret_is_set(shared: TokenVerifier) -> None:
    with pytest.raises(TokenRefusedError):
        await shared.verify(sign(RSA_KEY, "RS256"))


def _public_jwk(key: Any) -> dict[str, Any]:
    public = key.public_key()
    if isinstance(key, rsa.RSAPrivateKey):
        return jwt.algorithms.RSAAlgorithm.to_jwk(public, as_dict=True)
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return jwt.algorithms.ECAlgorithm.to_jwk(public, as_dict=True)
    return jwt.algorithms.OKPAlgorithm.to_jwk(public, as_dict=True)


def key_set(*keys: tuple[str, Any], clock: Callable[[], float]) -> tuple[KeySet, list[int]]:
    """Return a key set whose fetching is replaced, and the list that counts its fetches."""
    entries = [{**_public_jwk(key), "kid": kid} for kid, key in keys]
    fetches: list[int] = []
    made = KeySet("https://keys.example/jwks", clock=clock)

    def get_jwk_set(*, refresh: bool) -> jwt.PyJWKSet:
        fetches.append(1)
        return jwt.PyJWKSet.from_dict({"keys": entries})

    made._client.get_jwk_set = get_jwk_set  # type: ignore[method-assign,assignment]  # no network
    return made, fetches


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [
        (RSA_KEY, "RS256"),
        (ec.generate_private_key(ec.SECP256R1()), "ES256"),
        (ed25519.Ed25519PrivateKey.generate(), "EdDSA"),
    ],
)
async def test_a_key_set_checks_public_key_signatures(key: Any, algorithm: str) -> None:
    keys, _ = key_set(("k1", key), clock=lambda: 0.0)
    verifier = TokenVerifier(keys, issuer="us", audience="page")
    assert (await verifier.verify(sign(key, algorithm, kid="k1"))).user_id == "ada"


async def test_a_public_key_used_as_a_secret_is_refused() -> None:
    keys, _ = key_set(("k1", RSA_KEY), clock=lambda: 0.0)
    verifier = TokenVerifier(keys, issuer="us", audience="page")
    public = RSA_KEY.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    # PyJWT itself refuses to sign so; an attacker does not ask it.
    head, body = (
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
        for part in ({"alg": "HS256", "kid": "k1"}, claims())
    )
    mac = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)
    signature = mac.sign(f"{head}.{body}".encode(), public)
    coded = base64.urlsafe_b64encode(signature).rstrip(b"=").decode()
    with pytest.raises(TokenRefusedError):
        await verifier.verify(f"{head}.{body}.{coded}")


async def test_made_up_key_ids_do_not_make_us_fetch_each_time() -> None:
    now = [0.0]
    keys, fetches = key_set(("k1", RSA_KEY), clock=lambda: now[0])
    verifier = TokenVerifier(keys, issuer="us", audience="page")
    for number in range(50):
        with pytest.raises(TokenRefusedError):
            await verifier.verify(sign(RSA_KEY, "RS256", kid=f"made-up-{number}"))
    assert len(fetches) == 1
    now[0] = 11.0
    with pytest.raises(TokenRefusedError):
        await verifier.verify(sign(RSA_KEY, "RS256", kid="rotated"))
    assert len(fetches) == 2


async def test_an_unreadable_key_set_is_no_refusal_and_a_known_one_outlives_an_outage() -> None:
    now = [0.0]
    keys, _ = key_set(("k1", RSA_KEY), clock=lambda: now[0])
    good = keys._client.get_jwk_set

    def away(*, refresh: bool) -> jwt.PyJWKSet:
        raise jwt.PyJWKClientError("away")

    verifier = TokenVerifier(keys, issuer="us", audience="page")
    token = sign(RSA_KEY, "RS256", kid="k1")
    keys._client.get_jwk_set = away  # type: ignore[method-assign,assignment]  # no network
    with pytest.raises(KeysUnavailableError):
        await verifier.verify(token)
    keys._client.get_jwk_set = good  # type: ignore[method-assign]  # no network
    now[0] = 20.0
    await verifier.verify(token)
    keys._client.get_jwk_set = away  # type: ignore[method-assign,assignment]  # no network
    now[0] = 4_000.0
    assert (await verifier.verify(token)).user_id == "ada"


def test_a_browser_token_is_read_without_padding() -> None:
    coded = base64.urlsafe_b64encode(b"a.b.c").decode().rstrip("=")
    assert bearer_of_subprotocols(["debrief.v1", f"bearer.{coded}"]) == "a.b.c"


@pytest.mark.parametrize("offered", [["bearer.!!"], ["bearer.YQ", "bearer.Yg"], ["bearer.w6k"]])
def test_an_unreadable_browser_token_is_an_empty_one(offered: list[str]) -> None:
    assert bearer_of_subprotocols(offered) == ""


def test_no_browser_token_is_none() -> None:
    assert bearer_of_subprotocols(["debrief.v1"]) is None


@pytest.mark.parametrize(
    ("origin", "host", "allowed"),
    [
        (None, "a", True),
        ("https://a.example", "a.example", True),
        ("https://a.example:443", "a.example", True),
        ("http://A.example:8080", "a.example:8080", True),
        ("https://ok.example", "a.example", True),
        ("https://a.example.evil.example", "a.example", False),
        ("http://a.example:81", "a.example", False),
        ("null", "a.example", False),
        ("https://a.example", None, False),
        ("file://a.example", "a.example", False),
    ],
)
def test_origins(origin: str | None, host: str | None, *, allowed: bool) -> None:
    listed = ["https://ok.example"]
    assert origin_allowed(origin=origin, host=host, allowed=listed) is allowed
