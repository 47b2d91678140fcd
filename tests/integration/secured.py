"""A broker that asks who you are, over TLS, and lets nobody do what it was not told to allow."""

import datetime as dt
import ipaddress
from collections.abc import Iterable
from pathlib import Path
from typing import Final, Literal

from aiokafka.protocol.admin import CreateAclsRequest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from consumer.embedded.server import HOST, EmbeddedKafka, free_ports
from producer.admin import administering
from producer.connection import KafkaConnection

Resource = Literal["topic", "group", "cluster", "transactional id"]
Operation = Literal["read", "write", "create", "delete", "describe", "describe configs"]
# One thing that a principal may do: on which resource, named how, and whether that is a prefix.
Rule = tuple[str, Operation, Resource, str, bool]

PASSWORD: Final = "a-password-of-the-tests"
_RESOURCES: Final = {"topic": 2, "group": 3, "cluster": 4, "transactional id": 5}
_OPERATIONS: Final = {
    "read": 3,
    "write": 4,
    "create": 5,
    "delete": 6,
    "describe": 8,
    "describe configs": 10,
}
_LITERAL, _PREFIXED, _ALLOW = 3, 4, 3


class SecuredKafka:
    """Our broker with a second listener, SASL over TLS, and an authorizer.

    `bootstrap` is the guarded address, `authority` the file of the certificate to trust. Whoever
    comes by the first listener, as the tests do, may do everything.
    """

    def __init__(self, folder: Path, users: Iterable[str]) -> None:
        self.authority = folder / "authority.pem"
        key, certificate = _certificate()
        folder.mkdir(parents=True, exist_ok=True)
        self.authority.write_text(certificate, encoding="ascii")
        port, controller_port = free_ports()
        guarded, _ = free_ports()
        self.bootstrap = f"{HOST}:{guarded}"
        names = " ".join(f'user_{user}="{PASSWORD}"' for user in users)
        plain = "org.apache.kafka.common.security.plain.PlainLoginModule"
        self.broker = EmbeddedKafka(
            data_directory=folder / "broker",
            ports=(port, controller_port),
            overrides={
                "listeners": f"PLAINTEXT://{HOST}:{port},SASL_SSL://{self.bootstrap},"
                f"CONTROLLER://{HOST}:{controller_port}",
                "advertised.listeners": f"PLAINTEXT://{HOST}:{port},SASL_SSL://{self.bootstrap}",
                "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,SASL_SSL:SASL_SSL,"
                "CONTROLLER:PLAINTEXT",
                "sasl.enabled.mechanisms": "PLAIN",
                "listener.name.sasl_ssl.plain.sasl.jaas.config": f"{plain} required {names};",
                "ssl.keystore.type": "PEM",
                "ssl.keystore.key": _one_line(key),
                "ssl.keystore.certificate.chain": _one_line(certificate),
                "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
                "super.users": "User:ANONYMOUS",
            },
        )

    async def allow(self, rules: Iterable[Rule]) -> None:
        """Let principals do these things, and nothing else."""
        open_door = KafkaConnection(bootstrap_servers=self.broker.bootstrap_servers)
        async with administering(open_door) as admin:
            for user, operation, resource, name, is_prefix in rules:
                answer = await admin._send_request(
                    CreateAclsRequest(
                        _RESOURCES[resource],
                        name,
                        _PREFIXED if is_prefix else _LITERAL,
                        f"User:{user}",
                        "*",
                        _OPERATIONS[operation],
                        _ALLOW,
                    )
                )
                assert [code for code, _ in answer.creation_responses] == [0], answer


def _certificate() -> tuple[str, str]:
    """Return the key and the certificate, in PEM, of a server at the loopback address."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "debrief tests")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(minutes=5))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(HOST))]),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return private.decode(), certificate.public_bytes(serialization.Encoding.PEM).decode()


def _one_line(pem: str) -> str:
    return pem.strip().replace("\n", "\\n")
