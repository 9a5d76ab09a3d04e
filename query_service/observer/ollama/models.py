"""What is kept of the models of an Ollama server."""

from typing import Any

from query_service.observer.model_server import MODEL
from query_service.observer.odd_json import fields, number, objects, present, text, texts, whole
from query_service.observer.things import Key

NAME = "ollama"
Json = dict[str, Any]


def names(tags: Json) -> dict[str, Json]:
    """The models that are there, by name, out of `/api/tags`."""
    return {name: item for item in objects(tags.get("models")) if (name := text(item.get("name")))}


def model(name: str, item: Json, loaded: dict[str, Json] | None, shown: Json) -> tuple[Key, Json]:
    """A model; `loaded` are those of `/api/ps`, None when that is not known, `shown` is what
    `/api/show` says of it."""
    details = fields(item.get("details"))
    running = (loaded or {}).get(name, {})
    is_remote = bool(item.get("remote_host") or item.get("remote_model"))
    attributes = {
        "provider": NAME,
        # Only what runs elsewhere can cost something.
        "payment_type": None if is_remote else "free",
        "size": number(item.get("size")),
        "digest": text(item.get("digest")),
        "modified_at": text(item.get("modified_at")),
        "family": text(details.get("family")),
        "parameter_size": text(details.get("parameter_size")),
        "quantization": text(details.get("quantization_level")),
        "loaded": None if loaded is None else name in loaded,
        "loaded_size": number(running.get("size")),
        "vram_size": number(running.get("size_vram")),
        "loaded_context": whole(running.get("context_length")),
        "expires_at": text(running.get("expires_at")),
        **_shown(shown),
    }
    return Key(MODEL, NAME, name), present(attributes)


def _shown(shown: Json) -> Json:
    info = fields(shown.get("model_info"))
    architecture = info.get("general.architecture")
    able = texts(shown.get("capabilities"))
    embeds = "embedding" in able
    return {
        "input_context": whole(info.get(f"{architecture}.context_length")),
        "output_dim": whole(info.get(f"{architecture}.embedding_length")) if embeds else None,
        "input_types": (["text"] if able else []) + (["image"] if "vision" in able else []),
        "output_types": (["text"] if "completion" in able else [])
        + (["embedding"] if embeds else []),
    }
