"""`user.erased` as Debrief itself asks for it."""

from producer.records import OutputRecord
from schemas.cloudevents import headers_for
from schemas.events import UserErased
from schemas.topics import Topics
from schemas.wire import encode


def erasure_record(event: UserErased, topics: Topics) -> OutputRecord:
    """Return the record that asks every consumer to erase a user; its key is the user's id."""
    return OutputRecord(
        topic=topics.user_erased,
        key=event.user_id.encode(),
        value=encode("user_erased", event),
        headers=headers_for(
            "user_erased", event_id=event.event_id, time=event.occurred_at, traceparent=None
        ),
    )
