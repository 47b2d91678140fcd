"""Gemini's client: google-genai's, on connections that are ours, and asking once."""

import httpx2
from google import genai
from google.genai import types


def gemini_client(
    *, api_key: str, base_url: str | None, http_client: httpx2.AsyncClient
) -> genai.Client:
    """Build the SDK's client so that it asks once: Interactions would retry four times.

    A client costs tens of milliseconds: build it once. Without `http_client` the SDK would take
    aiohttp where that is installed, with other exceptions and hidden waits.
    """
    return genai.Client(
        api_key=api_key,
        vertexai=False,
        http_options=types.HttpOptions(
            base_url=base_url,
            httpx_async_client=http_client,
            retry_options=types.HttpRetryOptions(attempts=1),
        ),
    )
