"""The rules reviewer: an honest review in pure code, from the signals and the evidence alone.

`reviewer` puts a draft together; each other module writes one part of it. Every sentence that names
a figure is held against the same tables that assembly uses, and left out where it does not stand.
"""
