"""How to reach Kafka: one frozen value that every client is made from."""

import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, SecretStr

MAX_PORT = 65_535


@dataclass(frozen=True, slots=True, kw_only=True)
class KafkaConnection:
    """Brokers and credentials; the password is masked wherever this is printed."""

    bootstrap_servers: str
    security_protocol: str = "PLAINTEXT"
    sasl_mechanism: str | None = None
    sasl_username: str | None = None
    sasl_password: SecretStr | None = None
    ssl_cafile: str | None = None

    def client_kwargs(self) -> dict[str, Any]:
        """Return the arguments that every aiokafka client takes."""
        arguments: dict[str, Any] = {
            "bootstrap_servers": self.bootstrap_servers,
            "security_protocol": self.security_protocol,
        }
        if self.security_protocol.endswith("SSL"):
            arguments["ssl_context"] = ssl.create_default_context(cafile=self.ssl_cafile)
        if self.security_protocol.startswith("SASL"):
            arguments["sasl_mechanism"] = self.sasl_mechanism
            arguments["sasl_plain_username"] = self.sasl_username
            password = self.sasl_password
            arguments["sasl_plain_password"] = password.get_secret_value() if password else None
        return arguments


def checked_servers(bootstrap_servers: str) -> str:
    """Return a list of brokers as it is; raises ValueError, naming the one that is none."""
    for server in bootstrap_servers.split(",") if bootstrap_servers else ():
        host, colon, port = server.strip().rpartition(":")
        # Without a port, and for a bare IPv6 address, the client takes its usual one.
        has_port = bool(colon) and (":" not in host or host.endswith("]"))
        name = host if has_port else server.strip()
        if not name or "/" in name or any(character.isspace() for character in name):
            raise ValueError(f"{server!r} is no broker: write host:port,host:port")
        if has_port and not (port.isascii() and port.isdigit() and 0 < int(port) <= MAX_PORT):
            raise ValueError(f"{server!r} has no port from 1 to {MAX_PORT}")
    return bootstrap_servers


def checked_authorities(cafile: Path) -> Path:
    """Return a file of trusted certificates; raises ValueError where it cannot be used."""
    try:
        ssl.create_default_context(cafile=cafile)
    except ssl.SSLError:
        raise ValueError("holds no certificate that can be read: want PEM") from None
    except OSError:
        raise ValueError("names no readable file") from None
    return cafile


Brokers = Annotated[str, AfterValidator(checked_servers)]
Authorities = Annotated[Path, AfterValidator(checked_authorities)]
