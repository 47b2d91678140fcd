"""A schema registry over HTTP, as Confluent's and those that speak like it answer.

Reading asks before it decodes: `resolver_for` fetches the writers' schemas of a whole batch, and
decoding itself stays a pure function. A registry that is away is something to wait for; an id that
it does not know belongs to the record.
"""

import asyncio
import json
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import quote, unquote, urlsplit, urlunsplit

import fastavro
import httpx2
from fastavro.schema import SchemaParseException, UnknownType

from schemas.errors import RegistryRefusedError, RegistryUnavailableError, UndecodableError
from schemas.registry import EventName, avro_text
from schemas.wire import schema_id_of

TIMEOUT_SECONDS: Final = 5.0
MAX_SCHEMAS: Final = 1_000
_ACCEPT: Final = "application/vnd.schemaregistry.v1+json, application/json"
# What registries say when they know the question and have no answer to it: no subject, no such
# schema. A 404 with any other body comes from something that is no registry.
_ABSENT: Final = frozenset({40401, 40402, 40403})


@dataclass(frozen=True, slots=True)
class KnownSchemas:
    """The writers' schemas of one batch: parsed, or the reason why there is none."""

    by_id: Mapping[int, Any]

    def parsed_schema(self, schema_id: int) -> Any:
        """Return the parsed Avro schema with this id; raises UndecodableError where unknown."""
        found = self.by_id.get(schema_id, "it was not asked for")
        if isinstance(found, str):
            raise UndecodableError(f"the schema with id {schema_id} cannot be had: {found}")
        return found


class SchemaRegistry:
    """One registry; credentials may stand in its address and are never repeated.

    Use as `async with`. `transport` replaces the network, in tests.
    """

    def __init__(self, url: str, *, transport: httpx2.AsyncBaseTransport | None = None) -> None:
        self.address, credentials = _split(url)
        self._client = httpx2.AsyncClient(
            base_url=self.address,
            auth=credentials,
            timeout=TIMEOUT_SECONDS,
            headers={"Accept": _ACCEPT},
            transport=transport,
        )
        self._schemas: OrderedDict[int, Any] = OrderedDict()
        self._asking = asyncio.Lock()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Let go of every connection."""
        await self._client.aclose()

    async def resolver_for(self, values: Iterable[bytes | None]) -> KnownSchemas:
        """Return the writers' schemas of all Confluent-framed values among these.

        Raises:
            RegistryUnavailableError: it does not answer, or not as a registry; ask again later.
        """
        wanted = {schema_id_of(value) for value in values if value is not None} - {None}
        return KnownSchemas({key: await self._schema(key) for key in wanted if key is not None})

    async def id_of(self, event: EventName, *, topic: str) -> int:
        """Return the id of our newest schema under the topic's value subject; register it there.

        Raises:
            RegistryUnavailableError: as above.
            RegistryRefusedError: the registry does not take the schema; the message says why.
        """
        subject = f"{topic}-value"
        path = f"/subjects/{quote(subject, safe='')}"
        # Looked up first: whoever may only read need not register what is there.
        body = {"schema": avro_text(event)}
        found = await self._ask("POST", path, body)
        if found is None:
            found = await self._ask("POST", f"{path}/versions", body)
        schema_id = None if found is None else found.get("id")
        if not isinstance(schema_id, int) or isinstance(schema_id, bool):
            raise RegistryUnavailableError(f"{self.address} told no id for subject {subject}")
        return schema_id

    async def ping(self) -> None:
        """Ask anything at all; raises RegistryUnavailableError."""
        await self._ask("GET", "/subjects")

    async def _schema(self, schema_id: int) -> Any:
        async with self._asking:
            if schema_id in self._schemas:
                self._schemas.move_to_end(schema_id)
                return self._schemas[schema_id]
            told = await self._ask("GET", f"/schemas/ids/{schema_id}")
            if told is None:
                return "the registry knows none"  # not kept: it may be registered any moment
            self._schemas[schema_id] = _parsed(told)
            if len(self._schemas) > MAX_SCHEMAS:
                self._schemas.popitem(last=False)
            return self._schemas[schema_id]

    async def _ask(
        self, method: str, path: str, body: Mapping[str, str] | None = None
    ) -> dict[str, Any] | None:
        """Return the answer's object, None where the registry knows of no such thing."""
        try:
            response = await self._client.request(method, path, json=body)
            told = response.json() if response.content else {}
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise RegistryUnavailableError(
                f"the schema registry {self.address} does not answer: {type(error).__name__}"
            ) from error
        except ValueError as error:
            raise RegistryUnavailableError(
                f"{self.address} answers {response.status_code} and no JSON: is it a registry?"
            ) from error
        if response.is_success:
            return told if isinstance(told, dict) else {}
        code = told.get("error_code") if isinstance(told, dict) else None
        if response.status_code == httpx2.codes.NOT_FOUND and code in _ABSENT:
            return None
        if response.status_code in {httpx2.codes.CONFLICT, httpx2.codes.UNPROCESSABLE_CONTENT}:
            raise RegistryRefusedError(
                f"{self.address} refuses our schema ({response.status_code}, error {code}) at "
                f"{path}: look at the subject's compatibility and at what stands there already"
            )
        hint = ": look at the credentials" if response.status_code in {401, 403} else ""
        raise RegistryUnavailableError(
            f"{self.address} answers {response.status_code} to {method} {path}{hint}"
        )


def _parsed(told: Mapping[str, Any]) -> Any:
    """Return the parsed schema of an answer, or in words why it is none that can be used."""
    if told.get("schemaType", "AVRO") != "AVRO":
        return "it is no Avro schema"
    if told.get("references"):
        return "it refers to other schemas, which is not supported"
    try:
        return fastavro.parse_schema(json.loads(told["schema"]))
    except (KeyError, TypeError, ValueError, SchemaParseException, UnknownType, RecursionError):
        return "what the registry holds is no valid Avro schema"


def is_registry_address(url: str) -> bool:
    """Tell whether this can be a registry's address."""
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _split(url: str) -> tuple[str, tuple[str, str] | None]:
    """Return the address without credentials, and the credentials."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    address = urlunsplit((parts.scheme, host, parts.path.rstrip("/"), "", ""))
    if parts.username is None:
        return address, None
    return address, (unquote(parts.username), unquote(parts.password or ""))
