"""A hypothesis reads as whole sentences that name the profile's figures and the history."""

from search.composition import Composition
from search.hypothesis import Hypothesis
from search.policy import Proposal, space
from search.policy.explanation import explain
from search.policy.moves import tunings
from tests.search.catalog import after, measured, starting

SITUATION = starting()
OFFER = space.offer(SITUATION)
ENGINE = space.compose(["fused-llama", "paged-cache", "continuous-batching"], OFFER, like=Composition())
WIDER = space.compose(["fused-llama", "paged-cache", "continuous-batching", "fused-sampling"], OFFER, like=Composition())


def explained(before: Composition, made: Composition, expected: float) -> Hypothesis:
    """The words for a step."""
    return explain(SITUATION, before=before, after=made, expected=expected, recipes=OFFER)


def test_one_lead_makes_its_own_claim_and_names_what_comes_along() -> None:
    words = explained(Composition(), ENGINE, 1.4)
    assert words.claim == "continuous-batching is faster."
    assert words.mechanism == "continuous-batching does less work. What it builds on comes along: fused-llama and paged-cache."
    assert words.composition == ENGINE


def test_the_evidence_names_shares_of_the_profile() -> None:
    words = explained(Composition(), ENGINE, 1.4)
    assert "matrix products 55%" in words.evidence
    assert "A request spends 85% of its life before its first token." in words.evidence


def test_the_falsifier_is_half_of_the_expected_gain() -> None:
    assert explained(Composition(), ENGINE, 1.4).falsifier.startswith("Its duel against candidate 0 has an upper bound below 2.01x")


def test_a_bundle_says_that_it_is_one() -> None:
    assert explained(Composition(), WIDER, 1.5).claim.startswith(
        "continuous-batching and fused-sampling together are faster than each alone."
    )


def test_removals_and_knobs_have_words_too() -> None:
    assert explained(WIDER, ENGINE, 0.0).claim == "The system is faster without fused-sampling."
    assert explained(ENGINE, next(iter(tunings(ENGINE, OFFER))), 0.0).claim == "The system is faster with paged-cache.block_tokens = 8."


def test_history_is_told() -> None:
    proposal = Proposal(parent=0, hypothesis=explained(Composition(), ENGINE, 1.4))
    situation = after(SITUATION, proposal, measured("promoted", 4.0))
    told = explain(situation, before=ENGINE, after=WIDER, expected=0.1, recipes=OFFER).evidence
    assert "fused-sampling 1.10x" in told and "candidate 1" not in told
    back = explain(situation, before=WIDER, after=ENGINE.model_copy(update={"choices": ENGINE.choices[:1]}), expected=0.1, recipes=OFFER)
    assert "continuous-batching so far: added in candidate 1 (4.00x)." in back.evidence
