"""What models cost is told by role, model, candidate and hypothesis; what agents say stands beside the verdict."""

import json

import pytest

from activities.home import Home
from activities.ledger.ledger import Ledger
from search.analysis import Analysis, Bottleneck
from search.judgement import Finding, Judgement
from search.spending import Spending
from tests.activities.ledger.samples import NOON, make_record, make_spec, propose
from tests.cli.person import Vibeserve

FINDING = Finding(test="caches_1", why="it keeps answers", accepted=False, reason="it passes on the candidate")
BOTTLENECK = Bottleneck(what="padded attention", evidence="60 % of wall clock")


def spent(role: str, dollars: float | None) -> Spending:
    """Two replies of that role's model."""
    return Spending(role=role, model=f"m-{role}", replies=2, input_tokens=10_000, cached_tokens=4_000, output_tokens=500, dollars=dollars)


@pytest.fixture
def paying(home: Home, vibeserve: Vibeserve) -> Vibeserve:
    """In a home with a search of models, one candidate of which has ended and was analysed."""
    home.root.mkdir(parents=True, exist_ok=True)
    ledger, spec = Ledger.open(home.ledger), make_spec("paid", agent="openai:planner=m-planner,implementer=m-implementer")
    ledger.create_search(spec, facts={}, when=NOON)
    judgement = Judgement(session="0001-judge", summary="I read it all.", findings=(FINDING,))
    spending = (spent("planner", 0.25), spent("implementer", None))
    record = make_record(1, propose(ledger, "paid", 1), spending=spending, judgements=(judgement,))
    ledger.write_verdict(spec, record, when=NOON)
    ledger.append_record("paid", record, when=NOON)
    analysis = Analysis(
        candidate=1, session="0001-analyst", mechanism="inactive", finding="its share did not move", bottlenecks=(BOTTLENECK,)
    )
    ledger.keep_analysis("paid", analysis.model_copy(update={"spending": (spent("analyst", 0.05),)}), when=NOON)
    return vibeserve


def test_status_tells_cost_by_role_model_and_candidate(paying: Vibeserve) -> None:
    told = paying("status").stdout
    assert "m-planner" in told and "10,000" in told and "4,000" in told
    assert "0.3000 + unknown" in told, "a price that is unknown is said to be"
    assert "batching requests doubles tokens per second" in told
    (bill,) = json.loads(paying("status", "--json").stdout)["bills"]
    assert {(one["role"], one["dollars"]) for one in bill["spending"]} == {("planner", 0.25), ("implementer", None), ("analyst", 0.05)}
    assert bill["candidates"][0]["hypothesis"] == "batching requests doubles tokens per second"


def test_show_tells_judge_analysis_and_cost_of_a_candidate(paying: Vibeserve) -> None:
    told = paying("show", "paid", "1").stdout
    for part in ("1 refuted by trial", "it keeps answers", "inactive: its share did not move", "padded attention", "m-analyst"):
        assert part in told
    story = json.loads(paying("show", "paid", "1", "--json").stdout)
    assert story["analysis"]["bottlenecks"][0]["what"] == "padded attention"
    assert story["judgements"][0]["findings"][0]["accepted"] is False
