"""The reviewer checks a text, gives it a score, and says what to change."""

import agent_sdk
from agent_sdk.sample_agents.runner import Payload, serve
from agent_sdk.sample_agents.writer import texts

APPROVED_FROM = 0.9
_FEWEST_WORDS = 20


def check(text: str, topic: str, findings: list[str]) -> tuple[float, list[str]]:
    """The share of checks passed, and a comment for each that was not."""
    lower = text.lower()
    checks = {
        "add a title that names the topic": lower.startswith(f"# {topic.lower()}"),
        "use every finding": all(finding.lower() in lower for finding in findings),
        f"write at least {_FEWEST_WORDS} words": len(text.split()) >= _FEWEST_WORDS,
        "add a conclusion": "in short" in lower,
    }
    comments = [comment for comment, passed in checks.items() if not passed]
    return 1 - len(comments) / len(checks), comments


def review(payload: Payload) -> Payload:
    """{text, topic, findings} -> {score, approved, comments}."""
    with agent_sdk.reflection() as step:
        score, comments = check(
            str(payload["text"]), str(payload["topic"]), texts(payload, "findings")
        )
        step.set(score=score)
    return {"score": score, "approved": score >= APPROVED_FROM, "comments": comments}


def main() -> None:
    """Run the agent until it is stopped."""
    serve("reviewer", review)
