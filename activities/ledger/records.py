"""Records of finished candidates, kept in memory by the names that git gives them: only what changed since is read."""

from collections.abc import Iterable, Mapping

from activities.ledger.errors import UnknownSearch
from activities.ledger.journal import searches
from activities.ledger.names import journal_branch
from activities.ledger.objects import FOLDER, Entry
from activities.ledger.repository import Repository
from search.record import Record

Kept = Mapping[str, tuple[Record, ...]]
"""Records by the name of the file, or of the folder with files, that holds them."""


class Records:
    """Of all searches of a ledger. An object's name says what is in it, so that nothing kept can be out of date."""

    def __init__(self, repository: Repository) -> None:
        """Nothing is read yet."""
        self._repository = repository
        self._kept: dict[str, Kept] = {}

    def of(self, search: str) -> tuple[Record, ...]:
        """All of a search by number; UnknownSearch when there is none of this name."""
        branch = journal_branch(search)
        top = self._folders([f"{branch}:candidates"])
        if not top:
            if self._repository.where(branch) is None:
                raise UnknownSearch(search, searches(self._repository))
            return ()
        (entries,) = top.values()
        known = self._kept.get(search, {})
        changed = self._folders(name for mode, name in entries if mode == FOLDER and name not in known)
        within = [*entries, *(entry for folder in changed.values() for entry in folder)]
        seen = {**known, **self._files(name for mode, name in within if mode != FOLDER and name not in known)}
        seen |= {name: tuple(record for _, file in folder for record in seen[file]) for name, folder in changed.items()}
        self._kept[search] = {name: seen[name] for _, name in within}
        return tuple(sorted((record for _, name in entries for record in seen[name]), key=lambda record: record.number))

    def _folders(self, names: Iterable[str]) -> Mapping[str, tuple[Entry, ...]]:
        asked = list(names)
        return {name: tuple(folder.values()) for name, (_, folder) in self._repository.folders(asked).items()} if asked else {}

    def _files(self, names: Iterable[str]) -> Kept:
        asked = list(names)
        texts = self._repository.read(asked) if asked else ()
        return {name: (Record.model_validate_json(text),) for name, text in zip(asked, texts, strict=True)}
