"""What is kept of an Ollama server's answers, however odd they are."""

from typing import Any

import pytest

from query_service.errors import Unavailable
from query_service.observer.ollama.source import OllamaSource
from query_service.observer.things import Key
from tests.query_service.observer.models.scripted import Answer, Scripted, said, scripted

# Recorded of an Ollama 0.17.4 with a model of 30,000 parameters, before and after it answered.
DIGEST = "17058d84549716fa690ca34049de55d9aeae6e0ff3307adacadefcd97bee3e4e"
DETAILS = {
    "parent_model": "", "format": "gguf", "family": "llama", "families": ["llama"],
    "parameter_size": "30K", "quantization_level": "unknown",
}  # fmt: skip
TINY: dict[str, Any] = {
    "name": "tiny:latest", "model": "tiny:latest", "size": 126345, "digest": DIGEST,
    "modified_at": "2026-11-23T15:17:51.251524762Z", "details": DETAILS,
}  # fmt: skip
LOADED = {
    "models": [
        {
            "name": "tiny:latest", "model": "tiny:latest", "size": 96128, "digest": DIGEST,
            "details": DETAILS, "expires_at": "2026-11-23T15:22:51.330883386Z", "size_vram": 0,
            "context_length": 128,
        }
    ]
}  # fmt: skip
SHOWN = {
    "modelfile": "FROM /models/blobs/sha256-e85b56f0", "template": "{{ .Prompt }}",
    "details": DETAILS, "modified_at": "2026-11-23T15:17:51.251524762Z",
    "model_info": {
        "general.architecture": "llama", "general.file_type": 0, "general.parameter_count": 29536,
        "llama.block_count": 1, "llama.context_length": 128, "llama.embedding_length": 32,
        "tokenizer.ggml.tokens": None,
    },
    "capabilities": ["completion"],
}  # fmt: skip
# One that runs elsewhere, by the fields that it has there.
FAR = {"name": "far:cloud", "remote_model": "far", "remote_host": "https://x", "digest": "b2"}
TAGS = {"models": [TINY, FAR]}
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
        "size": 126345,
        "digest": DIGEST,
        "modified_at": "2026-11-23T15:17:51.251524762Z",
        "family": "llama",
        "parameter_size": "30K",
        "quantization": "unknown",
        "loaded": True,
        "loaded_size": 96128,
        "vram_size": 0,
        "loaded_context": 128,
        "expires_at": "2026-11-23T15:22:51.330883386Z",
        "input_context": 128,
        "input_types": ["text"],
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
        server.answers["/api/tags"] = said({"models": [TINY | {"digest": "c3"}]})
        source.read()
        assert server.asked[-1] == ("/api/show", {"model": "tiny:latest"})


def test_a_model_that_sees_takes_images() -> None:
    model = seen(show=said(SHOWN | {"capabilities": ["completion", "vision"]}))["tiny:latest"]
    assert model["input_types"] == ["text", "image"]


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
