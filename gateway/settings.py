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
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from gateway.database_address import DatabaseAddress
from gateway.errors import ConfigurationError
from producer.connection import Authorities, Brokers, KafkaConnection
from schemas.registry_client import is_registry_address

PREFIX = "DEBRIEF_"
DEFAULT_DATABASE_URL = "sqlite+aiosqlite:///debrief.sqlite3"
DEFAULT_ISSUER = "debrief"
DEFAULT_AUDIENCE = "debrief"


class GatewaySettings(BaseSettings):
    """Everything `serve` reads from outside."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
    )

    kafka_bootstrap_servers: Brokers = ""
    kafka_security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    kafka_sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] | None = None
    kafka_sasl_username: str | None = None
    kafka_sasl_password: SecretStr | None = None
    kafka_ssl_cafile: Authorities | None = None
    topic_prefix: Annotated[str, Field(max_length=100, pattern=r"^[A-Za-z0-9._-]*$")] = ""
    schema_registry_url: SecretStr | None = None
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

    @field_validator("schema_registry_url")
    @classmethod
    def _is_registry_url(cls, value: SecretStr | None) -> SecretStr | None:
        # The address may hold a password, so that no message repeats it.
        if value is not None and not is_registry_address(value.get_secret_value()):
            raise ValueError("must be http[s]://[user:password@]host[:port][/path]")
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
            raise ConfigurationError((*_problem_lines(error), *problems)) from None
        if problems:
            raise ConfigurationError(tuple(problems))
        return settings

    @property
    def kafka(self) -> KafkaConnection:
        """Return how to reach Kafka."""
        return KafkaConnection(
            bootstrap_servers=self.kafka_bootstrap_servers,
            security_protocol=self.kafka_security_protocol,
            sasl_mechanism=self.kafka_sasl_mechanism,
            sasl_username=self.kafka_sasl_username,
            sasl_password=self.kafka_sasl_password,
            ssl_cafile=str(self.kafka_ssl_cafile) if self.kafka_ssl_cafile else None,
        )


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
    protocol = str(data.get("kafka_security_protocol") or "")
    if protocol.startswith("SASL"):
        problems += [
            f"{PREFIX}{name} is needed with {PREFIX}KAFKA_SECURITY_PROTOCOL={protocol}"
            for name in ("KAFKA_SASL_MECHANISM", "KAFKA_SASL_USERNAME", "KAFKA_SASL_PASSWORD")
            if not data.get(name.lower())
        ]
    return problems


def _problem_lines(error: ValidationError) -> list[str]:
    return [
        f"{PREFIX}{str(problem['loc'][0]).upper()}: {problem['msg'].removeprefix('Value error, ')}"
        for problem in error.errors(include_url=False, include_input=False)
    ]
