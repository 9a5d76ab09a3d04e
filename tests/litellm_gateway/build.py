"""Makes the environment of the gateway once, in the cache folder.

`python -m tests.litellm_gateway.build` does it beforehand.
"""

from pathlib import Path

from local_stack.bootstrap import environment

LOCK = Path(__file__).with_name("requirements.lock")


def litellm() -> Path:
    """The gateway's command. Raises SetupError when it cannot be had."""
    return environment(LOCK, "litellm").with_name("litellm")


if __name__ == "__main__":
    litellm()
