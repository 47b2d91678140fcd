"""Personas: each speaks from its own thread, with the emphasis and manner of its role.

A manager speaks of what was delivered and what could be relied on; a senior peer of how the work
was done, with one thing to try; a partner from another function of what it was like to depend on
the learner; any other role plainly of what passed between the two.
"""
