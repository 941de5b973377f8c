"""Choose the next hypothesis: a pure function of the ledger's records, what is in flight, and the search's seed."""

import random

from temporalio import activity

from activities.agents.catalog import Catalog
from activities.ledger.ledger import Ledger
from activities.task import Plan, PlanTask
from search.composition import Composition
from search.lineage import composition
from search.policy import Proposal, Situation, find_policy
from search.succession import judged, reigning
from search.verb import parked
from targets.registry import find_target


class Planner:
    """Reads the journal and asks the policy."""

    def __init__(self, ledger: Ledger, catalog: Catalog) -> None:
        """The ledger of this home and the recipes that it may offer."""
        self._ledger = ledger
        self._catalog = catalog

    @activity.defn(name="plan")
    def plan(self, task: PlanTask) -> Plan:
        """The next hypothesis and its parent; none when the space is exhausted."""
        shut = parked(self._ledger.verbs(task.setting.search))
        situation, chance = self._situation(task), random.Random(f"{task.seed}/{task.number}")
        proposal = find_policy(task.policy).propose(situation, chance)
        while proposal and proposal.hypothesis.claim in shut:
            situation = _without(situation, proposal)
            proposal = find_policy(task.policy).propose(situation, chance)
        return Plan(parent=proposal.parent, hypothesis=proposal.hypothesis) if proposal else Plan()

    def _situation(self, task: PlanTask) -> Situation:
        setting = task.setting
        records, reviews = self._ledger.records(setting.search), self._ledger.reviews(setting.search)
        champion = reigning(records, reviews)
        assert champion is not None, "a search plans only after its starter was crowned"
        return Situation(
            scenario=setting.scenario,
            target=setting.target,
            abilities=tuple(sorted(find_target(setting.target).fingerprint().abilities)),
            correctness=setting.correctness,
            catalog=self._catalog.recipes,
            records=judged(records, reviews),
            champion=champion.number,
            composition=composition(champion) or Composition(),
            profile=champion.profile,
            in_flight=tuple(flying.key() for flying in task.in_flight),
        )


def _without(situation: Situation, proposal: Proposal) -> Situation:
    """As if the proposal ran already: a policy proposes nothing twice."""
    assert proposal.hypothesis.composition is not None, "a policy's hypothesis names its composition"
    return situation.model_copy(update={"in_flight": (*situation.in_flight, proposal.hypothesis.composition.key())})
