"""Where one VibeServe home keeps its files; every path of a home is named here and nowhere else."""

from pathlib import Path

from search.value import Value


class Home(Value):
    """The folder `$VIBESERVE_HOME`; nothing outside it is written, except the machine-wide device lease."""

    root: Path

    @property
    def ledger(self) -> Path:
        """The bare git repository of all searches of this home."""
        return self.root / "ledger.git"

    @property
    def models(self) -> Path:
        """Checkpoint folders, one per preset or hub name."""
        return self.root / "models"

    @property
    def calibrations(self) -> Path:
        """Margins of the reference, one file per model digest."""
        return self.root / "calibrations"

    @property
    def trees(self) -> Path:
        """Checked-out candidates by tree id; a cache that may be deleted."""
        return self.root / "cache" / "trees"

    @property
    def starters(self) -> Path:
        """Folders of sources that were laid out without links."""
        return self.root / "cache" / "starters"

    @property
    def builds(self) -> Path:
        """What `build.py` made, by tree id; a cache that may be deleted."""
        return self.root / "cache" / "builds"

    @property
    def conversions(self) -> Path:
        """Checkpoints in the forms that rivals want; a cache that may be deleted."""
        return self.root / "cache" / "conversions"

    @property
    def rivals(self) -> Path:
        """Environments of rivals, one folder per name, unless VIBESERVE_RIVALS names another place."""
        return self.root / "rivals"

    @property
    def runs(self) -> Path:
        """Sockets and logs of running servers."""
        return self.root / "runs"

    def work_folder(self, search: str, number: int) -> Path:
        """Where an outside author writes a candidate; one that is deleted can be made again from the ledger."""
        return self.root / "work" / f"{search}-{number}"

    @property
    def logs(self) -> Path:
        """Logs of the embedded Temporal server and of the worker."""
        return self.root / "logs"

    @property
    def probe(self) -> Path:
        """Peaks that `target probe` measured on this machine."""
        return self.root / "probe.json"

    @property
    def temporal_database(self) -> Path:
        """History of the embedded Temporal server."""
        return self.root / "temporal.db"

    @property
    def temporal_binary(self) -> Path:
        """The server that made that database, and the only one that may go on with it."""
        return self.root / "temporal"

    @property
    def page_token(self) -> Path:
        """What opens the web page to acts, and beyond this machine to looks."""
        return self.root / "locks" / "page.token"

    @property
    def worker_ready(self) -> Path:
        """Holds the process id of the worker once it serves."""
        return self.root / "locks" / "worker.ready"

    @property
    def prices(self) -> Path:
        """Prices of models that go before the shipped ones."""
        return self.root / "prices.json"

    @property
    def receivers(self) -> Path:
        """Who is told what happens in searches; their addresses are secrets."""
        return self.root / "receivers.json"

    @property
    def steps(self) -> Path:
        """A JSON line for each step that a worker began and ended."""
        return self.logs / "steps.jsonl"
