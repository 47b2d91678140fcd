"""Bounded field types shared by every event model.

Text is counted in characters for the short bounds and in UTF-8 bytes for the 64 KiB bound.
Numbers refuse NaN and infinity; times must carry an offset and are held in UTC.
"""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

MAX_ID_CHARACTERS = 128
MAX_NAME_CHARACTERS = 300
MAX_BRIEF_CHARACTERS = 2_000
MAX_TEXT_BYTES = 64 * 1024


def _to_utc(value: datetime) -> datetime:
    return value.astimezone(UTC)


def _fits_text_bytes(value: str) -> str:
    size_bytes = len(value.encode("utf-8", errors="surrogatepass"))
    if size_bytes > MAX_TEXT_BYTES:
        raise PydanticCustomError(
            "text_too_large",
            "the text is {size_bytes} bytes, at most {limit_bytes}",
            {"size_bytes": size_bytes, "limit_bytes": MAX_TEXT_BYTES},
        )
    return value


Id = Annotated[str, StringConstraints(min_length=1, max_length=MAX_ID_CHARACTERS)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=MAX_NAME_CHARACTERS)]
Brief = Annotated[str, StringConstraints(max_length=MAX_BRIEF_CHARACTERS)]
Text = Annotated[
    str, StringConstraints(max_length=MAX_TEXT_BYTES), AfterValidator(_fits_text_bytes)
]
Utc = Annotated[AwareDatetime, AfterValidator(_to_utc)]
Ratio = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0, le=2_147_483_647)]
Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Sequence = Annotated[int, Field(ge=-(2**63), le=2**63 - 1)]
Finite = Annotated[float, Field(allow_inf_nan=False)]


class InputModel(BaseModel):
    """A value read from outside: frozen, strict about types, deaf to unknown fields."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class OutputModel(BaseModel):
    """A value Debrief writes: frozen, closed."""

    model_config = ConfigDict(frozen=True, extra="forbid")
