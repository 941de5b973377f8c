"""Do what one call of an agent asks for: read, change the tree, or hand in."""

import json

from temporalio import activity

from activities.agents.catalog import Catalog
from activities.agents.dialogue import Call, Message
from activities.agents.memory import remember
from activities.agents.role import ROLES
from activities.agents.schemas import Proposal
from activities.agents.tools import files, past
from activities.agents.tools.handing_in import NAME, check_proposal, read_submission
from activities.agents.tools.tool import BadCall, bounded, read_arguments
from activities.agents.transcript import Step, Transcript
from activities.ledger.errors import UnfitFiles
from activities.ledger.ledger import Ledger
from activities.ledger.names import candidate_branch
from activities.session_task import Answered, ToolTask
from search.source import Source


class Toolbox:
    """The tools that need the ledger only. An answer is looked up before anything is done."""

    def __init__(self, ledger: Ledger, catalog: Catalog) -> None:
        """The ledger of this home and the skills to be read."""
        self._ledger = ledger
        self._catalog = catalog

    @activity.defn(name="tool")
    def use(self, task: ToolTask) -> Answered:
        """The answer is in the transcript, a change is a commit on the candidate's branch."""
        transcript = Transcript(self._ledger, task.key.setting.search, task.key.name)
        step = transcript.step(task.place)
        if step is None:
            call = called(transcript, task)
            try:
                step = self._answer(transcript, task, call)
            except (BadCall, UnfitFiles) as error:
                step = answer(call, f"error: {error}", task.source, misfit=call.name == NAME)
            step = transcript.write(task.place, step, when=task.when)
        return answered(step, task.source)

    def _answer(self, transcript: Transcript, task: ToolTask, call: Call) -> Step:
        role = ROLES[task.key.role]
        if call.name == NAME:
            return self._hand_in(transcript, task, call)
        if call.name not in role.tools:
            raise BadCall(f"there is no tool {call.name!r}; there are {', '.join((*role.tools, NAME))}")
        tree = self._ledger.files(task.source.tree)
        changed = _changed(tree, call) if role.writes else None
        if changed is not None:
            source = self._commit(task, call, changed)
            return answer(call, f"done; the tree has {len(changed)} files", source)
        return answer(call, self._read(task, call, tree), task.source)

    def _read(self, task: ToolTask, call: Call, tree: files.Files) -> str:
        search, arguments = task.key.setting.search, call.arguments
        match call.name:
            case "list_files":
                return files.list_files(tree)
            case "read_file":
                return files.read_file(tree, read_arguments(files.ReadFile, arguments))
            case "search_files":
                return files.search_files(tree, read_arguments(files.SearchFiles, arguments))
            case "read_skill":
                return past.read_skill(self._catalog, read_arguments(past.ReadSkill, arguments))
            case "read_history":
                return past.read_history(self._ledger, search, read_arguments(past.ReadHistory, arguments))
            case "read_diff":
                return past.read_diff(self._ledger, search, read_arguments(past.ReadDiff, arguments))
            case _:
                raise BadCall(f"the tool {call.name!r} runs on the target only")

    def _commit(self, task: ToolTask, call: Call, tree: files.Files) -> Source:
        branch = candidate_branch(task.key.setting.search, task.key.number)
        path = str(json.loads(call.arguments)["path"])
        return self._ledger.commit_files(branch, parent=task.source.commit, files=tree, message=f"{call.name} {path}", when=task.when)

    def _hand_in(self, transcript: Transcript, task: ToolTask, call: Call) -> Step:
        role = ROLES[task.key.role]
        submission = read_submission(role, call.arguments)
        if role.writes:
            opening = transcript.step(1)
            assert opening is not None and opening.source is not None, "a session begins with its brief"
            _check_tree(self._ledger.files(task.source.tree), changed=opening.source.tree != task.source.tree)
        if role.hands_in is Proposal:
            check_proposal(self._ledger, task.key.setting.search, submission)
            remember(self._ledger, task.key, submission, when=task.when)
        return answer(call, "handed in", task.source).model_copy(update={"submission": submission})


def called(transcript: Transcript, task: ToolTask) -> Call:
    """The call that a task is about."""
    reply = transcript.step(task.reply)
    assert reply is not None, "a call stands in a reply"
    return reply.message.calls[task.index]


def answer(call: Call, text: str, source: Source, *, misfit: bool = False) -> Step:
    """What the model reads."""
    return Step(message=Message(speaker="tool", text=bounded(text), answers=call.id), source=source, misfit=misfit)


def answered(step: Step, source: Source) -> Answered:
    """What the workflow is told."""
    return Answered(source=step.source or source, submission=step.submission, misfit=step.misfit)


def _changed(tree: files.Files, call: Call) -> files.Files | None:
    """The new tree; None when the tool changes nothing."""
    match call.name:
        case "edit_file":
            return files.edit_file(tree, read_arguments(files.EditFile, call.arguments))
        case "create_file":
            return files.create_file(tree, read_arguments(files.CreateFile, call.arguments))
        case "delete_file":
            return files.delete_file(tree, read_arguments(files.DeleteFile, call.arguments))
        case _:
            return None


def _check_tree(tree: files.Files, *, changed: bool) -> None:
    if "serve.py" not in tree:
        raise BadCall("the tree has no serve.py, which every candidate must have")
    if not changed:
        raise BadCall("the tree is its parent's: nothing was changed that could be tested")
