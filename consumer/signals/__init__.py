"""Signals: what the record of an arc measures, each with its uncertainty. Pure.

One module a family of signals; `inference` holds the exact small-sample methods they share and
`compute` puts all of them together. Thresholds stand beside the method that they belong to.
"""
