"""What is kept of an Ollama server's answers, however odd they are."""

from typing import Any

import pytest

from query_service.errors import Unavailable
from query_service.observer.ollama.source import OllamaSource
from query_service.observer.things import Key
from tests.query_service.observer.models.scripted import Answer, Scripted, said, scripted

# Of Ollama 0.17.4.
TAGS: dict[str, list[dict[str, Any]]] = {
    "models": [
        {
            "name": "tiny:latest",
            "model": "tiny:latest",
            "modified_at": "2026-11-23T14:30:00.5Z",
            "size": 123456,
            "digest": "a1",
            "details": {
                "parent_model": "",
                "format": "gguf",
                "family": "llama",
                "families": ["llama"],
                "parameter_size": "1.2K",
                "quantization_level": "F32",
            },
        },
        {"name": "far:cloud", "remote_model": "far", "remote_host": "https://x", "digest": "b2"},
    ]
}
LOADED = {
    "models": [
        {
            "name": "tiny:latest",
            "model": "tiny:latest",
            "size": 223456,
            "digest": "a1",
            "details": {},
            "expires_at": "2026-11-23T14:35:00.5Z",
            "size_vram": 0,
            "context_length": 64,
        }
    ]
}
SHOWN = {
    "model_info": {
        "general.architecture": "llama",
        "llama.context_length": 128,
        "llama.embedding_length": 32,
    },
    "capabilities": ["completion", "vision"],
}
WHOLE = {"/api/tags": said(TAGS), "/api/ps": said(LOADED), "/api/show": said(SHOWN)}


def read(server: Scripted) -> dict[str, Any]:
    return {key.name: thing for key, thing in OllamaSource(server.server()).read().things.items()}


def seen(**changed: Answer) -> dict[str, Any]:
    with scripted(WHOLE | {f"/api/{path}": answer for path, answer in changed.items()}) as server:
        return read(server)


def test_models_are_told_with_which_are_loaded() -> None:
    found = seen()
    assert found["tiny:latest"] == {
        "provider": "ollama",
        "payment_type": "free",
        "size": 123456,
        "digest": "a1",
        "modified_at": "2026-11-23T14:30:00.5Z",
        "family": "llama",
        "parameter_size": "1.2K",
        "quantization": "F32",
        "loaded": True,
        "loaded_size": 223456,
        "vram_size": 0,
        "loaded_context": 64,
        "expires_at": "2026-11-23T14:35:00.5Z",
        "input_context": 128,
        "input_types": ["text", "image"],
        "output_types": ["text"],
    }
    assert found["far:cloud"]["loaded"] is False
    assert "payment_type" not in found["far:cloud"]


def test_a_version_of_a_model_is_shown_once() -> None:
    with scripted(dict(WHOLE)) as server:
        source = OllamaSource(server.server())
        source.read()
        source.read()
        shown = [body for path, body in server.asked if path == "/api/show"]
        assert sorted(map(str, shown)) == ["{'model': 'far:cloud'}", "{'model': 'tiny:latest'}"]
        server.answers["/api/tags"] = said({"models": [TAGS["models"][0] | {"digest": "c3"}]})
        source.read()
        assert server.asked[-1] == ("/api/show", {"model": "tiny:latest"})


def test_an_embedding_says_how_long_it_is() -> None:
    model = seen(show=said(SHOWN | {"capabilities": ["embedding"]}))["tiny:latest"]
    assert (model["output_dim"], model["output_types"]) == (32, ["embedding"])


@pytest.mark.parametrize("odd", [said(b"", 404), said(b"<html>"), said([1])])
def test_what_is_loaded_is_absent_where_it_is_not_told(odd: Answer) -> None:
    assert "loaded" not in seen(ps=odd)["tiny:latest"]


@pytest.mark.parametrize(
    "odd",
    [
        said(b"", 500), said(b"<html>"), said({}), said({"model_info": [], "capabilities": 3}),
        said({"model_info": {"general.architecture": {}}, "capabilities": [1, None]}),
    ],
)  # fmt: skip
def test_what_cannot_be_shown_is_absent(odd: Answer) -> None:
    model = seen(show=odd)["tiny:latest"]
    assert model["loaded"] is True
    assert not {"input_context", "output_dim", "input_types", "output_types"} & model.keys()


@pytest.mark.parametrize("odd", [None, {}, "x", [None, 3, {}, {"name": 3}, {"name": ""}]])
def test_odd_lists_of_models(odd: Any) -> None:
    assert seen(tags=said({"models": odd})) == {}


@pytest.mark.parametrize("odd", [said(b"", 500), said(b"<html>"), said([TAGS])])
def test_without_a_list_of_models_it_is_away(odd: Answer) -> None:
    with pytest.raises(Unavailable):
        seen(tags=odd)


def test_too_many_models_are_refused() -> None:
    many = [{"name": str(number)} for number in range(1001)]
    with pytest.raises(Unavailable, match="has 1001 models"):
        seen(tags=said({"models": many}))


def test_models_are_told_from_others_by_their_names() -> None:
    with scripted(dict(WHOLE)) as server:
        keys = OllamaSource(server.server()).read().things
    assert Key("agent_telemetry.model", "ollama", "tiny:latest") in keys
