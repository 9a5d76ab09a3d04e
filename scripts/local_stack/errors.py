"""The one exception that is shown to the user as a plain message."""


class SetupError(Exception):
    """Something the user can act on: a missing tool, a port in use, a part that died."""
