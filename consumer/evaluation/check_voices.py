"""Voices: can the personas of unseen runs be told apart by how they write?

Character 3- and 4-grams within words, weighted by TF-IDF, and a logistic regression, learnt on
every other run with views and tried on the rest. Names, roles, quotations and numbers are masked:
what is left is manner.
"""

import re
from collections.abc import Sequence
from typing import Final

from consumer.evaluation.errors import MissingClassifierError
from consumer.evaluation.reviewed import Metric, Reviewed, at_least, originals, titles
from schemas.review import Perspective

ACCURACY: Final = 0.80
LEAST_VIEWS: Final = 12
_ROLE_WORDS: Final = re.compile(
    r"\b(?:manag\w*|senior|peers?|cross|functional|partner\w*|boss|colleagues?|teams?|function)\b",
    re.IGNORECASE,
)
_QUOTED: Final = re.compile('“[^”]*”|"[^"]*"|‘[^’]*’')
_NUMBER: Final = re.compile(r"\d+")


def voice_metrics(reviewed: Sequence[Reviewed]) -> tuple[Metric, ...]:
    """Return how often the role behind a view of an unseen run is told.

    Raises:
        MissingClassifierError: scikit-learn is not installed.
    """
    runs = [
        [(masked(one, v), v.role) for v in one.review.perspectives if v.text is not None]
        for one in originals(reviewed)
    ]
    runs = [views for views in runs if views]
    seen = [view for views in runs[::2] for view in views]
    unseen = [view for views in runs[1::2] for view in views]
    name = "voice told apart on unseen arcs"
    if len(unseen) < LEAST_VIEWS or len({role for _, role in seen}) < 2:
        return (at_least(name, None, ACCURACY, f"{len(unseen)} unseen views: too few to tell"),)
    told = accuracy(seen, unseen)
    return (at_least(name, told, ACCURACY, f"{len(seen)} views learnt, {len(unseen)} unseen"),)


def masked(one: Reviewed, view: Perspective) -> str:
    """Return a view without what gives it away: names, titles, roles, quotations, numbers."""
    text = _QUOTED.sub(" ", view.text or "")
    names = [persona.name for persona in one.arc.trigger.personas] + titles(one.arc)
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, " ")
    return _NUMBER.sub(" ", _ROLE_WORDS.sub(" ", text))


def accuracy(seen: Sequence[tuple[str, str]], unseen: Sequence[tuple[str, str]]) -> float:
    """Return the share of (text, role) pairs whose role is told after learning from others.

    Raises:
        MissingClassifierError: scikit-learn is not installed.
    """
    try:
        from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415 - an extra
        from sklearn.linear_model import LogisticRegression  # noqa: PLC0415
        from sklearn.pipeline import make_pipeline  # noqa: PLC0415
    except ImportError as error:
        raise MissingClassifierError(
            "telling voices apart needs scikit-learn: pip install 'debrief[eval]'"
        ) from error
    classifier = make_pipeline(
        TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 4), sublinear_tf=True),
        LogisticRegression(max_iter=1_000),
    )
    classifier.fit([text for text, _ in seen], [role for _, role in seen])
    return float(classifier.score([text for text, _ in unseen], [role for _, role in unseen]))
