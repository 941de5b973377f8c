"""Predictions for a load, made of the reference's own answers before the candidate is asked."""

from collections.abc import Sequence
from itertools import islice

from activities.evaluation.ground import Ground
from activities.evaluation.verification import prompt_ids
from scenarios.scenario import Request


async def foretold_load(ground: Ground, *, seed: int) -> tuple[Request, ...]:
    """The first requests of the load with their predictions; none where the scenario asks for none. Both arms of a pair get the same."""
    if not ground.scale.foretold:
        return ()
    key = f"{seed} {ground.scale.model_dump_json()}"
    if key not in ground.foretold:
        ground.foretold.clear()
        drawn = tuple(islice(ground.scenario.requests(seed, ground.scale), ground.scale.foretold))
        ground.foretold[key] = await foretell(ground, drawn)
    return ground.foretold[key]


async def foretell(ground: Ground, requests: Sequence[Request]) -> tuple[Request, ...]:
    """Requests that have no prediction get one, where the scenario makes any."""
    if not ground.scale.foretold:
        return tuple(requests)
    ground.say(f"the reference answers {len(requests)} requests for their predictions")
    prompts = [prompt_ids(request, ground.vocabulary) for request in requests]
    answers = await ground.reference.complete(prompts, tokens=[request.max_tokens for request in requests])
    return tuple(ground.scenario.foretell(request, answer) for request, answer in zip(requests, answers, strict=True))
