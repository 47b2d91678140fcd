from pathlib import Path

import pytest

from consumer.errors import ConfigurationError
from consumer.settings import (
    ReviewJobSettings,
    Settings,
    load_base_rates,
    load_model_prices,
    load_settings,
)


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # so that no .env of the developer is read
    monkeypatch.delenv("DEBRIEF_KAFKA_BOOTSTRAP_SERVERS", raising=False)


def test_defaults_are_those_of_the_contract() -> None:
    settings = load_settings(Settings)

    assert settings.reviewers == ("gemini", "openai")
    assert settings.kafka_group == "debrief"
    assert settings.review_deadline_seconds == 60
    assert settings.context_grace_seconds == 30
    assert settings.late_context_hours == 24
    assert settings.max_in_flight == 256
    assert settings.retry_max_attempts == 8
    assert settings.xp_band == 0.25


def test_every_wrong_setting_is_in_one_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEBRIEF_XP_BAND", "lots")
    monkeypatch.setenv("DEBRIEF_MAX_IN_FLIGHT", "0")
    monkeypatch.setenv("DEBRIEF_REVIEWERS", "gemini,claude")

    with pytest.raises(ConfigurationError) as caught:
        load_settings(Settings)

    text = str(caught.value)
    assert "DEBRIEF_XP_BAND" in text
    assert "DEBRIEF_MAX_IN_FLIGHT" in text
    assert "DEBRIEF_REVIEWERS" in text


def test_rules_can_only_stand_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEBRIEF_REVIEWERS", "rules,gemini")

    with pytest.raises(ConfigurationError, match="rules"):
        load_settings(Settings)


def test_sasl_names_everything_it_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEBRIEF_KAFKA_SECURITY_PROTOCOL", "SASL_SSL")

    with pytest.raises(ConfigurationError) as caught:
        load_settings(Settings)

    assert len(caught.value.problems) == 3


def test_missing_broker_and_keys_are_told_with_the_wrong_fields(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DEBRIEF_XP_BAND", "lots")

    with pytest.raises(ConfigurationError) as caught:
        load_settings(ReviewJobSettings)

    text = str(caught.value)
    assert "DEBRIEF_XP_BAND" in text
    assert "DEBRIEF_KAFKA_BOOTSTRAP_SERVERS" in text
    assert "GEMINI_API_KEY" in text
    assert "OPENAI_API_KEY" in text


def test_secrets_are_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", "very-secret-key")
    monkeypatch.setenv("DEBRIEF_DATABASE_URL", "postgresql://u:very-secret-word@h/d")
    settings = load_settings(Settings)

    assert "very-secret" not in repr(settings)
    assert settings.gemini_api_key is not None
    assert settings.gemini_api_key.get_secret_value() == "very-secret-key"


def test_a_dotenv_file_is_read(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("DEBRIEF_KAFKA_GROUP=from-file\n", encoding="utf-8")

    assert Settings().kafka_group == "from-file"


@pytest.mark.parametrize("content", ["[]", '{"a": 2}', '{"a": true}', '{"a": NaN}', "no"])
def test_base_rates_that_are_none_are_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "rates.json"
    path.write_text(content, encoding="utf-8")

    with pytest.raises(ConfigurationError, match="ISSUE_BASE_RATES"):
        load_base_rates(path)


def test_what_is_wrong_in_a_file_is_told_with_all_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rates, prices = tmp_path / "rates.json", tmp_path / "prices.json"
    rates.write_text('{"late_update": 2}', encoding="utf-8")
    prices.write_text('{"m": 3}', encoding="utf-8")
    monkeypatch.setenv("DEBRIEF_ISSUE_BASE_RATES", str(rates))
    monkeypatch.setenv("DEBRIEF_MODEL_PRICES", str(prices))
    monkeypatch.setenv("DEBRIEF_XP_BAND", "lots")

    with pytest.raises(ConfigurationError) as caught:
        load_settings(Settings)

    told = [problem.split(":")[0] for problem in caught.value.problems]
    assert told == ["DEBRIEF_XP_BAND", "DEBRIEF_ISSUE_BASE_RATES", "DEBRIEF_MODEL_PRICES"]


def test_base_rates_are_read(tmp_path: Path) -> None:
    path = tmp_path / "rates.json"
    path.write_text('{"unstated_assumption": 0.25}', encoding="utf-8")

    assert load_base_rates(path) == {"unstated_assumption": 0.25}


def _prices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    table = tmp_path / "prices.json"
    table.write_text(text, encoding="utf-8")
    monkeypatch.setenv("DEBRIEF_MODEL_PRICES", str(table))


def test_prices_are_read_by_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _prices(tmp_path, monkeypatch, '{"m": {"input": 0.3, "output": 2}}')

    assert load_model_prices(load_settings(Settings)) == {"m": (0.3, 2.0)}


def test_without_a_table_there_are_no_prices() -> None:
    assert load_model_prices(load_settings(Settings)) == {}


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "{",
        '{"m": 3}',
        '{"m": {"input": 1}}',
        '{"m": {"input": 1, "output": -1}}',
        '{"m": {"input": 1, "output": NaN}}',
        '{"m": {"input": true, "output": 1}}',
        '{"m": {"input": 1, "output": 1, "cached": 1}}',
    ],
)
def test_a_wrong_price_table_is_told_at_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    _prices(tmp_path, monkeypatch, text)

    with pytest.raises(ConfigurationError, match="DEBRIEF_MODEL_PRICES"):
        load_settings(Settings)


