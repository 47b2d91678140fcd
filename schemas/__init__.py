"""The events of Debrief: frozen models, Avro and JSON Schema files, and the bytes on the wire.

`events` are read, `review` and `progress` are written; `fields` holds the bounds that all share.
"""
