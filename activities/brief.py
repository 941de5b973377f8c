"""Open an agent's session with its brief, and tell it later what did not fit."""

from temporalio import activity

from activities.agents.briefing import Known, analyst_brief, implementer_brief, judge_brief, planner_brief, repair_brief
from activities.agents.catalog import Catalog
from activities.agents.dialogue import Message
from activities.agents.memory import recall
from activities.agents.role import ROLES
from activities.agents.transcript import Step, Transcript
from activities.ledger.ledger import Ledger
from activities.ledger.names import candidate_branch
from activities.session_task import Briefed, BriefTask, SayTask
from search.record import Record
from search.source import Source
from search.succession import judged, reigning
from search.verb import parked, steering


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
        source, text = self._words(task, self._known(task.key.setting.search))
        transcript.write(task.place, Step(message=Message(speaker="system", text=ROLES[task.key.role].prompt())), when=task.when)
        return transcript.write(task.place + 1, Step(message=Message(speaker="user", text=text), source=source), when=task.when)

    def _words(self, task: BriefTask, known: Known) -> tuple[Source, str]:
        """The tree to begin with, and what is told."""
        key, brief = task.key, task.brief
        match key.role:
            case "planner":
                return known.champion.source, planner_brief(key.setting, brief, known, self._catalog)
            case "implementer":
                source = self._branch(task, known.record(brief.parent))
                return source, implementer_brief(key.setting, brief, known, self._catalog)
            case "judge":
                assert brief.source is not None, "a judge has a tree to look at"
                diff = self._ledger.diff(known.record(brief.parent).source.tree, brief.source.tree)
                return brief.source, judge_brief(key.setting, brief, known, diff)
            case "analyst":
                return known.record(key.number).source, analyst_brief(key.setting, key.number, known)

    def _known(self, search: str) -> Known:
        records, reviews, verbs = self._ledger.records(search), self._ledger.reviews(search), self._ledger.verbs(search)
        champion = reigning(records, reviews)
        assert champion is not None, "nobody is briefed before the starter was crowned"
        return Known(
            records=judged(records, reviews),
            champion=champion,
            tests=self._ledger.tests(search),
            analyses=self._ledger.analyses(search),
            memory=recall(self._ledger, search),
            steering=steering(verbs),
            parked=parked(verbs),
        )

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
