"""The service: context in, review out."""
