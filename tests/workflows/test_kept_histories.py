"""Temporal's histories of a whole search are in its journal, the same bytes each time, and they replay."""

from datetime import UTC, datetime

import pytest
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer

from activities.histories import keep_histories, unpacked
from activities.ledger.ledger import Ledger
from activities.ledger.names import journal_branch
from search.spec import Spec
from tests.workflows.conftest import Start
from tests.workflows.ledgered import Ledgered
from workflows import limits
from workflows.candidate import CandidateWorkflow
from workflows.duel import DuelWorkflow
from workflows.identity import candidate_id, duel_id, search_id
from workflows.sandbox import workflow_runner
from workflows.search import SearchWorkflow

NOW = datetime(2030, 1, 1, tzinfo=UTC)


async def test_they_are_kept_once_and_replay(
    start: Start, client: Client, spec: Spec, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "DRAIN_EVENTS", 60)
    script = Ledgered(ledger, {0: 10.0, 1: 20.0, 2: 5.0})
    script.go_on.set()
    async with start(script, spec) as search:
        await search.result()

    kept = await keep_histories(ledger, client, spec.name, search_id(spec.name), when=NOW)
    head = ledger.tip(journal_branch(spec.name))
    assert await keep_histories(ledger, client, spec.name, search_id(spec.name), when=NOW) == kept
    assert ledger.tip(journal_branch(spec.name)) == head, "the same histories again make no commit"

    paths = ledger.journal_paths(spec.name, "histories/")
    names = {path.removeprefix("histories/").rpartition("/")[0] for path in paths}
    assert names >= {search_id(spec.name), candidate_id(spec.name, 0), candidate_id(spec.name, 2), duel_id(spec.name, 1)}
    assert len(paths) == kept
    assert f"histories/{search_id(spec.name)}/0002.json.gz" in paths, "every run of it"
    replayer = Replayer(
        workflows=[SearchWorkflow, CandidateWorkflow, DuelWorkflow],
        workflow_runner=workflow_runner(),
        data_converter=pydantic_data_converter,
    )
    for path in paths:
        content = ledger.journal_content(spec.name, path)
        assert content is not None
        await replayer.replay_workflow(unpacked(path.removeprefix("histories/").rpartition("/")[0], content))
    assert ledger.audit(spec.name, evaluator="e" * 64).findings == ()
