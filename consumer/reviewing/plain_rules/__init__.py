"""The rules reviewer: an honest review in pure code, from signals and evidence alone. Pure."""
