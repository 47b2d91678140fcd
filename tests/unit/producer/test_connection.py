"""One value that every client is made from."""

import ssl
from pathlib import Path

import certifi
import pytest
from pydantic import SecretStr

from producer.connection import KafkaConnection, checked_authorities, checked_servers


def test_a_plain_connection_asks_for_nothing_more() -> None:
    assert KafkaConnection(bootstrap_servers="a:1,b:2").client_kwargs() == {
        "bootstrap_servers": "a:1,b:2",
        "security_protocol": "PLAINTEXT",
    }


def test_credentials_go_to_the_client_and_nowhere_else() -> None:
    connection = KafkaConnection(
        bootstrap_servers="a:1",
        security_protocol="SASL_SSL",
        sasl_mechanism="SCRAM-SHA-512",
        sasl_username="debrief",
        sasl_password=SecretStr("hush"),
    )
    arguments = connection.client_kwargs()

    assert arguments["sasl_plain_password"] == "hush"
    assert arguments["sasl_mechanism"] == "SCRAM-SHA-512"
    assert arguments["ssl_context"].verify_mode is ssl.CERT_REQUIRED
    assert "hush" not in repr(connection)


def test_tls_alone_needs_no_credentials() -> None:
    arguments = KafkaConnection(bootstrap_servers="a:1", security_protocol="SSL").client_kwargs()

    assert set(arguments) == {"bootstrap_servers", "security_protocol", "ssl_context"}


@pytest.mark.parametrize(
    "servers", ["", "a", "a:1", "a:1,b:65535", " a:1 , b", "[::1]:9092", "[::1]", "::1"]
)
def test_brokers_that_a_client_can_read_are_kept_as_they_are(servers: str) -> None:
    assert checked_servers(servers) == servers


@pytest.mark.parametrize(
    "servers",
    [
        ":9092",
        "a:",
        "a:0",
        "a:65536",
        "a:port",
        ",",
        "a:1,",
        "PLAINTEXT://a:1",
        "a b:1",
        "a:\uff11",
    ],
)
def test_a_broker_that_is_none_is_refused_before_any_client_stumbles(servers: str) -> None:
    with pytest.raises(ValueError, match=r"host:port|no port from"):
        checked_servers(servers)


def test_certificates_that_can_be_read_are_kept() -> None:
    assert checked_authorities(Path(certifi.where())) == Path(certifi.where())


def test_a_file_without_certificates_and_no_file_are_refused(tmp_path: Path) -> None:
    rubbish = tmp_path / "ca.pem"
    rubbish.write_text("garbage", encoding="utf-8")

    with pytest.raises(ValueError, match="PEM"):
        checked_authorities(rubbish)
    with pytest.raises(ValueError, match="no readable file"):
        checked_authorities(tmp_path / "none.pem")
    with pytest.raises(ValueError, match="no readable file"):
        checked_authorities(tmp_path)
