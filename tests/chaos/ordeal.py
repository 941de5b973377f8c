"""One life of the scripted search in which things die, held against an undisturbed one."""

import asyncio
import random
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from cli.temporal import survey
from tests.activities.ledger.samples import assert_sound
from tests.chaos.doom import Doom, Moment, Victim, deaths
from tests.chaos.essence import differences, essence
from tests.chaos.proof import acknowledged, attempts, begun_after, leftovers, next_step, processes_of
from tests.chaos.script import TREES, scripted_spec, speak
from tests.chaos.stage import Stage, performed
from tests.fakes.model_server import model_server
from workflows.progress import Spent

SEARCH = "hurt"
LIMIT_SECONDS = 850
Beside = Callable[[Stage], Coroutine[None, None, None]]
"""What somebody does to a stage while the search is performed on it."""
VICTIMS: tuple[Victim, ...] = ("worker", "server", "both")


@dataclass(frozen=True)
class Blow:
    """Something died: at which boundary, how often its step ran again, and the seconds until any step began."""

    boundary: str
    again: int
    seconds: float


@dataclass(frozen=True)
class Life:
    """What became of a search."""

    essence: Mapping[str, object]
    spent: Mapping[str, float]
    blows: tuple[Blow, ...]


async def live(root: Path, *, doom: Doom | None = None, beside: Beside | None = None, candidates: int = len(TREES), again: int = 0) -> Life:
    """From the beginning to the end, with what must hold in every life asserted; so many steps may run `again` without a death."""
    async with model_server(speak) as models:
        stage = Stage(root, model_url=models.url, doom=doom)
        async with performed(stage, scripted_spec(SEARCH, candidates), seconds=LIMIT_SECONDS, beside=(beside or _nothing)(stage)):
            client = await stage.client()
            spent = (await survey(client, SEARCH)).spent
            done = await acknowledged(client, SEARCH)
        steps, struck = stage.steps(), deaths(stage.deaths)
    ran = attempts(steps)
    blows = tuple(Blow(death["boundary"], max(ran[death["step"]] - 1, 0), next_step(steps, death["when"])) for death in struck)
    assert set(ran) == set(done), "each step that began was acknowledged in the end"
    assert not begun_after(done, steps), "no acknowledged step ran again"
    assert sum(ran.values()) - len(ran) <= len(struck) + again, "only what was in flight ran again"
    assert not processes_of(root), "no process is left"
    assert not leftovers(stage.home.ledger), "no lock and no worktree is left"
    ledger = stage.ledger()
    assert_sound(ledger)
    assert ledger.audit(SEARCH, evaluator="e" * 64).findings == ()
    return Life(essence(ledger, SEARCH), _amounts(spent), blows)


async def suffer(
    root: Path, plain: Life, moment: Moment, victim: Victim, *, only: frozenset[str] = frozenset(), candidates: int = len(TREES)
) -> Life:
    """A life in which the victim dies at each boundary once, or at those only, which must end as the undisturbed one."""
    doom = Doom(moment, victim, deaths=root / "deaths.jsonl", server_lock=root / "locks" / "temporal.lock", only=only)
    life = await live(root, doom=doom, candidates=candidates)
    assert not only or {blow.boundary for blow in life.blows} == only
    if moment == "acknowledged":
        assert not any(blow.again for blow in life.blows)
    return _alike(life, plain)


async def endure(root: Path, plain: Life, seed: int) -> Life:
    """A life in which things die at random moments."""
    return _alike(await live(root, beside=partial(_harass, seed=seed)), plain)


def _alike(life: Life, plain: Life) -> Life:
    assert not (differing := differences(life.essence, plain.essence)), "\n".join(differing)
    assert life.spent == plain.spent, "no budget was charged twice"
    return life


def _amounts(spent: tuple[Spent, ...]) -> Mapping[str, float]:
    return {each.name: each.used for each in spent if each.name != "wall clock"}


async def _nothing(stage: Stage) -> None:
    """Beside an undisturbed life."""


async def _harass(stage: Stage, seed: int) -> None:
    """Strike now and then, whether it has recovered from the last blow or not."""
    chance = random.Random(seed)
    while True:
        await asyncio.sleep(chance.uniform(0.5, 5.0))
        stage.strike(chance.choice(VICTIMS))
