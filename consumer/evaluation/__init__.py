"""Evaluation: arcs whose truth is known, and a table of how a reviewer's reviews hold against it.

`factors` draws what is planted in an arc, `arcs` writes its events, `oracle` says what the best
possible detector finds in the same events, and `truth` is the form in which all that stands beside
an arc file. The `check_*` modules look each thing up anew, by code of their own: nothing here but
`thresholds` may import `consumer.signals`, `consumer.assembly` or `consumer.reviewing`, so that a
check can disagree with what it checks.
"""
