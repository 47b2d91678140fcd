"""The consumer's error tree.

DebriefError
├── ConfigurationError      settings are wrong; exit code 2
└── (each package has its own root below this one)
"""


class DebriefError(Exception):
    """The root of every error this package raises on purpose."""


class OutputError(DebriefError):
    """What a command made could not be written where it was asked for."""


class ConfigurationError(DebriefError):
    """One or more settings are wrong; `problems` has one line for each."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems
