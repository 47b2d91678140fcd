"""OpenAI's client: the SDK's, on connections that are ours, and asking once."""

import httpx2
import openai


def openai_client(
    *, api_key: str, base_url: str | None, http_client: httpx2.AsyncClient
) -> openai.AsyncOpenAI:
    """Build the SDK's client so that it asks once: by itself it repeats even a spent quota."""
    return openai.AsyncOpenAI(
        api_key=api_key, base_url=base_url, http_client=http_client, max_retries=0
    )
