"""Are the tools there that cannot be brought along?

Standard library only: runs before the Python environment exists.
"""

import re
import shutil
import subprocess
from dataclasses import dataclass

from local_stack.errors import SetupError


@dataclass(frozen=True)
class Tool:
    """A tool, how it tells its version, the oldest that serves (any) and where to get it."""

    name: str
    command: tuple[str, ...]
    pattern: str
    minimum: tuple[int, ...]
    source: str


TOOLS = {
    "go": Tool("Go", ("go", "version"), r"go(\d+)\.(\d+)", (1, 25), "https://go.dev/dl/"),
    "java": Tool(
        "Java",
        ("java", "-version"),
        r'version "(\d+)',
        (17,),
        "https://adoptium.net/ or your package manager (openjdk-17-jre-headless)",
    ),
    "maven": Tool(
        "Maven",
        ("mvn", "-version"),
        "",
        (),
        "https://maven.apache.org/download.cgi or your package manager (maven)",
    ),
}


def version_text(tool: Tool) -> str:
    """What the tool says when asked for its version; empty when it is not there."""
    if not shutil.which(tool.command[0]):
        return ""
    told = subprocess.run(tool.command, capture_output=True, text=True, check=False)
    return told.stdout + told.stderr


def require(name: str) -> None:
    """Raises SetupError, one line with where to get it, if the tool is missing or too old."""
    tool = TOOLS[name]
    if not tool.minimum:
        if not shutil.which(tool.command[0]):
            raise SetupError(f"{tool.name} is needed, none was found: {tool.source}")
        return
    found = re.search(tool.pattern, version_text(tool))
    if found and tuple(int(part) for part in found.groups()) >= tool.minimum:
        return
    minimum = ".".join(map(str, tool.minimum))
    state = f"only {'.'.join(found.groups())}" if found else "none was found"
    raise SetupError(f"{tool.name} >= {minimum} is needed, {state}: {tool.source}")
