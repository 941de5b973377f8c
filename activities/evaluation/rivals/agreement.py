"""How far a rival's timed answers are the reference's: reported beside its figures, never a reason to refuse them."""

from collections.abc import Sequence

from activities.evaluation.answers import Answered, answer
from activities.evaluation.ground import Ground
from activities.evaluation.rivals.declaration import Asking
from activities.evaluation.spelling import Text
from activities.evaluation.verification import Lossless, prompt_ids
from search.value import Value

RECOGNISABLE = 0.5
"""Below this share of the reference's choices an answer comes from another model or another prompt, not from coarser numbers."""


class Agreement(Value):
    """Of one or more samples of timed answers with the reference."""

    answers: int
    tokens: int
    counted: int
    """Tokens that were counted for the same answers."""
    top1: float
    """Share of tokens that are the reference's own choice."""
    worst_gap: float
    """The most that a token lies below the reference's best, in logits."""
    within: float
    """Share of tokens within the reference's margin."""

    @property
    def verified(self) -> bool:
        """Every token is the reference's choice within its margin, and as many were counted as there are."""
        return self.within == 1 and self.counted == self.tokens > 0

    @property
    def recognisable(self) -> bool:
        """Whether it is the same model at all."""
        return self.top1 >= RECOGNISABLE


def together(agreements: Sequence[Agreement]) -> Agreement | None:
    """All samples as one; None for none."""
    tokens = sum(one.tokens for one in agreements)
    if not tokens:
        return None
    return Agreement(
        answers=sum(one.answers for one in agreements),
        tokens=tokens,
        counted=sum(one.counted for one in agreements),
        top1=sum(one.top1 * one.tokens for one in agreements) / tokens,
        worst_gap=max(one.worst_gap for one in agreements),
        within=sum(one.within * one.tokens for one in agreements) / tokens,
    )


async def agreement(ground: Ground, answered: Sequence[Answered], asking: Asking) -> Agreement:
    """Token ids are judged as a candidate's are. A text is read by the reference, also where the rival never chooses a closing token."""
    ground.say(f"the reference reads {len(answered)} timed answers")
    if asking.token_ids and asking.eos != "masked":
        gaps = await _judged(ground, answered)
    else:
        gaps = await _read(ground, answered, masked=asking.eos == "masked")
    tokens = len(gaps)
    return Agreement(
        answers=len(answered),
        tokens=tokens,
        counted=sum(arrival.tokens for one in answered for arrival in one.exchange.arrivals),
        top1=sum(gap <= 0 for gap in gaps) / max(tokens, 1),
        worst_gap=max(gaps, default=0.0),
        within=sum(gap <= ground.policy.margin for gap in gaps) / max(tokens, 1),
    )


async def _judged(ground: Ground, answered: Sequence[Answered]) -> list[float]:
    answers = [answer(one, ground.vocabulary) for one in answered]
    told = await ground.reference.told(answers, Lossless(margin=ground.policy.margin))
    return [gap for one in told for gap in one.gaps]


async def _read(ground: Ground, answered: Sequence[Answered], *, masked: bool) -> list[float]:
    texts = [
        Text(
            prompt=prompt_ids(one.request, ground.vocabulary),
            text=one.exchange.text,
            tokens=one.request.max_tokens,
            without=tuple(sorted(ground.vocabulary.eos_ids)) if masked else (),
        )
        for one in answered
    ]
    return [gap for reading in await ground.reference.read(texts) for gap in reading.gaps]
