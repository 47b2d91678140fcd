"""The gateway's settings: all problems at once, secrets never shown."""

import pytest

from gateway.errors import ConfigurationError
from gateway.settings import load_gateway_settings

GOOD = {"DEBRIEF_KAFKA_BOOTSTRAP_SERVERS": "k:9092", "DEBRIEF_JWT_SECRET": "hush-hush"}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> pytest.MonkeyPatch:
    monkeypatch.chdir(str(tmp_path))  # no .env of whoever runs the tests
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_good_settings_are_read(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("DEBRIEF_GATEWAY_ALLOWED_ORIGINS", "https://a.example/, http://b.example:81")
    settings = load_gateway_settings()
    assert settings.kafka.bootstrap_servers == "k:9092"
    assert settings.gateway_allowed_origins == ("https://a.example", "http://b.example:81")


def test_every_wrong_setting_is_named_in_one_message(environment: pytest.MonkeyPatch) -> None:
    environment.delenv("DEBRIEF_KAFKA_BOOTSTRAP_SERVERS")
    environment.delenv("DEBRIEF_JWT_SECRET")
    environment.setenv("DEBRIEF_GATEWAY_PORT", "ninety")
    environment.setenv("DEBRIEF_GATEWAY_ALLOWED_ORIGINS", "a.example")
    environment.setenv("DEBRIEF_KAFKA_SECURITY_PROTOCOL", "SASL_SSL")
    with pytest.raises(ConfigurationError) as wrong:
        load_gateway_settings()
    text = "\n".join(wrong.value.problems)
    for name in (
        "KAFKA_BOOTSTRAP_SERVERS",
        "JWT_JWKS_URL",
        "GATEWAY_PORT",
        "GATEWAY_ALLOWED_ORIGINS",
        "KAFKA_SASL_PASSWORD",
    ):
        assert f"DEBRIEF_{name}" in text


def test_two_ways_to_check_tokens_are_one_too_many(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("DEBRIEF_JWT_JWKS_URL", "https://keys.example")
    with pytest.raises(ConfigurationError, match="both are set"):
        load_gateway_settings()


def test_no_secret_is_printed(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("DEBRIEF_DATABASE_URL", "postgresql+asyncpg://u:pass-word@db/x")
    assert "hush-hush" not in repr(load_gateway_settings())
    assert "pass-word" not in repr(load_gateway_settings())
    environment.setenv("DEBRIEF_GATEWAY_PORT", "-1")
    with pytest.raises(ConfigurationError) as wrong:
        load_gateway_settings()
    assert "hush-hush" not in str(wrong.value)


@pytest.mark.parametrize("address", ["nonsense pass-word", "mysql://u:pass-word@db/x"])
def test_what_is_no_database_of_ours_is_refused_without_its_password(
    environment: pytest.MonkeyPatch, address: str
) -> None:
    environment.setenv("DEBRIEF_DATABASE_URL", address)
    with pytest.raises(ConfigurationError, match="DEBRIEF_DATABASE_URL") as wrong:
        load_gateway_settings()
    assert "pass-word" not in str(wrong.value)
