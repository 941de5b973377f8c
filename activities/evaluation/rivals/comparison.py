"""A candidate beside rivals: interleaved pairs with each, on one leased device, with the same requests in both arms."""

import math
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Literal

from activities.evaluation.arm import Measured, measure_arm
from activities.evaluation.digest import evaluator_digest
from activities.evaluation.ground import Ground
from activities.evaluation.pair import FOREIGN_SHARE
from activities.evaluation.rivals.agreement import Agreement, together
from activities.evaluation.rivals.arm import RivalArm, RivalFailed, measure_rival
from activities.evaluation.rivals.declaration import Entrant
from activities.evaluation.rivals.place import Missing
from activities.evaluation.rivals.preparation import Prepared, prepare
from activities.evaluation.server import Launch, ServerFailed
from search.measurement import Arm
from search.statistics import interval, median_ratio
from search.value import Value
from search.verdict import Interval
from targets.lease import Lease

LEVEL = 0.95
MOST_VOID = 3
"""Pairs with one rival that the machine may spoil before it is left as it is."""

Side = Literal["ours", "rival"]


class OursFailed(RuntimeError):
    """The candidate itself failed or answered wrongly: there is nothing to compare."""


class Meeting(Value):
    """One pair of arms."""

    seed: int
    first: Side
    ours: Arm
    rival: RivalArm
    void: str | None = None
    """Why it counts for nothing; None when it counts."""

    @property
    def ratio(self) -> float:
        """Ours over the rival, in the scenario's metric."""
        return self.ours.score / self.rival.arm.score


class Standing(Value):
    """All that was seen of one rival."""

    name: str
    title: str
    version: str = ""
    weights: str
    settings: str = ""
    """Its command line with its variables."""
    caveats: tuple[str, ...] = ()
    documentation: str = ""
    problem: str | None = None
    """Why there is no number, or no further pair."""
    install: str = ""
    """What installs it, where it is missing."""
    meetings: tuple[Meeting, ...] = ()
    ratio: float | None = None
    """Ours over the rival: the median over the pairs that count."""
    interval: Interval | None = None
    """None below two pairs."""
    agreement: Agreement | None = None

    @property
    def counting(self) -> tuple[Meeting, ...]:
        """Pairs that count."""
        return tuple(meeting for meeting in self.meetings if meeting.void is None)


class Comparison(Value):
    """The whole of it."""

    ours: str
    scenario: str
    metric: str
    model: str
    correctness: str
    device: str
    evaluator_digest: str
    seeds: tuple[int, ...]
    standings: tuple[Standing, ...]


class Tournament:
    """A comparison in progress."""

    def __init__(self, ground: Ground, launch: Launch, *, seed: int, window_seconds: float) -> None:
        self._ground = ground
        self._launch = launch
        self._random = Random(f"compare {seed}")
        self._window_seconds = window_seconds
        self.seeds = [seed]

    async def meet(self, prepared: Prepared) -> Meeting:
        """One pair. Raises `RivalFailed`, `OursFailed`."""
        seed = self._random.getrandbits(48)
        self.seeds.append(seed)
        first: Side = "ours" if self._random.random() < 0.5 else "rival"
        device = self._ground.target.fingerprint()
        async with self._ground.leased() as lease:
            if first == "ours":
                ours = await self._ours(seed, lease)
                rival = await self._rival(prepared, seed, lease)
            else:
                rival = await self._rival(prepared, seed, lease)
                ours = await self._ours(seed, lease)
        changed = None if device == self._ground.target.fingerprint() else "the device changed during the pair"
        void = changed or ours.doubt or _noise(ours.arm, rival.arm, prepared.entrant)
        return Meeting(seed=seed, first=first, ours=ours.arm, rival=rival, void=void)

    async def _ours(self, seed: int, lease: Lease) -> Measured:
        self._ground.say("ours")
        try:
            measured = await measure_arm(self._ground, self._launch, seed=seed, window_seconds=self._window_seconds, lease=lease)
        except ServerFailed as failed:
            raise OursFailed(f"the server {failed.reason}") from None
        if measured.fault:
            raise OursFailed(measured.fault)
        return measured

    async def _rival(self, prepared: Prepared, seed: int, lease: Lease) -> RivalArm:
        self._ground.say(prepared.entrant.name)
        return await measure_rival(self._ground, prepared, seed=seed, window_seconds=self._window_seconds, lease=lease)


