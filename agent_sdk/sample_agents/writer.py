"""The writer makes a short text of findings and code, and follows a reviewer's comments."""

import agent_sdk
from agent_sdk.sample_agents.model import ask
from agent_sdk.sample_agents.runner import Payload, serve


def compose(topic: str, findings: list[str], code: str, comments: list[str]) -> str:
    """A title, the findings and the code; and what the comments ask for."""
    parts = [f"# {topic.capitalize()}", " ".join(findings)]
    if code:
        parts.append(f"An example:\n{code.strip()}")
    if any("conclusion" in comment for comment in comments):
        parts.append(f"In short: {findings[0][0].lower()}{findings[0][1:]}")
    return "\n\n".join(parts)


def write(payload: Payload) -> Payload:
    """{topic, findings, code, comments} -> {text}."""
    topic, code = str(payload["topic"]), str(payload.get("code", ""))
    findings, comments = texts(payload, "findings"), texts(payload, "comments")
    with agent_sdk.planning():
        draft = compose(topic, findings, code, comments)
    text = ask(f"Improve this text. Keep every fact and the code:\n{draft}", otherwise=draft)
    return {"text": text}


def texts(payload: Payload, name: str) -> list[str]:
    """The list `name` of a payload, empty when it is missing; raises TypeError if it is none."""
    value = payload.get(name, [])
    if not isinstance(value, list):
        raise TypeError(f"{name} must be a list of strings, not {type(value).__name__}")
    return [str(each) for each in value]


def main() -> None:
    """Run the agent until it is stopped."""
    serve("writer", write)