def test_a_budget_needs_the_price_of_every_model_that_may_be_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _prices(tmp_path, monkeypatch, '{"gemini-2.5-flash": {"input": 1, "output": 1}}')
    monkeypatch.setenv("DEBRIEF_BUDGET_PER_DAY", "20")

    with pytest.raises(ConfigurationError, match="no price for gpt-5-mini"):
        load_settings(Settings)


def test_a_budget_without_prices_is_told_with_every_other_problem(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DEBRIEF_BUDGET_PER_RUN", "1")
    monkeypatch.setenv("DEBRIEF_REVIEWERS", "rules,gemini")

    with pytest.raises(ConfigurationError) as caught:
        load_settings(Settings)

    text = str(caught.value)
    assert "DEBRIEF_MODEL_PRICES is not set, so DEBRIEF_BUDGET_PER_RUN cannot be counted" in text
    assert "DEBRIEF_REVIEWERS" in text


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HEDGE_SHARE", "0.06"),
        ("GEMINI_MAX_CONCURRENT", "0"),
        ("OPENAI_TOKENS_PER_MINUTE", "nan"),
        ("BREAKER_FAILURES", "0"),
        ("BUDGET_PER_DAY", "-1"),
    ],
)
def test_a_wrong_limit_is_told_by_its_name(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"DEBRIEF_{name}", value)

    with pytest.raises(ConfigurationError, match=f"DEBRIEF_{name}"):
        load_settings(Settings)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://u:pass-word@h/d"),
        ("KAFKA_BOOTSTRAP_SERVERS", "a:port"),
        ("KAFKA_SSL_CAFILE", "none.pem"),
    ],
)
def test_an_address_that_nothing_can_be_reached_by_is_a_wrong_setting(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"DEBRIEF_{name}", value)

    with pytest.raises(ConfigurationError) as caught:
        load_settings(Settings)

    assert [problem.partition(":")[0] for problem in caught.value.problems] == [f"DEBRIEF_{name}"]
    assert "pass-word" not in str(caught.value)


def test_reviewers_nobody_knows_are_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEBRIEF_REVIEWERS", "claude,llama")

    with pytest.raises(ConfigurationError) as caught:
        load_settings(Settings)

    assert caught.value.problems == (
        "DEBRIEF_REVIEWERS: Input should be 'gemini', 'openai' or 'rules'",
    )
