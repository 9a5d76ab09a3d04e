"""The coder writes a small Python function and runs its doctest."""

import subprocess
import sys
import tempfile
from pathlib import Path

import agent_sdk
from agent_sdk.sample_agents.runner import Payload, serve

_LIMIT_SECONDS = 20
_TEMPLATE = '''
def {name}({arguments}):
    """{purpose}

    >>> {name}({example})
    {result}
    """
    {body}
'''
SNIPPETS = {
    "kafka": _TEMPLATE.format(
        name="partition_of",
        arguments="key, partitions",
        purpose="The partition of a key: the same key, the same partition.",
        example="'a', 3",
        result="1",
        body="return sum(key.encode()) % partitions",
    ),
    "retries": _TEMPLATE.format(
        name="pauses",
        arguments="attempts",
        purpose="Seconds to wait before each attempt: they double.",
        example="4",
        result="[0, 1, 2, 4]",
        body="return [0] + [2**n for n in range(attempts - 1)]",
    ),
    "trace": _TEMPLATE.format(
        name="trace_id",
        arguments="traceparent",
        purpose="The trace id in a W3C traceparent header.",
        example="'00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'",
        result="'0af7651916cd43dd8448eb211c80319c'",
        body="return traceparent.split('-')[1]",
    ),
    "backpressure": _TEMPLATE.format(
        name="put",
        arguments="queue, item, limit",
        purpose="Whether there was room for the item.",
        example="[1], 2, limit=1",
        result="False",
        body="return len(queue) < limit and (queue.append(item) or True)",
    ),
}


def run_doctest(code: str) -> str:
    """Run the doctests of `code` in a process of its own; raises RuntimeError when one fails."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "snippet.py")
        path.write_text(code, encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-m", "doctest", "-v", str(path)],
            capture_output=True,
            text=True,
            timeout=_LIMIT_SECONDS,
            check=False,
        )
    if done.returncode:
        raise RuntimeError(f"the doctest failed:\n{done.stdout[-2000:]}")
    return done.stdout.strip().splitlines()[-1]


def write_code(payload: Payload) -> Payload:
    """{topic} -> {code, check}."""
    topic = str(payload["topic"]).lower()
    code = next((text for word, text in SNIPPETS.items() if word in topic), SNIPPETS["retries"])
    with agent_sdk.tool("run_doctest", {"code": code}) as call:
        check = run_doctest(code)
        call.result(check)
    return {"code": code, "check": check}


def main() -> None:
    """Run the agent until it is stopped."""
    serve("coder", write_code)
