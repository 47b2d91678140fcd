"""OpenAI's failures: what its SDK raises, and the error codes of bodies, as outcomes."""

from collections.abc import Mapping
from typing import Final

import openai

from consumer.reviewing.outcome import Misconfiguration, Outcome, OutcomeKind
from consumer.reviewing.providers.http_failures import (
    GENERATED_ERRORS,
    failure_of_class,
    failure_of_status,
)

PACKAGE: Final = "openai"

# Every exception class of the SDK. Those with a status are told apart by it.
OPENAI_ERRORS: Final[Mapping[str, OutcomeKind]] = {
    "OpenAIError": OutcomeKind.PERMANENT,
    "APIError": OutcomeKind.TRANSIENT,
    **GENERATED_ERRORS,
    "LengthFinishReasonError": OutcomeKind.TRUNCATED,
    "ContentFilterFinishReasonError": OutcomeKind.BLOCKED,
    # Reading a reply in a way that is never asked for.
    "MissingStreamClassError": OutcomeKind.PERMANENT,
    "StreamAlreadyConsumed": OutcomeKind.PERMANENT,
    # Signing in by anything but a key.
    "OAuthError": OutcomeKind.PERMANENT,
    "SubjectTokenProviderError": OutcomeKind.PERMANENT,
    "MutuallyExclusiveAuthError": OutcomeKind.PERMANENT,
    "_TransientTokenExchangeError": OutcomeKind.TRANSIENT,
    # An installation or a use of the SDK that is wrong.
    "MissingDependencyError": OutcomeKind.PERMANENT,
    "APIRemovedInV1": OutcomeKind.PERMANENT,
    "_AmbiguousModuleClientUsageError": OutcomeKind.PERMANENT,
    # Webhooks, sockets, agents, tools and browsers, none of which is used.
    "InvalidWebhookSignatureError": OutcomeKind.PERMANENT,
    "WebSocketConnectionClosedError": OutcomeKind.TRANSIENT,
    "WebSocketQueueFullError": OutcomeKind.LOCAL_SATURATION,
    "ResponsesWebSocketError": OutcomeKind.TRANSIENT,
    "ResponsesWebSocketBufferError": OutcomeKind.LOCAL_SATURATION,
    "AgentFilePreparationError": OutcomeKind.PERMANENT,
    "AgentFileStagingError": OutcomeKind.PERMANENT,
    "AgentOutputParseError": OutcomeKind.PERMANENT,
    "AgentTurnResultError": OutcomeKind.PERMANENT,
    "BrowserError": OutcomeKind.PERMANENT,
    "BrowserCancelledError": OutcomeKind.PERMANENT,
    "ComputerUseError": OutcomeKind.PERMANENT,
    "ToolRunnerError": OutcomeKind.PERMANENT,
    "DecisionsToolRunnerError": OutcomeKind.PERMANENT,
}

# `error.code`, else `error.type`, of a failed response or of an error body.
ERROR_CODES: Final[Mapping[str, OutcomeKind]] = {
    "server_error": OutcomeKind.TRANSIENT,
    "vector_store_timeout": OutcomeKind.TRANSIENT,
    "rate_limit_exceeded": OutcomeKind.RATE_LIMITED,
    "insufficient_quota": OutcomeKind.QUOTA,
    "billing_hard_limit_reached": OutcomeKind.QUOTA,
    "invalid_prompt": OutcomeKind.BLOCKED,
    "content_filter": OutcomeKind.BLOCKED,
    "content_policy_violation": OutcomeKind.BLOCKED,
    "bio_policy": OutcomeKind.BLOCKED,
    "misalignment_policy_violation": OutcomeKind.BLOCKED,
    "data_residency_mismatch": OutcomeKind.PERMANENT,
    "context_length_exceeded": OutcomeKind.PERMANENT,
    # No image is ever sent.
    "invalid_image": OutcomeKind.PERMANENT,
    "invalid_image_format": OutcomeKind.PERMANENT,
    "invalid_base64_image": OutcomeKind.PERMANENT,
    "invalid_image_url": OutcomeKind.PERMANENT,
    "image_too_large": OutcomeKind.PERMANENT,
    "image_too_small": OutcomeKind.PERMANENT,
    "image_parse_error": OutcomeKind.PERMANENT,
    "image_content_policy_violation": OutcomeKind.BLOCKED,
    "invalid_image_mode": OutcomeKind.PERMANENT,
    "image_file_too_large": OutcomeKind.PERMANENT,
    "unsupported_image_media_type": OutcomeKind.PERMANENT,
    "empty_image_file": OutcomeKind.PERMANENT,
    "failed_to_download_image": OutcomeKind.TRANSIENT,
    "image_file_not_found": OutcomeKind.PERMANENT,
}


# Whatever the status: a server that only speaks as OpenAI does may send 400 for each.
_MISCONFIGURED: Final[Mapping[str, Misconfiguration]] = {
    "invalid_api_key": Misconfiguration.KEY_REFUSED,
    "model_not_found": Misconfiguration.NOT_FOUND,
}


def failure_of_openai(error: Exception) -> Outcome:
    """Translate whatever a call of the SDK raised: code and status before the class."""
    if isinstance(error, openai.APIStatusError):
        by_code = ERROR_CODES.get(str(error.code)) or ERROR_CODES.get(str(error.type))
        return failure_of_status(
            error.status_code,
            error.response.headers,
            kind=by_code,
            misconfigured=_MISCONFIGURED.get(str(error.code)),
        )
    return failure_of_class(error, package=PACKAGE, table=OPENAI_ERRORS)


def code_word(text: object) -> str:
    """Keep a provider's code for the log only where it looks like one."""
    word = str(text)
    return word if word.isascii() and word.isidentifier() and len(word) <= 40 else "unknown"
