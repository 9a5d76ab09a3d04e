"""The models that agents call, and how much they do."""

from collections.abc import Sequence

from query_service.db import Row
from query_service.models.oracle_gateway import METRICS, MODEL, Told, figures, models
from query_service.models.oracle_llm import SPANS, count_by_calls, trouble, with_calls
from query_service.models.oracle_source import MISSED, Source
from query_service.oracle.section import Section, some
from query_service.oracle.sources import LITELLM, MODEL_FIGURES, OLLAMA, source
from query_service.routes.context import Moment, bound, database

MOST = 1_000
"""So many models of each source, and of spans, are told of."""


def find(asked: Moment, known: dict[str, Source]) -> Section:
    """The models of gateways, and those that spans tell of."""
    gateways = [one for name in (LITELLM, OLLAMA) if (one := source(known, name)).window]
    counted = source(known, MODEL_FIGURES)
    is_counted = source(known, LITELLM).is_current and counted.is_current
    calls, *rest = database().together(
        ("oracle/model_calls", {"until": bound(asked.now), "most": MOST}),
        *(("oracle/things", _models_of(one)) for one in gateways),
        *[("oracle/model_figures", _figures_of(LITELLM, asked, counted))] * is_counted,
    )
    things, grown = rest[: len(gateways)], figures(rest[-1] if is_counted else [])
    told: list[Told] = []
    for one, rows in zip(gateways, things, strict=True):
        seen = grown if one.name == LITELLM else {}
        told += models(rows, seen, one.name, one.is_current)
    told = with_calls(told, calls)
    count_by_calls(told)
    away = [f"{one.told}; its models are as they were seen last" for one in gateways if one.is_away]
    return Section(
        [one.item for one in told],
        [*away, *trouble(told)],
        _unknown(told, source(known, LITELLM), counted),
        [one.ours for one in told],
        {"llm_models": len(told)},
    )


def _models_of(gateway: Source) -> Row:
    assert gateway.window
    since, until = map(bound, gateway.window)
    return {"since": since, "until": until, "kinds": [MODEL], "most": 2 * MOST}


def _figures_of(name: str, asked: Moment, counted: Source) -> Row:
    gap = MISSED * counted.keep_alive
    return {"until": bound(asked.now), "metrics": METRICS, "source": name, "gap": gap}


def _unknown(told: Sequence[Told], gateway: Source, counted: Source) -> list[str]:
    """Why limits and figures are null."""
    by_source = {
        name: [one.item for one in told if one.ours["source"] == name]
        for name in (LITELLM, OLLAMA, SPANS)
    }
    unknown = []
    if by_source[LITELLM] and gateway.is_current and not counted.is_current:
        unknown.append(
            f"{counted.told}; tpm and rpm of its models are what spans tell, their health and what"
            " they cost are not known"
        )
    for name, why in (
        (LITELLM, "the gateway tells no limits of all deployments of"),
        (OLLAMA, "Ollama has no limits of tokens or requests:"),
        (SPANS, "no gateway tells the limits of"),
    ):
        lacking = [i["model"] for i in by_source[name] if None in (i["tpm_max"], i["rpm_max"])]
        unknown += some(why, "model", lacking)
    unused = [one.item["model"] for one in told if None in (one.item["tpm"], one.item["rpm"])]
    return [*unknown, *some("nobody tells how much is used of", "model", unused)]
