"""Write how a search ended into its journal."""

from temporalio import activity

from activities.ledger.ledger import Ledger
from activities.task import Conclusion


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
