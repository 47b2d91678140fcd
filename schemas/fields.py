"""Bounded field types shared by every event model.

Text is counted in characters for the short bounds and in UTF-8 bytes for the 64 KiB bound, and
holds no NUL, which PostgreSQL's text refuses. Numbers refuse NaN and infinity. Times are RFC 3339
with an offset (in Avro: milliseconds since 1970) and are held in UTC; ids of events are UUIDs in
their usual form of five groups.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
)
from pydantic_core import PydanticCustomError

NO_NUL: Final = r"^[^\u0000]*$"
LANGUAGE: Final = r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$"
MAX_ID_CHARACTERS = 128
MAX_NAME_CHARACTERS = 300
MAX_BRIEF_CHARACTERS = 2_000
MAX_TEXT_BYTES = 64 * 1024
MAX_INT = 2**31 - 1
MAX_SECONDS = 1e9
# Below 2 ** 53, so that every JSON reader holds the figure as it is written.
MAX_FIGURE = 1e15
# What a model says may be far off; a run's whole total (`MAX_INT`) must fit in any case.
MAX_RAW_XP = 1e12

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_RFC_3339: Final = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})", re.ASCII
)
_UUID: Final = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


def _to_time(value: Any, info: ValidationInfo) -> Any:
    if isinstance(value, str) and _RFC_3339.fullmatch(value):
        try:
            return datetime.fromisoformat(value.upper())
        except ValueError:
            raise PydanticCustomError("time_value", "there is no such date or time") from None
    if info.mode == "python" and isinstance(value, datetime):
        return value
    # An Avro writer may name no logical type; the reader's says what the long means.
    if info.mode == "python" and isinstance(value, int) and not isinstance(value, bool):
        try:
            return _EPOCH + timedelta(milliseconds=value)
        except OverflowError:
            raise _out_of_calendar() from None
    raise PydanticCustomError(
        "time_form", "a time is written as RFC 3339, such as 2026-03-01T09:00:00.000Z"
    )


def _to_utc(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise _out_of_calendar() from None


def _out_of_calendar() -> PydanticCustomError:
    return PydanticCustomError("time_range", "the time is outside the years 1 to 9999 in UTC")


def _usual_uuid(value: Any) -> Any:
    if isinstance(value, str) and not _UUID.fullmatch(value):
        raise PydanticCustomError("uuid_form", "a UUID is written as 8-4-4-4-12 hexadecimal digits")
    return value


def _fits_text_bytes(value: str) -> str:
    size_bytes = len(value.encode("utf-8", errors="surrogatepass"))
    if size_bytes > MAX_TEXT_BYTES:
        raise PydanticCustomError(
            "text_too_large",
            "the text is {size_bytes} bytes, at most {limit_bytes}",
            {"size_bytes": size_bytes, "limit_bytes": MAX_TEXT_BYTES},
        )
    return value


Id = Annotated[str, StringConstraints(min_length=1, max_length=MAX_ID_CHARACTERS, pattern=NO_NUL)]
Name = Annotated[
    str, StringConstraints(min_length=1, max_length=MAX_NAME_CHARACTERS, pattern=NO_NUL)
]
Brief = Annotated[str, StringConstraints(max_length=MAX_BRIEF_CHARACTERS, pattern=NO_NUL)]
Text = Annotated[
    str,
    StringConstraints(max_length=MAX_TEXT_BYTES, pattern=NO_NUL),
    AfterValidator(_fits_text_bytes),
]
Language = Annotated[str, StringConstraints(max_length=35, pattern=LANGUAGE)]
EventId = Annotated[UUID, BeforeValidator(_usual_uuid)]
Utc = Annotated[AwareDatetime, BeforeValidator(_to_time), AfterValidator(_to_utc)]
Ratio = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0, le=MAX_INT)]
Positive = Annotated[int, Field(ge=1, le=MAX_INT)]
Seconds = Annotated[float, Field(ge=0, le=MAX_SECONDS, allow_inf_nan=False)]
Sequence = Annotated[int, Field(ge=-(2**63), le=2**63 - 1)]
Finite = Annotated[float, Field(ge=-MAX_FIGURE, le=MAX_FIGURE, allow_inf_nan=False)]
RawXp = Annotated[float, Field(ge=-MAX_RAW_XP, le=MAX_RAW_XP, allow_inf_nan=False)]


class InputModel(BaseModel):
    """A value read from outside: frozen, strict about types, deaf to unknown fields."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class OutputModel(BaseModel):
    """A value Debrief writes: frozen, closed."""

    model_config = ConfigDict(frozen=True, extra="forbid")
