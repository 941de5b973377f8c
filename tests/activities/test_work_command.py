"""A command that writes a candidate: what an earlier attempt left does not matter, and what was handed in is not asked for again."""

from datetime import UTC, datetime
from pathlib import Path

from temporalio.testing import ActivityEnvironment

from activities.home import Home
from activities.ledger.ledger import Ledger
from activities.task import Setting
from activities.work_command import Commander
from activities.work_task import CommandTask, WorkTask
from models.checkpoint import obtain_checkpoint
from tests.activities.ledger.samples import begin, propose

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
COMMAND = (
    "external:date +%s%N > stamp.txt; test ! -e junk.py || exit 4; "
    'echo \'{"claim": "it is faster", "mechanism": "less work", "falsifier": "it is not", "expected_ratio": 1.5}\' > HYPOTHESIS.json'
)


async def test_a_finished_command_is_not_run_again_and_an_unfinished_one_begins_from_the_same_tree(tmp_path: Path) -> None:
    home = Home(root=tmp_path)
    ledger = Ledger.open(home.ledger)
    spec = begin(ledger)
    source = propose(ledger, "first", 1)
    await obtain_checkpoint("tiny", family="llama", models=home.models)
    setting = Setting(search="first", scenario=spec.scenario, target="cpu", model="tiny", correctness="lossless")
    work = WorkTask(setting=setting, agent=COMMAND, number=1, parent=0)
    ledger.append("first", {f"{work.place}.md": "the brief"}, message="brief", when=NOON)
    left = home.work_folder("first", 1)
    left.mkdir(parents=True)
    (left / "junk.py").write_text("half done")
    task = CommandTask(work=work, source=source, seconds=60, when=NOON)
    commander = Commander(ledger, home, {})
    first = await ActivityEnvironment().run(commander.work, task)
    again = await ActivityEnvironment().run(commander.work, task)
    assert first == again and not first.failed
    assert first.tree is not None and ledger.files(first.tree).keys() == {"serve.py", "engine/core.py", "stamp.txt"}
    assert first.hypothesis is not None and first.hypothesis.claim == "it is faster"
