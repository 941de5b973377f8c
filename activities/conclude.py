"""Write how a search ended into its journal."""

from temporalio import activity

from activities.ledger.ledger import Ledger
from activities.review_task import BreakTask
from activities.task import Conclusion

BROKEN = "broken.json"


class Concluder:
    """A second time it finds what the first wrote."""

    def __init__(self, ledger: Ledger) -> None:
        """The ledger of this home."""
        self._ledger = ledger

    @activity.defn(name="conclude")
    def conclude(self, conclusion: Conclusion) -> None:
        """Keep the champion's figure against the starter, and why the search ended."""
        self._ledger.append(
            conclusion.setting.search,
            {"conclusion.json": conclusion.model_dump_json(indent=2) + "\n"},
            message=f"Search ended: {conclusion.reason}",
            when=conclusion.when,
        )
        self._ledger.tidy()

    @activity.defn(name="break_off")
    def break_off(self, task: BreakTask) -> None:
        """Keep why the search can go no further, so that nobody takes it for one that still runs."""
        text = task.model_dump_json(indent=2) + "\n"
        self._ledger.append(task.setting.search, {BROKEN: text}, message=f"Search broke off: {task.reason}", when=task.when)
