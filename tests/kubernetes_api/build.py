"""Builds the control plane once, into the cache folder: some ten minutes of one core.

`python -m tests.kubernetes_api.build` does it beforehand.
"""

from pathlib import Path

from local_stack import steps
from local_stack.cache import cache_home, kept, key
from local_stack.tools import TOOLS, version_text

SERVER = Path(__file__).parent / "server"
VERSION = "v1.37.1"
_PACKAGE = "k8s.io/component-base/version"


def testkube() -> Path:
    """The binary. Raises SetupError when it cannot be built."""
    inputs = sorted(path for path in SERVER.iterdir() if path.is_file())

    def build(directory: Path) -> None:
        numbers = f"-X {_PACKAGE}.gitVersion={VERSION} -X {_PACKAGE}.gitMajor=1"
        minor = f"-X {_PACKAGE}.gitMinor={VERSION.split('.')[1]}"
        command = [
            "go", "build", "-buildvcs=false", "-mod=readonly",
            f"-ldflags=-s -w {numbers} {minor}", "-o", str(directory / "testkube"), ".",
        ]  # fmt: skip
        log = cache_home() / "logs" / "testkube.log"
        steps.run("Kubernetes API for tests", command, log, env={"CGO_ENABLED": "0"}, cwd=SERVER)

    inputs_key = key(VERSION, version_text(TOOLS["go"]), *inputs)
    return kept(cache_home(), "testkube", inputs_key, build) / "testkube"


if __name__ == "__main__":
    testkube()
