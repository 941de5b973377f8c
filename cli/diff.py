"""`vibeserve diff`: what differs between two candidates."""

from rich.syntax import Syntax

from cli.lookup import find_entry, open_ledger
from cli.options import Json, Number, Search
from cli.output import print_json, result
from cli.settings import find_home
from search.value import Value


class Difference(Value):
    """Two candidates and the text that turns one into the other."""

    search: str
    before: int
    after: int
    diff: str


def diff(name: Search, before: Number, after: Number, as_json: Json = False) -> None:
    """Show how the code of two candidates differs.

    \b
    Examples:
      vibeserve diff first 0 4
      vibeserve diff first 3 4 > change.patch
    """
    ledger = open_ledger(find_home())
    trees = [find_entry(ledger, name, number).source.tree for number in (before, after)]
    text = ledger.diff(*trees)
    if as_json:
        print_json(Difference(search=name, before=before, after=after, diff=text))
    elif result.is_terminal:
        result.print(Syntax(text, "diff", background_color="default", word_wrap=True))
    else:
        result.file.write(text)
