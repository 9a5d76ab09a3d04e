"""How agents of a world work together: who asks whom, and how often for one piece of work."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any

from tests.faults.agent import Agent
from tests.faults.flows import Ask, Flow, Run
from tests.faults.job import result
from tests.faults.texts import sentence, subject

if TYPE_CHECKING:
    from tests.faults.world import World

Make = Callable[[Run], Flow]


@dataclass
class Topology:
    """`front` gets the work from outside; `workers` ask nobody; `askers` ask others."""

    name: str
    front: Agent
    workers: list[Agent]
    askers: list[Agent]
    visits: float
    """Tasks of the busiest agent for one piece of work."""


def pipeline(world: "World") -> Topology:
    """Each does its part and hands on to the next; answers come back the same way."""
    roles = world.rng.sample(["intake", "parser", "enricher", "ranker", "publisher"], 4)
    chain = [world.agent(role) for role in roles]
    for agent, following in zip(chain, chain[1:], strict=False):
        agent.flow = _part_then(following)
    return Topology("pipeline", chain[0], chain[-1:], chain[:-1], 1)


def orchestrated(world: "World") -> Topology:
    """One hands out research and code at the same time, then writing, then reviews."""
    researcher, coder = world.agent("researcher"), world.agent("coder")
    writer, reviewer = world.agent("writer"), world.agent("reviewer", score=True)
    orchestrator = world.agent("orchestrator")
    orchestrator.flow = _orchestrate(researcher, coder, writer, reviewer)
    return Topology(
        "orchestrated", orchestrator, [researcher, coder, writer, reviewer], [orchestrator], 2.2
    )


def review_pair(world: "World") -> Topology:
    """A writer has its drafts reviewed until they are good enough."""
    reviewer, checker = world.agent("critic", score=True), world.agent("fact-checker")
    writer = world.agent("author", reads_ahead=world.rng.random() < 0.5, workers=3)
    writer.flow = _write(reviewer, checker)
    return Topology("review_pair", writer, [reviewer, checker], [writer], 2.5)


def tree(world: "World") -> Topology:
    """A director has leads, and each lead has workers of its own."""
    director = world.agent("director", reads_ahead=True, workers=6)
    leads, workers = [], []
    for area in ("data", "web"):
        own = [world.agent(f"{area}-{role}") for role in ("miner", "analyst")]
        lead = world.agent(f"{area}-lead", reads_ahead=world.rng.random() < 0.6, workers=4)
        lead.flow = _all_of(own)
        leads.append(lead)
        workers += own
    director.flow = _all_of(leads)
    return Topology("tree", director, workers, [director, *leads], 1)


def pool(world: "World") -> Topology:
    """Two planners share a pool of workers, and an indexer."""
    shared = world.agent("pool-worker", workers=world.rng.randint(2, 4))
    indexer = world.agent("indexer")
    front = world.agent("dispatcher")
    planners = [world.agent(f"planner-{name}") for name in ("a", "b")]
    for planner in planners:
        planner.flow = _parts(shared, indexer)
    front.flow = _one_of(planners)
    return Topology("pool", front, [shared, indexer], [front, *planners], 1.6)


ALL = (pipeline, orchestrated, review_pair, tree, pool)


def _part_then(following: Agent) -> Make:
    def make(run: Run) -> Flow:
        yield from run.job.piece(0.8)
        [answer] = yield [Ask(following.name, _brief(run), f"next: {following.slug}")]
        return {"subject": run.brief.get("subject", ""), "result": answer["result"]}

    return make


def _all_of(own: list[Agent]) -> Make:
    def make(run: Run) -> Flow:
        yield from run.job.model_call(0.5)
        answers = yield [Ask(agent.name, _brief(run), "a part of it") for agent in own]
        return _joined(run, answers)

    return make


def _one_of(planners: list[Agent]) -> Make:
    def make(run: Run) -> Flow:
        chosen = run.agent.loop.rng.choice(planners)
        answers = yield [Ask(chosen.name, _brief(run), "plan and do")]
        return _joined(run, answers)

    return make


def _parts(shared: Agent, indexer: Agent) -> Make:
    def make(run: Run) -> Flow:
        yield from run.job.model_call(0.5)
        parts = run.agent.loop.rng.randint(1, 3)
        answers = yield [Ask(shared.name, _brief(run, part=n), "do a part") for n in range(parts)]
        yield [Ask(indexer.name, _brief(run), "index the result")]
        return _joined(run, answers)

    return make


def _orchestrate(researcher: Agent, coder: Agent, writer: Agent, reviewer: Agent) -> Make:
    def make(run: Run) -> Flow:
        yield from run.job.model_call(0.4)
        found = yield [
            Ask(researcher.name, _brief(run), "find facts"),
            Ask(coder.name, _brief(run), "write an example"),
        ]
        facts = {"facts": found[0]["result"], "code": found[1]["result"]}
        score, comments = 0.0, ""
        for revision in range(4):
            wish = _brief(run, **facts, comments=comments, revision=revision)
            [text] = yield [Ask(writer.name, wish, "write the text")]
            draft = _brief(run, text=text["result"], revision=revision, last=score)
            [verdict] = yield [Ask(reviewer.name, draft, "review the text")]
            score, comments = verdict["score"], verdict["comments"]
            if score >= 0.9:
                break
        return {"subject": run.brief.get("subject", ""), "result": text["result"], "score": score}

    return make


def _write(reviewer: Agent, checker: Agent) -> Make:
    def make(run: Run) -> Flow:
        yield from run.job.piece()
        draft, score, comments = sentence(run.agent.loop.rng, 40), 0.0, ""
        yield [Ask(checker.name, _brief(run, text=draft), "check the facts")]
        for revision in range(5):
            brief = _brief(run, text=draft, revision=revision, comments=comments, last=score)
            [verdict] = yield [Ask(reviewer.name, brief, "review the draft")]
            score, comments = verdict["score"], verdict["comments"]
            if score >= 0.9:
                break
            yield from run.job.model_call()
            words = draft.split()
            draft = " ".join(words[: -8 - revision]) + " " + sentence(run.agent.loop.rng, 12)
        return {"subject": run.brief.get("subject", ""), "result": draft, "score": score}

    return make


def judged(run: Run) -> Flow:
    """A score that rises with every round, and what is still to be done."""
    yield from run.job.piece()
    rng = run.agent.loop.rng
    last = float(run.brief.get("last", 0.0))
    score = min(1.0, max(last + rng.uniform(0.15, 0.4), rng.uniform(0.5, 0.95)))
    answer: dict[str, Any] = result(run.job)
    return {
        **answer,
        "score": round(score, 2),
        "comments": sentence(rng, round(20 * (1.1 - score))),
    }


def brief(rng: Random) -> dict[str, object]:
    """What is asked from outside."""
    return {"subject": subject(rng), "wish": sentence(rng, 12)}


def _brief(run: Run, **more: object) -> dict[str, object]:
    return {
        "subject": run.brief.get("subject", ""),
        "instructions": sentence(run.agent.loop.rng, 15),
        **more,
    }


def _joined(run: Run, answers: list[dict[str, object]]) -> dict[str, object]:
    parts = [str(answer.get("result", ""))[:80] for answer in answers]
    return {"subject": run.brief.get("subject", ""), "result": " / ".join(parts)}
