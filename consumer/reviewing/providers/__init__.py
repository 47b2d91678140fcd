"""The adapters of the model services, the only ones that know an SDK."""
