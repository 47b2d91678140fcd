"""The evaluation's error tree.

EvaluationError             below DebriefError
├── TruthError              a truth file cannot be read; the message says which and why
└── MissingClassifierError  voices cannot be told apart without scikit-learn
"""

from consumer.errors import DebriefError


class EvaluationError(DebriefError):
    """The root of what evaluating can fail by."""


class TruthError(EvaluationError):
    """A truth file cannot be read, or tells of a run that its arc file does not hold."""


class MissingClassifierError(EvaluationError):
    """scikit-learn is not installed."""
