"""The chain: the models, and the rules as a whole where they may stand in."""

from collections.abc import Callable

import structlog

from consumer.arc import Arc
from consumer.computing import computed
from consumer.drafts import ReviewDraft
from consumer.reviewing.errors import ReviewCallsFailed
from consumer.reviewing.models_reviewer import ModelReviewer, OnCall
from schemas.review import Signal

RulesReviewer = Callable[[Arc, tuple[Signal, ...]], ReviewDraft]

_log = structlog.get_logger(__name__)


class ReviewersChain:
    """Asks the models, then the rules; a draft is never mixed from both.

    Raises:
        ValueError: neither of them is given.
    """

    def __init__(self, *, models: ModelReviewer | None, rules: RulesReviewer | None) -> None:
        if models is None and rules is None:
            raise ValueError("a chain needs models, rules or both")
        self._models = models
        self._rules = rules

    async def draft(
        self, arc: Arc, signals: tuple[Signal, ...], *, deadline: float, on_progress: OnCall
    ) -> ReviewDraft:
        """Return a draft before `deadline` (the loop's clock).

        Raises:
            ReviewCallsFailed: the models failed and the rules may not stand in.
        """
        if self._models is not None:
            try:
                return await self._models.draft(
                    arc, signals, deadline=deadline, on_progress=on_progress
                )
            except ReviewCallsFailed as error:
                if self._rules is None:
                    raise
                _log.warning("review.falls_to_rules", failed=sorted(error.failures))
        assert self._rules is not None  # noqa: S101 - the constructor saw to it
        return await computed(deadline, self._rules, arc, signals)
