"""`user.erased` as Debrief itself asks for it."""

from producer.records import OutputRecord
from schemas.cloudevents import headers_for
from schemas.events import UserErased
from schemas.topics import Topics
from schemas.wire import encode


def erasure_record(
    event: UserErased, topics: Topics, *, schema_id: int | None = None
) -> OutputRecord:
    """Return the record that asks every consumer to erase a user; its key is the user's id.

    `schema_id` is the schema's in a registry; None writes single-object encoding.
    """
    return OutputRecord(
        topic=topics.user_erased,
        key=event.user_id.encode(),
        value=encode("user_erased", event, schema_id=schema_id),
        headers=headers_for(
            "user_erased", event_id=event.event_id, time=event.occurred_at, traceparent=None
        ),
    )
