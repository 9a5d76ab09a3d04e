"""Pieces of work: calls of the model and of tools."""

from opentelemetry.semconv._incubating.attributes import gen_ai_attributes as genai

from tests.faults.reader import Steps
from tests.faults.records import Attributes, Failure
from tests.faults.spans import CLIENT, Spans


class Calls(Spans):
    """Steps for those who work."""

    def piece(self, share: float = 1.0) -> Steps:
        """A piece of work: calls of the model and of tools."""
        rng, skill = self.loop.rng, self.agent.skill
        # Now and then one takes far longer than others, and is fine.
        long = rng.uniform(3, 8) if rng.random() < 0.015 else 1.0
        for _ in range(rng.randint(*skill.calls)):
            yield from self.model_call(share * long)
            if skill.tools and rng.random() < 0.7:
                yield from self.tool_call(rng.choice(skill.tools), share * long)

    def model_call(self, share: float = 1.0) -> Steps:
        """A call of the model, tried again when that may help."""
        for attempt in range(1, 5):
            try:
                yield from self._call(share)
                return
            except Failure as failure:
                if not failure.retryable or attempt == 4:
                    raise
            yield self.loop.rng.uniform(0.5, 1.5) * 2**attempt

    def tool_call(self, tool: str, share: float = 1.0) -> Steps:
        agent = self.agent
        seconds = agent.skill.tool_seconds * self.loop.rng.lognormvariate(0, 0.4)
        attributes = {
            genai.GEN_AI_OPERATION_NAME: "execute_tool",
            genai.GEN_AI_TOOL_NAME: tool,
            genai.GEN_AI_TOOL_TYPE: "function",
        }
        with self.span(f"execute_tool {tool}", "tool", attributes):
            yield max(0.02, seconds * share * agent.habits.slower("tool"))
            failure = agent.habits.tool_fails(tool)
            if failure is not None:
                raise failure

    def _call(self, share: float) -> Steps:
        agent, rng = self.agent, self.loop.rng
        skill = agent.skill
        failure = agent.habits.model_fails()
        seconds = skill.llm_seconds * rng.lognormvariate(0, 0.35)
        tokens = skill.tokens * rng.lognormvariate(0, 0.3) * agent.habits.more_tokens()
        attributes: Attributes = {
            genai.GEN_AI_OPERATION_NAME: "chat",
            genai.GEN_AI_PROVIDER_NAME: "litellm",
            genai.GEN_AI_REQUEST_MODEL: skill.model,
        }
        with self.span(f"chat {skill.model}", "llm_call", attributes, CLIENT) as span:
            if failure is not None:
                yield rng.uniform(0.1, 1.2)
                self.loop.calls.append((self.loop.now, 0, failure.error_type))
                raise failure
            yield max(0.05, seconds * share * agent.habits.slower("llm"))
            self.loop.calls.append((self.loop.now, int(tokens * 1.3), ""))
            span.attributes |= {
                genai.GEN_AI_RESPONSE_MODEL: skill.model,
                genai.GEN_AI_RESPONSE_FINISH_REASONS: ["stop"],
                genai.GEN_AI_USAGE_INPUT_TOKENS: int(tokens),
                genai.GEN_AI_USAGE_OUTPUT_TOKENS: int(tokens * rng.uniform(0.15, 0.5)),
            }
