"""Open an agent's session with its brief, and tell it later what did not fit."""

from temporalio import activity

from activities.agents.briefing import implementer_brief, planner_brief, repair_brief
from activities.agents.catalog import Catalog
from activities.agents.dialogue import Message
from activities.agents.role import ROLES
from activities.agents.transcript import Step, Transcript
from activities.ledger.ledger import Ledger
from activities.ledger.names import candidate_branch
from activities.session_task import Briefed, BriefTask, SayTask
from search.record import Record
from search.source import Source
from search.succession import judged, reigning


class Briefer:
    """Writes the words that are ours into a transcript."""

    def __init__(self, ledger: Ledger, catalog: Catalog) -> None:
        """The ledger of this home and the skills to be offered."""
        self._ledger = ledger
        self._catalog = catalog

    @activity.defn(name="brief")
    def brief(self, task: BriefTask) -> Briefed:
        """The next free place. An implementer's branch begins here, with its parent's tree."""
        key = task.key
        transcript = Transcript(self._ledger, key.setting.search, key.name)
        opening = transcript.step(task.place + 1) or self._open(transcript, task)
        assert opening.source is not None, "a session begins with a tree"
        return Briefed(place=task.place + 2, source=opening.source)

    def _open(self, transcript: Transcript, task: BriefTask) -> Step:
        key = task.key
        records, reviews = self._ledger.records(key.setting.search), self._ledger.reviews(key.setting.search)
        if key.role == "planner":
            champion = reigning(records, reviews)
            assert champion is not None, "a search plans only after its starter was crowned"
            told = planner_brief(key.setting, task.brief, judged(records, reviews), champion, self._catalog)
            source, text = champion.source, told
        else:
            parent = next(record for record in records if record.number == task.brief.parent)
            source, text = self._branch(task, parent), implementer_brief(key.setting, task.brief, parent, self._catalog)
        transcript.write(task.place, Step(message=Message(speaker="system", text=ROLES[key.role].prompt())), when=task.when)
        return transcript.write(task.place + 1, Step(message=Message(speaker="user", text=text), source=source), when=task.when)

    @activity.defn(name="say")
    def say(self, task: SayTask) -> int:
        """The next free place after these words."""
        transcript = Transcript(self._ledger, task.key.setting.search, task.key.name)
        text = repair_brief(task.rejected) if task.rejected else task.text
        transcript.write(task.place, Step(message=Message(speaker="user", text=text)), when=task.when)
        return task.place + 1

    def _branch(self, task: BriefTask, parent: Record) -> Source:
        assert task.brief.hypothesis is not None
        branch = candidate_branch(task.key.setting.search, task.key.number)
        message = f"Candidate {task.key.number}: {task.brief.hypothesis.claim}"
        return self._ledger.commit_files(
            branch, parent=parent.source.commit, files=self._ledger.files(parent.source.tree), message=message, when=task.when
        )
