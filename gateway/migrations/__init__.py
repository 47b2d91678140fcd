"""The history of the gateway's tables, run by `gateway.database.migrate`."""
