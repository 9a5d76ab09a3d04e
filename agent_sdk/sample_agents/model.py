"""A language model, when one is there: any service that speaks OpenAI's chat API."""

import httpx

import agent_sdk
from agent_sdk.sample_agents.settings import SampleSettings

_SECONDS = 60.0


def ask(prompt: str, otherwise: str) -> str:
    """The model's answer; `otherwise` when neither OLLAMA_BASE_URL nor LITELLM_BASE_URL is set.

    Raises httpx.HTTPError when the model does not answer.
    """
    settings = SampleSettings()
    if settings.litellm_base_url:
        provider, base_url = "litellm", settings.litellm_base_url
    elif settings.ollama_base_url:
        provider, base_url = "ollama", settings.ollama_base_url
    else:
        return otherwise
    messages = [{"role": "user", "content": prompt}]
    with agent_sdk.llm_call(settings.agent_model, provider=provider, messages=messages) as call:
        response = httpx.post(
            f"{base_url.rstrip('/')}/v1/chat/completions",
            json={"model": settings.agent_model, "messages": messages},
            headers={"Authorization": f"Bearer {settings.litellm_api_key or 'none'}"},
            timeout=_SECONDS,
        )
        response.raise_for_status()
        answer = response.json()
        choice = answer["choices"][0]
        text = str(choice["message"]["content"])
        usage = answer.get("usage") or {}
        call.usage(int(usage.get("prompt_tokens", 0)), int(usage.get("completion_tokens", 0)))
        call.response(
            text,
            model=answer.get("model"),
            response_id=answer.get("id"),
            finish_reasons=[str(choice.get("finish_reason", "stop"))],
        )
        return text
