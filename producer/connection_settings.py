"""The settings that `consume` and `serve` read alike: brokers, topics' prefix, schema registry."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings

from producer.connection import Authorities, Brokers, KafkaConnection
from schemas.registry_client import is_registry_address

PREFIX: Final = "DEBRIEF_"


class ConnectionSettings(BaseSettings):
    """How to reach Kafka and, where there is one, the schema registry."""

    kafka_bootstrap_servers: Brokers = ""
    kafka_security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    kafka_sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] | None = None
    kafka_sasl_username: str | None = None
    kafka_sasl_password: SecretStr | None = None
    kafka_ssl_cafile: Authorities | None = None
    topic_prefix: Annotated[str, Field(max_length=100, pattern=r"^[A-Za-z0-9._-]*$")] = ""
    schema_registry_url: SecretStr | None = None

    @field_validator("schema_registry_url")
    @classmethod
    def _is_registry_url(cls, value: SecretStr | None) -> SecretStr | None:
        # The address may hold a password, so that no message repeats it.
        if value is not None and not is_registry_address(value.get_secret_value()):
            raise ValueError("must be http[s]://[user:password@]host[:port][/path]")
        return value

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


def login_problems(data: Mapping[str, Any]) -> Iterator[str]:
    """Name what a login wants and `data`, settings as they were read, lacks."""
    protocol = str(data.get("kafka_security_protocol") or "")
    if protocol.startswith("SASL"):
        for name in ("KAFKA_SASL_MECHANISM", "KAFKA_SASL_USERNAME", "KAFKA_SASL_PASSWORD"):
            if not data.get(name.lower()):
                wanting = f"{PREFIX}KAFKA_SECURITY_PROTOCOL={protocol}"
                yield f"{PREFIX}{name} is needed with {wanting}"


def problem_lines(error: ValidationError) -> list[str]:
    """Return a line for each wrong setting, by the name that the operator wrote."""
    lines: dict[str, None] = {}
    for problem in error.errors(include_url=False, include_input=False):
        name = str(problem["loc"][0])
        known = name if name.isupper() else f"{PREFIX}{name.upper()}"
        if problem["type"] == "too_short" and any(line.startswith(f"{known}:") for line in lines):
            continue  # pydantic counts what is left of a list once its wrong items are told
        lines[f"{known}: {problem['msg'].removeprefix('Value error, ')}"] = None
    return list(lines)
