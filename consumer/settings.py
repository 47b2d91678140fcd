"""The consumer's settings: read once from the environment (or `.env`), checked together.

Every wrong setting is reported in one `ConfigurationError`, by the name the operator wrote.
Secrets are `SecretStr` and never printed.
"""

import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self, TypeVar

from pydantic import (
    Field,
    ModelWrapValidatorHandler,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import NoDecode, SettingsConfigDict

from consumer.errors import ConfigurationError
from gateway.database_address import DEFAULT_DATABASE_URL, DatabaseAddress
from producer.connection_settings import PREFIX, ConnectionSettings, login_problems, problem_lines

ReviewerName = Literal["gemini", "openai", "rules"]
DEFAULT_REVIEWERS: tuple[ReviewerName, ...] = ("gemini", "openai")
KEY_OF = {"gemini": "GEMINI_API_KEY", "openai": "OPENAI_API_KEY"}

Seconds = Annotated[float, Field(gt=0, le=31_536_000, allow_inf_nan=False)]
SecondsOrZero = Annotated[float, Field(ge=0, le=31_536_000, allow_inf_nan=False)]
Concurrency = Annotated[int, Field(ge=1, le=10_000)]
PerMinute = Annotated[float, Field(ge=1, le=1e9, allow_inf_nan=False)]
Money = Annotated[float, Field(gt=0, le=1e9, allow_inf_nan=False)]
Port = Annotated[int, Field(ge=0, le=65_535)]


class Settings(ConnectionSettings):
    """Everything `consume` and the command line read from outside."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        populate_by_name=True,
    )

    needs_kafka: ClassVar[bool] = False
    needs_keys: ClassVar[bool] = False

    kafka_group: Annotated[str, Field(min_length=1, max_length=200)] = "debrief"
    kafka_session_timeout_seconds: Annotated[float, Field(ge=1, le=300)] = 10
    database_url: DatabaseAddress = SecretStr(DEFAULT_DATABASE_URL)

    reviewers: Annotated[tuple[ReviewerName, ...], NoDecode, Field(min_length=1)] = (
        DEFAULT_REVIEWERS
    )
    gemini_api_key: Annotated[SecretStr | None, Field(validation_alias="GEMINI_API_KEY")] = None
    openai_api_key: Annotated[SecretStr | None, Field(validation_alias="OPENAI_API_KEY")] = None
    gemini_model: Annotated[str, Field(min_length=1)] = "gemini-2.5-flash"
    gemini_base_url: str | None = None
    gemini_interface: Literal["generate_content", "interactions"] = "generate_content"
    openai_model: Annotated[str, Field(min_length=1)] = "gpt-5-mini"
    openai_base_url: str | None = None
    openai_interface: Literal["responses", "chat_completions"] = "responses"
    openai_limit_field: Literal["max_completion_tokens", "max_tokens"] | None = None
    review_deadline_seconds: Seconds = 60
    gemini_max_concurrent: Concurrency = 500
    gemini_requests_per_minute: PerMinute | None = None
    gemini_tokens_per_minute: PerMinute | None = None
    openai_max_concurrent: Concurrency = 500
    openai_requests_per_minute: PerMinute | None = None
    openai_tokens_per_minute: PerMinute | None = None
    breaker_failures: Annotated[int, Field(ge=1, le=1000)] = 5
    breaker_window_seconds: Seconds = 30
    breaker_open_seconds: Seconds = 15
    hedge_share: Annotated[float, Field(ge=0, le=0.05, allow_inf_nan=False)] = 0.05
    model_prices: Path | None = None
    budget_per_run: Money | None = None
    budget_per_day: Money | None = None
    xp_band: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = 0.25
    issue_base_rates: Path | None = None

    context_grace_seconds: SecondsOrZero = 30
    late_context_hours: Annotated[float, Field(ge=0, le=8760, allow_inf_nan=False)] = 24
    max_in_flight: Annotated[int, Field(ge=1, le=100_000)] = 256
    drain_seconds: SecondsOrZero = 30
    retry_max_attempts: Annotated[int, Field(ge=1, le=1000)] = 8
    retry_max_age_seconds: Seconds = 3600
    dlq_max_per_minute: Annotated[int, Field(ge=1)] = 600
    dlq_retention_days: Annotated[float, Field(gt=0, le=3650, allow_inf_nan=False)] = 7

    jwt_secret: SecretStr | None = None
    jwt_issuer: Annotated[str, Field(min_length=1)] = "debrief"
    jwt_audience: Annotated[str, Field(min_length=1)] = "debrief"

    log_format: Literal["console", "json"] = "console"
    metrics_port: Port | None = None

    @field_validator("reviewers", mode="before")
    @classmethod
    def _split_reviewers(cls, value: object) -> object:
        return _split(value) if isinstance(value, str) else value

    @field_validator("gemini_base_url", "openai_base_url")
    @classmethod
    def _is_http_url(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("http://", "https://")):
            raise ValueError("must start with http:// or https://")
        return value

    @field_validator("issue_base_rates", "model_prices")
    @classmethod
    def _is_file(cls, value: Path | None) -> Path | None:
        if value is not None and not value.is_file():
            raise ValueError("names no readable file")
        return value

    @model_validator(mode="wrap")
    @classmethod
    def _report_all(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        # An "after" validator does not run where a field is wrong, so what hangs together would
        # only be told at the second try.
        problems = list(cls._joint_problems(data)) if isinstance(data, dict) else []
        try:
            settings = handler(data)
        except ValidationError as error:
            raise ConfigurationError((*problem_lines(error), *problems)) from None
        try:
            load_model_prices(settings)
        except ConfigurationError as error:
            problems += error.problems
        if problems:
            raise ConfigurationError(tuple(dict.fromkeys(problems)))
        return settings

    @classmethod
    def _joint_problems(cls, data: Mapping[str, Any]) -> Iterator[str]:
        reviewers = _split(data.get("reviewers", DEFAULT_REVIEWERS))
        if len(set(reviewers)) != len(reviewers):
            yield f"{PREFIX}REVIEWERS names a reviewer twice"
        if "rules" in reviewers[:-1]:
            yield f"{PREFIX}REVIEWERS: rules never fails, so it can only stand last"
        if cls.needs_kafka and not data.get("kafka_bootstrap_servers"):
            yield f"{PREFIX}KAFKA_BOOTSTRAP_SERVERS is not set: name your brokers, host:port"
        for name in reviewers:
            if cls.needs_keys and name in KEY_OF and not data.get(KEY_OF[name]):
                yield (
                    f"{KEY_OF[name]} is not set, but {PREFIX}REVIEWERS names {name}: "
                    "set the key or take it out"
                )
        yield from login_problems(data)
        # What is wrong in a file is told with all else that is wrong, not at the next try.
        for field, load in (("issue_base_rates", load_base_rates), ("model_prices", _price_table)):
            path = Path(str(data.get(field) or ""))
            if path.is_file():
                try:
                    load(path)
                except ConfigurationError as error:
                    yield from error.problems

    @property
    def has_keys(self) -> bool:
        """Tell whether every configured provider has its key."""
        keys = {"gemini": self.gemini_api_key, "openai": self.openai_api_key}
        return all(keys[name] is not None for name in self.reviewers if name in keys)


class KafkaSettings(Settings):
    """The settings of a command that cannot do without Kafka."""

    needs_kafka: ClassVar[bool] = True


class ReviewJobSettings(KafkaSettings):
    """The settings of the review job: Kafka, and a key for each configured provider."""

    needs_keys: ClassVar[bool] = True


SettingsT = TypeVar("SettingsT", bound=Settings)


def load_settings(
    kind: type[SettingsT], *, overrides: Mapping[str, object] | None = None
) -> SettingsT:
    """Read and check all settings; `overrides` (by field name) win over the environment.

    Raises:
        ConfigurationError: with one line for each wrong or missing setting.
    """
    return kind(**dict(overrides or {}))  # type: ignore[arg-type]  # pydantic checks them


def secret(value: SecretStr | None) -> str:
    """Return what is masked, empty where nothing is set: for those who must hand it on."""
    return "" if value is None else value.get_secret_value()


def load_base_rates(path: Path | None) -> Mapping[str, float] | None:
    """Read how often each kind of issue occurs in general: {issue kind: rate 0..1}.

    Raises:
        ConfigurationError: the file is no such JSON object.
    """
    if path is None:
        return None
    where = f"{PREFIX}ISSUE_BASE_RATES"
    rates = _json_object(path, where, "of issue kind to rate")
    wrong = tuple(
        f"{where}: {kind}: {rate!r} is no rate from 0 to 1"
        for kind, rate in rates.items()
        if not _is_figure(rate) or rate > 1
    )
    if wrong:
        raise ConfigurationError(wrong)
    return {kind: float(rate) for kind, rate in rates.items()}


def load_model_prices(settings: Settings) -> Mapping[str, tuple[float, float]]:
    """Read what a million tokens cost: {model: {"input": price, "output": price}}.

    Returns {model: (input, output)}, empty where no table is set.

    Raises:
        ConfigurationError: the file is no such JSON object, or a budget is set and a model that
            may be asked has no price.
    """
    where = f"{PREFIX}MODEL_PRICES"
    budgets = {
        "BUDGET_PER_RUN": settings.budget_per_run,
        "BUDGET_PER_DAY": settings.budget_per_day,
    }
    limited = [name for name, budget in budgets.items() if budget is not None]
    if settings.model_prices is None:
        if limited:
            names = " and ".join(f"{PREFIX}{name}" for name in limited)
            raise ConfigurationError((f"{where} is not set, so {names} cannot be counted",))
        return {}
    table = _price_table(settings.model_prices)
    if limited:
        models = {"gemini": settings.gemini_model, "openai": settings.openai_model}
        asked = [models[name] for name in settings.reviewers if name in models]
        unpriced = tuple(
            f"{where}: no price for {model}, so no budget can hold"
            for model in asked
            if model not in table
        )
        if unpriced:
            raise ConfigurationError(unpriced)
    return table


def _price_table(path: Path) -> Mapping[str, tuple[float, float]]:
    where = f"{PREFIX}MODEL_PRICES"
    table = _json_object(path, where, 'of model to {"input", "output"}')
    wrong = tuple(
        f'{where}: {model}: want {{"input": price, "output": price}} of a million tokens'
        for model, price in table.items()
        if not isinstance(price, dict)
        or set(price) != {"input", "output"}
        or not all(_is_figure(figure) for figure in price.values())
    )
    if wrong:
        raise ConfigurationError(wrong)
    return {model: (float(p["input"]), float(p["output"])) for model, p in table.items()}


def _json_object(path: Path, where: str, what: str) -> Mapping[str, Any]:
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigurationError((f"{where}: {error}",)) from error
    if not isinstance(table, dict):
        raise ConfigurationError((f"{where}: want a JSON object {what}",))
    return table


def _is_figure(value: object) -> bool:
    """Tell whether this is a plain number, 0 or more."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return math.isfinite(value) and value >= 0


def _split(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return tuple(value) if isinstance(value, tuple | list) else ()
