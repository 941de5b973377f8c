"""Puts a proposed composition into words: a claim, its mechanism, what speaks for it, and what would show it wrong."""

import math
from collections.abc import Sequence

from search import lineage
from search.composition import Composition
from search.hypothesis import Hypothesis
from search.policy.change import Change, change
from search.policy.situation import Situation
from search.policy.space import Offer
from search.profile import Share
from search.recipe import Recipe

WORDS = {
    Share.MATRIX_PRODUCTS: "matrix products",
    Share.ATTENTION: "attention",
    Share.SAMPLING: "sampling",
    Share.OTHER_OPERATORS: "other operators",
    Share.PYTHON: "Python",
    Share.WAITING: "waiting",
}


def explain(situation: Situation, *, before: Composition, after: Composition, expected: float, recipes: Offer) -> Hypothesis:
    """The hypothesis that `after`, made from `before`, is `expected` (a log-gain) faster than the champion."""
    done = change(before, after, recipes)
    leads = _leads(done, recipes)
    return Hypothesis(
        claim=_claim(done, leads, after, recipes),
        mechanism=_mechanism(done, leads, recipes),
        evidence=_evidence(situation, before, done, recipes),
        falsifier=_falsifier(situation, done, expected, recipes),
        expected_log_gain=expected,
        composition=after,
    )


def _leads(done: Change, recipes: Offer) -> tuple[Recipe, ...]:
    """The added recipes that are not merely needed by another added one, the most promising first; all where they need each other."""
    needed = {need for name in done.added for need in recipes[name].needs if need != name}
    leads = [recipes[name] for name in done.added if name not in needed] or [recipes[name] for name in done.added]
    return tuple(sorted(leads, key=lambda recipe: -recipe.prior_log_gain))


def _claim(done: Change, leads: Sequence[Recipe], after: Composition, recipes: Offer) -> str:
    if len(leads) == 1:
        return leads[0].claim
    if leads:
        return f"{_listed([lead.name for lead in leads])} together are faster than each alone."
    if done.removed:
        return f"The system is faster without {_listed(done.removed)}."
    return f"The system is faster with {_listed(_settings(done, after))}."


def _settings(done: Change, after: Composition) -> list[str]:
    values = {f"{choice.recipe}.{name}": value for choice in after.choices for name, value in choice.settings.items()}
    return [f"{knob} = {values[knob]}" for knob in done.turned]


def _mechanism(done: Change, leads: Sequence[Recipe], recipes: Offer) -> str:
    if not leads:
        what = _listed(done.removed) if done.removed else _listed(list(done.turned))
        return f"What {what} costs on this workload may outweigh what it gives; only a measurement tells."
    sentences = [lead.mechanism for lead in leads]
    carried = [name for name in done.added if recipes[name] not in leads]
    if carried:
        sentences.append(f"What it builds on comes along: {_listed(carried)}.")
    if done.removed:
        sentences.append(f"It replaces {_listed(done.removed)}.")
    return " ".join(sentences)


def _evidence(situation: Situation, before: Composition, done: Change, recipes: Offer) -> str:
    sentences = [
        *_origin_sentences(situation, before),
        *_profile_sentences(situation, done, recipes),
        *_history_sentences(situation, done),
    ]
    expected = [f"{name} {math.exp(recipes[name].prior_log_gain):.2f}x" for name in done.added]
    if expected:
        sentences.append(f"The skills' authors expect {_listed(expected)}.")
    return " ".join(sentences) or "Nothing yet: neighbouring settings are tried to learn their slope."


def _origin_sentences(situation: Situation, before: Composition) -> list[str]:
    """Why it does not start from the champion, when it does not."""
    if before.key() == situation.composition.key():
        return []
    made = [record for record in situation.records if (past := lineage.composition(record)) and past.key() == before.key()]
    ended = [(record.number, record.verdict.kind.replace("_", " "), lineage.log_gain(record)) for record in made]
    return [
        f"Candidate {number}, from which it starts, was {verdict} at {math.exp(gain):.2f}x."
        for number, verdict, gain in ended
        if gain is not None
    ]


def _profile_sentences(situation: Situation, done: Change, recipes: Offer) -> list[str]:
    profile = situation.profile
    if profile is None:
        return []
    attacked = sorted({share for name in done.added for share in recipes[name].attacks})
    shares = [f"{WORDS[share]} {profile.shares.get(share, 0.0):.0%}" for share in attacked]
    sentences = [f"In the profile of candidate {situation.champion} it attacks {_listed(shares)} of the time."] if shares else []
    if Share.WAITING in attacked:
        sentences.append(f"A request spends {profile.queue_share:.0%} of its life before its first token.")
    return sentences


def _history_sentences(situation: Situation, done: Change) -> list[str]:
    found = lineage.directions(situation.records)
    changed = {*done.added, *done.removed, *(knob.split(".")[0] for knob in done.turned)}
    return [f"{name} so far: {_listed([_told(past) for past in found[name]])}." for name in sorted(changed & found.keys())]


def _told(past: lineage.Direction) -> str:
    outcome = past.verdict if past.log_gain is None else f"{math.exp(past.log_gain):.2f}x"
    return f"{past.action} in candidate {past.candidate} ({outcome})"


def _falsifier(situation: Situation, done: Change, expected: float, recipes: Offer) -> str:
    bar = math.exp(max(expected / 2, math.log(1.01)))
    sentence = f"Its duel against candidate {situation.champion} has an upper bound below {bar:.2f}x"
    shares = {share for name in done.added for share in recipes[name].attacks if share is not Share.WAITING}
    if situation.profile and shares:
        largest = max(sorted(shares), key=lambda share: situation.profile.shares.get(share, 0.0) if situation.profile else 0.0)
        sentence += f", or its time in {WORDS[largest]} per token does not fall"
    return f"{sentence}."


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
