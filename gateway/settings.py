"""The gateway's settings: read once from the environment (or `.env`), checked together.

Every wrong setting is reported in one `ConfigurationError`, by the name the operator wrote.
Secrets are `SecretStr` and never printed.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    Field,
    ModelWrapValidatorHandler,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import NoDecode, SettingsConfigDict

from gateway.database_address import DEFAULT_DATABASE_URL, DatabaseAddress
from gateway.errors import ConfigurationError
from producer.connection_settings import PREFIX, ConnectionSettings, login_problems, problem_lines

DEFAULT_ISSUER = "debrief"
DEFAULT_AUDIENCE = "debrief"


class GatewaySettings(ConnectionSettings):
    """Everything `serve` reads from outside."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
    )

    database_url: DatabaseAddress = SecretStr(DEFAULT_DATABASE_URL)

    gateway_host: Annotated[str, Field(min_length=1)] = "127.0.0.1"
    gateway_port: Annotated[int, Field(ge=0, le=65_535)] = 8080
    gateway_allowed_origins: Annotated[tuple[str, ...], NoDecode] = ()
    jwt_jwks_url: str | None = None
    jwt_secret: SecretStr | None = None
    jwt_issuer: Annotated[str, Field(min_length=1)] = DEFAULT_ISSUER
    jwt_audience: Annotated[str, Field(min_length=1)] = DEFAULT_AUDIENCE
    drain_seconds: Annotated[float, Field(ge=0, le=3600, allow_inf_nan=False)] = 30
    log_format: Literal["console", "json"] = "console"

    @field_validator("gateway_allowed_origins", mode="before")
    @classmethod
    def _split_origins(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip().rstrip("/") for part in value.split(",") if part.strip())
        return value

    @field_validator("gateway_allowed_origins")
    @classmethod
    def _are_origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for origin in value:
            parts = urlsplit(origin)
            if parts.scheme not in {"http", "https"} or not parts.netloc or parts.path:
                raise ValueError(f"{origin!r} is no origin: write scheme://host[:port]")
        return value

    @field_validator("jwt_jwks_url")
    @classmethod
    def _is_http_url(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("http://", "https://")):
            raise ValueError("must start with http:// or https://")
        return value

    @model_validator(mode="wrap")
    @classmethod
    def _report_all(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        # A plain "after" validator does not run when a field is wrong, so what hangs together
        # would be reported only on the second try.
        problems = list(_cross_problems(data)) if isinstance(data, dict) else []
        try:
            settings = handler(data)
        except ValidationError as error:
            raise ConfigurationError((*problem_lines(error), *problems)) from None
        if problems:
            raise ConfigurationError(tuple(problems))
        return settings


def load_gateway_settings(*, overrides: Mapping[str, object] | None = None) -> GatewaySettings:
    """Read and check all settings; `overrides` (by field name) win over the environment.

    Raises:
        ConfigurationError: with one line for each wrong setting.
    """
    return GatewaySettings(**dict(overrides or {}))  # type: ignore[arg-type]  # pydantic checks


def _cross_problems(data: Mapping[str, Any]) -> list[str]:
    problems = []
    if not data.get("kafka_bootstrap_servers"):
        problems.append(f"{PREFIX}KAFKA_BOOTSTRAP_SERVERS is not set: name your brokers, host:port")
    tokens = [name for name in ("jwt_jwks_url", "jwt_secret") if data.get(name)]
    if len(tokens) != 1:
        state = "both are set" if tokens else "neither is set"
        problems.append(f"set one of {PREFIX}JWT_JWKS_URL and {PREFIX}JWT_SECRET: {state}")
    return [*problems, *login_problems(data)]
