"""The gateway's error tree.

GatewayError
├── ConfigurationError           settings are wrong; exit code 2
├── StartError                   the gateway cannot start; exit code 1
├── TokenRefusedError            the token is missing, bad or expired; do not retry as you are
├── KeysUnavailableError         the key set cannot be read right now; retry
├── TooManyConnectionsError      the user has as many connections as one may have
├── BadFrameError                a client's frame is not what the protocol says
└── BadCursorError               a paging cursor is not one of ours
"""


class GatewayError(Exception):
    """The root of every error this package raises on purpose."""


class ConfigurationError(GatewayError):
    """One or more settings are wrong; `problems` has one line for each."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class StartError(GatewayError):
    """The gateway cannot start: the address is taken, or the database is out of reach."""


class TokenRefusedError(GatewayError):
    """The token is missing, bad or expired; the message names the reason, never the token."""


class KeysUnavailableError(GatewayError):
    """The key set that checks tokens cannot be read right now."""


class TooManyConnectionsError(GatewayError):
    """The user has as many open connections as one user may have."""


class BadFrameError(GatewayError):
    """A client's frame is not what the protocol says."""


class BadCursorError(GatewayError):
    """A paging cursor is not one that this gateway handed out."""
