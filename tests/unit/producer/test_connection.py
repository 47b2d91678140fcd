"""One value that every client is made from."""

import ssl

from pydantic import SecretStr

from producer.connection import KafkaConnection


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
