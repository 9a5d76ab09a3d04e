"""What is kept of the deployments of a gateway, out of `/model/info`.

Their parameters hold addresses and may hold keys: only what is named here is taken.
"""

from collections.abc import Iterable
from typing import Any

from query_service.observer.model_server import MODEL
from query_service.observer.odd_json import fields, number, objects, present, text, whole
from query_service.observer.things import Key

NAME = "litellm"
_TYPES = {
    "chat": ("text", "text"),
    "completion": ("text", "text"),
    "responses": ("text", "text"),
    "embedding": ("text", "embedding"),
    "image_generation": ("text", "image"),
    "audio_speech": ("text", "audio"),
    "audio_transcription": ("audio", "text"),
}
_MORE_IN = {
    "supports_vision": "image",
    "supports_audio_input": "audio",
    "supports_video_input": "video",
    "supports_pdf_input": "pdf",
}


def deployments(document: dict[str, Any]) -> dict[Key, dict[str, Any]]:
    """Each deployment by the name that agents call it by, and its id."""
    found = {}
    for item in objects(document.get("data")):
        name, info = text(item.get("model_name")), fields(item.get("model_info"))
        parameters = fields(item.get("litellm_params"))
        model = text(parameters.get("model"))
        uid = text(info.get("id")) or model or ""
        if name is not None:
            found[Key(MODEL, NAME, name, uid)] = _attributes(item, parameters, info, model)
    return found


def _attributes(
    item: dict[str, Any], parameters: dict[str, Any], info: dict[str, Any], model: str | None
) -> dict[str, Any]:
    places = (item, parameters, info)  # as the gateway's router looks for limits
    mode = text(info.get("mode"))
    taken, given = _TYPES.get(mode or "", (None, None))
    more_in = [kind for flag, kind in _MORE_IN.items() if info.get(flag) is True]
    more_out = ["audio"] if info.get("supports_audio_output") is True else []
    return present(
        {
            "model": model,
            "provider": _provider(parameters, info, model),
            "mode": mode,
            "tpm_max": _first(number(place.get("tpm")) for place in places),
            "rpm_max": _first(number(place.get("rpm")) for place in places),
            "input_context": whole(info.get("max_input_tokens")),
            "output_context": whole(info.get("max_output_tokens")),
            "output_dim": whole(info.get("output_vector_size")),
            "input_types": _types(taken, more_in),
            "output_types": _types(given, more_out),
        }
    )


def _provider(parameters: dict[str, Any], info: dict[str, Any], model: str | None) -> str | None:
    told = text(info.get("litellm_provider")) or text(parameters.get("custom_llm_provider"))
    prefix, slash, _ = (model or "").partition("/")
    return told or (prefix if slash else None) or None


def _types(usual: str | None, more: list[str]) -> list[str]:
    return list(dict.fromkeys([usual, *more])) if usual else []


def _first(values: Iterable[float | None]) -> float | None:
    return next((value for value in values if value is not None), None)