async def compare(
    ground: Ground, launch: Launch, entrants: Sequence[Entrant], *, rivals_folder: Path, title: str, pairs: int, seed: int
) -> Comparison:
    """Prepares all rivals, then meets each in turn, until each has its pairs. Raises `OursFailed`."""
    found = [await prepare(ground, entrant, rivals_folder) for entrant in entrants]
    standings = [_begun(entrant, one) for entrant, one in zip(entrants, found, strict=True)]
    tournament = Tournament(ground, launch, seed=seed, window_seconds=ground.scale.load.window_seconds)
    while due := [place for place, standing in enumerate(standings) if _wants(standing, pairs)]:
        for place in due:
            standings[place] = await _further(ground, tournament, found[place], standings[place])
    return Comparison(
        ours=title,
        scenario=ground.scenario.name,
        metric=str(ground.scenario.metric),
        model=ground.checkpoint.name,
        correctness=ground.policy.kind,
        device=ground.target.fingerprint().device_class,
        evaluator_digest=evaluator_digest(ground.scenario),
        seeds=tuple(tournament.seeds),
        standings=tuple(_judged(standing) for standing in standings),
    )


def _begun(entrant: Entrant, found: Prepared | Missing) -> Standing:
    known = Standing(
        name=entrant.name,
        title=entrant.rival.title,
        weights=entrant.precision.weights,
        caveats=entrant.caveats,
        documentation=entrant.rival.documentation,
    )
    match found:
        case Missing(reason=reason, install=install):
            return known.model_copy(update={"problem": reason, "install": install})
        case Prepared():
            return known.model_copy(update={"version": found.version, "settings": found.settings})


def _wants(standing: Standing, pairs: int) -> bool:
    """Whether a rival gets a further pair: it works, has too few, and the machine has not spoilt too many."""
    void = len(standing.meetings) - len(standing.counting)
    return standing.problem is None and len(standing.counting) < pairs and void < MOST_VOID


async def _further(ground: Ground, tournament: Tournament, prepared: Prepared | Missing, standing: Standing) -> Standing:
    assert isinstance(prepared, Prepared)
    try:
        meeting = await tournament.meet(prepared)
    except RivalFailed as failed:
        ground.say(f"{standing.name}: {failed}")
        return standing.model_copy(update={"problem": str(failed)})
    outcome = f"void: {meeting.void}" if meeting.void else f"{meeting.ratio:.2f}x"
    ground.say(f"{standing.name} {meeting.rival.arm.tokens_per_second:.1f}, ours {meeting.ours.tokens_per_second:.1f} tokens/s, {outcome}")
    return standing.model_copy(update={"meetings": (*standing.meetings, meeting)})


def _judged(standing: Standing) -> Standing:
    logs = [math.log(meeting.ratio) for meeting in standing.counting]
    spoilt = "the machine is too noisy: too many pairs were void" if not logs and standing.problem is None else standing.problem
    return standing.model_copy(
        update={
            "problem": spoilt,
            "ratio": median_ratio(logs) if logs else None,
            "interval": interval(logs, LEVEL) if len(logs) > 1 else None,
            "agreement": together([meeting.rival.agreement for meeting in standing.meetings]),
        }
    )


def _noise(ours: Arm, rival: Arm, entrant: Entrant) -> str | None:
    """What others took of the cores. Of a rival that was started by somebody else it cannot be told from its own share."""
    arms = {"ours": ours} if entrant.url else {"ours": ours, entrant.name: rival}
    for name, arm in arms.items():
        if arm.foreign_load > FOREIGN_SHARE:
            return f"others used {arm.foreign_load:.0%} of the cores while {name} was measured"
    return None
