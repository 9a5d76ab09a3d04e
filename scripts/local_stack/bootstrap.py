"""First step of every script: look for tools, make the Python environment, print its interpreter.

Standard library only; run by any Python >= 3.11.
"""

import platform
import sys
from pathlib import Path

from local_stack import cache, steps, tools
from local_stack.errors import SetupError


def environment(lock: Path, name: str = "python") -> Path:
    """The interpreter of the environment that has exactly what the lock file lists, kept by a
    name."""
    inputs = cache.key(lock, platform.python_version(), sys.base_prefix, platform.machine())
    home = cache.cache_home()

    def build(directory: Path) -> None:
        log = home / "logs" / f"{name}.log"
        venv_log = home / "logs" / f"{name}-venv.log"
        steps.run("Python environment", [sys.executable, "-m", "venv", str(directory)], venv_log)
        install = ["-m", "pip", "install", "--no-deps", "--require-hashes", "--no-input"]
        command = [str(directory / "bin/python"), *install, "--progress-bar=off", "-r", str(lock)]
        steps.run("Python packages", command, log)

    return cache.kept(home, name, inputs, build) / "bin/python"


def main() -> None:
    """`python -m local_stack.bootstrap [go] [java] [maven]` prints the interpreter's path."""
    try:
        for name in sys.argv[1:]:
            tools.require(name)
        print(environment(cache.ROOT / "requirements.lock"))
    except SetupError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
